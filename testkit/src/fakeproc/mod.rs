//! A made-up `/proc`: files and links in the exact format of proc(5), in a temporary directory.
//!
//! [`FakeProc`] starts with the files of a machine that has booted and no process;
//! [`FakeProc::process`] adds one, described by a [`Process`]. What no kernel would write is
//! written with [`FakeProc::raw`] over any file.

mod process;
mod render;

pub use process::Process;

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A tree that looks like `/proc`; removed when dropped.
#[derive(Debug)]
pub struct FakeProc {
    dir: PathBuf,
}

impl FakeProc {
    /// When the machine booted, in seconds since the epoch, unless a test writes another `stat`.
    pub const BOOTED_SECONDS: u64 = 1_700_000_000;
    /// For how long it has been up, in seconds, unless a test writes another `uptime`.
    pub const UP_SECONDS: u64 = 100_000;

    /// A machine without processes.
    ///
    /// # Errors
    /// When its files can't be written.
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("testkit-proc-{}-{count}", std::process::id());
        let fake = Self { dir: scratch().join(name) };
        let _ = fs::remove_dir_all(&fake.dir);
        fs::create_dir_all(&fake.dir)?;
        for (path, content) in render::machine(Self::BOOTED_SECONDS, Self::UP_SECONDS) {
            fake.raw(path, content)?;
        }
        Ok(fake)
    }

    /// Where it is: what a reader takes for `/proc`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Adds (or replaces) a process; `describe` changes what a plain one would be.
    ///
    /// # Errors
    /// When its files can't be written.
    pub fn process(
        &self,
        pid: u32,
        describe: impl FnOnce(Process) -> Process,
    ) -> io::Result<&Self> {
        let process = describe(Process::new(pid));
        let dir = pid.to_string();
        self.remove(&dir)?;
        for (path, content) in render::process(&process) {
            self.raw(format!("{dir}/{path}"), content)?;
        }
        for (path, target) in &process.links {
            self.link(format!("{dir}/{path}"), target)?;
        }
        // A thread's directory has the same files; readers that count threads count these.
        for tid in 0..process.threads.max(1) {
            let thread = format!("{dir}/task/{}", pid + tid);
            self.raw(format!("{thread}/comm"), [&process.comm[..], b"\n"].concat())?;
        }
        Ok(self)
    }

    /// Writes any bytes over any file, directories included that are not there yet.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn raw(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<&Self> {
        let path = self.prepared(path.as_ref())?;
        fs::write(path, content)?;
        Ok(self)
    }

    /// Makes a link, as `exe`, `cwd` and those of `fd/` and `ns/` are.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn link(&self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> io::Result<&Self> {
        let path = self.prepared(path.as_ref())?;
        symlink(target, path)?;
        Ok(self)
    }

    /// Takes a file or a whole process away, as when it ends; nothing there is fine.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn remove(&self, path: impl AsRef<Path>) -> io::Result<&Self> {
        let path = self.dir.join(path);
        match fs::symlink_metadata(&path) {
            Ok(what) if what.is_dir() => fs::remove_dir_all(path)?,
            Ok(_) => fs::remove_file(path)?,
            Err(_) => {}
        }
        Ok(self)
    }

    /// Sets a file's permissions: 0 is what another user's file looks like. Root reads it anyway.
    ///
    /// # Errors
    /// When they can't be set.
    pub fn mode(&self, path: impl AsRef<Path>, mode: u32) -> io::Result<&Self> {
        fs::set_permissions(self.dir.join(path), fs::Permissions::from_mode(mode))?;
        Ok(self)
    }

    /// The path below the tree, its parent made and what was there removed.
    fn prepared(&self, path: &Path) -> io::Result<PathBuf> {
        self.remove(path)?;
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(path)
    }
}

/// In memory where there is such a place: a tree has hundreds of files, which a disk makes slowly.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let writable = fs::metadata(&memory).is_ok_and(|what| what.permissions().mode() & 0o002 != 0);
    if writable && std::env::var_os("TMPDIR").is_none() { memory } else { std::env::temp_dir() }
}

impl Drop for FakeProc {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}
