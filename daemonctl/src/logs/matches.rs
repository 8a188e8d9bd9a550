//! Filters for what people name: units, paths, levels, identifiers; as journalctl(1) makes them.

mod device;

use std::collections::HashSet;
use std::fmt;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use journal::Id128;
use journal::filter::Matches;
use journal::set::Set;
use journal::unique;

use crate::resolve::Pattern;

/// What core dumps of programs are logged with.
const COREDUMP: &str = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";

/// Fields that tell which unit an entry is of or about.
const UNIT_FIELDS: [&str; 5] =
    ["_SYSTEMD_UNIT", "COREDUMP_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "_SYSTEMD_SLICE"];
/// The same for units of users.
const USER_UNIT_FIELDS: [&str; 5] = [
    "_SYSTEMD_USER_UNIT",
    "USER_UNIT",
    "COREDUMP_USER_UNIT",
    "OBJECT_SYSTEMD_USER_UNIT",
    "_SYSTEMD_USER_SLICE",
];

/// A unit, by the name that it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitOf {
    /// The system's.
    System,
    /// That user's.
    User(u32),
}

impl UnitOf {
    fn fields(self) -> &'static [&'static str] {
        match self {
            UnitOf::System => &UNIT_FIELDS,
            UnitOf::User(_) => &USER_UNIT_FIELDS,
        }
    }
}

/// Adds what makes a match. Such a text is one always.
fn add(matches: &mut Matches, text: impl AsRef<[u8]>) {
    // The name is ours, so that it is a good one.
    let _ = matches.add(text.as_ref());
}

/// Adds entries of a unit: its own, those about it, its core dumps; of a slice those of all in it.
/// Ends with a disjunction.
pub fn unit(matches: &mut Matches, of: UnitOf, name: &str) {
    let uid = match of {
        UnitOf::System => None,
        UnitOf::User(uid) => Some(format!("_UID={uid}")),
    };
    let alternatives: &[(&str, &[&str])] = match of {
        UnitOf::System => &[
            ("_SYSTEMD_UNIT", &[]),
            ("COREDUMP_UNIT", &[COREDUMP, "_UID=0"]),
            // What the manager says of it, and what other parts of the system do.
            ("UNIT", &["_PID=1"]),
            ("OBJECT_SYSTEMD_UNIT", &["_UID=0"]),
        ],
        UnitOf::User(_) => &[
            ("_SYSTEMD_USER_UNIT", &[]),
            ("USER_UNIT", &[]),
            ("COREDUMP_USER_UNIT", &["_UID=0"]),
            ("OBJECT_SYSTEMD_USER_UNIT", &["_UID=0"]),
        ],
    };
    let slice = match of {
        UnitOf::System => "_SYSTEMD_SLICE",
        UnitOf::User(_) => "_SYSTEMD_USER_SLICE",
    };
    let slice: &[(&str, &[&str])] = if name.ends_with(".slice") { &[(slice, &[])] } else { &[] };
    for (field, others) in alternatives.iter().chain(slice) {
        others.iter().for_each(|other| add(matches, other));
        add(matches, format!("{field}={name}"));
        uid.iter().for_each(|uid| add(matches, uid));
        matches.disjunction();
    }
}

/// Adds entries of units by what was typed: names as systemctl(1) takes them, and patterns, which mean all
/// units that the journal has heard of. Says how many units it came to; ends with a disjunction.
///
/// # Errors
/// A name that can't be one.
pub fn units(
    set: &Set,
    matches: &mut Matches,
    of: UnitOf,
    typed: &[String],
) -> Result<usize, BadMatch> {
    let mut patterns = Vec::new();
    let mut count = 0;
    for word in typed {
        let name = unit::name::mangle(word.as_bytes(), unit::UnitType::Service, true)
            .map_err(|error| BadMatch::Unit { word: word.clone(), why: error.to_string() })?;
        if unit::name::is_pattern(&name) {
            // A backslash is part of names here.
            patterns.push(Pattern::new(&name.replace('\\', "\\\\")));
            continue;
        }
        unit(matches, of, &name);
        count += 1;
    }
    if patterns.is_empty() {
        return Ok(count);
    }
    let mut found = HashSet::new();
    let mut in_order = Vec::new();
    for field in of.fields() {
        unique::values(set, field.as_bytes(), &mut |value| {
            if let Ok(name) = str::from_utf8(value)
                && patterns.iter().any(|pattern| pattern.matches(name))
                && found.insert(name.to_owned())
            {
                in_order.push(name.to_owned());
            }
            ControlFlow::Continue(())
        });
    }
    in_order.iter().for_each(|name| unit(matches, of, name));
    Ok(count + in_order.len())
}

/// Adds entries of levels: bit 0 is emerg, bit 7 debug. All eight add nothing. Ends with a conjunction.
pub fn priorities(matches: &mut Matches, mask: u8) {
    if mask == u8::MAX {
        return;
    }
    (0..8).filter(|level| mask & 1 << level != 0).for_each(|level| {
        add(matches, format!("PRIORITY={level}"));
    });
    matches.conjunction();
}

/// Adds entries of identifiers. Ends with a conjunction.
pub fn identifiers(matches: &mut Matches, identifiers: &[String]) {
    for identifier in identifiers {
        add(matches, format!("SYSLOG_IDENTIFIER={identifier}"));
        matches.disjunction();
    }
    matches.conjunction();
}

/// Adds the kernel's entries. Ends with a conjunction.
pub fn kernel(matches: &mut Matches) {
    add(matches, "_TRANSPORT=kernel");
    matches.conjunction();
}

/// Adds entries of a boot. Ends with a conjunction.
pub fn boot(matches: &mut Matches, id: Id128) {
    add(matches, format!("_BOOT_ID={id}"));
    matches.conjunction();
}

/// The boot that runs.
pub fn this_boot() -> Option<Id128> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().parse().ok()
}

/// What makes no filter.
#[derive(Debug)]
pub enum BadMatch {
    /// It is no unit's name.
    Unit {
        /// As it was typed.
        word: String,
        /// Why.
        why: String,
    },
    /// It is neither `FIELD=value`, `+` nor a path.
    Word(String),
    /// `+` stands where nothing is before or behind it.
    Plus,
    /// A path can't be looked at.
    Path {
        /// As it was typed.
        path: PathBuf,
        /// What was done: `canonicalize path`, `stat file`.
        doing: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// It is neither a program nor a device.
    NeitherProgramNorDevice(PathBuf),
}

impl fmt::Display for BadMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadMatch::Unit { word, why } => write!(f, "\"{word}\" is no name of a unit: {why}"),
            BadMatch::Word(word) => write!(f, "\"{word}\" is no match"),
            BadMatch::Plus => f.write_str("\"+\" can only be used between terms"),
            BadMatch::Path { path, error, .. } => write!(f, "{}: {error}", path.display()),
            BadMatch::NeitherProgramNorDevice(path) => {
                write!(f, "{} is neither a device nor a program", path.display())
            }
        }
    }
}

/// Adds matches as journalctl(1) takes them: `FIELD=value`, paths of programs and devices, joined by `+`.
///
/// # Errors
/// One makes no sense.
pub fn words(matches: &mut Matches, words: &[Vec<u8>]) -> Result<(), BadMatch> {
    let mut has_term = false;
    for word in words {
        if word == b"+" {
            if !has_term {
                return Err(BadMatch::Plus);
            }
            matches.disjunction();
            has_term = false;
            continue;
        }
        if word.starts_with(b"/") {
            path(matches, Path::new(std::ffi::OsStr::from_bytes(word)))?;
        } else {
            let shown = || String::from_utf8_lossy(word).into_owned();
            matches.add(word).map_err(|_| BadMatch::Word(shown()))?;
        }
        has_term = true;
    }
    match words.is_empty() || has_term {
        true => Ok(()),
        false => Err(BadMatch::Plus),
    }
}

/// Adds entries of a program, by its path, or of a device of this boot.
///
/// # Errors
/// It is neither, or can't be looked at.
pub fn path(matches: &mut Matches, typed: &Path) -> Result<(), BadMatch> {
    let wrong = |doing, error| BadMatch::Path { path: typed.to_owned(), doing, error };
    let real = typed.canonicalize().map_err(|error| wrong("canonicalize path", error))?;
    let metadata = real.symlink_metadata().map_err(|error| wrong("stat file", error))?;
    let kind = metadata.file_type();
    if kind.is_file() && metadata.permissions().mode() & 0o111 != 0 {
        program(matches, &real);
        return Ok(());
    }
    if kind.is_char_device() || kind.is_block_device() {
        device::add(matches, &metadata);
        return Ok(());
    }
    Err(BadMatch::NeitherProgramNorDevice(typed.to_owned()))
}

/// Entries of a script are those of its interpreter with the script's name.
fn program(matches: &mut Matches, real: &Path) {
    /// The kernel cuts names of processes.
    const COMM_BYTES: usize = 15;
    let Some(interpreter) = interpreter(real) else {
        add(matches, [b"_EXE=", real.as_os_str().as_bytes()].concat());
        return;
    };
    let name = real.file_name().unwrap_or_default().as_bytes();
    add(matches, [b"_COMM=", name.get(..COMM_BYTES).unwrap_or(name)].concat());
    // A link would name another file after the next upgrade.
    if interpreter.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink()) {
        add(matches, [b"_EXE=", interpreter.as_os_str().as_bytes()].concat());
    }
}

/// What a script's first line names.
fn interpreter(path: &Path) -> Option<PathBuf> {
    let mut start = Vec::new();
    std::fs::File::open(path).ok()?.take(4096).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(words.next()?)))
}
