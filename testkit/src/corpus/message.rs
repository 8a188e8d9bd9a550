//! What systemd-analyze says, sorted.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The kinds of findings. The names are those that `daemonctl verify --json` uses for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A section that is unknown here, or a header that is none.
    Section,
    /// A line that is no assignment, or one outside of any section.
    Syntax,
    /// A directive that is unknown in its section.
    UnknownDirective,
    /// A value, or a part of one, that is not valid.
    Value,
    /// A `%` specifier that is unknown.
    Specifier,
    /// A directive or value that has a replacement.
    Deprecated,
    /// Settings with which the unit is refused.
    BadSetting,
    /// Settings, or units that come together, that contradict each other.
    Contradiction,
    /// A unit that is needed and does not exist.
    NoSuchUnit,
    /// A program that is missing or not executable.
    NotExecutable,
    /// A unit that can't be waited for, or can't wait.
    Unordered,
    /// Units that wait for each other in a circle.
    Cycle,
    /// A file that can't be read.
    File,
    /// The unit is masked: nothing else is said of it.
    Masked,
    /// A message that is not known here.
    Other,
}

impl Class {
    /// Its name in `daemonctl verify --json`, where it has one there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::Syntax => "syntax",
            Self::UnknownDirective => "unknown-directive",
            Self::Value => "value",
            Self::Specifier => "specifier",
            Self::Deprecated => "deprecated",
            Self::BadSetting => "bad-setting",
            Self::Contradiction => "contradiction",
            Self::NoSuchUnit => "no-such-unit",
            Self::NotExecutable => "not-executable",
            Self::Unordered => "unordered",
            Self::Cycle => "cycle",
            Self::File => "file",
            Self::Masked => "masked",
            Self::Other => "other",
        }
    }
}

/// One thing that systemd-analyze found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The unit that it was asked about.
    pub asked: String,
    /// The unit that the message is about; templates as the instance `i`. The one that it was asked
    /// about where the message names none.
    pub unit: String,
    /// The file and the line where the assignment begins, from 1. The file without the tree's root,
    /// below `/usr`.
    pub place: Option<(String, usize)>,
    /// What kind of finding it is.
    pub class: Class,
    /// What it names besides: the program or the unit that is missing.
    pub subject: Option<String>,
    /// The message without place and unit.
    pub message: String,
}

/// What each message has in it, and what kind of finding that is; the first that fits. What begins
/// with `^` must stand at the beginning.
const CLASSES: &[(&str, Class)] = &[
    ("^Unknown section", Class::Section),
    ("^Invalid section header", Class::Section),
    ("^Bad characters in section header", Class::Section),
    ("^Assignment outside of section", Class::Syntax),
    ("^Missing '='", Class::Syntax),
    ("^Missing key name before", Class::Syntax),
    ("^Unknown key", Class::UnknownDirective),
    ("^Failed to resolve", Class::Specifier),
    ("^Failed to expand", Class::Specifier),
    ("is obsolete, automatically updating", Class::Deprecated),
    ("^Special user nobody configured", Class::Deprecated),
    ("^Unit uses ", Class::Deprecated),
    ("will be removed", Class::Deprecated),
    ("is not executable", Class::NotExecutable),
    ("not loaded, socket cannot be started", Class::NoSuchUnit),
    (" not found.", Class::NoSuchUnit),
    ("has a bad unit file setting", Class::BadSetting),
    ("Refusing.", Class::BadSetting),
    ("^Unit configuration has fatal error", Class::BadSetting),
    ("failed to load properly", Class::BadSetting),
    ("^Transaction contains conflicting", Class::Contradiction),
    ("unmergeable jobs", Class::Contradiction),
    ("contradicting requirement", Class::Contradiction),
    ("cyclic", Class::Cycle),
    ("^Found ordering cycle", Class::Cycle),
    ("^Found dependency on", Class::Cycle),
    ("break ordering cycle", Class::Cycle),
    ("^Unable to break cycle", Class::Cycle),
    (".device units cannot be delayed", Class::Unordered),
    (" is masked.", Class::Masked),
    ("^Failed to open", Class::File),
];

/// What is said of the machine and not of a file.
const OF_THE_MACHINE: &[&str] = &[
    "Binding to IPv6 address not available",
    "Failed to put bus name to hashmap",
    "Two services allocated for the same bus name",
    "failed to load properly, please adjust/correct and reload service manager: File exists",
    "failed to load properly, please adjust/correct and reload service manager: No such file",
    "failed to load properly, please adjust/correct and reload service manager: No medium found",
    // Without file and line: a remark on users that another rule would refuse.
    "which does not match strict user/group name rules",
];

/// The findings in lines of `UNIT<tab>MESSAGE`.
pub(super) fn parse(said: &str, root: &Path) -> Vec<Finding> {
    let mut files = HashMap::new();
    said.lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(_, message)| !OF_THE_MACHINE.iter().any(|known| message.contains(known)))
        .map(|(asked, message)| finding(asked, message, root, &mut files))
        .collect()
}

fn finding(
    asked: &str,
    message: &str,
    root: &Path,
    files: &mut HashMap<String, Vec<Vec<u8>>>,
) -> Finding {
    let (place, rest) = match split_place(message) {
        Some((file, line, rest)) => {
            let lines = files.entry(file.to_owned()).or_insert_with(|| lines_of(root, file));
            (Some((below_usr(file), first_line(lines, line))), rest)
        }
        None => (None, message),
    };
    let (unit, rest) = match rest.split_once(": ") {
        Some((unit, rest)) if place.is_none() && is_unit(unit) => (unit, rest),
        _ => (asked, rest),
    };
    // "Failed to create U/start: REASON" is about U, and the reason is what counts.
    let rest = match rest.strip_prefix("Failed to create ").and_then(|rest| rest.split_once(": ")) {
        Some((_, reason)) => reason,
        None => rest,
    };
    let unmatched = if place.is_some() { Class::Value } else { Class::Other };
    let class = CLASSES
        .iter()
        .find(|(pattern, _)| match pattern.strip_prefix('^') {
            Some(start) => rest.starts_with(start),
            None => rest.contains(pattern),
        })
        .map_or(unmatched, |(_, class)| *class);
    let before_subject: &[&str] = match class {
        Class::NoSuchUnit => &["Unit ", "service "],
        Class::NotExecutable => &["Command "],
        _ => &[],
    };
    let subject = before_subject.iter().find_map(|before| rest.strip_prefix(before));
    let subject = subject.and_then(|rest| rest.split(" is not ").next()?.split(" not ").next());
    Finding {
        asked: asked.to_owned(),
        unit: unit.to_owned(),
        place,
        class,
        subject: subject.map(str::to_owned),
        message: rest.to_owned(),
    }
}

/// `FILE:LINE: REST`, the file from the root.
fn split_place(message: &str) -> Option<(&str, usize, &str)> {
    let (file, rest) = message.starts_with('/').then(|| message.split_once(": "))??;
    let (file, line) = file.rsplit_once(':')?;
    Some((file, line.parse().ok()?, rest))
}

/// Whether it may be a unit's name.
fn is_unit(word: &str) -> bool {
    word.contains('.') && !word.contains([' ', '/', '=', '"'])
}

/// Where `/lib` leads.
fn below_usr(file: &str) -> String {
    match file.starts_with("/lib/") {
        true => format!("/usr{file}"),
        false => file.to_owned(),
    }
}

fn lines_of(root: &Path, file: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(root.join(file.trim_start_matches('/'))).unwrap_or_default();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The line where an assignment begins that systemd names by its last line, or by the one after
/// that where the file ends in the middle of it.
fn first_line(lines: &[Vec<u8>], named: usize) -> usize {
    let is_comment = |line: &[u8]| matches!(line.trim_ascii_start().first(), Some(b'#' | b';'));
    let goes_on =
        |line: &[u8]| line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
    let mut first = named.min(lines.len());
    let mut above = first.saturating_sub(1);
    while let Some(line) = above.checked_sub(1).and_then(|index| lines.get(index)) {
        if is_comment(line) {
            above -= 1;
        } else if goes_on(line) {
            first = above;
            above -= 1;
        } else {
            break;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::{Class, first_line, parse};
    use std::path::Path;

    fn one(said: &str) -> super::Finding {
        parse(said, Path::new("/nonexistent")).pop().unwrap()
    }

    #[test]
    fn messages_of_a_unit() {
        let found = one("b.service\ta.service: Command /bin/x is not executable: No such file\n");
        assert_eq!((found.class, &*found.unit), (Class::NotExecutable, "a.service"));
        assert_eq!(found.subject.as_deref(), Some("/bin/x"));
        let found = one(
            "a.service\ta.service: Failed to create a.service/start: Unit b.service not found.",
        );
        assert_eq!((found.class, found.subject.as_deref()), (Class::NoSuchUnit, Some("b.service")));
        let found =
            one("a.socket\ta.socket: service a.service not loaded, socket cannot be started.");
        assert_eq!((found.class, found.subject.as_deref()), (Class::NoSuchUnit, Some("a.service")));
        let found = one("a@.service\tUnit a@i.service has a bad unit file setting.");
        assert_eq!((found.class, &*found.asked), (Class::BadSetting, "a@.service"));
    }

    #[test]
    fn messages_of_a_line() {
        let found = one("a.service\t/lib/systemd/system/a.service:7: Failed to parse mode: x: y");
        assert_eq!(found.class, Class::Value);
        assert_eq!(found.place.unwrap().0, "/usr/lib/systemd/system/a.service");
        assert!(
            parse("a.service\tBinding to IPv6 address not available since", Path::new("/"))
                .is_empty()
        );
    }

    #[test]
    fn where_an_assignment_begins() {
        let text: Vec<Vec<u8>> =
            ["[A]", "B=c \\", "# d \\", "e \\", "f", "# g \\", "H=i\\\\", "J=k \\"]
                .map(|line| line.as_bytes().to_vec())
                .to_vec();
        assert_eq!(first_line(&text, 5), 2, "the comment within is passed over");
        assert_eq!(first_line(&text, 7), 7, "a comment does not go on");
        assert_eq!(first_line(&text, 8), 8, "two backslashes are one character");
        assert_eq!(first_line(&text, 9), 8, "the end of the file");
    }
}
