//! Following files: they grow, are rotated, come and go, and nothing is missed or told twice.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use journal::filter::Filter;
use journal::follow::Watch;
use journal::places::{Namespace, Places};
use journal::set::Set;
use journal::walk::{Direction, Seek, Walk};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use support::{BEGIN_USEC, Folder, story};
use testkit::journal::{Entry, Form, Remote, Story, Writer, sets};

const MACHINE: &str = "00112233445566778899aabbccddeeff";

fn places(folder: &Path) -> Places {
    Places { directory: Some(folder.to_owned()), ..Places::default() }
}

/// Somebody who follows a folder.
struct Reader {
    set: Set,
    watch: Watch,
    walk: Walk,
    /// What was given, by the time.
    seen: Vec<u64>,
}

impl Reader {
    fn new(places: &Places, filter: Filter) -> Reader {
        let mut set = Set::open(places);
        let watch = set.watch().unwrap();
        let mut walk = Walk::new(filter, Direction::Forward);
        walk.seek(Seek::Tail);
        let mut reader = Reader { set, watch, walk, seen: Vec::new() };
        reader.read();
        assert!(reader.seen.is_empty(), "what was there before is not new");
        reader
    }

    fn read(&mut self) {
        while let Some(at) = self.walk.next(&self.set) {
            self.seen.push(self.set.entry(at).unwrap().realtime_usec);
        }
        assert_eq!(self.walk.take_damage(), []);
    }

    /// Whether something has happened within that time; then everything new is read.
    fn wait(&mut self, most: Duration) -> bool {
        let mut polled = [PollFd::new(&self.watch, PollFlags::IN)];
        let most =
            Timespec { tv_sec: most.as_secs() as i64, tv_nsec: i64::from(most.subsec_nanos()) };
        if poll(&mut polled, Some(&most)).unwrap() == 0 {
            return false;
        }
        self.watch.update(&mut self.set).unwrap();
        self.read();
        true
    }

    /// Reads until that many entries were seen.
    fn wait_for(&mut self, count: usize) {
        let start = Instant::now();
        while self.seen.len() < count && start.elapsed() < Duration::from_secs(30) {
            self.wait(Duration::from_secs(1));
        }
    }
}

fn times(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.realtime_usec).collect()
}

fn writer(path: &Path) -> Writer {
    Remote::find().unwrap().keep_writing(path, Form::default()).unwrap()
}

#[test]
fn growth_and_rotation() {
    let folder = Folder::new("follow");
    let path = folder.join("system.journal");
    let mut story = story(1);
    let mut first = writer(&path);
    first.write(&story.entries(20)).unwrap();
    let mut reader = Reader::new(&places(folder.path()), Filter::All);
    let mut all = Vec::new();
    for count in [1, 1, 7, 300] {
        let entries = story.entries(count);
        first.write(&entries).unwrap();
        all.extend(times(&entries));
        reader.wait_for(all.len());
        assert_eq!(reader.seen, all);
    }
    // The last entries of a file, its new name, the first ones of the next file: all at once.
    for number in 0..3 {
        let before = story.entries(5);
        first.write(&before).unwrap();
        first.close().unwrap();
        fs::rename(&path, folder.join(&format!("system@{number}.journal"))).unwrap();
        first = writer(&path);
        let after = story.entries(4);
        first.write(&after).unwrap();
        all.extend(times(&before));
        all.extend(times(&after));
        reader.wait_for(all.len());
        assert_eq!(reader.seen, all, "rotation {number}");
    }
    // Vacuum: an old file goes.
    fs::remove_file(folder.join("system@0.journal")).unwrap();
    while reader.wait(Duration::from_millis(500)) {}
    assert_eq!(reader.seen, all);
    assert_eq!(reader.set.files().count(), 3);
}

#[test]
fn only_what_the_filter_lets_through() {
    let folder = Folder::new("filter");
    let mut story = story(2);
    let mut writer = writer(&folder.join("system.journal"));
    writer.write(&story.entries(1)).unwrap();
    let field = b"SYSLOG_IDENTIFIER=of-interest";
    let mut reader = Reader::new(&places(folder.path()), Filter::field(field));
    let mut all = Vec::new();
    for number in 0..40 {
        let mut entry = story.entry();
        if number % 3 == 0 {
            entry.push("SYSLOG_IDENTIFIER", "of-interest");
            all.push(entry.realtime_usec);
        }
        writer.write(&[entry]).unwrap();
        if number % 5 == 0 {
            reader.wait_for(all.len());
            assert_eq!(reader.seen, all);
        }
    }
    reader.wait_for(all.len());
    assert_eq!(reader.seen, all);
}

#[test]
fn the_very_first_matches_of_an_empty_place() {
    let folder = Folder::new("first");
    let field = b"SYSLOG_IDENTIFIER=of-interest";
    let mut story = story(4);
    let mut writer = writer(&folder.join("system.journal"));
    writer.write(&story.entries(3)).unwrap();
    let mut reader = Reader::new(&places(folder.path()), Filter::field(field));
    // As -n0 -f: what is there now is looked at from the other side.
    reader.walk.seek(Seek::Tail);
    assert_eq!(reader.walk.skip(&reader.set, Direction::Backward, 0), (0, None));
    let mut entries = story.entries(6);
    entries[1].push("SYSLOG_IDENTIFIER", "of-interest");
    entries[4].push("SYSLOG_IDENTIFIER", "of-interest");
    writer.write(&entries).unwrap();
    let user = folder.write("user-1000.journal", Form::default(), &entries[4..5]);
    assert!(user.exists());
    reader.wait_for(2);
    while reader.wait(Duration::from_millis(500)) {}
    // The same entry in another file is one of another sequence, but else the same.
    assert_eq!(reader.seen, times(&[entries[1].clone(), entries[4].clone()]));
}

#[test]
fn a_slower_writer_is_not_overlooked() {
    let folder = Folder::new("late");
    let mut stories = [1, 2].map(|seed| Story::new(seed, sets::boot(seed, BEGIN_USEC)));
    let mut writers =
        ["system.journal", "user-1000.journal"].map(|name| writer(&folder.join(name)));
    for (writer, story) in writers.iter_mut().zip(&mut stories) {
        writer.write(&story.entries(3)).unwrap();
    }
    let mut reader = Reader::new(&places(folder.path()), Filter::All);
    let mut all = Vec::new();
    for round in 0..20 {
        let batches = stories.each_mut().map(|story| story.entries(1 + round % 3));
        // The one whose entries are newer comes first: the other's are older than what was given.
        let order =
            if batches[0][0].realtime_usec > batches[1][0].realtime_usec { [0, 1] } else { [1, 0] };
        for which in order {
            writers[which].write(&batches[which]).unwrap();
            all.extend(times(&batches[which]));
            reader.wait_for(all.len());
        }
        let (mut seen, mut expected) = (reader.seen.clone(), all.clone());
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seen, expected, "round {round}");
    }
}

#[test]
fn a_slower_writer_that_had_said_nothing_of_interest_yet() {
    let folder = Folder::new("silent");
    let field = "SYSLOG_IDENTIFIER=of-interest";
    let mut stories = [1, 2].map(|seed| Story::new(seed, sets::boot(seed, BEGIN_USEC)));
    let mut writers =
        ["system.journal", "user-1000.journal"].map(|name| writer(&folder.join(name)));
    let interesting = |story: &mut Story| {
        let mut entry = story.entry();
        entry.push("SYSLOG_IDENTIFIER", "of-interest");
        entry
    };
    writers[1].write(&stories[1].entries(3)).unwrap();
    let slow = interesting(&mut stories[1]);
    writers[0].write(&stories[0].entries(30)).unwrap();
    let mut reader = Reader::new(&places(folder.path()), Filter::field(field.as_bytes()));
    let quick = interesting(&mut stories[0]);
    writers[0].write(std::slice::from_ref(&quick)).unwrap();
    reader.wait_for(1);
    assert!(slow.realtime_usec < quick.realtime_usec);
    writers[1].write(std::slice::from_ref(&slow)).unwrap();
    reader.wait_for(2);
    assert_eq!(reader.seen, times(&[quick, slow]));
}

#[test]
fn what_was_told_is_not_told_again_from_a_copy() {
    let folder = Folder::new("flush");
    let (runtime, persistent) = (folder.join("a.journal"), folder.join("b.journal"));
    let mut story = story(5);
    let mut writing = writer(&runtime);
    writing.write(&story.entries(2)).unwrap();
    let mut reader = Reader::new(&places(folder.path()), Filter::All);
    let entries = story.entries(50);
    writing.write(&entries).unwrap();
    reader.wait_for(50);
    // As journald does when /var becomes writable: the entries move to another file.
    let mut copying = writer(&persistent);
    copying.write(&entries).unwrap();
    writing.close().unwrap();
    fs::remove_file(&runtime).unwrap();
    let more = story.entries(3);
    copying.write(&more).unwrap();
    reader.wait_for(53);
    while reader.wait(Duration::from_millis(500)) {}
    assert_eq!(reader.seen, times(&[entries, more].concat()));
}

#[test]
fn new_folders_of_machines_and_namespaces() {
    let folder = Folder::new("machines");
    folder.write("system.journal", Form::default(), &story(1).entries(2));
    let mut wanted = places(folder.path());
    wanted.namespace = Namespace::And("web".into());
    let mut reader = Reader::new(&wanted, Filter::All);
    let mut all = Vec::new();
    let mut story = story(7);
    for name in
        [MACHINE, "00112233445566778899aabbccddeeff.web", "00112233445566778899aabbccddeeff.db"]
    {
        let path = folder.join(name);
        fs::create_dir(&path).unwrap();
        let entries = story.entries(3);
        folder.write(&format!("{name}/system.journal"), Form::default(), &entries);
        if !name.ends_with("db") {
            all.extend(times(&entries));
        }
        reader.wait_for(all.len());
    }
    while reader.wait(Duration::from_millis(500)) {}
    assert_eq!(reader.seen, all);
    // A folder goes with all that is in it.
    fs::remove_dir_all(folder.join(MACHINE)).unwrap();
    while reader.wait(Duration::from_millis(500)) {}
    assert_eq!(reader.set.files().count(), 2);
}

#[test]
fn a_named_file_is_followed_under_its_new_name_and_its_successor_too() {
    let folder = Folder::new("named");
    let path = folder.join("system.journal");
    folder.write("other.journal", Form::default(), &story(1).entries(2));
    let mut story = story(9);
    let mut first = writer(&path);
    first.write(&story.entries(2)).unwrap();
    let named = Places { files: vec![path.clone()], ..Places::default() };
    let mut reader = Reader::new(&named, Filter::All);
    let old = story.entries(3);
    first.write(&old).unwrap();
    fs::rename(&path, folder.join("system@1.journal")).unwrap();
    first.close().unwrap();
    let new = story.entries(3);
    let mut second = writer(&path);
    second.write(&new).unwrap();
    reader.wait_for(6);
    assert_eq!(reader.seen, times(&[old, new].concat()));
    assert_eq!(reader.set.files().count(), 2);
}

#[test]
fn a_full_queue_makes_it_look_through_everything() {
    let folder = Folder::new("overflow");
    let mut story = story(3);
    folder.write("system.journal", Form::default(), &story.entries(2));
    let mut reader = Reader::new(&places(folder.path()), Filter::All);
    // More events than the kernel keeps. Equal ones in a row count once.
    let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let most: u64 = most.trim().parse().unwrap();
    let names = ["x", "y"].map(|name| folder.join(name));
    for _ in 0..most / 4 {
        names.iter().for_each(|name| fs::write(name, "x").unwrap());
    }
    let entries = story.entries(4);
    folder.write("user-1.journal", Form::default(), &entries);
    reader.wait_for(4);
    assert_eq!(reader.seen, times(&entries));
}

#[test]
fn nothing_happens_nobody_wakes_up() {
    let folder = Folder::new("idle");
    folder.write("system.journal", Form::default(), &story(1).entries(5));
    let mut reader = Reader::new(&places(folder.path()), Filter::All);
    let mut wakes = 0;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        wakes += u32::from(reader.wait(Duration::from_secs(1)));
    }
    // The reader's own opening of files is no event.
    assert!(wakes <= 1, "{wakes} times");
    assert!(reader.watch.as_fd().try_clone_to_owned().is_ok());
}
