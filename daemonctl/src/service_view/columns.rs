//! The one table of what can be shown of a service: tables, `--columns`, `--sort`, `--filter`, help,
//! JSON keys and the properties of `show` come from it.

use host::{Field, ServiceState};
use present::{Column, Kind, Rows, Style, Timestamp, Value, Why};
use process::fact::Fact;

use super::fill::need;
use super::{Seen, ServiceView, unix_now};
use crate::columns::fact;
use crate::overview::listen;

/// Services.
pub enum Services {}

impl Rows for Services {
    type Row<'a> = ServiceView;
}

type C = Column<Services>;

/// Without `--columns`, on terminals narrower than the number: what fits.
pub const NARROW: &[(usize, &str)] =
    &[(72, "service,state,age"), (100, "service,manager,state,age,enabled,pid,description")];

/// Every column.
pub static COLUMNS: &[C] = &[
    C::new(
        "service",
        "SERVICE",
        Kind::Text,
        "its name; of a daemon without a manager, its program",
        |v| Value::text(v.name.as_str()),
    )
    .json("name")
    .shown()
    .flexible(14)
    .max_width(44)
    .style(|v| if v.trouble.is_empty() { Style::Plain } else { Style::Bad }),
    C::new(
        "manager",
        "MANAGER",
        Kind::Text,
        "whose it is: systemd, systemd-user, openrc, sysv; nothing for a daemon that no manager has",
        |v| Value::or_missing(v.manager, Why::NotApplicable),
    )
    .shown(),
    C::new(
        "state",
        "STATE",
        Kind::Text,
        "running, exited, starting, stopping, failed, crashed, stopped or unknown",
        |v| Value::text(v.state.value.word()),
    )
    .shown()
    .style(state_style),
    C::new("native", "IN ITS WORDS", Kind::Text, "the state in the manager's own words", |v| {
        let native = v.service.as_ref().map(|service| service.native.as_str());
        Value::or_missing(native.filter(|native| !native.is_empty()), Why::NotApplicable)
    })
    .json("native_state")
    .flexible(8)
    .max_width(32),
    C::new(
        "load",
        "LOAD",
        Kind::Text,
        "loaded, not-found, masked, bad-setting or error, as systemctl lists it",
        |v| Value::text(v.unit_state().load),
    )
    .json("load_state"),
    C::new(
        "active",
        "ACTIVE",
        Kind::Text,
        "active, inactive, failed, activating …, as systemctl lists it",
        |v| Value::text(v.unit_state().active),
    )
    .json("active_state"),
    C::new("sub", "SUB", Kind::Text, "running, exited, dead …, as systemctl lists it", |v| {
        Value::text(v.unit_state().sub)
    })
    .json("sub_state"),
    C::new("age", "SINCE", Kind::Seconds, "how long it has been in this state", |v| {
        match v.since_unix_seconds {
            Some(since) => Value::seconds((unix_now() - since.value).max(0.0)),
            None => Value::Missing(v.why(Field::Since)),
        }
    })
    .json("age_seconds")
    .shown()
    .needs(need::TOLD),
    C::new("since", "AT", Kind::Time, "since when it is in this state", |v| {
        match v.since_unix_seconds {
            Some(since) => Value::Timestamp(Timestamp {
                unix_seconds: since.value,
                text: crate::time::short_local(since.value).into(),
            }),
            None => Value::Missing(v.why(Field::Since)),
        }
    })
    .needs(need::TOLD),
    C::new(
        "enabled",
        "ENABLED",
        Kind::Text,
        "whether it starts at boot: enabled, disabled, static, masked …",
        |v| Value::or_missing(v.enablement.as_deref(), v.why(Field::Enablement)),
    )
    .json("enablement")
    .shown()
    .needs(need::ENABLEMENT),
    C::new("runlevels", "IN", Kind::List, "the runlevels or targets that start it", |v| {
        let found = v.service.as_ref().and_then(|service| service.enabled_in.as_deref());
        list(found, v.why(Field::EnabledIn))
    })
    .json("enabled_in")
    .needs(need::DETAILS),
    C::new("pid", "PID", Kind::Number, "its main process", |v| {
        Value::or_missing(v.main_pid.map(|pid| pid.value), v.why(Field::MainPid))
    })
    .json("main_pid")
    .shown()
    .needs(need::TOLD),
    C::new(
        "restarts",
        "RESTARTS",
        Kind::Number,
        "how often its manager restarted it by itself",
        |v| {
            let restarts = v.service.as_ref().and_then(|service| service.restarts);
            Value::or_missing(restarts, v.why(Field::Restarts))
        },
    )
    .shown()
    .needs(need::TOLD)
    .style(|v| match v.service.as_ref().and_then(|service| service.restarts) {
        Some(1..) => Style::Warn,
        _ => Style::Plain,
    }),
    C::new("result", "RESULT", Kind::Text, "how it ended, where it ended badly", |v| {
        let result = v.service.as_ref().and_then(|service| service.result.as_deref());
        Value::or_missing(result, v.why(Field::Result))
    }),
    C::new("user", "USER", Kind::Text, "who its main process runs as", |v| {
        seen(v, |seen| Value::or_missing(seen.user.as_deref(), Why::Unknown))
    })
    .needs(need::PROCESSES),
    C::new("processes", "PROCS", Kind::Number, "processes", |v| match &v.seen {
        Some(seen) => (seen.pids.len() as u64).into(),
        None => Value::Missing(Why::NotMeasured),
    })
    .json("process_count")
    .needs(need::PROCESSES),
    C::new("pids", "PIDS", Kind::List, "its processes, the main one first", |v| match &v.seen {
        Some(seen) => Value::List(seen.pids.iter().map(|&pid| pid.into()).collect()),
        None => Value::Missing(Why::NotMeasured),
    })
    .needs(need::PROCESSES),
    C::new("tasks", "TASKS", Kind::Number, "threads of all its processes", |v| {
        seen(v, |seen| seen.tasks.into())
    })
    .needs(need::PROCESSES),
    C::new(
        "rss",
        "MEM",
        Kind::Bytes,
        "memory in RAM, summed over its processes: what they share is counted for each",
        |v| seen(v, |seen| Value::Bytes(seen.rss_bytes)),
    )
    .json("rss_bytes")
    .needs(need::PROCESSES),
    C::new(
        "memory",
        "CGROUP",
        Kind::Bytes,
        "memory that its control group is charged for, file cache included (cgroup v2)",
        |v| seen(v, |seen| fact(seen.cgroup_memory.as_ref(), |bytes| Value::Bytes(*bytes))),
    )
    .json("cgroup_memory_bytes")
    .needs(need::CGROUP_MEMORY),
    C::new(
        "cpu",
        "CPU%",
        Kind::Percent,
        "share of one processor, over its processes' lives",
        |v| seen(v, |seen| Value::percent(seen.cpu_percent)),
    )
    .json("cpu_percent")
    .needs(need::PROCESSES),
    C::new("time", "CPUTIME", Kind::Seconds, "CPU time that its present processes used", |v| {
        seen(v, |seen| Value::seconds(seen.cpu_seconds))
    })
    .json("cpu_seconds")
    .needs(need::PROCESSES),
    C::new("ports", "LISTENS", Kind::Text, "TCP and UDP ports that it listens on", |v| {
        seen(v, |seen| fact(seen.listens.as_ref(), |ports| Value::text(listen::compact(ports))))
    })
    .json("listens")
    .flexible(8)
    .max_width(32)
    .needs(need::PORTS),
    C::new("logs", "LOGS", Kind::List, "log files that its processes hold open for writing", |v| {
        seen(v, |seen| {
            fact(seen.log_files.as_ref(), |files| {
                Value::List(files.iter().map(|file| Value::raw(&**file)).collect())
            })
        })
    })
    .json("log_files")
    .needs(need::LOGS),
    C::new(
        "triggered",
        "TRIGGERED BY",
        Kind::List,
        "timers, sockets and paths that start it",
        |v| {
            let found = v.service.as_ref().and_then(|service| service.triggered_by.as_deref());
            list(found, v.why(Field::TriggeredBy))
        },
    )
    .json("triggered_by")
    .needs(need::DETAILS),
    C::new("definition", "DEFINITION", Kind::Text, "its unit file or script", |v| {
        let path = v.service.as_ref().and_then(|service| service.definition.as_deref());
        let path = path.map(|path| Value::raw(path.as_os_str().as_encoded_bytes()));
        Value::or_missing(path, v.why(Field::Definition))
    })
    .needs(need::DETAILS),
    C::new("group", "GROUP", Kind::Text, "its control group", |v| {
        let group = v.service.as_ref().and_then(|service| service.control_group.as_deref());
        Value::or_missing(group, Why::Unknown)
    })
    .json("control_group")
    .needs(need::DETAILS),
    C::new("trouble", "TROUBLE", Kind::List, "what is wrong with it, in sentences", |v| {
        Value::List(v.trouble.iter().map(|text| Value::text(text.as_str())).collect())
    })
    .style(|_| Style::Bad),
    C::new(
        "description",
        "DESCRIPTION",
        Kind::Text,
        "what it is; of a daemon without a manager, its command line",
        |v| Value::raw(&*v.description),
    )
    .shown()
    .flexible(16),
];

fn seen<'a>(view: &'a ServiceView, show: impl FnOnce(&'a Seen) -> Value<'a>) -> Value<'a> {
    match &view.seen {
        None => Value::Missing(Why::NotMeasured),
        Some(seen) if seen.pids.is_empty() => Value::Missing(Why::NotApplicable),
        Some(seen) => show(seen),
    }
}

fn list(found: Option<&[String]>, why: Why) -> Value<'_> {
    match found {
        Some(names) => Value::List(names.iter().map(|name| Value::text(name.as_str())).collect()),
        None => Value::Missing(why),
    }
}

/// How a state looks.
pub fn state_style(view: &ServiceView) -> Style {
    match view.state.value {
        ServiceState::Failed | ServiceState::Crashed => Style::Bad,
        ServiceState::Starting | ServiceState::Stopping => Style::Warn,
        ServiceState::Running => Style::Good,
        ServiceState::Exited => Style::Plain,
        ServiceState::Stopped | ServiceState::Unknown => Style::Dim,
    }
}

/// What it listens on, where that is known.
pub fn ports(view: &ServiceView) -> Option<&[listen::Port]> {
    match view.seen.as_ref().filter(|seen| !seen.pids.is_empty()).map(|seen| &seen.listens) {
        Some(Fact::Known(ports)) => Some(ports),
        _ => None,
    }
}
