//! A made-up system root for tests of this folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser as _;

use crate::cli::Cli;
use crate::context::Context;

/// A folder that stands for `/`; removed when dropped.
pub struct Root {
    path: PathBuf,
}

impl Root {
    /// An empty one.
    pub fn new() -> Root {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("gather-{}-{count}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Root { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, with its folders.
    pub fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A context that reads `/sys`, `/etc` and `/run` here, and the machine's own `/proc`.
    pub fn context(&self) -> Context {
        context(Path::new("/proc"), &self.path)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A context with these roots.
pub fn context(proc: &Path, system: &Path) -> Context {
    let words = ["daemonctl", "--proc-root"].map(PathBuf::from);
    let rest = [proc.to_owned(), PathBuf::from("--system-root"), system.to_owned()];
    let cli = Cli::try_parse_from(words.into_iter().chain(rest)).unwrap();
    Context::new(cli.common)
}

/// A context of this machine.
pub fn here() -> Context {
    context(Path::new("/proc"), Path::new("/"))
}
