//! Addresses as configurations write them, in one spelling: `0.0.0.0:80`, `[::]:80`, `/run/x.sock`, `host:80`.

use std::net::{IpAddr, SocketAddr};

use unit::values::socket::Address;

/// What one word says: a port, an address, both, or a path.
pub fn listening(word: &str, port: u16) -> Option<String> {
    let word = word.trim().trim_end_matches(';');
    if let Some(path) = word.strip_prefix("unix:").or(word.strip_prefix("unix@")) {
        return Some(path.to_owned()).filter(|path| path.starts_with(['/', '@']));
    }
    if word.starts_with('/') {
        return Some(word.to_owned());
    }
    let word = ["ipv4@", "ipv6@", "tcp://", "tcp:", "udp4@", "quic4@"]
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .unwrap_or(word);
    if let Ok(number) = word.parse::<u16>() {
        return (number != 0).then(|| format!("0.0.0.0:{number}"));
    }
    if let Ok(address) = word.parse::<SocketAddr>() {
        return (address.port() != 0).then(|| address.to_string());
    }
    if let Some(address) = ip(word) {
        return Some(SocketAddr::new(address, port).to_string());
    }
    let (host, number) = word.rsplit_once(':')?;
    joined(host, number)
}

/// An address and a port that are said apart.
pub fn joined(host: &str, port: &str) -> Option<String> {
    // redis: an address that may be missing.
    let host = host.trim().trim_start_matches('-').trim_matches(['"', '\'']);
    if host.starts_with('/') {
        return Some(host.to_owned());
    }
    if host.parse::<SocketAddr>().is_ok() {
        return Some(host.to_owned());
    }
    let number: u16 =
        port.trim().trim_matches(['"', '\'']).parse().ok().filter(|port| *port != 0)?;
    let host = match host {
        "" | "*" => "0.0.0.0",
        // redis' and MariaDB's words for all addresses of either kind.
        "::*" => "::",
        "localhost" => "127.0.0.1",
        host => host,
    };
    match ip(host) {
        Some(address) => Some(SocketAddr::new(address, number).to_string()),
        None => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            host.chars().all(is_name).then(|| format!("{host}:{number}"))
        }
    }
}

fn ip(word: &str) -> Option<IpAddr> {
    let inner = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
    inner.unwrap_or(word).parse().ok()
}

/// What a socket unit listens on.
pub fn of_socket(address: &Address) -> Option<String> {
    match address {
        Address::Port(port) => Some(format!("[::]:{port}")),
        Address::V4(ip, port) => Some(format!("{ip}:{port}")),
        Address::V6(ip, port, _) => Some(format!("[{ip}]:{port}")),
        Address::Path(path) => Some(path.to_string()),
        Address::Abstract(name) => Some(format!("@{name}")),
        Address::Vsock { .. } | Address::Netlink { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_daemons_come_to_one_spelling() {
        for (word, text) in [
            ("80", Some("0.0.0.0:80")),
            ("*:80", Some("0.0.0.0:80")),
            (":8080", Some("0.0.0.0:8080")),
            ("[::]:443", Some("[::]:443")),
            ("127.0.0.1", Some("127.0.0.1:81")),
            ("10.0.0.7:8000", Some("10.0.0.7:8000")),
            ("localhost:3000", Some("127.0.0.1:3000")),
            ("web.example.com:80", Some("web.example.com:80")),
            ("unix:/run/x.sock", Some("/run/x.sock")),
            ("/run/y.sock", Some("/run/y.sock")),
            ("ipv4@:80", Some("0.0.0.0:80")),
            ("0", None),
            ("fd@3", None),
        ] {
            assert_eq!(listening(word, 81).as_deref(), text, "{word}");
        }
        assert_eq!(joined("-::1", "6379").as_deref(), Some("[::1]:6379"));
        assert_eq!(joined("*", "22").as_deref(), Some("0.0.0.0:22"));
        assert_eq!(joined("*", "x"), None);
    }
}
