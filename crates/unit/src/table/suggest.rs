//! What was probably meant by a name that is not in the table.

use super::{Directive, Group, Status, rows};
use crate::name::UnitType;

/// Longer names are no misspelt directives: the longest directive has 39 letters.
const LONGEST: usize = 48;

/// The sections that have directives, with the type of unit that they stand in.
pub(super) const SECTIONS: [(&str, UnitType); 11] = [
    ("Unit", UnitType::Service),
    ("Install", UnitType::Service),
    ("Service", UnitType::Service),
    ("Socket", UnitType::Socket),
    ("Timer", UnitType::Timer),
    ("Path", UnitType::Path),
    ("Mount", UnitType::Mount),
    ("Automount", UnitType::Automount),
    ("Swap", UnitType::Swap),
    ("Scope", UnitType::Scope),
    ("Slice", UnitType::Slice),
];

/// The sections in which a name is a directive: where a line was written in the wrong one.
pub fn sections_of(key: &str) -> impl Iterator<Item = &'static str> {
    SECTIONS
        .iter()
        .filter(move |(section, unit)| {
            let groups = Group::of_section(section, *unit);
            groups.iter().any(|group| rows::find(*group, key).is_some())
        })
        .map(|(section, _)| *section)
}

/// The directive that was probably meant by a name that is none in this section of a unit of this
/// type: the same in other letter case, else one that a slip or two of the finger lead to. Nothing
/// where no name is near.
pub fn suggest(section: &str, unit: UnitType, key: &str) -> Option<&'static str> {
    nearest(Group::of_section(section, unit), key)
}

/// The same among the directives of all sections.
pub fn suggest_anywhere(key: &str) -> Option<&'static str> {
    nearest(&Group::ALL, key)
}

fn nearest(groups: &[Group], key: &str) -> Option<&'static str> {
    let length = key.len();
    if !(2..=LONGEST).contains(&length) || !key.is_ascii() {
        return None;
    }
    // One slip in four letters is a misspelling, more are another word.
    let most = (length / 4).clamp(1, 3);
    let letters = letters_of(key);
    let mut best: Option<(usize, &'static str)> = None;
    for row in groups.iter().flat_map(|group| group.rows()) {
        if !offered(row) || row.name.len().abs_diff(length) > most {
            continue;
        }
        // Each slip changes two letters at most: most names need no closer look.
        let differ = (letters ^ letters_of(row.name)).count_ones() as usize;
        if differ > most.saturating_mul(2) {
            continue;
        }
        let steps = distance(row.name, key);
        if steps <= best.map_or(most, |(steps, _)| steps.saturating_sub(1)) {
            best = Some((steps, row.name));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether a name is worth proposing.
fn offered(row: &Directive) -> bool {
    row.target().is_none() && !matches!(row.status, Status::Obsolete(_) | Status::Deprecated(_))
}

/// Which letters a name has, a bit each.
fn letters_of(name: &str) -> u32 {
    name.bytes().fold(0, |letters, byte| letters | 1 << (byte.to_ascii_lowercase() & 31))
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbours to get
/// from one name to the other. Letter case counts for nothing. Names longer than [`LONGEST`] are far
/// from all others.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let mut before = [0; LONGEST + 1];
    let mut above = [0; LONGEST + 1];
    for (at, cell) in above.iter_mut().enumerate() {
        *cell = at;
    }
    let mut last_left = None;
    for (row, one) in left.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut current = [usize::MAX; LONGEST + 1];
        let mut beside = row.saturating_add(1);
        let mut last_right = None;
        if let Some(first) = current.first_mut() {
            *first = beside;
        }
        for (column, other) in right.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
            let cell = |cells: &[usize; LONGEST + 1], column: usize| {
                cells.get(column).copied().unwrap_or(usize::MAX)
            };
            let next = column.saturating_add(1);
            let replaced = cell(&above, column).saturating_add(usize::from(one != other));
            let mut steps = replaced.min(cell(&above, next).min(beside).saturating_add(1));
            if last_left == Some(other) && last_right == Some(one) {
                let swapped = cell(&before, column.saturating_sub(1)).saturating_add(1);
                steps = steps.min(swapped);
            }
            if let Some(cell) = current.get_mut(next) {
                *cell = steps;
            }
            beside = steps;
            last_right = Some(other);
        }
        before = above;
        above = current;
        last_left = Some(one);
    }
    above.get(right.len()).copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, sections_of, suggest};
    use crate::name::UnitType;

    #[test]
    fn slips_of_the_finger() {
        let service = |key| suggest("Service", UnitType::Service, key);
        assert_eq!(service("ExecStrat"), Some("ExecStart"));
        assert_eq!(service("execstart"), Some("ExecStart"));
        assert_eq!(service("ExecStartt"), Some("ExecStart"));
        assert_eq!(service("ExecStartPoste"), Some("ExecStartPost"));
        assert_eq!(service("Enviroment"), Some("Environment"));
        assert_eq!(service("EnvironmentFiles"), Some("EnvironmentFile"));
        assert_eq!(service("Usr"), Some("User"));
        assert_eq!(service("Restartsec"), Some("RestartSec"));
        assert_eq!(service("MemroyMax"), Some("MemoryMax"));
        assert_eq!(service("ReadWritePath"), Some("ReadWritePaths"));
        assert_eq!(suggest("Unit", UnitType::Target, "Desciption"), Some("Description"));
        assert_eq!(suggest("Install", UnitType::Timer, "WantedBye"), Some("WantedBy"));
        assert_eq!(suggest("Timer", UnitType::Timer, "OnCalender"), Some("OnCalendar"));
        assert_eq!(super::suggest_anywhere("OnCalender"), Some("OnCalendar"));
    }

    #[test]
    fn nothing_is_made_up() {
        let service = |key| suggest("Service", UnitType::Service, key);
        for key in ["", "=", "X", "Foo", "Nonsense", "Ünit", "日本語日本語", "ListenStream"]
        {
            assert_eq!(service(key), None, "{key}");
        }
        let long = "A".repeat(100_000);
        assert_eq!(suggest("Service", UnitType::Service, &long), None);
        assert_eq!(suggest("Target", UnitType::Target, "Wants"), None);
        // Names of old are not proposed.
        assert_eq!(service("CPUShare"), None);
    }

    #[test]
    fn letter_case_comes_first() {
        assert_eq!(suggest("Service", UnitType::Service, "type"), Some("Type"));
        assert_eq!(suggest("Mount", UnitType::Mount, "what"), Some("What"));
    }

    #[test]
    fn steps_are_counted() {
        assert_eq!(distance("ab", "ab"), 0);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("abc", "cab"), 2);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ABC", "abc"), 0);
        for (left, right) in [("Restart", "Restrat"), ("LimitNOFILE", "LimitNOFILES")] {
            assert_eq!(distance(left, right), 1);
            assert_eq!(distance(right, left), 1);
        }
    }

    #[test]
    fn the_right_section() {
        let sections = |key| sections_of(key).collect::<Vec<_>>();
        assert_eq!(sections("Restart"), ["Service"]);
        assert_eq!(sections("WantedBy"), ["Install"]);
        assert_eq!(sections("User"), ["Service", "Socket", "Mount", "Swap"]);
        assert_eq!(sections("MemoryMax"), ["Service", "Socket", "Mount", "Swap", "Scope", "Slice"]);
        assert_eq!(sections("Unit"), ["Timer", "Path"]);
        assert!(sections("Foo").is_empty());
    }
}
