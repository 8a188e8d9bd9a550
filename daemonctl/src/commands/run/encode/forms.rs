//! Values of which the form on the bus is a matter of its own.

use std::net::IpAddr;

use bus::wire::Value as Wire;
use unit::values::sandbox::{effective, names};
use unit::values::{Selection, Statuses, Value, syslog};

pub fn text(text: impl AsRef<str>) -> Wire {
    Wire::Text(text.as_ref().to_owned())
}

pub fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Wire {
    Wire::Array(items.into_iter().map(text).collect())
}

/// Words that are numbers on the bus (syslog(3), sched(7), ioprio_set(2), set_mempolicy(2)).
pub fn word_number(name: &str, word: &str) -> Option<i64> {
    let words: &[&str] = match name {
        "SyslogLevel" | "LogLevelMax" => &syslog::LEVELS,
        "SyslogFacility" => &syslog::FACILITIES,
        "IOSchedulingClass" => &["none", "realtime", "best-effort", "idle"],
        "CPUSchedulingPolicy" => &["other", "fifo", "rr", "batch", "", "idle"],
        "NUMAPolicy" => &["default", "preferred", "bind", "interleave", "local"],
        _ => return None,
    };
    let at = words.iter().position(|known| *known == word && !word.is_empty())?;
    i64::try_from(at).ok()
}

/// The number of an error (errno(3)); `kill` is none, and the largest.
pub fn error_number(word: &str) -> Option<i64> {
    match word {
        "kill" => Some(i64::from(i32::MAX)),
        word => i64::try_from(names::error_number(word)?).ok(),
    }
}

pub fn selected(selection: &Selection) -> Wire {
    Wire::Struct(vec![Wire::Bool(!selection.inverted), texts(selection.words.iter())])
}

/// Sets that are bits on the bus.
pub fn mask(name: &str, value: &Value) -> Option<u64> {
    match name {
        "CapabilityBoundingSet" => effective::bounding_set([value]),
        "AmbientCapabilities" => Some(effective::ambient_set([value])),
        "RestrictNamespaces" => namespaces(value),
        "SecureBits" => secure_bits(value),
        _ => None,
    }
}

/// The kinds of namespaces that stay allowed, by their flags of clone(2).
fn namespaces(value: &Value) -> Option<u64> {
    const FLAGS: [(&str, u64); 8] = [
        ("time", 0x80),
        ("mnt", 0x0002_0000),
        ("cgroup", 0x0200_0000),
        ("uts", 0x0400_0000),
        ("ipc", 0x0800_0000),
        ("user", 0x1000_0000),
        ("pid", 0x2000_0000),
        ("net", 0x4000_0000),
    ];
    let allowed = effective::namespaces([value], false)?;
    let flag = |(name, flag): &(&str, u64)| if allowed.contains(name) { *flag } else { 0 };
    // Managers before 258 know no time namespaces and take no such flag.
    Some(FLAGS.iter().skip(1).map(flag).fold(0, |all, flag| all | flag))
}

/// Bits of prctl(2), `PR_SET_SECUREBITS`.
fn secure_bits(value: &Value) -> Option<u64> {
    const BITS: [&str; 6] = [
        "noroot",
        "noroot-locked",
        "no-setuid-fixup",
        "no-setuid-fixup-locked",
        "keep-caps",
        "keep-caps-locked",
    ];
    let Value::List(words) = value else { return None };
    words.iter().try_fold(0, |all, word| {
        let at = BITS.iter().position(|known| *known == &**word)?;
        Some(all | 1 << at)
    })
}

pub fn bind(bind: &unit::values::Bind) -> Wire {
    /// `MS_REC` of mount(2).
    const RECURSIVE: u64 = 16_384;
    let destination = bind.destination.as_ref().unwrap_or(&bind.source);
    Wire::Struct(vec![
        text(&bind.source),
        text(destination),
        Wire::Bool(bind.may_be_missing),
        Wire::Unsigned(if bind.recursive { RECURSIVE } else { 0 }),
    ])
}

/// A bit for each processor, eight to a byte, the lowest first.
pub fn bits(ranges: &[(u16, u16)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for cpu in ranges.iter().flat_map(|(low, high)| *low..=*high) {
        let at = usize::from(cpu / 8);
        if bytes.len() <= at {
            bytes.resize(at + 1, 0);
        }
        if let Some(byte) = bytes.get_mut(at) {
            *byte |= 1 << (cpu % 8);
        }
    }
    bytes
}

pub fn ends(statuses: &Statuses) -> Wire {
    let codes = statuses.codes().map(|code| Wire::Signed(i64::from(code))).collect();
    let signals = statuses.signals().map(|signal| Wire::Signed(i64::from(signal))).collect();
    Wire::Struct(vec![Wire::Array(codes), Wire::Array(signals)])
}

/// Networks: family, address, length of the prefix. Words stand for two of them.
pub fn networks<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Option<Wire> {
    let mut rows = Vec::new();
    for item in items {
        match item.as_ref() {
            "any" => rows.extend([network("0.0.0.0/0")?, network("::/0")?]),
            "localhost" => rows.extend([network("127.0.0.0/8")?, network("::1/128")?]),
            "link-local" => rows.extend([network("169.254.0.0/16")?, network("fe80::/64")?]),
            "multicast" => rows.extend([network("224.0.0.0/4")?, network("ff00::/8")?]),
            item => rows.push(network(item)?),
        }
    }
    Some(Wire::Array(rows))
}

fn network(text: &str) -> Option<Wire> {
    /// `AF_INET` and `AF_INET6` of socket(2).
    const INET: i64 = 2;
    const INET6: i64 = 10;
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let (family, bytes, longest) = match address.parse().ok()? {
        IpAddr::V4(address) => (INET, address.octets().to_vec(), 32),
        IpAddr::V6(address) => (INET6, address.octets().to_vec(), 128),
    };
    let prefix = Wire::Unsigned(u64::from(prefix.unwrap_or(longest)));
    Some(Wire::Struct(vec![Wire::Signed(family), Wire::Bytes(bytes), prefix]))
}

#[cfg(test)]
mod tests {
    use bus::wire::Typed;

    use super::*;

    #[test]
    fn processors_are_bits() {
        assert_eq!(bits(&[(0, 1), (9, 9)]), [0b11, 0b10]);
        assert!(bits(&[]).is_empty());
    }

    #[test]
    fn networks_are_families_addresses_and_prefixes() {
        let all = networks(["10.0.0.0/8", "any", "::1"]).expect("networks");
        assert_eq!(all.as_array().map(<[_]>::len), Some(4));
        assert!(Typed::new("a(iayu)", all).is_ok());
        assert_eq!(networks(["10.0.0/8"]), None);
    }
}
