//! The network columns of `ps`, on connections that the test makes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Running, code, daemonctl, json};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

/// A shell with one TCP connection that has sent 5 bytes and received 10,000; and its other end.
struct Transfer {
    child: Running,
    peer: TcpStream,
}

impl Transfer {
    fn start() -> Transfer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let peer = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            peer.write_all(&[b'x'; 10_000]).unwrap();
            peer.read_exact(&mut [0; 5]).unwrap();
            peer
        });
        let script = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{port}\nread -r -N 10000 got <&3\nprintf hello >&3\necho ready\nread line"
        );
        let child = Running::start(Command::new("bash").args(["-c", &script]));
        let peer = peer.join().unwrap();
        Transfer { child, peer }
    }

    fn row(&self, columns: &str) -> Value {
        let found = json(&["ps", &self.child.pid(), "--columns", columns]);
        found["processes"][0].clone()
    }
}

#[test]
fn bytes_of_a_known_transfer() {
    let transfer = Transfer::start();
    let row = transfer.row("net-in,net-out,connections,listens");
    assert_eq!(row["net_in_bytes"], 10_000, "{row}");
    assert_eq!(row["net_out_bytes"], 5, "{row}");
    assert_eq!(row["connections"], 1);
    assert_eq!(row["listens"], serde_json::json!([]));
    // The other side's FIN takes a sequence number, and is no byte.
    transfer.peer.shutdown(Shutdown::Write).unwrap();
    let ended = || {
        let found = json(&["ports", &transfer.child.pid(), "--connected"]);
        found["sockets"].as_array().unwrap().iter().any(|socket| socket["state"] == "CLOSE-WAIT")
    };
    let limit = Instant::now() + Duration::from_secs(10);
    while !ended() {
        assert!(Instant::now() < limit, "it does not see the end");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(transfer.row("net-in")["net_in_bytes"], 10_000);
}

#[test]
fn what_nobody_asked_for_is_not_there() {
    let row = &json(&["ps", &std::process::id().to_string()])["processes"][0];
    for key in ["net_in_bytes", "connections", "listens", "faults_per_second"] {
        assert!(row.get(key).is_none(), "{row}");
    }
}

#[test]
fn listeners_are_named_by_protocol_and_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let found = json(&["ps", &std::process::id().to_string(), "--columns", "listens"]);
    let ports = found["processes"][0]["listens"].as_array().unwrap().clone();
    for want in [
        format!("tcp/{}", listener.local_addr().unwrap().port()),
        format!("udp/{}", other.local_addr().unwrap().port()),
    ] {
        assert!(ports.contains(&Value::from(want.clone())), "{want}: {ports:?}");
    }
}

#[test]
fn another_network_namespace_is_looked_into() {
    // The listener's address exists in the child's namespace only.
    let script = "ip link set lo up\n\
        exec perl -MIO::Socket::INET -e '\
          $l = IO::Socket::INET->new(Listen => 5, LocalAddr => \"127.0.0.1\", LocalPort => 8123);\
          $c = IO::Socket::INET->new(PeerAddr => \"127.0.0.1\", PeerPort => 8123);\
          $s = $l->accept; $s->syswrite(\"x\" x 321); $c->sysread($b, 321);\
          $| = 1; print \"ready\\n\"; <STDIN>'";
    let child = Running::start(Command::new("unshare").args(["--net", "sh", "-c", script]));
    let found = json(&["ps", &child.pid(), "--columns", "net-in,net-out,connections,listens"]);
    let row = &found["processes"][0];
    assert_eq!(row["listens"], serde_json::json!(["tcp/8123"]), "{row}");
    assert_eq!((&row["net_in_bytes"], &row["net_out_bytes"]), (&321.into(), &321.into()), "{row}");
    assert_eq!(row["connections"], 2);
    // And explain says so.
    let explained = json(&["explain", &child.pid()]);
    let net = &explained["processes"][0]["namespaces"]["net"];
    assert_eq!(net["as_here"], false, "{net}");
    assert_eq!(explained["processes"][0]["namespaces"]["uts"]["as_here"], true);
}

#[test]
fn rates_take_two_looks() {
    let busy = Running::start(Command::new("bash").args([
        "-c",
        "echo ready; while :; do read -r -t 0.01 line; [ $? -gt 128 ] || exit; done",
    ]));
    let pid = busy.pid();
    let columns = "io-read-rate,io-write-rate,switch-rate,fault-rate";
    let one = json(&["ps", &pid, "--columns", columns]);
    let keys = [
        "io_read_bytes_per_second",
        "io_write_bytes_per_second",
        "context_switches_per_second",
        "faults_per_second",
    ];
    for key in keys {
        assert_eq!(one["processes"][0]["unavailable"][key], "not_measured", "{one}");
    }
    let two = daemonctl(&["ps", &pid, "--columns", columns, "--json", "--watch=0.5", "--count=2"]);
    assert_eq!(code(&two), 0);
    let documents = serde_json::Deserializer::from_slice(&two.stdout).into_iter::<Value>();
    let last = documents.last().unwrap().unwrap();
    let row = &last["processes"][0];
    for key in keys {
        assert!(row[key].is_number(), "{row}");
    }
    let switches = row["context_switches_per_second"].as_f64().unwrap();
    assert!((5.0..2_000.0).contains(&switches), "it wakes up 100 times a second: {row}");
}
