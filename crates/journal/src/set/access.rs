//! What could not be read, and who could.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::file::OpenError;
use crate::groups;

/// A file or folder that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Which.
    pub path: PathBuf,
    /// Why not.
    pub why: Why,
}

/// Why something could not be read.
#[derive(Debug)]
pub enum Why {
    /// Not permitted. [`Access`] tells who is.
    NotPermitted,
    /// No journal file that this program understands, or it can't be opened for another reason.
    File(OpenError),
    /// There are more files than sd-journal would open: 7168.
    TooMany,
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Why {
        OpenError::Io(error).into()
    }
}

impl From<OpenError> for Why {
    fn from(error: OpenError) -> Why {
        match error {
            // As systemd: EACCES only.
            OpenError::Io(error) if error.raw_os_error() == Some(EACCES) => Why::NotPermitted,
            other => Why::File(other),
        }
    }
}

const EACCES: i32 = rustix::io::Errno::ACCESS.raw_os_error();

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NotPermitted => f.write_str("not permitted"),
            Why::File(error) => error.fmt(f),
            Why::TooMany => f.write_str("there are too many files"),
        }
    }
}

/// Who may read the journal, as journalctl(1) hints at it: root, members of `systemd-journal`, and
/// of the groups in the default access list of the journal's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Whether the caller should see everything.
    pub sees_all: bool,
    /// The groups whose members may read, sorted; with an access list that names none only
    /// `systemd-journal`.
    pub groups: Vec<String>,
    /// Whether the folder's access list names groups.
    pub by_access_list: bool,
}

/// The group that systemd gives the journal to.
const GROUP: &str = "systemd-journal";

impl Access {
    /// Of the calling process on this machine.
    pub fn of_caller() -> Access {
        let folder = ["/run/log/journal", "/var/log/journal"]
            .into_iter()
            .map(Path::new)
            .find(|folder| folder.exists())
            .unwrap_or(Path::new("/var/log/journal"));
        let list = access_list(folder);
        let caller = Caller::new();
        Access::new(&list, &caller, &groups::known())
    }

    fn new(list: &[u32], caller: &Caller, known: &str) -> Access {
        let own = groups::gid_of(known, GROUP);
        let mut groups: Vec<String> = list.iter().map(|gid| shown(known, *gid)).collect();
        groups.push(GROUP.to_owned());
        groups.sort_unstable();
        groups.dedup();
        Access {
            sees_all: caller.is_root
                || own.is_some_and(|gid| caller.gids.contains(&gid))
                || list.iter().any(|gid| caller.gids.contains(gid)),
            groups,
            by_access_list: !list.is_empty(),
        }
    }
}

struct Caller {
    is_root: bool,
    gids: Vec<u32>,
}

impl Caller {
    fn new() -> Caller {
        let mut gids: Vec<u32> = rustix::process::getgroups()
            .unwrap_or_default()
            .into_iter()
            .map(|gid| gid.as_raw())
            .collect();
        gids.push(rustix::process::getgid().as_raw());
        gids.push(rustix::process::getegid().as_raw());
        Caller { is_root: rustix::process::getuid().is_root(), gids }
    }
}

/// The groups of a folder's default access list.
fn access_list(folder: &Path) -> Vec<u32> {
    let mut room = vec![0; 4096];
    let name = "system.posix_acl_default";
    match rustix::fs::getxattr(folder, name, &mut room) {
        Ok(size) => parse_access_list(room.get(..size).unwrap_or_default()),
        Err(_) => Vec::new(),
    }
}

/// The attribute as the kernel gives it (linux/posix_acl_xattr.h): a version, then for each entry a
/// tag, permissions and an id.
fn parse_access_list(bytes: &[u8]) -> Vec<u32> {
    const GROUP_TAG: u16 = 0x08;
    let Some((version, entries)) = bytes.split_first_chunk::<4>() else { return Vec::new() };
    if u32::from_le_bytes(*version) != 2 {
        return Vec::new();
    }
    let (entries, _) = entries.as_chunks::<8>();
    entries
        .iter()
        .filter_map(|[tag0, tag1, _, _, id @ ..]| {
            (u16::from_le_bytes([*tag0, *tag1]) == GROUP_TAG).then_some(u32::from_le_bytes(*id))
        })
        .collect()
}

fn shown(known: &str, gid: u32) -> String {
    groups::name_of(known, gid).map_or_else(|| gid.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: &str = "root:x:0:\nadm:x:4:syslog\nwheel:x:10:\nsystemd-journal:x:190:\n";

    fn caller(gids: &[u32]) -> Caller {
        Caller { is_root: false, gids: gids.to_vec() }
    }

    #[test]
    fn groups_of_the_access_list_help() {
        let mut bytes = vec![2, 0, 0, 0];
        for (tag, id) in [(1_u16, u32::MAX), (4, u32::MAX), (8, 4), (8, 77), (16, u32::MAX)] {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(5_u16.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        let list = parse_access_list(&bytes);
        assert_eq!(list, [4, 77]);
        let access = Access::new(&list, &caller(&[1000]), GROUPS);
        assert_eq!(access.groups, ["77", "adm", "systemd-journal"]);
        assert!(!access.sees_all && access.by_access_list);
        assert!(Access::new(&list, &caller(&[4]), GROUPS).sees_all);
        assert!(Access::new(&list, &caller(&[190]), GROUPS).sees_all);
        let access = Access::new(&[], &caller(&[4]), GROUPS);
        assert_eq!(access.groups, ["systemd-journal"]);
        assert!(!access.sees_all && !access.by_access_list);
    }

    #[test]
    fn what_is_no_access_list() {
        for bytes in [&[][..], &[1, 0, 0, 0, 8, 0, 5, 0, 1, 0, 0, 0], &[2, 0, 0, 0, 8, 0, 5]] {
            assert!(parse_access_list(bytes).is_empty());
        }
    }
}
