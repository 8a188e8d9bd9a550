//! A log file and the ones that rotation made of it.

use std::cmp::Ordering;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::calendar::days_from_epoch;
use super::scan::Scan;
use super::store::{Identity, mtime_usec, trouble_of};
use super::{Kind, Trouble};

/// What rotation appends when it compresses.
const ARCHIVES: [&[u8]; 5] = [b".gz", b".xz", b".zst", b".bz2", b".Z"];

/// Files in one folder are looked at up to this many.
const ENTRIES_MAX: usize = 100_000;

/// A log file and its rotated ones, which are read as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Family {
    /// The file that is written now. It need not be there.
    pub path: PathBuf,
    /// Who writes it.
    pub kind: Kind,
}

/// One file of a family.
#[derive(Debug, Clone)]
pub struct Member {
    /// The file.
    pub path: PathBuf,
    /// Which one it is, whatever its name.
    pub identity: Identity,
    /// When it was changed last, as far as can be known: copies are newer than what they say.
    pub changed_usec: u64,
    /// How many bytes it has on disk.
    pub size: u64,
    rotation: Rotation,
    is_archive: bool,
}

/// What a name says about the age of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rotation {
    /// `.old` and numbers: `.2` is older than `.1`.
    Number(u64),
    /// Digits of a date, and perhaps of a time.
    Date(Vec<u8>),
    /// The file itself.
    Live,
}

impl Family {
    /// The family of that file.
    pub fn new(path: impl Into<PathBuf>, kind: Kind) -> Family {
        Family { path: path.into(), kind }
    }

    /// The files that are there now, oldest first, and what is in the way.
    pub fn members(&self) -> (Vec<Member>, Option<Trouble>) {
        let (mut found, mut trouble) = (Vec::new(), None);
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let name = self.path.file_name().unwrap_or_default().as_bytes();
        match fs::read_dir(folder) {
            Ok(entries) => {
                for entry in entries.flatten().take(ENTRIES_MAX) {
                    let Some((rotation, is_archive)) = relation(name, entry.file_name().as_bytes())
                    else {
                        continue;
                    };
                    found.extend(Member::of(folder.join(entry.file_name()), rotation, is_archive));
                }
            }
            // A folder may let its files be opened by those who know their names.
            Err(error) => match Member::of(self.path.clone(), Rotation::Live, false) {
                Some(live) => found.push(live),
                None => trouble = Some(trouble_of(folder, &error)),
            },
        }
        (ordered(found), trouble)
    }
}

impl Member {
    fn of(path: PathBuf, rotation: Rotation, is_archive: bool) -> Option<Member> {
        let meta = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let identity = Identity::of(&meta);
        let changed = mtime_usec(&meta);
        let changed_usec = match &rotation {
            Rotation::Date(digits) => day_usec(digits).map_or(changed, |day| changed.min(day)),
            _ => changed,
        };
        Some(Member { path, identity, changed_usec, size: meta.len(), rotation, is_archive })
    }

    /// Whether it is the file that is written now.
    pub fn is_live(&self) -> bool {
        self.rotation == Rotation::Live
    }

    /// Whether its name says that it is compressed.
    pub fn is_archive(&self) -> bool {
        self.is_archive
    }
}

/// The end of the day after that of a name: whatever the zone, nothing in the file is later.
fn day_usec(digits: &[u8]) -> Option<u64> {
    let mut at = Scan::new(digits);
    let (year, month, day) = (at.digits(4, 4)?, at.digits(2, 2)?, at.digits(2, 2)?);
    if !(1970..=2200).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_from_epoch(year as i16, month as u8, day as u8) + 2;
    u64::try_from(days * 86_400 * 1_000_000).ok()
}

/// Oldest first; of a file and its archive (which is being made) only the file.
fn ordered(mut found: Vec<Member>) -> Vec<Member> {
    let is_mixed = found.iter().any(|member| matches!(member.rotation, Rotation::Number(_)))
        && found.iter().any(|member| matches!(member.rotation, Rotation::Date(_)));
    found.sort_by(|one, other| {
        let by_name = match (&one.rotation, &other.rotation) {
            (Rotation::Live, Rotation::Live) => Ordering::Equal,
            (Rotation::Live, _) => Ordering::Greater,
            (_, Rotation::Live) => Ordering::Less,
            _ if is_mixed => one.changed_usec.cmp(&other.changed_usec),
            (Rotation::Number(one), Rotation::Number(other)) => other.cmp(one),
            (Rotation::Date(one), Rotation::Date(other)) => one.cmp(other),
            _ => Ordering::Equal,
        };
        by_name.then(one.is_archive.cmp(&other.is_archive))
    });
    found.dedup_by(|later, first| {
        later.rotation == first.rotation
            && later.is_archive
            && !first.is_archive
            && !first.is_live()
    });
    found
}

/// How a file of that name belongs to the log file `base`, and whether it is compressed.
fn relation(base: &[u8], name: &[u8]) -> Option<(Rotation, bool)> {
    if name == base {
        return Some((Rotation::Live, false));
    }
    let archive = ARCHIVES.iter().find_map(|end| name.strip_suffix(*end));
    let bare = archive.unwrap_or(name);
    let rotation = match bare.strip_prefix(base) {
        Some(rest) => rotation(rest),
        None => {
            // `app-20261122.log` of `app.log`.
            let dot = base.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0)?;
            let (stem, extension) = base.split_at_checked(dot)?;
            let has_word = extension.iter().any(u8::is_ascii_alphabetic);
            let rest = bare.strip_prefix(stem)?.strip_suffix(extension)?;
            has_word.then(|| rotation(rest)).flatten()
        }
    };
    rotation.map(|rotation| (rotation, archive.is_some()))
}

/// What rotation put behind a name: `.1`, `-20261122`, `.2026-11-22`, `-20261122-03`, `.old`.
fn rotation(rest: &[u8]) -> Option<Rotation> {
    if rest == b".old" {
        return Some(Rotation::Number(1));
    }
    let (b'.' | b'-' | b'_', digits) = rest.split_first()? else { return None };
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let is_allowed = |byte: &u8| byte.is_ascii_digit() || b"-._:T".contains(byte);
    if !digits.first().is_some_and(is_digit) || !digits.iter().all(is_allowed) {
        return None;
    }
    let only: Vec<u8> = digits.iter().copied().filter(u8::is_ascii_digit).collect();
    match only.len() {
        1..=5 if only.len() == digits.len() => {
            Some(Rotation::Number(Scan::new(&only).digits(1, 5)?))
        }
        // Years and months alone, too.
        6.. => Some(Rotation::Date(only)),
        _ => None,
    }
}

/// Names that syslogd's configurations of the distributions and of busybox use.
const SYSLOG_FILES: &[&str] = &[
    "syslog",
    "messages",
    "daemon.log",
    "auth.log",
    "secure",
    "kern.log",
    "user.log",
    "mail.log",
    "mail.err",
    "mail.warn",
    "mail.info",
    "maillog",
    "cron.log",
    "cron",
    "debug",
    "lpr.log",
    "spooler",
    "authlog",
    "everything.log",
    "local0.log",
    "local1.log",
    "local2.log",
    "local3.log",
    "local4.log",
    "local5.log",
    "local6.log",
    "local7.log",
    "uucp.log",
    "ftp.log",
    "news.log",
    "critical",
    "errors.log",
    "news/news.crit",
    "news/news.err",
    "news/news.notice",
    "everything/current",
];

/// The files that syslogd writes below `root`/var/log, and what could not be looked at. A family is
/// there if any of its files is.
pub fn syslog_families(root: &Path) -> (Vec<Family>, Vec<Trouble>) {
    let folder = root.join("var/log");
    let mut families = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return (families, Vec::new());
        }
        Err(error) => return (families, vec![trouble_of(&folder, &error)]),
    };
    let names: Vec<_> =
        entries.flatten().take(ENTRIES_MAX).map(|entry| entry.file_name()).collect();
    for file in SYSLOG_FILES {
        let is_there = match file.split_once('/') {
            Some(_) => folder.join(file).is_file(),
            None => names.iter().any(|name| relation(file.as_bytes(), name.as_bytes()).is_some()),
        };
        let path = folder.join(file);
        if is_there && !path.is_dir() {
            families.push(Family::new(path, Kind::Syslog));
        }
    }
    (families, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rotation_gives() {
        let number = |number| Some((Rotation::Number(number), false));
        let date = |digits: &[u8], archive| Some((Rotation::Date(digits.to_vec()), archive));
        type Row<'r> = (&'r str, &'r str, Option<(Rotation, bool)>);
        let rows: &[Row<'_>] = &[
            ("syslog", "syslog", Some((Rotation::Live, false))),
            ("syslog", "syslog.1", number(1)),
            ("syslog", "syslog.12.gz", Some((Rotation::Number(12), true))),
            ("messages", "messages.0", number(0)),
            ("messages", "messages.old", number(1)),
            ("messages", "messages-20261122", date(b"20261122", false)),
            ("messages", "messages-20261122.xz", date(b"20261122", true)),
            ("messages", "messages-20261122-1700000000.zst", date(b"202611221700000000", true)),
            ("app.log", "app-2026-11-22.log", date(b"20261122", false)),
            ("app.log", "app.1.log.gz", Some((Rotation::Number(1), true))),
            ("app.log", "app.log.2026-11-22-03", date(b"2026112203", false)),
            ("mail.log", "mail.err", None),
            ("mail.log", "mail.log~", None),
            ("syslog", "syslog.conf", None),
            ("syslog", "syslog-ng", None),
            ("error.log", "error.log.gz", None),
            ("a.1", "a.2.1", None),
        ];
        for (base, name, expected) in rows {
            assert_eq!(relation(base.as_bytes(), name.as_bytes()), *expected, "{base} {name}");
        }
    }

    #[test]
    fn a_date_in_a_name_bounds_the_time() {
        assert_eq!(day_usec(b"19700101"), Some(2 * 86_400_000_000));
        assert_eq!(day_usec(b"20261322"), None);
        assert_eq!(day_usec(b"202611"), None);
    }
}
