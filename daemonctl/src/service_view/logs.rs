//! Log files that processes hold open.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use process::descriptors::{self, Kind};
use process::fact::Fact;
use process::procfs::{ProcFs, ReadError};
use process::raw::fdinfo::Access;

/// Files that these processes have open for writing and that are logs: below /var/log, or `*.log`.
pub fn of_pids(proc: &ProcFs, pids: &[u32]) -> Fact<Vec<Box<[u8]>>> {
    if pids.is_empty() {
        return Fact::NotApplicable;
    }
    let mut found: BTreeSet<Box<[u8]>> = BTreeSet::new();
    let mut refused = false;
    for &pid in pids {
        let Ok(dir) = proc.process(pid) else { continue };
        let walked = descriptors::walk(&dir, &mut |descriptor| {
            let writes =
                || matches!(descriptor.access(), Fact::Known(Access::Write | Access::ReadWrite));
            if descriptor.kind == Kind::Path && is_log(descriptor.target) && writes() {
                found.insert(Box::from(descriptor.target));
            }
            ControlFlow::Continue(())
        });
        refused |= walked == Err(ReadError::NotPermitted);
    }
    match found.is_empty() && refused {
        true => Fact::NotPermitted,
        false => Fact::Known(found.into_iter().collect()),
    }
}

fn is_log(path: &[u8]) -> bool {
    let is_journal = path.starts_with(b"/var/log/journal/");
    (path.starts_with(b"/var/log/") || path.ends_with(b".log")) && !is_journal
}
