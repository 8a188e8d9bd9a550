use super::super::wire::tests::attribute;
use super::*;
use proptest::prelude::*;

/// A `struct inet_diag_msg` as the kernel would send it.
fn record(family: u8, state: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![family, state, 0, 0];
    bytes.extend_from_slice(&8080_u16.to_be_bytes());
    bytes.extend_from_slice(&0_u16.to_be_bytes());
    bytes.extend_from_slice(&[0; 32]);
    // Interface, cookie (two words), expires, queues, uid, inode.
    for word in [3_u32, 0x11, 0x22, 0, 5, 128, 33, 987_654] {
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    assert_eq!(bytes.len(), 72);
    bytes.extend(attributes.concat());
    bytes
}

#[test]
fn requests_have_the_kernels_layout() {
    let body = request_body(Table::Tcp6, 1 << 10, true);
    assert_eq!(body.len(), 56);
    assert_eq!(body[..4], [10, 6, 2, 0]);
    assert_eq!(u32_at(&body, 4), Some(1 << 10));
    assert_eq!(request_body(Table::Udp4, 1, false)[..4], [2, 17, 0, 0]);
}

#[test]
fn a_dual_stack_listener() {
    let bytes = record(
        AF_INET6,
        10,
        &[
            attribute(8, &[0]),
            attribute(INET_DIAG_SKV6ONLY, &[0]),
            attribute(INET_DIAG_CGROUP_ID, &42_u64.to_ne_bytes()),
            attribute(INET_DIAG_INFO, &[0xff; 232]),
            attribute(4000, b"from the future"),
        ],
    );
    let socket = parse(Protocol::Tcp, &bytes).unwrap();
    assert_eq!(socket.local.to_string(), "*:8080");
    assert_eq!(socket.remote, None);
    assert_eq!((socket.inode, socket.uid, socket.interface), (987_654, Some(33), 3));
    assert_eq!(socket.cookie, Some(0x22_0000_0011));
    assert_eq!(socket.queue, Queue::Accept { waiting: 5, limit: Some(128) });
    assert_eq!((socket.v6only, socket.cgroup_id), (Some(false), Some(42)));
    assert_eq!(socket.tcp, None, "a listener's counters mean something else");
    assert!(socket.is_listening());
    let only = parse(Protocol::Tcp, &record(AF_INET6, 10, &[attribute(11, &[1])])).unwrap();
    assert_eq!(only.local.to_string(), "[::]:8080");
}

#[test]
fn counters_of_a_connection_as_far_as_the_kernel_knows_them() {
    let mut info = vec![0_u8; 232];
    for (at, value) in [(120, 11_u64), (128, 22), (200, 33), (208, 44)] {
        info[at..at + 8].copy_from_slice(&value.to_ne_bytes());
    }
    for (at, value) in [(68, 55_u32), (100, 66), (136, 77), (140, 88)] {
        info[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }
    let read = |info: &[u8]| {
        let bytes = record(AF_INET, 1, &[attribute(INET_DIAG_INFO, info)]);
        parse(Protocol::Tcp, &bytes).unwrap().tcp.unwrap()
    };
    let whole = TcpFigures {
        bytes_received: Some(22),
        bytes_acked: Some(11),
        bytes_sent: Some(33),
        bytes_retransmitted: Some(44),
        segments_in: Some(88),
        segments_out: Some(77),
        retransmits: Some(66),
        rtt_usec: Some(55),
    };
    assert_eq!(read(&info), whole);
    // A kernel before 4.19.
    let old = TcpFigures { bytes_sent: None, bytes_retransmitted: None, ..whole };
    assert_eq!(read(&info[..192]), old);
    assert_eq!(read(&[]), TcpFigures::default());
}

#[test]
fn what_has_no_owner_is_not_said_to_be_roots() {
    assert_eq!(parse(Protocol::Tcp, &record(AF_INET, 6, &[])).unwrap().uid, None);
    assert_eq!(parse(Protocol::Tcp, &record(AF_INET, 12, &[])).unwrap().uid, None);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        family in prop::sample::select(vec![AF_INET, AF_INET6, 1, 0]),
        mut bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = family;
        }
        for protocol in [Protocol::Tcp, Protocol::Udp, Protocol::Raw] {
            if let Some(socket) = parse(protocol, &bytes) {
                prop_assert!(bytes.len() >= 72);
                let _ = socket.local.to_string();
            }
        }
    }

    #[test]
    fn truncation_anywhere_never_panics(cut in 0_usize..400) {
        let whole = record(AF_INET6, 1, &[
            attribute(INET_DIAG_INFO, &[7; 232]),
            attribute(INET_DIAG_CGROUP_ID, &[1; 8]),
        ]);
        let cut = cut.min(whole.len());
        prop_assert_eq!(parse(Protocol::Tcp, &whole[..cut]).is_some(), cut >= 72);
    }
}
