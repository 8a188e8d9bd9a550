//! The addresses that the machine's interfaces have, in our network namespace: no call of netlink, two texts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use process::procfs::ProcFs;

/// All, each once.
pub(super) fn all(proc: &ProcFs) -> Vec<IpAddr> {
    let four = super::text(proc, c"self/net/fib_trie").unwrap_or_default();
    let six = super::text(proc, c"self/net/if_inet6").unwrap_or_default();
    let mut found: Vec<IpAddr> = local(&four).map(IpAddr::V4).collect();
    found.extend(inet6(&six).map(IpAddr::V6));
    found.sort_unstable();
    found.dedup();
    found
}

/// Leaves of the routing trie that are followed by `/32 host LOCAL`.
fn local(text: &str) -> impl Iterator<Item = Ipv4Addr> {
    let mut last = None;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse().ok();
            return None;
        }
        (line == "/32 host LOCAL").then_some(last).flatten()
    })
}

/// The first word of each line: 32 hexadecimal digits.
fn inet6(text: &str) -> impl Iterator<Item = Ipv6Addr> {
    text.lines().filter_map(|line| {
        let word = line.split(' ').next()?;
        u128::from_str_radix(word, 16).ok().map(Ipv6Addr::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_of_the_trie_and_lines_of_inet6() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
            Local:\n  +-- 0.0.0.0/0 2 0 2\n        |-- 10.0.2.15\n           /32 host LOCAL\n\
            \n        |-- 10.0.2.255\n           /32 link BROADCAST\n     |-- 127.0.0.1\n\
            \n        /32 host LOCAL\n";
        let found: Vec<String> = local(trie).map(|address| address.to_string()).collect();
        assert_eq!(found, ["10.0.2.15", "127.0.0.1"]);
        let lines = "00000000000000000000000000000001 01 80 10 80       lo\n\
            fe80000000000000505400fffe123456 02 40 20 80     eth0\ngarbage\n";
        let found: Vec<String> = inet6(lines).map(|address| address.to_string()).collect();
        assert_eq!(found, ["::1", "fe80::5054:ff:fe12:3456"]);
    }
}
