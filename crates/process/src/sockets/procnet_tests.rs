use super::*;
use proptest::prelude::*;
use std::io::Write;

// The tables hold addresses as words in host byte order; these samples are a little-endian
// machine's.
const TCP: &str = "   0: 0100007F:0277 00000000:0000 0A 00000000:00000003 00:00000000 00000000    33        0 12345 1 0000000000000000 100 0 0 10 0";
const TCP_CONNECTED: &str = "  12: 0100007F:1F90 0200007F:C350 01 00000010:00000005 02:0000012F 00000000  1000        0 777 2 0000000000000000 20 4 30 10 -1";
const TCP6: &str = "   1: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 555 1 0000000000000000 100 0 0 10 0";
const TIME_WAIT: &str = "   5: 0100007F:9C40 0100007F:0050 06 00000000:00000000 03:00001500 00000000     0        0 0 3 0000000000000000";

fn tcp(line: &str) -> Option<Socket> {
    inet_line(Family::Inet, Protocol::Tcp, line.as_bytes())
}

#[test]
#[cfg(target_endian = "little")]
fn internet_lines() {
    let listener = tcp(TCP).unwrap();
    assert_eq!(listener.local.to_string(), "127.0.0.1:631");
    assert_eq!((listener.inode, listener.uid, listener.remote), (12345, Some(33), None));
    assert_eq!(listener.queue, Queue::Accept { waiting: 3, limit: None });
    let connected = tcp(TCP_CONNECTED).unwrap();
    assert_eq!(connected.remote.unwrap().to_string(), "127.0.0.2:50000");
    assert_eq!(connected.queue, Queue::Data { recv_bytes: 5, send_bytes: 16 });
    assert_eq!(connected.state, SocketState::Established);
    let v6 = inet_line(Family::Inet6, Protocol::Tcp, TCP6.as_bytes()).unwrap();
    assert_eq!(v6.local.to_string(), "[::1]:22");
    let rest = tcp(TIME_WAIT).unwrap();
    assert_eq!((rest.state, rest.uid, rest.inode), (SocketState::TimeWait, None, 0));
}

#[test]
fn headings_and_garbage_are_no_sockets() {
    let heading =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
    assert_eq!(tcp(heading), None);
    for broken in [
        "",
        " ",
        ":",
        "0:",
        "0: 0100007F:0277",
        "0: 0100007F:10277 00000000:0000 0A 0:0 00:0 0 0 0 1",
        "0: 0100007F 00000000:0000 0A 0:0 00:0 0 0 0 1",
        "0: +100007F:0277 00000000:0000 0A 0:0 00:0 0 0 0 1",
        "0: 0100007F:0277 00000000:0000 100 0:0 00:0 0 0 0 1",
        "0: 0100007F:0277 00000000:0000 0A 0:0 00:0 0 -1 0 1",
        "0: 0100007F:0277 00000000:0000 0A 0:0 00:0 0 0 0 99999999999999999999999",
        "0: 0100007F:0277 00000000:0000 0A 0:0 00:0 0 0 0",
    ] {
        assert_eq!(tcp(broken), None, "{broken:?}");
    }
    assert_eq!(inet_line(Family::Inet6, Protocol::Tcp, TCP.as_bytes()), None);
}

#[test]
fn unix_lines() {
    let line = |text: &[u8]| unix_line(text);
    assert_eq!(line(b"Num       RefCount Protocol Flags    Type St Inode Path"), None);
    let listener =
        line(b"0000000000000000: 00000002 00000000 00010000 0001 01  4711 /run/a b.sock").unwrap();
    assert_eq!(listener.local.to_string(), "/run/a b.sock");
    assert_eq!((listener.state, listener.inode), (SocketState::Listen, 4711));
    assert!(listener.is_listening());
    let spaces = line(b"0: 00000002 00000000 00010000 0005 01 1  /x ").unwrap();
    assert_eq!(spaces.local, Endpoint::Unix(UnixName::Path(b" /x "[..].into())));
    assert_eq!(spaces.protocol, Protocol::UnixSeqpacket);
    let hidden = line(b"0: 00000002 00000000 00000000 0002 01 12 @/tmp/\xff").unwrap();
    assert_eq!(hidden.local, Endpoint::Unix(UnixName::Abstract(b"/tmp/\xff"[..].into())));
    let nameless = line(b"0: 00000003 00000000 00000000 0001 03 12345678901").unwrap();
    assert_eq!(nameless.local, Endpoint::Unix(UnixName::Unnamed));
    assert_eq!((nameless.state, nameless.inode), (SocketState::Established, 12_345_678_901));
    for broken in [&b"0: 1 0 0 0009 01 12"[..], b"0 1 0 0 0001 01 12", b"0: 1 0 0 0001 01"] {
        assert_eq!(line(broken), None);
    }
}

/// A file with these bytes, read from its beginning.
fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let name = c"lines";
    let mut file = std::fs::File::from(
        rustix::fs::memfd_create(name, rustix::fs::MemfdFlags::CLOEXEC).unwrap(),
    );
    file.write_all(bytes).unwrap();
    rustix::fs::seek(&file, rustix::fs::SeekFrom::Start(0)).unwrap();
    let mut lines = Vec::new();
    each_line(file.as_fd(), &mut |line| lines.push(line.to_vec())).unwrap();
    lines
}

#[test]
fn lines_across_chunks_and_lines_without_end() {
    let mut bytes = vec![b'x'; CHUNK_BYTES - 3];
    bytes.extend_from_slice(b"\nabcdefgh\n");
    bytes.extend(vec![b'y'; 3 * CHUNK_BYTES]);
    bytes.extend_from_slice(b"\nlast");
    let lines = lines_of(&bytes);
    assert_eq!(lines.len(), 3, "the endless one is passed over");
    assert_eq!(lines[0].len(), CHUNK_BYTES - 3);
    assert_eq!((&lines[1][..], &lines[2][..]), (&b"abcdefgh"[..], &b"last"[..]));
}

proptest! {
    #[test]
    fn arbitrary_lines_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = inet_line(Family::Inet, Protocol::Tcp, &bytes);
        let _ = inet_line(Family::Inet6, Protocol::Udp, &bytes);
        let _ = unix_line(&bytes);
    }

    #[test]
    fn nearly_right_lines_never_panic(at in 0_usize..150, byte: u8, cut in 0_usize..160) {
        for sample in [TCP, TCP6, TIME_WAIT] {
            let mut bytes = sample.as_bytes().to_vec();
            if let Some(target) = bytes.get_mut(at) {
                *target = byte;
            }
            bytes.truncate(cut);
            let _ = inet_line(Family::Inet, Protocol::Tcp, &bytes);
            let _ = inet_line(Family::Inet6, Protocol::Tcp, &bytes);
            let _ = unix_line(&bytes);
        }
    }

    #[test]
    fn lines_are_those_of_split(bytes in prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 0..200)) {
        let mut expected: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        if expected.last().is_some_and(Vec::is_empty) {
            expected.pop();
        }
        prop_assert_eq!(lines_of(&bytes), expected);
    }
}
