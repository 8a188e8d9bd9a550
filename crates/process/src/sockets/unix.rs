//! Unix sockets in sock_diag's words: `linux/unix_diag.h`.

use super::endpoint::{Endpoint, UnixName};
use super::model::{Family, Protocol, Queue, Socket, SocketState, UnixFigures, UnixFile};
use super::wire::{Attributes, array, u32_at};

const AF_UNIX: u8 = 1;

const UDIAG_SHOW_NAME: u32 = 0x01;
const UDIAG_SHOW_VFS: u32 = 0x02;
const UDIAG_SHOW_PEER: u32 = 0x04;
const UDIAG_SHOW_RQLEN: u32 = 0x10;
const UDIAG_SHOW_UID: u32 = 0x40;

const UNIX_DIAG_NAME: u16 = 0;
const UNIX_DIAG_VFS: u16 = 1;
const UNIX_DIAG_PEER: u16 = 2;
const UNIX_DIAG_RQLEN: u16 = 4;
const UNIX_DIAG_UID: u16 = 7;

/// `struct unix_diag_req`. Kernels before 5.3 pass over the flag for the user id.
pub(super) fn request_body(states: u32) -> Vec<u8> {
    let show =
        UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID;
    let mut body = vec![AF_UNIX, 0, 0, 0];
    body.extend_from_slice(&states.to_ne_bytes());
    // Any inode.
    body.extend_from_slice(&0_u32.to_ne_bytes());
    body.extend_from_slice(&show.to_ne_bytes());
    // Any cookie.
    body.extend_from_slice(&[0; 8]);
    body
}

/// A unix socket's type (`SOCK_…`); the kernel treats `SOCK_RAW` as a datagram socket.
pub(super) fn protocol(socket_type: u32) -> Option<Protocol> {
    match socket_type {
        1 => Some(Protocol::UnixStream),
        2 | 3 => Some(Protocol::UnixDgram),
        5 => Some(Protocol::UnixSeqpacket),
        _ => None,
    }
}

/// Reads a `struct unix_diag_msg` and its attributes.
pub(super) fn parse(record: &[u8]) -> Option<Socket> {
    let [family, socket_type, state, _] = array::<4>(record, 0)?;
    if family != AF_UNIX {
        return None;
    }
    let state = SocketState::from_kernel(state);
    let cookie = u64::from(u32_at(record, 12)?) << 32 | u64::from(u32_at(record, 8)?);
    let (mut name, mut queue, mut uid) = (UnixName::Unnamed, Queue::Unknown, None);
    let mut figures = UnixFigures::default();
    for (kind, value) in Attributes(record.get(16..)?) {
        match kind {
            UNIX_DIAG_NAME => name = UnixName::from_sun_path(value),
            UNIX_DIAG_VFS => figures.file = file(value),
            UNIX_DIAG_PEER => {
                figures.peer_inode = u32_at(value, 0).filter(|&inode| inode != 0).map(u64::from);
            }
            UNIX_DIAG_RQLEN => queue = queue_of(state, value).unwrap_or(Queue::Unknown),
            UNIX_DIAG_UID => uid = u32_at(value, 0),
            _ => {}
        }
    }
    Some(Socket {
        inode: u64::from(u32_at(record, 4)?),
        cookie: Some(cookie),
        family: Family::Unix,
        protocol: protocol(u32::from(socket_type))?,
        state,
        local: Endpoint::Unix(name),
        remote: None,
        uid,
        interface: 0,
        queue,
        tcp: None,
        cgroup_id: None,
        v6only: None,
        unix: Some(figures),
    })
}

fn queue_of(state: SocketState, value: &[u8]) -> Option<Queue> {
    let (first, second) = (u32_at(value, 0)?, u32_at(value, 4)?);
    Some(match state {
        SocketState::Listen => Queue::Accept { waiting: first, limit: Some(second) },
        _ => Queue::Data { recv_bytes: first, send_bytes: second },
    })
}

fn file(value: &[u8]) -> Option<UnixFile> {
    let device = u32_at(value, 4)?;
    // The kernel's own dev_t: 12 bits of major, 20 of minor.
    Some(UnixFile {
        device_major: device >> 20,
        device_minor: device & 0xf_ffff,
        inode: u32_at(value, 0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::wire::tests::attribute;
    use super::*;
    use proptest::prelude::*;

    fn record(socket_type: u8, state: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![1, socket_type, state, 0];
        for word in [4321_u32, 9, 1] {
            bytes.extend_from_slice(&word.to_ne_bytes());
        }
        bytes.extend(attributes.concat());
        bytes
    }

    fn words(all: &[u32]) -> Vec<u8> {
        all.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    #[test]
    fn a_listener_has_its_name_queue_owner_and_file() {
        let bytes = record(
            1,
            10,
            &[
                attribute(UNIX_DIAG_NAME, b"/run/x.sock\0"),
                attribute(UNIX_DIAG_VFS, &words(&[77, 259 << 20 | 5])),
                attribute(UNIX_DIAG_RQLEN, &words(&[3, 4096])),
                attribute(UNIX_DIAG_UID, &words(&[1000])),
                attribute(6, &[3]),
                attribute(999, b"from the future"),
            ],
        );
        let socket = parse(&bytes).unwrap();
        assert_eq!(socket.inode, 4321);
        assert_eq!(socket.cookie, Some(1 << 32 | 9));
        assert_eq!(socket.local.to_string(), "/run/x.sock");
        assert_eq!(socket.queue, Queue::Accept { waiting: 3, limit: Some(4096) });
        assert_eq!(socket.uid, Some(1000));
        let file = UnixFile { device_major: 259, device_minor: 5, inode: 77 };
        assert_eq!(socket.unix.unwrap().file, Some(file));
        assert!(socket.is_listening());
    }

    #[test]
    fn a_receiver_of_datagrams_is_known_by_name_and_lack_of_peer_not_by_state() {
        let name = attribute(UNIX_DIAG_NAME, b"/dev/log\0");
        let receiver = parse(&record(2, 1, std::slice::from_ref(&name))).unwrap();
        assert!(receiver.is_listening());
        let peer = attribute(UNIX_DIAG_PEER, &words(&[5]));
        let client = parse(&record(2, 1, &[name, peer])).unwrap();
        assert!(!client.is_listening());
        assert_eq!(client.unix.unwrap().peer_inode, Some(5));
        assert!(!parse(&record(2, 7, &[])).unwrap().is_listening());
    }

    #[test]
    fn short_attributes_are_not_known_rather_than_zero() {
        let bytes =
            record(1, 1, &[attribute(UNIX_DIAG_RQLEN, &[1, 2]), attribute(UNIX_DIAG_UID, b"")]);
        let socket = parse(&bytes).unwrap();
        assert_eq!((socket.queue, socket.uid), (Queue::Unknown, None));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn truncation_anywhere_never_panics(cut in 0_usize..80) {
            let whole = record(1, 10, &[
                attribute(UNIX_DIAG_NAME, b"\0abstract"),
                attribute(UNIX_DIAG_RQLEN, &words(&[3, 4])),
                attribute(UNIX_DIAG_VFS, &words(&[3, 4])),
            ]);
            let cut = cut.min(whole.len());
            prop_assert_eq!(parse(&whole[..cut]).is_some(), cut >= 16);
        }
    }
}
