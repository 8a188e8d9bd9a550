//! The fields that lines are made of.

use super::entry::{Entry, Field};

/// The fields of an entry that a short line may show. Of several of one name the last one counts.
#[derive(Default)]
pub(super) struct Found<'e> {
    pub(super) message: Option<&'e [u8]>,
    pub(super) priority: Option<&'e [u8]>,
    pub(super) hostname: Option<&'e [u8]>,
    pub(super) identifier: Option<&'e [u8]>,
    pub(super) comm: Option<&'e [u8]>,
    pub(super) pid: Option<&'e [u8]>,
    pub(super) syslog_pid: Option<&'e [u8]>,
    pub(super) transport: Option<&'e [u8]>,
    pub(super) unit: Option<&'e [u8]>,
    pub(super) user_unit: Option<&'e [u8]>,
    pub(super) config_file: Option<&'e [u8]>,
    pub(super) documentation: Option<&'e [u8]>,
    pub(super) times: Times<'e>,
}

/// The times that the sender gave. journalctl looks no further once it has both.
#[derive(Clone, Copy, Default)]
pub(super) struct Times<'e> {
    pub(super) realtime: Option<&'e [u8]>,
    pub(super) monotonic: Option<&'e [u8]>,
}

/// A field of [`Found`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Message,
    Priority,
    Hostname,
    Identifier,
    Comm,
    Pid,
    SyslogPid,
    Transport,
    Unit,
    UserUnit,
    ConfigFile,
    Documentation,
    SourceRealtime,
    SourceMonotonic,
}

/// What each is called.
const NAMES: &[(Slot, &[u8])] = &[
    (Slot::Message, b"MESSAGE"),
    (Slot::Priority, b"PRIORITY"),
    (Slot::Hostname, b"_HOSTNAME"),
    (Slot::Identifier, b"SYSLOG_IDENTIFIER"),
    (Slot::Comm, b"_COMM"),
    (Slot::Pid, b"_PID"),
    (Slot::SyslogPid, b"SYSLOG_PID"),
    (Slot::Transport, b"_TRANSPORT"),
    (Slot::Unit, b"_SYSTEMD_UNIT"),
    (Slot::UserUnit, b"_SYSTEMD_USER_UNIT"),
    (Slot::ConfigFile, b"CONFIG_FILE"),
    (Slot::Documentation, b"DOCUMENTATION"),
    (Slot::SourceRealtime, b"_SOURCE_REALTIME_TIMESTAMP"),
    (Slot::SourceMonotonic, b"_SOURCE_MONOTONIC_TIMESTAMP"),
];

impl Slot {
    pub(super) fn name(self) -> &'static [u8] {
        NAMES.iter().find(|(slot, _)| *slot == self).map_or(b"", |(_, name)| name)
    }
}

/// The slots of `wanted` fields by their [`Field::index`].
pub(super) fn slot_of(wanted: &[Slot], field: &Field<'_>) -> Option<Slot> {
    if field.index == Field::UNLISTED {
        return wanted.iter().copied().find(|slot| slot.name() == field.name);
    }
    wanted.get(usize::from(field.index)).copied()
}

impl<'e> Found<'e> {
    /// The fields of `entry` that are `wanted`.
    pub(super) fn of(entry: &'e impl Entry, wanted: &[Slot]) -> Self {
        let mut found = Self::default();
        for field in entry.fields() {
            if let Some(slot) = slot_of(wanted, &field) {
                found.take(slot, field.value);
            }
        }
        found
    }

    fn take(&mut self, slot: Slot, value: &'e [u8]) {
        let place = match slot {
            Slot::Message => &mut self.message,
            Slot::Priority => &mut self.priority,
            Slot::Hostname => &mut self.hostname,
            Slot::Identifier => &mut self.identifier,
            Slot::Comm => &mut self.comm,
            Slot::Pid => &mut self.pid,
            Slot::SyslogPid => &mut self.syslog_pid,
            Slot::Transport => &mut self.transport,
            Slot::Unit => &mut self.unit,
            Slot::UserUnit => &mut self.user_unit,
            Slot::ConfigFile => &mut self.config_file,
            Slot::Documentation => &mut self.documentation,
            Slot::SourceRealtime | Slot::SourceMonotonic => {
                self.times.take(slot, value);
                return;
            }
        };
        *place = Some(value);
    }

    /// The level of syslog(3); information if there is none, or it is none.
    pub(super) const fn level(&self) -> u8 {
        match self.priority {
            Some([digit @ b'0'..=b'7']) => *digit - b'0',
            _ => 6,
        }
    }
}

impl<'e> Times<'e> {
    pub(super) const fn take(&mut self, slot: Slot, value: &'e [u8]) {
        if self.realtime.is_some() && self.monotonic.is_some() {
            return;
        }
        match slot {
            Slot::SourceRealtime => self.realtime = Some(value),
            Slot::SourceMonotonic => self.monotonic = Some(value),
            _ => {}
        }
    }

    /// The sender's time if it is a time, else that of `entry`.
    pub(super) fn realtime_usec(self, entry: &impl Entry) -> u64 {
        self.realtime
            .and_then(super::bytes::number)
            .filter(|usec| (1..1 << 55).contains(usec))
            .unwrap_or_else(|| entry.realtime_usec())
    }

    /// The sender's time since boot if it is a time, else that of `entry`.
    pub(super) fn monotonic_usec(self, entry: &impl Entry) -> u64 {
        self.monotonic
            .and_then(super::bytes::number)
            .filter(|usec| *usec < 1 << 55)
            .unwrap_or_else(|| entry.monotonic_usec())
    }
}
