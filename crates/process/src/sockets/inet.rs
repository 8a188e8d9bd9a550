//! TCP, UDP and their like in sock_diag's words: `linux/inet_diag.h`.

use super::endpoint::{Endpoint, IpEndpoint};
use super::model::{Family, Protocol, Queue, Socket, SocketState, TcpFigures};
use super::wanted::Table;
use super::wire::{Attributes, array, be16_at, u32_at, u64_at};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

const INET_DIAG_INFO: u16 = 2;
const INET_DIAG_SKV6ONLY: u16 = 11;
const INET_DIAG_CGROUP_ID: u16 = 21;

/// What a request asks for: `struct inet_diag_req_v2`.
pub(super) fn request_body(table: Table, states: u32, tcp_info: bool) -> Vec<u8> {
    let (family, protocol, _) = table.traits();
    let family = if family == Family::Inet { AF_INET } else { AF_INET6 };
    let number = match protocol {
        Protocol::Udp => 17,
        Protocol::UdpLite => 136,
        Protocol::Raw => 255,
        _ => 6,
    };
    let extensions = if tcp_info { 1 << (INET_DIAG_INFO - 1) } else { 0 };
    let mut body = vec![family, number, extensions, 0];
    body.extend_from_slice(&states.to_ne_bytes());
    // An empty `struct inet_diag_sockid`: any address.
    body.extend_from_slice(&[0; 48]);
    body
}

/// Reads a `struct inet_diag_msg` and its attributes.
pub(super) fn parse(protocol: Protocol, record: &[u8]) -> Option<Socket> {
    let [family, state, ..] = array::<4>(record, 0)?;
    let state = SocketState::from_kernel(state);
    let family = match family {
        AF_INET => Family::Inet,
        AF_INET6 => Family::Inet6,
        _ => return None,
    };
    let mut local = endpoint(family, record, 4, 8)?;
    let remote = endpoint(family, record, 6, 24)?;
    let cookie = u64::from(u32_at(record, 48)?) << 32 | u64::from(u32_at(record, 44)?);
    let queue = match (u32_at(record, 56)?, u32_at(record, 60)?) {
        (waiting, limit) if state == SocketState::Listen => {
            Queue::Accept { waiting, limit: Some(limit) }
        }
        (recv_bytes, send_bytes) => Queue::Data { recv_bytes, send_bytes },
    };
    let uid = u32_at(record, 64)?;
    let keeps_uid = !matches!(state, SocketState::TimeWait | SocketState::SynRecv);
    let inode = u64::from(u32_at(record, 68)?);
    let (mut tcp, mut cgroup_id, mut v6only) = (None, None, None);
    for (kind, value) in Attributes(record.get(72..)?) {
        match kind {
            INET_DIAG_INFO if state != SocketState::Listen => tcp = Some(figures(value)),
            INET_DIAG_SKV6ONLY => v6only = value.first().map(|&only| only != 0),
            INET_DIAG_CGROUP_ID => cgroup_id = u64_at(value, 0),
            _ => {}
        }
    }
    local.dual_stack = v6only == Some(false) && local.address == Ipv6Addr::UNSPECIFIED;
    Some(Socket {
        inode,
        cookie: Some(cookie),
        family,
        protocol,
        state,
        local: Endpoint::Ip(local),
        remote: (!remote.is_unset()).then_some(Endpoint::Ip(remote)),
        uid: keeps_uid.then_some(uid),
        interface: u32_at(record, 40)?,
        queue,
        tcp,
        cgroup_id,
        v6only,
        unix: None,
    })
}

fn endpoint(family: Family, record: &[u8], port: usize, address: usize) -> Option<IpEndpoint> {
    let address = match family {
        Family::Inet => IpAddr::V4(Ipv4Addr::from(array::<4>(record, address)?)),
        _ => IpAddr::V6(Ipv6Addr::from(array::<16>(record, address)?)),
    };
    Some(IpEndpoint { address, port: be16_at(record, port)?, dual_stack: false })
}

/// `struct tcp_info` has only ever grown at its end: what is not there is from a newer kernel.
fn figures(info: &[u8]) -> TcpFigures {
    TcpFigures {
        bytes_received: u64_at(info, 128),
        bytes_acked: u64_at(info, 120),
        bytes_sent: u64_at(info, 200),
        bytes_retransmitted: u64_at(info, 208),
        segments_in: u32_at(info, 140),
        segments_out: u32_at(info, 136),
        retransmits: u32_at(info, 100),
        rtt_usec: u32_at(info, 68),
    }
}

#[cfg(test)]
#[path = "inet_tests.rs"]
mod tests;
