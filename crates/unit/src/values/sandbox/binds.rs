//! Bind mounts: `BindPaths=`, `BindReadOnlyPaths=`.

use std::fmt;

use super::{
    paths::without,
    read::{Reader, Rule},
};
use crate::values::{
    Parsed, Value,
    words::{BLANKS, Rules, Word, Words},
};

/// A bind mount of `BindPaths=` and `BindReadOnlyPaths=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// What is mounted: an absolute path on the host.
    pub source: Box<str>,
    /// Where it appears: an absolute path below the unit's root; the source's where none is given.
    pub destination: Option<Box<str>>,
    /// It is no error where the source doesn't exist.
    pub may_be_missing: bool,
    /// What is mounted below the source comes along.
    pub recursive: bool,
}

/// How a field of a bind mount is written: colons part fields, blanks part mounts.
const BIND_FIELDS: Rules = Rules::PATHS.separators(b": \t\n\r").each();

/// How the options behind the second colon are read: up to the next blank.
const BIND_OPTIONS: Rules = Rules::PATHS.separators(BLANKS);

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.may_be_missing {
            f.write_str("-")?;
        }
        BIND_FIELDS.write(f, &self.source)?;
        let destination = match (&self.destination, self.recursive) {
            (None, true) => return Ok(()),
            (None, false) => &self.source,
            (Some(destination), _) => destination,
        };
        f.write_str(":")?;
        BIND_FIELDS.write(f, destination)?;
        if self.recursive { Ok(()) } else { f.write_str(":norbind") }
    }
}

/// `BindPaths=`, `BindReadOnlyPaths=`.
pub(super) fn binds(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut words = Words::new(text, BIND_FIELDS);
    let mut found = Vec::new();
    loop {
        words.change(BIND_FIELDS);
        match words.next() {
            None => break,
            Some(Err(error)) => {
                reader.fault(error);
                break;
            }
            // Every blank parts, so that two of them have a mount of nothing between them.
            Some(Ok(word)) if word.at.is_empty() && word.ended_by != Some(b':') => {
                let message = "there is a second blank between two mounts";
                let help = "write one blank between them: systemd warns of more";
                reader.advise(word.at, message.into(), help);
            }
            Some(Ok(source)) => match bind(source, &mut words, reader) {
                Ok(Some(bind)) => found.push(bind),
                Ok(None) => {}
                Err(()) => break,
            },
        }
    }
    match found.is_empty() {
        true => Parsed::Ignored,
        false => Parsed::Value(Value::Binds(found.into())),
    }
}

/// A mount of which the first field was read. `None`: it is left out; an error: so is all behind it.
fn bind<'t>(
    source: Word<'t>,
    words: &mut Words<'t>,
    reader: &mut Reader<'_, '_>,
) -> Result<Option<Bind>, ()> {
    let has_destination = source.ended_by == Some(b':');
    let path = source_path(source, reader);
    let mut bind = match path {
        // systemd reads the destination as a mount of its own then.
        None => return Ok(None),
        Some((source, may_be_missing)) => {
            Bind { source, destination: None, may_be_missing, recursive: true }
        }
    };
    if !has_destination {
        return Ok(Some(bind));
    }
    let word = match words.next() {
        None => return Ok(None),
        Some(Err(error)) => {
            reader.fault(error);
            return Err(());
        }
        Some(Ok(word)) => word,
    };
    let has_options = word.ended_by == Some(b':');
    let Some(destination) = reader.path(word.text, &word.at, Rule::Absolute) else {
        return Ok(None);
    };
    if *destination != *bind.source {
        bind.destination = Some(destination.into());
    }
    if !has_options {
        return Ok(Some(bind));
    }
    words.change(BIND_OPTIONS);
    match words.next() {
        None => Ok(Some(bind)),
        Some(Err(error)) => {
            reader.fault(error);
            Err(())
        }
        Some(Ok(word)) => {
            bind.recursive = match &*word.text {
                "" | "rbind" => true,
                "norbind" => false,
                other => {
                    let message = format!("\"{other}\" is no option of a bind mount");
                    reader.advise(word.at, message, "allowed: rbind, norbind");
                    return Ok(None);
                }
            };
            Ok(Some(bind))
        }
    }
}

fn source_path(word: Word<'_>, reader: &mut Reader<'_, '_>) -> Option<(Box<str>, bool)> {
    let text = reader.expand(word.text, &word.at)?;
    let (text, may_be_missing) = without(text, '-');
    let path = reader.checked_path(text, &word.at, Rule::Absolute)?;
    Some((path.into(), may_be_missing))
}
