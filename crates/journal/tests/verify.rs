//! `journalctl --verify` and we say the same of the same file: of good ones, and of ones that are
//! damaged in hundreds of ways.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod mini;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use journal::File;
use journal::verify::{Cause, Key, Verdict, verify};
use mini::mutate::Mutator;
use support::{Folder, story};
use testkit::journal::Form;

/// How many damaged files of each kind; more with `JOURNAL_FUZZ=N`, N times as many.
const DAMAGED: usize = 40;

/// How often a file is looked at that is being written.
const LOOKS: usize = 10;

fn times() -> usize {
    std::env::var("JOURNAL_FUZZ").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// What journalctl prints about it; `None` where it finds nothing to verify or dies.
fn theirs(path: &Path) -> Option<String> {
    let mut command = Command::new("timeout");
    command.arg("30").arg("journalctl").arg("--verify").arg("--file").arg(path);
    let output = command.env("LC_ALL", "C").env("TZ", "UTC").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.code().filter(|code| *code < 100)?;
    // A flag of a newer systemd, which we know.
    if said.contains("unknown extensions") {
        return None;
    }
    (said.contains("PASS: ") || said.contains("FAIL: ")).then_some(said)
}

/// What we find out about it, in journalctl's lines.
fn ours(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    let name = path.display();
    let problem = match verify(&file, None, &mut ()) {
        Ok(_) => return Some(format!("PASS: {name}\n")),
        Err(problem) => problem,
    };
    let mut lines = problem.details.clone();
    if problem.cause == Cause::NoKey {
        lines.push(format!(
            "Journal file {name} has sealing enabled but verification key has not been passed using --verify-key=."
        ));
    }
    lines.extend(problem.corruption(&name.to_string()));
    lines.push(format!("FAIL: {name} ({})\n", problem.cause.words()));
    Some(lines.join("\n"))
}

#[track_caller]
fn same(path: &Path, what: &str) {
    let (theirs, ours) = (theirs(path), ours(path));
    if let Some(theirs) = theirs {
        let ours = ours.unwrap_or_else(|| "not opened".to_owned());
        assert!(theirs == ours, "{what}\njournalctl: {theirs}\nours: {ours}");
    }
}

#[test]
fn good_files_of_each_shape_pass() {
    let folder = Folder::new("good");
    for (number, shape) in mini::shapes().enumerate() {
        let path = folder.join(&format!("{number}.journal"));
        fs::write(&path, mini::small(shape)).unwrap();
        assert_eq!(ours(&path), Some(format!("PASS: {}\n", path.display())), "{shape:?}");
        same(&path, &format!("{shape:?}"));
    }
    for (number, form) in Form::all().into_iter().enumerate() {
        let path = folder.write(&format!("remote{number}.journal"), form, &story(3).entries(200));
        assert_eq!(ours(&path), Some(format!("PASS: {}\n", path.display())), "{form:?}");
        same(&path, &format!("{form:?}"));
    }
}

#[test]
fn small_files_that_are_damaged() {
    let folder = Folder::new("small");
    for (number, shape) in mini::shapes().enumerate() {
        let mut mutator = Mutator::new(mini::small(shape), 100 + number as u64);
        for _ in 0..DAMAGED / 4 * times() {
            let (bytes, what) = mutator.next();
            let path = folder.join("a.journal");
            fs::write(&path, bytes).unwrap();
            same(&path, &format!("{shape:?}: {what}"));
        }
    }
}

#[test]
fn files_of_systemd_that_are_damaged() {
    let folder = Folder::new("damaged");
    for (number, form) in Form::all().into_iter().enumerate().skip(12).step_by(3) {
        let path = folder.write("base.journal", form, &story(5).entries(60));
        let mut mutator = Mutator::new(fs::read(&path).unwrap(), number as u64);
        fs::remove_file(&path).unwrap();
        for _ in 0..DAMAGED * times() {
            let (bytes, what) = mutator.next();
            let path = folder.join("a.journal");
            fs::write(&path, bytes).unwrap();
            same(&path, &format!("{form:?}: {what}"));
        }
    }
}

#[test]
fn an_unclean_file_passes() {
    let folder = Folder::new("unclean");
    let path = folder.join("a.journal");
    let remote = testkit::journal::Remote::find().unwrap();
    remote.write_and_kill(&path, Form::default(), &story(5).entries(60)).unwrap();
    assert_eq!(ours(&path), Some(format!("PASS: {}\n", path.display())));
    same(&path, "killed writer");
}

#[test]
fn a_file_that_is_being_written_passes() {
    let folder = Folder::new("busy");
    let path = folder.join("a.journal");
    let remote = testkit::journal::Remote::find().unwrap();
    let mut writer = remote.keep_writing(&path, Form::default()).unwrap();
    let mut story = story(8);
    writer.write(&story.entries(100)).unwrap();
    let file = File::open(&path).unwrap();
    let is_done = AtomicBool::new(false);
    let mut passed = 0;
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                writer.write(&story.entries(1)).unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for _ in 0..LOOKS {
            passed += usize::from(verify(&file, None, &mut ()).is_ok());
        }
        is_done.store(true, Ordering::Relaxed);
        writing.join().unwrap();
    });
    // An entry may be half written whenever one looks.
    assert!(passed * 2 > LOOKS, "{passed} of {LOOKS}");
}

#[test]
fn times_of_the_first_and_last_entry() {
    let folder = Folder::new("times");
    let path = folder.join("a.journal");
    fs::write(&path, mini::small(mini::Shape::default())).unwrap();
    let file = File::open(&path).unwrap();
    let begin = 1_762_711_200_000_000;
    let expected = Verdict {
        is_sealed: false,
        first_usec: begin,
        validated_usec: 0,
        last_usec: begin + 5_000_000,
    };
    assert_eq!(verify(&file, None, &mut ()), Ok(expected));
    let key: Key = "8b1b4c-2b67ed-8e9b22-f4b0a1/1a2b3c-35a4e900".parse().unwrap();
    assert_eq!(verify(&file, Some(&key), &mut ()), Ok(expected), "the key is not needed");
}
