//! Calls on sockets: families, addresses, options that need a capability.

use super::{netlink, paths};
use crate::memory;
use crate::names::{Capability, family};
use crate::proc;
use crate::record::{Address, Thing};
use crate::recorder::{Call, Recorder};

/// So many addresses are kept: more say nothing new.
const ADDRESSES_MAX: usize = 256;

const INET: u64 = libc::AF_INET as u64;
const INET6: u64 = libc::AF_INET6 as u64;
const NETLINK: u64 = libc::AF_NETLINK as u64;
const PACKET: u64 = libc::AF_PACKET as u64;

pub fn socket(recorder: &mut Recorder, call: &mut Call<'_>) {
    // Arguments are ints: what stands above their 32 bits is not looked at by the kernel.
    let (domain, kind, protocol) = (u64::from(call.unsigned(0)), call.int(1) & 0xf, call.int(2));
    made(recorder, call, domain, kind, protocol);
}

pub fn socketpair(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.family(family(call.unsigned(0).into()), "a pair of sockets");
}

/// A socket that was made.
fn made(recorder: &mut Recorder, call: &mut Call<'_>, domain: u64, kind: i32, protocol: i32) {
    let is_raw = kind == libc::SOCK_RAW;
    let what_for = match (domain, protocol) {
        (NETLINK, protocol) => format!("netlink: {}", netlink::protocol(protocol)),
        _ if is_raw => "raw sockets".to_owned(),
        _ => "sockets that it made".to_owned(),
    };
    recorder.family(family(domain), what_for);
    if domain == PACKET || ((domain == INET || domain == INET6) && is_raw) {
        let what = if domain == PACKET { "packets of an interface" } else { "a raw socket" };
        recorder.needed_by(call, Capability::NET_RAW, what);
    }
    if domain == NETLINK && protocol == libc::NETLINK_AUDIT {
        recorder.did(Thing::Audit, "a socket to the kernel's audit");
        recorder.needed_by(call, Capability::AUDIT_WRITE, "a socket to the kernel's audit");
    }
}

pub fn bind(recorder: &mut Recorder, call: &mut Call<'_>) {
    let Some(address) = address(recorder, call, 1, 2) else { return };
    if let Address::Path(path) = &address {
        let stat = rustix::fs::lstat(format!("/proc/{}/root{path}", call.task.tid));
        recorder.touched(path, |file| file.changed = true);
        if let Ok(stat) = stat {
            recorder.made_with(stat.st_mode);
        }
    }
    if proc::is_port_below(&address, recorder.first_unprivileged_port)
        && let Address::Ip(ip) = &address
    {
        recorder.needed_by(call, Capability::NET_BIND_SERVICE, format_args!("bind {ip}"));
    }
    keep(&mut recorder.record.bound, address);
}

pub fn connect(recorder: &mut Recorder, call: &mut Call<'_>) {
    let Some(address) = address(recorder, call, 1, 2) else { return };
    if let Address::Path(path) = &address {
        recorder.touched(path, |file| file.read = true);
    }
    keep(&mut recorder.record.peers, address);
}

pub fn accept(recorder: &mut Recorder, call: &mut Call<'_>) {
    let tid = call.task.tid;
    let length = memory::half(tid, call.argument(2)).unwrap_or(0);
    match memory::address(tid, call.argument(1), length.into()) {
        Some(Address::Ip(ip)) => keep(&mut recorder.record.peers, Address::Ip(ip)),
        Some(_) => {}
        None => keep(&mut recorder.record.peers, Address::Other("an unknown peer".to_owned())),
    }
}

pub fn sendto(recorder: &mut Recorder, call: &mut Call<'_>) {
    if call.argument(4) == 0 {
        return;
    }
    let Some(address) = address(recorder, call, 4, 5) else { return };
    sent(recorder, call, address, Some(call.argument(1)));
}

pub fn sendmsg(recorder: &mut Recorder, call: &mut Call<'_>) {
    let tid = call.task.tid;
    // struct msghdr: name, its length (and padding), the vector of buffers.
    let Some(head) = memory::bytes::<24>(tid, call.argument(1)) else { return };
    let (words, _) = head.as_chunks::<8>();
    let [name, length, vector] = words else { return };
    let (name, vector) = (u64::from_ne_bytes(*name), u64::from_ne_bytes(*vector));
    let length = u64::from_ne_bytes(*length) & u64::from(u32::MAX);
    if name == 0 {
        return;
    }
    let Some(address) = memory::address(tid, name, length) else { return };
    let address = placed(recorder, call, address);
    sent(recorder, call, address, memory::word(tid, vector));
}

fn sent(recorder: &mut Recorder, call: &mut Call<'_>, to: Address, buffer: Option<u64>) {
    match &to {
        Address::Other(family) if family == "AF_NETLINK" => {
            if let Some(what) = buffer.and_then(|at| netlink::change(call.task.tid, at)) {
                recorder.needed_by(call, Capability::NET_ADMIN, what);
            }
            return;
        }
        Address::Path(path) => recorder.touched(path, |file| file.read = true),
        _ => {}
    }
    keep(&mut recorder.record.peers, to);
}

pub fn setsockopt(recorder: &mut Recorder, call: &mut Call<'_>) {
    let (level, option) = (call.int(1), call.int(2));
    let needed = match (level, option) {
        // SO_SNDBUFFORCE is tried by libraries that do without it: sd_notify(3), udev.
        (libc::SOL_SOCKET, libc::SO_MARK) => Some((Capability::NET_ADMIN, "SO_MARK")),
        (libc::SOL_SOCKET, libc::SO_BINDTODEVICE) => {
            Some((Capability::NET_RAW, "a socket bound to an interface"))
        }
        (libc::SOL_IP, libc::IP_TRANSPARENT) => Some((Capability::NET_ADMIN, "IP_TRANSPARENT")),
        _ => None,
    };
    if let Some((capability, why)) = needed {
        recorder.needed_by(call, capability, why);
    }
}

fn address(recorder: &mut Recorder, call: &Call<'_>, at: usize, length: usize) -> Option<Address> {
    let length = u64::from(call.unsigned(length));
    let address = memory::address(call.task.tid, call.argument(at), length)?;
    Some(placed(recorder, call, address))
}

/// A path of a socket is from the working directory too.
fn placed(recorder: &mut Recorder, call: &Call<'_>, address: Address) -> Address {
    let Address::Path(path) = address else { return address };
    let whole = paths::resolve(recorder, call.task.tid, libc::AT_FDCWD, &path);
    Address::Path(whole.unwrap_or(path))
}

/// Keeps an address while there are not too many; ports of peers say nothing.
pub fn keep(addresses: &mut std::collections::BTreeSet<Address>, address: Address) {
    if addresses.len() < ADDRESSES_MAX {
        addresses.insert(address);
        return;
    }
    if let Address::Ip(mut ip) = address {
        // One that is not the machine's own changes what a sandbox may forbid: never lose it.
        ip.set_port(0);
        if !ip.ip().is_loopback() {
            addresses.insert(Address::Ip(ip));
        }
    }
}
