//! What there is to say besides the changes: notes, and why something was refused.

use std::fmt;

use super::change::Change;
use crate::files::FileError;

/// Why a part of an operation was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A file, or a link to something else, lies where a link would be made.
    Exists(Option<Box<str>>),
    /// The unit is masked.
    Masked,
    /// A generator or the service manager made the unit, and will make it anew.
    Generated,
    /// A file in a folder below those in which units are looked for can't be linked.
    BelowUnitFolders,
    /// A `%` specifier that is unknown, or whose value is not known here.
    Specifier(Box<str>),
    /// A template without an instance can't be pulled in by a unit that is none.
    WantsInstance(Box<str>),
    /// No valid unit name.
    Name,
    /// A link in the administrator's folder can't be enabled as if it were the unit.
    IsLink,
    /// The unit can't have this name as well; for that reason.
    Alias(Box<str>, Clash),
    /// What `Alias=` or a folder names is no unit.
    Reference,
    /// There is no such unit.
    NoSuchUnit,
    /// The name is an alias of a unit that does not exist.
    Dangling,
    /// Units of that type have no instances.
    NoTemplates,
    /// Only an absolute path makes sense here.
    NotAbsolute,
    /// The unit file has a line with which it can't be read.
    Unreadable(Box<str>),
    /// A file could not be read, or is none.
    File(FileError),
}

impl Why {
    /// A stable name, for `--json`.
    pub const fn name(&self) -> &'static str {
        match self {
            Why::Exists(_) => "exists",
            Why::Masked => "masked",
            Why::Generated => "generated",
            Why::BelowUnitFolders => "below_unit_folders",
            Why::Specifier(_) => "specifier",
            Why::WantsInstance(_) => "wants_instance",
            Why::Name => "name",
            Why::IsLink => "is_link",
            Why::Alias(..) => "alias",
            Why::Reference => "reference",
            Why::NoSuchUnit => "no_such_unit",
            Why::Dangling => "dangling",
            Why::NoTemplates => "no_templates",
            Why::NotAbsolute => "not_absolute",
            Why::Unreadable(_) => "unreadable",
            Why::File(_) => "file",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Why::Exists(Some(_)) => "--force replaces the link",
            Why::Exists(None) => "remove the file, or edit it instead",
            Why::Masked => "unmask it first",
            Why::IsLink => "name the unit that the link leads to",
            Why::WantsInstance(_) => "name an instance, as in name@instance.service",
            Why::NotAbsolute => "give the whole path, as it is in the tree",
            _ => return None,
        })
    }

    pub(super) fn about(self, what: impl Into<Box<str>>) -> Failure {
        Failure { what: what.into(), why: self }
    }
}

/// Why one unit can't be an alias of another (systemd.unit(5), `Alias=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It is the unit's own name.
    Same,
    /// Units of that type have no aliases.
    Type,
    /// The types differ.
    OtherType,
    /// A plain name, a template and an instance can't stand for each other, but for an instance
    /// that stands for a template.
    Form,
    /// The instances differ.
    Instance,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clash::Same => "it is the unit's own name",
            Clash::Type => "units of that type have no aliases",
            Clash::OtherType => "the types differ",
            Clash::Form => "one is a template or an instance, the other is not",
            Clash::Instance => "the instances differ",
        })
    }
}

/// Something that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The unit, path or text that it is about.
    pub what: Box<str>,
    /// Why.
    pub why: Why,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.why {
            Why::Exists(None) => write!(f, "{what} exists and is no link"),
            Why::Exists(Some(target)) => write!(f, "{what} exists and is a link to {target}"),
            Why::Masked => write!(f, "{what} is masked"),
            Why::Generated => write!(f, "{what} is generated or transient"),
            Why::BelowUnitFolders => write!(f, "{what} lies below a folder of unit files already"),
            Why::Specifier(problem) => write!(f, "{what}: {problem}"),
            Why::WantsInstance(unit) => {
                write!(f, "{what} can't pull in {unit}, which is a template without an instance")
            }
            Why::Name => write!(f, "{what} is no valid unit name"),
            Why::IsLink => write!(f, "{what} is only a link to a unit"),
            Why::Alias(unit, clash) => write!(f, "{what} can't be an alias of {unit}: {clash}"),
            Why::Reference => write!(f, "{what} names no unit and no folder of one"),
            Why::NoSuchUnit => write!(f, "{what} does not exist"),
            Why::Dangling => write!(f, "{what} is an alias of a unit that does not exist"),
            Why::NoTemplates => write!(f, "{what}: units of that type have no instances"),
            Why::NotAbsolute => write!(f, "{what} is no absolute path"),
            Why::Unreadable(problem) => write!(f, "{what}: {problem}"),
            Why::File(error) => write!(f, "{what} {error}"),
        }
    }
}

/// Something worth knowing that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A unit that `Also=` names is masked and was left out.
    Masked(Box<str>),
    /// A name that leads to no unit; its links are removed.
    Dangling(Box<str>),
    /// A unit (second) is added to a unit (first) that does not exist.
    MissingTarget(Box<str>, Box<str>),
    /// A unit that `Also=` names could not be enabled.
    Also(Failure),
    /// A unit that was left out of a preset, a link that could not be followed.
    Skipped(Failure),
    /// A line of an `[Install]` section that is ignored: file, line, what is wrong.
    Line(Box<str>, u32, Box<str>),
    /// The units have no `[Install]` section, or an empty one.
    NothingToInstall,
    /// There is no unit of that name; the operation makes sense all the same.
    NoSuchUnit(Box<str>),
}

impl Note {
    /// A stable name, for `--json`.
    pub const fn name(&self) -> &'static str {
        match self {
            Note::Masked(_) => "masked",
            Note::Dangling(_) => "dangling",
            Note::MissingTarget(..) => "missing_target",
            Note::Also(_) => "also",
            Note::Skipped(_) => "skipped",
            Note::Line(..) => "line",
            Note::NothingToInstall => "nothing_to_install",
            Note::NoSuchUnit(_) => "no_such_unit",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Masked(unit) => write!(f, "{unit} is masked and was left out"),
            Note::Dangling(unit) => write!(f, "{unit} is an alias of a unit that does not exist"),
            Note::MissingTarget(target, unit) => {
                write!(f, "{unit} is added to {target}, which does not exist")
            }
            Note::Also(failure) => write!(f, "named by Also= and left out: {failure}"),
            Note::Skipped(failure) => write!(f, "left out: {failure}"),
            Note::Line(file, line, problem) => write!(f, "{file}:{line}: {problem}"),
            Note::NothingToInstall => f.write_str(
                "no [Install] section says where the unit belongs (WantedBy=, RequiredBy=, \
                 UpheldBy=, Alias=, Also=): it is started by others that need it, by a socket, \
                 timer, path or D-Bus, or as an instance of a template",
            ),
            Note::NoSuchUnit(unit) => write!(f, "{unit} does not exist"),
        }
    }
}

/// What an operation comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, in order. Empty: all is as it was asked for.
    pub changes: Vec<Change>,
    /// What is worth knowing.
    pub notes: Vec<Note>,
    /// What was refused. The changes are what remains to be done besides, as `systemctl` does it.
    pub failures: Vec<Failure>,
}

impl Plan {
    /// Whether all that was asked for can be done.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    pub(super) fn refuse(failure: Failure) -> Plan {
        Plan { failures: vec![failure], ..Plan::default() }
    }
}
