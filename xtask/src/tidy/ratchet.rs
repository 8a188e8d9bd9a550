//! The ratchet: what exceeds a limit today is recorded in tidy.toml and may only shrink.
//!
//! The file is TOML, but only as much of it as it needs: sections, and lines `"key" = number`.

use std::{collections::BTreeMap, path::Path};

use super::Problem;
use crate::error::{Error, Result, read_text, write_whole};

/// The file, in the root.
pub const FILE: &str = "tidy.toml";

const HEAD: &str = "\
# The ratchet: what is longer or more often there than the rule allows, as it is now. It may only
# shrink. `cargo xtask tidy --update` lowers it; nothing raises it but --allow-grow.
";

/// One limit.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its name in the file.
    pub name: &'static str,
    /// What is allowed without a record.
    pub limit: usize,
    /// What is counted, for messages.
    pub thing: &'static str,
    /// What to do about too much of it.
    pub remedy: &'static str,
}

/// Something beyond its limit.
#[derive(Debug)]
pub struct Excess {
    /// Which limit.
    pub section: Section,
    /// What it is recorded under.
    pub key: String,
    /// How much there is.
    pub value: usize,
    /// The file to name.
    pub path: String,
    /// The line to name.
    pub line: usize,
}

/// The records.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ratchet {
    sections: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Ratchet {
    /// Reads the file; none is an empty ratchet.
    pub fn load(root: &Path) -> Result<Ratchet> {
        let path = root.join(FILE);
        if path.exists() { Ratchet::parse(&read_text(&path)?) } else { Ok(Ratchet::default()) }
    }

    fn parse(text: &str) -> Result<Ratchet> {
        let mut ratchet = Ratchet::default();
        let mut section = String::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.to_owned();
                continue;
            }
            let entry = line.split_once('=').and_then(|(key, value)| {
                let key = key.trim().strip_prefix('"')?.strip_suffix('"')?;
                Some((key.to_owned(), value.trim().parse().ok()?))
            });
            let (key, value) = entry.ok_or_else(|| {
                let place = format!("{FILE}:{}", number + 1);
                Error::malformed(place, "expected [section] or \"key\" = number")
            })?;
            ratchet.sections.entry(section.clone()).or_default().insert(key, value);
        }
        Ok(ratchet)
    }

    /// Writes the file.
    pub fn save(&self, root: &Path) -> Result<()> {
        write_whole(&root.join(FILE), self.text().as_bytes())
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (name, entries) in self.sections.iter().filter(|(_, entries)| !entries.is_empty()) {
            text.push_str(&format!("\n[{name}]\n"));
            for (key, value) in entries {
                text.push_str(&format!("\"{key}\" = {value}\n"));
            }
        }
        text
    }

    fn recorded(&self, section: &str, key: &str) -> Option<usize> {
        self.sections.get(section)?.get(key).copied()
    }

    /// The records that fit `excesses`: lowered, and raised only if that is allowed.
    pub fn updated(&self, excesses: &[Excess], allow_grow: bool) -> Ratchet {
        let mut new = Ratchet::default();
        for ((section, key), value) in highest(excesses) {
            let value = match self.recorded(section, key) {
                _ if allow_grow => value,
                Some(recorded) => value.min(recorded),
                None => continue,
            };
            new.sections.entry(section.into()).or_default().insert(key.into(), value);
        }
        new
    }

    /// What has grown beyond its record, and which records are higher than they need be.
    pub fn check(&self, sections: &[Section], excesses: &[Excess]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for excess in excesses {
            let Excess { section, key, value, path, line } = excess;
            let allowed = self.recorded(section.name, key).unwrap_or(section.limit);
            if *value > allowed {
                // The place has the path already.
                let name = key.strip_prefix(path.as_str()).unwrap_or(key).trim_start_matches(':');
                let name = if name.is_empty() { String::new() } else { format!("`{name}`: ") };
                let what = format!("{name}{value} {} where {allowed} are allowed", section.thing);
                problems.push(Problem::new(path, *line, what, section.remedy));
            }
        }
        let now = highest(excesses);
        for section in sections {
            for (key, recorded) in self.sections.get(section.name).into_iter().flatten() {
                let value = now.get(&(section.name, key.as_str())).copied();
                if value.is_none_or(|value| value < *recorded) {
                    let now = value.map_or_else(
                        || format!("no more than {}", section.limit),
                        |value| value.to_string(),
                    );
                    let what = format!("[{}] {key} says {recorded}, and it is {now}", section.name);
                    let remedy = "keep what was won: cargo xtask tidy --update";
                    problems.push(Problem::new(FILE, 1, what, remedy));
                }
            }
        }
        problems
    }
}

/// The highest value for each key: functions of one name in one file share a record.
fn highest(excesses: &[Excess]) -> BTreeMap<(&'static str, &str), usize> {
    let mut highest = BTreeMap::new();
    for excess in excesses {
        let value = highest.entry((excess.section.name, excess.key.as_str())).or_insert(0);
        *value = excess.value.max(*value);
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::{Excess, Ratchet, Section};

    const LINES: Section = Section { name: "lines", limit: 10, thing: "lines", remedy: "split" };

    fn excess(key: &str, value: usize) -> Excess {
        Excess { section: LINES, key: key.into(), value, path: key.into(), line: 1 }
    }

    fn recorded() -> Ratchet {
        Ratchet::parse("# c\n[lines]\n\"a\" = 20\n\"b\" = 30\n").unwrap()
    }

    #[test]
    fn it_reads_what_it_writes() {
        assert_eq!(Ratchet::parse(&recorded().text()).unwrap(), recorded());
        let error = Ratchet::parse("[lines]\na = b\n").unwrap_err();
        assert!(error.to_string().starts_with("tidy.toml:2"), "{error}");
    }

    #[test]
    fn it_holds_what_was_reached() {
        let check = |found: &[Excess]| recorded().check(&[LINES], found).len();
        assert_eq!(check(&[excess("a", 20), excess("b", 30)]), 0);
        assert_eq!(check(&[excess("a", 21), excess("b", 30)]), 1, "grown");
        assert_eq!(check(&[excess("a", 19), excess("b", 30)]), 1, "shrunk, not recorded");
        assert_eq!(check(&[excess("a", 20)]), 1, "gone, still recorded");
        assert_eq!(check(&[excess("a", 20), excess("b", 30), excess("c", 11)]), 1, "new");
    }

    #[test]
    fn an_update_only_lowers() {
        let found = [excess("a", 25), excess("b", 12), excess("c", 11)];
        let lowered = recorded().updated(&found, false);
        assert_eq!(lowered, Ratchet::parse("[lines]\n\"a\" = 20\n\"b\" = 12\n").unwrap());
        let grown = recorded().updated(&found, true);
        assert_eq!(grown.recorded("lines", "a"), Some(25));
        assert_eq!(grown.recorded("lines", "c"), Some(11));
    }
}
