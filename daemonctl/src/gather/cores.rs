//! Core dumps that lie here: systemd-coredump's store, and files that the kernel wrote by `kernel.core_pattern`.
//!
//! Names tell nearly all (core(5), systemd-coredump(8)): no file is opened, none is searched for below a folder.

mod pattern;
mod stored;

#[cfg(test)]
mod tests;

use insight::snapshot::{CoreDump, Machine, Seen};

use crate::context::Context;

/// So many are told: newest first.
const DUMPS_MAX: usize = 32;
/// So many names of a folder are looked at.
const NAMES_MAX: usize = 20_000;

/// Core dumps of these programs, newest first. `programs`: paths or names; `directories`: working directories in which
/// the kernel may have left one; `since_usec`: older ones are left out. `Absent`: there is no place for any.
pub fn of(
    context: &Context,
    machine: &Machine,
    programs: &[String],
    directories: &[String],
    since_usec: Option<u64>,
) -> Seen<Vec<CoreDump>> {
    let root = &context.common.system_root;
    let names: Vec<&str> = programs.iter().map(|program| base_name(program)).collect();
    let stored = stored::of(root, &names);
    let pattern = machine.core_pattern.as_deref().filter(|pattern| !pattern.starts_with('|'));
    let written = pattern.map(|pattern| {
        pattern::of(root, pattern, machine.core_setup.uses_pid, programs, directories)
    });
    if written.is_none() && !matches!(stored, Seen::Known(_)) {
        return stored;
    }
    let mut dumps = written.unwrap_or_default();
    if let Seen::Known(stored) = stored {
        dumps.extend(stored);
    }
    dumps.retain(|dump| since_usec.is_none_or(|since| dump.time_usec >= since));
    dumps.sort_by_key(|dump| std::cmp::Reverse(dump.time_usec));
    dumps.truncate(DUMPS_MAX);
    Seen::Known(dumps)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `comm` holds 15 bytes of a name.
fn is_comm_of(comm: &str, name: &str) -> bool {
    comm == name || (comm.len() == 15 && name.starts_with(comm))
}
