//! The scripts of a machine, each read when a question gets to it: most questions about all of them are
//! answered by the first few.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::surroundings::Settings;
use super::{LONGEST_SCRIPT, MOST_SCRIPTS, Script, folder, parse};
use crate::read;

/// The init scripts of a machine, read one by one and kept. Their runlevels are not read.
#[derive(Debug)]
pub struct Scripts {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Names of those that were not read yet, the first one last.
    pending: Option<Vec<String>>,
    settings: Option<Settings>,
    read: Vec<Script>,
}

impl Scripts {
    /// Of the machine whose tree is at `root` (`/` but in tests).
    pub fn new(root: &Path) -> Scripts {
        Scripts { root: root.to_owned(), state: Mutex::default() }
    }

    /// The script of that file name, if there is one: no other is read.
    pub fn get(&self, name: &str) -> Option<Script> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = state.read.iter().find(|script| script.name == name).cloned();
        known.or_else(|| read_one(&self.root, name, &Settings::of_one()))
    }

    /// Whether there is a script of which that holds. No more are read than it takes to know.
    pub fn any(&self, mut holds: impl FnMut(&Script) -> bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.read.iter().any(&mut holds) {
            return true;
        }
        let State { pending, settings, read } = &mut *state;
        let settings = settings.get_or_insert_with(|| Settings::list(&self.root));
        let pending = pending.get_or_insert_with(|| {
            let folder = self.root.join(folder(&self.root));
            let mut names = read::names(&folder, MOST_SCRIPTS).unwrap_or_default();
            names.reverse();
            names
        });
        while let Some(name) = pending.pop() {
            let Some(script) = read_one(&self.root, &name, settings) else { continue };
            let is_it = holds(&script);
            read.push(script);
            if is_it {
                return true;
            }
        }
        false
    }

    /// Whether no other script starts one of the programs of this one: a process of such a
    /// program is its own.
    pub(crate) fn owns_programs(&self, script: &Script) -> bool {
        !self.any(|other| other.name != script.name && other.shares_program(script))
    }
}

fn read_one(root: &Path, name: &str, settings: &Settings) -> Option<Script> {
    if name.contains('/') {
        return None;
    }
    let bytes = read::head(&root.join(folder(root)).join(name), LONGEST_SCRIPT).ok()?;
    let bytes = Some(bytes).filter(|bytes| bytes.starts_with(b"#!") && !bytes.contains(&0))?;
    let path = Path::new("/").join(folder(root)).join(name);
    let text = read::as_text(bytes);
    Some(parse(name, path, &text, &settings.of(root, name, &text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_it_takes() {
        let root = std::env::temp_dir().join(format!("one-by-one-{}", std::process::id()));
        std::fs::create_dir_all(root.join("etc/init.d")).unwrap();
        let write = |name: &str, program: &str| {
            let script = format!("#!/bin/sh\nDAEMON={program}\nstart_daemon $DAEMON\n");
            std::fs::write(root.join("etc/init.d").join(name), script).unwrap();
        };
        for index in 0..20 {
            write(&format!("same-{index:02}"), "/usr/sbin/same");
        }
        write("zzz", "/usr/sbin/zzz");
        std::fs::write(root.join("etc/init.d/README"), "not a script").unwrap();
        let scripts = Scripts::new(&root);
        let read = |scripts: &Scripts| scripts.state.lock().unwrap().read.len();
        assert_eq!(scripts.get("README"), None);
        let same = scripts.get("same-10").unwrap();
        assert_eq!(read(&scripts), 0);
        assert!(!scripts.owns_programs(&same));
        assert_eq!(read(&scripts), 1);
        // What nobody else starts is known when all were read.
        assert!(scripts.owns_programs(&scripts.get("zzz").unwrap()));
        assert_eq!(read(&scripts), 21);
        assert!(scripts.any(|script| script.name == "same-19"));
        std::fs::remove_dir_all(root).unwrap();
    }
}
