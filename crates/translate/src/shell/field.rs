//! What a word of a script comes to.
//!
//! A value may be known, may be one that a settings file can give (`/etc/conf.d/NAME`,
//! `/etc/default/NAME`: known when the service starts), or one that only running a command would
//! tell. All three are kept apart.

use crate::Word;

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    Text {
        text: String,
        is_quoted: bool,
    },
    /// A settings file may give it. `is_assigned`: the script gives it too, before the file is read.
    Setting {
        name: String,
        default: Option<String>,
        is_quoted: bool,
        is_assigned: bool,
    },
    Unknown {
        source: String,
    },
}

/// What a word came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    pub(super) bits: Vec<Bit>,
}

impl Field {
    /// A text that is known.
    pub fn known(text: &str) -> Field {
        Field::text(text, true)
    }

    pub(super) fn text(text: &str, is_quoted: bool) -> Field {
        Field { bits: vec![Bit::Text { text: text.to_owned(), is_quoted }] }
    }

    pub(super) fn unknown(source: &str) -> Field {
        Field { bits: vec![Bit::Unknown { source: source.to_owned() }] }
    }

    pub(super) fn length(&self) -> usize {
        let length = |bit: &Bit| match bit {
            Bit::Text { text, .. } => text.len(),
            Bit::Setting { name, .. } => name.len(),
            Bit::Unknown { source } => source.len(),
        };
        self.bits.iter().map(length).sum()
    }

    /// As it is spliced into a word: what is quoted there is not split.
    pub(super) fn requoted(mut self, quoted: bool) -> Field {
        for bit in &mut self.bits {
            if let Bit::Text { is_quoted, .. } | Bit::Setting { is_quoted, .. } = bit {
                *is_quoted = quoted;
            }
        }
        self
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.fixed().is_some_and(|text| text.is_empty())
    }

    /// The text, with the script's own values where a settings file may give others.
    pub fn fixed(&self) -> Option<String> {
        let mut whole = String::new();
        for bit in &self.bits {
            match bit {
                Bit::Text { text, .. } => whole.push_str(text),
                Bit::Setting { default, .. } => whole.push_str(default.as_deref()?),
                Bit::Unknown { .. } => return None,
            }
        }
        Some(whole)
    }

    /// What in it only running a command would tell.
    pub fn unknown_source(&self) -> Option<&str> {
        self.bits.iter().find_map(|bit| match bit {
            Bit::Unknown { source } => Some(source.as_str()),
            _ => None,
        })
    }

    /// Variables that a settings file may give, with the script's own values.
    pub fn settings(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.bits.iter().filter_map(|bit| match bit {
            Bit::Setting { name, default, .. } => Some((name.as_str(), default.as_deref())),
            _ => None,
        })
    }

    /// The shell text that gives it again when it is read once more, as `eval` does.
    pub fn to_source(&self) -> String {
        let piece = |bit: &Bit| match bit {
            Bit::Text { text, .. } => text.clone(),
            Bit::Setting { name, default: Some(default), .. } => format!("${{{name}:-{default}}}"),
            Bit::Setting { name, default: None, .. } => format!("${{{name}}}"),
            Bit::Unknown { source } => source.clone(),
        };
        self.bits.iter().map(piece).collect()
    }

    /// As a word of a command, and the variables with their values that it needs in the
    /// environment. `None`: a part is unknown.
    pub fn to_word(&self) -> Option<(Word, Vec<(String, String)>)> {
        let mut needed = Vec::new();
        if let [Bit::Setting { name, default, is_quoted: false, is_assigned }] =
            self.bits.as_slice()
            && (!is_assigned || default.is_none() || is_for_options(name))
        {
            needed.extend(default.iter().map(|default| (name.clone(), default.clone())));
            return Some((Word::split(name.clone()), needed));
        }
        let mut word = Word::default();
        for bit in &self.bits {
            match bit {
                Bit::Text { text, .. } => word.push(text),
                // A path or a name that the script states is what everybody uses.
                Bit::Setting { default: Some(default), is_assigned: true, .. } => {
                    word.push(default)
                }
                Bit::Setting { name, default, .. } => {
                    needed.extend(default.iter().map(|default| (name.clone(), default.clone())));
                    word.push_variable(name);
                }
                Bit::Unknown { .. } => return None,
            }
        }
        Some((word, needed))
    }

    /// Splits what is not quoted at blanks.
    pub(super) fn split(self) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut field: Option<Field> = None;
        for bit in self.bits {
            let Bit::Text { text, is_quoted: false } = bit else {
                field.get_or_insert_default().bits.push(bit);
                continue;
            };
            let mut rest = text.as_str();
            while !rest.is_empty() {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let (head, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
                if !head.is_empty() {
                    let text = Bit::Text { text: head.to_owned(), is_quoted: true };
                    field.get_or_insert_default().bits.push(text);
                }
                rest = tail.trim_start();
                if !tail.is_empty() {
                    fields.extend(field.take());
                }
            }
        }
        fields.extend(field);
        fields
    }
}

/// Whether a variable is what people put options of their own into.
fn is_for_options(name: &str) -> bool {
    const ENDS: [&str; 8] = ["ARGS", "OPTS", "OPTIONS", "OPTION", "PARAMS", "FLAGS", "ARG", "OPT"];
    let name = name.to_ascii_uppercase();
    ENDS.iter().any(|end| name.contains(end)) || name.starts_with("EXTRA")
}
