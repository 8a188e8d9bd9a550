//! Names of units (systemd.unit(5), "DESCRIPTION" and "STRING ESCAPING FOR INCLUSION IN UNIT NAMES").

use std::{fmt, str::FromStr, sync::Arc};

mod folders;
mod mangle;
mod path;
mod slice;

pub use mangle::{is_pattern, mangle};
pub use path::PathError;
pub use slice::ROOT_SLICE;

/// The longest name, in bytes, of a unit.
pub const MAX_NAME_BYTES: usize = 255;

/// The types of units; what stands behind the last dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum UnitType {
    Service,
    Mount,
    Swap,
    Socket,
    Target,
    Device,
    Automount,
    Timer,
    Path,
    Slice,
    Scope,
}

impl UnitType {
    /// All of them.
    pub const ALL: [UnitType; 11] = [
        UnitType::Service,
        UnitType::Mount,
        UnitType::Swap,
        UnitType::Socket,
        UnitType::Target,
        UnitType::Device,
        UnitType::Automount,
        UnitType::Timer,
        UnitType::Path,
        UnitType::Slice,
        UnitType::Scope,
    ];

    /// The end of a name, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            UnitType::Service => "service",
            UnitType::Mount => "mount",
            UnitType::Swap => "swap",
            UnitType::Socket => "socket",
            UnitType::Target => "target",
            UnitType::Device => "device",
            UnitType::Automount => "automount",
            UnitType::Timer => "timer",
            UnitType::Path => "path",
            UnitType::Slice => "slice",
            UnitType::Scope => "scope",
        }
    }

    /// The section of its own, where it has one: targets and devices have none.
    pub const fn section(self) -> Option<&'static str> {
        Some(match self {
            UnitType::Service => "Service",
            UnitType::Mount => "Mount",
            UnitType::Swap => "Swap",
            UnitType::Socket => "Socket",
            UnitType::Automount => "Automount",
            UnitType::Timer => "Timer",
            UnitType::Path => "Path",
            UnitType::Slice => "Slice",
            UnitType::Scope => "Scope",
            UnitType::Target | UnitType::Device => return None,
        })
    }

    /// The type of that suffix (no dot).
    pub fn of_suffix(suffix: &str) -> Option<UnitType> {
        UnitType::ALL.into_iter().find(|kind| kind.suffix() == suffix)
    }
}

/// A valid unit name: `prefix.type`, `prefix@.type` (a template) or `prefix@instance.type`. Cheap to
/// copy: names stand in many places.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a text is no unit name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing at all.
    Empty,
    /// More than [`MAX_NAME_BYTES`].
    TooLong,
    /// No dot, or no known type behind the last one.
    Type,
    /// A character that no name may hold, at this byte.
    Character(usize),
    /// Nothing before `@` or the dot.
    Prefix,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameError::Empty => f.write_str("a unit name can't be empty"),
            NameError::TooLong => write!(f, "a unit name has at most {MAX_NAME_BYTES} bytes"),
            NameError::Type => f.write_str("a unit name ends in a type, such as .service"),
            NameError::Character(_) => {
                f.write_str("a unit name holds letters, digits and : - _ . \\ @ only")
            }
            NameError::Prefix => f.write_str("there is nothing before the @ or the dot"),
        }
    }
}

impl std::error::Error for NameError {}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Name, NameError> {
        check(text)?;
        Ok(Name(text.into()))
    }
}

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > MAX_NAME_BYTES {
        return Err(NameError::TooLong);
    }
    let (stem, suffix) = text.rsplit_once('.').ok_or(NameError::Type)?;
    UnitType::of_suffix(suffix).ok_or(NameError::Type)?;
    if stem.is_empty() || stem.starts_with('@') {
        return Err(NameError::Prefix);
    }
    // Behind the first @ another one is a character like any other.
    match stem.bytes().position(|byte| !is_name_byte(byte)) {
        Some(at) => Err(NameError::Character(at)),
        None => Ok(()),
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte)
}

impl Name {
    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type.
    pub fn unit_type(&self) -> UnitType {
        let suffix = self.0.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        UnitType::of_suffix(suffix).unwrap_or(UnitType::Service)
    }

    /// All before the last dot: `foo@bar` of `foo@bar.service`.
    pub fn stem(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(stem, _)| stem)
    }

    /// All before the first `@`, or before the last dot.
    pub fn prefix(&self) -> &str {
        self.stem().split_once('@').map_or(self.stem(), |(prefix, _)| prefix)
    }

    /// What stands between the first `@` and the last dot; `None` where there is no `@`, `Some("")`
    /// for a template.
    pub fn instance(&self) -> Option<&str> {
        self.stem().split_once('@').map(|(_, instance)| instance)
    }

    /// Whether it is a template: `foo@.service`.
    pub fn is_template(&self) -> bool {
        self.instance() == Some("")
    }

    /// The template of an instance: `foo@.service` of `foo@bar.service`. `None` for a plain name
    /// and for a template.
    pub fn template(&self) -> Option<Name> {
        let instance = self.instance()?;
        (!instance.is_empty()).then(|| self.with_instance("")).flatten()
    }

    /// The same prefix and type with another instance. `None` where the result is no name.
    pub fn with_instance(&self, instance: &str) -> Option<Name> {
        format!("{}@{instance}.{}", self.prefix(), self.unit_type().suffix()).parse().ok()
    }

    /// The same prefix and instance with another type: the socket of a service.
    pub fn with_type(&self, unit_type: UnitType) -> Option<Name> {
        format!("{}.{}", self.stem(), unit_type.suffix()).parse().ok()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}
