//! Addresses of `IPAddressAllow=` and the like.

use std::net::{Ipv4Addr, Ipv6Addr};

use bus::wire::Value;

const AF_INET: i64 = 2;
const AF_INET6: i64 = 10;

/// The addresses in an `a(iayu)`, with their prefixes; what is none is left out.
pub fn prefixes(rows: &[Value]) -> String {
    rows.iter().filter_map(prefix).collect::<Vec<_>>().join(" ")
}

fn prefix(row: &Value) -> Option<String> {
    let Value::Bytes(bytes) = row.field(1)? else { return None };
    let length = row.field(2)?.as_u64()?;
    let address = match row.field(0)?.as_i64()? {
        AF_INET => Ipv4Addr::from(<[u8; 4]>::try_from(&**bytes).ok()?).to_string(),
        AF_INET6 => Ipv6Addr::from(<[u8; 16]>::try_from(&**bytes).ok()?).to_string(),
        _ => return None,
    };
    (length <= bytes.len() as u64 * 8).then(|| format!("{address}/{length}"))
}

/// A rule of `SocketBindAllow=`: family, protocol, how many ports, from which.
pub fn bind_rule(row: &Value) -> Option<String> {
    let number = |at| row.field(at);
    let family = match number(0)?.as_i64()? {
        AF_INET => "ipv4:",
        AF_INET6 => "ipv6:",
        _ => "",
    };
    let protocol = match number(1)?.as_i64()? {
        6 => "tcp",
        17 => "udp",
        _ => "",
    };
    let (count, first) = (number(2)?.as_u64()?, number(3)?.as_u64()?);
    let ports = match count {
        0 => "any".to_owned(),
        1 => first.to_string(),
        _ => format!("{first}-{}", first.saturating_add(count).saturating_sub(1)),
    };
    Some(format!("{family}{protocol}{ports}"))
}
