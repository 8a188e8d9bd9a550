//! The client against managers that answer, refuse, hang, drip and lie: played by a thread at the
//! other end of a socket in a directory of its own.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bus::wire::Writer;
use bus::{Address, BusError, Manager, ManagerSignal, Property};

const TIMEOUT: Duration = Duration::from_millis(300);

/// A directory that goes away with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bus-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory for the test's socket");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("private")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn played_by(
    name: &str,
    part: impl FnOnce(UnixStream) + Send + 'static,
) -> (Place, Address, std::thread::JoinHandle<()>) {
    let place = Place::new(name);
    let listener = UnixListener::bind(place.socket()).expect("bind");
    let thread = std::thread::spawn(move || {
        if let Ok((stream, _)) = listener.accept() {
            part(stream);
        }
    });
    let address = Address::direct(place.socket());
    (place, address, thread)
}

/// Reads the client's side of the authentication and accepts it.
fn accept(stream: &mut UnixStream) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"BEGIN\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        seen.push(byte[0]);
    }
    assert!(seen.starts_with(b"\0AUTH EXTERNAL "), "{seen:?}");
    let _ = stream.write_all(b"OK 0123456789abcdef0123456789abcdef\r\n");
}

/// Reads one call and gives its serial.
fn read_call(stream: &mut UnixStream) -> Option<u32> {
    let word = |bytes: &[u8], at: usize| {
        u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
    };
    let mut fixed = [0; 16];
    stream.read_exact(&mut fixed).ok()?;
    let rest = (word(&fixed, 12) as usize).next_multiple_of(8) + word(&fixed, 4) as usize;
    let mut bytes = vec![0; rest];
    stream.read_exact(&mut bytes).ok()?;
    Some(word(&fixed, 8))
}

fn answer(kind: u8, reply_to: u32, error: &str, signature: &str, body: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    for byte in [b'l', kind, 1, 1] {
        w.u8(byte);
    }
    w.u32(body.len() as u32);
    w.u32(7);
    w.array(8, |w| {
        w.align(8);
        w.u8(5);
        w.signature("u");
        w.u32(reply_to);
        // As systemd does on its private socket: a well-known name as the sender.
        w.align(8);
        w.u8(7);
        w.signature("s");
        w.str("org.freedesktop.systemd1");
        if !error.is_empty() {
            w.align(8);
            w.u8(4);
            w.signature("s");
            w.str(error);
        }
        w.align(8);
        w.u8(8);
        w.signature("g");
        w.signature(signature);
    });
    w.align(8);
    let mut bytes = w.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn units_body(names: &[&str]) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(8, |w| {
        for name in names {
            w.align(8);
            for text in [name, &"d", &"loaded", &"active", &"running", &"", &"/u"] {
                w.str(text);
            }
            w.u32(0);
            w.str("");
            w.str("/");
        }
    });
    w.into_bytes()
}

fn units_answer(reply_to: u32, names: &[&str]) -> Vec<u8> {
    answer(2, reply_to, "", "a(ssssssouso)", &units_body(names))
}

#[test]
fn units_are_listed() {
    let (_place, address, thread) = played_by("list", |mut s| {
        accept(&mut s);
        let serial = read_call(&mut s).expect("a call");
        // A signal and a reply to somebody else come first: neither is ours.
        let _ = s.write_all(&answer(4, 0, "", "", &[]));
        let _ = s.write_all(&units_answer(serial + 1000, &["wrong.service"]));
        let _ = s.write_all(&units_answer(serial, &["a.service", "b\u{1b}[31m.service"]));
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    let units = manager.all_units().expect("units");
    let names: Vec<_> = units.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["a.service", "b\u{1b}[31m.service"]);
    assert_eq!(
        (units[0].active_state.as_str(), units[0].sub_state.as_str()),
        ("active", "running")
    );
    thread.join().expect("the manager's part");
}

#[test]
fn one_call_without_an_answer_costs_the_timeout() {
    let (_place, address, thread) = played_by("unanswered", |mut s| {
        accept(&mut s);
        let _never_answered = read_call(&mut s);
        while let Some(serial) = read_call(&mut s) {
            let mut w = Writer::default();
            w.signature("u");
            w.u32(serial);
            let _ = s.write_all(&answer(2, serial, "", "v", &w.into_bytes()));
        }
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    let wanted = [Property::of_unit("/u", "Id"); 199];
    let start = Instant::now();
    let error = manager.properties(&wanted).expect_err("the first was not answered");
    assert!(matches!(error, BusError::TimedOut { .. }), "{error}");
    assert!(start.elapsed() >= TIMEOUT && start.elapsed() < TIMEOUT * 5);
    assert!(manager.is_broken());
    drop(manager);
    thread.join().expect("the manager's part");
}

#[test]
fn more_properties_than_the_window_keep_their_order() {
    let (_place, address, thread) = played_by("window", |mut s| {
        accept(&mut s);
        // Answer in pairs, the later one first.
        while let (Some(first), Some(second)) = (read_call(&mut s), read_call(&mut s)) {
            for serial in [second, first] {
                let mut w = Writer::default();
                w.signature("u");
                w.u32(serial);
                let _ = s.write_all(&answer(2, serial, "", "v", &w.into_bytes()));
            }
        }
    });
    let mut manager = Manager::connect(&address, Duration::from_secs(5)).expect("connect");
    let wanted: Vec<_> = (0..500).map(|_| Property::of_unit("/u", "Id")).collect();
    let values = manager.properties(&wanted).expect("properties");
    let numbers: Vec<_> =
        values.into_iter().map(|v| v.expect("value").as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=500).collect::<Vec<u64>>());
    drop(manager);
    thread.join().expect("the manager's part");
}

#[test]
fn an_error_concerns_its_call_only_and_is_printable() {
    let (_place, address, thread) = played_by("error", |mut s| {
        accept(&mut s);
        let first = read_call(&mut s).expect("a call");
        let mut w = Writer::default();
        w.str("gone \u{1b}[2J");
        let name = "org.freedesktop.systemd1.NoSuchUnit";
        let _ = s.write_all(&answer(3, first, name, "s", &w.into_bytes()));
        let second = read_call(&mut s).expect("a second call");
        let _ = s.write_all(&units_answer(second, &["a.service"]));
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    let error = manager.units_by_names(&["x"]).expect_err("no such unit");
    assert!(error.is_no_such_unit());
    assert_eq!(
        error.to_string(),
        "ListUnitsByNames: gone \\u{1b}[2J (org.freedesktop.systemd1.NoSuchUnit)"
    );
    assert_eq!(manager.all_units().expect("units").len(), 1);
    thread.join().expect("the manager's part");
}

#[test]
fn a_manager_that_hangs_costs_the_timeout() {
    // It accepts nobody: the kernel completes the connection, and nothing answers.
    let place = Place::new("hang");
    let _listener = UnixListener::bind(place.socket()).expect("bind");
    let start = Instant::now();
    let error = Manager::connect(&Address::direct(place.socket()), TIMEOUT).expect_err("hangs");
    assert!(matches!(error, BusError::TimedOut { .. }), "{error}");
    assert!(start.elapsed() >= TIMEOUT && start.elapsed() < TIMEOUT * 5);
}

#[test]
fn a_full_queue_of_connections_costs_the_timeout() {
    let place = Place::new("full");
    let _listener = UnixListener::bind(place.socket()).expect("bind");
    // std listens with a queue of at most 4096, or what net.core.somaxconn says.
    let mut held = Vec::new();
    for _ in 0..5000 {
        let socket = rustix::net::socket_with(
            rustix::net::AddressFamily::UNIX,
            rustix::net::SocketType::STREAM,
            rustix::net::SocketFlags::NONBLOCK | rustix::net::SocketFlags::CLOEXEC,
            None,
        )
        .expect("socket");
        let at = rustix::net::SocketAddrUnix::new(place.socket()).expect("address");
        if rustix::net::connect(&socket, &at).is_err() {
            break;
        }
        held.push(socket);
    }
    let start = Instant::now();
    let error = Manager::connect(&Address::direct(place.socket()), TIMEOUT).expect_err("full");
    assert!(matches!(error, BusError::TimedOut { .. }), "{error} after {} held", held.len());
    assert!(start.elapsed() < TIMEOUT * 5);
}

#[test]
fn a_manager_that_drips_cannot_stretch_the_timeout() {
    let (_place, address, thread) = played_by("drip", |mut s| {
        accept(&mut s);
        let serial = read_call(&mut s).expect("a call");
        for byte in units_answer(serial, &["a.service"; 50]) {
            if s.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    let start = Instant::now();
    let error = manager.all_units().expect_err("drips");
    assert!(matches!(error, BusError::TimedOut { .. }), "{error}");
    assert!(start.elapsed() < TIMEOUT * 5);
    // A late answer must not be taken for the answer to a later call.
    assert!(matches!(manager.all_units(), Err(BusError::Protocol { .. })));
    drop(manager);
    thread.join().expect("the manager's part");
}

#[test]
fn nobody_there_is_told_from_not_permitted() {
    let place = Place::new("absent");
    let error = Manager::connect(&Address::direct(place.socket()), TIMEOUT).expect_err("absent");
    assert!(matches!(error, BusError::NotThere { .. }), "{error}");
    // A socket that nobody listens on any more.
    drop(UnixListener::bind(place.socket()).expect("bind"));
    let error = Manager::connect(&Address::direct(place.socket()), TIMEOUT).expect_err("left");
    assert!(matches!(error, BusError::NotThere { .. }), "{error}");

    for (name, line) in [("closed", b"".as_slice()), ("rejected", b"REJECTED EXTERNAL\r\n")] {
        let (_place, address, thread) = played_by(name, move |mut s| {
            let _ = s.write_all(line);
        });
        let error = Manager::connect(&address, TIMEOUT).expect_err("refused");
        assert!(matches!(error, BusError::NotPermitted { .. }), "{name}: {error}");
        thread.join().expect("the manager's part");
    }
}

/// A signal of the manager.
fn signal(member: &str, types: &str, body: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    for byte in [b'l', 4, 1, 1] {
        w.u8(byte);
    }
    w.u32(body.len() as u32);
    w.u32(9);
    w.array(8, |w| {
        for (code, kind, text) in [
            (1, "o", "/org/freedesktop/systemd1"),
            (2, "s", "org.freedesktop.systemd1.Manager"),
            (3, "s", member),
            (8, "g", types),
        ] {
            w.align(8);
            w.u8(code);
            w.signature(kind);
            if kind == "g" { w.signature(text) } else { w.str(text) }
        }
    });
    w.align(8);
    let mut bytes = w.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn removed(unit: &str) -> Vec<u8> {
    let mut w = Writer::default();
    w.u32(3);
    for text in ["/job/3", unit, "done"] {
        w.str(text);
    }
    w.into_bytes()
}

#[test]
fn signals_wait_until_they_are_asked_for() {
    let (_place, address, thread) = played_by("signals", |mut s| {
        accept(&mut s);
        let subscribe = read_call(&mut s).expect("a call");
        let _ = s.write_all(&answer(2, subscribe, "", "", &[]));
        let list = read_call(&mut s).expect("a second call");
        // One in front of the answer, one in pieces behind it.
        let _ = s.write_all(&signal("JobRemoved", "uoss", &removed("a.service")));
        let _ = s.write_all(&units_answer(list, &["a.service"]));
        let late = signal("JobRemoved", "uoss", &removed("b.service"));
        let (first, rest) = late.split_at(30);
        let _ = s.write_all(first);
        std::thread::sleep(Duration::from_millis(120));
        let _ = s.write_all(rest);
        let _ = s.write_all(&signal("Reloading", "b", &[1, 0, 0, 0]));
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    manager.subscribe().expect("subscribed");
    assert_eq!(manager.all_units().expect("units").len(), 1);
    let unit = |signal: Option<ManagerSignal>| match signal {
        Some(ManagerSignal::JobRemoved { unit, id: 3, result, .. }) if result == "done" => unit,
        other => panic!("{other:?}"),
    };
    assert_eq!(unit(manager.signal(Duration::ZERO).expect("kept")), "a.service");
    // Half of it has come: no signal yet, and nothing is lost or broken.
    assert_eq!(manager.signal(Duration::from_millis(20)).expect("waits"), None);
    assert_eq!(unit(manager.signal(TIMEOUT).expect("comes")), "b.service");
    assert_eq!(manager.signal(TIMEOUT).expect("comes"), Some(ManagerSignal::Reloading(true)));
    thread.join().expect("the manager's part");
    assert!(manager.signal(TIMEOUT).is_err() && manager.is_broken(), "it hung up");
}

#[test]
fn a_password_is_asked_for_only_where_that_is_allowed() {
    let (_place, address, thread) = played_by("ask", |mut s| {
        accept(&mut s);
        for expected in [0x2, 0x6] {
            let mut fixed = [0; 16];
            s.read_exact(&mut fixed).expect("a call");
            assert_eq!(fixed[2], expected, "NO_AUTO_START, ALLOW_INTERACTIVE_AUTHORIZATION");
            let word = |at: usize| {
                u32::from_le_bytes(fixed[at..at + 4].try_into().expect("four bytes")) as usize
            };
            let mut rest = vec![0; word(12).next_multiple_of(8) + word(4)];
            s.read_exact(&mut rest).expect("the rest");
            let serial = u32::try_from(word(8)).expect("a serial");
            let _ = s.write_all(&answer(2, serial, "", "", &[]));
        }
    });
    let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
    manager.reload().expect("reloaded");
    manager.set_may_ask(true);
    manager.cancel_job(7).expect("cancelled");
    thread.join().expect("the manager's part");
}

#[test]
fn garbage_is_a_breach_of_protocol() {
    let lies: [(&str, Vec<u8>); 5] = [
        ("noise", vec![0xa5; 4096]),
        ("huge", [b"l\x02\x00\x01".as_slice(), &[0xff; 12]].concat()),
        ("truncated", units_answer(1, &["a.service"])[..40].to_vec()),
        ("other type", answer(2, 1, "", "as", &[0; 4])),
        ("short body", answer(2, 1, "", "a(ssssssouso)", &[9, 0, 0, 0])),
    ];
    for (name, bytes) in lies {
        let (_place, address, thread) = played_by(&name.replace(' ', "-"), move |mut s| {
            accept(&mut s);
            read_call(&mut s);
            let _ = s.write_all(&bytes);
        });
        let mut manager = Manager::connect(&address, TIMEOUT).expect("connect");
        let error = manager.all_units().expect_err(name);
        assert!(matches!(error, BusError::Protocol { .. }), "{name}: {error}");
        thread.join().expect("the manager's part");
    }
}
