//! A manager that a thread plays at the other end of a socket, for tests.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bus::wire::{Reader, Value, Writer};

/// A call that the client made.
pub(super) struct Asked {
    /// Which of the client's connections it came by, from 0.
    pub connection: usize,
    pub path: String,
    pub member: String,
    pub args: Vec<Value>,
}

impl Asked {
    /// The text at that place among the arguments.
    pub(super) fn text(&self, at: usize) -> &str {
        self.args.get(at).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What the manager does.
pub(super) enum Act {
    /// Answers, with a body of these types.
    Answer(&'static str, Vec<u8>),
    /// Answers with an error.
    Refuse(&'static str, &'static str),
    /// Sends a signal of the manager.
    Signal(&'static str, &'static str, Vec<u8>),
    /// Sends these bytes.
    Raw(Vec<u8>),
    /// Hangs up.
    HangUp,
}

/// A tree with a manager's socket in it. It goes away with the test.
pub(super) struct Tree(pub PathBuf);

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Plays a manager that does what `part` says for each call.
pub(super) fn play(mut part: impl FnMut(&Asked) -> Vec<Act> + Send + 'static) -> Tree {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let root = std::env::temp_dir().join(format!("host-fake-{}-{number}", std::process::id()));
    std::fs::create_dir_all(root.join("run/systemd")).expect("a folder");
    let listener = UnixListener::bind(root.join("run/systemd/private")).expect("a socket");
    std::thread::spawn(move || {
        for (connection, stream) in listener.incoming().flatten().enumerate() {
            serve(stream, connection, &mut part);
        }
    });
    Tree(root)
}

fn serve(
    mut stream: UnixStream,
    connection: usize,
    part: &mut impl FnMut(&Asked) -> Vec<Act>,
) -> Option<()> {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"BEGIN\r\n") {
        stream.read_exact(&mut byte).ok()?;
        seen.push(byte[0]);
    }
    stream.write_all(b"OK 0123456789abcdef0123456789abcdef\r\n").ok()?;
    loop {
        let (serial, asked) = read_call(&mut stream, connection)?;
        for act in part(&asked) {
            let bytes = match act {
                Act::Answer(types, body) => message(2, serial, "", "", types, &body),
                Act::Refuse(name, text) => {
                    let mut w = Writer::default();
                    w.str(text);
                    message(3, serial, name, "", "s", &w.into_bytes())
                }
                Act::Signal(member, types, body) => message(4, 0, "", member, types, &body),
                Act::Raw(bytes) => bytes,
                Act::HangUp => return None,
            };
            stream.write_all(&bytes).ok()?;
        }
    }
}

fn read_call(stream: &mut UnixStream, connection: usize) -> Option<(u32, Asked)> {
    let word = |bytes: &[u8], at: usize| {
        u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
    };
    let mut bytes = vec![0; 16];
    stream.read_exact(&mut bytes).ok()?;
    let body_length = word(&bytes, 4) as usize;
    let fields = (word(&bytes, 12) as usize).next_multiple_of(8);
    bytes.resize(16 + fields + body_length, 0);
    stream.read_exact(&mut bytes[16..]).ok()?;
    let mut asked =
        Asked { connection, path: String::new(), member: String::new(), args: Vec::new() };
    let mut types = String::new();
    let mut header = Reader::new(&bytes, false);
    for _ in 0..12 {
        header.u8().expect("the fixed part");
    }
    let read = header.array(8, |r| {
        r.align(8)?;
        let code = r.u8()?;
        let text = r.variant()?.as_str().unwrap_or_default().to_owned();
        match code {
            1 => asked.path = text,
            3 => asked.member = text,
            8 => types = text,
            _ => {}
        }
        Ok(())
    });
    read.expect("header fields");
    asked.args = Reader::new(&bytes[16 + fields..], false).values(&types).expect("arguments");
    Some((word(&bytes, 8), asked))
}

fn message(
    kind: u8,
    reply_to: u32,
    error: &str,
    member: &str,
    types: &str,
    body: &[u8],
) -> Vec<u8> {
    let mut w = Writer::default();
    for byte in [b'l', kind, 1, 1] {
        w.u8(byte);
    }
    w.u32(u32::try_from(body.len()).expect("a short body"));
    w.u32(7);
    w.array(8, |w| {
        let mut field = |code: u8, kind: &str, text: &str| {
            w.align(8);
            w.u8(code);
            w.signature(kind);
            if kind == "g" { w.signature(text) } else { w.str(text) }
        };
        if !error.is_empty() {
            field(4, "s", error);
        }
        if !member.is_empty() {
            field(1, "o", "/org/freedesktop/systemd1");
            field(2, "s", "org.freedesktop.systemd1.Manager");
            field(3, "s", member);
        }
        field(8, "g", types);
        if reply_to != 0 {
            w.align(8);
            w.u8(5);
            w.signature("u");
            w.u32(reply_to);
        }
    });
    w.align(8);
    let mut bytes = w.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A body of texts (and object paths).
pub(super) fn texts(texts: &[&str]) -> Vec<u8> {
    let mut w = Writer::default();
    texts.iter().for_each(|text| w.str(text));
    w.into_bytes()
}

/// The answer to `ListUnitsByNames` for one unit in that state.
pub(super) fn listed(name: &str, load: &str, active: &str, sub: &str) -> Act {
    let mut w = Writer::default();
    w.array(8, |w| {
        w.align(8);
        for text in [name, name, load, active, sub, "", "/unit"] {
            w.str(text);
        }
        w.u32(0);
        w.str("");
        w.str("/");
    });
    Act::Answer("a(ssssssouso)", w.into_bytes())
}

/// A `JobRemoved` of the unit `a.service`.
pub(super) fn removed(job: &str, result: &str) -> Act {
    let mut w = Writer::default();
    w.u32(1);
    for text in [job, "a.service", result] {
        w.str(text);
    }
    Act::Signal("JobRemoved", "uoss", w.into_bytes())
}

/// The answer to `GetAll`, of texts and numbers.
pub(super) fn all(properties: &[(&str, &str)], numbers: &[(&str, u64)]) -> Act {
    let mut w = Writer::default();
    w.array(8, |w| {
        for (name, text) in properties {
            w.align(8);
            w.str(name);
            w.signature("s");
            w.str(text);
        }
        for (name, number) in numbers {
            w.align(8);
            w.str(name);
            w.signature("t");
            w.u64(*number);
        }
    });
    Act::Answer("a{sv}", w.into_bytes())
}

/// The answer to `Get` of a property that is a text.
pub(super) fn text(text: &str) -> Act {
    let mut w = Writer::default();
    w.signature("s");
    w.str(text);
    Act::Answer("v", w.into_bytes())
}

/// The answer to `Get` of `Job`; 0 is none.
pub(super) fn job(id: u32) -> Act {
    let mut w = Writer::default();
    w.signature("(uo)");
    w.align(8);
    w.u32(id);
    w.str(if id == 0 { "/" } else { "/job/1" });
    Act::Answer("v", w.into_bytes())
}
