//! What a unit declares of its sandbox: from what systemd tells of it.

use std::net::{Ipv4Addr, Ipv6Addr};

use bus::wire::Value;
use insight::exposure::Facts;

use super::super::native::Native;

/// Kinds of namespaces by their flag of clone(2).
const NAMESPACES: &[(u64, &str)] = &[
    (0x0002_0000, "mnt"),
    (0x0200_0000, "cgroup"),
    (0x0400_0000, "uts"),
    (0x0800_0000, "ipc"),
    (0x1000_0000, "user"),
    (0x2000_0000, "pid"),
    (0x4000_0000, "net"),
];

/// What a loaded unit declares.
pub fn of_native(native: &Native) -> Facts {
    Facts::of(|name| text(name, native.value(name)?), true)
}

/// A property in the form of `systemctl show`.
fn text(name: &str, value: &Value) -> Option<String> {
    match (name, value) {
        ("UMask", Value::Unsigned(mask)) => Some(format!("{mask:04o}")),
        ("RestrictNamespaces", Value::Unsigned(flags)) => Some(namespaces(*flags)),
        ("RestrictAddressFamilies" | "SystemCallFilter", Value::Struct(fields)) => choice(fields),
        ("IPAddressAllow" | "IPAddressDeny", Value::Array(rows)) => {
            Some(rows.iter().filter_map(prefix).collect::<Vec<_>>().join(" "))
        }
        ("DeviceAllow", Value::Array(rows)) => {
            let row = |row: &Value| match row.as_struct()? {
                [device, access] => Some(format!("{} {}", device.as_str()?, access.as_str()?)),
                _ => None,
            };
            Some(rows.iter().filter_map(row).collect::<Vec<_>>().join(" "))
        }
        (_, Value::Bool(flag)) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        (_, Value::Text(text)) => Some(text.clone()),
        (_, Value::Unsigned(number)) => Some(number.to_string()),
        (_, Value::Array(_)) => Some(value.as_strings()?.join(" ")),
        _ => None,
    }
}

fn namespaces(flags: u64) -> String {
    let allowed: Vec<&str> =
        NAMESPACES.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| *name).collect();
    match allowed.len() {
        0 => "yes".to_owned(),
        all if all == NAMESPACES.len() => "no".to_owned(),
        _ => allowed.join(" "),
    }
}

/// `(bas)`: whether it is a list that allows, and what it lists.
fn choice(fields: &[Value]) -> Option<String> {
    let [allows, list] = fields else { return None };
    let words = list.as_strings()?.join(" ");
    Some(match (allows.as_bool()?, words.is_empty()) {
        (true, true) => "none".to_owned(),
        (true, false) => words,
        (false, true) => String::new(),
        (false, false) => format!("~{words}"),
    })
}

/// `(iayu)`: family, address, length of the prefix.
fn prefix(row: &Value) -> Option<String> {
    let [_, Value::Bytes(bytes), Value::Unsigned(length)] = row.as_struct()? else { return None };
    let address = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ipv4Addr::from(bytes).to_string(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).to_string(),
    };
    Some(format!("{address}/{length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_become_what_systemctl_shows() {
        let strings = |words: &[&str]| {
            Value::Array(words.iter().map(|word| Value::Text((*word).to_owned())).collect())
        };
        let list =
            |allows, words: &[&str]| Value::Struct(vec![Value::Bool(allows), strings(words)]);
        let shown = |name, value: &Value| text(name, value).expect("a text");
        assert_eq!(shown("UMask", &Value::Unsigned(0o22)), "0022");
        assert_eq!(shown("SystemCallFilter", &list(false, &["chown", "kill"])), "~chown kill");
        assert_eq!(shown("SystemCallFilter", &list(false, &[])), "");
        assert_eq!(shown("RestrictAddressFamilies", &list(true, &[])), "none");
        assert_eq!(shown("RestrictNamespaces", &Value::Unsigned(u64::MAX)), "no");
        assert_eq!(shown("RestrictNamespaces", &Value::Unsigned(0)), "yes");
        assert_eq!(shown("RestrictNamespaces", &Value::Unsigned(0x1002_0000)), "mnt user");
        let row = Value::Struct(vec![
            Value::Signed(2),
            Value::Bytes(vec![127, 0, 0, 0]),
            Value::Unsigned(8),
        ]);
        assert_eq!(shown("IPAddressAllow", &Value::Array(vec![row])), "127.0.0.0/8");
    }
}
