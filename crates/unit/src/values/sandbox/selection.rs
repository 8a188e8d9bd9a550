//! Lists of what is allowed, or of what is not: capabilities, system calls, namespaces, address
//! families, file systems, network interfaces. [`super::effective`] says what several assignments
//! come to.

mod calls;

use std::{borrow::Cow, fmt};

use super::{forms::is_interface_name, names, read::Reader};
use crate::{
    table::kind::{self, Words as Allowed},
    values::{
        Parsed, Value,
        scalar::parse_bool,
        words::{Rules, Words},
    },
};

pub(super) use calls::{error_or_kill, system_calls};

/// One assignment of a list of what is allowed (or forbidden, where it began with `~`). Whether the
/// words add to earlier ones or take some of them away is decided by all assignments together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// It began with `~`: all but these.
    pub inverted: bool,
    /// The words, in their canonical spelling, in order. Groups (`@clock`) are not resolved. Known
    /// ones cost no memory of their own.
    pub words: Box<[Cow<'static, str>]>,
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inverted {
            f.write_str("~")?;
        }
        for (index, word) in self.words.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            } else if word.starts_with('~') && !self.inverted {
                let mut written = String::new();
                Rules::PATHS.write(&mut written, word)?;
                // A backslash takes its meaning from it, and so do quotes.
                f.write_str(if written.starts_with('~') { "\\" } else { "" })?;
                f.write_str(&written)?;
                continue;
            }
            Rules::PATHS.write(f, word)?;
        }
        // Empty text would undo earlier assignments; a word that can't be one does not.
        if self.words.is_empty() && !self.inverted { f.write_str("\"\"") } else { Ok(()) }
    }
}

/// The words of a value behind its `~`, if it has one.
fn words(text: &str, rules: Rules) -> (bool, Words<'_>) {
    let mut words = Words::new(text, rules);
    let inverted = text.starts_with('~');
    if inverted {
        words.skip_bytes(1);
    }
    (inverted, words)
}

fn value(inverted: bool, words: Vec<Cow<'static, str>>) -> Parsed {
    Parsed::Value(Value::Selection(Box::new(Selection { inverted, words: words.into() })))
}

/// `CapabilityBoundingSet=`, `AmbientCapabilities=`. systemd passes over unknown names in silence.
pub(super) fn capabilities(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    // No capabilities at all is something else than no bounds.
    if text.is_empty() && reader.directive() != "CapabilityBoundingSet" {
        return Parsed::Reset;
    }
    let (inverted, words) = words(text, Rules::PATHS);
    let mut found = Vec::new();
    for word in words {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                let help = "close the quote, or leave quotes away".into();
                reader.hint(error.at.clone(), error.to_string(), help);
                break;
            }
        };
        match names::capability(&word.text) {
            Some(number) => found.push(match names::capability_name(number) {
                Some(name) => name.into(),
                None => number.to_string().into(),
            }),
            None => {
                let known = names::capabilities();
                reader.unknown_to_us(word.at, "capability", &word.text, known);
            }
        }
    }
    value(inverted, found)
}

/// `RestrictNamespaces=`, `DelegateNamespaces=`: one unknown word costs the line.
pub(super) fn namespaces(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if let Some(flag) = parse_bool(text) {
        return Parsed::Value(Value::Flag(flag));
    }
    let (inverted, words) = words(text, Rules::PLAIN);
    let mut found = Vec::new();
    for word in words {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                reader.fault(error);
                return Parsed::Ignored;
            }
        };
        match names::NAMESPACES.iter().find(|name| **name == word.text) {
            Some(name) => found.push((*name).into()),
            None => {
                let allowed = names::NAMESPACES.iter().copied();
                reader.unknown(word.at, "kind of namespace", &word.text, allowed);
                return Parsed::Ignored;
            }
        }
    }
    value(inverted, found)
}

/// `RestrictAddressFamilies=`.
pub(super) fn address_families(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if text == "none" {
        return value(false, vec!["none".into()]);
    }
    let (inverted, mut words) = words(text, Rules::PATHS);
    let mut found = Vec::new();
    while let Some(word) = reader.next_word(&mut words) {
        match names::family(&word.text) {
            Some(name) => found.push(name.into()),
            None => reader.unknown(word.at, "address family", &word.text, names::families()),
        }
    }
    value(inverted, found)
}

/// `RestrictFileSystems=`: any name is taken, since modules bring their own.
pub(super) fn file_systems(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let (inverted, mut words) = words(text, Rules::PATHS);
    let mut found = Vec::new();
    while let Some(word) = reader.next_word(&mut words) {
        if word.text.starts_with('@') && names::file_system_group(&word.text).is_none() {
            let groups = names::file_system_groups();
            reader.unknown(word.at, "group of file systems", &word.text, groups);
        } else {
            found.push(word.text.into_owned().into());
        }
    }
    if found.is_empty() { Parsed::Ignored } else { value(inverted, found) }
}

/// `RestrictNetworkInterfaces=`.
pub(in crate::values) fn network_interfaces(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let (inverted, mut words) = words(text, Rules::PATHS);
    let mut found = Vec::new();
    while let Some(word) = reader.next_word(&mut words) {
        if is_interface_name(&word.text, true, false) {
            found.push(word.text.into_owned().into());
        } else {
            let message = format!("\"{}\" can't be the name of an interface", word.text);
            let help = "names have up to 127 visible ASCII characters but : / %, and one that is \
                        no digit";
            reader.advise(word.at, message, help);
        }
    }
    if found.is_empty() { Parsed::Ignored } else { value(inverted, found) }
}

/// A boolean, or a list of some words (`RefreshOnReload=`).
pub(super) fn boolean_or_words(
    allowed: Allowed,
    text: &str,
    reader: &mut Reader<'_, '_>,
) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if let Some(flag) = parse_bool(text) {
        return Parsed::Value(Value::Flag(flag));
    }
    let (inverted, words) = words(text, Rules::PATHS);
    let mut found = Vec::new();
    for word in words {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                reader.fault(error);
                return Parsed::Ignored;
            }
        };
        match kind::word(allowed, &word.text) {
            Some(name) => found.push(name.into()),
            None => {
                let names: Vec<&'static str> = kind::canonical(allowed).collect();
                let names = names.into_iter();
                reader.unknown(word.at, "word that is allowed here", &word.text, names);
                return Parsed::Ignored;
            }
        }
    }
    value(inverted, found)
}
