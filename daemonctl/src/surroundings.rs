//! What units refer to besides units, looked up on the disk: programs, users, files.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use files::{Disk, Kind};
use unit::check::references::{Program, Surroundings};
use unit::{FileError, Files as _, Name, UnitType};

/// Where a program without a path is looked for (systemd.service(5), COMMAND LINES).
const PROGRAM_FOLDERS: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The disk, with what was asked already: many units run the same program.
pub struct OnDisk<'a> {
    disk: &'a Disk,
    users: Option<HashSet<String>>,
    groups: Option<HashSet<String>>,
    mounts: HashSet<String>,
    programs: RefCell<HashMap<String, Program>>,
}

impl<'a> OnDisk<'a> {
    /// The surroundings of the units in that tree.
    pub fn new(disk: &'a Disk) -> OnDisk<'a> {
        OnDisk {
            disk,
            users: names(disk, "/etc/passwd"),
            groups: names(disk, "/etc/group"),
            mounts: mounts(disk),
            programs: RefCell::default(),
        }
    }

    fn look(&self, path: &str) -> Program {
        match self.disk.kind(path) {
            Ok(Kind::Executable) => Program::Found,
            Ok(Kind::File) => Program::NotExecutable,
            Ok(Kind::Folder | Kind::Other) => Program::NotAFile,
            Err(FileError::Missing) => Program::Missing,
            Err(_) => Program::Unknown,
        }
    }

    fn search(&self, name: &str) -> Program {
        if name.starts_with('/') {
            return self.look(name);
        }
        let mut found = Program::Missing;
        for folder in PROGRAM_FOLDERS {
            match self.look(&format!("{folder}/{name}")) {
                Program::Found => return Program::Found,
                Program::Missing => {}
                other => found = other,
            }
        }
        found
    }
}

impl Surroundings for OnDisk<'_> {
    fn program(&self, path: &str) -> Program {
        if let Some(known) = self.programs.borrow().get(path) {
            return *known;
        }
        let found = self.search(path);
        self.programs.borrow_mut().insert(path.to_owned(), found);
        found
    }

    fn user(&self, name: &str) -> Option<bool> {
        let is_number = name.parse::<u32>().is_ok();
        let is_listed = is_number || self.users.as_ref()?.contains(name);
        // Users of networks and dynamic users are in no file.
        Some(is_listed || (self.disk.is_machine() && uzers::get_user_by_name(name).is_some()))
    }

    fn group(&self, name: &str) -> Option<bool> {
        let is_number = name.parse::<u32>().is_ok();
        let is_listed = is_number || self.groups.as_ref()?.contains(name);
        Some(is_listed || (self.disk.is_machine() && uzers::get_group_by_name(name).is_some()))
    }

    fn is_mounted(&self, unit: &Name) -> bool {
        self.mounts.contains(unit.as_str())
    }

    fn exists(&self, path: &str) -> Option<bool> {
        match self.disk.kind(path) {
            Ok(_) => Some(true),
            Err(FileError::Missing) => Some(false),
            Err(_) => None,
        }
    }
}

/// The first fields of a file like passwd(5). `None` where there is no such file: a tree of unit
/// files alone says nothing of users.
fn names(disk: &Disk, path: &str) -> Option<HashSet<String>> {
    let content = disk.read(path).ok()?;
    let text = String::from_utf8_lossy(&content.bytes);
    Some(text.lines().filter_map(|line| line.split(':').next()).map(str::to_owned).collect())
}

/// The names of the mount and swap units that the kernel has (proc(5), mountinfo and swaps). In a tree
/// that is no machine there is the root alone.
fn mounts(disk: &Disk) -> HashSet<String> {
    let mut found = HashSet::from(["-.mount".to_owned()]);
    if !disk.is_machine() {
        return found;
    }
    let mut add = |path: &str, column: usize, kind: UnitType| {
        let Ok(content) = disk.read(path) else { return };
        let text = String::from_utf8_lossy(&content.bytes).into_owned();
        for line in text.lines() {
            let Some(path) = line.split(' ').nth(column) else { continue };
            let path = path.replace("\\040", " ");
            found.extend(Name::of_path(path.as_bytes(), kind).map(|name| name.to_string()));
        }
    };
    add("/proc/self/mountinfo", 4, UnitType::Mount);
    add("/proc/swaps", 0, UnitType::Swap);
    found
}
