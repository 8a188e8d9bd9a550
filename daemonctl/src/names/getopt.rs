//! Options as getopt_long(3) reads them: the tools that this program stands for do, and scripts
//! rely on it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

/// Whether an option has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// One, in the same word or as the next.
    Value,
    /// One, if it stands in the same word.
    PerhapsValue,
}

/// An option of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    /// Its letter; a NUL where it has none.
    pub short: char,
    /// Its long name; empty where it has none.
    pub long: &'static str,
    /// Whether it has a value.
    pub takes: Takes,
    /// What it does, as the tool's own help says it in a few words.
    pub help: &'static str,
}

/// An option without a value.
pub const fn flag(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Nothing, help }
}

/// An option with a value.
pub const fn valued(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Value, help }
}

impl AsRef<Opt> for Opt {
    fn as_ref(&self) -> &Opt {
        self
    }
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
    let mut reader = Reader::new(table, args, order);
    let mut options = Vec::new();
    while let Some(option) = reader.next_option() {
        let (option, value) = option?;
        options.push((option.long, option.short, value));
    }
    Ok(Line { options, words: reader.into_words() })
}

/// Takes a command line apart, an option at a time: for tools that carry options out as they come,
/// or that look at what follows. The rows of its table are, or have, options.
#[derive(Debug)]
pub struct Reader<'a, T: 'static> {
    table: &'static [T],
    order: Order,
    args: &'a [OsString],
    /// Letters that stand together with one that was read.
    letters: &'a [u8],
    words: Vec<OsString>,
}

/// An option with its value, or what getopt_long(3) prints of what is none.
type Found<T> = Result<(&'static T, Option<OsString>), String>;

impl<'a, T: AsRef<Opt>> Reader<'a, T> {
    /// Begins with the first of `args`.
    pub fn new(table: &'static [T], args: &'a [OsString], order: Order) -> Self {
        Reader { table, order, args, letters: &[], words: Vec::new() }
    }

    /// What stands behind the option that was read last.
    pub fn following(&self) -> Option<&'a OsStr> {
        self.args.first().map(OsString::as_os_str).filter(|_| self.letters.is_empty())
    }

    /// Takes one argument off.
    pub fn take(&mut self) -> Option<&'a OsString> {
        let (first, rest) = self.args.split_first()?;
        self.args = rest;
        Some(first)
    }

    /// What is no option, once there are no options any more.
    pub fn into_words(self) -> Vec<OsString> {
        self.words
    }

    /// The next option; `None` when there are none any more.
    pub fn next_option(&mut self) -> Option<Found<T>> {
        if !self.letters.is_empty() {
            return Some(self.short_option());
        }
        while let Some(arg) = self.take() {
            let bytes = arg.as_bytes();
            if bytes == b"--" {
                self.take_words();
            } else if let Some(long) = bytes.strip_prefix(b"--") {
                return Some(self.long_option(long));
            } else if let Some(letters) = bytes.strip_prefix(b"-").filter(|it| !it.is_empty()) {
                self.letters = letters;
                return Some(self.short_option());
            } else {
                self.words.push(arg.clone());
                if self.order == Order::First {
                    self.take_words();
                }
            }
        }
        None
    }

    fn take_words(&mut self) {
        self.words.extend(self.args.iter().cloned());
        self.args = &[];
    }

    fn long_option(&mut self, text: &[u8]) -> Found<T> {
        let equals = text.iter().position(|&byte| byte == b'=');
        let (name, value) = match equals {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
            None => (text, None),
        };
        let row = self.named(name, &String::from_utf8_lossy(text))?;
        let option = row.as_ref();
        let value = match (option.takes, value) {
            (Takes::Nothing, Some(_)) => {
                return Err(format!("option '--{}' doesn't allow an argument", option.long));
            }
            (Takes::Value, None) => match self.take() {
                Some(value) => Some(value.clone()),
                None => return Err(format!("option '--{}' requires an argument", option.long)),
            },
            (_, value) => value.map(|value| OsString::from_vec(value.to_vec())),
        };
        Ok((row, value))
    }

    /// The row of that long name, or of the only one that begins so.
    fn named(&self, name: &[u8], written: &str) -> Result<&'static T, String> {
        let long = |row: &T| row.as_ref().long;
        let begins = |row: &&T| !long(row).is_empty() && long(row).as_bytes().starts_with(name);
        let candidates: Vec<&'static T> = self.table.iter().filter(begins).collect();
        let exact = candidates.iter().find(|row| long(row).as_bytes() == name);
        match (exact, candidates.as_slice()) {
            (Some(exact), _) => Ok(exact),
            (None, [one]) => Ok(one),
            (None, []) => Err(format!("unrecognized option '--{written}'")),
            (None, several) => {
                let names: String =
                    several.iter().map(|row| format!(" '--{}'", long(row))).collect();
                Err(format!("option '--{written}' is ambiguous; possibilities:{names}"))
            }
        }
    }

    fn short_option(&mut self) -> Found<T> {
        let (letter, rest) = self.letters.split_first().unwrap_or((&0, &[]));
        self.letters = rest;
        let letter = char::from(*letter);
        let Some(row) = self.table.iter().find(|row| row.as_ref().short == letter) else {
            return Err(format!("invalid option -- '{letter}'"));
        };
        let takes = row.as_ref().takes;
        if takes == Takes::Nothing {
            return Ok((row, None));
        }
        let own = std::mem::take(&mut self.letters);
        let own =
            Some(own).filter(|own| !own.is_empty()).map(|own| OsString::from_vec(own.to_vec()));
        match own {
            None if takes == Takes::Value => match self.take() {
                Some(value) => Ok((row, Some(value.clone()))),
                None => Err(format!("option requires an argument -- '{letter}'")),
            },
            own => Ok((row, own)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Opt] = &[
        flag('a', "all", ""),
        flag('\0', "also", ""),
        valued('f', "format", ""),
        flag('q', "quiet", ""),
        Opt { short: 'n', long: "lines", takes: Takes::PerhapsValue, help: "" },
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
    fn values_that_may_be_missing_stand_in_the_same_word() {
        let args: Vec<OsString> = ["-n", "5", "-qn6", "--lines=7", "--li", "8", "-n", "all"]
            .iter()
            .map(OsString::from)
            .collect();
        let mut reader = Reader::new(TABLE, &args, Order::Anywhere);
        let mut lines = Vec::new();
        while let Some(option) = reader.next_option() {
            let (option, value) = option.unwrap();
            if option.short == 'n' {
                let value = value.map(|value| value.to_string_lossy().into_owned());
                lines.push((value, reader.following().map(OsStr::to_os_string)));
                if reader.following() == Some("all".as_ref()) {
                    assert!(reader.take().is_some());
                }
            }
        }
        let text = |text: &str| Some(text.to_owned());
        let word = |text: &str| Some(OsString::from(text));
        let expected = [
            (None, word("5")),
            (text("6"), word("--lines=7")),
            (text("7"), word("--li")),
            (None, word("8")),
            (None, word("all")),
        ];
        assert_eq!(lines, expected);
        assert_eq!(reader.into_words(), ["5", "8"]);
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
        assert_eq!(line(&["--nope=1"]).unwrap_err(), "unrecognized option '--nope=1'");
        assert_eq!(
            line(&["--al"]).unwrap_err(),
            "option '--al' is ambiguous; possibilities: '--all' '--also'"
        );
    }
}
