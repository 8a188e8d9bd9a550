//! The values of options, as journalctl reads them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use present::log::Format;
use present::log::errors::LEVELS;
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use unit::time::span::{USEC_PER_SEC, parse_usec};
use unit::time::timestamp;
use unit::values::scalar::{parse_bool, parse_signed, parse_size, parse_unsigned};

use super::failure::{Failure, words};
use super::settings::{BootChoice, Lines};
use crate::logs::grep::Case;
use crate::zones::MachineZones;

/// The facilities that have a name.
const FACILITIES: [(u32, &str); 20] = [
    (0, "kern"),
    (1, "user"),
    (2, "mail"),
    (3, "daemon"),
    (4, "auth"),
    (5, "syslog"),
    (6, "lpr"),
    (7, "news"),
    (8, "uucp"),
    (9, "cron"),
    (10, "authpriv"),
    (11, "ftp"),
    (16, "local0"),
    (17, "local1"),
    (18, "local2"),
    (19, "local3"),
    (20, "local4"),
    (21, "local5"),
    (22, "local6"),
    (23, "local7"),
];

/// The largest facility that syslog has room for.
const LAST_FACILITY: u64 = 127;

/// An int of C.
fn int(text: &str) -> Option<i32> {
    i32::try_from(parse_signed(text).ok()?).ok()
}

/// `--output`
///
/// # Errors
/// There is no such format.
pub fn format(name: &str) -> Result<Format, Failure> {
    name.parse().map_err(|_| Failure::new(format!("Unknown output format '{name}'.")))
}

/// `--lines`; `None`: it is not meant for that.
pub fn lines(text: &str) -> Option<Lines> {
    if text == "all" {
        return Some(Lines::All);
    }
    Some(Lines::Last(u32::try_from(int(text)?).ok()?))
}

/// `--boot`: `None` if it is none, else which, which may be all.
#[expect(clippy::option_option, reason = "whether it is one, and whether it is all")]
pub fn boot(text: &str) -> Option<Option<BootChoice>> {
    if text == "all" {
        return Some(None);
    }
    let Some((id, rest)) = text.split_at_checked(32) else {
        return Some(Some(BootChoice { id: None, offset: int(text)? }));
    };
    // What is no identifier is looked at whole, and is too long for a number.
    let (id, rest) = match id.parse() {
        Ok(id) => (Some(id), rest),
        Err(_) => (None, text),
    };
    let offset = match rest.as_bytes().first() {
        None => 0,
        Some(b'-' | b'+') => int(rest)?,
        Some(_) => return None,
    };
    Some(Some(BootChoice { id, offset }))
}

/// `--priority`: a bit for each level.
///
/// # Errors
/// One is no level.
pub fn priorities(text: &str) -> Result<u8, Failure> {
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => {
            let bad = || Failure::new(format!("Failed to parse log level range {text}"));
            (level(from).ok_or_else(bad)?, level(to).ok_or_else(bad)?)
        }
        None => {
            let bad = || Failure::new(format!("Unknown log level {text}"));
            (0, level(text).ok_or_else(bad)?)
        }
    };
    let levels = from.min(to)..=from.max(to);
    Ok(levels.fold(0, |mask, level| mask | 1 << level))
}

fn level(text: &str) -> Option<usize> {
    let named = LEVELS.iter().position(|name| *name == text);
    named.or_else(|| usize::try_from(parse_unsigned(text).ok()?).ok().filter(|level| *level < 8))
}

/// One of `--facility`.
///
/// # Errors
/// It is none.
pub fn facility(word: &str) -> Result<u32, Failure> {
    let named = FACILITIES.iter().find(|(_, name)| *name == word).map(|(number, _)| *number);
    let number = || parse_unsigned(word).ok().filter(|number| *number <= LAST_FACILITY);
    named
        .or_else(|| u32::try_from(number()?).ok())
        .ok_or_else(|| Failure::new(format!("Bad --facility= argument \"{word}\".")))
}

/// A facility's name, or its number.
pub fn facility_name(number: u32) -> String {
    let named = FACILITIES.iter().find(|(known, _)| *known == number);
    named.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

/// `--case-sensitive`
///
/// # Errors
/// It is neither yes nor no.
pub fn case(text: Option<&str>) -> Result<Case, Failure> {
    match text.map(|text| (text, parse_bool(text))) {
        None | Some((_, Some(true))) => Ok(Case::Sensitive),
        Some((_, Some(false))) => Ok(Case::Insensitive),
        Some((text, None)) => Err(Failure::new(format!(
            "Bad --case-sensitive= argument \"{text}\": Invalid argument"
        ))),
    }
}

/// `--since`, `--until`
///
/// # Errors
/// It is no point in time.
pub fn time(text: &str, now_usec: u64) -> Result<u64, Failure> {
    timestamp::parse(text, now_usec, &MachineZones::system())
        .map_err(|_| Failure::new(format!("Failed to parse timestamp: {text}")))
}

/// `--vacuum-size`
///
/// # Errors
/// It is no size.
pub fn size(text: &str) -> Result<u64, Failure> {
    parse_size(text, 1024).map_err(|_| Failure::new(format!("Failed to parse vacuum size: {text}")))
}

/// `--vacuum-files`
///
/// # Errors
/// It is no number.
pub fn count(text: &str) -> Result<u64, Failure> {
    parse_unsigned(text).map_err(|_| Failure::new(format!("Failed to parse vacuum files: {text}")))
}

/// `--vacuum-time`
///
/// # Errors
/// It is no span of time.
pub fn age(text: &str) -> Result<u64, Failure> {
    parse_usec(text, USEC_PER_SEC)
        .map_err(|_| Failure::new(format!("Failed to parse vacuum time: {text}")))
}

/// `--interval`
///
/// # Errors
/// It is no span of time, or none at all.
pub fn interval(text: &str) -> Result<u64, Failure> {
    let usec = parse_usec(text, USEC_PER_SEC).ok().filter(|usec| *usec > 0);
    usec.ok_or_else(|| Failure::new(format!("Failed to parse sealing key change interval: {text}")))
}

/// `--file`: the files of a pattern, or the pattern itself where there are none.
pub fn files(pattern: &OsStr) -> Vec<PathBuf> {
    match pattern.to_str() {
        Some(pattern) => journal::places::expand(pattern),
        // Patterns are text; what is none names one file.
        None => vec![PathBuf::from(pattern)],
    }
}

/// `--root`: an absolute path; `None` for that of the machine.
///
/// # Errors
/// It is relative, and there is no working directory any more.
pub fn root(text: &OsStr) -> Result<Option<PathBuf>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let path = std::path::absolute(text).map_err(|error| {
        let text = text.to_string_lossy();
        let why = words(&error);
        Failure::new(format!("Failed to parse path \"{text}\" and make it absolute: {why}"))
    })?;
    Ok(Some(path).filter(|path| path != Path::new("/")))
}

/// Whether a folder is on the file system of the root. Unknown is no.
pub fn is_on_root_file_system(folder: &str) -> bool {
    let mount = |path: &str| {
        let found = statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID).ok()?;
        (found.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(found.stx_mnt_id)
    };
    mount("/").is_some_and(|root| mount(folder) == Some(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
        outcome.unwrap_err().text
    }

    #[test]
    fn levels_are_a_mask() {
        for (text, mask) in [
            ("emerg", 1),
            ("err", 0b1111),
            ("3", 0b1111),
            ("0x3", 0b1111),
            ("warning..err", 0b1_1000),
            ("3..4", 0b1_1000),
            ("debug", 0xff),
        ] {
            assert_eq!(priorities(text).unwrap(), mask, "{text}");
        }
        assert_eq!(said(priorities("error")), "Unknown log level error");
        assert_eq!(said(priorities("8")), "Unknown log level 8");
        assert_eq!(said(priorities("1..x")), "Failed to parse log level range 1..x");
        assert_eq!(said(priorities("..")), "Failed to parse log level range ..");
    }

    #[test]
    fn boots_by_number_and_by_name() {
        const ID: &str = "0123456789abcdef0123456789abcdef";
        let choice = |id: bool, offset| {
            Some(Some(BootChoice { id: id.then(|| ID.parse().unwrap()), offset }))
        };
        assert_eq!(boot("all"), Some(None));
        assert_eq!(boot("0"), choice(false, 0));
        assert_eq!(boot("-1"), choice(false, -1));
        assert_eq!(boot("+2"), choice(false, 2));
        assert_eq!(boot(ID), choice(true, 0));
        assert_eq!(boot(&format!("{ID}-3")), choice(true, -3));
        for bad in ["", "x", "1x", "4294967296", &format!("{ID}x"), &format!("{ID}-x")] {
            assert_eq!(boot(bad), None, "{bad}");
        }
    }

    #[test]
    fn lines_are_all_or_a_number() {
        assert_eq!(lines("all"), Some(Lines::All));
        assert_eq!(lines("0"), Some(Lines::Last(0)));
        assert_eq!(lines("0x10"), Some(Lines::Last(16)));
        for bad in ["", "-1", "x", "2147483648", "5 "] {
            assert_eq!(lines(bad), None, "{bad}");
        }
    }

    #[test]
    fn facilities_by_name_and_number() {
        assert_eq!(facility("daemon"), Ok(3));
        assert_eq!(facility("local7"), Ok(23));
        assert_eq!(facility("127"), Ok(127));
        assert_eq!(said(facility("128")), "Bad --facility= argument \"128\".");
        assert_eq!(facility_name(12), "12");
        assert_eq!(facility_name(10), "authpriv");
    }

    #[test]
    fn roots_are_absolute() {
        assert_eq!(root(OsStr::new("/")), Ok(None));
        assert_eq!(root(OsStr::new("")), Ok(None));
        assert_eq!(root(OsStr::new("/a//b/")), Ok(Some(PathBuf::from("/a/b/"))));
        assert!(root(OsStr::new("x")).unwrap().unwrap().is_absolute());
    }
}
