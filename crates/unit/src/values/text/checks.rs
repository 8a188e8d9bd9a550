//! Whether a text can be what it is meant to be.

use std::ops::Range;

use super::expand;
use crate::{
    diagnostic::Problem,
    table::Kind,
    values::{Context, Value, words::shown},
};

/// An address of documentation: http, https, file, info, man.
pub(super) fn is_documentation(uri: &str) -> bool {
    ["http://", "https://", "file:/", "info:", "man:"].iter().any(|scheme| {
        uri.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && rest.is_ascii())
    })
}

pub(super) fn not_documentation(uri: &str, at: Range<usize>) -> Problem {
    Problem::value(at, format!("{} is not the address of documentation", shown(uri)))
        .with_help("begin it with http://, https://, file:/, info: or man:, and write ASCII only")
}

/// What reboot(2) can be given: its texts go to firmware.
pub(super) fn is_reboot_argument(text: &str) -> bool {
    text.is_ascii() && text.len() <= 255
}

/// The name of a log field that programs may set themselves.
pub(super) fn is_field_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|first: char| first == '_' || first.is_ascii_digit())
}

/// The name of a descriptor in `$LISTEN_FDNAMES`.
pub(in crate::values) fn is_descriptor_name(name: &str) -> bool {
    name.len() <= 255 && name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b':')
}

/// A name on D-Bus, as the specification has it: parts with points between them.
fn is_bus_name(name: &str) -> bool {
    let (is_unique, parts) = match name.strip_prefix(':') {
        Some(parts) => (true, parts),
        None => (false, name),
    };
    let is_part = |part: &str| {
        let may_begin = is_unique || !part.starts_with(|first: char| first.is_ascii_digit());
        !part.is_empty()
            && may_begin
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    name.len() <= 255 && parts.contains('.') && parts.split('.').all(is_part)
}

/// The name of a journal namespace: it becomes part of a unit's and of a file's name.
fn is_log_namespace(name: &str) -> bool {
    /// What a file name leaves beside the machine's identifier and a point.
    const MAX_BYTES: usize = 222;
    let is_char = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.@".contains(&byte);
    (1..=MAX_BYTES).contains(&name.len())
        && !matches!(name, "." | "..")
        && name.bytes().all(is_char)
}

/// Texts of which the whole is one name.
pub(super) fn named(
    kind: Kind,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let (is_valid, what, help): (fn(&str) -> bool, _, _) = match kind {
        Kind::DescriptorName => (
            is_descriptor_name,
            "can't be the name of a descriptor",
            "write at most 255 printable ASCII characters without :",
        ),
        Kind::BusName => (
            is_bus_name,
            "is not a bus name",
            "write two or more parts of letters, digits, - and _ with points between them",
        ),
        _ => (
            is_log_namespace,
            "can't be the name of a log namespace",
            "write at most 222 letters, digits and : - _ . @",
        ),
    };
    let at = 0..text.len();
    let name = expand(text, at.clone(), context, problems)?;
    if is_valid(&name) {
        return Some(Value::Text(name.into()));
    }
    problems.push(Problem::value(at, format!("{} {what}", shown(&name))).with_help(help));
    None
}
