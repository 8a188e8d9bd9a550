//! What follows from settings where nobody wrote it: a service's type, the unit that a socket or a
//! timer starts, the place of a mount.

use crate::{
    escape,
    name::{Name, UnitType},
    table::{Group, Id},
    unit::Unit,
    values::Value,
};

const TYPE: Id = Id::of(Group::Service, "Type");
const BUS_NAME: Id = Id::of(Group::Service, "BusName");
const EXEC_START: Id = Id::of(Group::Service, "ExecStart");
const NOTIFY_ACCESS: Id = Id::of(Group::Service, "NotifyAccess");
const WATCHDOG: Id = Id::of(Group::Service, "WatchdogSec");
const FD_STORE: Id = Id::of(Group::Service, "FileDescriptorStoreMax");
const ACCEPT: Id = Id::of(Group::Socket, "Accept");
const SOCKET_SERVICE: Id = Id::of(Group::Socket, "Service");
const TIMER_UNIT: Id = Id::of(Group::Timer, "Unit");
const PATH_UNIT: Id = Id::of(Group::Path, "Unit");
const MOUNT_WHERE: Id = Id::of(Group::Mount, "Where");
const AUTOMOUNT_WHERE: Id = Id::of(Group::Automount, "Where");

impl Unit {
    /// `Type=` of a service: as written, or `dbus` with a `BusName=`, `simple` with an `ExecStart=`,
    /// else `oneshot` (systemd.service(5)).
    pub fn service_type(&self) -> &'static str {
        match self.settings.value(TYPE) {
            Some(Value::Word(word)) => word,
            _ if self.settings.has(BUS_NAME) => "dbus",
            _ if self.settings.has(EXEC_START) => "simple",
            _ => "oneshot",
        }
    }

    /// `NotifyAccess=` of a service: `main` where something needs it and nothing else is written.
    pub fn notify_access(&self) -> &'static str {
        let is_more = |id| match self.settings.value(id) {
            Some(Value::Usec(value)) => *value > 0,
            Some(Value::Integer(value)) => *value > 0,
            _ => false,
        };
        let is_needed = matches!(self.service_type(), "notify" | "notify-reload")
            || is_more(WATCHDOG)
            || is_more(FD_STORE);
        match self.settings.value(NOTIFY_ACCESS) {
            Some(Value::Word(word)) if *word != "none" || !is_needed => word,
            _ if is_needed => "main",
            _ => "none",
        }
    }

    /// The unit that a socket, a timer or a path unit starts: as written, or the service of the same
    /// name; for a socket with `Accept=yes` the template of it. `None` for other types.
    pub fn triggered(&self) -> Option<Name> {
        let written = |id| self.settings.names(id).last().map(|(name, _)| name.clone());
        match self.name.unit_type() {
            UnitType::Socket => match self.settings.flag(ACCEPT) {
                Some(true) => {
                    let prefix = self.name.prefix();
                    format!("{prefix}@.service").parse().ok()
                }
                _ => written(SOCKET_SERVICE).or_else(|| self.name.with_type(UnitType::Service)),
            },
            UnitType::Timer => {
                written(TIMER_UNIT).or_else(|| self.name.with_type(UnitType::Service))
            }
            UnitType::Path => written(PATH_UNIT).or_else(|| self.name.with_type(UnitType::Service)),
            UnitType::Automount => self.name.with_type(UnitType::Mount),
            _ => None,
        }
    }

    /// Where a mount or an automount unit mounts: as written, or as its name says.
    pub fn mount_point(&self) -> Option<String> {
        let id = match self.name.unit_type() {
            UnitType::Mount => MOUNT_WHERE,
            UnitType::Automount => AUTOMOUNT_WHERE,
            _ => return None,
        };
        match self.settings.text(id) {
            Some(path) => Some(path.to_owned()),
            None => String::from_utf8(escape::unescape_path(self.name.stem()).ok()?).ok(),
        }
    }
}
