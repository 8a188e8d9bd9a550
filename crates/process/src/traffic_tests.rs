use super::*;
use crate::process::{Extra, ProcessKey};
use crate::raw::stat::Stat;
use crate::sockets::{Action, Endpoint, Family, IpEndpoint, Part, Queue, Table};
use rustix::io::Errno;

const BOTH: Needs = Needs(Needs::CONNECTIONS.0 | Needs::LISTENERS.0);
const DENIED: SocketError =
    SocketError::NotPermitted { action: Action::EnterNamespace, errno: Errno::PERM };

fn socket(inode: u64, state: SocketState, port: u16, tcp: Option<TcpFigures>) -> Socket {
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    Socket {
        inode,
        cookie: None,
        family: Family::Inet,
        protocol: Protocol::Tcp,
        state,
        local: Endpoint::Ip(IpEndpoint { address, port, dual_stack: false }),
        remote: None,
        uid: None,
        interface: 0,
        queue: Queue::Unknown,
        tcp,
        cgroup_id: None,
        v6only: None,
        unix: None,
    }
}

fn carried(received: u64, sent: u64, again: u64) -> Option<TcpFigures> {
    Some(TcpFigures {
        bytes_received: Some(received),
        bytes_sent: Some(sent),
        bytes_retransmitted: Some(again),
        ..TcpFigures::default()
    })
}

fn dump(sockets: Vec<Socket>, source: Option<Source>, trouble: Option<SocketError>) -> Dump {
    Dump { sockets, parts: vec![Part { table: Table::Tcp4, source, trouble }] }
}

fn whole(sockets: Vec<Socket>) -> Dump {
    dump(sockets, Some(Source::SockDiag), None)
}

fn process(net_tables: u64, sockets: Fact<&[u64]>) -> Process {
    Process {
        key: ProcessKey { pid: 2, start_ticks: 1 },
        comm: Box::from(&b"x"[..]),
        stat: Stat { state: b'S', ..Stat::default() },
        euid: Fact::NotMeasured,
        cmdline: Fact::NotMeasured,
        cgroup: Fact::NotMeasured,
        pid_namespace: Fact::NotMeasured,
        extra: Some(Box::new(Extra {
            sockets: sockets.map(Box::from),
            net_tables: Fact::Known(net_tables),
            ..Extra::default()
        })),
        held: None,
    }
}

#[test]
fn sums_are_of_ones_own_sockets_and_count_each_byte_once() {
    let mut tables = Tables::default();
    tables.add_connections(
        1,
        Ok(whole(vec![
            socket(10, SocketState::Established, 80, carried(100, 30, 5)),
            // The other side has ended it: its FIN was counted.
            socket(11, SocketState::CloseWait, 80, carried(8, 1, 0)),
            socket(12, SocketState::Established, 80, carried(1 << 40, 1 << 40, 0)),
            socket(13, SocketState::SynSent, 5000, carried(0, 0, 0)),
            // Two flows of one Multipath TCP connection.
            socket(14, SocketState::Established, 80, carried(1000, 1, 0)),
            socket(14, SocketState::Established, 80, carried(2000, 2, 0)),
            socket(0, SocketState::FinWait2, 80, carried(9, 9, 0)),
        ])),
    );
    let network = tables.of(&process(1, Fact::Known(&[0, 10, 11, 13, 14, 99])), BOTH);
    assert_eq!(network.bytes_in, Fact::Known(3107));
    assert_eq!(network.bytes_out, Fact::Known(29));
    assert_eq!(network.connections, Fact::Known(3));
}

#[test]
fn listeners_once_for_each_port() {
    let mut tables = Tables::default();
    let mut resolver = socket(22, SocketState::Unconnected, 53, None);
    resolver.protocol = Protocol::Udp;
    tables.add_listeners(
        1,
        Ok(whole(vec![
            resolver,
            socket(20, SocketState::Listen, 443, None),
            socket(21, SocketState::Listen, 80, None),
            socket(23, SocketState::Listen, 80, None),
            socket(24, SocketState::Listen, 22, None),
        ])),
    );
    let network = tables.of(&process(1, Fact::Known(&[20, 21, 22, 23])), Needs::LISTENERS);
    let ports: Vec<String> =
        network.listens.known().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ports, ["tcp/80", "tcp/443", "udp/53"]);
    assert_eq!(network.bytes_in, Fact::NotMeasured, "nobody asked");
}

#[test]
fn never_zero_where_unknown() {
    let mut tables = Tables::default();
    tables.add_connections(1, Err(DENIED));
    tables.add_listeners(1, Ok(dump(Vec::new(), None, Some(DENIED))));
    let denied = tables.of(&process(1, Fact::Known(&[7])), BOTH);
    assert_eq!(denied, Network::all(Fact::NotPermitted));
    // Without a socket there is nothing to be denied.
    let none = tables.of(&process(1, Fact::Known(&[])), BOTH);
    assert_eq!(none, Network::all(Fact::Known(())));
    let hidden = tables.of(&process(2, Fact::NotPermitted), BOTH);
    assert_eq!(hidden, Network::all(Fact::NotPermitted));
    let mut unasked = process(1, Fact::NotMeasured);
    assert_eq!(tables.of(&unasked, BOTH), Network::all(Fact::NotMeasured));
    unasked.extra = None;
    assert_eq!(tables.of(&unasked, BOTH), Network::all(Fact::NotMeasured));
    let mut zombie = process(1, Fact::NotApplicable);
    zombie.stat.state = b'Z';
    assert_eq!(tables.of(&zombie, BOTH), Network::all(Fact::NotApplicable));
    // In another namespace, all is well.
    assert_eq!(tables.of(&process(2, Fact::Known(&[7])), BOTH), Network::all(Fact::Known(())));
}

#[test]
fn text_tables_give_connections_and_no_bytes() {
    let mut tables = Tables::default();
    let sockets = vec![socket(7, SocketState::Established, 80, None)];
    tables.add_connections(1, Ok(dump(sockets, Some(Source::ProcNet), Some(DENIED))));
    let network = tables.of(&process(1, Fact::Known(&[7])), Needs::CONNECTIONS);
    assert_eq!(network.connections, Fact::Known(1));
    assert_eq!((network.bytes_in, network.bytes_out), (Fact::NotPermitted, Fact::NotPermitted));
    // Who has no connection has moved no bytes, whoever counts.
    let network = tables.of(&process(1, Fact::Known(&[8])), Needs::CONNECTIONS);
    assert_eq!((network.connections, network.bytes_in), (Fact::Known(0), Fact::Known(0)));
}

#[test]
fn old_kernels_count_what_was_acknowledged() {
    let old = TcpFigures { bytes_acked: Some(11), ..TcpFigures::default() };
    assert_eq!(bytes_out(&old), Some(10));
    assert_eq!(bytes_out(&TcpFigures::default()), None);
    assert_eq!(bytes_in(&TcpFigures::default(), SocketState::Established), None);
}
