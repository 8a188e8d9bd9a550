//! Trees of unit files for the tests of `enable` and its kin, and what is in them afterwards.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The same numbers for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03);
        // Neighbours begin alike.
        for _ in 0..10 {
            dice.below(2);
        }
        dice
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// A file or link of a tree, by its path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    File(String),
    Link(String),
}

/// A tree that can be written several times.
#[derive(Clone, Debug, Default)]
pub struct Spec(pub BTreeMap<String, Node>);

impl Spec {
    pub fn file(&mut self, path: &str, text: &str) -> &mut Spec {
        self.0.insert(path.to_owned(), Node::File(text.to_owned()));
        self
    }

    pub fn link(&mut self, path: &str, target: &str) -> &mut Spec {
        self.0.insert(path.to_owned(), Node::Link(target.to_owned()));
        self
    }

    pub fn write(&self, root: &Path) {
        for folder in ["etc/systemd/system", "run/systemd", "usr/lib/systemd/system"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for (path, node) in &self.0 {
            let path = root.join(path.trim_start_matches('/'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match node {
                Node::File(text) => fs::write(path, text).unwrap(),
                Node::Link(target) => symlink(target, path).unwrap(),
            }
        }
    }
}

/// A tree in which enabling creates, replaces, refuses and remarks.
pub fn small_tree() -> crate::cmd_support::Folder {
    let root = crate::cmd_support::Folder::new();
    Spec::default()
        .file("/usr/lib/systemd/system/a.service", "[Install]\nWantedBy=x.target\nUnknown=\n")
        .file("/usr/lib/systemd/system/b.service", "[Install]\nAlias=c.service\n")
        .file("/usr/lib/systemd/system/d.service", "[Install]\nAlso=gone.service\n")
        .link("/etc/systemd/system/c.service", "/usr/lib/systemd/system/a.service")
        .write(root.path());
    root
}

/// Copies the unit files and presets of this machine into a root; the names of the units.
pub fn copy_of_this_machine(root: &Path) -> Vec<String> {
    fs::create_dir_all(root.join("usr/lib/systemd")).unwrap();
    symlink("usr/lib", root.join("lib")).unwrap();
    for folder in ["usr/lib/systemd/system", "usr/lib/systemd/system-preset"] {
        copy(&Path::new("/").join(folder), &root.join(folder));
    }
    fs::create_dir_all(root.join("etc/systemd/system")).unwrap();
    // By what the package says where it looks first, which decides what links hold.
    let list = "var/lib/dpkg/info/systemd.list";
    if let Ok(text) = fs::read(Path::new("/").join(list)) {
        fs::create_dir_all(root.join(list).parent().unwrap()).unwrap();
        fs::write(root.join(list), text).unwrap();
    }
    let names = fs::read_dir(root.join("usr/lib/systemd/system")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".wants")).collect();
    names.retain(|name| !name.ends_with(".d") && !name.ends_with(".requires"));
    names.sort_unstable();
    names
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else { return };
    fs::create_dir_all(to).unwrap();
    for entry in entries {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_symlink() {
            symlink(fs::read_link(entry.path()).unwrap(), to).unwrap();
        } else if kind.is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// All that lies below a folder: links with their targets, files with their sizes, folders.
pub fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().unwrap();
            let what = if kind.is_symlink() {
                format!("-> {}", fs::read_link(entry.path()).unwrap().display())
            } else if kind.is_dir() {
                folders.push(path.clone());
                "folder".to_owned()
            } else {
                format!("{} bytes", entry.metadata().unwrap().len())
            };
            found.insert(format!("/{}", path.display()), what);
        }
    }
    found
}

/// What differs between two snapshots, a line for each path.
pub fn difference(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let none = "nothing".to_owned();
    let paths: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths
        .into_iter()
        .filter_map(|path| {
            let (a, b) = (a.get(path).unwrap_or(&none), b.get(path).unwrap_or(&none));
            (a != b).then(|| format!("{path}: {a} | {b}"))
        })
        .collect()
}
