//! Writers: a definition into the files that a manager reads.

mod cron;
mod depend;
mod openrc;
mod openrc_parts;
mod openrc_words;
mod sh;
mod systemd;
mod systemd_exec;
mod systemd_text;
mod systemd_timer;
mod sysv;
mod sysv_parts;
mod sysv_unsaid;
mod unsaid;

use std::fmt;

use crate::{Definition, Lost, Place, System};

pub use cron::write_cron;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Where its manager looks for it: an absolute path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its permission bits.
    pub mode: u32,
}

impl OutFile {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// A translation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files.
    pub files: Vec<OutFile>,
    /// What they do not say: what the reader lost first.
    pub lost: Vec<Lost>,
}

/// Why a definition can't be written in a language at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable {
    /// Why, in a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where the part of the definition was said that is in the way.
    pub place: Option<Place>,
}

impl Unwritable {
    fn new(message: impl Into<String>) -> Unwritable {
        Unwritable { message: message.into(), help: None, place: None }
    }

    fn help(self, help: impl Into<String>) -> Unwritable {
        Unwritable { help: Some(help.into()), ..self }
    }

    fn at(self, place: Option<Place>) -> Unwritable {
        Unwritable { place, ..self }
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Unwritable {}

/// Writes a definition for a manager.
///
/// # Errors
/// A part that the service can't be without can't be said in that language.
pub fn write(definition: &Definition, system: System) -> Result<Written, Unwritable> {
    if definition.start.is_empty() && definition.stop.is_empty() {
        let message = format!("{} starts no command", definition.name);
        return Err(Unwritable::new(message).at(definition.place("start")));
    }
    check_name(&definition.name)?;
    let mut written = Written { files: Vec::new(), lost: definition.lost.clone() };
    match system {
        System::Systemd => systemd::write(definition, &mut written)?,
        System::OpenRc | System::SysV if definition.schedule.is_some() => {
            // Neither knows times: cron does, on both.
            let file = write_cron(definition, &mut written.lost)?;
            written.files.push(file);
        }
        System::OpenRc => openrc::write(definition, &mut written)?,
        System::SysV => sysv::write(definition, &mut written)?,
    }
    foreign(definition, system, &mut written.lost);
    Ok(written)
}

/// A name that is a file's in every language.
fn check_name(name: &str) -> Result<(), Unwritable> {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@:+\\".contains(&byte);
    let is_first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.bytes().next().is_some_and(is_first) && name.bytes().all(is_fit) && name.len() <= 200 {
        return Ok(());
    }
    let message = format!("\"{}\" can't be the name of a service", name.escape_debug());
    let help = "use letters, digits, - _ . and @, a letter or digit first: --name";
    Err(Unwritable::new(message).help(help))
}

/// Settings that only another language knows.
fn foreign(definition: &Definition, system: System, lost: &mut Vec<Lost>) {
    for native in definition.natives.iter().filter(|native| native.system != system) {
        let what = match native.system {
            System::SysV => format!("{}: {}", native.key, native.value),
            System::OpenRc if native.section == "depend" => {
                format!("{} {}", native.key, native.value)
            }
            _ => format!("{}={}", native.key, native.value),
        };
        let whose = match native.system {
            System::Systemd => "systemd",
            System::OpenRc => "OpenRC",
            System::SysV => "an init script",
        };
        let why = format!("only {whose} {}", reason(&native.key));
        lost.push(Lost::new(what, why).at(native.place.clone()));
    }
}

/// What nobody else does, for the settings that people ask about.
fn reason(key: &str) -> &'static str {
    const SANDBOX: [&str; 12] = [
        "Protect",
        "Private",
        "Restrict",
        "SystemCall",
        "ReadOnly",
        "ReadWrite",
        "Inaccessible",
        "NoNewPrivileges",
        "Capabilit",
        "Ambient",
        "LockPersonality",
        "MemoryDeny",
    ];
    const RESOURCES: [&str; 8] =
        ["Memory", "CPU", "IO", "Tasks", "Slice", "Delegate", "Device", "IPAddress"];
    match key {
        "After" | "Before" | "Wants" | "Requires" => "has such a unit",
        "WatchdogSec" => "has a watchdog",
        "Sockets" => "hands sockets to services",
        "OnFailure" | "OnSuccess" => "starts something when a service ends",
        _ if key.starts_with("Condition") || key.starts_with("Assert") => {
            "asks that before a start"
        }
        _ if SANDBOX.iter().any(|prefix| key.starts_with(prefix)) => "confines a service so",
        _ if RESOURCES.iter().any(|prefix| key.starts_with(prefix)) => {
            "gives a service a share of its own of that"
        }
        _ => "has such a thing",
    }
}
