use super::*;
use proptest::prelude::*;

const ACTION: Action = Action::Ask(Table::Tcp4);

fn answer() -> Answer {
    Answer { action: ACTION, sequence: 7, port: None, changed: false }
}

/// A message from "the kernel" to port 99.
fn message(kind: u16, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = request(kind, flags, sequence, body);
    bytes[12..16].copy_from_slice(&99_u32.to_ne_bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn read(answer: &mut Answer, datagram: &[u8]) -> (Result<bool, Attempt>, Vec<Vec<u8>>) {
    let mut records = Vec::new();
    let progress = match answer.read(datagram, &mut |record| records.push(record.to_vec())) {
        Progress::More => Ok(false),
        Progress::Done => Ok(true),
        Progress::Ended(how) => Err(how),
    };
    (progress, records)
}

#[test]
fn records_are_taken_until_the_end_is_announced() {
    let mut datagram = message(SOCK_DIAG_BY_FAMILY, 2, 7, b"one.");
    datagram.extend(message(SOCK_DIAG_BY_FAMILY, 2, 7, b"two."));
    let mut answer = answer();
    assert_eq!(read(&mut answer, &datagram), (Ok(false), vec![b"one.".into(), b"two.".into()]));
    let done = message(NLMSG_DONE, 2, 7, &0_i32.to_ne_bytes());
    assert_eq!(read(&mut answer, &done), (Ok(true), vec![]));
    assert_eq!(read(&mut answer, &message(NLMSG_DONE, 2, 7, b"")), (Ok(true), vec![]));
    assert!(!answer.changed);
}

#[test]
fn answers_to_other_questions_and_other_ports_are_passed_over() {
    let mut answer = answer();
    let _ = read(&mut answer, &message(SOCK_DIAG_BY_FAMILY, 2, 7, b"mine"));
    assert_eq!(read(&mut answer, &message(SOCK_DIAG_BY_FAMILY, 2, 6, b"old.")).1.len(), 0);
    let mut other = message(SOCK_DIAG_BY_FAMILY, 2, 7, b"oth.");
    other[12] ^= 1;
    assert_eq!(read(&mut answer, &other).1.len(), 0);
    assert_eq!(read(&mut answer, &message(NLMSG_DONE, 2, 6, &[0; 4])).0, Ok(false));
}

#[test]
fn interruption_is_noticed_on_any_message() {
    let mut answer = answer();
    let _ = read(&mut answer, &message(SOCK_DIAG_BY_FAMILY, 2 | NLM_F_DUMP_INTR, 7, b"rec."));
    assert!(answer.changed);
}

#[test]
fn the_kernels_refusals_keep_their_reason() {
    let error = |kind, code: i32| read(&mut answer(), &message(kind, 0, 7, &code.to_ne_bytes())).0;
    let refused = |error| Err(Attempt::Refused(error));
    for kind in [NLMSG_ERROR, NLMSG_DONE] {
        let failed = SocketError::Failed { action: ACTION, errno: Errno::NOENT };
        assert_eq!(error(kind, -2), refused(failed));
        let denied = SocketError::NotPermitted { action: ACTION, errno: Errno::PERM };
        assert_eq!(error(kind, -1), refused(denied));
        let disturbed = SocketError::Disturbed { action: ACTION };
        assert_eq!(error(kind, -12), Err(Attempt::BrokeOff(disturbed)));
        for nonsense in [i32::MIN, -4096, -65536] {
            let malformed = SocketError::Malformed { action: ACTION };
            assert_eq!(error(kind, nonsense), refused(malformed), "{nonsense}");
        }
    }
    assert_eq!(error(NLMSG_ERROR, 0), Ok(false), "an acknowledgement");
    let garbled = Err(Attempt::BrokeOff(SocketError::Malformed { action: ACTION }));
    assert_eq!(read(&mut answer(), &message(NLMSG_ERROR, 0, 7, b"")).0, garbled);
    assert_eq!(read(&mut answer(), &[]).0, garbled);
    assert_eq!(read(&mut answer(), &[9; 11]).0, garbled);
}

#[test]
fn without_a_socket_nobody_tries_for_each_table_again() {
    let tries = std::cell::Cell::new(0);
    let refusal = SocketError::NotPermitted { action: Action::OpenSockDiag, errno: Errno::PERM };
    let open = || {
        tries.set(tries.get() + 1);
        Err(refusal)
    };
    let mut channel = Channel::new(&open);
    for _ in 0..3 {
        let answer = channel.dump(Table::Unix, &[], &mut |_| None, &mut Vec::new());
        assert_eq!(answer, Err(refusal));
    }
    assert_eq!(tries.get(), 1);
}

/// Our side of a pair of sockets instead of the kernel: not from the kernel, so never believed,
/// and silence ends in time.
#[test]
fn a_stranger_is_not_believed_and_silence_ends() {
    use rustix::net::socketpair;
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::DGRAM, flags, None).unwrap();
    send(&theirs, &message(NLMSG_DONE, 2, 1, &[0; 4]), SendFlags::empty()).unwrap();
    let mut buffer = vec![0; 64];
    assert!(matches!(receive(&ours, &mut buffer), Ok((20, false))));
    let start = std::time::Instant::now();
    assert_eq!(receive(&ours, &mut buffer), Err(Errno::AGAIN));
    assert!(start.elapsed() >= PATIENCE && start.elapsed() < 3 * PATIENCE);
}

#[test]
fn a_buffer_too_small_grows() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut channel = Channel::new(&open_here);
    channel.buffer.resize(24, 0);
    let body = super::super::inet::request_body(Table::Tcp4, 1 << 10, false);
    let mut parse = |record: &[u8]| super::super::inet::parse(super::super::Protocol::Tcp, record);
    let mut found = Vec::new();
    assert_eq!(channel.dump(Table::Tcp4, &body, &mut parse, &mut found), Ok(None));
    let mine = |socket: &&Socket| socket.local.port() == Some(port);
    assert_eq!(found.iter().filter(mine).count(), 1);
    assert!(channel.buffer.len() > 24);
}

proptest! {
    #[test]
    fn arbitrary_datagrams_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        kind in 0_u16..24,
        sequence in 6_u32..8,
    ) {
        let _ = read(&mut answer(), &bytes);
        let _ = read(&mut answer(), &message(kind, 0, sequence, &bytes));
    }
}
