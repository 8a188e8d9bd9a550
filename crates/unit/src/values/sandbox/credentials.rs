//! Credentials: what the manager hands to a unit in secret.

use std::borrow::Cow;

use super::{
    forms::{NAME_BYTES, is_base64, is_credential_name, is_descriptor_name, is_file_name},
    read::{Reader, field_at, pairs, shift, text as text_value},
};
use crate::values::{
    Parsed, Value,
    words::{Rules, Word, Words, unescape},
};

/// How the name is parted from what follows.
pub(super) const PARTS: Rules = Rules::PLAIN.separators(b":").each();

const NAME_HELP: &str =
    "names have 1 to 255 printable ASCII characters but / and :, and are not . or ..";

/// The name in front of the colon, and what stands behind it.
fn name<'t>(text: &'t str, reader: &mut Reader<'_, '_>) -> Option<(Word<'t>, Option<&'t str>)> {
    let mut parts = Words::new(text, PARTS);
    match parts.next()? {
        Ok(word) => {
            let rest = parts.rest();
            Some((word, rest))
        }
        Err(error) => {
            reader.fault(error);
            None
        }
    }
}

fn checked_name(word: Word<'_>, reader: &mut Reader<'_, '_>) -> Option<Box<str>> {
    let name = reader.expand(word.text, &word.at)?;
    if !is_credential_name(&name) {
        let message = format!("\"{name}\" can't be the name of a credential");
        reader.advise(word.at, message, NAME_HELP);
        return None;
    }
    Some(name.into())
}

fn pair(name: Box<str>, value: Cow<'_, str>) -> Parsed {
    pairs(vec![(name, value.into())])
}

/// `LoadCredential=`, `LoadCredentialEncrypted=`: a name, and a path or a credential of the manager;
/// the latter is called as the name says where nothing is given.
pub(super) fn load(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let Some((word, rest)) = name(text, reader) else { return Parsed::Ignored };
    let Some(name) = checked_name(word, reader) else { return Parsed::Ignored };
    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
        return pair(name.clone(), Cow::Owned(name.into()));
    };
    let at = text.len().saturating_sub(rest.len())..text.len();
    let Some(source) = reader.expand(Cow::Borrowed(rest), &at) else { return Parsed::Ignored };
    let right = match source.starts_with('/') {
        true => is_normalized(&source),
        false => is_credential_name(&source),
    };
    if !right {
        let message = format!("\"{source}\" is no place to load a credential from");
        let help =
            "write an absolute path without \"..\" and double slashes, or a credential's name";
        reader.advise(at, message, help);
        return Parsed::Ignored;
    }
    pair(name, source)
}

fn is_normalized(path: &str) -> bool {
    let parts = path.strip_prefix('/').unwrap_or(path);
    let wrong = |part: &str| matches!(part, "." | "..") || part.len() > NAME_BYTES;
    !parts.split('/').any(wrong) && !path.contains("//") && path.len() < 4096
}

/// `SetCredential=`, `SetCredentialEncrypted=`: a name and data; the data stay as written, with
/// their C escapes, since they need not be text.
pub(super) fn set(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let Some((word, rest)) = name(text, reader) else { return Parsed::Ignored };
    let Some(data) = rest.filter(|rest| !rest.is_empty()) else {
        let message = format!("there are no data for the credential \"{}\"", word.text);
        reader.advise(0..text.len(), message, "write name:data");
        return Parsed::Ignored;
    };
    let Some(name) = checked_name(word, reader) else { return Parsed::Ignored };
    let start = text.len().saturating_sub(data.len());
    if reader.directive() == "SetCredentialEncrypted" {
        if !is_base64(data) {
            let help = "paste what systemd-creds encrypt printed";
            reader.advise(start..text.len(), "the data are not valid Base64".into(), help);
            return Parsed::Ignored;
        }
    } else if let Err(at) = check_escapes(data) {
        let message = "an escape sequence is unknown or incomplete".into();
        reader.advise(shift(at, start), message, "write \\\\ for a backslash");
        return Parsed::Ignored;
    }
    pair(name, Cow::Borrowed(data))
}

/// Where the first wrong escape stands. Bytes that are no UTF-8 and NUL are right here.
fn check_escapes(data: &str) -> Result<(), std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(at) = data.get(from..).and_then(|rest| rest.find('\\')) {
        let at = from.saturating_add(at);
        let rest = data.get(at..).unwrap_or_default();
        let length = match rest.as_bytes().get(1) {
            Some(b'x') => 4,
            Some(b'u') => 6,
            Some(b'U') => 10,
            Some(b'0'..=b'7') => 4,
            _ => 2,
        };
        let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
        let bad = || at..at.saturating_add(1).saturating_add(escaped);
        let escape = rest.get(..length).ok_or_else(bad)?;
        let is_nul = matches!(escape, "\\x00" | "\\000" | "\\u0000" | "\\U00000000");
        // Halves of surrogate pairs are taken too.
        let half = escape.strip_prefix("\\u").and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let is_half = half.is_some_and(|half| (0xd800..0xe000).contains(&half));
        match unescape(escape) {
            _ if is_nul || is_half => {}
            Err(error) if error.fault == crate::values::words::Fault::Escape => return Err(bad()),
            _ => {}
        }
        from = at.saturating_add(length);
    }
    Ok(())
}

/// `ImportCredential=`: a name or a pattern that ends in `*`, and a new name behind a colon.
pub(super) fn import(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let Some((word, rest)) = name(text, reader) else { return Parsed::Ignored };
    let Some(glob) = reader.expand(word.text, &word.at) else { return Parsed::Ignored };
    let stem = glob.strip_suffix('*').unwrap_or(&glob);
    let right = !stem.contains(['*', '?', '[', ']'])
        && (is_credential_name(stem) || (stem.is_empty() && !glob.is_empty()));
    if !right {
        let message = format!("\"{glob}\" is no name of a credential and no pattern");
        let help = "write a name, or the beginning of names and one * at the end";
        reader.advise(word.at, message, help);
        return Parsed::Ignored;
    }
    match rest.filter(|rest| !rest.is_empty()) {
        None => text_value(glob),
        Some(rename) if is_credential_name(rename) => text_value(format!("{glob}:{rename}")),
        Some(rename) => {
            let at = text.len().saturating_sub(rename.len())..text.len();
            let message = format!("\"{rename}\" can't be the name of a credential");
            reader.advise(at, message, NAME_HELP);
            Parsed::Ignored
        }
    }
}

/// `OpenFile=`: a path, a descriptor's name and options parted by colons. No specifiers.
pub(super) fn open_file(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    const FIELDS: Rules = PARTS.escapes(crate::values::words::Escapes::C);
    const OPTIONS: &[&str] = &["read-only", "append", "truncate", "graceful"];
    if text.is_empty() {
        return Parsed::Reset;
    }
    let all = Word { text: Cow::Borrowed(text), at: 0..text.len(), ended_by: None };
    let mut fields = Words::new(text, FIELDS);
    let mut next = |reader: &mut Reader<'_, '_>| match fields.next() {
        Some(Ok(field)) => Ok((field_at(&all, &field.at), field.text)),
        Some(Err(error)) => {
            reader.fault(error);
            Err(())
        }
        None => Ok((text.len()..text.len(), Cow::Borrowed(""))),
    };
    let (Ok(path), Ok(name), Ok(options)) = (next(reader), next(reader), next(reader)) else {
        return Parsed::Ignored;
    };
    if fields.next().is_some() {
        reader.advise(0..text.len(), "there are more than three fields".into(), OPEN_HELP);
        return Parsed::Ignored;
    }
    let mut seen: Vec<&str> = Vec::new();
    for option in options.1.split(',').filter(|option| !option.is_empty()) {
        let modes = ["read-only", "append", "truncate"];
        let second = modes.contains(&option) && seen.iter().any(|other| modes.contains(other));
        if !OPTIONS.contains(&option) {
            reader.unknown(options.0, "option of OpenFile=", option, OPTIONS.iter().copied());
            return Parsed::Ignored;
        }
        if second || seen.contains(&option) {
            let message = format!("the option \"{option}\" does not fit another one");
            let help = "read-only, append and truncate exclude each other";
            reader.advise(options.0, message, help);
            return Parsed::Ignored;
        }
        seen.push(option);
    }
    let file = path.1.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let has_name = !name.1.is_empty() || is_file_name(file);
    let long = path.1.split('/').any(|part| part.len() > NAME_BYTES) || path.1.len() > 4095;
    if !path.1.starts_with('/') || long || !has_name {
        let message = format!("\"{}\" is no absolute path of a file", path.1);
        reader.advise(path.0, message, OPEN_HELP);
        return Parsed::Ignored;
    }
    let effective = if name.1.is_empty() { file } else { &name.1 };
    if !is_descriptor_name(effective) {
        let message = format!("\"{effective}\" can't be the name of a descriptor");
        reader.advise(name.0, message, OPEN_HELP);
        return Parsed::Ignored;
    }
    Parsed::Value(Value::Text(text.into()))
}

const OPEN_HELP: &str = "write path:name:options; a name has no colon and no control characters, \
                         options are read-only, append, truncate, graceful";
