//! Lines of the kernel's log that rules know.

use insight::snapshot::{Level, Line, LogSource, Seen};
use journal::text::{Direction, Kernel, Options, Seek, Source, Why};

/// A line that holds none of these says nothing that a rule knows: deaths of processes, memory, disks and file systems,
/// tables that run full, refused system calls, hung tasks.
const NEEDLES: [&str; 41] = [
    "segfault at",
    "general protection",
    "traps:",
    "trap ",
    "unhandled signal",
    "invalid opcode",
    "divide error",
    "potentially unexpected fatal signal",
    "Out of memory",
    "oom-kill",
    "oom_reaper",
    "Killed process",
    "invoked oom-killer",
    "Memory cgroup",
    "memory: usage",
    "I/O error",
    "critical medium error",
    "critical target error",
    "critical space allocation error",
    "lost async page write",
    "EXT4-fs",
    "XFS (",
    "BTRFS",
    "F2FS-fs",
    "FAT-fs",
    "SQUASHFS error",
    "Remounting filesystem read-only",
    "Aborting journal",
    "JBD2",
    "md/raid",
    "blocked for more than",
    "fork rejected by pids controller",
    "type=1326",
    "apparmor=\"DENIED\"",
    "avc:  denied",
    "Possible SYN flooding",
    "table full",
    "table overflow",
    "file-max limit",
    "soft lockup",
    "nfs: server",
];
/// So many lines are kept: the newest.
const LINES_MAX: usize = 2000;
/// Longest text that is kept of a line.
const LINE_BYTES_MAX: usize = 4096;

/// The lines, oldest first, and whether the kernel's log could be read.
pub(super) fn lines() -> (Seen<()>, Vec<Line>) {
    let options = Options::new(jiff::tz::TimeZone::UTC);
    let mut kernel = match Kernel::open(&options) {
        Ok(kernel) => kernel,
        Err(trouble) if trouble.why == Why::NotPermitted => {
            return (Seen::NotPermitted, Vec::new());
        }
        Err(_) => return (Seen::Absent, Vec::new()),
    };
    kernel.seek(Seek::Tail, Direction::Backward);
    let mut lines = Vec::new();
    let mut any = false;
    while lines.len() < LINES_MAX {
        let Some(record) = kernel.record() else { break };
        any = true;
        let message = record.get(b"MESSAGE").unwrap_or_default();
        let message = message.get(..LINE_BYTES_MAX).unwrap_or(message);
        let text = String::from_utf8_lossy(message);
        if NEEDLES.iter().any(|needle| text.contains(needle)) {
            lines.push(line(text.into_owned(), record.realtime_usec, record.get(b"PRIORITY")));
        }
        kernel.advance();
    }
    lines.reverse();
    // A container's /dev/kmsg is there and stays empty: the kernel's log is not for it.
    (if any { Seen::Known(()) } else { Seen::Absent }, lines)
}

fn line(message: String, time_usec: u64, priority: Option<&[u8]>) -> Line {
    let level = priority.and_then(<[u8]>::first).map(|digit| match digit {
        b'0'..=b'2' => Level::Critical,
        b'3' => Level::Error,
        b'4' => Level::Warning,
        b'5' => Level::Notice,
        b'6' => Level::Info,
        _ => Level::Debug,
    });
    Line {
        time_usec: Some(time_usec),
        source: LogSource::Kernel,
        origin: "kernel".to_owned(),
        level,
        pid: None,
        identifier: Some("kernel".to_owned()),
        message_id: None,
        message,
        is_of_last_run: false,
    }
}
