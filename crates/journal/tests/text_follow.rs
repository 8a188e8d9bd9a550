//! Going on with what is written: growth, rotation, copies, what vanishes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use journal::text::{Direction, Files, Options, Seek, Source, Watch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use text::{folder, rest, syslog, utc};

fn following(path: &Path) -> Files {
    let mut source = syslog(path, Options { follow: true, ..utc() });
    source.seek(Seek::Tail, Direction::Forward);
    source
}

fn line(n: u32) -> String {
    format!("2026-11-22T01:{:02}:{:02}+00:00 h a: {n}\n", n / 60, n % 60)
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// What came since.
fn news(source: &mut Files) -> Vec<String> {
    let mut found = Vec::new();
    // A rotation may take several looks: the old file's end, then the new one.
    for _ in 0..5 {
        source.refresh();
        found.extend(rest(source).into_iter().map(|(_, message)| message));
    }
    found
}

fn start(name: &str) -> (PathBuf, Files) {
    let path = folder(name).join("messages");
    append(&path, &line(0));
    let mut source = following(&path);
    assert_eq!(source.peek(), None);
    (path, source)
}

#[test]
fn growth_and_a_line_that_is_not_complete() {
    let (path, mut source) = start("growth");
    assert!(!source.refresh());
    append(&path, &line(1));
    append(&path, &line(2));
    assert_eq!(news(&mut source), ["1", "2"]);
    let third = line(3);
    append(&path, &third[..30]);
    assert_eq!(news(&mut source), Vec::<String>::new());
    append(&path, &third[30..]);
    assert_eq!(news(&mut source), ["3"]);
    append(&path, "  rest of a trace\n");
    assert_eq!(news(&mut source), ["  rest of a trace"]);
}

#[test]
fn rotation_by_renaming() {
    let (path, mut source) = start("rename");
    let old = path.with_file_name("messages.1");
    append(&path, &line(1));
    fs::rename(&path, &old).unwrap();
    // The writer has not been told yet.
    append(&old, &line(2));
    assert_eq!(news(&mut source), ["1", "2"]);
    File::create(&path).unwrap();
    append(&old, &line(3));
    assert_eq!(news(&mut source), ["3"]);
    append(&old, &line(4));
    append(&path, &line(5));
    assert_eq!(news(&mut source), ["4", "5"]);
    append(&path, &line(6));
    assert_eq!(news(&mut source), ["6"]);
    // Twice at once.
    fs::rename(&old, path.with_file_name("messages.2")).unwrap();
    fs::rename(&path, &old).unwrap();
    append(&path, &line(7));
    fs::rename(&old, path.with_file_name("messages.3")).unwrap();
    fs::rename(path.with_file_name("messages.2"), path.with_file_name("messages.4")).unwrap();
    fs::rename(path.with_file_name("messages.3"), path.with_file_name("messages.2")).unwrap();
    fs::rename(&path, &old).unwrap();
    append(&path, &line(8));
    assert_eq!(news(&mut source), ["7", "8"]);
}

#[test]
fn what_was_read_is_not_read_again_when_it_is_compressed() {
    let (path, mut source) = start("compress");
    append(&path, &line(1));
    assert_eq!(news(&mut source), ["1"]);
    let old = path.with_file_name("messages.1");
    for n in 2..6 {
        if old.exists() {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&fs::read(&old).unwrap()).unwrap();
            fs::write(
                path.with_file_name(format!("messages.{}.gz", 10 - n)),
                packer.finish().unwrap(),
            )
            .unwrap();
            fs::remove_file(&old).unwrap();
        }
        fs::rename(&path, &old).unwrap();
        append(&path, &line(n));
        assert_eq!(news(&mut source), [n.to_string()]);
    }
    // The current one itself.
    append(&path, &line(7));
    fs::write(path.with_file_name("messages.0.gz"), b"\x1f\x8b\x08").unwrap();
    fs::remove_file(&path).unwrap();
    append(&path, &line(8));
    assert_eq!(news(&mut source), ["7", "8"]);
}

#[test]
fn rotation_by_copying_and_cutting() {
    let (path, mut source) = start("copy");
    append(&path, &line(1));
    assert_eq!(news(&mut source), ["1"]);
    // What was not read yet is in the copy only.
    append(&path, &line(2));
    fs::copy(&path, path.with_file_name("messages.1")).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    append(&path, &line(3));
    assert_eq!(news(&mut source), ["2", "3"]);
    append(&path, &line(4));
    assert_eq!(news(&mut source), ["4"]);
    // Cut without a copy.
    File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    assert_eq!(news(&mut source), Vec::<String>::new());
    append(&path, &line(5));
    assert_eq!(news(&mut source), ["5"]);
}

#[test]
fn files_that_vanish_and_come_again() {
    let (path, mut source) = start("vanish");
    append(&path, &line(1));
    fs::remove_file(&path).unwrap();
    assert_eq!(news(&mut source), ["1"]);
    append(&path, &line(2));
    assert_eq!(news(&mut source), ["2"]);
    let folder = folder("later");
    let mut source = following(&folder.join("messages"));
    assert_eq!(source.peek(), None);
    assert!(!source.refresh());
    append(&folder.join("messages"), &line(1));
    assert_eq!(news(&mut source), ["1"]);
}

/// Every line once, while somebody writes and rotates at random.
#[test]
fn nothing_is_missed_and_nothing_repeated() {
    let path = folder("storm").join("messages");
    let mut source = following(&path);
    assert_eq!(source.peek(), None);
    let mut state = 7_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let (mut written, mut found) = (0, Vec::new());
    for round in 0..400 {
        for _ in 0..random(5) {
            append(&path, &line(written));
            written += 1;
        }
        if random(3) == 0 && path.exists() {
            let rotated = path.with_file_name(format!("messages-20261122-{round:03}"));
            fs::rename(&path, rotated).unwrap();
        }
        if random(2) == 0 {
            source.refresh();
            found.extend(rest(&mut source).into_iter().map(|(_, message)| message));
        }
    }
    append(&path, &line(written));
    written += 1;
    for _ in 0..50 {
        source.refresh();
        found.extend(rest(&mut source).into_iter().map(|(_, message)| message));
    }
    let expected: Vec<String> = (0..written).map(|n| n.to_string()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_watch_wakes_for_growth_and_rotation_and_for_nothing_else() {
    let path = folder("watch").join("messages");
    append(&path, &line(1));
    let mut watch = Watch::new([path.as_path()]).unwrap();
    assert_eq!(watch.unwatched(), 0);
    let is_ready = |watch: &Watch| {
        let mut fds = [PollFd::from_borrowed_fd(watch.as_fd(), PollFlags::IN)];
        let timeout = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        poll(&mut fds, Some(&timeout)).unwrap() == 1
    };
    assert!(!is_ready(&watch));
    // Looking does not wake.
    let _ = fs::read(&path).unwrap();
    assert!(!is_ready(&watch));
    append(&path, &line(2));
    assert!(is_ready(&watch));
    assert!(watch.drain());
    assert!(!is_ready(&watch) && !watch.drain());
    fs::rename(&path, path.with_file_name("messages.1")).unwrap();
    assert!(is_ready(&watch));
}
