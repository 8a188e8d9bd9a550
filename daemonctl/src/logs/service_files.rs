//! Which log files a service writes, by its configuration: for a service that does not run, or whose
//! descriptors may not be seen. [`table`] has the daemons whose configuration is understood, simply:
//! lines of a directive and a value, and files that are included. Conditions are not evaluated, so that
//! a file may be named that is not written now; files that are not there are left out.

mod glob;
mod line;
mod needles;
mod table;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use journal::text::{self, Family, Kind, Trouble};
use line::{Line, files_of};
pub use needles::needles;
use rustix::fs::OFlags;
use table::{DAEMONS, Daemon, Names};

/// Configuration files are read up to this many, and so many bytes of each.
const CONFIGS_MAX: usize = 256;
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Includes lead no deeper.
const DEPTH_MAX: u32 = 8;

/// So many log files of one service are enough.
const FILES_MAX: usize = 64;

/// Looked at to tell text from a database.
const SNIFF_BYTES: u64 = 1024;

/// The log files that the configurations below `root` name for a service of any of these names (of the
/// service, of its programs), as far as they are there. Sorted. What syslogd writes is not its own:
/// see [`syslog_families`].
pub fn configured(root: &Path, names: &[&str]) -> Vec<PathBuf> {
    let is_meant = |daemon: &&Daemon| !daemon.has_selectors && daemon.is_one_of(names);
    let found: BTreeSet<PathBuf> =
        DAEMONS.iter().filter(is_meant).flat_map(|daemon| files_by(root, daemon)).collect();
    found.into_iter().take(FILES_MAX).collect()
}

/// The files that one daemon's configuration names, else those that it writes without being told.
fn files_by(root: &Path, daemon: &Daemon) -> BTreeSet<PathBuf> {
    let mut reading = Reading::new(root, daemon);
    for config in daemon.configs {
        for path in glob::expand(root, config) {
            reading.base = path.parent().map(Path::to_owned).unwrap_or_default();
            reading.read(&path, 0);
        }
    }
    let Reading { found: mut files, seen, .. } = reading;
    // A pattern may fit the configuration itself.
    files.retain(|file| is_text(file) && !seen.contains(file));
    if files.is_empty() {
        let usual = daemon.usual.iter().flat_map(|pattern| glob::expand(root, pattern));
        files.extend(usual.filter(|file| is_text(file)));
    }
    files
}

/// The files that syslogd writes for all others: the usual ones, and those that its configuration names.
pub fn syslog_families(root: &Path) -> (Vec<Family>, Vec<Trouble>) {
    let (mut families, troubles) = text::syslog_families(root);
    let syslogd = DAEMONS.iter().filter(|daemon| daemon.has_selectors);
    for path in syslogd.flat_map(|daemon| files_by(root, daemon)) {
        if families.iter().all(|family| family.path != path) {
            families.push(Family::new(path, Kind::Syslog));
        }
    }
    (families, troubles)
}

/// Without those that hold other services' lines: what syslogd has open is not its own.
pub fn without_syslog(root: &Path, mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let (families, _) = syslog_families(root);
    files.retain(|file| families.iter().all(|family| family.path != *file));
    files
}

/// Whether that is a regular file of text: what `wtmp`, databases and archives are not. An empty file may
/// become one.
pub fn is_text(path: &Path) -> bool {
    if !std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return false;
    }
    // What may not be read is told when it is tried.
    let Ok(file) = open_file(path) else { return true };
    let mut start = Vec::new();
    let read = file.take(SNIFF_BYTES).read_to_end(&mut start);
    read.is_err() || memchr::memchr(0, &start).is_none()
}

/// One daemon's configuration while it is read.
struct Reading<'r> {
    root: &'r Path,
    daemon: &'r Daemon,
    /// Relative paths are below that.
    base: PathBuf,
    /// What `${NAME}` stands for.
    variables: Vec<(String, String)>,
    found: BTreeSet<PathBuf>,
    seen: BTreeSet<PathBuf>,
}

impl<'r> Reading<'r> {
    fn new(root: &'r Path, daemon: &'r Daemon) -> Reading<'r> {
        let mut reading = Reading {
            root,
            daemon,
            base: PathBuf::new(),
            variables: Vec::new(),
            found: BTreeSet::new(),
            seen: BTreeSet::new(),
        };
        if let Some(path) = daemon.variables {
            reading.variables = line::exports(&read_config(&glob::below(root, path)));
        }
        reading
    }

    fn read(&mut self, path: &Path, depth: u32) {
        let is_new = self.seen.len() < CONFIGS_MAX && self.seen.insert(path.to_owned());
        if depth > DEPTH_MAX || !is_new {
            return;
        }
        let text = read_config(path);
        for line in text.lines().filter_map(Line::of) {
            if self.daemon.base.is_some_and(|base| line.is(base)) {
                self.base = self.path_of(&line.value);
            } else if self.daemon.includes.iter().any(|include| line.is(include)) {
                self.include(&line.value, depth);
            } else if self.daemon.folders.iter().any(|folder| line.is(folder)) {
                let folder = self.path_of(&line.value);
                self.add(&folder.join("*"));
            } else {
                for value in files_of(&line, self.daemon) {
                    self.value(&value);
                }
            }
        }
    }

    /// A file, files by a pattern, or a folder of them.
    fn include(&mut self, value: &str, depth: u32) {
        let pattern = self.path_of(value);
        let inside = |path: PathBuf| match path.is_dir() {
            true => glob::list(&path),
            false => vec![path],
        };
        let files: Vec<PathBuf> =
            glob::expand_below(&pattern).into_iter().flat_map(inside).collect();
        for file in files {
            self.read(&file, depth + 1);
        }
    }

    fn value(&mut self, value: &str) {
        let is_elsewhere = value.starts_with('|')
            || value.starts_with("syslog")
            || value.starts_with("/dev/")
            || ["off", "none", "stderr", "stdout", "no", "yes", "true", "false", ""]
                .contains(&value);
        if !is_elsewhere {
            let path = self.path_of(value);
            self.add(&path);
        }
    }

    fn add(&mut self, pattern: &Path) {
        let room = FILES_MAX.saturating_sub(self.found.len());
        self.found.extend(glob::expand_below(pattern).into_iter().take(room));
    }

    /// A path below the root, with patterns where the daemon fills in something.
    fn path_of(&self, value: &str) -> PathBuf {
        let value = line::with_patterns(&line::substitute(value, &self.variables));
        match value.starts_with('/') {
            true => glob::below(self.root, &value),
            false => self.base.join(value),
        }
    }
}

/// A regular file. Services may put anything in its place at any moment: nothing is waited for, and a
/// device is not even opened if it can be helped.
fn open_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let or_none = |meta: std::fs::Metadata| match meta.is_file() {
        true => Ok(()),
        false => Err(std::io::Error::from(std::io::ErrorKind::InvalidInput)),
    };
    or_none(std::fs::metadata(path)?)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    or_none(file.metadata()?)?;
    Ok(file)
}

/// The text of a configuration file; what cannot be read is empty.
fn read_config(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = open_file(path) {
        // What was read before an error counts.
        let _ = file.take(CONFIG_BYTES_MAX).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Daemon {
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| match &self.names {
            Names::Exactly(known) => known.contains(name),
            // `php8.2-fpm`, `postgresql@15-main`, `openvpn-client@x`.
            Names::Parts { start, end } => name.starts_with(start) && name.ends_with(end),
        })
    }
}

#[cfg(test)]
#[path = "service_files/tests.rs"]
mod tests;
