//! States on a real SysV init: what is told of nginx, sshd, cron, rsyslog, redis and of scripts of
//! every temper, held against service(8), the links and the processes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

/// A script whose daemon is sleep(1) under the name `oddd`, with arms of its own.
fn odd(name: &str, arms: &str) -> String {
    format!(
        "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name}\n# Required-Start: loop-b\n\
         # Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: odd\n\
         ### END INIT INFO\nDAEMON=/usr/sbin/oddd\nPIDFILE=/run/{name}.pid\ncase \"$1\" in\n\
         {arms}\nstart) start-stop-daemon -S -b -m -p $PIDFILE -x $DAEMON -- 1000 ;;\n\
         stop) start-stop-daemon -K --oknodo -R 5 -p $PIDFILE -x $DAEMON; rm -f $PIDFILE ;;\nesac\n"
    )
}

fn boot() -> Machine {
    let scripts = [
        ("plain", ""),
        ("liar", "status) echo 'all is well'; exit 0 ;;"),
        ("slow", "status) sleep 100 ;;"),
        ("hang", "start) echo waiting; sleep 1000 ;;"),
        ("leaves", "stop) start-stop-daemon -K -R 5 -p $PIDFILE -x $DAEMON; exit 0 ;;"),
        ("paints", "start) printf '\\033[31mred\\033]0;title\\007\\n'; exit 6 ;;"),
    ];
    let plan = Plan::new(Kind::Sysv)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap();
    let plan = scripts.into_iter().fold(plan, |plan, (name, arms)| {
        plan.file(format!("/etc/init.d/{name}"), 0o755, odd(name, arms))
    });
    let machine = plan.boot().unwrap_or_else(|error| panic!("{error}"));
    shell(&machine, "cp /bin/sleep /usr/sbin/oddd");
    machine
}

fn shell(machine: &Machine, script: &str) -> String {
    machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
}

/// Exit status and both outputs.
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

#[test]
fn states_on_sysv() {
    let machine = boot();
    as_service_has_them(&machine);
    scripts_of_every_temper(&machine);
    pid_files_that_say_the_wrong_thing(&machine);
    a_session_is_no_daemon(&machine);
    links_by_another_tool(&machine);
}

/// `service --status-all` runs each script; the same services run by their files and processes.
fn as_service_has_them(machine: &Machine) {
    shell(machine, "service redis-server start");
    // It would wait for each script as long as that takes.
    let all =
        "chmod -x /etc/init.d/slow; service --status-all 2>/dev/null; chmod +x /etc/init.d/slow";
    let all = shell(machine, all);
    let runs = |line: &str| line.trim().strip_prefix("[ + ]").map(|name| name.trim().to_owned());
    let mut native: BTreeSet<String> = all.lines().filter_map(runs).collect();
    assert!(native.remove("liar"), "its status says so: {all}");
    let (code, text) = ctl(machine, "list --json");
    assert_eq!(code, 0, "{text}");
    let list: Value = serde_json::from_str(&text).unwrap();
    let ours = list["services"].as_array().unwrap().iter();
    let ours = ours.filter(|s| s["state"] == "running");
    let ours: BTreeSet<String> = ours.map(|s| s["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ours, native);
    for name in ["nginx", "ssh", "cron", "rsyslog", "redis-server"] {
        assert!(ours.contains(name), "{name}");
        let pid = status(machine, name)["main_pid"].as_u64().unwrap();
        shell(machine, &format!("kill -0 {pid}"));
    }
    shell(machine, "service redis-server stop");
    assert_eq!(ctl(machine, "is-active redis-server").0, 3);
}

fn scripts_of_every_temper(machine: &Machine) {
    // Without a status, by its pid file and process.
    assert_eq!(ctl(machine, "start plain").0, 0);
    assert_eq!(status(machine, "plain")["state"], "running");
    assert_eq!(ctl(machine, "stop plain").0, 0);
    assert_eq!(status(machine, "plain")["state"], "stopped");
    // Its word against the processes.
    let liar = status(machine, "liar");
    assert_eq!(liar["state"], "stopped");
    let told = liar["disagreement"].as_str().unwrap();
    assert!(told.contains("says that it runs (not believed)"), "{told}");
    // A hung status costs five seconds, a hung start what it was given.
    let begun = Instant::now();
    assert_eq!(status(machine, "slow")["state"], "stopped");
    let (code, text) = ctl(machine, "start hang --timeout 1s");
    assert!(code != 0 && text.contains("did not end in time"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    assert_eq!(shell(machine, "pgrep -f [i]nit.d/hang || echo none"), "none");
    // What it painted is shown, and paints nothing.
    let (code, text) = ctl(machine, "start paints");
    assert!(code != 0 && text.contains("red") && text.contains("not configured"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
}

fn pid_files_that_say_the_wrong_thing(machine: &Machine) {
    ctl(machine, "start leaves");
    assert_eq!(ctl(machine, "stop leaves").0, 0);
    let left = status(machine, "leaves");
    assert_eq!(
        (&left["state"], &left["native_state"]),
        (&Value::from("crashed"), &Value::from("dead but pid file exists"))
    );
    // init's own children are as old as the boot: the file must look older.
    shell(
        machine,
        "pidof cron | cut -d' ' -f1 > /run/leaves.pid; touch -d 2001-01-01 /run/leaves.pid",
    );
    let reused = status(machine, "leaves");
    assert_eq!((&reused["state"], &reused["main_pid"]), (&Value::from("crashed"), &Value::Null));
    assert_eq!(ctl(machine, "start leaves").0, 0, "it is no obstacle");
    // The file is lost; the process still is the service's.
    shell(machine, "rm /run/nginx.pid");
    let nginx = status(machine, "nginx");
    assert_eq!(nginx["state"], "running");
    assert!(nginx["disagreement"].as_str().unwrap().contains("says that it does not run"));
    shell(machine, "pgrep -o nginx > /run/nginx.pid");
}

/// An sshd that serves a login runs the same program as the one that listens.
fn a_session_is_no_daemon(machine: &Machine) {
    let session = machine.remote("alice", "sleep 60").unwrap();
    machine.wait_for("pgrep -u alice sleep", Duration::from_secs(20)).unwrap();
    assert_eq!(ctl(machine, "stop ssh").0, 0);
    let stopped = status(machine, "ssh");
    assert_eq!(stopped["native_state"], "not running");
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    shell(machine, "pgrep -u alice sleep");
    assert_eq!(ctl(machine, "start ssh").0, 0);
    drop(session);
}

fn links_by_another_tool(machine: &Machine) {
    let links = "ls /etc/rc?.d/S??nginx | wc -l";
    shell(machine, "mv /usr/sbin/update-rc.d /root/");
    assert_eq!(ctl(machine, "disable nginx").0, 0, "insserv does it");
    assert_eq!(shell(machine, &format!("{links} 2>/dev/null || true")), "0");
    assert_eq!(ctl(machine, "enable nginx").0, 0);
    assert_eq!(shell(machine, links), "4");
    shell(machine, "mv /usr/sbin/insserv /root/ 2>/dev/null || mv /sbin/insserv /root/");
    let (code, text) = ctl(machine, "disable nginx");
    assert!(code != 0 && text.contains("update-rc.d, chkconfig, insserv"), "{text}");
    assert_eq!(shell(machine, links), "4", "nothing was done by hand");
}
