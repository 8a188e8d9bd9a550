//! The tables of sockets as text (`/proc/PID/net`), damaged in every way: sockets that can be made
//! out, and neither a panic nor an invention.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;

use process::procfs::ProcFs;
use process::sockets::{self, Endpoint, Wanted};
use testkit::fakeproc::FakeProc;

mod common;
use common::{Random, in_time};

const TABLES: &[&str] =
    &["tcp", "tcp6", "udp", "udp6", "raw", "raw6", "udplite", "udplite6", "unix"];

const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
    0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18226 1 0000000000000000 100 0 0 10 0\n   \
    1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 18227 1 0000000000000000 100 0 0 10 0\n";
const TCP6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
    0: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0\n";
const UNIX: &str = "Num       RefCount Protocol Flags    Type St Inode Path\n\
    0000000000000000: 00000002 00000000 00010000 0001 01 16164 /run/\u{1b}[2Jx\n\
    0000000000000000: 00000002 00000000 00010000 0001 01 16165 @abstract name\n\
    0000000000000000: 00000003 00000000 00000000 0001 03 16166\n";

/// A process in a network namespace that nobody can enter, so that its text tables are read.
fn elsewhere() -> FakeProc {
    let fake = FakeProc::new().unwrap();
    fake.process(7, |p| p.namespace("net", 1)).unwrap();
    fake.raw("7/net/dev", "").unwrap();
    fake
}

fn original(table: &str) -> String {
    let real = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let ours = match table {
        "unix" => UNIX,
        table if table.ends_with('6') => TCP6,
        _ => TCP,
    };
    let real: String = real.lines().take(20).flat_map(|line| [line, "\n"]).collect();
    format!("{ours}{real}")
}

#[test]
fn damaged_tables() {
    for seed in 1..=120 {
        let fake = elsewhere();
        let mut random = Random::new(seed);
        let mut lines = 0;
        for table in TABLES {
            let mut text = original(table).into_bytes();
            for _ in 0..random.below(30) {
                let at = random.below(text.len());
                match random.below(4) {
                    0 => text[at] ^= 1 << random.below(8),
                    1 => text.truncate(at.max(1)),
                    2 => drop(text.drain(at..(at + random.below(30)).min(text.len()))),
                    _ => text.insert(at, *random.pick(b"0Ff: \n@/\xff\0\x1b")),
                }
                if text.is_empty() {
                    text.push(b'\n');
                }
            }
            lines += text.iter().filter(|&&byte| byte == b'\n').count() + 1;
            fake.raw(format!("7/net/{table}"), text).unwrap();
        }
        let root = fake.path().to_owned();
        let found = in_time(&format!("seed {seed}"), 20, move || {
            let dir = ProcFs::open(&root).unwrap().process(7).unwrap();
            sockets::dump_in(dir.as_fd(), &Wanted::everything())
        });
        let Ok(dump) = found else { continue };
        assert!(
            dump.sockets.len() <= lines,
            "seed {seed}: {} sockets of {lines} lines",
            dump.sockets.len()
        );
        for socket in &dump.sockets {
            let shown = format!(
                "{}{}",
                socket.local,
                socket.remote.as_ref().map_or_else(String::new, Endpoint::to_string)
            );
            assert!(!shown.chars().any(char::is_control), "seed {seed}: {shown:?}");
        }
    }
}

#[test]
fn tables_that_are_no_files() {
    for table in TABLES {
        let fake = elsewhere();
        fake.raw("7/net/tcp", TCP).unwrap();
        let path = fake.path().join(format!("7/net/{table}"));
        let _ = fs::remove_file(&path);
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        let root = fake.path().to_owned();
        in_time(table, 20, move || {
            let dir = ProcFs::open(&root).unwrap().process(7).unwrap();
            let _ = sockets::dump_in(dir.as_fd(), &Wanted::everything());
        });
    }
}

#[test]
fn whole_tables_are_read_whole() {
    let fake = elsewhere();
    for table in ["tcp", "tcp6", "unix"] {
        fake.raw(format!("7/net/{table}"), original(table)).unwrap();
    }
    let dir = ProcFs::open(fake.path()).unwrap().process(7).unwrap();
    let dump = sockets::dump_in(dir.as_fd(), &Wanted::everything()).unwrap();
    for inode in [18226, 18227, 99, 16164, 16165, 16166] {
        assert!(dump.sockets.iter().any(|socket| socket.inode == inode), "{inode} is missing");
    }
    let named = dump.sockets.iter().find(|socket| socket.inode == 16164).unwrap();
    assert_eq!(named.local.to_string(), "/run/\\u{1b}[2Jx");
}
