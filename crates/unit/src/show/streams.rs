//! Standard input, output and error (systemd.exec(5), LOGGING AND STANDARD INPUT/OUTPUT).

use super::{Show, text};
use crate::{
    name::UnitType,
    table::{Group, Id},
    values::{Stream, Value},
};

const STANDARD_INPUT: Id = Id::of(Group::Exec, "StandardInput");
const STANDARD_OUTPUT: Id = Id::of(Group::Exec, "StandardOutput");
const STANDARD_ERROR: Id = Id::of(Group::Exec, "StandardError");
const INPUT_TEXT: Id = Id::of(Group::Exec, "StandardInputText");
const INPUT_DATA: Id = Id::of(Group::Exec, "StandardInputData");

fn stream<'a>(show: &Show<'a>, id: Id) -> Option<&'a Stream> {
    match show.value(id)? {
        Value::Stream(stream) => Some(stream),
        _ => None,
    }
}

/// The word of a stream: what stands behind the colon is not shown.
fn word(stream: &Stream) -> &'static str {
    match stream {
        Stream::Word(word) => word,
        Stream::Descriptor(_) => "fd",
        Stream::File(_) => "file",
        Stream::Append(_) => "append",
        Stream::Truncate(_) => "truncate",
    }
}

fn is_service(show: &Show<'_>) -> bool {
    show.unit.name.unit_type() == UnitType::Service
}

pub(super) fn input(show: &Show<'_>) -> &'static str {
    let input = stream(show, STANDARD_INPUT).map_or("null", word);
    let has_data = show.has(INPUT_TEXT) || show.has(INPUT_DATA);
    if input == "null" && has_data && is_service(show) { "data" } else { input }
}

/// Where a service's input goes both ways its outputs inherit it. Where neither output is set, both
/// are what the manager has.
pub(super) fn outputs(show: &Show<'_>) -> (String, String) {
    let manager = |key| show.manager(key).unwrap_or_default().to_owned();
    let default = || (manager("DefaultStandardOutput"), manager("DefaultStandardError"));
    let output = stream(show, STANDARD_OUTPUT).map(word);
    let error = stream(show, STANDARD_ERROR).map(word);
    if !is_service(show) {
        let (default_output, default_error) = default();
        return (
            output.map_or(default_output, str::to_owned),
            error.map_or(default_error, str::to_owned),
        );
    }
    let (output, error) = (output.unwrap_or("inherit"), error.unwrap_or("inherit"));
    let is_both_ways = !matches!(input(show), "null" | "data" | "file");
    if is_both_ways || output != "inherit" {
        return (output.to_owned(), error.to_owned());
    }
    let (default_output, default_error) = default();
    (default_output, if error == "inherit" { default_error } else { error.to_owned() })
}

/// The texts and bytes for standard input, in order.
pub(super) fn input_data(show: &Show<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for setting in show.unit.settings.settings() {
        match &setting.value {
            Value::Text(text) if setting.id == INPUT_TEXT => {
                bytes.extend_from_slice(text.as_bytes());
                if !text.ends_with('\n') {
                    bytes.push(b'\n');
                }
            }
            Value::Text(text) if setting.id == INPUT_DATA => bytes.extend(text::of_base64(text)),
            _ => {}
        }
    }
    bytes
}
