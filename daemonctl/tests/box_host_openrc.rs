//! States on a real OpenRC: what is told of its own services and of init scripts, held against
//! rc-status, rc-service, rc-update and the processes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

const OWN: &str = "#!/sbin/openrc-run\ncommand=/usr/sbin/oddd\ncommand_args=1000\n\
    command_background=yes\npidfile=/run/own.pid\ndepend() { need base; use logger; }\n";
const BASE: &str = "#!/sbin/openrc-run\nstart() { eend 0; }\nstop() { eend 0; }\n";
const WATCHED: &str = "#!/sbin/openrc-run\nsupervisor=supervise-daemon\ncommand=/usr/sbin/oddd\n\
    command_args=1000\nrespawn_delay=1\n";
const INACTIVE: &str =
    "#!/sbin/openrc-run\nstart() { mark_service_inactive idle; }\nstop() { :; }\n";
const LATER: &str = "#!/sbin/openrc-run\ndepend() { need idle; }\nstart() { eend 0; }\n";
const RING_A: &str = "#!/sbin/openrc-run\ndepend() { need ring-b; }\nstart() { eend 0; }\n";
const RING_B: &str = "#!/sbin/openrc-run\ndepend() { need ring-a; }\nstart() { eend 0; }\n";
const HANGS: &str = "#!/sbin/openrc-run\nstart() { sleep 1000; }\n";

fn boot() -> Machine {
    let plan = Plan::new(Kind::OpenRc)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap();
    let scripts = [
        ("own", OWN),
        ("base", BASE),
        ("watched", WATCHED),
        ("idle", INACTIVE),
        ("later", LATER),
        ("ring-a", RING_A),
        ("ring-b", RING_B),
        ("hangs", HANGS),
    ];
    let plan = scripts
        .into_iter()
        .fold(plan, |plan, (name, text)| plan.file(format!("/etc/init.d/{name}"), 0o755, text));
    let machine = plan.boot().unwrap_or_else(|error| panic!("{error}"));
    shell(&machine, "cp /bin/sleep /usr/sbin/oddd");
    machine
}

fn shell(machine: &Machine, script: &str) -> String {
    machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
}

fn ctl(machine: &Machine, args: &str) -> (i32, String) {
    let script = format!("daemonctl {args} 2>&1");
    let output = machine.exec(&["sh", "-c", &script]).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().expect("a status"), text)
}

fn status(machine: &Machine, name: &str) -> Value {
    let (_, text) = ctl(machine, &format!("status {name} --json"));
    let document: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    document["services"][0].clone()
}

/// As rc-status has it: `started`, `stopped`, `crashed`; empty where it does not list it.
fn rc_status(machine: &Machine, name: &str) -> String {
    let line = shell(machine, &format!("rc-status -a | grep -w -m1 '^ {name}' || true"));
    line.rsplit('[').next().unwrap_or_default().trim_end_matches(']').trim().to_owned()
}

#[test]
fn states_on_openrc() {
    let machine = boot();
    other_scripts_are_recorded(&machine);
    its_own_crash_and_come_back(&machine);
    watched_by_its_supervisor(&machine);
    what_comes_later(&machine);
    what_never_comes(&machine);
}

fn other_scripts_are_recorded(machine: &Machine) {
    for name in ["nginx", "ssh", "cron", "rsyslog"] {
        assert_eq!(status(machine, name)["state"], "running", "{name}");
        assert_eq!(rc_status(machine, name), "started");
    }
    // rc-service alone passes the command on, and records nothing.
    shell(machine, "rc-service redis-server start 2>/dev/null");
    assert_eq!(rc_status(machine, "redis-server"), "");
    assert_eq!(status(machine, "redis-server")["state"], "running");
    assert_eq!(ctl(machine, "stop redis-server").0, 0);
    assert_eq!(ctl(machine, "start redis-server").0, 0);
    assert_eq!(shell(machine, "redis-cli ping"), "PONG");
    assert_eq!(rc_status(machine, "redis-server"), "started");
    assert_eq!(ctl(machine, "stop redis-server nginx").0, 0);
    assert_eq!(rc_status(machine, "redis-server"), "");
    assert_eq!(rc_status(machine, "nginx"), "stopped");
    assert_eq!(ctl(machine, "start nginx").0, 0);
    assert_eq!(rc_status(machine, "nginx"), "started");
}

fn its_own_crash_and_come_back(machine: &Machine) {
    assert_eq!(ctl(machine, "start own").0, 0);
    let own = status(machine, "own");
    assert_eq!(own["state"], "running");
    assert_eq!(own["main_pid"].to_string(), shell(machine, "cat /run/own.pid"));
    assert_eq!(rc_status(machine, "base"), "started", "what it needs");
    shell(machine, "kill -9 $(cat /run/own.pid); sleep 0.2");
    assert_eq!(status(machine, "own")["state"], "crashed");
    assert_ne!(ctl(machine, "is-active own").0, 0);
    assert_eq!(ctl(machine, "start own").0, 0, "rc-service alone would not");
    shell(machine, "kill -0 $(cat /run/own.pid)");
    let (code, text) = ctl(machine, "stop base");
    assert!(code == 0 && text.contains("own was stopped too"), "{text}");
    assert!(shell(machine, "rc-service own status || true").contains("stopped"));
    ctl(machine, "start own");
    shell(machine, "kill -9 $(cat /run/own.pid); sleep 0.2");
    assert_eq!(ctl(machine, "reset-failed own").0, 0);
    assert_eq!(status(machine, "own")["state"], "stopped");
    assert_eq!(ctl(machine, "enable own").0, 0);
    assert!(shell(machine, "rc-update show default").contains(" own |"));
    assert_eq!(ctl(machine, "disable own").0, 0);
    assert!(!shell(machine, "rc-update show").contains(" own |"));
}

fn watched_by_its_supervisor(machine: &Machine) {
    assert_eq!(ctl(machine, "start watched").0, 0);
    let before = status(machine, "watched");
    assert_eq!((&before["state"], &before["restarts"]), (&Value::from("running"), &Value::from(0)));
    shell(machine, &format!("kill -9 {}", before["main_pid"]));
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let now = status(machine, "watched");
        if now["native_state"] == "started" && now["main_pid"] != before["main_pid"] {
            // This OpenRC counts within a respawn_period only, and there is none.
            assert_ne!(now["restarts"], 0, "{now:#}");
            break;
        }
        assert!(Instant::now() < deadline, "{now:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(ctl(machine, "stop watched").0, 0);
    assert_eq!(shell(machine, "pgrep supervise || echo none"), "none");
}

/// OpenRC puts off what needs a service that is inactive.
fn what_comes_later(machine: &Machine) {
    let (code, text) = ctl(machine, "start idle");
    assert!(code == 0 && text.contains("inactive"), "{text}");
    assert_eq!(status(machine, "idle")["native_state"], "inactive");
    let (code, text) = ctl(machine, "start later");
    assert!(code == 0 && text.contains("it starts when idle has"), "{text}");
    assert_eq!(status(machine, "later")["native_state"], "scheduled (starts when idle has)");
    assert!(ctl(machine, "jobs").1.contains("later"));
    ctl(machine, "stop idle");
}

fn what_never_comes(machine: &Machine) {
    shell(machine, "rc-update -u 2>/dev/null");
    let begun = Instant::now();
    let (code, text) = ctl(machine, "start ring-a");
    assert!(code != 0 && text.contains("ring-a needs ring-b needs ring-a"), "{text}");
    let (code, text) = ctl(machine, "start hangs --timeout 1s");
    assert!(code != 0 && text.contains("did not end in time"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(status(machine, "hangs")["state"], "stopped", "OpenRC tidied up");
}
