//! Options as getopt_long(3) reads them: the tools that this program stands for do, and scripts
//! rely on it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

/// An option of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    /// Its letter; a NUL where it has none.
    pub short: char,
    /// Its long name; empty where it has none.
    pub long: &'static str,
    /// It wants a value.
    pub value: bool,
    /// What it does, as the tool's own help says it in a few words.
    pub help: &'static str,
}

/// An option without a value.
pub const fn flag(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, value: false, help }
}

/// An option with a value.
pub const fn valued(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, value: true, help }
}

/// Where options may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Anywhere before `--`, as GNU has it.
    Anywhere,
    /// Before the first word only.
    First,
}

/// A command line, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The options in their order: long name, letter, value.
    pub options: Vec<(&'static str, char, Option<OsString>)>,
    /// The other words.
    pub words: Vec<OsString>,
}

impl Line {
    /// Whether an option was given, by its letter.
    pub fn has(&self, short: char) -> bool {
        self.options.iter().any(|(_, letter, _)| *letter == short)
    }

    /// How often an option was given.
    pub fn count(&self, short: char) -> usize {
        self.options.iter().filter(|(_, letter, _)| *letter == short).count()
    }

    /// The last value of an option.
    pub fn value(&self, short: char) -> Option<&OsStr> {
        self.values(short).last()
    }

    /// All values of an option.
    pub fn values(&self, short: char) -> impl Iterator<Item = &OsStr> {
        self.options
            .iter()
            .filter(move |(_, letter, _)| *letter == short)
            .filter_map(|(_, _, value)| value.as_deref())
    }

    /// The words, as text: names of services and runlevels. What is no UTF-8 names none.
    pub fn texts(&self) -> Vec<String> {
        self.words.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }
}

/// Takes a command line apart.
///
/// # Errors
/// What getopt_long(3) prints of it, without the program's name.
pub fn parse(table: &'static [Opt], args: &[OsString], order: Order) -> Result<Line, String> {
    let mut line = Line::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let bytes = arg.as_bytes();
        if bytes == b"--" {
            line.words.extend(rest.cloned());
            break;
        }
        if let Some(long) = bytes.strip_prefix(b"--") {
            let option = long_option(table, long, &mut rest)?;
            line.options.push(option);
        } else if bytes.len() > 1 && bytes.first() == Some(&b'-') {
            short_options(table, bytes.get(1..).unwrap_or_default(), &mut rest, &mut line)?;
        } else {
            line.words.push(arg.clone());
            if order == Order::First {
                line.words.extend(rest.cloned());
                break;
            }
        }
    }
    Ok(line)
}

type Taken = (&'static str, char, Option<OsString>);

fn long_option<'a>(
    table: &'static [Opt],
    text: &[u8],
    rest: &mut impl Iterator<Item = &'a OsString>,
) -> Result<Taken, String> {
    let equals = text.iter().position(|&byte| byte == b'=');
    let (name, value) = match equals {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let shown = String::from_utf8_lossy(name).into_owned();
    let candidates: Vec<&'static Opt> =
        table.iter().filter(|opt| !opt.long.is_empty() && opt.long.starts_with(&shown)).collect();
    let exact = candidates.iter().find(|opt| opt.long == shown).copied();
    let option = match (exact, candidates.as_slice()) {
        (Some(exact), _) => exact,
        (None, [one]) => *one,
        (None, []) => return Err(format!("unrecognized option '--{shown}'")),
        (None, several) => {
            let names: String = several.iter().map(|opt| format!(" '--{}'", opt.long)).collect();
            return Err(format!("option '--{shown}' is ambiguous; possibilities:{names}"));
        }
    };
    let value = match (option.value, value) {
        (false, None) => None,
        (false, Some(_)) => {
            return Err(format!("option '--{}' doesn't allow an argument", option.long));
        }
        (true, Some(value)) => Some(OsString::from_vec(value.to_vec())),
        (true, None) => match rest.next() {
            Some(value) => Some(value.clone()),
            None => return Err(format!("option '--{}' requires an argument", option.long)),
        },
    };
    Ok((option.long, option.short, value))
}

fn short_options<'a>(
    table: &'static [Opt],
    letters: &[u8],
    rest: &mut impl Iterator<Item = &'a OsString>,
    line: &mut Line,
) -> Result<(), String> {
    for (at, &letter) in letters.iter().enumerate() {
        let letter = char::from(letter);
        let Some(option) = table.iter().find(|opt| opt.short == letter) else {
            return Err(format!("invalid option -- '{letter}'"));
        };
        if !option.value {
            line.options.push((option.long, option.short, None));
            continue;
        }
        let own = letters.get(at + 1..).filter(|own| !own.is_empty());
        let value = match own {
            Some(own) => OsString::from_vec(own.to_vec()),
            None => match rest.next() {
                Some(value) => value.clone(),
                None => return Err(format!("option requires an argument -- '{letter}'")),
            },
        };
        line.options.push((option.long, option.short, Some(value)));
        return Ok(());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Opt] = &[
        flag('a', "all", ""),
        flag('\0', "also", ""),
        valued('f', "format", ""),
        flag('q', "quiet", ""),
    ];

    fn line(args: &[&str]) -> Result<Line, String> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        parse(TABLE, &args, Order::Anywhere)
    }

    #[test]
    fn letters_stand_together_and_values_stand_anywhere() {
        let parsed = line(&["-qfini", "one", "-a", "--", "-q"]).unwrap();
        assert!(parsed.has('q') && parsed.has('a'));
        assert_eq!(parsed.value('f').unwrap(), "ini");
        assert_eq!(parsed.texts(), ["one", "-q"]);
        let parsed = line(&["--form", "x", "--format=y", "-qq"]).unwrap();
        assert_eq!(parsed.values('f').collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(parsed.count('q'), 2);
        assert_eq!(line(&["--also"]).unwrap().options, [("also", '\0', None)]);
    }

    #[test]
    fn options_behind_the_first_word_may_be_words() {
        let args: Vec<OsString> = ["-q", "nginx", "-a"].iter().map(OsString::from).collect();
        let parsed = parse(TABLE, &args, Order::First).unwrap();
        assert_eq!(parsed.texts(), ["nginx", "-a"]);
        assert!(!parsed.has('a'));
    }

    #[test]
    fn errors_are_worded_as_the_c_library_words_them() {
        assert_eq!(line(&["-x"]).unwrap_err(), "invalid option -- 'x'");
        assert_eq!(line(&["-f"]).unwrap_err(), "option requires an argument -- 'f'");
        assert_eq!(line(&["--format"]).unwrap_err(), "option '--format' requires an argument");
        assert_eq!(line(&["--all=1"]).unwrap_err(), "option '--all' doesn't allow an argument");
        assert_eq!(line(&["--nope"]).unwrap_err(), "unrecognized option '--nope'");
        assert_eq!(
            line(&["--al"]).unwrap_err(),
            "option '--al' is ambiguous; possibilities: '--all' '--also'"
        );
    }
}
