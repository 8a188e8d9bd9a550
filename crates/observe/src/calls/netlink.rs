//! Messages to the kernel by netlink(7): what only reads, and what changes the network.

use crate::memory;

/// What a protocol of netlink is about.
pub fn protocol(number: i32) -> &'static str {
    match number {
        libc::NETLINK_ROUTE => "addresses, links and routes",
        libc::NETLINK_SOCK_DIAG => "which sockets there are",
        libc::NETLINK_XFRM => "IPsec",
        libc::NETLINK_SELINUX => "SELinux",
        libc::NETLINK_AUDIT => "the kernel's audit",
        libc::NETLINK_CONNECTOR => "which processes come and go",
        libc::NETLINK_NETFILTER => "the packet filter",
        libc::NETLINK_KOBJECT_UEVENT => "which devices come and go",
        libc::NETLINK_GENERIC => "generic families",
        _ => "another protocol",
    }
}

/// What the first message there changes, if it does: rtnetlink(7) has messages in fours, to make, remove, get and
/// set, and getting is for everybody.
pub fn change(tid: u32, buffer: u64) -> Option<String> {
    let head = memory::bytes::<8>(tid, buffer)?;
    let kind = u16::from_ne_bytes([*head.get(4)?, *head.get(5)?]);
    let is_change = (FIRST..LAST).contains(&kind) && kind & 3 != GET;
    is_change.then(|| format!("a netlink message that changes the network (type {kind})"))
}

const FIRST: u16 = 16;
/// Types of the audit and of other families begin there.
const LAST: u16 = 128;
const GET: u16 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn getting_needs_nothing_and_making_does() {
        let own = std::process::id();
        let message = |kind: u16| {
            let mut bytes = [0_u8; 16];
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes
        };
        let get_link = message(18);
        let new_address = message(20);
        assert_eq!(change(own, get_link.as_ptr() as u64), None);
        assert!(change(own, new_address.as_ptr() as u64).is_some());
        assert_eq!(change(own, 0), None);
    }
}
