//! `--vacuum-size`, `--vacuum-files`, `--vacuum-time`: archived journal files are deleted, the oldest
//! first, until no more is left than may be.

use std::cmp::Ordering;
use std::fs::{DirEntry, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use journal::Id128;
use journal::format::layout::header::N_ENTRIES;
use journal::set::Set;
use rustix::fs::{AtFlags, CWD, FallocateFlags, OFlags, StatxFlags, fallocate, statx};

use super::super::amounts::bytes;
use super::failure::{Failure, words};
use super::settings::Vacuum;
use super::{Level, Tool};

/// Bytes of the header of systemd 252: what is shorter has no entries.
const HEADER_BYTES: u64 = 264;

/// Deletes what is too much in each of the set's folders.
///
/// # Errors
/// A folder can't be read.
pub fn run(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let mut failure = None;
    for folder in set.folders() {
        if let Err(error) = folder_of(tool, folder) {
            let why = words(&error);
            let text = format!("Failed to vacuum {}: {why}", folder.display());
            tool.say(Level::Error, &text);
            failure = Some(Failure::silent());
        }
    }
    failure.map_or(Ok(()), Err)
}

/// An archived file.
#[derive(Debug)]
struct Archived {
    path: PathBuf,
    used: u64,
    /// When it began, as far as is known: microseconds since 1970.
    realtime_usec: u64,
    /// Of what sequence, from which number on.
    sequence: Option<(Id128, u64)>,
}

/// What a file's name says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// It is none of journald's.
    Foreign,
    /// It may still be written to.
    Active,
    /// It is not.
    Archived { sequence: Option<(Id128, u64)>, realtime_usec: u64 },
}

impl Name {
    /// `…@SEQUENCE-NUMBER-TIME.journal`, `…@TIME-RANDOM.journal~`, all in hexadecimal.
    fn parse(name: &str) -> Name {
        let number =
            |text: &str| (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok()).flatten();
        let archived = if let Some(stem) = name.strip_suffix(".journal") {
            stem.rsplit_once('@').and_then(|(_, rest)| {
                let (id, rest) = rest.split_at_checked(32)?;
                let (first, time) = rest.strip_prefix('-')?.split_once('-')?;
                Some((Some((id.parse().ok()?, number(first)?)), number(time)?))
            })
        } else if let Some(stem) = name.strip_suffix(".journal~") {
            stem.rsplit_once('@').and_then(|(_, rest)| {
                let (time, random) = rest.split_once('-')?;
                number(random)?;
                Some((None, number(time)?))
            })
        } else {
            return Name::Foreign;
        };
        match archived {
            Some((sequence, realtime_usec)) => Name::Archived { sequence, realtime_usec },
            None => Name::Active,
        }
    }
}

fn compare(a: &Archived, b: &Archived) -> Ordering {
    match (a.sequence, b.sequence) {
        (Some((one, first)), Some((other, second))) if one == other => first.cmp(&second),
        (one, other) => a.realtime_usec.cmp(&b.realtime_usec).then_with(|| match (one, other) {
            (Some((one, _)), Some((other, _))) => one.cmp(&other),
            _ => a.path.cmp(&b.path),
        }),
    }
}

/// What is known of a folder.
struct Folder<'t> {
    tool: &'t Tool,
    active: u64,
    used: u64,
    freed: u64,
    archived: Vec<Archived>,
}

fn folder_of(tool: &Tool, path: &Path) -> io::Result<()> {
    let Vacuum { bytes: most_bytes, files: most_files, age_usec } = tool.settings.vacuum;
    if most_bytes == 0 && most_files == 0 && age_usec == 0 {
        return Ok(());
    }
    let oldest = tool.settings.now_usec.saturating_sub(age_usec);
    let mut folder = Folder { tool, active: 0, used: 0, freed: 0, archived: Vec::new() };
    for entry in std::fs::read_dir(path)? {
        folder.look_at(&entry?);
    }
    folder.archived.sort_by(compare);
    let count = folder.archived.len() as u64;
    for (index, file) in (0..).zip(std::mem::take(&mut folder.archived)) {
        let left = folder.active + count - index;
        if (age_usec == 0 || file.realtime_usec >= oldest)
            && (most_bytes == 0 || folder.used <= most_bytes)
            && (most_files == 0 || left <= most_files)
        {
            break;
        }
        if folder.delete(&file.path, file.used, "") {
            folder.used = folder.used.saturating_sub(file.used);
        }
    }
    if !tool.settings.quiet {
        let freed = bytes(folder.freed);
        let path = path.display();
        let text = format!("Vacuuming done, freed {freed} of archived journals from {path}.");
        tool.say(Level::Info, &text);
    }
    Ok(())
}

impl Folder<'_> {
    fn look_at(&mut self, entry: &DirEntry) {
        // What has gone meanwhile needs no looking after.
        let Ok(about) = entry.metadata() else { return };
        if !about.is_file() {
            return;
        }
        let used = about.blocks() * 512;
        let name = entry.file_name();
        let (sequence, realtime_usec) = match Name::parse(&name.to_string_lossy()) {
            Name::Foreign => return,
            Name::Active => {
                self.active += 1;
                self.used += used;
                return;
            }
            Name::Archived { sequence, realtime_usec } => (sequence, realtime_usec),
        };
        let path = entry.path();
        match is_empty(&path) {
            Ok(true) => {
                self.delete(&path, used, "empty ");
            }
            Ok(false) => {
                let realtime_usec = earliest(&path, &about, realtime_usec);
                self.used += used;
                self.archived.push(Archived { path, used, realtime_usec, sequence });
            }
            Err(_) => {}
        }
    }

    /// Deletes a file; says whether it is gone by that.
    fn delete(&mut self, path: &Path, used: u64, kind: &str) -> bool {
        match unlink(path) {
            Ok(()) => {
                self.freed += used;
                if !self.tool.settings.quiet {
                    let used = bytes(used);
                    let path = path.display();
                    let text = format!("Deleted {kind}archived journal {path} ({used}).");
                    self.tool.say(Level::Info, &text);
                }
                true
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                let why = words(&error);
                let path = path.display();
                let text = format!("Failed to delete {kind}archived journal {path}: {why}");
                self.tool.say(Level::Warning, &text);
                false
            }
        }
    }
}

/// Whether a file has no entries.
fn is_empty(path: &Path) -> io::Result<bool> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.len() < HEADER_BYTES {
        return Ok(true);
    }
    let mut count = [0; 8];
    file.read_exact_at(&mut count, N_ENTRIES as u64)?;
    Ok(u64::from_le_bytes(count) == 0)
}

/// The earliest of all times that are known of a file.
fn earliest(path: &Path, about: &std::fs::Metadata, named_usec: u64) -> u64 {
    let usec = |seconds: i64, nanoseconds: i64| {
        let usec = seconds.checked_mul(1_000_000)?.checked_add(nanoseconds / 1000)?;
        u64::try_from(usec).ok().filter(|usec| *usec > 0)
    };
    // journald notes it when it makes the file.
    let mut note = [0; 8];
    let noted = rustix::fs::getxattr(path, "user.crtime_usec", &mut note)
        .is_ok_and(|length| length == note.len())
        .then(|| u64::from_le_bytes(note))
        .filter(|usec| *usec > 0 && *usec != u64::MAX);
    let born = statx(CWD, path, AtFlags::empty(), StatxFlags::BTIME)
        .ok()
        .filter(|found| found.stx_mask & StatxFlags::BTIME.bits() != 0)
        .and_then(|found| usec(found.stx_btime.tv_sec, i64::from(found.stx_btime.tv_nsec)));
    let times = [
        usec(about.ctime(), about.ctime_nsec()),
        usec(about.atime(), about.atime_nsec()),
        usec(about.mtime(), about.mtime_nsec()),
        [noted, born].into_iter().flatten().min(),
    ];
    times.into_iter().flatten().fold(named_usec, u64::min)
}

/// Deletes a file, and gives its blocks back even if somebody has it open and there is no other name
/// of it.
fn unlink(path: &Path) -> io::Result<()> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().write(true).custom_flags(flags).open(path).ok();
    std::fs::remove_file(path)?;
    if let Some(file) = file {
        free_blocks(&file);
    }
    Ok(())
}

fn free_blocks(file: &File) {
    let Ok(about) = file.metadata() else { return };
    if !about.is_file() || about.nlink() > 0 || about.len() == 0 {
        return;
    }
    // A reader sees zeros from now on. Not every file system can do it; then blocks go with the reader.
    let _ = fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, about.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn names_tell_what_is_archived() {
        let id: Id128 = ID.parse().unwrap();
        for (name, expected) in [
            ("system.journal".to_owned(), Name::Active),
            ("user-1000.journal".to_owned(), Name::Active),
            ("system.journal.gz".to_owned(), Name::Foreign),
            ("fss".to_owned(), Name::Foreign),
            (
                format!("system@{ID}-0000000000000010-0006431e10000000.journal"),
                Name::Archived { sequence: Some((id, 16)), realtime_usec: 0x6_431e_1000_0000 },
            ),
            (
                "user-7@0006431e10000000-00f0f0f0f0f0f0f0.journal~".to_owned(),
                Name::Archived { sequence: None, realtime_usec: 0x6_431e_1000_0000 },
            ),
            (format!("system@{ID}-0000000000000010.journal"), Name::Active),
            (format!("system@{ID}-10-0006431e10000000.journal"), Name::Active),
            ("system@x-y.journal~".to_owned(), Name::Active),
        ] {
            assert_eq!(Name::parse(&name), expected, "{name}");
        }
    }
}
