//! What lies in a service's folders, as far as a bounded look goes. No link is followed.

use std::os::fd::OwnedFd;

use insight::snapshot::FolderLook;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};

use super::super::lookups::paths::Found;

/// So many files of one folder are looked at.
const FILES_MAX: u32 = 2000;
/// So deep.
const DEPTH_MAX: u32 = 4;
/// So many of a kind are kept.
const KEPT_MAX: usize = 200;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Files of others, and such as everybody may write to.
    Own,
    /// The same, and data that everybody may read.
    Data,
    /// Programs with other privileges.
    Programs,
}

/// Looks into a folder. `own`: users whose files belong there; root's always do.
pub fn look(
    path: &str,
    found: &Found,
    aim: Aim,
    own: &[u32],
    groups: &[u32],
) -> Option<FolderLook> {
    let (fd, _) = found.end.as_ref()?;
    let folder = openat(fd, c".", flags(), Mode::empty()).ok()?;
    let device = rustix::fs::fstat(&folder).ok()?.st_dev;
    let mut walk = Walk {
        aim,
        own,
        groups,
        device,
        look: FolderLook { path: path.to_owned(), ..FolderLook::default() },
    };
    walk.folder(&folder, path, DEPTH_MAX);
    Some(walk.look)
}

fn flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK
}

struct Walk<'w> {
    aim: Aim,
    own: &'w [u32],
    groups: &'w [u32],
    device: u64,
    look: FolderLook,
}

/// Ends of names of what databases keep; other files beside them tell little.
const DATA: &[&str] = &[
    ".aof",
    ".bson",
    ".db",
    ".dump",
    ".frm",
    ".ibd",
    ".ldb",
    ".mdb",
    ".myd",
    ".myi",
    ".rdb",
    ".sdb",
    ".sql",
    ".sqlite",
    ".sqlite3",
    ".wt",
    "ibdata1",
    "ib_logfile0",
    "ib_logfile1",
    "pg_control",
];

fn is_data(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    DATA.iter().any(|end| lower.ends_with(end))
        || lower.contains("/pg_wal/")
        || lower.contains("/base/")
}

impl Walk<'_> {
    fn folder(&mut self, folder: &OwnedFd, path: &str, depth: u32) {
        let Ok(entries) = Dir::read_from(folder) else { return };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if self.look.looked >= FILES_MAX {
                self.look.is_cut = true;
                return;
            }
            self.look.looked += 1;
            let Ok(stat) = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            let below = format!("{path}/{}", name.to_string_lossy());
            let kind = FileType::from_raw_mode(stat.st_mode);
            self.file(&below, kind, stat.st_mode & 0o7777, stat.st_uid, stat.st_gid);
            // What is mounted below is another folder's matter.
            if kind == FileType::Directory
                && depth > 0
                && stat.st_dev == self.device
                && let Ok(next) = openat(folder, name, flags(), Mode::empty())
            {
                self.folder(&next, &below, depth - 1);
            }
        }
    }

    fn file(&mut self, path: &str, kind: FileType, mode: u32, uid: u32, gid: u32) {
        let look = &mut self.look;
        if self.aim == Aim::Programs {
            if kind == FileType::RegularFile
                && mode & 0o6000 != 0
                && mode & 0o111 != 0
                && look.set_id.len() < KEPT_MAX
            {
                look.set_id.push((path.to_owned(), mode, uid, gid));
            }
            return;
        }
        let is_own =
            uid == 0 || self.own.contains(&uid) || (gid != 0 && self.groups.contains(&gid));
        if !is_own && look.foreign.len() < KEPT_MAX {
            look.foreign.push((path.to_owned(), uid));
        }
        if kind == FileType::RegularFile && mode & 0o002 != 0 && look.open.len() < KEPT_MAX {
            look.open.push(path.to_owned());
        }
        if self.aim == Aim::Data
            && kind == FileType::RegularFile
            && mode & 0o004 != 0
            && is_data(path)
            && look.readable.len() < KEPT_MAX
        {
            look.readable.push(path.to_owned());
        }
    }
}
