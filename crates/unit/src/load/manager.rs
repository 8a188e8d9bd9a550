//! The manager's own configuration, as far as units depend on it (systemd-system.conf(5)).

use std::collections::BTreeMap;

use crate::{
    files::{EntryKind, Files},
    syntax::{Item, Reader},
};

/// Assignments of `[Manager]` in system.conf or user.conf and their drop-ins, texts as written; the
/// last one of a key holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagerDefaults {
    values: BTreeMap<Box<str>, Box<str>>,
}

impl ManagerDefaults {
    /// Reads them. What can't be read is left out: the manager then uses what it was built with.
    pub fn read(files: &dyn Files, is_user: bool) -> ManagerDefaults {
        let file = if is_user { "user.conf" } else { "system.conf" };
        let mut found = ManagerDefaults::default();
        let folders = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];
        for folder in folders {
            if let Ok(content) = files.read(&format!("{folder}/systemd/{file}")) {
                found.apply(&content.bytes);
                break;
            }
        }
        let mut drop_ins: BTreeMap<Box<str>, String> = BTreeMap::new();
        for folder in folders {
            let folder = format!("{folder}/systemd/{file}.d");
            for entry in files.list(&folder).unwrap_or_default() {
                let is_drop_in = entry.name.ends_with(".conf") && entry.kind != EntryKind::Folder;
                if is_drop_in {
                    let path = format!("{folder}/{}", entry.name);
                    drop_ins.entry(entry.name).or_insert(path);
                }
            }
        }
        for path in drop_ins.values() {
            if let Ok(content) = files.read(path) {
                found.apply(&content.bytes);
            }
        }
        found
    }

    fn apply(&mut self, text: &[u8]) {
        let mut is_manager = false;
        for item in Reader::new(text) {
            match item {
                Item::Section(name, _) => is_manager = name == "Manager",
                Item::Assignment(found) if is_manager => {
                    self.values.insert(found.key.into(), found.value.as_ref().into());
                }
                _ => {}
            }
        }
    }

    /// What is assigned to a key; `None` where nothing is, or where it was emptied.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|value| &**value).filter(|value| !value.is_empty())
    }
}
