//! `[Unit]`, and units other than services: sockets, timers, paths, mounts, swaps.

use super::{Lines, Show, one, service};
use crate::{
    name::UnitType,
    table::{Group, Id},
    time::span::{INFINITY, format_usec},
    values::{
        Value,
        socket::{Address, Listen, ListenKind},
    },
};

const DESCRIPTION: Id = Id::of(Group::Unit, "Description");
const IGNORE_ON_ISOLATE: Id = Id::of(Group::Unit, "IgnoreOnIsolate");
const JOB_TIMEOUT: Id = Id::of(Group::Unit, "JobTimeoutSec");
const JOB_RUNNING_TIMEOUT: Id = Id::of(Group::Unit, "JobRunningTimeoutSec");
const ON_FAILURE_JOB_MODE: Id = Id::of(Group::Unit, "OnFailureJobMode");
const ON_FAILURE_ISOLATE: Id = Id::of(Group::Unit, "OnFailureIsolate");
const BACKLOG: Id = Id::of(Group::Socket, "Backlog");
const FD_NAME: Id = Id::of(Group::Socket, "FileDescriptorName");
const PROTOCOL: Id = Id::of(Group::Socket, "SocketProtocol");
const ACCEPT: Id = Id::of(Group::Socket, "Accept");
const TRIGGER_BURST: Id = Id::of(Group::Socket, "TriggerLimitBurst");
const SWAP_WHAT: Id = Id::of(Group::Swap, "What");
const TIMESTAMPING: Id = Id::of(Group::Socket, "Timestamping");

pub(super) fn special(show: &Show<'_>, group: Group, name: &str, ids: &[Id]) -> Option<Lines> {
    match group {
        Group::Unit => unit(show, name, ids),
        Group::Socket => socket(show, name, ids),
        Group::Timer => timer(show, name, ids),
        Group::Path => path(show, name, ids),
        Group::Mount | Group::Automount if name == "Where" => {
            Some(one(show.unit.mount_point().unwrap_or_default()))
        }
        // Zero is never, yet it is shown as zero where nobody wrote it.
        Group::Automount if name == "TimeoutIdleUSec" && !show.has(*ids.first()?) => Some(one("0")),
        Group::Swap if !show.has(*ids.first()?) => match name {
            "Priority" => Some(one("-1")),
            "What" => Some(one(swap_path(show))),
            _ => None,
        },
        Group::Scope if name == "OOMPolicy" => Some(service::oom_policy(show)),
        _ => None,
    }
}

fn unit(show: &Show<'_>, name: &str, ids: &[Id]) -> Option<Lines> {
    Some(match name {
        "Description" if !show.has(DESCRIPTION) => one(description(show)),
        "IgnoreOnIsolate" if !show.has(IGNORE_ON_ISOLATE) => one(super::yes_no(matches!(
            show.unit.name.unit_type(),
            UnitType::Slice
                | UnitType::Scope
                | UnitType::Device
                | UnitType::Swap
                | UnitType::Mount
                | UnitType::Automount
        ))),
        // A job that may not wait may not run for longer either.
        "JobRunningTimeoutUSec" if !show.has(JOB_RUNNING_TIMEOUT) => {
            match show.value(JOB_TIMEOUT) {
                Some(Value::Usec(usec)) => one(format_usec(*usec, 1)),
                _ => one("infinity"),
            }
        }
        "OnFailureJobMode" => one(on_failure_job_mode(show)),
        "Conditions" | "Asserts" => Some(conditions(show, ids)),
        _ => return None,
    })
}

/// Mounts and swaps are called by their places.
fn description(show: &Show<'_>) -> String {
    let unit = show.unit;
    let place = match unit.name.unit_type() {
        UnitType::Mount => unit.mount_point(),
        UnitType::Swap => {
            Some(unit.settings.text(SWAP_WHAT).map_or_else(|| swap_path(show), str::to_owned))
        }
        _ => None,
    };
    place.unwrap_or_else(|| unit.name.to_string())
}

/// The last of two directives that set it.
fn on_failure_job_mode(show: &Show<'_>) -> &'static str {
    let last = show.unit.settings.settings().iter().rev().find_map(|setting| match setting.value {
        Value::Word(word) if setting.id == ON_FAILURE_JOB_MODE => Some(word),
        Value::Flag(true) if setting.id == ON_FAILURE_ISOLATE => Some("isolate"),
        Value::Flag(false) if setting.id == ON_FAILURE_ISOLATE => Some("replace"),
        _ => None,
    });
    last.unwrap_or("replace")
}

/// Conditions with their names, as they are written.
fn conditions(show: &Show<'_>, ids: &[Id]) -> Vec<String> {
    let settings = show.unit.settings.settings().iter();
    settings
        .filter(|setting| ids.contains(&setting.id))
        .map(|setting| format!("{}={}", setting.id.name(), setting.value))
        .collect()
}

fn swap_path(show: &Show<'_>) -> String {
    let path = crate::escape::unescape_path(show.unit.name.stem()).ok();
    path.and_then(|path| String::from_utf8(path).ok()).unwrap_or_default()
}

fn socket(show: &Show<'_>, name: &str, ids: &[Id]) -> Option<Lines> {
    let is_set = ids.first().is_some_and(|id| show.has(*id));
    Some(match name {
        "Listen" => listen(show, ids),
        "Backlog" if !show.has(BACKLOG) => match show.version() {
            ..256 => one("2147483647"),
            _ => one("4294967295"),
        },
        "FileDescriptorName" if !show.has(FD_NAME) => one(show.unit.name.as_str()),
        "SocketProtocol" => match show.value(PROTOCOL) {
            Some(Value::Word("udplite")) => one("136"),
            Some(Value::Word("sctp")) => one("132"),
            Some(Value::Word("mptcp")) => one("262"),
            _ => one("0"),
        },
        "TriggerLimitIntervalUSec" => trigger_interval(show, ids),
        "TriggerLimitBurst" if !show.has(TRIGGER_BURST) => {
            one(if show.flag(ACCEPT) { "200" } else { "20" })
        }
        "Timestamping" if !show.has(TIMESTAMPING) => one("off"),
        "Priority" | "IPTOS" | "IPTTL" | "Mark" if !is_set => one("-1"),
        "KeepAliveTimeUSec"
        | "KeepAliveIntervalUSec"
        | "KeepAliveProbes"
        | "ReceiveBuffer"
        | "SendBuffer"
        | "PipeSize"
        | "MessageQueueMaxMessages"
        | "MessageQueueMessageSize"
            if !is_set =>
        {
            one("0")
        }
        _ => return None,
    })
}

fn listen(show: &Show<'_>, ids: &[Id]) -> Lines {
    let settings = show.unit.settings.settings().iter();
    settings
        .filter(|setting| ids.contains(&setting.id))
        .filter_map(|setting| match &setting.value {
            Value::Listen(listen) => Some(listen),
            _ => None,
        })
        .map(|listen| {
            let kind = match listen.kind {
                ListenKind::Stream => "Stream",
                ListenKind::Datagram => "Datagram",
                ListenKind::Sequential => "SequentialPacket",
                ListenKind::Fifo => "FIFO",
                ListenKind::Special => "Special",
                ListenKind::Netlink => "Netlink",
                ListenKind::MessageQueue => "MessageQueue",
                ListenKind::UsbFunction => "USBFunction",
            };
            Some(format!("{} ({kind})", address(show, listen)?))
        })
        .collect()
}

/// An address in full: a port alone is one of all addresses.
fn address(show: &Show<'_>, listen: &Listen) -> Option<String> {
    Some(match &listen.address {
        Address::Port(port) if show.context.machine.has_ipv6? => format!("[::]:{port}"),
        Address::Port(port) => format!("0.0.0.0:{port}"),
        Address::Vsock { cid, port, .. } => match cid {
            Some(cid) => format!("vsock:{cid}:{port}"),
            None => format!("vsock::{port}"),
        },
        netlink @ Address::Netlink { group: 0, .. } => format!("{netlink} 0"),
        other => other.to_string(),
    })
}

fn timer(show: &Show<'_>, name: &str, ids: &[Id]) -> Option<Lines> {
    let settings =
        || show.unit.settings.settings().iter().filter(|setting| ids.contains(&setting.id));
    Some(match name {
        "Unit" => show.unit.triggered().and_then(|unit| one(unit.as_str())),
        "TimersMonotonic" => Some(
            settings()
                .rev()
                .filter_map(|setting| match &setting.value {
                    Value::Usec(usec) => {
                        let base = setting.id.name().strip_suffix("Sec")?;
                        Some(format!("{{ {base}USec={} }}", format_usec(*usec, 1)))
                    }
                    _ => None,
                })
                .collect(),
        ),
        "TimersCalendar" => Some(
            settings()
                .rev()
                .filter_map(|setting| match &setting.value {
                    Value::Calendar(event) => Some(format!("{{ OnCalendar={event} }}")),
                    _ => None,
                })
                .collect(),
        ),
        // What would never elapse has no accuracy.
        "AccuracyUSec" => match show.value(*ids.first()?) {
            Some(Value::Usec(INFINITY)) => one("infinity"),
            _ => return None,
        },
        _ => return None,
    })
}

/// Without end it is as if nobody had written it.
fn trigger_interval(show: &Show<'_>, ids: &[Id]) -> Lines {
    match ids.first().and_then(|id| show.value(*id)) {
        Some(Value::Usec(usec)) if *usec != INFINITY => one(format_usec(*usec, 1)),
        _ => one("2s"),
    }
}

fn path(show: &Show<'_>, name: &str, ids: &[Id]) -> Option<Lines> {
    Some(match name {
        "TriggerLimitIntervalUSec" => trigger_interval(show, ids),
        "Unit" => show.unit.triggered().and_then(|unit| one(unit.as_str())),
        "Paths" => Some(
            show.unit
                .settings
                .settings()
                .iter()
                .rev()
                .filter(|setting| ids.contains(&setting.id))
                .filter_map(|setting| match &setting.value {
                    Value::Text(path) => Some(format!("{path} ({})", setting.id.name())),
                    _ => None,
                })
                .collect(),
        ),
        _ => return None,
    })
}
