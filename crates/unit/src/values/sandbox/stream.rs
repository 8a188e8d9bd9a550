//! Standard input, output and error, and texts that are handed to a unit.

use std::{borrow::Cow, fmt};

use super::{
    forms::{choices, is_base64, is_descriptor_name},
    read::{Reader, Rule, shift, text as text_value},
};
use crate::{
    diagnostic::{Code, Problem, Severity},
    values::{Parsed, Value, scalar::parse_bool, words::unescape},
};

/// Where standard input comes from, or standard output or error goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A word alone: `null`, `journal`, `tty-force`; `file` and its kin and `fd` without more too.
    Word(&'static str),
    /// `fd:`: the socket's descriptor of that name; the default one's where it is empty.
    Descriptor(Box<str>),
    /// `file:`: an absolute path.
    File(Box<str>),
    /// `append:`: an absolute path.
    Append(Box<str>),
    /// `truncate:`: an absolute path.
    Truncate(Box<str>),
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stream::Word(word) => f.write_str(word),
            Stream::Descriptor(name) => write!(f, "fd:{name}"),
            Stream::File(path) => write!(f, "file:{path}"),
            Stream::Append(path) => write!(f, "append:{path}"),
            Stream::Truncate(path) => write!(f, "truncate:{path}"),
        }
    }
}

const INPUTS: &[&str] = &["null", "tty", "tty-force", "tty-fail", "socket", "data", "fd", "file"];

const OUTPUTS: &[&str] = &[
    "inherit",
    "null",
    "tty",
    "journal",
    "kmsg",
    "journal+console",
    "kmsg+console",
    "socket",
    "fd",
    "file",
    "append",
    "truncate",
];

/// Words that were renamed.
const OLD_OUTPUTS: &[(&str, &str)] =
    &[("syslog", "journal"), ("syslog+console", "journal+console")];

/// Words that need something behind a colon: help shows them with it.
fn with_colon(help: &str) -> String {
    help.replace("fd, file", "fd:name, file:path")
        .replace("append, truncate", "append:path, truncate:path")
}

/// What makes a stream of a path.
type OfPath = fn(Box<str>) -> Stream;

/// `StandardInput=`.
pub(super) fn input(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    stream(text, INPUTS, &[("file:", Stream::File)], reader)
}

/// `StandardOutput=`, `StandardError=`.
pub(super) fn output(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if let Some((old, new)) = OLD_OUTPUTS.iter().find(|(old, _)| *old == text) {
        let message = format!("\"{old}\" is an old name, \"{new}\" is used");
        let help = format!("write {new}, or leave the line away");
        let problem = Problem::value(0..text.len(), message).with_help(help);
        reader.push(Problem { code: Code::Deprecated, ..problem });
        return word(new);
    }
    let paths: &[(&str, OfPath)] =
        &[("file:", Stream::File), ("append:", Stream::Append), ("truncate:", Stream::Truncate)];
    stream(text, OUTPUTS, paths, reader)
}

fn word(word: &'static str) -> Parsed {
    value(Stream::Word(word))
}

fn value(stream: Stream) -> Parsed {
    Parsed::Value(Value::Stream(Box::new(stream)))
}

fn stream(
    text: &str,
    words: &'static [&'static str],
    paths: &[(&str, OfPath)],
    reader: &mut Reader<'_, '_>,
) -> Parsed {
    if let Some(name) = text.strip_prefix("fd:") {
        let at = "fd:".len()..text.len();
        let Some(name) = reader.expand(Cow::Borrowed(name), &at) else { return Parsed::Ignored };
        if !is_descriptor_name(&name) {
            let message = format!("\"{name}\" can't be the name of a descriptor");
            let help = "names have up to 255 printable ASCII characters and no colon";
            reader.advise(at, message, help);
            return Parsed::Ignored;
        }
        return value(Stream::Descriptor(name.into()));
    }
    for (prefix, make) in paths {
        if let Some(path) = text.strip_prefix(prefix) {
            let at = prefix.len()..text.len();
            return match reader.path(Cow::Borrowed(path), &at, Rule::Absolute) {
                Some(path) => value(make(path.into())),
                None => Parsed::Ignored,
            };
        }
    }
    match words.iter().find(|word| **word == text) {
        Some(known) => word(known),
        None => {
            let help = with_colon(&choices(text, words.iter().copied()));
            let message = format!("\"{text}\" is no stream for {}=", reader.directive());
            reader.advise(0..text.len(), message, help);
            Parsed::Ignored
        }
    }
}

/// `StandardInputText=`: C escapes, then specifiers; the value is the text without the newline that
/// is added to it.
pub(super) fn input_text(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    match unescape(text) {
        Ok(plain) => match reader.expand(plain, &(0..text.len())) {
            Some(plain) => text_value(plain),
            None => Parsed::Ignored,
        },
        Err(error) => {
            reader.fault(error);
            Parsed::Ignored
        }
    }
}

/// `StandardInputData=`: Base64; blanks are left out of the value.
pub(super) fn input_data(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    if !is_base64(text) {
        let help = "encode the data with base64, or use StandardInputText= for text";
        reader.advise(0..text.len(), "the data are not valid Base64".into(), help);
        return Parsed::Ignored;
    }
    text_value(text.chars().filter(|char| !char.is_ascii_whitespace()).collect::<String>())
}

/// `AppArmorProfile=` and its kin: `-` in front means that it need not be there. A specifier that
/// can't be replaced costs the unit where it doesn't stand there.
pub(super) fn label(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let (dash, label) = match text.strip_prefix('-') {
        Some(label) => ("-", label),
        None => ("", text),
    };
    match reader.context().expander.expand(label) {
        Ok(Cow::Borrowed(_)) => text_value(text),
        Ok(Cow::Owned(label)) => text_value(format!("{dash}{label}")),
        Err(problem) => {
            let at = shift(problem.at.clone(), dash.len());
            reader.push(match dash {
                "" => {
                    let severity = Severity::Error;
                    Problem { at, severity, code: Code::BadSetting, ..problem }
                }
                _ => Problem { at, ..problem },
            });
            Parsed::Ignored
        }
    }
}

/// `ProtectHostname=`: a boolean or `private`, and a host name behind a colon.
pub(super) fn hostname(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    let (mode, name) = match text.split_once(':') {
        Some((mode, name)) => (mode, Some(name)),
        None => (text, None),
    };
    let mode = match parse_bool(mode) {
        Some(true) => "yes",
        Some(false) => "no",
        None if mode == "private" => "private",
        None => {
            let message = format!("\"{mode}\" is neither a boolean nor private");
            let help = "write yes, no or private; a host name may follow behind a colon";
            reader.advise(0..mode.len(), message, help);
            return Parsed::Ignored;
        }
    };
    let Some(name) = name else { return text_value(mode) };
    let at = text.len().saturating_sub(name.len())..text.len();
    let Some(name) = reader.expand(Cow::Borrowed(name), &at) else { return Parsed::Ignored };
    if mode == "no" || !is_host_name(&name) {
        let (message, help) = match mode {
            "no" => ("a host name has no effect with no".into(), "write yes: or private:"),
            _ => (
                format!("\"{name}\" is no host name"),
                "names have up to 64 letters, digits, hyphens and dots",
            ),
        };
        reader.advise(at, message, help);
        return Parsed::Ignored;
    }
    text_value(format!("{mode}:{name}"))
}

/// Labels of letters, digits and hyphens, parted by dots, together up to 64 bytes.
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= 64 && name.split('.').all(label)
}
