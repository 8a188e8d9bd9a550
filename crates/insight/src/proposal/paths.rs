//! Paths that must stay writable: folded to the directories that are a daemon's own.

use std::collections::BTreeSet;

use super::{FileUse, Observation};

/// Directories with one directory for each daemon: what it has below is folded to that.
const WITH_OWN_DIRECTORIES: &[&str] = &[
    "/run",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/mail",
    "/var/opt",
    "/var/spool",
    "/var/tmp",
    "/var/www",
    "/tmp",
    "/opt",
    "/srv",
    "/home",
];
/// Directories that are never opened as a whole because of one file.
const TOO_BROAD: &[&str] = &[
    "/",
    "/etc",
    "/usr",
    "/usr/local",
    "/var",
    "/var/lib",
    "/boot",
    "/opt",
    "/srv",
    "/bin",
    "/lib",
    "/sbin",
];
/// File systems of the kernel, which `ProtectSystem=strict` leaves alone.
const OF_THE_KERNEL: &[&str] = &["/proc", "/sys", "/dev"];

/// Paths to leave writable, folded; `is_apart` tells paths that other settings deal with.
pub fn writable(seen: &Observation, is_apart: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let needed = seen
        .files
        .iter()
        .filter(|(path, file)| file.is_write() && !is_apart(path) && !is_of_kernel(path))
        .map(|(path, file)| folded(&place(path, file)));
    let all: BTreeSet<String> = needed.collect();
    let is_covered = |path: &String| all.iter().any(|other| other != path && is_below(path, other));
    all.iter().filter(|path| !is_covered(path)).cloned().collect()
}

/// Whether a path is a directory's or below it.
pub fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_of_kernel(path: &str) -> bool {
    OF_THE_KERNEL.iter().any(|directory| is_below(path, directory))
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((directory, _)) => directory,
    }
}

/// What must be writable for what was done with a path.
fn place(path: &str, file: &FileUse) -> String {
    let above = parent(path);
    match () {
        // An entry is made and removed in the directory above.
        () if file.changed => above.to_owned(),
        () if file.is_directory => path.to_owned(),
        // A file is replaced one day (logs are rotated): its directory is what lasts.
        () if TOO_BROAD.contains(&above) => path.to_owned(),
        () => above.to_owned(),
    }
}

/// Up to the directory that is one daemon's.
fn folded(path: &str) -> String {
    let own = WITH_OWN_DIRECTORIES.iter().filter(|shared| is_below(path, shared));
    let Some(shared) = own.max_by_key(|shared| shared.len()) else { return path.to_owned() };
    let rest = path.get(shared.len()..).unwrap_or("").trim_start_matches('/');
    match rest.split('/').next() {
        Some(first) if !first.is_empty() => format!("{shared}/{first}"),
        _ => path.to_owned(),
    }
}

/// A path as a list of paths in a unit file takes it; `None` where it can't be written safely.
pub fn written(path: &str) -> Option<String> {
    let is_plain =
        |character: char| !character.is_control() && !matches!(character, '"' | '\'' | '\\' | '`');
    if !path.starts_with('/') || !path.chars().all(is_plain) {
        return None;
    }
    let escaped = path.replace('%', "%%");
    // One that is not there at the next start is no reason to fail.
    let optional = format!("-{escaped}");
    Some(if escaped.contains(char::is_whitespace) { format!("\"{optional}\"") } else { optional })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(paths: &[(&str, FileUse)]) -> Observation {
        let files = paths.iter().map(|(path, file)| ((*path).to_owned(), file.clone()));
        Observation { files: files.collect(), ..Observation::default() }
    }

    fn made() -> FileUse {
        FileUse { written: true, changed: true, ..FileUse::default() }
    }

    fn opened() -> FileUse {
        FileUse { written: true, ..FileUse::default() }
    }

    #[test]
    fn what_is_below_a_daemons_own_directory_is_folded_to_it() {
        let seen = seen(&[
            ("/var/lib/postgresql/15/main/base/5/1249", opened()),
            ("/var/lib/postgresql/15/main/pg_wal/0001", made()),
            ("/run/postgresql/.s.PGSQL.5432", made()),
            ("/var/log/postgresql/postgresql-15-main.log", made()),
            ("/dev/shm/PostgreSQL.1", made()),
            ("/proc/self/oom_score_adj", opened()),
        ]);
        let all: Vec<String> = writable(&seen, |_| false).into_iter().collect();
        assert_eq!(all, ["/run/postgresql", "/var/lib/postgresql", "/var/log/postgresql"]);
    }

    #[test]
    fn single_files_open_their_directory_unless_that_is_too_much() {
        let seen = seen(&[
            ("/var/log/wtmp", opened()),
            ("/etc/resolv.conf", opened()),
            ("/run/nginx.pid", made()),
            ("/run/other/x", made()),
        ]);
        let all: Vec<String> = writable(&seen, |_| false).into_iter().collect();
        // /run is needed as a whole for the pid file, and covers what is below it.
        assert_eq!(all, ["/etc/resolv.conf", "/run", "/var/log"]);
    }

    #[test]
    fn nothing_breaks_out_of_a_line() {
        assert_eq!(written("/a b").as_deref(), Some("\"-/a b\""));
        assert_eq!(written("/a%i").as_deref(), Some("-/a%%i"));
        assert_eq!(written("/a\nUser=root"), None);
        assert_eq!(written("/a\"b"), None);
        assert_eq!(written("a"), None);
    }
}
