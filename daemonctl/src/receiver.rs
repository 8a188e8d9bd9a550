//! What has to be known of a process to say what a signal would do to it.

use std::ops::ControlFlow;

use process::descriptors::{self, Kind};
use process::fact::Fact;
use process::needs::Needs;
use process::procfs::{PidDir, ReadError};
use process::signals::{Receiver, blocked_in_all_threads};

use crate::snapshot::Row;

/// What a snapshot must have read of it.
pub const NEEDS: Needs = Needs::STATUS;

/// Joins a process's signal masks with its signalfd(2)s and threads. Descriptors and threads are
/// looked at only where something is blocked: nothing else depends on them.
pub fn of(row: &Row<'_>, dir: Option<&PidDir>) -> Receiver {
    let process = row.process;
    let status = process.extra.as_ref().and_then(|extra| extra.status.known());
    let mut receiver = Receiver::new(process.pid(), &process.stat, status.map(|status| &**status));
    let blocks = receiver.signals.is_known_and(|sets| sets.blocked != 0);
    if let Some(dir) = dir.filter(|_| blocks && !process.stat.is_kernel_thread()) {
        receiver.signal_descriptor = signal_descriptors(dir);
        if receiver.threads > 1 {
            let blocked = blocked_in_all_threads(dir);
            receiver.blocked_everywhere = blocked.map_or_else(ReadError::into_fact, Fact::Known);
        }
    }
    receiver
}

/// The signals that are read from signalfd(2)s.
fn signal_descriptors(dir: &PidDir) -> Fact<u64> {
    let mut mask = 0;
    let walked = descriptors::walk(dir, &mut |descriptor| {
        if descriptor.kind == Kind::Anonymous(b"signalfd") {
            mask |= descriptor.info().ok().and_then(|info| info.signal_mask).unwrap_or(0);
        }
        ControlFlow::Continue(())
    });
    walked.map_or_else(ReadError::into_fact, |_| Fact::Known(mask))
}
