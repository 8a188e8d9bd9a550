//! A folder of a test, and somebody who may not read it.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("files-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path.canonicalize().unwrap())
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder, as a text.
    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// A path in it, as a text.
    pub fn below(&self, name: &str) -> String {
        Path::new(self.text()).join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `work` in a thread that may read nothing of ours: as nobody where we are root.
pub fn as_nobody<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    use rustix::thread;
    let nobody = 65_534;
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                let group = rustix::process::Gid::from_raw(nobody);
                let user = rustix::process::Uid::from_raw(nobody);
                // Of this thread alone: the calls are the kernel's, not the C library's.
                thread::set_thread_groups(&[]).unwrap();
                thread::set_thread_res_gid(group, group, group).unwrap();
                thread::set_thread_res_uid(user, user, user).unwrap();
            }
            work()
        });
        thread.join().unwrap()
    })
}
