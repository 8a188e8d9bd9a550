//! The process room's values in the words of the snapshot.

use insight::snapshot::{Capabilities, Limit, Mapped, Process, Seen};
use process::fact::Fact;
use process::namespaces::Namespaces;
use process::process::Process as Read;
use process::raw::limits::{Bound, Limit as ReadLimit};
use process::raw::status::{Ids, Status};

/// Longest command line that is kept: what is longer is data.
const COMMAND_BYTES_MAX: usize = 4096;

/// Variables of an environment that rules ask for: those that change which code runs, and how a manager is told.
const VARIABLES: [&str; 22] = [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "GCONV_PATH",
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "LISTEN_FDS",
    "LISTEN_PID",
    "INVOCATION_ID",
    "MEMORY_PRESSURE_WATCH",
    "PYTHONPATH",
    "PERL5LIB",
    "RUBYLIB",
    "NODE_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "MALLOC_ARENA_MAX",
    "GOMAXPROCS",
];

/// A fact as the snapshot has it.
pub(super) fn seen<T, U>(fact: &Fact<T>, map: impl FnOnce(&T) -> U) -> Seen<U> {
    match fact {
        Fact::Known(value) => Seen::Known(map(value)),
        Fact::NotPermitted => Seen::NotPermitted,
        Fact::NotApplicable => Seen::Absent,
        Fact::NotMeasured | Fact::Unknown => Seen::NotMeasured,
    }
}

/// Bytes as text; what is not UTF-8 becomes a replacement character.
pub(in super::super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A path without what the kernel appends to deleted ones.
pub(super) fn path(target: &[u8]) -> String {
    text(process::descriptors::path_of(target))
}

/// Its arguments with blanks between; of what has none, its name in brackets.
pub(super) fn command(read: &Read) -> String {
    let mut line = Vec::new();
    for argument in read.args() {
        if !line.is_empty() {
            line.push(b' ');
        }
        line.extend_from_slice(argument);
        if line.len() > COMMAND_BYTES_MAX {
            line.truncate(COMMAND_BYTES_MAX);
            break;
        }
    }
    if line.is_empty() { format!("[{}]", text(&read.comm)) } else { text(&line) }
}

/// A limit, by the name that `/proc/PID/limits` has for it.
pub(super) fn limit(limit: &ReadLimit) -> Limit {
    let bound = |bound: Bound| match bound {
        Bound::At(value) => Some(value),
        Bound::Unlimited => None,
    };
    Limit {
        name: limit.resource.label().to_owned(),
        soft: bound(limit.soft),
        hard: bound(limit.hard),
    }
}

/// The variables that rules ask for.
pub(super) fn environment(environ: &[u8]) -> Vec<(String, String)> {
    environ
        .split(|&byte| byte == 0)
        .filter_map(|variable| {
            let at = variable.iter().position(|&byte| byte == b'=')?;
            let (name, value) = (variable.get(..at)?, variable.get(at + 1..)?);
            let name = VARIABLES.iter().find(|known| known.as_bytes() == name)?;
            Some(((*name).to_owned(), text(value)))
        })
        .collect()
}

/// Kinds of namespace in which it is not with process 1.
pub(super) fn own_namespaces(
    its: &Fact<Box<Namespaces>>,
    first: Option<&Namespaces>,
) -> Seen<Vec<String>> {
    let Some(first) = first else { return Seen::NotMeasured };
    if first.clone().seen() == Fact::NotPermitted {
        return Seen::NotPermitted;
    }
    seen(its, |its| its.unlike(first).iter().map(|kind| kind.key.to_owned()).collect())
}

/// Credentials, memory, signals.
pub(super) fn status(status: &Status, process: &mut Process) {
    let ids = |ids: Option<Ids>| {
        ids.map_or([0; 4], |ids| [ids.real, ids.effective, ids.saved, ids.filesystem])
    };
    process.uids = ids(status.uid);
    process.gids = ids(status.gid);
    process.groups.clone_from(&status.groups);
    process.umask = status.umask;
    process.peak_rss_bytes = status.peak_rss_bytes;
    process.swap_bytes = status.swap_bytes;
    process.switches = status.involuntary_switches.zip(status.voluntary_switches);
    process.traced_by = status.tracer_pid.filter(|pid| *pid > 0);
    process.capabilities = status.capabilities.map_or(Seen::NotMeasured, |sets| {
        Seen::Known(Capabilities {
            effective: sets.effective,
            permitted: sets.permitted,
            ambient: sets.ambient,
            bounding: sets.bounding,
        })
    });
    process.no_new_privs = status.no_new_privs.map_or(Seen::NotMeasured, Seen::Known);
    let mode = status.seccomp.and_then(|mode| u8::try_from(mode).ok());
    process.seccomp = mode.map_or(Seen::NotMeasured, Seen::Known);
    process.signals = status.signals.map(|sets| (sets.ignored, sets.caught));
    process.mapped = match (status.anonymous_bytes, status.file_bytes) {
        (Some(anonymous_bytes), Some(file_bytes)) => Seen::Known(Mapped {
            anonymous_bytes,
            file_bytes,
            shared_bytes: status.shared_bytes.unwrap_or(0),
            stack_bytes: 0,
            swap_bytes: status.swap_bytes.unwrap_or(0),
        }),
        _ => Seen::Absent,
    };
}
