//! Paths that a unit sees, and how: read-only, hidden, temporary file systems.

use std::{borrow::Cow, fmt};

use super::read::{Reader, Rule, field_at, list, pairs, percent};
use crate::values::{
    Parsed,
    words::{Rules, Words},
};

/// The text without a prefix, and whether it was there.
pub(super) fn without(text: Cow<'_, str>, prefix: char) -> (Cow<'_, str>, bool) {
    match text {
        Cow::Borrowed(text) => match text.strip_prefix(prefix) {
            Some(rest) => (Cow::Borrowed(rest), true),
            None => (Cow::Borrowed(text), false),
        },
        Cow::Owned(text) => match text.strip_prefix(prefix) {
            Some(rest) => (Cow::Owned(rest.to_owned()), true),
            None => (Cow::Owned(text), false),
        },
    }
}

/// `ReadWritePaths=` and its kin: absolute paths, `-` (may be missing) and then `+` (below the
/// unit's root) in front.
pub(super) fn namespace_paths(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found: Vec<Box<str>> = Vec::new();
    let mut words = Words::new(text, Rules::PATHS);
    while let Some(word) = reader.next_word(&mut words) {
        let (path, dash) = without(word.text, '-');
        let (path, plus) = without(path, '+');
        if let Some(path) = reader.path(path, &word.at, Rule::Absolute) {
            let dash = if dash { "-" } else { "" };
            let plus = if plus { "+" } else { "" };
            found.push(match (dash, plus) {
                ("", "") => path.into(),
                _ => format!("{dash}{plus}{path}").into(),
            });
        }
    }
    list(found)
}

/// How `TemporaryFileSystem=` parts a path from the options.
const TMPFS_FIELDS: Rules = Rules::PLAIN.separators(b":").each();

/// `TemporaryFileSystem=`: paths, each with mount options behind a colon.
pub(super) fn temporary(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found = Vec::new();
    let mut words = Words::new(text, Rules::PATHS);
    while let Some(word) = reader.next_word(&mut words) {
        let mut fields = Words::new(&word.text, TMPFS_FIELDS);
        let path = match fields.next() {
            Some(Ok(path)) => path,
            Some(Err(error)) => {
                reader.field_fault(&word, error);
                continue;
            }
            None => continue,
        };
        let at = field_at(&word, &path.at);
        if let Some(path) = reader.path(path.text, &at, Rule::Absolute) {
            found.push((path.into(), fields.rest().unwrap_or_default().into()));
        }
    }
    pairs(found)
}

/// Writes what [`temporary`] reads.
pub(super) fn write_temporary(
    out: &mut impl fmt::Write,
    (path, options): &(Box<str>, Box<str>),
) -> fmt::Result {
    let mut word = String::with_capacity(path.len().saturating_add(options.len()));
    TMPFS_FIELDS.write(&mut word, &percent(path))?;
    if !options.is_empty() {
        word.push(':');
        word.push_str(options);
    }
    Rules::PATHS.write(out, &word)
}
