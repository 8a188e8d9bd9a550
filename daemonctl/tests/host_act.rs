//! The verbs that do something, on made-up init scripts: what they say, what they leave alone, and
//! what misbehaving scripts do to them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use cmd_support::{Folder, code, errors, text};
use serde_json::Value;

/// A machine's tree with init scripts; its processes are this machine's.
struct Tree {
    folder: Folder,
}

/// A daemon as a script of Debian starts it: pid file, start, stop, status, reload. Each call leaves
/// a line in `calls`.
const DEMO: &str = r##"#!/bin/sh
### BEGIN INIT INFO
# Provides:          demo
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: shows what it does
### END INIT INFO
root=$(cd "$(dirname "$0")/../.." && pwd)
name=demo
DAEMON=/bin/sleep
PIDFILE=/run/demo.pid
pidfile=$root$PIDFILE
echo "$name $1" >> "$root/calls"
runs() { [ -e "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; }
case "$1" in
start)
    runs && exit 0
    /bin/sleep 987 </dev/null >/dev/null 2>&1 &
    echo $! > "$pidfile"
    echo "Starting $name."
    ;;
stop)
    runs && kill "$(cat "$pidfile")"
    rm -f "$pidfile"
    ;;
restart|force-reload)
    "$0" stop; "$0" start
    ;;
reload)
    echo "Reloading."
    ;;
rotate)
    printf 'rotated \033[31mall\033[0m\n'; echo "but one" >&2
    ;;
status)
    if runs; then echo "$name is running"; exit 0; fi
    [ -e "$pidfile" ] && exit 1
    exit 3
    ;;
*)
    echo "Usage: $name {start|stop|restart|force-reload|reload|rotate|status}"; exit 2
    ;;
esac
"##;

impl Tree {
    fn new() -> Tree {
        let folder = Folder::new();
        for dir in ["etc/init.d", "run", "usr/sbin", "var/lib"] {
            fs::create_dir_all(folder.path().join(dir)).unwrap();
        }
        symlink("/proc", folder.path().join("proc")).unwrap();
        fs::write(folder.path().join("calls"), "").unwrap();
        Tree { folder }
    }

    fn with(self, name: &str, script: &str) -> Tree {
        self.script(&format!("etc/init.d/{name}"), &script.replace("demo", name));
        self
    }

    fn script(&self, path: &str, script: &str) {
        let path = self.path(path);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn calls(&self) -> String {
        let calls = fs::read_to_string(self.path("calls")).unwrap();
        // Looking is not doing.
        calls.lines().filter(|line| !line.ends_with(" status")).collect::<Vec<_>>().join(", ")
    }

    fn pid(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("run/{name}.pid"))).unwrap().trim().to_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        let root = self.folder.path().to_str().unwrap();
        Command::new(env!("CARGO_BIN_EXE_daemonctl"))
            .args(args)
            .args(["--system-root", root, "--manager", "sysv"])
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output), errors(&output)))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let entries = fs::read_dir(self.path("run")).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.path().extension().is_some_and(|e| e == "pid")) {
            let pid = fs::read_to_string(entry.path()).unwrap_or_default();
            // Only what a script of this tree started: its number may be another's by now.
            let command = fs::read(format!("/proc/{}/cmdline", pid.trim())).unwrap_or_default();
            if command.starts_with(b"/bin/sleep\0987") {
                let _ = Command::new("kill").arg(pid.trim()).status();
            }
        }
    }
}

fn runs(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn the_verbs_do_what_systemctl_means_by_them() {
    let tree = Tree::new().with("demo", DEMO);
    let started = tree.run(&["start", "demo"]);
    assert_eq!((code(&started), errors(&started).as_str()), (0, ""), "{}", text(&started));
    let pid = tree.pid("demo");
    assert!(runs(&pid));
    assert!(text(&started).starts_with(&format!("started demo (main pid {pid}")), "{started:?}");
    assert_eq!(tree.calls(), "demo start");
    let again = tree.run(&["start", "demo.service"]);
    assert_eq!((code(&again), text(&again).as_str()), (0, "nothing to do: demo runs already\n"));
    assert_eq!(tree.calls(), "demo start");
    assert_eq!(text(&tree.run(&["reload", "demo", "-v"])).lines().count(), 1);
    assert!(tree.calls().ends_with("demo reload"), "{}", tree.calls());
    let restarted = tree.run(&["restart", "demo"]);
    assert_eq!(code(&restarted), 0, "{restarted:?}");
    assert!(!runs(&pid) && runs(&tree.pid("demo")));
    let stopped = tree.run(&["stop", "demo"]);
    assert_eq!(code(&stopped), 0, "{stopped:?}");
    assert!(text(&stopped).starts_with("stopped demo"), "{stopped:?}");
    assert!(!tree.path("run/demo.pid").exists());
    let tried = tree.run(&["try-restart", "demo"]);
    assert_eq!((code(&tried), text(&tried).as_str()), (0, "nothing to do: demo does not run\n"));
    assert!(!tree.path("run/demo.pid").exists());
    let quiet = tree.run(&["restart", "demo", "--quiet"]);
    assert_eq!((code(&quiet), text(&quiet).as_str(), errors(&quiet).as_str()), (0, "", ""));
    assert!(runs(&tree.pid("demo")));
}

#[test]
fn several_at_once_and_all_that_match() {
    let tree = Tree::new().with("demo-a", DEMO).with("demo-b", DEMO).with("other", DEMO);
    let output = tree.run(&["start", "demo-*", "demo-b", "other"]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert_eq!(text(&output).lines().count(), 3, "{output:?}");
    assert_eq!(tree.calls(), "demo-a start, demo-b start, other start");
    let document = tree.json(&["stop", "--state", "running"]);
    let names: Vec<_> =
        document["services"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["demo-a", "demo-b", "other"], "{document:#}");
    assert!(document["services"].as_array().unwrap().iter().all(|s| s["result"] == "done"));
    let none = tree.run(&["restart", "--state", "failed"]);
    assert_eq!((code(&none), text(&none).as_str()), (0, "nothing to do: no service is failed\n"));
}

#[test]
fn one_word_that_means_nothing_stops_all() {
    let tree = Tree::new().with("demo", DEMO);
    let output = tree.run(&["restart", "demo", "demmo"]);
    assert_eq!(code(&output), 5, "{output:?}");
    assert!(errors(&output).contains("did you mean demo?"), "{output:?}");
    assert_eq!((tree.calls(), text(&output)), (String::new(), String::new()));
    let nothing = tree.run(&["stop"]);
    assert_eq!(code(&nothing), 2);
    assert!(errors(&nothing).starts_with("daemonctl: stop what?"), "{nothing:?}");
}

#[test]
fn a_dry_run_does_nothing() {
    let tree = Tree::new().with("demo", DEMO).with("up", DEMO);
    tree.run(&["start", "up"]);
    let output = tree.run(&["start", "demo", "up", "--dry-run"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let pid = tree.pid("up");
    assert_eq!(
        text(&output),
        format!(
            "would start demo of sysv; it is stopped\n\
             nothing to do: up of sysv; it is running, main pid {pid}\n"
        )
    );
    assert_eq!(tree.calls(), "up start");
    let document = tree.json(&["stop", "up", "-n"]);
    assert_eq!(document["dry_run"], true);
    assert_eq!(document["services"][0]["result"], "would_do");
    assert!(runs(&pid));
}

/// A script that does one thing when it is to start.
fn only(start: &str) -> String {
    format!("#!/bin/sh\ncase $1 in\nstart) {start};;\nstop) ;;\nstatus) exit 3;;\nesac\n")
}

#[test]
fn a_failure_says_why_and_what_the_script_wrote() {
    let tree = Tree::new()
        .with("bad", &only("printf 'no \\033]0;x\\007config\\n' >&2; exit 1"))
        .with("demo", DEMO);
    let output = tree.run(&["start", "bad", "demo"]);
    assert_eq!(code(&output), 1, "{output:?}");
    let said = errors(&output);
    assert!(said.starts_with("daemonctl: cannot start bad: "), "{said}");
    assert!(said.contains("\n    no \\e]0;x\\x07config\n"), "{said}");
    assert!(said.contains("\n  hint: "), "{said}");
    // The others are not kept from it.
    assert!(text(&output).starts_with("started demo"), "{output:?}");
    let verbose = errors(&tree.run(&["start", "bad", "--verbose"]));
    assert!(verbose.starts_with("  bad: no \\e]0;"), "{verbose}");
    assert_eq!(verbose.matches("config").count(), 1, "shown once: {verbose}");
    let document = tree.json(&["start", "bad"]);
    let service = &document["services"][0];
    assert_eq!(service["result"], "failed");
    assert_eq!(service["refusal"]["exit_status"], 1);
    assert_eq!(service["output"][0], "no \u{1b}]0;x\u{7}config");
}

#[test]
fn a_script_that_knows_the_words_of_the_lsb_is_understood() {
    for (status, wanted) in [(1, 1), (5, 5), (6, 6), (9, 1)] {
        let tree = Tree::new().with("odd", &only(&format!("exit {status}")));
        let output = tree.run(&["start", "odd"]);
        assert_eq!(code(&output), wanted, "{status}: {output:?}");
    }
}

#[test]
fn a_script_that_hangs_is_ended_in_time() {
    let tree = Tree::new().with("hang", &only("echo about to hang; sleep 986"));
    let begun = Instant::now();
    let output = tree.run(&["start", "hang", "--timeout", "500ms"]);
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(code(&output), 1, "{output:?}");
    assert!(errors(&output).contains("\n    about to hang\n"), "{output:?}");
    assert_eq!(
        tree.json(&["start", "hang", "--timeout", "200ms"])["services"][0]["result"],
        "timed_out"
    );
}

#[test]
fn what_an_init_has_not_is_said_with_what_comes_closest() {
    let tree = Tree::new().with("demo", DEMO);
    for verb in ["mask", "unmask", "reset-failed"] {
        let output = tree.run(&[verb, "demo"]);
        assert_eq!(code(&output), 3, "{verb}: {output:?}");
        assert!(
            errors(&output).starts_with(&format!("daemonctl: cannot {verb} demo: ")),
            "{output:?}"
        );
        assert!(errors(&output).contains("hint: daemonctl "), "{output:?}");
        assert!(!errors(&output).contains("NAME"), "{output:?}");
    }
    assert!(tree.path("etc/init.d/demo").exists());
}

#[test]
fn scripts_that_can_not_run_are_told_from_those_that_are_not_there() {
    let tree = Tree::new().with("crlf", "#!/bin/sh\r\ncase $1 in\r\nstart) ;;\r\nesac\r\n");
    let output = tree.run(&["start", "crlf"]);
    assert_eq!(code(&output), 1, "{output:?}");
    assert!(
        errors(&output).to_lowercase().contains("windows") || errors(&output).contains("CR"),
        "{output:?}"
    );
    fs::write(tree.path("etc/init.d/plain"), DEMO).unwrap();
    let output = tree.run(&["start", "plain"]);
    assert_ne!(code(&output), 0, "{output:?}");
    assert!(
        errors(&output).contains("executable") || errors(&output).contains("chmod"),
        "{output:?}"
    );
}

#[test]
fn commands_of_a_script_are_listed_and_run() {
    let tree = Tree::new().with("demo", DEMO);
    let list = tree.run(&["command", "demo"]);
    assert_eq!((code(&list), text(&list).as_str()), (0, "rotate\n"), "{list:?}");
    let run = tree.run(&["command", "demo", "rotate"]);
    assert_eq!(code(&run), 0, "{run:?}");
    assert_eq!(text(&run), "rotated \\e[31mall\\e[0m\n");
    assert_eq!(errors(&run), "but one\n");
    let unknown = tree.run(&["command", "demo", "rotat"]);
    assert_eq!(code(&unknown), 3, "{unknown:?}");
    assert!(errors(&unknown).contains("it has: rotate"), "{unknown:?}");
    let usual = tree.run(&["command", "demo", "restart"]);
    assert_eq!(code(&usual), 2);
    assert!(errors(&usual).contains("daemonctl restart demo"), "{usual:?}");
    let document = tree.json(&["command", "demo"]);
    assert_eq!(document["commands"][0]["name"], "rotate");
}

#[test]
fn enabling_is_done_by_the_machines_own_tool() {
    let tree = Tree::new().with("demo", DEMO);
    let links = |levels: &[&str]| {
        levels.iter().all(|level| tree.path(&format!("etc/rc{level}.d/S01demo")).exists())
    };
    for level in 0..=6 {
        fs::create_dir_all(tree.path(&format!("etc/rc{level}.d"))).unwrap();
    }
    tree.script(
        "usr/sbin/update-rc.d",
        r##"#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
echo "update-rc.d $*" >> "$root/calls"
case "$2" in
defaults|enable) for l in 2 3 4 5; do ln -sf ../init.d/$1 "$root/etc/rc$l.d/S01$1"; rm -f "$root/etc/rc$l.d/K01$1"; done ;;
disable) for l in 2 3 4 5; do [ -e "$root/etc/rc$l.d/S01$1" ] && mv "$root/etc/rc$l.d/S01$1" "$root/etc/rc$l.d/K01$1"; done ;;
remove) rm -f "$root"/etc/rc?.d/[SK]01$1 ;;
esac
exit 0
"##,
    );
    let output = tree.run(&["enable", "--now", "demo"]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(links(&["2", "3", "4", "5"]), "{output:?} {}", tree.calls());
    assert!(text(&output).starts_with("enabled demo\n"), "{output:?}");
    assert!(text(&output).contains("\nstarted demo (main pid "), "{output:?}");
    assert!(runs(&tree.pid("demo")));
    let again = tree.run(&["enable", "demo"]);
    assert_eq!(
        (code(&again), text(&again).as_str()),
        (0, "nothing to do: demo is enabled already\n"),
        "{again:?}"
    );
    let dry = tree.run(&["disable", "demo", "--dry-run"]);
    assert!(text(&dry).starts_with("would disable demo of sysv"), "{dry:?}");
    assert!(links(&["2"]));
    let output = tree.run(&["disable", "--now", "demo"]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(!links(&["2"]) && !tree.path("run/demo.pid").exists(), "{output:?}");
    let again = tree.run(&["disable", "demo"]);
    assert_eq!(
        (code(&again), text(&again).as_str()),
        (0, "nothing to do: demo is not enabled\n"),
        "{again:?}"
    );
    let unknown = tree.run(&["enable", "dmo"]);
    assert_eq!(code(&unknown), 5, "{unknown:?}");
    assert!(errors(&unknown).contains("did you mean demo?"), "{unknown:?}");
}

#[test]
fn where_no_manager_runs_a_tree_is_offered() {
    let empty = Folder::new();
    let on = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_daemonctl"))
            .args(args)
            .args(["--system-root", empty.path().to_str().unwrap()])
            .env("XDG_RUNTIME_DIR", empty.path())
            .output()
            .unwrap()
    };
    for verb in ["enable", "disable", "mask", "unmask"] {
        let output = on(&[verb, "a"]);
        assert_eq!(code(&output), 1, "{output:?}");
        assert!(errors(&output).contains("--root /"), "{output:?}");
    }
    let output = on(&["start", "a"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("daemonctl detach"), "{output:?}");
    assert_eq!(code(&on(&["daemon-reload"])), 1);
    assert!(fs::read_dir(empty.path()).unwrap().next().is_none(), "nothing is made");
}
