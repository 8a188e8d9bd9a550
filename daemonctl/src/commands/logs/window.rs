//! Times, boots, counts and levels, as they are written on the command line.

use std::ffi::{OsStr, OsString};
use std::time::{SystemTime, UNIX_EPOCH};

use journal::Id128;
use journal::boots;
use journal::set::Set;
use present::log::errors::LEVELS;

use super::args::Args;
use crate::failure::Failure;
use crate::logs::matches;
use crate::zones::MachineZones;

/// From when to when, in microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// Not before that.
    pub since_usec: Option<u64>,
    /// Not after that.
    pub until_usec: Option<u64>,
}

impl Window {
    /// What the options say.
    ///
    /// # Errors
    /// One is no point in time, or the end lies before the start.
    pub fn of(args: &Args) -> Result<Window, Failure> {
        let zones = MachineZones::system();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let read = |option: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => match unit::time::timestamp::parse(text, now, &zones) {
                Ok(usec) => Ok(Some(usec)),
                Err(problem) => {
                    let failure =
                        Failure::usage(format_args!("{option} {text}: {}", problem.message));
                    Err(match problem.help {
                        Some(help) => failure.hint(help),
                        None => failure,
                    })
                }
            },
        };
        let window = Window {
            since_usec: read("--since", &args.which.since)?,
            until_usec: read("--until", &args.which.until)?,
        };
        match (window.since_usec, window.until_usec) {
            (Some(since), Some(until)) if since > until => {
                Err(Failure::usage("--since is later than --until"))
            }
            _ => Ok(window),
        }
    }

    /// The part that lies in a boot, for what does not know of which boot it is.
    pub fn within(self, boot: &boots::Boot, is_running: bool) -> Window {
        let last = (!is_running).then_some(boot.last_realtime_usec);
        Window {
            since_usec: self.since_usec.max(Some(boot.first_realtime_usec)),
            until_usec: [self.until_usec, last].into_iter().flatten().min(),
        }
    }
}

/// A boot, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootWord {
    /// All of them.
    All,
    /// By its id, or counted: from that one, or from the ends.
    One(Option<Id128>, i64),
}

impl BootWord {
    /// `all`, `0`, `-1`, an id, an id and what is counted from it.
    pub fn parse(text: &str) -> Option<BootWord> {
        if text == "all" {
            return Some(BootWord::All);
        }
        let offset = |text: &str| match text {
            "" => Some(0),
            text => text.parse::<i64>().ok(),
        };
        if let Some((id, rest)) = text.split_at_checked(32)
            && let Ok(id) = id.parse()
        {
            return Some(BootWord::One(Some(id), offset(rest)?));
        }
        (!text.is_empty()).then(|| offset(text)).flatten().map(|offset| BootWord::One(None, offset))
    }

    /// Which boot that is; `None`: all.
    ///
    /// # Errors
    /// There is no such boot.
    pub fn find(self, set: &Set, is_this_machine: bool) -> Result<Option<Id128>, Failure> {
        let BootWord::One(from, offset) = self else { return Ok(None) };
        if from.is_none() && offset == 0 && is_this_machine {
            return Ok(matches::this_boot());
        }
        match boots::find(set, from, offset) {
            Some(id) => Ok(Some(id)),
            None => {
                let counted = from.map_or(String::new(), |id| id.to_string());
                Err(Failure::failed(format_args!("the journal knows no boot {counted}{offset:+}"))
                    .hint("`daemonctl logs --list-boots` lists those that it knows"))
            }
        }
    }
}

/// How many lines; `None`: all.
pub fn lines(word: &OsStr) -> Option<Option<u64>> {
    match word.to_str()? {
        "all" => Some(None),
        number => number.parse().ok().map(Some),
    }
}

/// Takes the value of an option that may be left out; a value that makes no sense was the next WHAT.
pub fn or_what<T>(
    value: &Option<OsString>,
    otherwise: T,
    what: &mut Vec<OsString>,
    read: impl Fn(&OsStr) -> Option<T>,
) -> Option<T> {
    let value = value.as_ref()?;
    Some(read(value).unwrap_or_else(|| {
        what.insert(0, value.clone());
        otherwise
    }))
}

/// Other names of levels.
const ALSO: [(&str, usize); 4] = [("panic", 0), ("error", 3), ("warn", 4), ("critical", 2)];

/// The levels that are meant, bit 0 for emerg: one and all that are worse, or a range.
///
/// # Errors
/// One is no level.
pub fn levels(text: &str) -> Result<u8, Failure> {
    let level = |word: &str| {
        let named = LEVELS.iter().position(|name| *name == word);
        let also = || ALSO.iter().find(|(name, _)| *name == word).map(|(_, level)| *level);
        let number = || word.parse().ok().filter(|level| *level < LEVELS.len());
        named.or_else(also).or_else(number).ok_or_else(|| {
            Failure::usage(format_args!("\"{word}\" is no level"))
                .hint(format_args!("levels are 0 to 7: {}", LEVELS.join(", ")))
        })
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (level(from)?, level(to)?),
        None => (0, level(text)?),
    };
    let (from, to) = (from.min(to), from.max(to));
    Ok((from..=to).fold(0, |mask, level| mask | 1 << level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_ranges() {
        for (text, mask) in [
            ("err", 0b1111),
            ("3", 0b1111),
            ("error", 0b1111),
            ("0", 1),
            ("7", 0xff),
            ("err..warning", 0b11000),
            ("warning..err", 0b11000),
            ("2..2", 0b100),
        ] {
            assert_eq!(levels(text).unwrap(), mask, "{text}");
        }
        for text in ["", "8", "-1", "loud", "err..", "..", "1..2..3"] {
            assert!(levels(text).is_err(), "{text}");
        }
    }

    #[test]
    fn boots_as_they_are_written() {
        let id: Id128 = "0123456789abcdef0123456789abcdef".parse().unwrap();
        for (text, word) in [
            ("0", BootWord::One(None, 0)),
            ("-1", BootWord::One(None, -1)),
            ("+2", BootWord::One(None, 2)),
            ("all", BootWord::All),
            ("0123456789abcdef0123456789abcdef", BootWord::One(Some(id), 0)),
            ("0123456789abcdef0123456789abcdef-3", BootWord::One(Some(id), -3)),
        ] {
            assert_eq!(BootWord::parse(text), Some(word), "{text}");
        }
        for text in ["", "nginx", "0123456789abcdef", "0123456789abcdef0123456789abcdefx"] {
            assert_eq!(BootWord::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_value_is_the_next_word() {
        let mut what = vec![OsString::from("b")];
        let value = Some(OsString::from("a"));
        assert_eq!(or_what(&value, Some(10), &mut what, lines), Some(Some(10)));
        assert_eq!(what, ["a", "b"]);
        let value = Some(OsString::from("all"));
        assert_eq!(or_what(&value, Some(10), &mut what, lines), Some(None));
        assert_eq!(what.len(), 2);
    }
}
