//! Variables, and what words come to with them.

use std::collections::BTreeMap;

use super::field::{Bit, Field};
use super::tree::{Parameter, Part, ShWord};
use crate::EnvironmentFile;

/// The longest value that is kept, in bytes.
const LONGEST: usize = 16 << 10;
/// The most variables that are kept.
const MOST: usize = 4096;

#[derive(Clone, Debug)]
struct Assigned {
    value: Field,
    /// How many settings files had been read by then; `MAX`: no file can replace it.
    files: usize,
}

/// The variables of a script as far as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Variables {
    values: BTreeMap<String, Assigned>,
    script: String,
    /// Settings files that the script has read so far.
    pub files: Vec<EnvironmentFile>,
}

impl Variables {
    pub fn new(script: &str) -> Variables {
        let mut variables =
            Variables { values: BTreeMap::new(), script: script.to_owned(), files: Vec::new() };
        for name in ["RC_SVCNAME", "SVCNAME"] {
            let assigned = Assigned { value: Field::known(script), files: usize::MAX };
            variables.values.insert(name.to_owned(), assigned);
        }
        variables
    }

    fn put(&mut self, name: &str, value: Field) {
        if self.values.len() < MOST || self.values.contains_key(name) {
            let files = self.files.len();
            self.values.insert(name.to_owned(), Assigned { value, files });
        }
    }

    pub fn assign(&mut self, name: &str, value: &ShWord) {
        let value = self.expand(value);
        self.put(name, value);
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The value, as it is when no settings file gives another.
    pub fn text(&self, name: &str) -> Option<String> {
        self.field(name)?.fixed().filter(|text| !text.trim().is_empty())
    }

    /// The same; empty values too.
    pub fn exported(&self, name: &str) -> Option<String> {
        self.field(name)?.fixed()
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.values.get(name).map(|assigned| &assigned.value)
    }

    /// A word as one text, nothing split.
    pub fn expand(&mut self, word: &ShWord) -> Field {
        let mut field = Field::default();
        for part in &word.parts {
            match part {
                Part::Text { text, is_quoted } => {
                    field.bits.push(Bit::Text { text: text.clone(), is_quoted: *is_quoted });
                }
                Part::Variable(parameter) => {
                    let value = self.parameter(parameter);
                    field.bits.extend(value.bits);
                }
                Part::Unknown { source } => field.bits.push(self.command(source)),
            }
            if field.length() > LONGEST {
                return Field::unknown("a value of more than 16 KiB");
            }
        }
        field
    }

    /// Words as they are handed to a command: unquoted values are split at blanks.
    pub fn fields(&mut self, words: &[ShWord]) -> Vec<Field> {
        words.iter().flat_map(|word| self.expand(word).split()).collect()
    }

    /// The same of a text that was made of values: in it these names stand for what a settings file
    /// gives, not for what the script makes of that.
    pub fn fields_with_settings(&mut self, words: &[ShWord], settings: &[String]) -> Vec<Field> {
        let take = |name: &String| self.values.remove(name).map(|value| (name.clone(), value));
        let taken: Vec<(String, Assigned)> = settings.iter().filter_map(take).collect();
        let fields = self.fields(words);
        self.values.extend(taken);
        fields
    }

    /// `$(basename $0)` is the script's name; what other commands say is not known.
    fn command(&self, source: &str) -> Bit {
        match source.contains("basename") && source.contains("$0") {
            true => Bit::Text { text: self.script.clone(), is_quoted: true },
            false => Bit::Unknown { source: source.to_owned() },
        }
    }

    fn parameter(&mut self, parameter: &Parameter) -> Field {
        let Parameter { name, modifier, is_quoted } = parameter;
        if name == "0" {
            return Field::text(&self.script, true);
        }
        let source = || format!("${name}");
        if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return Field::unknown(&source());
        }
        let current = self.current(name, *is_quoted);
        let Some((operator, operand)) = modifier else {
            return current.unwrap_or_else(|| self.unset(name, None, *is_quoted));
        };
        match operator.trim_start_matches(':') {
            "-" | "=" => self.or_default(parameter, operator, operand, current),
            "+" => match current {
                Some(value) if !value.is_nothing() => self.expand(operand).requoted(*is_quoted),
                None if !self.files.is_empty() => {
                    Field::unknown(&format!("${{{name}{operator}…}}"))
                }
                _ => Field::default(),
            },
            "%" | "%%" | "#" | "##" => {
                let pattern = self.expand(operand).fixed();
                match (current.and_then(|value| value.fixed()), pattern) {
                    (Some(value), Some(pattern)) => {
                        Field::text(trim(&value, operator, &pattern), *is_quoted)
                    }
                    _ => Field::unknown(&source()),
                }
            }
            _ => Field::unknown(&source()),
        }
    }

    /// `${NAME:-default}` and `${NAME:=default}`.
    fn or_default(
        &mut self,
        parameter: &Parameter,
        operator: &str,
        operand: &ShWord,
        current: Option<Field>,
    ) -> Field {
        let Parameter { name, is_quoted, .. } = parameter;
        let value = match current {
            Some(value) if !operator.starts_with(':') || !value.is_nothing() => value,
            Some(_) => self.expand(operand).requoted(*is_quoted),
            None => {
                let default = self.expand(operand).requoted(*is_quoted);
                self.unset(name, Some(default), *is_quoted)
            }
        };
        if operator.ends_with('=') {
            self.put(name, value.clone());
        }
        value
    }

    /// The value that was assigned; one that a settings file may have replaced since says so.
    fn current(&self, name: &str, is_quoted: bool) -> Option<Field> {
        let assigned = self.values.get(name)?;
        let value = assigned.value.clone().requoted(is_quoted);
        if assigned.files >= self.files.len() {
            return Some(value);
        }
        let default = match value.fixed() {
            Some(default) => Some(default),
            None => return Some(value),
        };
        let name = name.to_owned();
        Some(Field { bits: vec![Bit::Setting { name, default, is_quoted, is_assigned: true }] })
    }

    /// What a variable comes to that the script does not assign.
    fn unset(&self, name: &str, default: Option<Field>, is_quoted: bool) -> Field {
        if self.files.is_empty() {
            return default.unwrap_or_default();
        }
        let default = match default {
            None => None,
            Some(field) => match field.fixed() {
                Some(text) => Some(text),
                None => return field,
            },
        };
        let name = name.to_owned();
        Field { bits: vec![Bit::Setting { name, default, is_quoted, is_assigned: false }] }
    }
}

/// `${value%pattern}` and its kin.
fn trim<'v>(value: &'v str, operator: &str, pattern: &str) -> &'v str {
    let mut cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).collect();
    cuts.push(value.len());
    let is_prefix = operator.starts_with('#');
    let longest = operator.len() > 1;
    // The shortest prefix is found from the front, the shortest suffix from the back.
    if is_prefix == longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (head, tail) = value.split_at_checked(cut).unwrap_or((value, ""));
        let (gone, kept) = if is_prefix { (head, tail) } else { (tail, head) };
        if matches(pattern.as_bytes(), gone.as_bytes()) {
            return kept;
        }
    }
    value
}

/// `*` and `?` of a pattern; other signs stand for themselves.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // Where to go on when the rest does not match: the pattern behind the last `*`, and the text
    // that it has not taken yet.
    let (mut pattern, mut text, mut retry) = (pattern, text, None::<(&[u8], &[u8])>);
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            (Some((sign, rest)), Some((byte, more))) if sign == byte || *sign == b'?' => {
                (pattern, text) = (rest, more);
            }
            (None, None) => return true,
            _ => match retry.and_then(|(rest, taken)| Some((rest, taken.split_first()?.1))) {
                Some((rest, taken)) => {
                    retry = Some((rest, taken));
                    (pattern, text) = (rest, taken);
                }
                None => return false,
            },
        }
    }
}
