//! Files that hold anything at all.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use journal::text::{Direction, RECORD_BYTES_MAX, Seek, Source, Why};
use proptest::prelude::*;
use text::{all, backward, folder, forward, put, rest, service, syslog, utc};

#[test]
fn binary_bytes_are_kept() {
    let path = folder("binary").join("syslog");
    let text = b"Nov 22 01:00:00 h a: one\0two\xff\x1b[1m\nNov 22 01:00:01 h b: x\n";
    put(&path, text, "2026-11-22T02:00:00Z");
    let mut source = syslog(&path, utc());
    assert_eq!(source.record().unwrap().get(b"MESSAGE").unwrap(), b"one\0two\xff\x1b[1m");
    assert_eq!(all(&mut source).len(), 2);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_cut_and_says_so() {
    let path = folder("long").join("syslog");
    let mut text = b"Nov 22 01:00:00 h a: ".to_vec();
    text.resize(100 << 20, b'x');
    text.extend_from_slice(b"\nNov 22 01:00:01 h b: next\n");
    put(&path, &text, "2026-11-22T02:00:00Z");
    let mut source = syslog(&path, utc());
    for direction in [Direction::Forward, Direction::Backward] {
        let seek = if direction == Direction::Forward { Seek::Head } else { Seek::Tail };
        source.seek(seek, direction);
        if direction == Direction::Backward {
            source.advance();
        }
        let record = source.record().unwrap();
        assert_eq!(record.cut_bytes, (100 << 20) + 1 - RECORD_BYTES_MAX as u64);
        let message = record.get(b"MESSAGE").unwrap();
        assert!(message.len() < RECORD_BYTES_MAX + 64);
        assert!(message.ends_with(format!(" … [{} bytes cut]", record.cut_bytes).as_bytes()));
        assert_eq!(record.get(b"_HOSTNAME"), Some(&b"h"[..]));
        source.advance();
        let next = source.record().map(|record| record.get(b"MESSAGE").unwrap().to_vec());
        let expected = (direction == Direction::Forward).then(|| b"next".to_vec());
        assert_eq!(next, expected);
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn an_endless_trace_is_cut() {
    let path = folder("endless").join("app.log");
    let mut text = "2026-11-22 01:00:00 ERROR x\n".to_owned();
    text += &"  a line of a trace\n".repeat(200_000);
    text += "2026-11-22 01:00:01 INFO y\n";
    put(&path, &text, "2026-11-22T02:00:00Z");
    let found = all(&mut service(&path, utc()));
    assert_eq!(found.len(), 2);
    assert!(found[0].1.ends_with(" bytes cut]"));
}

#[test]
fn what_is_no_file_does_not_block() {
    let folder = folder("kinds");
    let started = Instant::now();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.join("messages"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    std::os::unix::net::UnixListener::bind(folder.join("messages.1")).unwrap();
    fs::create_dir(folder.join("messages.2")).unwrap();
    std::os::unix::fs::symlink("messages.3", folder.join("messages.3")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("messages.4")).unwrap();
    let mut source = syslog(&folder.join("messages"), utc());
    assert!(all(&mut source).is_empty());
    let mut none = syslog(&folder.join("no/such/folder/file"), utc());
    assert!(all(&mut none).is_empty());
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn without_permission_it_is_said_which_group_would_help() {
    let path = folder("refused").join("syslog");
    put(&path, "Nov 22 01:00:00 h a: x\n", "2026-11-22T02:00:00Z");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o640);
    fs::set_permissions(&path, mode).unwrap();
    if std::os::unix::fs::chown(&path, Some(0), Some(4)).is_err() {
        return;
    }
    // In a thread of its own: credentials of the file system are a thread's.
    let told = std::thread::scope(|scope| {
        let look = scope.spawn(|| {
            rustix::thread::set_thread_gid(rustix::process::Gid::from_raw(65534)).unwrap();
            rustix::thread::set_thread_groups(&[]).unwrap();
            rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(65534)).unwrap();
            let mut source = syslog(&path, utc());
            (forward(&mut source).len(), source.take_troubles())
        });
        look.join().unwrap()
    });
    assert_eq!(told.0, 0);
    let [trouble] = told.1.as_slice() else { panic!("{:?}", told.1) };
    assert_eq!((trouble.why, trouble.detail.as_ref()), (Why::NotPermitted, "permission denied"));
    assert_eq!(trouble.hint.as_deref(), Some("users in group 'adm' may read it"));
}

/// A file that is cut while it is read.
#[test]
fn a_file_that_shrinks_ends_there() {
    let path = folder("shrinks").join("syslog");
    let text = "Nov 22 01:00:00 h a: some text to fill it\n".repeat(50_000);
    put(&path, &text, "2026-11-22T02:00:00Z");
    for cut in [0, 1, 50_000, 300_001] {
        put(&path, &text, "2026-11-22T02:00:00Z");
        for direction in [Direction::Forward, Direction::Backward] {
            let mut source = syslog(&path, utc());
            let seek = if direction == Direction::Forward { Seek::Head } else { Seek::Tail };
            source.seek(seek, direction);
            for _ in 0..100 {
                source.advance();
            }
            fs::File::options().write(true).open(&path).unwrap().set_len(cut).unwrap();
            assert!(rest(&mut source).len() <= 50_000);
        }
    }
}

fn check_anything(folder: &Path, text: &[u8]) {
    let path = folder.join("syslog");
    put(&path, text, "2026-11-22T02:00:00Z");
    let mut source = syslog(&path, utc());
    let found = forward(&mut source);
    let mut reversed = backward(&mut source);
    reversed.reverse();
    assert_eq!(found, reversed);
    let mut own = service(&path, utc());
    let found = forward(&mut own);
    let mut reversed = backward(&mut own);
    reversed.reverse();
    assert_eq!(found, reversed);
    own.seek(Seek::Realtime(1_700_000_000_000_000), Direction::Forward);
    own.peek();
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"Nov 22 01:00:00 host tag[1]: ".to_vec()),
        Just(b"Feb 29 23:59:60 ".to_vec()),
        Just(b"2026-11-22T01:00:00.123456+01:00 host t: ".to_vec()),
        Just(b"2026-10-25 02:30:00,1 ERROR ".to_vec()),
        Just(b"<34>1 2003-10-11T22:14:15Z h a - - [x y=\"\\\"]".to_vec()),
        Just(b"[Mon Nov 23 01:22:13 2026] [a:b] ".to_vec()),
        Just(b"1.2.3.4 - - [23/Nov/2026:01:22:13 +0000] ".to_vec()),
        Just(b"{\"time\":\"2026-11-22T01:00:00Z\",\"level\":{".to_vec()),
        Just(b"{\"a\":[1,{}],\"ts\":1700000000.5}".to_vec()),
        Just(b"1700000000 ".to_vec()),
        Just(b"h last message repeated 3 times".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"#012#0".to_vec()),
        Just(vec![0, 255, 13]),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_read_the_same_both_ways(pieces in proptest::collection::vec(piece(), 0..60)) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("text-anything");
        fs::create_dir_all(&folder).unwrap();
        check_anything(&folder, &pieces.concat());
    }
}

#[test]
fn truncated_and_mutated_archives() {
    use std::io::Write as _;
    let folder = folder("archives");
    let text = "Nov 22 01:00:00 h a: some text\n".repeat(200);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(text.as_bytes()).unwrap();
    let archives = [
        packer.finish().unwrap(),
        xz.finish().unwrap(),
        zstd::encode_all(text.as_bytes(), 1).unwrap(),
    ];
    for archive in &archives {
        for at in 0..archive.len() {
            let mut flipped = archive.clone();
            flipped[at] ^= 0x55;
            check_archive(&folder, &flipped);
            check_archive(&folder, &archive[..at]);
        }
    }
}

fn check_archive(folder: &Path, bytes: &[u8]) {
    let path = folder.join("messages");
    put(&path.with_file_name("messages.1.gz"), bytes, "2026-11-22T02:00:00Z");
    let mut source = syslog(&path, utc());
    assert!(forward(&mut source).len() <= 4000);
    source.take_troubles();
    backward(&mut source);
}
