//! Trees of unit files with something bad in them, and what must hold of every answer.

#![allow(dead_code, reason = "each test uses a part")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::bad_input::{Folder, PROGRAM, Run, daemonctl, harmless, plain, run};

pub const UNITS: &str = "etc/systemd/system";

pub struct Tree(Folder);

impl Tree {
    /// A tree with two units that are good, and one that depends on them.
    pub fn new() -> Tree {
        let tree = Tree(Folder::new());
        tree.program("usr/bin/true");
        tree.unit("good.service", "[Unit]\nDescription=Good\n[Service]\nExecStart=/usr/bin/true\n");
        tree.unit(
            "all.target",
            "[Unit]\nDescription=All\nWants=good.service\nAfter=good.service\n",
        );
        tree
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn root(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    fn made(&self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
    }

    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        self.made(&path);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn unit(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        self.put(&format!("{UNITS}/{name}"), text)
    }

    /// A unit whose name is any bytes.
    pub fn odd(&self, name: &[u8], text: &str) {
        fs::write(self.path(UNITS).join(OsStr::from_bytes(name)), text).unwrap();
    }

    pub fn link(&self, path: &str, target: &str) {
        let path = self.path(path);
        self.made(&path);
        symlink(target, path).unwrap();
    }

    pub fn program(&self, path: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.put(path, "#!/bin/sh\n");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A subcommand on this tree.
    #[track_caller]
    pub fn ask(&self, args: &[&str]) -> Run {
        let run = daemonctl(&[args, &["--root", self.root()]].concat());
        sane(&run);
        run
    }

    /// `verify --all`: it ends, and whatever is bad harms no other unit.
    #[track_caller]
    pub fn verify_all(&self) -> Run {
        let run = self.ask(&["verify", "--all"]);
        let json = self.ask(&["verify", "--all", "--json"]);
        let document = json.json_of_units();
        let units = document["units"].as_array().unwrap();
        for good in ["good.service", "all.target"] {
            assert!(units.iter().any(|unit| unit == good), "{good} is lost: {units:?}");
        }
        for finding in document["findings"].as_array().unwrap() {
            let unit = finding["unit"].as_str().unwrap_or_default();
            assert!(!["good.service", "all.target"].contains(&unit), "harmed: {finding}");
        }
        run
    }

    /// All subcommands that look at a unit.
    #[track_caller]
    pub fn ask_all(&self, name: &str) -> Vec<Run> {
        let lines: &[&[&str]] = &[
            &["verify", name],
            &["cat", name],
            &["cat", "--effective", name],
            &["deps", name],
            &["deps", "--reverse", name],
            &["deps", "--order", name],
            &["deps", "--graph", "dot", name],
            &["plan", "start", name],
            &["plan", "stop", name],
            &["enable", "--dry-run", name],
            &["disable", "--dry-run", name],
            &["mask", "--dry-run", name],
            &["unmask", "--dry-run", name],
            &["preset", "--dry-run", name],
        ];
        lines.iter().map(|line| self.ask(line)).collect()
    }
}

/// A line for `sh`, with `$DAEMONCTL` for the program and `$ROOT` for the tree.
pub fn script(tree: &Tree, script: &str) -> Run {
    let mut command = std::process::Command::new("sh");
    let program = crate::bad_input::public();
    plain(&mut command).env("DAEMONCTL", program).env("ROOT", tree.root()).args(["-c", script]);
    let run = run(&mut command);
    assert!(!PROGRAM.is_empty() && !run.err().contains("panicked"), "{}: {}", run.what, run.err());
    run
}

/// What holds of every answer: a status that the help names, no panic, nothing raw, and no failure
/// without a word.
#[track_caller]
pub fn sane(run: &Run) {
    let about =
        || format!("{}\nstdout: {:.3000}\nstderr: {:.2000}", run.what, run.out(), run.err());
    let Some(code) = run.code else { panic!("ended by a signal: {}", about()) };
    assert!([0, 1, 2, 4].contains(&code), "status {code}: {}", about());
    for text in [&run.out, &run.err] {
        // `cat` gives a file's bytes as they are to what is no terminal.
        let is_raw = run.what.contains("\"cat\"") && !run.what.contains("--effective");
        if !is_raw {
            harmless(text).unwrap_or_else(|what| panic!("{what}: {}", about()));
        }
    }
    assert!(!run.err().contains("panicked at"), "{}", about());
    assert!(code == 0 || !run.err.is_empty() || !run.out.is_empty(), "no word: {}", about());
}

impl Run {
    #[track_caller]
    pub fn json_of_units(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| {
            panic!("{}: no JSON: {error}\n{:.1000}\n{}", self.what, self.out(), self.err())
        })
    }

    /// It says these words.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Run {
        let said = format!("{}{}", self.out(), self.err());
        for word in words {
            assert!(said.contains(word), "{} does not say {word:?}: {said:.3000}", self.what);
        }
        self
    }

    #[track_caller]
    pub fn ends(&self, code: i32) -> &Run {
        assert_eq!(self.code, Some(code), "{}: {:.3000}{}", self.what, self.out(), self.err());
        self
    }
}
