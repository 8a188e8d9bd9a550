//! What commands that do something print, on a machine's tree made for them.

#![allow(dead_code, reason = "each test uses a part")]

pub mod schema;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::cmd_support::{Folder, daemonctl, errors, text};

const SCRIPT: &str = "#!/bin/sh
### BEGIN INIT INFO
# Provides: demo
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case \"$1\" in
start) echo begun;;
stop) ;;
rotate) echo rotated;;
status) exit 3;;
*) echo 'Usage: demo {start|stop|rotate|status}'; exit 2;;
esac
";

/// The tools of boxes that keep links are not there: one that says it did.
const UPDATE_RC_D: &str = "#!/bin/sh\nexit 0\n";

/// Command lines for a machine that systemd runs.
pub const OF_SYSTEMD: [&str; 19] = [
    "list --all",
    "status",
    "status nginx cron",
    "show nginx",
    "show nginx --native",
    "deps nginx",
    "is-active nginx gone",
    "jobs",
    "stop nginx --dry-run",
    "stop nginx",
    "start systemd-networkd-wait-online --dry-run",
    "start nginx",
    "reload nginx",
    "disable nginx",
    "enable --now nginx",
    "mask gone",
    "daemon-reload",
    "run --wait --name doc-a -- /bin/sh -c true",
    "run --name doc-b -- /bin/sleep 60",
];

/// A machine's tree that SysV init runs.
pub fn machine() -> Folder {
    let folder = Folder::new();
    for dir in ["etc/init.d", "run", "usr/sbin", "var/lib"] {
        fs::create_dir_all(folder.path().join(dir)).unwrap();
    }
    symlink("/proc", folder.path().join("proc")).unwrap();
    let failing = SCRIPT.replace("echo begun", "exit 6").replace("demo", "bad");
    let scripts = [
        ("etc/init.d/demo", SCRIPT),
        ("etc/init.d/bad", &failing),
        ("usr/sbin/update-rc.d", UPDATE_RC_D),
    ];
    for (path, text) in scripts {
        fs::write(folder.path().join(path), text).unwrap();
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let unit = "[Service]\nExecStart=/bin/true\nProtectSystem=strict\nNonsense=1\n";
    fs::write(folder.path().join("some.service"), unit).unwrap();
    folder
}

/// A document of every command that does something.
pub fn documents() -> Vec<Value> {
    let (machine, links) = (machine(), Folder::new());
    let root = machine.path().to_str().unwrap();
    // Options of a command stand behind its name, and before a program of its own.
    let on = |args: &[&str]| {
        let (name, rest) = args.split_first().unwrap();
        run(&[&[*name, "--system-root", root, "--manager", "sysv"], rest].concat())
    };
    let verbs = [
        "start",
        "stop",
        "restart",
        "try-restart",
        "reload",
        "reload-or-restart",
        "try-reload-or-restart",
        "reset-failed",
        "enable",
        "disable",
        "mask",
        "unmask",
    ];
    let mut documents = Vec::new();
    for verb in verbs {
        documents.push(on(&[verb, "demo", "bad"]));
        documents.push(on(&[verb, "demo", "--dry-run"]));
    }
    documents.push(on(&["enable", "demo", "--now"]));
    documents.push(on(&["command", "demo"]));
    documents.push(on(&["command", "demo", "rotate"]));
    documents.push(on(&["command", "demo", "rotate", "--dry-run"]));
    documents.push(on(&["daemon-reload"]));
    let install = ["install", "--name", "made", "--no-start", "--no-enable"];
    let command = ["--", "/bin/sleep", "1"];
    documents.push(on(&[&install, &["--dry-run"][..], &command].concat()));
    documents.push(on(&[&install, &["--restart", "always"][..], &command].concat()));
    documents.push(on(&["uninstall", "made", "--dry-run"]));
    documents.push(on(&["uninstall", "made"]));
    let unit = format!("{root}/some.service");
    documents.push(run(&["convert", &unit, "--to", "openrc"]));
    documents.push(run(&["convert", &unit, "--to", "sysv", "--output", root]));
    let dir = links.path().to_str().unwrap();
    for action in [&["install", dir][..], &["list", dir], &["list"], &["remove", dir]] {
        documents.push(run(&[&["links"], action].concat()));
    }
    documents.push(detach(&["--dry-run", "--user", "0", "--syslog"]));
    documents.push(detach(&["--env", "A=\u{fe}", "--pidfile", &format!("{root}/pid")]));
    documents.push(detach(&["--log", &format!("{root}/log"), "--name", "nothing"]));
    documents
}

/// A program that does nothing, well.
fn detach(options: &[&str]) -> Value {
    run(&[&["detach"], options, &["--", "true"]].concat())
}

/// Its document, whatever it ended with.
fn run(args: &[&str]) -> Value {
    let output = daemonctl(&[&["--json"], args].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", text(&output), errors(&output)))
}
