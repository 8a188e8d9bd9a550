//! Lists of system calls, and the errors that denied ones return: `SystemCallFilter=`,
//! `SystemCallLog=`.

use std::borrow::Cow;

use super::{
    super::{names, read::Reader, system_calls},
    value, words,
};
use crate::values::{Parsed, words::Rules};

/// `SystemCallFilter=`, `SystemCallLog=`: where `errors` holds, `name:EPERM` says what a denied call
/// returns.
pub(in crate::values::sandbox) fn system_calls(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let takes_errors = reader.directive() == "SystemCallFilter";
    let (inverted, mut words) = words(text, Rules::PLAIN);
    let mut found = Vec::new();
    while let Some(word) = reader.next_word(&mut words) {
        let (name, error) = match word.text.split_once(':') {
            Some((name, error)) if takes_errors => (name, Some(error)),
            _ => (&*word.text, None),
        };
        let Some(error) = error.map_or(Some(None), |error| error_or_kill(error).map(Some)) else {
            let message = format!("\"{}\" names no error behind the colon", word.text);
            reader.advise(word.at, message, "write the name of an error, such as EPERM, or kill");
            continue;
        };
        if error.is_some() && !inverted {
            let message = format!("\"{}\" is allowed and can't fail", word.text);
            let help = "errors can be given in lists of what is denied, which begin with ~";
            reader.advise(word.at, message, help);
            continue;
        }
        let Some(name) = call_or_group(name) else {
            if name.starts_with('@') {
                let groups = system_calls::GROUPS.iter().map(|group| group.name);
                reader.unknown(word.at, "group of system calls", name, groups);
            } else {
                reader.unknown(word.at, "system call", name, system_calls::all());
            }
            continue;
        };
        found.push(match error {
            Some(error) => format!("{name}:{error}").into(),
            None => name.into(),
        });
    }
    value(inverted, found)
}

fn call_or_group(name: &str) -> Option<&'static str> {
    match name.starts_with('@') {
        true => system_calls::group(name).map(|group| group.name),
        false => system_calls::known(name),
    }
}

/// An error's name or number, or `kill`.
pub(in crate::values::sandbox) fn error_or_kill(text: &str) -> Option<Cow<'static, str>> {
    if text == "kill" {
        return Some(Cow::Borrowed("kill"));
    }
    match names::error(text) {
        Some((name, _)) => Some(Cow::Borrowed(name)),
        None => names::error_number(text).map(|number| Cow::Owned(number.to_string())),
    }
}
