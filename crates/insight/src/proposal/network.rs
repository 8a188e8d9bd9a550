//! Settings about the network.

use std::collections::BTreeSet;

use super::{Address, Draft};

const INET: [&str; 2] = ["AF_INET", "AF_INET6"];

fn uses_inet(draft: &Draft<'_>) -> bool {
    INET.iter().any(|family| draft.seen.families.contains_key(*family))
}

/// `RestrictAddressFamilies=`.
pub fn families(draft: &mut Draft<'_>) {
    const KEY: &str = "RestrictAddressFamilies";
    if !draft.may_filter() {
        return draft.leave(KEY, "it runs programs that take other rights");
    }
    let mut wanted: BTreeSet<&str> = draft.seen.families.keys().map(String::as_str).collect();
    wanted.remove("AF_UNSPEC");
    // Logging, readiness, name service: every program comes to that sooner or later.
    wanted.insert("AF_UNIX");
    if uses_inet(draft) {
        wanted.extend(INET);
    }
    if uses_inet(draft) && !draft.seen.start_seen {
        wanted.insert("AF_NETLINK");
        draft.assume("AF_NETLINK: which addresses the machine has is often asked at the start");
    }
    let list: Vec<&str> = wanted.into_iter().collect();
    let seen: Vec<&str> = draft.seen.families.keys().map(String::as_str).collect();
    let why = match seen.as_slice() {
        [] => "no socket was seen; AF_UNIX is for logging and readiness".to_owned(),
        seen => format!(
            "sockets that were seen: {}; AF_UNIX is for logging and readiness",
            seen.join(" ")
        ),
    };
    draft.reset(KEY);
    draft.push(KEY, &list.join(" "), why);
}

/// `PrivateNetwork=`, `IPAddressDeny=`.
pub fn addresses(draft: &mut Draft<'_>) {
    const KEY: &str = "IPAddressDeny";
    if draft.has_logins() {
        return;
    }
    let seen = draft.seen;
    let used = || seen.bound.iter().chain(&seen.peers);
    if !uses_inet(draft) && !used().any(|address| matches!(address, Address::Ip(_))) {
        let others =
            seen.families.keys().any(|family| !matches!(family.as_str(), "AF_UNIX" | "AF_UNSPEC"));
        let is_abstract = used().any(|address| matches!(address, Address::Abstract(_)));
        if seen.start_seen && !others && !is_abstract && !draft.mounts_for_others() {
            draft.set("PrivateNetwork", "yes", "it used no socket but those of the file system");
        }
        return;
    }
    if draft.current.value(KEY).is_some() {
        return;
    }
    let outside = used().find(|address| match address {
        Address::Ip(ip) => !ip.ip().to_canonical().is_loopback() && !is_unbound(ip),
        Address::Other(family) => family.contains("unknown"),
        Address::Path(_) | Address::Abstract(_) => false,
    });
    match outside {
        Some(Address::Ip(ip)) => draft.leave(KEY, format!("it serves or speaks with {ip}")),
        Some(_) => draft.leave(KEY, "not all peers are known"),
        None => {
            let why = "all addresses that it bound or spoke with are the machine's own";
            draft.push(KEY, "any", why);
            draft.push("IPAddressAllow", "localhost", why);
        }
    }
}

/// A socket that is bound to no port serves nobody.
fn is_unbound(address: &std::net::SocketAddr) -> bool {
    address.ip().is_unspecified() && address.port() == 0
}
