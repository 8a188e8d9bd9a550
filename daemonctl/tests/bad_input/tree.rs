//! Trees of made-up machines, with nothing, or with one init script.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use testkit::fakeproc::FakeProc;

use super::{Folder, PROGRAM, Run, plain, run};

/// All that docs/exit-statuses.md has.
pub const STATUSES: [i32; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 126, 127];

/// Verbs that ask or act; none has anything to act on but scripts of a test.
pub const VERBS: [&str; 22] = [
    "list",
    "status",
    "show",
    "cat",
    "deps",
    "is-active",
    "is-enabled",
    "is-failed",
    "start",
    "stop",
    "restart",
    "try-restart",
    "reload",
    "reload-or-restart",
    "try-reload-or-restart",
    "reset-failed",
    "command",
    "enable",
    "disable",
    "mask",
    "unmask",
    "uninstall",
];

pub const SCRIPT: &str = "#!/bin/sh
### BEGIN INIT INFO
# Provides: demo
### END INIT INFO
DAEMON=/usr/sbin/nothing-of-that-name
PIDFILE=/run/demo.pid
case \"$1\" in start|stop|restart|reload) ;; status) exit 3;; *) exit 2;; esac
";

/// A machine's tree, with no processes but an init.
pub struct Tree {
    pub folder: Folder,
    pub proc: FakeProc,
}

impl Tree {
    pub fn empty() -> Tree {
        let proc = FakeProc::new().unwrap();
        proc.process(1, |p| p.comm("init").link("exe", "/sbin/init").cmdline(&["init"])).unwrap();
        Tree { folder: Folder::new(), proc }
    }

    pub fn sysv() -> Tree {
        let tree = Tree::empty();
        for dir in ["etc/init.d", "run", "usr/sbin", "var/lib"] {
            fs::create_dir_all(tree.path(dir)).unwrap();
        }
        tree.script("demo", SCRIPT.as_bytes());
        tree
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn script(&self, name: &str, text: &[u8]) {
        let path = self.path("etc/init.d").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn run<A: AsRef<OsStr>>(&self, manager: &str, args: &[A]) -> Run {
        let mut command = Command::new(PROGRAM);
        plain(&mut command).arg("--system-root").arg(self.folder.path());
        command.arg("--proc-root").arg(self.proc.path());
        command.args(args);
        if !manager.is_empty() {
            command.args(["--manager", manager]);
        }
        run(&mut command)
    }

    /// Every verb on a service and on all.
    pub fn every(&self, manager: &str, name: &str) -> Vec<Run> {
        let mut runs = Vec::new();
        for verb in VERBS.iter().filter(|verb| !["uninstall"].contains(verb)) {
            runs.push(self.run(manager, &[verb, name]));
            runs.push(self.run(manager, &[verb, name, "--json"]));
        }
        for line in [&["list", "--all"][..], &["status"], &["jobs"], &["daemon-reload"]] {
            runs.push(self.run(manager, line));
        }
        for run in &runs {
            check(run);
        }
        runs
    }
}

#[track_caller]
pub fn check(run: &Run) {
    // What cat prints into a pipe are the bytes of the file.
    let is_raw = run.what.contains(" \"cat\"") && !run.what.contains("--json");
    if is_raw {
        let status = run.code.is_some_and(|code| STATUSES.contains(&code));
        assert!(status && !run.err().contains("panicked at"), "{}", run.err());
        return;
    }
    if run.code.is_some_and(|code| code != 0) && run.err.is_empty() && !run.out.is_empty() {
        // is-active and the like answer with a word and a status, and with --json all do.
        let text =
            Run { err: b"answered".to_vec(), what: run.what.clone(), out: run.out.clone(), ..*run };
        text.check_with(&STATUSES);
        return;
    }
    run.check_with(&STATUSES);
}

pub fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
}
