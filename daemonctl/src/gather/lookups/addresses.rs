//! Addresses of this machine's interfaces, from `/proc/net`: they need no permission and no netlink.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::context::Context;

/// The addresses that a daemon can bind to here, without those of loopback's whole network but the one it has.
pub fn of_machine(context: &Context) -> Vec<IpAddr> {
    let read =
        |name: &str| std::fs::read_to_string(context.common.proc_root.join("self/net").join(name));
    let mut found: Vec<IpAddr> = Vec::new();
    let four = local_addresses(&read("fib_trie").unwrap_or_default());
    found.extend(four.into_iter().map(IpAddr::V4));
    found.extend(six(&read("if_inet6").unwrap_or_default()).map(IpAddr::V6));
    found.sort_unstable();
    found.dedup();
    found
}

/// Leaves of the routing trie that are hosts of the table `local`: `|-- 127.0.0.1` and below it `/32 host LOCAL`.
fn local_addresses(trie: &str) -> Vec<Ipv4Addr> {
    let mut found = Vec::new();
    let mut leaf: Option<Ipv4Addr> = None;
    for line in trie.lines() {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.parse().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(leaf);
        }
    }
    found
}

/// `00000000000000000000000000000001 01 80 10 80       lo`
fn six(text: &str) -> impl Iterator<Item = Ipv6Addr> {
    let number = |line: &str| u128::from_str_radix(line.split_ascii_whitespace().next()?, 16).ok();
    text.lines().filter_map(number).map(Ipv6Addr::from_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_texts() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     +-- 10.0.2.0/24 2 0 2\n        |-- 10.0.2.15\n           /32 host LOCAL\n        |-- 10.0.2.255\n           /32 link BROADCAST\nLocal:\n        |-- 127.0.0.1\n           /32 host LOCAL\n";
        assert_eq!(local_addresses(trie), [Ipv4Addr::new(10, 0, 2, 15), Ipv4Addr::LOCALHOST]);
        let table = "00000000000000000000000000000001 01 80 10 80       lo\ngarbage\nfe800000000000000000000000000001 02 40 20 80 eth0\n";
        let found: Vec<String> = six(table).map(|address| address.to_string()).collect();
        assert_eq!(found, ["::1", "fe80::1"]);
    }
}
