//! Properties by their types.

use bus::wire::{Typed, Value};
use unit::show::quote;
use unit::time::span::format_usec;
use unit::values::sandbox::names::capability_name;

use super::Form;
use crate::names::systemctl::times;

const NOT_SET: &str = "[not set]";

/// Writes a property; false for types of which nothing is known.
pub fn write(out: &mut String, form: &Form<'_>, name: &str, typed: &Typed) -> bool {
    match (typed.signature(), typed.value()) {
        ("s", Value::Text(text)) => {
            if !text.is_empty() || form.show_empty {
                // A line break would begin another property.
                let text = if text.contains('\n') { "[unprintable]" } else { text };
                form.line(out, name, text);
            }
        }
        ("b", Value::Bool(flag)) => {
            let expected = form.expected.map(unit::values::scalar::parse_bool);
            if expected.is_none_or(|expected| expected == Some(*flag)) {
                let form = Form { expected: None, ..form.clone() };
                form.line(out, name, if *flag { "yes" } else { "no" });
            }
        }
        ("t", Value::Unsigned(number)) => {
            let Some(text) = large(form, name, *number) else { return false };
            form.line(out, name, &text);
        }
        ("u", Value::Unsigned(number)) => form.line(out, name, &small(name, *number)),
        ("x" | "i", Value::Signed(number)) => form.line(out, name, &number.to_string()),
        ("d", Value::Float(number)) => form.line(out, name, &general(*number)),
        ("as", Value::Array(items)) => list(out, form, name, items),
        ("ay", Value::Bytes(bytes)) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            words(out, form, name, &digits);
        }
        ("au", Value::Array(items)) => {
            let digit = |item: &Value| format!("{:08x}", item.as_u64().unwrap_or_default());
            words(out, form, name, &items.iter().map(digit).collect::<String>());
        }
        _ => return false,
    }
    true
}

/// A line, whatever value was asked for: lists are compared with nothing.
fn words(out: &mut String, form: &Form<'_>, name: &str, text: &str) {
    if !text.is_empty() || form.show_empty {
        form.begin(out, name);
        out.push_str(text);
        out.push('\n');
    }
}

fn list(out: &mut String, form: &Form<'_>, name: &str, items: &[Value]) {
    if items.is_empty() && !form.show_empty {
        return;
    }
    let quoted = items.iter().filter_map(Value::as_str).map(quote).collect::<Vec<_>>();
    form.begin(out, name);
    out.push_str(&quoted.join(" "));
    out.push('\n');
}

/// Names whose numbers are points in time.
fn is_time(name: &str) -> bool {
    name.ends_with("Timestamp")
        || matches!(name, "NextElapseUSecRealtime" | "LastTriggerUSec" | "TimeUSec" | "RTCTimeUSec")
}

/// A 64-bit number, by what its name says that it is.
fn large(form: &Form<'_>, name: &str, number: u64) -> Option<String> {
    let is_most = number == u64::MAX;
    let text = match name {
        _ if is_time(name) => {
            let style = match name.ends_with("Timestamp") {
                true => form.time,
                false => crate::names::systemctl::options::TimeStyle::Pretty,
            };
            return Some(times::absolute(number, style).unwrap_or_default());
        }
        _ if name.contains("USec") => return Some(format_usec(number, 0)),
        "CoredumpFilter" => return Some(format!("{number:#x}")),
        "RestrictNamespaces" => return Some(namespaces(number)),
        "MountFlags" => propagation(number)?,
        "CapabilityBoundingSet" | "AmbientCapabilities" => return Some(capabilities(number)),
        "CPUWeight" | "StartupCPUWeight" if number == 0 => "idle",
        "CPUWeight"
        | "StartupCPUWeight"
        | "IOWeight"
        | "StartupIOWeight"
        | "CPUShares"
        | "StartupCPUShares"
        | "BlockIOWeight"
        | "StartupBlockIOWeight"
        | "MemoryCurrent"
        | "TasksCurrent"
            if is_most =>
        {
            NOT_SET
        }
        _ if name.ends_with("NSec") && is_most => NOT_SET,
        "DefaultMemoryLow" | "DefaultMemoryMin" | "MemoryLow" | "MemoryHigh" | "MemoryMax"
        | "MemorySwapMax" | "MemoryLimit" | "MemoryAvailable" | "TasksMax" | "DefaultTasksMax"
            if is_most =>
        {
            "infinity"
        }
        _ if (name.starts_with("Limit") || name.starts_with("DefaultLimit")) && is_most => {
            "infinity"
        }
        "IPIngressBytes" | "IPIngressPackets" | "IPEgressBytes" | "IPEgressPackets" if is_most => {
            "[no data]"
        }
        _ => return Some(number.to_string()),
    };
    Some(text.to_owned())
}

fn small(name: &str, number: u64) -> String {
    match name {
        _ if name.contains("UMask") || name.contains("Mode") => format!("{number:04o}"),
        "UID" | "GID" if number == u64::from(u32::MAX) => NOT_SET.to_owned(),
        _ => number.to_string(),
    }
}

/// Namespaces by their flags of clone(2), in systemd's order.
const NAMESPACES: &[(&str, u64)] = &[
    ("cgroup", 0x0200_0000),
    ("ipc", 0x0800_0000),
    ("net", 0x4000_0000),
    ("mnt", 0x0002_0000),
    ("pid", 0x2000_0000),
    ("user", 0x1000_0000),
    ("uts", 0x0400_0000),
];

/// Those that may be made: `no` restriction for all of them, `yes` for none.
fn namespaces(flags: u64) -> String {
    let names: Vec<&str> =
        NAMESPACES.iter().filter(|(_, flag)| flags & flag != 0).map(|(name, _)| *name).collect();
    match names.len() {
        0 => "yes".to_owned(),
        count if count == NAMESPACES.len() => "no".to_owned(),
        _ => names.join(" "),
    }
}

/// `MS_SHARED`, `MS_SLAVE` and `MS_PRIVATE` of mount(2).
fn propagation(flags: u64) -> Option<&'static str> {
    Some(match flags & (1 << 20 | 1 << 19 | 1 << 18) {
        0 => "",
        0x10_0000 => "shared",
        0x8_0000 => "slave",
        0x4_0000 => "private",
        _ => return None,
    })
}

fn capabilities(set: u64) -> String {
    let names = (0..64_u8).filter(|number| set >> number & 1 == 1).filter_map(|number| {
        let name = capability_name(number)?;
        let name = name.to_ascii_lowercase();
        Some(if name.starts_with("cap_") { name } else { format!("cap_{name}") })
    });
    names.collect::<Vec<_>>().join(" ")
}

/// As `%g` of printf(3): six digits that count, no zeros behind them.
fn general(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let exponent = number.abs().log10().floor();
    if !(-4.0..6.0).contains(&exponent) {
        let text = format!("{number:.5e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        let power: i32 = power.parse().unwrap_or_default();
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", power.abs());
    }
    let decimals = (5.0 - exponent).max(0.0) as usize;
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
