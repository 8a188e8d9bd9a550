//! Which files are read, which are not, and what is said of these.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use journal::filter::Filter;
use journal::places::{Namespace, Places, Whose, expand};
use journal::set::{Set, Why};
use journal::walk::{Direction, Seek, Walk};
use support::{Folder, story};
use testkit::journal::Form;

const MACHINE: &str = "00112233445566778899aabbccddeeff";

fn names(set: &Set, folder: &Path) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    let mut names: Vec<String> = set.files().map(|(_, file)| name(file.path())).collect();
    names.sort();
    names
}

/// A root with all kinds of folders and files; each file has one entry.
fn root() -> Folder {
    let folder = Folder::new("root");
    let origin = folder.write("origin.journal", Form::default(), &story(1).entries(1));
    for path in [
        "run/log/journal/MACHINE/system.journal",
        "var/log/journal/MACHINE/system.journal",
        "var/log/journal/MACHINE/system@1-1-1.journal",
        "var/log/journal/MACHINE/system@2-2.journal~",
        "var/log/journal/MACHINE/user-1000.journal",
        "var/log/journal/MACHINE/system.journal.bak",
        "var/log/journal/MACHINE/below/system.journal",
        "var/log/journal/MACHINE.web/system.journal",
        "var/log/journal/MACHINE.db/system.journal",
        "var/log/journal/stray.journal",
        "var/log/journal/other/system.journal",
        "var/log/journal/remote/remote-a.journal",
    ] {
        let path = folder.join(&path.replace("MACHINE", MACHINE));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(&origin, path).unwrap();
    }
    folder
}

#[test]
fn folders_of_machines_namespaces_and_others() {
    let folder = root();
    let open = |change: &dyn Fn(&mut Places)| {
        let mut places = Places { root: Some(folder.path().to_owned()), ..Places::default() };
        change(&mut places);
        let set = Set::open(&places);
        assert!(set.unread().is_empty(), "{:?}", set.unread());
        names(&set, folder.path())
            .iter()
            .map(|name| name.replace(MACHINE, "M").replace("log/journal/", ""))
            .collect::<Vec<String>>()
    };
    let system = ["run/M/system.journal", "var/M/system.journal"];
    let archived = ["var/M/system@1-1-1.journal", "var/M/system@2-2.journal~"];
    let user = ["var/M/user-1000.journal"];
    let others = ["var/remote/remote-a.journal", "var/stray.journal"];
    assert_eq!(open(&|_| {}), [&system[..], &archived, &user, &others].concat());
    assert_eq!(open(&|places| places.whose = Whose::System), [&system[..], &archived].concat());
    let web = open(&|places| places.namespace = Namespace::Only("web".into()));
    assert_eq!(web, [&["var/M.web/system.journal"], &others[..]].concat());
    let both = open(&|places| places.namespace = Namespace::And("db".into()));
    assert_eq!(both.len(), 8);
    assert_eq!(open(&|places| places.namespace = Namespace::All).len(), 9);
    // A folder's own files and its machines'; deeper ones are not looked for.
    let directory = Places { directory: Some(folder.join("var/log/journal")), ..Places::default() };
    assert_eq!(names(&Set::open(&directory), folder.path()).len(), 5);
    // Identical files: each entry comes once.
    let set = Set::open(&directory);
    let mut walk = Walk::new(Filter::All, Direction::Forward);
    assert!(walk.next(&set).is_some());
    assert_eq!(walk.next(&set), None);
    assert!(set.disk_usage().unwrap() >= 5 * 4096);
}

/// What `du` says of the same files.
#[test]
fn disk_usage_counts_blocks() {
    let folder = root();
    let set =
        Set::open(&Places { directory: Some(folder.join("var/log/journal")), ..Places::default() });
    let output =
        Command::new("du").arg("-cB1").args(set.files().map(|(_, file)| file.path())).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    let total = text.lines().last().unwrap().split('\t').next().unwrap();
    assert_eq!(set.disk_usage().unwrap().to_string(), total);
}

#[test]
fn what_is_no_journal_is_told_and_never_waited_for() {
    let folder = Folder::new("odd");
    let good = folder.write("good.journal", Form::default(), &story(1).entries(3));
    let bytes = fs::read(&good).unwrap();
    fs::write(folder.join("empty.journal"), "").unwrap();
    fs::write(folder.join("short.journal"), &bytes[..100]).unwrap();
    fs::write(folder.join("text.journal"), "no journal ".repeat(100)).unwrap();
    let mut future = bytes;
    future[13] = 0x80;
    fs::write(folder.join("future.journal"), future).unwrap();
    fs::create_dir(folder.join("folder.journal")).unwrap();
    symlink("nowhere", folder.join("dangling.journal")).unwrap();
    symlink("good.journal", folder.join("linked.journal")).unwrap();
    let _socket = UnixListener::bind(folder.join("socket.journal")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.journal")).status().unwrap().success());
    let set = Set::open(&Places { directory: Some(folder.path().to_owned()), ..Places::default() });
    assert_eq!(names(&set, folder.path()), ["good.journal", "linked.journal"]);
    let mut unread: Vec<String> = set
        .unread()
        .iter()
        .map(|unread| unread.path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    unread.sort();
    let expected =
        ["dangling.journal", "empty.journal", "future.journal", "short.journal", "text.journal"];
    assert_eq!(unread, expected);
    // Named ones are told of too, whatever they are.
    let files = expand(&format!("{}/*.journal", folder.path().display()));
    assert_eq!(files.len(), 10);
    let set = Set::open(&Places { files, ..Places::default() });
    assert_eq!(set.unread().len(), 8);
    assert!(set.unread().iter().all(|unread| matches!(unread.why, Why::File(_))));
    assert!(!set.unread().iter().any(|unread| unread.why.to_string().is_empty()));
    let missing = Places { directory: Some(folder.join("missing")), ..Places::default() };
    assert_eq!(Set::open(&missing).unread().len(), 1);
}

#[test]
fn a_walk_turns_around_and_seeks() {
    let folder = Folder::new("turn");
    let entries = story(3).entries(40);
    folder.write("system.journal", Form::default(), &entries);
    let set = Set::open(&Places { directory: Some(folder.path().to_owned()), ..Places::default() });
    let time = |at| set.entry(at).unwrap().realtime_usec;
    let mut walk = Walk::new(Filter::All, Direction::Forward);
    assert_eq!(walk.step(&set, Direction::Backward), None, "nothing lies before the head");
    let (count, at) = walk.skip(&set, Direction::Forward, 10);
    assert_eq!((count, time(at.unwrap())), (10, entries[9].realtime_usec));
    let cursor = set.cursor(at.unwrap()).unwrap();
    assert!(cursor.is_at(&set.entry(at.unwrap()).unwrap(), set.seqnum_id(0)));
    let back = walk.step(&set, Direction::Backward).unwrap();
    assert_eq!(time(back), entries[8].realtime_usec);
    assert_eq!(time(walk.next(&set).unwrap()), entries[9].realtime_usec);
    walk.seek(Seek::Tail);
    assert_eq!(walk.next(&set), None, "nothing lies behind the tail");
    let (count, at) = walk.skip(&set, Direction::Backward, 100);
    assert_eq!((count, time(at.unwrap())), (40, entries[0].realtime_usec));
    walk.seek(Seek::Cursor(cursor));
    assert_eq!(time(walk.next(&set).unwrap()), entries[9].realtime_usec);
    let usec = entries[20].monotonic_usec;
    let boot_id = set.entry(back).unwrap().boot_id;
    walk.seek(Seek::Monotonic { boot_id, usec });
    assert_eq!(time(walk.next(&set).unwrap()), entries[20].realtime_usec);
    walk.seek(Seek::Realtime(entries[30].realtime_usec + 1));
    assert_eq!(time(walk.next(&set).unwrap()), entries[31].realtime_usec);
    walk.set_filter(Filter::any_of([]));
    assert_eq!(walk.next(&set), None);
    walk.set_filter(Filter::all_of([]));
    assert_eq!(time(walk.next(&set).unwrap()), entries[32].realtime_usec);
}
