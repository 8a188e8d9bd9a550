//! Lines of the kernel's log that are about a service: which process, which program, when.

use std::cell::OnceCell;

use regex::Regex;

use super::end::{pids, program_names, since};
use crate::rules::Case;
use crate::snapshot::Line;

/// All lines of the kernel that are at hand: those that were gathered for the service, and the machine's.
pub(in crate::rules) fn lines<'s>(case: &Case<'s>) -> Vec<&'s Line> {
    let mut all: Vec<&Line> = case.service.log.kernel.iter().collect();
    let known = all.len();
    for line in &case.snapshot.machine.kernel_lines {
        let is_same = |other: &&Line| other.message == line.message && near(other, line);
        if !all.iter().take(known).any(is_same) {
            all.push(line);
        }
    }
    all.sort_by_key(|line| line.time_usec);
    all
}

/// The same record by two ways: the journal and the ring buffer convert its time alike but for the machine's sleep.
fn near(one: &Line, other: &Line) -> bool {
    match (one.time_usec, other.time_usec) {
        (Some(one), Some(other)) => one.abs_diff(other) < 1_000_000,
        _ => true,
    }
}

/// A process that a line names belongs to the service: by its pid, or by its name in the time of the last run.
pub(in crate::rules) fn is_ours(
    case: &Case<'_>,
    line: &Line,
    pid: Option<u32>,
    name: &str,
) -> bool {
    let in_time = match (since(case), line.time_usec) {
        (Some(since), Some(time)) => time >= since,
        // Nothing tells when it ran: an hour before now is taken for its time.
        (None, Some(time)) => time.saturating_add(HOUR_USEC) >= case.snapshot.now_usec,
        _ => true,
    };
    if !in_time {
        return false;
    }
    let own_pids = pids(case);
    if pid.is_some_and(|pid| own_pids.binary_search(&pid).is_ok()) {
        return true;
    }
    program_names(case).iter().any(|own| is_comm_of(name, own))
}

const HOUR_USEC: u64 = 3_600_000_000;

/// `comm` holds 15 bytes of a name.
pub(in crate::rules) fn is_comm_of(comm: &str, name: &str) -> bool {
    comm == name || (comm.len() == 15 && name.starts_with(comm))
}

/// A pattern that is compiled where it is used first.
pub(in crate::rules) struct Pattern {
    text: &'static str,
    regex: OnceCell<Option<Regex>>,
}

impl Pattern {
    /// A pattern of the `regex` crate.
    pub(in crate::rules) const fn new(text: &'static str) -> Pattern {
        Pattern { text, regex: OnceCell::new() }
    }

    /// The named parts of a text that matches.
    pub(in crate::rules) fn read<'t>(&self, text: &'t str) -> Option<regex::Captures<'t>> {
        self.regex.get_or_init(|| Regex::new(self.text).ok()).as_ref()?.captures(text)
    }
}

/// A part of a match, as text.
pub(in crate::rules) fn part<'t>(found: &regex::Captures<'t>, name: &str) -> Option<&'t str> {
    found.name(name).map(|part| part.as_str())
}

/// A fault that the kernel logged for a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rules) struct Fault {
    /// `comm`.
    pub name: String,
    /// Its pid.
    pub pid: Option<u32>,
    /// `segfault`, `general protection fault`, `invalid opcode` …
    pub what: String,
    /// The address that it used.
    pub address: Option<u64>,
    /// Its instruction and stack pointers.
    pub instruction: Option<u64>,
    /// See above.
    pub stack: Option<u64>,
    /// The program or library whose code did it.
    pub module: Option<String>,
    /// The place within that file.
    pub offset: Option<u64>,
}

/// The shapes of the kernel's lines about faults (arch/x86/mm/fault.c, arch/x86/kernel/traps.c, arch/arm64/kernel/traps.c).
const FAULTS: [&str; 3] = [
    r"(?P<name>\S.*)\[(?P<pid>\d+)\]: (?P<what>segfault) at (?P<address>[0-9a-f]+) ip (?P<ip>[0-9a-f]+) sp (?P<sp>[0-9a-f]+) error [0-9a-f]+(?: in (?P<module>[^\[]+)\[(?:(?P<offset>[0-9a-f]+),)?(?P<base>[0-9a-f]+)\+[0-9a-f]+\])?",
    r"(?:traps: )?(?P<name>\S.*?)\[(?P<pid>\d+)\]:? (?:trap )?(?P<what>general protection(?: fault)?|invalid opcode|divide error|stack segment|bus error|int3|overflow|alignment check|SIMD exception|bounds|FPU exception) ip:(?P<ip>[0-9a-f]+) sp:(?P<sp>[0-9a-f]+) error:[0-9a-f]+(?: in (?P<module>[^\[]+)\[(?:(?P<offset>[0-9a-f]+),)?(?P<base>[0-9a-f]+)\+[0-9a-f]+\])?",
    r"(?P<name>\S.*)\[(?P<pid>\d+)\]: (?P<what>unhandled [^:,(]*[^:,( ])(?:.*? in (?P<module>[^\[ ]+)\[(?:(?P<offset>[0-9a-f]+),)?(?P<base>[0-9a-f]+)\+[0-9a-f]+\])?",
];

/// Reads a line about a fault.
pub(in crate::rules) fn fault(patterns: &[Pattern; 3], message: &str) -> Option<Fault> {
    let found = patterns.iter().find_map(|pattern| pattern.read(message))?;
    let hex = |name: &str| u64::from_str_radix(part(&found, name)?, 16).ok();
    let instruction = hex("ip");
    // Since Linux 6.6 the line has the offset itself; before, the instruction's distance from the mapping's start.
    let offset = hex("offset").or_else(|| instruction?.checked_sub(hex("base")?));
    Some(Fault {
        name: part(&found, "name")?.to_owned(),
        pid: part(&found, "pid")?.parse().ok(),
        what: part(&found, "what")?.to_owned(),
        address: hex("address"),
        instruction,
        stack: hex("sp"),
        module: part(&found, "module").map(|module| module.trim().to_owned()),
        offset,
    })
}

/// The patterns of [`fault`].
pub(in crate::rules) fn fault_patterns() -> [Pattern; 3] {
    FAULTS.map(Pattern::new)
}

/// The last fault of the service's processes in the time of its last run, with its line.
pub(in crate::rules) fn last_fault<'s>(case: &Case<'s>) -> Option<(&'s Line, Fault)> {
    let patterns = fault_patterns();
    lines(case).into_iter().rev().find_map(|line| {
        let fault = fault(&patterns, &line.message)?;
        is_ours(case, line, fault.pid, &fault.name).then_some((line, fault))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Fault {
        fault(&fault_patterns(), message).unwrap_or_else(|| panic!("not read: {message}"))
    }

    #[test]
    fn faults_as_kernels_of_several_years_write_them() {
        let old = read(
            "nginx[812]: segfault at 0 ip 00007f1c2a3b4c5d sp 00007ffc1a2b3c40 error 4 in \
             libc-2.31.so[7f1c2a390000+178000]",
        );
        assert_eq!((old.name.as_str(), old.pid, old.address), ("nginx", Some(812), Some(0)));
        assert_eq!(old.module.as_deref(), Some("libc-2.31.so"));
        assert_eq!(old.offset, Some(0x24c5d));
        let new = read(
            "crasher[4242]: segfault at 10 ip 0000561f7e1ab139 sp 00007ffd4c0a9d60 error 6 in \
             crasher[1139,561f7e1ab000+1000] likely on CPU 1 (core 1, socket 0)",
        );
        assert_eq!((new.offset, new.module.as_deref()), (Some(0x1139), Some("crasher")));
        let trap = read(
            "traps: app[99] general protection fault ip:55d0c0de1139 sp:7ffd00000000 error:0 in \
             app[55d0c0de1000+1000]",
        );
        assert_eq!((trap.what.as_str(), trap.pid), ("general protection fault", Some(99)));
        assert_eq!(trap.offset, Some(0x139));
        let opcode =
            read("traps: app[7] trap invalid opcode ip:401136 sp:7ffe error:0 in app[401000+1000]");
        assert_eq!(opcode.what, "invalid opcode");
        let null = read("app[5]: segfault at 0 ip 0000000000000000 sp 00007ffe error 14");
        assert_eq!((null.module, null.offset), (None, None));
        let arm = read(
            "app[321]: unhandled level 2 translation fault (11) at 0x00000000, esr 0x92000006, in \
             app[400000+1000]",
        );
        assert_eq!((arm.pid, arm.module.as_deref()), (Some(321), Some("app")));
        assert!(fault(&fault_patterns(), "nginx[812]: started, segfault handler at 0").is_none());
    }
}
