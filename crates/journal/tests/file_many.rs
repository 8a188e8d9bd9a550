//! More files than a process has descriptors for. Alone in its process, whose limit it changes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;

use journal::file::File;
use rustix::process::{Resource, Rlimit};
use support::{Folder, story};
use testkit::journal::Form;

/// How many entries can be read.
fn count(file: &File) -> usize {
    let mut list = file.entries();
    (0..list.len()).filter(|index| list.get(*index).and_then(|at| file.entry(at)).is_ok()).count()
}

#[test]
fn more_files_than_descriptors_and_rows_of_the_handler() {
    let folder = Folder::new("many");
    let path = folder.write("a.journal", Form::default(), &story(6).entries(10));
    let copy = folder.join("b.journal");
    fs::copy(&path, &copy).unwrap();
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let low = Rlimit { current: Some(600), ..limit };
    rustix::process::setrlimit(Resource::Nofile, low).unwrap();
    let mut files: Vec<File> = (0..700).map(|_| File::open(&path).unwrap()).collect();
    assert_eq!(rustix::process::getrlimit(Resource::Nofile).current, limit.maximum);
    // Archived files keep no descriptor.
    let archived = fs::OpenOptions::new().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&archived, &[2], 16).unwrap();
    let before = fs::read_dir("/proc/self/fd").unwrap().count();
    files.extend((0..300).map(|_| File::open(&path).unwrap()));
    assert!(fs::read_dir("/proc/self/fd").unwrap().count() < before + 100);
    let last = File::open(&copy).unwrap();
    fs::OpenOptions::new().write(true).open(&copy).unwrap().set_len(0).unwrap();
    assert_eq!(last.n_entries(), 0);
    assert!(last.was_truncated());
    assert!(files.iter().all(|file| count(file) == 10 && !file.was_truncated()));
}
