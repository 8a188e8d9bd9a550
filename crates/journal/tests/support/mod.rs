//! Folders with journal files that go away with the test.
#![allow(dead_code)] // each test file uses a part of it

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use testkit::journal::{Boot, Entry, Form, Remote, Story};

/// Sunday, 9 November 2025, 18:00:00 UTC.
pub const BEGIN_USEC: u64 = 1_762_711_200_000_000;

/// A folder of a test's own.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = format!("journal-{name}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A journal with these entries.
    pub fn write(&self, name: &str, form: Form, entries: &[Entry]) -> PathBuf {
        let path = self.join(name);
        Remote::find().unwrap().write(&path, form, entries).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a machine's services would write.
pub fn story(seed: u64) -> Story {
    Story::new(seed, boot())
}

pub fn boot() -> Boot {
    Boot { id: [0xb0; 16], realtime_usec: BEGIN_USEC, monotonic_usec: 5_000_000 }
}
