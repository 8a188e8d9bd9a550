//! Folders of a unit's own, below /run, /var/lib and so on: `RuntimeDirectory=` and its kin.

use std::{borrow::Cow, fmt};

use super::read::{FIELDS, Reader, Rule, field, field_at};
use crate::values::{
    Parsed, Value,
    words::{Rules, Word, Words},
};

/// A folder of `RuntimeDirectory=`, `StateDirectory=` and their kin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its path, relative to /run, /var/lib and so on.
    pub path: Box<str>,
    /// A symbolic link that is made to it, relative to the same folder.
    pub link: Option<Box<str>>,
    /// The unit can only read it (`ro`).
    pub read_only: bool,
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = self.link.as_deref().unwrap_or_default();
        let mut word = field(&self.path).into_owned();
        if !link.is_empty() || self.read_only {
            word.push(':');
            word.push_str(&field(link));
        }
        if self.read_only {
            word.push_str(":ro");
        }
        Rules::TEXTS.write(f, &word)
    }
}

/// `RuntimeDirectory=`, `StateDirectory=` and their kin.
pub(super) fn directories(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found = Vec::new();
    let mut words = Words::new(text, Rules::TEXTS);
    while let Some(word) = reader.next_word(&mut words) {
        match directory(&word, reader) {
            Ok(Some(directory)) => found.push(directory),
            Ok(None) => {}
            Err(()) => break,
        }
    }
    match found.is_empty() {
        true => Parsed::Ignored,
        false => Parsed::Value(Value::Directories(found.into())),
    }
}

/// One of the folders. `None`: it is left out; an error: so is all behind it.
fn directory(word: &Word<'_>, reader: &mut Reader<'_, '_>) -> Result<Option<Directory>, ()> {
    let mut fields = Words::new(&word.text, FIELDS.each());
    let mut next = || match fields.next() {
        Some(Ok(field)) => Ok(Some((field_at(word, &field.at), field.text))),
        Some(Err(error)) => Err(error),
        None => Ok(None),
    };
    let (path, link, flags) = match (next(), next(), next()) {
        (Ok(path), Ok(link), Ok(flags)) => (path, link, flags),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => {
            reader.field_fault(word, error);
            return Err(());
        }
    };
    let (at, path) = path.unwrap_or_else(|| (word.at.clone(), Cow::Borrowed("")));
    let Some(path) = reader.path(path, &at, Rule::Relative) else { return Ok(None) };
    if path == "private" || path.starts_with("private/") {
        let help = "choose another name: private is where folders of dynamic users are kept";
        reader.advise(at, format!("\"{path}\" can't be used as a folder"), help);
        return Ok(None);
    }
    let link = match link {
        Some((at, link)) if !link.is_empty() => {
            if reader.directive() == "ConfigurationDirectory" {
                let help = "leave the colon and what is behind it away";
                reader.advise(at, "ConfigurationDirectory= makes no links".into(), help);
                return Ok(None);
            }
            match reader.path(link, &at, Rule::Relative) {
                Some(link) => Some(link.into()),
                None => return Ok(None),
            }
        }
        _ => None,
    };
    let read_only = match flags {
        Some((at, flag)) if !flag.is_empty() => {
            if flag != "ro" {
                let message = format!("\"{flag}\" is no flag of a folder");
                reader.advise(at, message, "allowed: ro");
                return Ok(None);
            }
            true
        }
        _ => false,
    };
    Ok(Some(Directory { path: path.into(), link, read_only }))
}
