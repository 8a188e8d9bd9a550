//! Pressure (PSI), Documentation/accounting/psi.rst.

use insight::snapshot::{Pressure, Stall};
use process::procfs::ProcFs;

/// `/proc/pressure`.
pub(super) fn of_machine(proc: &ProcFs) -> Pressure {
    let read = |name| super::text(proc, name);
    stalls(
        read(c"pressure/cpu").as_deref(),
        read(c"pressure/io").as_deref(),
        read(c"pressure/memory").as_deref(),
    )
}

/// From the texts of the three files; what is not there is not measured.
pub(in super::super) fn stalls(
    cpu: Option<&str>,
    io: Option<&str>,
    memory: Option<&str>,
) -> Pressure {
    let of = |text: Option<&str>, kind: &str| {
        text?.lines().find_map(|line| stall(line.strip_prefix(kind)?))
    };
    Pressure {
        cpu_some: of(cpu, "some "),
        io_some: of(io, "some "),
        io_full: of(io, "full "),
        memory_some: of(memory, "some "),
        memory_full: of(memory, "full "),
    }
}

/// `avg10=0.00 avg60=0.00 avg300=0.00 total=0`
fn stall(line: &str) -> Option<Stall> {
    let value = |name: &str| line.split(' ').find_map(|word| word.strip_prefix(name));
    Some(Stall {
        avg10: value("avg10=")?.parse().ok()?,
        avg60: value("avg60=")?.parse().ok()?,
        avg300: value("avg300=")?.parse().ok()?,
        total_usec: value("total=")?.parse().ok()?,
    })
}
