//! The `[Install]` section of a unit: where its links are to go.

use super::{alias, report::Note};
use crate::{
    name::Name,
    specifier::Facts,
    syntax::{Item, Reader},
    values::words::{Rules, Words},
};

/// What the `[Install]` sections of a unit's files say together. Texts stand as written, specifiers
/// not replaced, but for `Also=` and `DefaultInstance=`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub aliases: Vec<String>,
    pub wanted_by: Vec<String>,
    pub required_by: Vec<String>,
    pub upheld_by: Vec<String>,
    pub also: Vec<Name>,
    pub default_instance: Option<String>,
}

/// What it is read for.
pub(super) struct Reading<'a> {
    pub facts: &'a Facts,
    pub unit: &'a Name,
    pub file: &'a str,
    pub notes: &'a mut Vec<Note>,
}

impl Section {
    /// Whether it asks for links.
    pub(super) fn has_links(&self) -> bool {
        let lists = [&self.aliases, &self.wanted_by, &self.required_by, &self.upheld_by];
        lists.iter().any(|list| !list.is_empty())
    }

    /// Takes in a file.
    ///
    /// # Errors
    /// A line with which systemd refuses the file, and what is wrong with it.
    pub(super) fn read(&mut self, bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), String> {
        let mut is_install = false;
        for item in Reader::new(bytes) {
            match item {
                Item::Section(name, _) => is_install = name == "Install",
                Item::Assignment(assignment) if is_install => {
                    let line = assignment.at.line;
                    self.assign(assignment.key, &assignment.value, line, reading)
                        .map_err(|problem| format!("line {line}: {problem}"))?;
                }
                Item::Assignment(_) | Item::Skipped(..) => {}
                Item::Refused(_, spot) => {
                    let line = spot.last_line;
                    return Err(format!("line {line} can't be read, nor the file with it"));
                }
            }
        }
        Ok(())
    }

    fn assign(
        &mut self,
        key: &str,
        value: &str,
        line: u32,
        reading: &mut Reading<'_>,
    ) -> Result<(), String> {
        let list = match key {
            "WantedBy" => &mut self.wanted_by,
            "RequiredBy" => &mut self.required_by,
            "UpheldBy" => &mut self.upheld_by,
            "Alias" if !alias::may_alias(reading.unit.unit_type()) => {
                let kind = reading.unit.unit_type().suffix();
                reading.note(line, &format!("Alias= is ignored: {kind} units have no aliases"));
                return Ok(());
            }
            "Alias" => &mut self.aliases,
            "Also" => return self.also(value, reading),
            "DefaultInstance" => return self.default_instance(value, line, reading),
            _ if key.starts_with("X-") => return Ok(()),
            _ => {
                reading.note(line, &format!("{key}= is unknown in [Install] and ignored"));
                return Ok(());
            }
        };
        if value.is_empty() {
            list.clear();
        }
        for word in Words::new(value, Rules::TEXTS) {
            match word {
                Ok(word) => list.push(word.text.into_owned()),
                // The words before it count.
                Err(error) => reading.note(line, &format!("{key}= is cut short: {error}")),
            }
        }
        Ok(())
    }

    fn also(&mut self, value: &str, reading: &mut Reading<'_>) -> Result<(), String> {
        for word in Words::new(value, Rules::NAMES).flatten() {
            let text = self.expand(&word.text, reading.facts, reading.unit)?;
            let name = text.parse().map_err(|error| format!("Also={text}: {error}"))?;
            self.also.push(name);
        }
        Ok(())
    }

    fn default_instance(
        &mut self,
        value: &str,
        line: u32,
        reading: &mut Reading<'_>,
    ) -> Result<(), String> {
        match reading.unit.instance() {
            Some("") => {}
            Some(_) => return Ok(()),
            None => {
                reading.note(line, "DefaultInstance= is ignored: the unit is no template");
                return Ok(());
            }
        }
        let text = self.expand(value, reading.facts, reading.unit)?;
        if !text.is_empty() && reading.unit.with_instance(&text).is_none() {
            return Err(format!("DefaultInstance={text} is no valid instance"));
        }
        self.default_instance = Some(text).filter(|text| !text.is_empty());
        Ok(())
    }

    /// A text with specifiers replaced; a template stands for its default instance.
    pub(super) fn expand(&self, text: &str, facts: &Facts, unit: &Name) -> Result<String, String> {
        super::expand(text, facts, unit, self.default_instance.as_deref())
    }

    /// The names that the unit's links have: its own, its aliases and its default instance.
    pub(super) fn knows(&self, unit: &Name, name: &str) -> bool {
        unit.as_str() == name
            || self.aliases.iter().any(|alias| alias == name)
            || self.default_unit(unit).is_some_and(|unit| unit.as_str() == name)
    }

    /// The default instance of a template, as a unit.
    pub(super) fn default_unit(&self, unit: &Name) -> Option<Name> {
        let instance = self.default_instance.as_deref().filter(|_| unit.is_template())?;
        unit.with_instance(instance)
    }
}

impl Reading<'_> {
    fn note(&mut self, line: u32, problem: &str) {
        self.notes.push(Note::Line(self.file.into(), line, problem.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Note, Reading, Section};

    fn read(unit: &str, text: &str) -> (Result<Section, String>, Vec<Note>) {
        let (mut section, mut notes) = (Section::default(), Vec::new());
        let unit = unit.parse().unwrap();
        let facts = Facts::default();
        let mut reading = Reading { facts: &facts, unit: &unit, file: "/f", notes: &mut notes };
        let read = section.read(text.as_bytes(), &mut reading);
        (read.map(|()| section), notes)
    }

    #[test]
    fn only_install_counts_and_an_empty_value_resets() {
        let (section, notes) = read(
            "a.service",
            "WantedBy=x\n[Unit]\nWantedBy=y\n[Install]\nWantedBy=a.target 'b.target'\nWantedBy=\n\
             WantedBy=c.target \\\n d.target\nX-More=1\n[X-Install]\nWantedBy=z\n",
        );
        assert_eq!(section.unwrap().wanted_by, ["c.target", "d.target"]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn what_is_ignored_is_noted() {
        let (section, notes) =
            read("a.slice", "[Install]\nAlias=b.slice\nDefaultInstance=x\nWantedby=y\n");
        assert_eq!(section.unwrap(), Section::default());
        let lines: Vec<String> = notes.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "/f:2: Alias= is ignored: slice units have no aliases",
                "/f:3: DefaultInstance= is ignored: the unit is no template",
                "/f:4: Wantedby= is unknown in [Install] and ignored",
            ]
        );
    }

    #[test]
    fn bad_names_refuse_the_file() {
        assert!(read("a.service", "[Install]\nAlso=b").0.is_err());
        assert!(read("a@.service", "[Install]\nDefaultInstance=/").0.is_err());
        assert!(read("a@i.service", "[Install]\nDefaultInstance=/").0.is_ok());
        assert!(read("a.service", "[Install\n").0.is_err());
    }

    #[test]
    fn a_default_instance_serves_also() {
        let text = "[Install]\nDefaultInstance=one\nAlso=%p-x@%i.socket\n";
        let section = read("a@.service", text).0.unwrap();
        assert_eq!(section.also[0].as_str(), "a-x@one.socket");
        assert!(section.knows(&"a@.service".parse().unwrap(), "a@one.service"));
    }
}
