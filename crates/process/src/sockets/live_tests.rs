//! Against the kernel that runs the tests: sockets are made here and looked for by inode.

use super::*;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto, socket_with};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram, UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};

fn inode_of(socket: &impl AsRawFd) -> u64 {
    std::fs::metadata(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap().ino()
}

fn everything() -> Dump {
    dump(&Wanted::everything()).unwrap()
}

fn find<'a>(dump: &'a Dump, socket: &impl AsRawFd) -> Option<&'a Socket> {
    let inode = inode_of(socket);
    dump.sockets.iter().find(|socket| socket.inode == inode)
}

fn found(dump: &Dump, socket: &impl AsRawFd) -> Socket {
    find(dump, socket).expect("a socket that this test made").clone()
}

fn tcp_pair() -> (TcpListener, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    (listener, client, server)
}

/// What `/proc/thread-self/net` says of the same.
fn as_text(wanted: &Wanted) -> Vec<Socket> {
    let directory = File::open("/proc/thread-self").unwrap();
    let mut sockets = Vec::new();
    for table in Table::ALL {
        procnet::read(directory.as_fd(), table, &|socket| wanted.keeps(socket), &mut sockets)
            .unwrap();
    }
    sockets
}

#[test]
fn tcp_listeners_of_all_three_kinds() {
    let v4 = TcpListener::bind("127.0.0.1:0").unwrap();
    let dual = TcpListener::bind("[::]:0").unwrap();
    let v6 = socket_with(AddressFamily::INET6, SocketType::STREAM, SocketFlags::CLOEXEC, None);
    let v6 = v6.unwrap();
    rustix::net::sockopt::set_ipv6_v6only(&v6, true).unwrap();
    rustix::net::bind(&v6, &"[::]:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&v6, 5).unwrap();
    let _waits = TcpStream::connect(v4.local_addr().unwrap()).unwrap();

    let dump = dump(&Wanted::listeners()).unwrap();
    let socket = found(&dump, &v4);
    assert_eq!(socket.local.to_string(), v4.local_addr().unwrap().to_string());
    assert!(socket.local.is_loopback() && socket.is_listening() && socket.remote.is_none());
    assert_eq!(socket.uid, Some(rustix::process::geteuid().as_raw()));
    assert!(matches!(socket.queue, Queue::Accept { waiting: 1, limit: Some(1..) }), "{socket:?}");
    let socket = found(&dump, &dual);
    let port = dual.local_addr().unwrap().port();
    assert_eq!(socket.local.to_string(), format!("*:{port}"));
    assert_eq!((socket.family, socket.v6only), (Family::Inet6, Some(false)));
    let socket = found(&dump, &v6);
    assert_eq!(socket.local.to_string(), format!("[::]:{}", socket.local.port().unwrap()));
    assert_eq!(socket.v6only, Some(true));
    assert_eq!(socket.queue, Queue::Accept { waiting: 0, limit: Some(5) });
}

#[test]
fn bytes_of_a_connection_are_exact() {
    let (_listener, mut client, mut server) = tcp_pair();
    client.write_all(&[7; 100_000]).unwrap();
    server.read_exact(&mut [0; 100_000]).unwrap();
    server.write_all(b"hello").unwrap();
    client.read_exact(&mut [0; 3]).unwrap();

    let dump = dump(&Wanted::tcp_traffic()).unwrap();
    let (ours, theirs) = (found(&dump, &client), found(&dump, &server));
    let (sent, received) = (ours.tcp.unwrap(), theirs.tcp.unwrap());
    assert_eq!(sent.bytes_sent, Some(100_000));
    assert_eq!(received.bytes_received, Some(100_000));
    assert_eq!((received.bytes_sent, sent.bytes_received), (Some(5), Some(5)));
    assert!(sent.segments_out.is_some_and(|count| count >= 3) && sent.rtt_usec > Some(0));
    assert_eq!(ours.queue, Queue::Data { recv_bytes: 2, send_bytes: 0 });
    assert_eq!(ours.remote.as_ref(), Some(&theirs.local));
    assert_eq!(ours.state, SocketState::Established);
    assert!(ours.cookie.is_some() && ours.cookie != theirs.cookie);
}

#[test]
fn the_kernel_sends_only_what_is_wanted() {
    let (listener, client, _server) = tcp_pair();
    let listeners = dump(&Wanted::listeners()).unwrap();
    assert!(find(&listeners, &listener).is_some() && find(&listeners, &client).is_none());
    assert!(listeners.sockets.iter().all(|socket| socket.is_listening() && socket.tcp.is_none()));
    let connected = dump(&Wanted { tcp_info: false, ..Wanted::tcp_traffic() }).unwrap();
    assert!(find(&connected, &listener).is_none() && found(&connected, &client).tcp.is_none());
    let nothing = Wanted { protocols: Protocols::default(), ..Wanted::everything() };
    assert_eq!(dump(&nothing), Ok(Dump::default()));
}

#[test]
fn who_has_not_closed_yet_and_what_remains() {
    let (_listener, client, server) = tcp_pair();
    let (ours, theirs) = (client.local_addr().unwrap(), server.local_addr().unwrap());
    client.shutdown(Shutdown::Write).unwrap();
    let waits = found(&everything(), &server);
    assert_eq!(
        (waits.state, waits.state.to_string()),
        (SocketState::CloseWait, "CLOSE-WAIT".into())
    );
    let closing = found(&everything(), &client).state;
    assert!(matches!(closing, SocketState::FinWait1 | SocketState::FinWait2), "{closing}");
    drop(server);
    drop(client);
    let (ours, theirs) = (ours.to_string(), theirs.to_string());
    let remains = |socket: &Socket| {
        socket.local.to_string() == ours
            && socket.remote.as_ref().is_some_and(|remote| remote.to_string() == theirs)
            && socket.state == SocketState::TimeWait
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    let rest = loop {
        if let Some(rest) = everything().sockets.into_iter().find(remains) {
            break rest;
        }
        assert!(std::time::Instant::now() < deadline, "no TIME-WAIT");
    };
    assert_eq!((rest.inode, rest.uid), (0, None));
    let without = dump(&Wanted { time_wait: false, ..Wanted::everything() }).unwrap();
    assert!(!without.sockets.iter().any(|socket| socket.state == SocketState::TimeWait));
}

#[test]
fn udp_waits_for_anyone_or_has_one_peer() {
    let (open, peer) = (UdpSocket::bind("0.0.0.0:0").unwrap(), UdpSocket::bind("[::1]:0").unwrap());
    let one = UdpSocket::bind("[::1]:0").unwrap();
    one.connect(peer.local_addr().unwrap()).unwrap();
    one.send(b"twelve bytes").unwrap();
    let all = everything();
    let socket = found(&all, &open);
    assert!(
        socket.is_listening() && socket.local.is_wildcard() && socket.protocol == Protocol::Udp
    );
    let socket = found(&all, &one);
    assert!(!socket.is_listening());
    assert_eq!(socket.remote, Some(found(&all, &peer).local));
    assert!(matches!(found(&all, &peer).queue, Queue::Data { recv_bytes: 12.., .. }));
    let listeners = dump(&Wanted::listeners()).unwrap();
    assert!(find(&listeners, &open).is_some() && find(&listeners, &one).is_none());
}

#[test]
fn raw_sockets_are_found_with_or_without_the_kernels_module() {
    let flags = SocketFlags::CLOEXEC;
    let raw = socket_with(AddressFamily::INET, SocketType::RAW, flags, Some(ipproto::ICMP));
    let Ok(raw) = raw else {
        println!("skipped: not permitted to open a raw socket");
        return;
    };
    let all = everything();
    let socket = found(&all, &raw);
    assert_eq!((socket.protocol, socket.local.port()), (Protocol::Raw, Some(1)));
    let part = all.parts.iter().find(|part| part.table == Table::Raw4).unwrap();
    assert!(part.source == Some(Source::SockDiag) || part.trouble.is_some(), "{part:?}");
}

#[test]
fn unix_sockets_by_path_by_abstract_name_and_in_pairs() {
    let place = std::env::temp_dir().join(format!("sockets-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let path = place.join("a\nlistener");
    let stream = UnixListener::bind(&path).unwrap();
    let receiver = UnixDatagram::bind(place.join("receiver")).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    sender.connect(place.join("receiver")).unwrap();
    let name = format!("process-test-{}", std::process::id());
    let hidden = UnixListener::bind_addr(&UnixAddr::from_abstract_name(&name).unwrap()).unwrap();
    let (one, other) = UnixStream::pair().unwrap();

    let listeners = dump(&Wanted::listeners()).unwrap();
    let all = everything();
    let socket = found(&listeners, &stream);
    assert_eq!((socket.protocol, socket.state), (Protocol::UnixStream, SocketState::Listen));
    assert!(socket.local.to_string().ends_with("/a\\nlistener"), "{}", socket.local);
    let file = socket.unix.unwrap().file.unwrap();
    assert_eq!(u64::from(file.inode), std::fs::metadata(&path).unwrap().ino());
    assert_eq!(found(&listeners, &hidden).local.to_string(), format!("@{name}"));
    // Established in the kernel's eyes since the sender connected, and yet a receiver.
    assert!(found(&listeners, &receiver).is_listening());
    assert!(find(&listeners, &sender).is_none() && find(&listeners, &one).is_none());
    let peer = |socket: &Socket| socket.unix.unwrap().peer_inode;
    assert_eq!(peer(&found(&all, &sender)), Some(inode_of(&receiver)));
    assert_eq!(peer(&found(&all, &one)), Some(inode_of(&other)));
    std::fs::remove_dir_all(&place).unwrap();
}

/// Go programs make their sockets so by default. Their TCP parts must have the inode that is in
/// the process's descriptors, or nobody would be found to own them.
#[test]
fn multipath_tcp_is_found_by_its_parts() {
    let mptcp = || {
        let flags = SocketFlags::CLOEXEC;
        socket_with(AddressFamily::INET, SocketType::STREAM, flags, Some(ipproto::MPTCP))
    };
    let listener = match mptcp() {
        Ok(socket) => TcpListener::from(socket),
        Err(Errno::PROTONOSUPPORT | Errno::NOPROTOOPT | Errno::INVAL) => {
            println!("skipped: this kernel has no Multipath TCP");
            return;
        }
        Err(errno) => panic!("{errno}"),
    };
    rustix::net::bind(&listener, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&listener, 7).unwrap();
    let client = mptcp().unwrap();
    rustix::net::connect(&client, &listener.local_addr().unwrap()).unwrap();
    let (mut client, mut server) = (TcpStream::from(client), listener.accept().unwrap().0);
    client.write_all(&[0; 1000]).unwrap();
    server.read_exact(&mut [0; 1000]).unwrap();
    let all = everything();
    assert!(found(&all, &listener).is_listening());
    assert_eq!(found(&all, &client).tcp.unwrap().bytes_sent, Some(1000));
    assert_eq!(found(&all, &server).tcp.unwrap().bytes_received, Some(1000));
}

#[test]
fn the_text_tables_say_the_same() {
    let (listener, client, server) = tcp_pair();
    let udp = UdpSocket::bind("[::1]:0").unwrap();
    let v6 = TcpListener::bind("[::1]:0").unwrap();
    let (unix, _other) = UnixStream::pair().unwrap();
    let (by_diag, by_text) = (everything(), as_text(&Wanted::everything()));
    let sockets: [&dyn AsRawFd; 6] = [&listener, &client, &server, &udp, &v6, &unix];
    for socket in sockets.map(|socket| socket.as_raw_fd()) {
        let diag = found(&by_diag, &socket);
        let text = by_text.iter().find(|text| text.inode == diag.inode).unwrap();
        assert_eq!((text.protocol, text.family), (diag.protocol, diag.family));
        assert_eq!(
            (text.state, &text.local, &text.remote),
            (diag.state, &diag.local, &diag.remote)
        );
        assert!(text.uid == diag.uid || text.family == Family::Unix);
    }
    assert!(as_text(&Wanted::listeners()).iter().all(Socket::is_listening));
}

#[test]
fn thousands_come_in_many_pieces_each_once() {
    const MANY: usize = 700;
    let sockets: Vec<UdpSocket> =
        (0..MANY).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let mut expected: Vec<u64> = sockets.iter().map(inode_of).collect();
    expected.sort_unstable();
    let dump = dump(&Wanted::everything()).unwrap();
    let mut inodes: Vec<u64> = dump.sockets.iter().map(|socket| socket.inode).collect();
    inodes.retain(|inode| expected.binary_search(inode).is_ok());
    inodes.sort_unstable();
    assert_eq!(inodes, expected);
}

/// As in a sandbox that forbids netlink, and then one that has no `/proc` either.
#[test]
fn without_netlink_the_text_is_read_and_without_both_it_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refusal = SocketError::Failed { action: Action::OpenSockDiag, errno: Errno::AFNOSUPPORT };
    let refuse = || Err(refusal);
    let dump = dump_by(&refuse, c"/proc/thread-self", &Wanted::everything()).unwrap();
    assert!(find(&dump, &listener).is_some());
    for part in &dump.parts {
        match part.source {
            Some(Source::ProcNet) => assert_eq!(part.trouble, Some(refusal)),
            Some(Source::Absent) => assert_eq!(part.trouble, None),
            other => panic!("{other:?}: {part:?}"),
        }
    }
    assert_eq!(dump_by(&refuse, c"/nowhere", &Wanted::everything()), Err(refusal));
}

/// A process in a network namespace of its own, ended when dropped.
struct Elsewhere(Child);

impl Elsewhere {
    fn new() -> Option<Self> {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", "echo ready; read line"]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut this = Self(child.spawn().ok()?);
        let ready = this.0.stdout.as_mut()?.read_exact(&mut [0; 6]).is_ok();
        if !ready {
            println!("skipped: not permitted to make a network namespace (unshare --net)");
        }
        ready.then_some(this)
    }

    fn directory(&self) -> File {
        File::open(format!("/proc/{}", self.0.id())).unwrap()
    }

    /// Listens there, on all addresses.
    fn listen(&self) -> TcpListener {
        let namespace = File::open(format!("/proc/{}/ns/net", self.0.id())).unwrap();
        let listen = move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            TcpListener::bind("0.0.0.0:0").unwrap()
        };
        std::thread::spawn(listen).join().unwrap()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn another_network_namespace() {
    let Some(elsewhere) = Elsewhere::new() else { return };
    let (directory, listener) = (elsewhere.directory(), elsewhere.listen());
    let own = File::open("/proc/self").unwrap();
    assert_ne!(netns_id(directory.as_fd()).unwrap(), own_netns_id().unwrap());
    assert_ne!(net_tables_id(directory.as_fd()), net_tables_id(own.as_fd()));

    let there = dump_in(directory.as_fd(), &Wanted::listeners()).unwrap();
    assert_eq!(
        found(&there, &listener).local.to_string(),
        listener.local_addr().unwrap().to_string()
    );
    assert!(there.parts.iter().all(|part| part.source == Some(Source::SockDiag)), "{there:?}");
    assert!(find(&dump(&Wanted::listeners()).unwrap(), &listener).is_none());
    // Its own thread stayed where it was.
    let here = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(find(&dump_in(own.as_fd(), &Wanted::listeners()).unwrap(), &here).is_some());
    assert!(find(&there, &here).is_none());

    drop(elsewhere);
    let gone = dump_in(directory.as_fd(), &Wanted::listeners());
    assert!(matches!(gone, Err(SocketError::Vanished { .. })), "{gone:?}");
}

#[test]
fn without_the_right_to_enter_the_text_is_read_and_that_is_said() {
    let Some(elsewhere) = Elsewhere::new() else { return };
    let (directory, listener) = (elsewhere.directory(), elsewhere.listen());
    let inode = inode_of(&listener);
    let look = || {
        // Of this thread only: the rest of the tests go on as they are.
        let nobody = rustix::thread::Uid::from_raw(65534);
        rustix::thread::set_thread_res_uid(nobody, nobody, nobody).unwrap();
        let descriptors = socket_inodes_of(directory.as_fd(), &mut |_, _| {
            panic!("not permitted to see any");
        });
        let ids = (netns_id(directory.as_fd()), net_tables_id(directory.as_fd()));
        (dump_in(directory.as_fd(), &Wanted::listeners()), descriptors, ids)
    };
    let (dump, descriptors, ids) = std::thread::scope(|scope| scope.spawn(look).join()).unwrap();
    let dump = dump.unwrap();
    assert!(dump.sockets.iter().any(|socket| socket.inode == inode && socket.is_listening()));
    for part in &dump.parts {
        assert_eq!(part.source, Some(Source::ProcNet));
        assert!(part.trouble.is_some_and(|trouble| trouble.is_not_permitted()), "{part:?}");
    }
    let said = dump.troubles().next().unwrap().trouble.unwrap().to_string();
    assert!(said.starts_with("not permitted to enter the process's network namespace"), "{said}");
    assert!(descriptors.is_err_and(|error| error.is_not_permitted()));
    assert!(ids.0.is_err_and(|error| error.is_not_permitted()) && ids.1.is_ok());
}
