//! Services and what starts them: sockets, timers, paths (systemd.service(5), .socket, .timer,
//! .path, "AUTOMATIC DEPENDENCIES").

use super::{Dependency, Found, FoundPath, Need, Rule, Subject, Why, read, shutdown, sysinit};
use crate::{
    escape,
    name::{Name, UnitType},
    table::{Group, Id},
    values::Listen,
};

const TYPE: Id = Id::of(Group::Service, "Type");
const BUS_NAME: Id = Id::of(Group::Service, "BusName");
const SOCKETS: Id = Id::of(Group::Service, "Sockets");
const ACCEPT: Id = Id::of(Group::Socket, "Accept");
const SERVICE: Id = Id::of(Group::Socket, "Service");
const BIND_TO_DEVICE: Id = Id::of(Group::Socket, "BindToDevice");
const TIMER_UNIT: Id = Id::of(Group::Timer, "Unit");
const ON_CALENDAR: Id = Id::of(Group::Timer, "OnCalendar");
const PERSISTENT: Id = Id::of(Group::Timer, "Persistent");
const PATH_UNIT: Id = Id::of(Group::Path, "Unit");

/// What a path unit watches.
const WATCHES: [Id; 5] = [
    Id::of(Group::Path, "PathExists"),
    Id::of(Group::Path, "PathExistsGlob"),
    Id::of(Group::Path, "PathChanged"),
    Id::of(Group::Path, "PathModified"),
    Id::of(Group::Path, "DirectoryNotEmpty"),
];

pub(super) fn service(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(settings) = subject.settings() {
        let sockets =
            settings.names(SOCKETS).filter(|(name, _)| name.unit_type() == UnitType::Socket);
        for (name, origin) in sockets {
            let why = Why::because(Rule::Sockets, SOCKETS, origin);
            for kind in [Dependency::Wants, Dependency::After, Dependency::TriggeredBy] {
                found(kind, name.as_str(), why);
            }
        }
        let is_bus = settings.text(TYPE).is_none_or(|word| word == "dbus");
        if is_bus && settings.has(BUS_NAME) {
            let why = subject.because(Rule::Bus, BUS_NAME);
            found(Dependency::Requires, "dbus.socket", why);
            found(Dependency::After, "dbus.socket", why);
        }
    }
    if subject.has_defaults() {
        let why = Why::rule(Rule::BootDefault);
        sysinit(subject, found);
        if subject.options.is_user {
            found(Dependency::Requires, "basic.target", why);
        }
        found(Dependency::After, "basic.target", why);
    }
    shutdown(subject, found);
}

pub(super) fn socket(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !accepts_all(subject) {
        let named = subject.settings().and_then(|settings| settings.names(SERVICE).last());
        match named.filter(|(name, _)| name.unit_type() == UnitType::Service) {
            Some((name, origin)) => {
                let why = Why::because(Rule::TriggerSetting, SERVICE, origin);
                starts(name.as_str(), why, found);
            }
            None => starts_namesake(subject, found),
        }
    }
    let device = subject.text(BIND_TO_DEVICE).filter(|name| !name.is_empty() && *name != "lo");
    if let Some(device) = device {
        let path = format!("/sys/subsystem/net/devices/{device}");
        let why = subject.because(Rule::Device, BIND_TO_DEVICE);
        node(subject, &path, Dependency::BindsTo, why, found);
    }
    group(subject, "sockets.target", found);
}

pub(super) fn timer(subject: &Subject<'_>, found: &mut Found<'_>) {
    trigger(subject, TIMER_UNIT, found);
    group(subject, "timers.target", found);
    let has_calendar = subject.settings().is_some_and(|settings| settings.has(ON_CALENDAR));
    if has_calendar && subject.has_defaults() && !subject.options.is_user {
        let why = subject.because(Rule::ClockDefault, ON_CALENDAR);
        found(Dependency::After, "time-set.target", why);
        found(Dependency::After, "time-sync.target", why);
    }
}

pub(super) fn path(subject: &Subject<'_>, found: &mut Found<'_>) {
    trigger(subject, PATH_UNIT, found);
    group(subject, "paths.target", found);
}

/// Paths that sockets listen on, path units watch, and timers keep their time stamps in.
pub(super) fn paths(subject: &Subject<'_>, found: &mut FoundPath<'_>) {
    let Some(settings) = subject.settings() else { return };
    match subject.unit_type() {
        UnitType::Socket => {
            for setting in settings.settings() {
                let path = read::listen(&setting.value).and_then(read::listen_path);
                if let Some(path) = path {
                    let why = Why::because(Rule::MountsFor, setting.id, setting.origin);
                    found(path, Need::Requires, why);
                }
            }
        }
        UnitType::Path => {
            for id in WATCHES {
                for (path, origin) in settings.texts(id) {
                    found(path, Need::Requires, Why::because(Rule::MountsFor, id, origin));
                }
            }
        }
        UnitType::Timer if subject.flag(PERSISTENT) && !subject.options.is_user => {
            let why = subject.because(Rule::MountsFor, PERSISTENT);
            found("/var/lib/systemd/timers", Need::Requires, why);
        }
        _ => {}
    }
}

/// What sockets, timers and paths have in common.
fn group(subject: &Subject<'_>, target: &str, found: &mut Found<'_>) {
    if subject.has_defaults() {
        found(Dependency::Before, target, Why::rule(Rule::GroupDefault));
        sysinit(subject, found);
    }
    shutdown(subject, found);
}

fn trigger(subject: &Subject<'_>, id: Id, found: &mut Found<'_>) {
    let named = subject.settings().and_then(|settings| settings.names(id).next());
    match named.filter(|(name, _)| *name != subject.name) {
        Some((name, origin)) => {
            let name = super::written::resolve(subject.name, name);
            starts(&name, Why::because(Rule::TriggerSetting, id, origin), found);
        }
        None => starts_namesake(subject, found),
    }
}

fn starts_namesake(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(name) = subject.name.with_type(UnitType::Service) {
        starts(name.as_str(), Why::rule(Rule::Trigger), found);
    }
}

fn starts(name: &str, why: Why, found: &mut Found<'_>) {
    found(Dependency::Triggers, name, why);
    found(Dependency::Before, name, why);
}

/// Whether every connection gets a service of its own, so that there is none to be started once.
fn accepts_all(subject: &Subject<'_>) -> bool {
    let Some(settings) = subject.settings() else { return false };
    let mut listens = settings.settings().iter().filter_map(|set| read::listen(&set.value));
    subject.flag(ACCEPT) && listens.all(Listen::can_accept)
}

/// A dependency on the device of a path, and the order.
pub(super) fn node(
    subject: &Subject<'_>,
    path: &str,
    kind: Dependency,
    why: Why,
    found: &mut Found<'_>,
) {
    if !subject.options.devices || !is_device_path(path) {
        return;
    }
    let Some(device) = device_of(path) else { return };
    let kind = if subject.options.is_user { Dependency::Wants } else { kind };
    found(Dependency::After, device.as_str(), why);
    found(kind, device.as_str(), why);
}

fn device_of(path: &str) -> Option<Name> {
    let stem = escape::escape_path(path.as_bytes()).ok()?;
    format!("{stem}.device").parse().ok()
}

fn is_device_path(path: &str) -> bool {
    ["/dev/", "/sys/"]
        .iter()
        .any(|start| path.strip_prefix(start).is_some_and(|rest| !rest.is_empty()))
}
