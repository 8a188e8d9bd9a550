//! Since when lines of a text can be of the last run, where no manager keeps a record of starts: what a line is about
//! was not changed after it was written, and the daemon has not been started well since.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use insight::snapshot::{Line, LogSource, PidFile, Seen, Service};

use crate::gather::Gatherer;

/// Logs count whole seconds.
const SLACK_USEC: u64 = 1_000_000;
/// A daemon that fails takes its pid file away a moment after its last words.
const PID_SLACK_USEC: u64 = 5_000_000;
/// Of a daemon whose log does not tell of its starts, and whose pid file is gone: nobody knows whether it ran well in
/// between. What it said so long before now says nothing.
const UNSURE_USEC: u64 = 600_000_000;
/// Folders whose content is not one service's.
const SHARED: [&str; 6] =
    ["/etc", "/etc/init.d", "/etc/default", "/etc/conf.d", "/run", "/var/run"];
/// Words of logs that tell of starts.
const STARTS: [&str; 6] =
    ["tarting", "tarted", "ready to accept", "resuming normal", "istening on", "] start"];
/// More files are not asked.
const FILES_MAX: usize = 128;

/// When something was changed last that old lines may have been about, in microseconds since 1970.
pub fn changed(gatherer: &Gatherer<'_>, service: &Service) -> Option<u64> {
    let definition = service.definition.as_ref();
    let files = definition.iter().flat_map(|definition| &definition.files);
    let programs = definition.iter().flat_map(|definition| &definition.commands);
    let programs = programs.map(|command| &command.program);
    let configs: Vec<&String> = service.config_files.iter().map(|(path, _)| path).collect();
    let named = files.chain(programs).chain(configs.iter().copied()).take(FILES_MAX);
    let named = named.filter(|path| path.starts_with('/'));
    let of_files = named.filter_map(|path| changed_usec(&gatherer.inside(path), true)).max();
    // A file that was added or taken away shows in its folder alone.
    let folders = configs.iter().filter_map(|path| Some(path.rsplit_once('/')?.0));
    let folders = folders.filter(|folder| folder.starts_with("/etc/") && !SHARED.contains(folder));
    let of_folders = folders.filter_map(|path| changed_usec(&gatherer.inside(path), false)).max();
    let changed = of_files.max(of_folders).map(|at| at.saturating_sub(SLACK_USEC));
    let of_pids = service.pid_files.iter().filter_map(|file| {
        let (path, slack) = match file.pid {
            Seen::Absent => (file.path.rsplit_once('/')?.0, PID_SLACK_USEC),
            _ => (file.path.as_str(), SLACK_USEC),
        };
        let is_own = !SHARED.contains(&path) && !path.starts_with("/tmp");
        let changed = changed_usec(&gatherer.inside(path), false).filter(|_| is_own)?;
        Some(changed.saturating_sub(slack))
    });
    changed.max(of_pids.max())
}

/// When a file's content was changed; with `all`, also when it was put there, or its mode was changed.
fn changed_usec(path: &Path, all: bool) -> Option<u64> {
    let meta = std::fs::metadata(path).ok()?;
    let usec = |seconds: i64, nanoseconds: i64| {
        let nanoseconds = u64::try_from(nanoseconds).unwrap_or(0);
        Some(u64::try_from(seconds).ok()?.saturating_mul(1_000_000) + nanoseconds / 1000)
    };
    let modified = usec(meta.mtime(), meta.mtime_nsec());
    if all { modified.max(usec(meta.ctime(), meta.ctime_nsec())) } else { modified }
}

/// What is older says nothing, for want of anything that tells of runs in between.
pub fn unsure(files: &[PidFile], lines: &[Line], now_usec: u64) -> Option<u64> {
    let is_gone = !files.is_empty() && files.iter().all(|file| file.pid == Seen::Absent);
    let own = || lines.iter().filter(|line| line.source == LogSource::Service);
    let tells = own().any(|line| STARTS.iter().any(|words| line.message.contains(words)));
    (is_gone && !tells).then(|| now_usec.saturating_sub(UNSURE_USEC))
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::snapshot::PidFile;

    fn file(pid: Seen<u32>) -> [PidFile; 1] {
        let path = "/run/nginx.pid".to_owned();
        [PidFile { path, pid, process: None, garbled: false, is_of_its_start: false }]
    }

    fn line(message: &str) -> Line {
        Line {
            time_usec: Some(1),
            source: LogSource::Service,
            origin: "/var/log/x".to_owned(),
            level: None,
            pid: None,
            identifier: None,
            message_id: None,
            message: message.to_owned(),
            is_of_last_run: false,
        }
    }

    #[test]
    fn a_log_that_tells_of_starts_is_believed() {
        let now = 10 * UNSURE_USEC;
        let gone = file(Seen::Absent);
        let bind = line("[emerg] bind() to 10.0.0.1:80 failed");
        assert_eq!(unsure(&gone, std::slice::from_ref(&bind), now), Some(now - UNSURE_USEC));
        assert_eq!(unsure(&gone, &[bind.clone(), line("starting PostgreSQL 15")], now), None);
        assert_eq!(unsure(&file(Seen::Known(7)), &[bind], now), None);
        assert_eq!(unsure(&[], &[], now), None);
    }

    #[test]
    fn a_change_of_mode_is_a_change_too() {
        let folder = std::env::temp_dir();
        let folder = folder.join(format!("daemonctl-since-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("x");
        let file = std::fs::File::create(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(100)).unwrap();
        assert_eq!(changed_usec(&path, false), Some(100_000_000));
        assert!(changed_usec(&path, true) > Some(100_000_000));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
