//! What OpenRC and its supervisor wrote down of the daemons that they started.

use std::path::PathBuf;

use super::look::Look;
use crate::read;

/// Longest record that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// What OpenRC wrote down of a daemon that it started.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Pid files, with the program behind each where it is known.
    pub(super) pid_files: Vec<(PathBuf, Option<PathBuf>)>,
    /// The process that supervise-daemon watches.
    pub(super) child: Option<u32>,
    pub(super) restarts: Option<u32>,
    pub(super) started_unix_usec: Option<u64>,
    pub(super) supervised: bool,
}

impl Look<'_> {
    /// `daemons/NAME/NNN` (lines of `key=value`) and `options/NAME/KEY` (one file a value).
    pub(super) fn records(&self, name: &str) -> Records {
        let mut records = Records::default();
        let daemons = self.root.join("run/openrc/daemons").join(name);
        for file in read::names(&daemons, 64).unwrap_or_default() {
            let text = read::text(&daemons.join(file), LONGEST).unwrap_or_default();
            let value = |key: &str| {
                text.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix('=')).map(PathBuf::from)
            };
            if let Some(path) = value("pidfile").filter(|p| p.is_absolute()) {
                records.pid_files.push((path, value("exec")));
            }
        }
        let options = self.root.join("run/openrc/options").join(name);
        let option = |key: &str| {
            let text = read::text(&options.join(key), LONGEST).ok()?;
            Some(text.trim().to_owned()).filter(|t| !t.is_empty())
        };
        records.child = option("child_pid").and_then(|t| t.parse().ok());
        records.restarts = option("start_count").and_then(|t| t.parse().ok());
        records.supervised = records.child.is_some() || records.restarts.is_some();
        // What the file says is local time in words; when it was written is the same instant.
        records.started_unix_usec = read::changed_unix_usec(&options.join("start_time"));
        if let Some(path) = option("pidfile").map(PathBuf::from).filter(|p| p.is_absolute())
            && !records.pid_files.iter().any(|(known, _)| *known == path)
        {
            let program = option("exec").or_else(|| option("command")).map(PathBuf::from);
            records.pid_files.push((path, program));
        }
        records
    }
}
