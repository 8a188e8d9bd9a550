//! Every directive of systemd.unit(5), .service, .exec, .kill, .resource-control, .socket, .timer,
//! .path, .slice, .scope, .mount, .automount and .swap, one row each. Parsing, `verify`,
//! `cat --effective`, D-Bus properties and `docs/directives.md` come from these rows.

mod form;
pub mod kind;
mod rows;
mod suggest;

pub use kind::{Kind, Merge};
pub(crate) use suggest::distance;
pub use suggest::{sections_of, suggest, suggest_anywhere};

use crate::name::UnitType;

/// A set of rows: a section of its own, or a set that several sections share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Group {
    /// `[Unit]`
    Unit,
    /// `[Install]`
    Install,
    /// `[Service]` alone
    Service,
    /// `[Socket]` alone
    Socket,
    /// `[Timer]`
    Timer,
    /// `[Path]`
    Path,
    /// `[Mount]` alone
    Mount,
    /// `[Automount]`
    Automount,
    /// `[Swap]` alone
    Swap,
    /// `[Scope]` alone
    Scope,
    /// `[Slice]` alone
    Slice,
    /// systemd.exec(5): in `[Service]`, `[Socket]`, `[Mount]`, `[Swap]`
    Exec,
    /// systemd.kill(5): as `Exec`, and in `[Scope]`
    Kill,
    /// systemd.resource-control(5): as `Kill`, and in `[Slice]`
    Resource,
}

/// How our own supervisor treats a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// There is no supervisor yet.
    NotYet,
}

/// Where a setting's value comes from while nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing: an empty list, no path, no limit of its own.
    None,
    /// This value, as it would be written in a file.
    Is(&'static str),
    /// The manager's own setting of this name (systemd-system.conf(5)).
    Manager(&'static str),
    /// It follows from other settings or from the machine: how, in words.
    Computed(&'static str),
}

/// What became of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In use.
    Current,
    /// Another name of the directive named: read as that one, without a word.
    AliasOf(&'static str),
    /// An old name of the directive named: read as that one, with a warning.
    OldName(&'static str),
    /// Works without a word; what is better in its place.
    Superseded(&'static str),
    /// Works, with a warning; what to use in its place.
    Deprecated(&'static str),
    /// Read and ignored with a warning; what to do in its place, or empty.
    Obsolete(&'static str),
}

/// A row: all that is known of one directive.
#[derive(Clone, Copy, Debug)]
pub struct Directive {
    /// Its name, as the man page spells it.
    pub name: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What a second assignment does.
    pub merge: Merge,
    /// What holds while nobody sets it.
    pub default: Default,
    /// The version of systemd that brought it; 0 where it is older than the man pages say (183).
    pub since: u16,
    /// What became of it.
    pub status: Status,
    /// Whether a value that is wrong makes systemd refuse the unit, rather than ignore the line.
    /// Where a value may begin with `-`, one that does is ignored all the same.
    pub fatal: bool,
    /// The D-Bus property of org.freedesktop.systemd1(5) that shows it; empty where there is none.
    pub bus: &'static str,
    /// One line of documentation, without a full stop.
    pub doc: &'static str,
}

/// Which directive: cheap to keep and to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    group: Group,
    row: u8,
}

impl Support {
    /// The word for it in `--json`.
    pub const fn word(self) -> &'static str {
        match self {
            Support::NotYet => "not_yet",
        }
    }
}

impl Status {
    /// The word for it in `--json`.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Current => "current",
            Status::AliasOf(_) => "alias",
            Status::OldName(_) => "old_name",
            Status::Superseded(_) => "superseded",
            Status::Deprecated(_) => "deprecated",
            Status::Obsolete(_) => "obsolete",
        }
    }

    /// What to use in its place.
    pub fn instead(self) -> Option<&'static str> {
        match self {
            Status::Current | Status::Obsolete("") => None,
            Status::AliasOf(name)
            | Status::OldName(name)
            | Status::Superseded(name)
            | Status::Deprecated(name)
            | Status::Obsolete(name) => Some(name),
        }
    }
}

impl Directive {
    /// How our own supervisor treats it.
    pub const fn support(&self) -> Support {
        Support::NotYet
    }

    /// The directive that this name is another name of.
    pub const fn target(&self) -> Option<&'static str> {
        match self.status {
            Status::AliasOf(name) | Status::OldName(name) => Some(name),
            _ => None,
        }
    }
}

impl Group {
    /// All of them, in the order of documentation.
    pub const ALL: [Group; 14] = [
        Group::Unit,
        Group::Install,
        Group::Service,
        Group::Socket,
        Group::Timer,
        Group::Path,
        Group::Mount,
        Group::Automount,
        Group::Swap,
        Group::Scope,
        Group::Slice,
        Group::Exec,
        Group::Kill,
        Group::Resource,
    ];

    /// Its rows.
    pub const fn rows(self) -> &'static [Directive] {
        rows::of(self)
    }

    /// The groups that a section of a unit of this type holds: `[Service]` in a service is
    /// `Service`, `Exec`, `Kill` and `Resource`. Empty where the section is not known there.
    pub fn of_section(section: &str, unit: UnitType) -> &'static [Group] {
        use Group::{
            Automount, Exec, Install, Kill, Mount, Path, Resource, Scope, Service, Slice, Socket,
            Swap, Timer, Unit,
        };
        match section {
            "Unit" => &[Unit],
            "Install" => &[Install],
            own if Some(own) != unit.section() => &[],
            "Service" => &[Service, Exec, Kill, Resource],
            "Socket" => &[Socket, Exec, Kill, Resource],
            "Mount" => &[Mount, Exec, Kill, Resource],
            "Swap" => &[Swap, Exec, Kill, Resource],
            "Scope" => &[Scope, Kill, Resource],
            "Slice" => &[Slice, Resource],
            "Timer" => &[Timer],
            "Path" => &[Path],
            "Automount" => &[Automount],
            _ => &[],
        }
    }
}

impl Id {
    /// The directive `name` of `group`, at compile time: a name that is not in the table does not
    /// compile.
    pub const fn of(group: Group, name: &str) -> Id {
        match Self::look_up(group, name) {
            Some(id) => id,
            #[allow(clippy::panic)] // only ever at compile time: see the documentation
            None => panic!("no such directive"),
        }
    }

    /// The directive `name` of `group`, if there is one.
    pub const fn look_up(group: Group, name: &str) -> Option<Id> {
        let rows = group.rows();
        let mut row = 0;
        while row < rows.len() {
            #[allow(clippy::indexing_slicing)] // row < rows.len()
            if same(rows[row].name, name) {
                return Some(Id { group, row: row as u8 });
            }
            row += 1;
        }
        None
    }

    /// The directive that a key means in a section of a unit of this type. Aliases are resolved:
    /// the second is the row that was written.
    pub fn in_section(
        section: &str,
        unit: UnitType,
        key: &str,
    ) -> Option<(Id, &'static Directive)> {
        let groups = Group::of_section(section, unit);
        let written = groups.iter().find_map(|group| rows::find(*group, key))?;
        let directive = written.directive();
        let id = match directive.target() {
            // Some old names of [Service] mean a directive of [Unit]: even one of the same name.
            Some(name) => groups
                .iter()
                .chain(&[Group::Unit])
                .filter_map(|group| rows::find(*group, name))
                .find(|id| id.directive().target().is_none())
                .unwrap_or(written),
            None => written,
        };
        Some((id, directive))
    }

    /// Its row.
    pub fn directive(self) -> &'static Directive {
        rows::at(self.group, self.row)
    }

    /// The set of rows it stands in.
    pub const fn group(self) -> Group {
        self.group
    }

    /// Its place among the rows of its group.
    pub const fn row(self) -> u8 {
        self.row
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.directive().name
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        #[allow(clippy::indexing_slicing)] // both are as long
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
