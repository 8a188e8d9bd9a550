//! Ansible, as people have it: the wheels of `ansible-core` and of what it needs, for the Python of
//! the boxes.
//!
//! They are fetched by pip, which knows where from, and kept in the target directory.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The series that the tests are written for.
const PACKAGE: &str = "ansible-core~=2.19.0";

/// The Python of Debian 12.
const PYTHON: &str = "3.11";

/// Why it could not be had.
#[derive(Debug)]
pub enum Error {
    /// A file or a program could not be used.
    Io {
        /// What was being done.
        doing: String,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// pip failed.
    Pip(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, source } => write!(f, "could not {doing}: {source}"),
            Self::Pip(said) => write!(f, "pip can't fetch {PACKAGE}: {said}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Pip(_) => None,
        }
    }
}

fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
    let doing = doing.into();
    move |source| Error::Io { doing, source }
}

/// The wheels, sorted; fetched if they are not there yet, by one process at a time.
///
/// # Errors
/// When pip isn't there or can't fetch them.
pub fn wheels() -> Result<Vec<PathBuf>, Error> {
    let cache = cache_dir()?;
    let lock_path = cache.join("lock");
    let lock = File::create(&lock_path).map_err(io(format!("make {}", lock_path.display())))?;
    lock.lock().map_err(io(format!("lock {}", lock_path.display())))?;
    let name: String =
        PACKAGE.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let home = cache.join(format!("{name}-py{PYTHON}"));
    if !home.is_dir() {
        let unfinished = cache.join("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(io("remove an unfinished folder"))?;
        }
        download(&unfinished)?;
        fs::rename(&unfinished, &home).map_err(io("put the wheels in their place"))?;
    }
    let entries = fs::read_dir(&home).map_err(io(format!("list {}", home.display())))?;
    let mut wheels: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    wheels.sort();
    Ok(wheels)
}

fn download(into: &Path) -> Result<(), Error> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--python-version", PYTHON, "--implementation", "cp"]);
    pip.args(["--only-binary=:all:", "--dest"]).arg(into).arg(PACKAGE);
    let output = pip.output().map_err(io("run python3"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Pip(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Where they are kept: `$TESTKIT_ANSIBLE`, else `ansible` in the target directory.
fn cache_dir() -> Result<PathBuf, Error> {
    let dir = if let Some(dir) = std::env::var_os("TESTKIT_ANSIBLE") {
        PathBuf::from(dir)
    } else if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        PathBuf::from(target).join("ansible")
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/ansible")
    };
    fs::create_dir_all(&dir).map_err(io(format!("make {}", dir.display())))?;
    fs::canonicalize(&dir).map_err(io(format!("find {}", dir.display())))
}
