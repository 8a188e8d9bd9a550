//! Disk images and what verifies them.

use std::borrow::Cow;

use super::{
    forms::is_base64,
    names::PARTITIONS,
    paths::without,
    read::{FIELDS, Reader, Rule, field, field_at, list, pairs, text as text_value},
};
use crate::{
    diagnostic::{Code, Problem, Severity},
    values::{
        Parsed,
        words::{Rules, Word, Words},
    },
};

/// `MountImages=` (which has a destination), `ExtensionImages=`: each word is written back with its
/// fields checked, colons parting them.
pub(super) fn images(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found = Vec::new();
    let mut words = Words::new(text, Rules::TEXTS);
    while let Some(word) = reader.next_word(&mut words) {
        match image(&word, reader) {
            Ok(Some(image)) => found.push(image.into()),
            Ok(None) => {}
            Err(()) => break,
        }
    }
    list(found)
}

/// `None`: it is left out; an error: so is all behind it.
fn image(word: &Word<'_>, reader: &mut Reader<'_, '_>) -> Result<Option<String>, ()> {
    let with_destination = reader.directive() == "MountImages";
    let rule = if with_destination { Rule::NotApiButDev } else { Rule::NotApi };
    let mut fields = Words::new(&word.text, FIELDS);
    let Some(source) = next(&mut fields, word, reader)? else { return Ok(None) };
    let at = field_at(word, &source.at);
    let (source, may_be_missing) = without(source.text, '-');
    let Some(source) = reader.path(source, &at, rule) else { return Ok(None) };
    let mut image = String::with_capacity(word.text.len());
    if may_be_missing {
        image.push('-');
    }
    image.push_str(&field(&source));
    if with_destination {
        let Some(destination) = next(&mut fields, word, reader)? else {
            let message = format!("the image \"{source}\" has no destination");
            reader.advise(word.at.clone(), message, "write source:destination");
            return Ok(None);
        };
        let at = field_at(word, &destination.at);
        let Some(destination) = reader.path(destination.text, &at, rule) else { return Ok(None) };
        image.push(':');
        image.push_str(&field(&destination));
    }
    while let Some(first) = next(&mut fields, word, reader)? {
        let second = next(&mut fields, word, reader)?;
        let Some(second) = second else {
            // Options alone are those of the root partition.
            let at = field_at(word, &first.at);
            if let Some(options) = reader.expand(first.text, &at) {
                image.push(':');
                image.push_str(&field(&options));
            }
            break;
        };
        let at = field_at(word, &first.at);
        if is_partition(&first.text, &at, reader) {
            let at = field_at(word, &second.at);
            if let Some(options) = reader.expand(second.text, &at) {
                image.push_str(&format!(":{}:{}", first.text, field(&options)));
            }
        }
    }
    Ok(Some(image))
}

fn next<'t>(
    fields: &mut Words<'t>,
    word: &Word<'_>,
    reader: &mut Reader<'_, '_>,
) -> Result<Option<Word<'t>>, ()> {
    fields.next().transpose().map_err(|error| reader.field_fault(word, error))
}

fn is_partition(name: &str, at: &std::ops::Range<usize>, reader: &mut Reader<'_, '_>) -> bool {
    let known = PARTITIONS.contains(&name);
    if !known {
        reader.unknown(at.clone(), "partition of an image", name, PARTITIONS.iter().copied());
    }
    known
}

/// `RootImageOptions=`: `options` of the root partition, or `partition:options`.
pub(super) fn options(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found = Vec::new();
    let mut any = false;
    for word in Words::new(text, Rules::TEXTS) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                reader.fault(error);
                return Parsed::Ignored;
            }
        };
        let mut fields = Words::new(&word.text, FIELDS);
        let (first, second) = match (fields.next(), fields.next(), fields.next()) {
            (None, ..) => continue,
            (Some(Ok(first)), second @ (None | Some(Ok(_))), None) => {
                (first, second.and_then(Result::ok))
            }
            _ => {
                let help = "write options, or partition:options";
                let message = format!("\"{}\" is not understood", word.text);
                reader.advise(word.at, message, help);
                return Parsed::Ignored;
            }
        };
        any = true;
        let (partition, options) = match second {
            Some(options) => {
                if !is_partition(&first.text, &field_at(&word, &first.at), reader) {
                    continue;
                }
                (first.text, options)
            }
            None => (Cow::Borrowed("root"), first),
        };
        let at = field_at(&word, &options.at);
        if let Some(options) = reader.expand(options.text, &at) {
            found.push((partition.into(), options.into()));
        }
    }
    // Nothing that could be used undoes what stood before, as in systemd.
    if any && !found.is_empty() { pairs(found) } else { Parsed::Reset }
}

/// `RootHash=`: a path, or at least 16 bytes in hexadecimal digits. No specifiers.
pub(super) fn root_hash(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if text.starts_with('/') {
        return text_value(text);
    }
    let digits: String = text.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    let help = "write the hash in hexadecimal digits, at least 32 of them, or a path";
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("\"{text}\" is neither a path nor hexadecimal");
        reader.advise(0..text.len(), message, help);
        return Parsed::Ignored;
    }
    if digits.len() < 32 {
        reader.advise(0..text.len(), format!("the hash \"{text}\" is too short"), help);
        return Parsed::Ignored;
    }
    text_value(digits.to_ascii_lowercase())
}

/// `RootHashSignature=`: a path, or `base64:` and data. No specifiers.
pub(super) fn root_hash_signature(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let data = text.strip_prefix("base64:");
    if text.starts_with('/') || data.is_some_and(is_base64) {
        return text_value(text);
    }
    let (message, help) = match data {
        Some(_) => ("the signature is not valid Base64", "check that all of it was copied"),
        None => ("the signature is no path and not data", "write a path, or base64: and data"),
    };
    reader.advise(0..text.len(), message.into(), help);
    Parsed::Ignored
}

/// What a policy may say of a partition.
const POLICY_FLAGS: &[&str] = &[
    "verity",
    "signed",
    "encrypted",
    "encryptedwithintegrity",
    "unprotected",
    "unused",
    "absent",
    "open",
    "ignore",
    "read-only-on",
    "read-only-off",
    "growfs-on",
    "growfs-off",
];

/// `RootImagePolicy=` and its kin (systemd.image-policy(7)). What is wrong costs the unit.
pub(super) fn policy(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if matches!(text, "-" | "*" | "~") {
        return text_value(text);
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut at = 0_usize;
    for rule in text.split(':') {
        let end = at.saturating_add(rule.len());
        let error = match rule.split_once('=') {
            None => Some(format!("\"{rule}\" has no \"=\"")),
            Some((partition, flags)) => {
                let partition = partition.trim();
                let bad = flags
                    .split('+')
                    .map(str::trim)
                    .find(|flag| !flag.is_empty() && !POLICY_FLAGS.contains(flag));
                let again = seen.contains(&partition);
                seen.push(partition);
                match bad {
                    _ if !partition.is_empty() && !PARTITIONS.contains(&partition) => {
                        Some(format!("\"{partition}\" is no partition of an image"))
                    }
                    _ if again => Some(format!("there are two rules for \"{partition}\"")),
                    Some(flag) => Some(format!("\"{flag}\" is no policy")),
                    None => None,
                }
            }
        };
        if let Some(message) = error {
            let help = format!(
                "write partition=policy+policy, rules parted by colons; policies: {}",
                POLICY_FLAGS.join(", ")
            );
            let problem = Problem::value(at..end, message).with_help(help);
            let severity = Severity::Error;
            reader.push(Problem { severity, code: Code::BadSetting, ..problem });
            return Parsed::Ignored;
        }
        at = end.saturating_add(1);
    }
    text_value(text)
}
