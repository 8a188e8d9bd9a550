//! Files that journald has sealed: a box that keeps a journal with keys of a second, looked at with
//! and without its key, whole and damaged.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod mini;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use journal::File;
use journal::format::layout::{kind, object, u64_at};
use journal::verify::{Cause, Key, verify};
use mini::mutate::Mutator;
use support::Folder;
use testkit::journal::machine;

/// Times in messages and spans after them: how they are written is tested with the command.
fn without_times(said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| !line.starts_with("=> "));
    let bare = |line: &str| match line.split_once(" is too ") {
        Some((entry, tag)) => {
            let bare = |part: &str| part.split(", ").next().unwrap_or_default().to_owned();
            format!("{} is too {}", bare(entry), bare(tag))
        }
        None => line.to_owned(),
    };
    lines.map(bare).collect()
}

fn theirs(path: &Path, key: &str) -> (Vec<String>, Option<String>) {
    let mut command = Command::new("journalctl");
    command.arg("--verify").arg(format!("--verify-key={key}")).arg("--file").arg(path);
    let output = command.env("LC_ALL", "C").env("TZ", "UTC").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let range = said.lines().find(|line| line.starts_with("=> ")).map(str::to_owned);
    (without_times(&said), range)
}

fn ours(path: &Path, key: &Key) -> (Vec<String>, Option<&'static str>) {
    let file = File::open(path).unwrap();
    let name = path.display();
    match verify(&file, Some(key), &mut ()) {
        Ok(verdict) => {
            let range = match (verdict.validated_usec, verdict.last_usec) {
                _ if !verdict.is_sealed => None,
                (0, 0) => Some("=> No sealing yet, no entries"),
                (0, _) => Some("=> No sealing yet, "),
                _ => Some("=> Validated from "),
            };
            (vec![format!("PASS: {name}")], range)
        }
        Err(problem) => {
            let mut lines = problem.details.clone();
            lines.extend(problem.corruption(&name.to_string()));
            if problem.cause != Cause::Invalid {
                lines.push(format!("FAIL: {name} ({})", problem.cause.words()));
            }
            (without_times(&lines.join("\n")), None)
        }
    }
}

#[track_caller]
fn same(path: &Path, (text, key): (&str, &Key), what: &str) {
    let (their_lines, their_range) = theirs(path, text);
    if their_lines.iter().any(|line| line.contains("Failed to open")) {
        return;
    }
    let (our_lines, our_range) = ours(path, key);
    assert_eq!(their_lines, our_lines, "{what}");
    let agree = match (their_range.as_deref(), our_range) {
        (None, None) => true,
        (Some(theirs), Some(ours)) => theirs.starts_with(ours),
        _ => false,
    };
    assert!(agree, "{what}: {their_range:?}, {our_range:?}");
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "journal") {
            found.push(path);
        }
    }
}

/// The places of a file's objects of that kind.
fn objects(bytes: &[u8], wanted: u8) -> Vec<usize> {
    let (mut at, tail) = (u64_at(bytes, 88) as usize, u64_at(bytes, 136) as usize);
    let mut found = Vec::new();
    while at <= tail {
        if bytes[at] == wanted {
            found.push(at);
        }
        at += (u64_at(bytes, at + object::SIZE) as usize).next_multiple_of(8);
    }
    found
}

/// A box's journal, sealed with keys of an hour; gives their verification key.
fn sealed_for_an_hour(folder: &Path) -> String {
    let machine = machine::plan().boot().unwrap();
    let shell = |script: &str| machine.shell(script).unwrap();
    shell("systemctl start systemd-journald; journalctl --flush; journalctl --sync");
    let key = shell("journalctl --setup-keys --interval=1h --force 2>/dev/null");
    // Files that are open already are not sealed: new ones are.
    shell("systemctl restart systemd-journald; journalctl --rotate");
    machine::talk(&machine).unwrap();
    shell("journalctl --rotate; systemctl restart talker; journalctl --sync");
    let mut found = Vec::new();
    files(&machine.root().join("var/log/journal"), &mut found);
    for (number, path) in found.iter().enumerate() {
        fs::copy(path, folder.join(format!("{number}.journal"))).unwrap();
    }
    key.trim().to_owned()
}

/// All files of a folder as they are; gives those that are sealed.
fn as_they_are(folder: &Path, key: (&str, &Key)) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(folder, &mut found);
    found.iter().for_each(|path| same(path, key, "as it was written"));
    found.retain(|path| File::open(path).unwrap().header().is_sealed());
    assert!(!found.is_empty());
    found
}

#[test]
fn sealed_every_second() {
    let folder = Folder::new("seconds");
    let key = machine::make_sealed(folder.path()).unwrap();
    as_they_are(folder.path(), (key.trim(), &key.trim().parse().unwrap()));
}

#[test]
fn sealed_for_an_hour_and_damaged() {
    let folder = Folder::new("hour");
    let text = &*sealed_for_an_hour(folder.path());
    let key: Key = text.parse().unwrap();
    let sealed = as_they_are(folder.path(), (text, &key));
    let validates = |path: &&PathBuf| ours(path, &key).1 == Some("=> Validated from ");
    let good = sealed.iter().find(validates).expect("a file that was rotated");
    let file = File::open(good).unwrap();
    assert_eq!(verify(&file, None, &mut ()).unwrap_err().cause, Cause::NoKey);
    let with = |text: String, what| same(good, (&text, &text.parse().unwrap()), what);
    // Another seed, another start, another interval.
    let (seed, times) = text.split_once('/').unwrap();
    let (start, interval) = times.split_once('-').unwrap();
    let other = if seed.starts_with('0') { '1' } else { '0' };
    with(format!("{other}{}/{times}", &seed[1..]), "another seed");
    with(format!("{seed}/1-{interval}"), "another start");
    with(format!("{seed}/{start}-f4241"), "another interval");
    damaged(&folder, good, (text, &key));
}

/// What was written before a tag can't be changed without its key, even where all else fits.
fn damaged(folder: &Folder, good: &Path, key: (&str, &Key)) {
    let bytes = fs::read(good).unwrap();
    let path = folder.join("a.journal");
    let tags = objects(&bytes, kind::TAG);
    let covered = *tags.last().unwrap();
    let entries = objects(&bytes, kind::ENTRY);
    let entry = *entries.iter().rfind(|at| **at < covered).unwrap();
    // An entry's hash of hashes is checked by nothing but the tag.
    for (at, what) in [(entry + 56, "an entry"), (tags[0] + 32, "a tag"), (40, "the machine")] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let (lines, _) = ours(&path, key.1);
        assert!(lines.concat().contains("Tag failed verification"), "{what}: {lines:?}");
        same(&path, key, what);
    }
    let mut mutator = Mutator::new(bytes, 5);
    for _ in 0..100 {
        let (bytes, what) = mutator.next();
        fs::write(&path, bytes).unwrap();
        if File::open(&path).is_ok() {
            same(&path, key, &what);
        }
    }
}
