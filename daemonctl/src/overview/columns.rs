//! The one table of what can be shown of a line of the page.

use host::ServiceState;
use present::{Column, Kind, Rows, Style, Timestamp, Value, Why};
use process::fact::Fact;
use process::needs::Needs;

use super::group::{Row, RowKind};
use super::listen;
use crate::columns::fact;

/// Lines of the page.
pub enum Services {}

impl Rows for Services {
    type Row<'a> = Row;
}

type C = Column<Services>;

/// A need of ours beside those of the process room: `memory.current`.
pub const CGROUP_MEMORY: Needs = Needs(1 << 63);

/// Narrower terminals than this do without the manager's own words.
pub const MEDIUM: usize = 160;
/// Without `--columns`, on terminals narrower than the first number: what fits.
pub const NARROW: &[(usize, &str)] = &[
    (100, "service,state,age,cpu,rss,io,tasks,listens,user"),
    (MEDIUM, "service,state,age,cpu,time,rss,io-read,io-write,tasks,listens,user,description"),
];

/// Every column.
pub static COLUMNS: &[C] = &[
    C::new("service", "SERVICE", Kind::Text, "the service; else the container, or the program of a daemon without a service", |r| {
        Value::text(r.name.as_str())
    })
    .json("name")
    .shown()
    .flexible(12)
    .max_width(40),
    C::new("kind", "KIND", Kind::Text, "service, detached (no manager looks after it), container or init", |r| {
        Value::text(r.kind.word())
    }),
    C::new("manager", "MANAGER", Kind::Text, "whose service it is: systemd, openrc, sysv, runit …", |r| {
        Value::or_missing(r.manager, Why::NotApplicable)
    }),
    C::new("state", "STATE", Kind::Text, "running, failed, crashed, starting …; detached, container, init where no manager has it", |r| {
        Value::text(state(r))
    })
    .shown()
    .style(state_style),
    C::new("native", "IN ITS WORDS", Kind::Text, "the state in the manager's own words", |r| {
        Value::or_missing(r.native.as_deref(), Why::NotApplicable)
    })
    .json("native_state")
    .shown()
    .flexible(8)
    .max_width(28),
    C::new("result", "RESULT", Kind::Text, "how it ended, where it ended badly", |r| {
        Value::or_missing(r.result.as_deref(), Why::NotApplicable)
    }),
    C::new("restarts", "RESTARTS", Kind::Number, "how often its manager restarted it by itself", |r| {
        Value::or_missing(r.restarts, Why::NotApplicable)
    }),
    C::new("age", "SINCE", Kind::Seconds, "how long it has been in this state; of daemons without a manager: has run", |r| {
        r.since_seconds.map_or(Value::Missing(Why::Unknown), Value::seconds)
    })
    .json("age_seconds")
    .shown(),
    C::new("since", "AT", Kind::Time, "since when it is in this state", |r| match r.since_seconds {
        Some(seconds) => {
            let unix_seconds = super::unix_now() - seconds;
            Value::Timestamp(Timestamp { unix_seconds, text: crate::time::short_local(unix_seconds).into() })
        }
        None => Value::Missing(Why::Unknown),
    }),
    C::new("cpu", "CPU%", Kind::Percent, "share of one processor, summed over its processes' lives, or since the last look with --watch", |r| {
        of_processes(r, Value::percent(r.cpu_percent))
    })
    .json("cpu_percent")
    .shown()
    .style(|r| if r.cpu_percent >= 50.0 { Style::Warn } else { Style::Plain }),
    C::new("time", "CPUTIME", Kind::Seconds, "CPU time that its present processes used", |r| of_processes(r, Value::seconds(r.cpu_seconds)))
        .json("cpu_seconds")
        .shown(),
    C::new("rss", "MEM", Kind::Bytes, "memory in RAM, summed over its processes: what they share is counted for each", |r| {
        of_processes(r, Value::Bytes(r.rss_bytes))
    })
    .json("rss_bytes")
    .shown(),
    C::new("memory", "CGROUP", Kind::Bytes, "memory that its control group is charged for, file cache included (cgroup v2)", |r| {
        fact(r.cgroup_memory.as_ref(), |bytes| Value::Bytes(*bytes))
    })
    .json("cgroup_memory_bytes")
    .needs(CGROUP_MEMORY.0),
    C::new("io", "I/O", Kind::Bytes, "bytes that its present processes read from and wrote to storage", |r| {
        fact(r.io.as_ref(), |(read, written)| Value::Bytes(read.saturating_add(*written)))
    })
    .json("io_bytes")
    .needs(Needs::IO.0),
    C::new("io-read", "READ", Kind::Bytes, "bytes that its present processes read from storage", |r| {
        fact(r.io.as_ref(), |(read, _)| Value::Bytes(*read))
    })
    .json("io_read_bytes")
    .shown()
    .needs(Needs::IO.0),
    C::new("io-write", "WRITTEN", Kind::Bytes, "bytes that its present processes wrote to storage", |r| {
        fact(r.io.as_ref(), |(_, written)| Value::Bytes(*written))
    })
    .json("io_write_bytes")
    .shown()
    .needs(Needs::IO.0),
    C::new("processes", "PROCS", Kind::Number, "processes", |r| (r.pids.len() as u64).into()),
    C::new("tasks", "TASKS", Kind::Number, "threads of all its processes", |r| of_processes(r, r.tasks.into())).shown(),
    C::new("listens", "LISTENS", Kind::Text, "TCP and UDP ports that it listens on, in this network namespace or its container's", |r| {
        fact(r.listens.as_ref(), |ports| Value::text(listen::compact(ports)))
    })
    .shown()
    .flexible(8)
    .max_width(32),
    C::new("user", "USER", Kind::Text, "who its main process runs as", |r| {
        Value::or_missing(r.user.as_deref(), no_process(r))
    })
    .shown()
    .max_width(12),
    C::new("pid", "PID", Kind::Number, "its main process", |r| Value::or_missing(r.main_pid, no_process(r))).json("main_pid"),
    C::new("pids", "PIDS", Kind::List, "its processes, the main one first", |r| {
        Value::List(r.pids.iter().map(|&pid| pid.into()).collect())
    }),
    C::new("description", "DESCRIPTION", Kind::Text, "the service's description; else its main process's command line", |r| {
        Value::raw(&*r.description)
    })
    .shown()
    .flexible(16),
];

/// The word for a line's state.
pub fn state(row: &Row) -> &'static str {
    match row.kind {
        RowKind::Service => row.state.word(),
        other => other.word(),
    }
}

fn of_processes<'a>(row: &Row, value: Value<'a>) -> Value<'a> {
    if row.pids.is_empty() { Value::Missing(Why::NotApplicable) } else { value }
}

fn no_process(row: &Row) -> Why {
    if row.pids.is_empty() { Why::NotApplicable } else { Why::Unknown }
}

fn state_style(row: &Row) -> Style {
    match (row.kind, row.state) {
        (RowKind::Service, ServiceState::Running) => Style::Good,
        (RowKind::Service, ServiceState::Failed | ServiceState::Crashed) => Style::Bad,
        (
            RowKind::Service,
            ServiceState::Starting | ServiceState::Stopping | ServiceState::Unknown,
        ) => Style::Warn,
        _ => Style::Plain,
    }
}

/// What a line listens on, for JSON.
pub fn ports(row: &Row) -> Option<&[listen::Port]> {
    match &row.listens {
        Fact::Known(ports) => Some(ports),
        _ => None,
    }
}
