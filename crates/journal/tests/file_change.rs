//! Files that change under the reader: they grow, shrink and vanish.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;

use journal::fields::{Fields, Wanted};
use journal::file::File;
use support::{Folder, story};
use testkit::journal::{Form, Remote};

/// How many entries can be read, and how many not.
fn count(file: &File) -> (u64, u64) {
    let mut fields = Fields::new(Wanted::All);
    let mut list = file.entries();
    let mut counts = (0, 0);
    for index in 0..list.len() {
        let read = list.get(index).and_then(|at| {
            let record = fields.read_from(file, at)?;
            let _ = record.fields().map(|field| field.value.len()).sum::<usize>();
            record.damage.map_or(Ok(()), Err)
        });
        *(if read.is_ok() { &mut counts.0 } else { &mut counts.1 }) += 1;
    }
    counts
}

#[test]
fn a_file_that_grows_is_followed_without_opening_it_again() {
    let folder = Folder::new("grows");
    for (number, form) in
        [Form::default(), Form { is_compact: false, ..Form::default() }].into_iter().enumerate()
    {
        let path = folder.join(&format!("{number}.journal"));
        let mut writer = Remote::find().unwrap().keep_writing(&path, form).unwrap();
        let mut story = story(5);
        writer.write(&story.entries(1)).unwrap();
        let file = File::open(&path).unwrap();
        let mut list = file.entries();
        let mut of_host =
            file.entries_of(file.find_data(b"_HOSTNAME=web1").unwrap().unwrap()).unwrap();
        let mut known = 0;
        let start = file.size_bytes();
        for size in [0_usize, 1, 1, 2, 500, 30_000] {
            let entries = story.entries(size);
            if size > 0 {
                writer.write(&entries).unwrap();
            }
            file.refresh().unwrap();
            assert_eq!(list.refresh(), size > 0);
            of_host.refresh();
            assert_eq!(list.len(), if size == 0 { 1 } else { known + size as u64 });
            assert_eq!(of_host.len(), list.len());
            for index in known..list.len() {
                let at = list.get(index).unwrap();
                assert_eq!(of_host.get(index), Ok(at));
                assert!(file.entry(at).is_ok());
            }
            known = list.len();
        }
        assert!(file.size_bytes() > start && !file.is_outgrown() && !file.was_truncated());
        writer.close().unwrap();
    }
}

#[test]
fn a_file_that_shrinks_is_survived_and_says_so() {
    let folder = Folder::new("shrinks");
    let path = folder.write("a.journal", Form::default(), &story(6).entries(5000));
    let other = folder.join("b.journal");
    fs::copy(&path, &other).unwrap();
    let size = fs::metadata(&path).unwrap().len();
    for left in [size - 5000, size / 2, 1_000_000, 4096, 100, 0] {
        let path = folder.join("c.journal");
        let _ = fs::remove_file(&path);
        fs::copy(&other, &path).unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(count(&file), (5000, 0));
        let truncated = fs::OpenOptions::new().write(true).open(&path).unwrap();
        truncated.set_len(left).unwrap();
        let (read, lost) = count(&file);
        if left > 4096 {
            assert_eq!(read + lost, 5000, "{left}");
        } else if left == 0 {
            assert_eq!((read, file.header().header_size), (0, 0));
        }
        // Of what is left of a page the rest reads as zeroes, without a signal.
        assert!(file.was_truncated() || [size - 5000, 100].contains(&left), "{left}");
        file.refresh().unwrap();
        assert_eq!(file.size_bytes(), left);
        let _ = count(&file);
        let _ = (file.find_data(b"_HOSTNAME=web1"), file.field_names().count());
        // Nobody else's.
        let file = File::open(&other).unwrap();
        assert_eq!((count(&file), file.was_truncated()), ((5000, 0), false));
    }
}

#[test]
fn threads_that_read_while_it_shrinks_are_survived() {
    let folder = Folder::new("threads");
    let path = folder.write("a.journal", Form::default(), &story(6).entries(5000));
    for round in 0..20 {
        let copy = folder.join("b.journal");
        let _ = fs::remove_file(&copy);
        fs::copy(&path, &copy).unwrap();
        let file = File::open(&copy).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| while count(&file).0 > 0 {});
            }
            let writer = fs::OpenOptions::new().write(true).open(&copy).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(round));
            writer.set_len(0).unwrap();
        });
        assert!(file.was_truncated());
    }
}

#[test]
fn a_file_that_vanishes_can_be_read_on() {
    let folder = Folder::new("vanishes");
    let path = folder.write("a.journal", Form::default(), &story(6).entries(100));
    let file = File::open(&path).unwrap();
    let renamed = folder.join("b.journal");
    fs::rename(&path, &renamed).unwrap();
    assert_eq!(File::open(&renamed).unwrap().identity(), file.identity());
    assert_ne!(File::open(&renamed).unwrap().serial(), file.serial());
    fs::remove_file(&renamed).unwrap();
    file.refresh().unwrap();
    assert_eq!(count(&file), (100, 0));
}
