//! What was logged.

use super::Exit;

/// syslog(3)'s levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 0 to 2: emerg, alert, crit.
    Critical,
    /// 3
    Error,
    /// 4
    Warning,
    /// 5
    Notice,
    /// 6
    Info,
    /// 7
    Debug,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogSource {
    /// The service itself.
    Service,
    /// Its manager, about it.
    Manager,
    /// The kernel.
    Kernel,
    /// Somebody else who names it: systemd-coredump, audit, dbus.
    Other,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In microseconds since 1970, if it says when.
    pub time_usec: Option<u64>,
    /// Who wrote it.
    pub source: LogSource,
    /// `journal`, `kernel`, or the file's path.
    pub origin: String,
    /// How bad its writer found it; `None`: it does not say.
    pub level: Option<Level>,
    /// The process that wrote it.
    pub pid: Option<u32>,
    /// Who, as it calls itself (`SYSLOG_IDENTIFIER`).
    pub identifier: Option<String>,
    /// systemd's `MESSAGE_ID`, 32 hexadecimal digits.
    pub message_id: Option<String>,
    /// What it says, without time and identifier; cut after 4 KiB. Foreign.
    pub message: String,
    /// It is of the last start: written since that, or with its invocation id.
    pub is_of_last_run: bool,
}

/// What a service logged, as far as it was read: oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// Lines of the service and its manager about it.
    pub lines: Vec<Line>,
    /// Lines of the kernel that name its processes, its programs, or a device that it needs; those about memory.
    pub kernel: Vec<Line>,
    /// There were more, and they were not read.
    pub is_cut: bool,
    /// Lines that it wrote in the last minute before the snapshot, and over how many seconds that was counted.
    pub lately: Option<(u64, u32)>,
    /// What of it could be read at all: journal, files. Empty: it logs nowhere that is known.
    pub origins: Vec<String>,
}

/// How a run of it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// The main process ended.
    Exit(Exit),
    /// Its manager ended it: a timeout, a watchdog, by request.
    Ended(String),
    /// It could not even be started.
    NotStarted(String),
    /// It runs.
    Running,
}

/// A run: from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it was started, in microseconds since 1970.
    pub start_usec: Option<u64>,
    /// When it ended.
    pub end_usec: Option<u64>,
    /// How.
    pub end: RunEnd,
}

/// A core dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreDump {
    /// When, in microseconds since 1970.
    pub time_usec: u64,
    /// Of which program.
    pub program: String,
    /// Of which process.
    pub pid: Option<u32>,
    /// By which signal.
    pub signal: Option<i32>,
    /// Where it lies; `None`: it was not kept, `why` says the reason.
    pub file: Option<String>,
    /// Why there is none.
    pub why: Option<String>,
    /// Innermost frames of the stack, where systemd-coredump wrote them.
    pub stack: Vec<String>,
}
