//! Properties that have a form of their own, by their names.

use bus::wire::{Typed, Value};
use unit::time::span::format_usec;

use super::{Form, addresses, exec};
use crate::names::systemctl::times;

/// Writes a property; false where its name has no form of its own.
pub fn write(out: &mut String, form: &Form<'_>, name: &str, typed: &Typed) -> bool {
    let value = typed.value();
    match typed.signature() {
        "i" => number(out, form, name, value),
        "ay" => bytes(out, form, name, value),
        "(uo)" if name == "Job" => {
            let id = value.field(0).and_then(Value::as_u64).unwrap_or_default();
            form.line(out, name, &if id > 0 { id.to_string() } else { String::new() });
            true
        }
        "(so)" if name == "Unit" => {
            form.line(out, name, text(value, 0));
            true
        }
        "(ss)" if name == "LoadError" => {
            let (error, message) = (text(value, 0), text(value, 1));
            let is_empty = error.is_empty() && message.is_empty();
            let line = if is_empty { String::new() } else { format!("{error} \"{message}\"") };
            form.line(out, name, &line);
            true
        }
        "(bas)" => choice(out, form, name, value),
        "(bs)" => {
            let ignored = value.field(0).and_then(Value::as_bool) == Some(true);
            let label = text(value, 1);
            let dash = if ignored && !label.is_empty() { "-" } else { "" };
            form.line(out, name, &format!("{dash}{label}"));
            true
        }
        "(aiai)" if name.ends_with("ExitStatus") => statuses(out, form, name, value),
        signature if signature.starts_with("a(") || signature == "aay" => {
            rows(out, form, name, typed)
        }
        _ => false,
    }
}

fn text(row: &Value, at: usize) -> &str {
    row.field(at).and_then(Value::as_str).unwrap_or_default()
}

fn number(out: &mut String, form: &Form<'_>, name: &str, value: &Value) -> bool {
    let number = value.as_i64().unwrap_or_default();
    if name.ends_with("ActionExitStatus") {
        match number {
            0..=255 => form.line(out, name, &number.to_string()),
            _ if form.show_empty => form.line(out, name, "[not set]"),
            _ => {}
        }
        return true;
    }
    if name == "NUMAPolicy" {
        let policies = ["default", "preferred", "bind", "interleave", "local"];
        let policy = usize::try_from(number).ok().and_then(|at| policies.get(at));
        form.line(out, name, policy.copied().unwrap_or("n/a"));
        return true;
    }
    false
}

fn bytes(out: &mut String, form: &Form<'_>, name: &str, value: &Value) -> bool {
    let Value::Bytes(bytes) = value else { return false };
    match name {
        "StandardInputData" | "RootHashSignature" => form.line(out, name, &base64(bytes)),
        "CPUAffinity"
        | "NUMAMask"
        | "AllowedCPUs"
        | "AllowedMemoryNodes"
        | "EffectiveCPUs"
        | "EffectiveMemoryNodes" => form.line(out, name, &ranges(bytes)),
        _ => return false,
    }
    true
}

/// The numbers of a set of bits: `0-3 7`.
fn ranges(bytes: &[u8]) -> String {
    let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (number, _) in bits.enumerate().filter(|(_, is_set)| *is_set) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(" ")
}

/// What is allowed or, behind `~`, all but what is forbidden.
fn choice(out: &mut String, form: &Form<'_>, name: &str, value: &Value) -> bool {
    let allows = value.field(0).and_then(Value::as_bool) == Some(true);
    let words = value.field(1).and_then(Value::as_strings).unwrap_or_default();
    if form.show_empty || allows || !words.is_empty() {
        form.begin(out, name);
        out.push_str(if allows { "" } else { "~" });
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    true
}

fn statuses(out: &mut String, form: &Form<'_>, name: &str, value: &Value) -> bool {
    let list = |at| value.field(at).and_then(Value::as_array).unwrap_or_default();
    let codes = list(0).iter().filter_map(Value::as_i64).map(|code| code.to_string());
    let signals = list(1).iter().filter_map(Value::as_i64).map(exec::signal_text);
    let words: Vec<String> = codes.chain(signals).collect();
    if form.show_empty || !words.is_empty() {
        form.begin(out, name);
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    true
}

/// Properties of several rows: some one line a row, some all on one line.
fn rows(out: &mut String, form: &Form<'_>, name: &str, typed: &Typed) -> bool {
    if name.starts_with("Exec")
        && let Some(commands) = exec::commands(typed)
    {
        exec::write(out, form, name, &commands);
        return true;
    }
    let Some(rows) = typed.value().as_array() else { return false };
    let mut each = |line: &dyn Fn(&Value) -> String| {
        rows.iter().for_each(|row| form.line(out, name, &line(row)));
    };
    match name {
        "EnvironmentFiles" => each(&|row| {
            let ignored = row.field(1).and_then(Value::as_bool) == Some(true);
            let yes = if ignored { "yes" } else { "no" };
            format!("{} (ignore_errors={yes})", text(row, 0))
        }),
        "Paths" | "Listen" => each(&|row| format!("{} ({})", text(row, 1), text(row, 0))),
        "TimersMonotonic" => each(&|row| {
            let span = |at| format_usec(unsigned(row, at), 0);
            format!("{{ {}={} ; next_elapse={} }}", text(row, 0), span(1), span(2))
        }),
        "TimersCalendar" => each(&|row| {
            let next = times::absolute(unsigned(row, 2), form.time);
            let next = next.unwrap_or_else(|| "(null)".to_owned());
            format!("{{ {}={} ; next_elapse={next} }}", text(row, 0), text(row, 1))
        }),
        "DeviceAllow" => each(&|row| format!("{} {}", text(row, 0), text(row, 1))),
        "IODeviceWeight"
        | "BlockIODeviceWeight"
        | "IOReadBandwidthMax"
        | "IOWriteBandwidthMax"
        | "IOReadIOPSMax"
        | "IOWriteIOPSMax"
        | "BlockIOReadBandwidth"
        | "BlockIOWriteBandwidth" => {
            each(&|row| format!("{} {}", text(row, 0), unsigned(row, 1)));
        }
        "IODeviceLatencyTargetUSec" => {
            each(&|row| format!("{} {}", text(row, 0), format_usec(unsigned(row, 1), 1)));
        }
        "BPFProgram"
        | "RootImageOptions"
        | "StateDirectorySymlink"
        | "RuntimeDirectorySymlink"
        | "CacheDirectorySymlink"
        | "LogsDirectorySymlink" => {
            each(&|row| format!("{}:{}", text(row, 0), text(row, 1)));
        }
        "SocketBindAllow" | "SocketBindDeny" => {
            each(&|row| addresses::bind_rule(row).unwrap_or_default());
        }
        _ => {
            let Some(line) = joined(name, rows) else { return false };
            form.line(out, name, &line);
        }
    }
    true
}

fn unsigned(row: &Value, at: usize) -> u64 {
    row.field(at).and_then(Value::as_u64).unwrap_or_default()
}

/// Rows that stand on one line.
fn joined(name: &str, rows: &[Value]) -> Option<String> {
    let words: Vec<String> = match name {
        "IPAddressAllow" | "IPAddressDeny" => return Some(addresses::prefixes(rows)),
        "BindPaths" | "BindReadOnlyPaths" => rows.iter().filter_map(bind).collect(),
        "TemporaryFileSystem" => rows
            .iter()
            .filter(|row| !text(row, 0).is_empty())
            .map(|row| pair(text(row, 0), text(row, 1)))
            .collect(),
        "LogExtraFields" => rows.iter().filter_map(log_field).collect(),
        "MountImages" => {
            rows.iter().map(|row| image(row, 2, &[text(row, 0), text(row, 1)], 3)).collect()
        }
        "ExtensionImages" => rows.iter().map(|row| image(row, 1, &[text(row, 0)], 2)).collect(),
        _ => return None,
    };
    Some(words.join(" "))
}

fn pair(first: &str, second: &str) -> String {
    match second.is_empty() {
        true => first.to_owned(),
        false => format!("{first}:{second}"),
    }
}

/// `MS_REC` of mount(2).
const RECURSIVE: u64 = 16384;

fn bind(row: &Value) -> Option<String> {
    let source = Some(text(row, 0)).filter(|source| !source.is_empty())?;
    let dash = if row.field(2)?.as_bool()? { "-" } else { "" };
    let recursive = if unsigned(row, 3) == RECURSIVE { ":rbind" } else { "" };
    Some(format!("{dash}{}{recursive}", pair(source, text(row, 1))))
}

fn log_field(row: &Value) -> Option<String> {
    let Value::Bytes(bytes) = row else { return None };
    let field = std::str::from_utf8(bytes).ok().filter(|field| !field.contains('\0'))?;
    let (name, _) = field.split_once('=')?;
    let is_valid = !name.is_empty()
        && !name.starts_with(|first: char| first == '_' || first.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_valid.then(|| field.to_owned())
}

/// An image with its mount options: `-source:target:partition:options`.
fn image(row: &Value, flag: usize, paths: &[&str], options: usize) -> String {
    let dash = match row.field(flag).and_then(Value::as_bool) {
        Some(true) => "-",
        _ => "",
    };
    let mut out = format!("{dash}{}", paths.join(":"));
    for option in row.field(options).and_then(Value::as_array).unwrap_or_default() {
        out.push_str(&format!(":{}{}", text(option, 0), text(option, 1)));
    }
    out
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    let digit = |bits: u32| DIGITS.get((bits & 63) as usize).map_or('=', |byte| char::from(*byte));
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([digit(bits >> 18), digit(bits >> 12)]);
        out.push(if chunk.len() > 1 { digit(bits >> 6) } else { '=' });
        out.push(if chunk.len() > 2 { digit(bits) } else { '=' });
    }
    out
}
