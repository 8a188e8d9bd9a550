//! `daemonctl` alone in booted boxes: trouble first, and states, ports and processes as the init's
//! own tools have them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

const LOOP: &str = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c 'sleep 0.2; exit 1'\nRestart=always\nRestartSec=100ms\n";
const BROKEN: &str =
    "[Unit]\nDescription=breaks \u{1b}[31mat once\n[Service]\nExecStart=/bin/sh -c 'exit 3'\n";

fn boot(kind: Kind, prepare: impl FnOnce(Plan) -> Plan) -> Machine {
    let plan = Plan::new(kind)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap();
    prepare(plan).boot().unwrap_or_else(|error| panic!("{error}"))
}

fn shell(machine: &Machine, script: &str) -> String {
    machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
}

fn overview(machine: &Machine) -> Value {
    let text = shell(machine, "daemonctl --json");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Looks again until `good` holds: daemons need a moment after their start.
fn overview_with(machine: &Machine, good: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let document = overview(machine);
        if good(&document) {
            return document;
        }
        assert!(Instant::now() < deadline, "{document:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn service<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document["services"].as_array().unwrap().iter().find(|service| service["name"] == name)
}

fn line<'a>(document: &'a Value, name: &str) -> &'a Value {
    service(document, name).unwrap_or_else(|| panic!("no line {name}: {document:#}"))
}

fn trouble<'a>(document: &'a Value, kind: &str, name: &str) -> Option<&'a Value> {
    document["trouble"]
        .as_array()
        .unwrap()
        .iter()
        .find(|trouble| trouble["kind"] == kind && trouble["name"] == name)
}

fn ports(service: &Value) -> Vec<u64> {
    let ports = service["listens"].as_array().unwrap_or_else(|| panic!("{service}"));
    let mut ports: Vec<u64> = ports.iter().map(|port| port["port"].as_u64().unwrap()).collect();
    ports.dedup();
    ports
}

/// nginx serves as www-data, sshd as root; both as ss(8) has them.
fn ports_are_right(document: &Value, suffix: &str) {
    let (nginx, ssh) = (format!("nginx{suffix}"), format!("ssh{suffix}"));
    assert_eq!(ports(line(document, &nginx)), [80]);
    assert_eq!(ports(line(document, &ssh)), [22]);
    assert!(trouble(document, "exposed_as_root", &ssh).is_some(), "{document:#}");
    assert!(
        trouble(document, "exposed_as_root", &nginx).is_none(),
        "its workers gave up root: {document:#}"
    );
    let name = document["trouble"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trouble| trouble["severity"].as_str().unwrap());
    let rank = |severity: &str| ["high", "medium", "low"].iter().position(|word| *word == severity);
    assert!(name.map(rank).is_sorted(), "{:#}", document["trouble"]);
}

fn up(document: &Value, names: &[&str]) -> bool {
    names
        .iter()
        .all(|name| service(document, name).is_some_and(|service| service["main_pid"].is_u64()))
}

/// A file of the program's name is put where the running one was.
fn replace_nginx(machine: &Machine, name: &str) {
    assert!(trouble(&overview(machine), "replaced_program", name).is_none());
    shell(
        machine,
        "cp /usr/sbin/nginx /usr/sbin/nginx.new && mv /usr/sbin/nginx.new /usr/sbin/nginx",
    );
    let document = overview(machine);
    let found =
        trouble(&document, "replaced_program", name).unwrap_or_else(|| panic!("{document:#}"));
    assert!(found["what"].as_str().unwrap().contains("/usr/sbin/nginx was replaced"), "{found}");
    shell(machine, "rm /usr/sbin/nginx");
    let document = overview(machine);
    assert!(
        trouble(&document, "replaced_program", name).unwrap()["what"]
            .as_str()
            .unwrap()
            .contains("was deleted")
    );
}

#[test]
fn systemd() {
    let units = |plan: Plan| {
        plan.file("/etc/systemd/system/loop.service", 0o644, LOOP).file(
            "/etc/systemd/system/broken.service",
            0o644,
            BROKEN,
        )
    };
    let machine = boot(Kind::Systemd, units);
    shell(&machine, "systemctl start broken || true; systemctl start loop");
    let document = overview_with(&machine, |document| {
        trouble(document, "failed", "broken.service").is_some()
            && trouble(document, "restarting", "loop.service").is_some()
            && up(document, &["nginx.service", "ssh.service"])
    });
    assert_eq!(document["machine"]["init"], "systemd");
    ports_are_right(&document, ".service");

    let first: Vec<&str> = document["services"]
        .as_array()
        .unwrap()
        .iter()
        .take(2)
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    assert_eq!(first, ["broken.service", "loop.service"]);
    let broken = line(&document, "broken.service");
    assert_eq!((&broken["state"], &broken["result"]), (&"failed".into(), &"exit code 3".into()));

    // Every active service with a process, in systemctl's words, and no other.
    let list = shell(
        &machine,
        "systemctl list-units --type=service --state=running --plain --no-legend --full | cut -d' ' -f1",
    );
    for name in list.lines().filter(|name| *name != "loop.service") {
        let show = shell(
            &machine,
            &format!("systemctl show -P MainPID -P ActiveState -P SubState {name}"),
        );
        let mut words = show.lines();
        let row = line(&document, name);
        let (pid, active, sub) =
            (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        assert_eq!(row["main_pid"].as_u64().unwrap().to_string(), pid, "{row}");
        assert_eq!(row["native_state"], format!("{active} ({sub})"), "{row}");
        assert_eq!(row["state"], "running");
    }
    let running = |row: &&Value| {
        row["manager"] == "systemd" && row["state"] == "running" && row["name"] != "loop.service"
    };
    let ours = document["services"].as_array().unwrap().iter().filter(running).count();
    assert_eq!(
        ours,
        list.lines().filter(|name| *name != "loop.service").count(),
        "{list}{document:#}"
    );

    let page = shell(&machine, "daemonctl --color never");
    let (at_trouble, at_table) =
        (page.find("\nTrouble\n").unwrap(), page.find("\nSERVICE ").unwrap());
    assert!(at_trouble < at_table, "{page}");
    assert!(!page.contains('\x1b'), "a description brought an escape sequence: {page}");
    replace_nginx(&machine, "nginx.service");
    an_ordinary_user(&machine);
    a_manager_that_hangs(&machine);
}

fn an_ordinary_user(machine: &Machine) {
    let text =
        shell(machine, "setpriv --reuid=alice --regid=alice --clear-groups daemonctl --json");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line(&document, "broken.service")["state"], "failed", "the bus tells everybody");
    // The socket's control group tells whose it is where its owner's descriptors may not be seen.
    assert_eq!(ports(line(&document, "nginx.service")), [80]);
    let cron = line(&document, "cron.service");
    assert!(cron["listens"].is_null() || cron["listens"].as_array().unwrap().is_empty(), "{cron}");
}

fn a_manager_that_hangs(machine: &Machine) {
    let pid1 = machine.pid1().to_string();
    let signal =
        |name: &str| assert!(Command::new("kill").args([name, &pid1]).status().unwrap().success());
    signal("-STOP");
    let start = Instant::now();
    let text = machine.shell("daemonctl --json");
    let took = start.elapsed();
    signal("-CONT");
    let document: Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert!(took >= Duration::from_millis(900) && took < Duration::from_secs(4), "{took:?}");
    let notes = document["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["what"] == "the services of systemd"), "{notes:?}");
    // What the control groups show is there all the same.
    let nginx = line(&document, "nginx.service");
    assert_eq!((&nginx["state"], &nginx["native_state"]), (&"running".into(), &Value::Null));
    assert_eq!(ports(nginx), [80]);
}

#[test]
fn openrc() {
    let script = "#!/sbin/openrc-run\nsupervisor=supervise-daemon\ncommand=/bin/sh\ncommand_args=\"-c 'sleep 0.3; exit 1'\"\n\
                  respawn_delay=1\nrespawn_max=0\n";
    let machine = boot(Kind::OpenRc, |plan| plan.file("/etc/init.d/again", 0o755, script));
    let document = overview_with(&machine, |document| up(document, &["nginx", "ssh", "cron"]));
    assert_eq!(document["machine"]["init"], "OpenRC");
    ports_are_right(&document, "");
    for name in ["nginx", "ssh", "cron", "rsyslog"] {
        let row = line(&document, name);
        assert_eq!(
            (&row["state"], &row["native_state"]),
            (&"running".into(), &"started".into()),
            "{row}"
        );
        shell(&machine, &format!("rc-service {name} status"));
        let pid = row["main_pid"].as_u64().unwrap();
        shell(&machine, &format!("tr '\\0' ' ' </proc/{pid}/cmdline | grep {}", &name[..3]));
    }
    let nginx = line(&document, "nginx")["main_pid"].as_u64().unwrap();
    replace_nginx(&machine, "nginx");

    shell(&machine, &format!("kill -9 {nginx}; pkill -9 -x nginx || true"));
    let document =
        overview_with(&machine, |document| trouble(document, "crashed", "nginx").is_some());
    assert_eq!(document["services"][0]["name"], "nginx", "{document:#}");
    // OpenRC's own tools still say "started" of an LSB script: they do not look.
    assert!(machine.exec(&["pgrep", "-x", "nginx"]).unwrap().status.code() == Some(1));

    shell(&machine, "rc-service again start");
    overview_with(&machine, |document| trouble(document, "restarting", "again").is_some());
}

#[test]
fn sysv() {
    let machine = boot(Kind::Sysv, |plan| plan);
    let document = overview_with(&machine, |document| up(document, &["nginx", "ssh", "cron"]));
    assert_eq!(document["machine"]["init"], "SysV init");
    ports_are_right(&document, "");
    for (name, pid_file) in [
        ("nginx", "nginx.pid"),
        ("ssh", "sshd.pid"),
        ("cron", "crond.pid"),
        ("rsyslog", "rsyslogd.pid"),
    ] {
        let row = line(&document, name);
        assert_eq!((&row["state"], &row["manager"]), (&"running".into(), &"sysv".into()), "{row}");
        shell(&machine, &format!("service {name} status"));
        let pid = shell(&machine, &format!("cat /run/{pid_file}"));
        assert_eq!(row["main_pid"].as_u64().unwrap().to_string(), pid.trim(), "{row}");
        assert!(
            row["age_seconds"].as_f64().unwrap() < 600.0,
            "since its main process's start: {row}"
        );
    }
    replace_nginx(&machine, "nginx");
    shell(&machine, "kill -9 $(cat /run/crond.pid)");
    let document =
        overview_with(&machine, |document| trouble(document, "crashed", "cron").is_some());
    assert_eq!(document["services"][0]["name"], "cron", "{document:#}");
    assert!(machine.exec(&["service", "cron", "status"]).unwrap().status.code() != Some(0));
}

#[test]
fn a_bare_container() {
    let machine = boot(Kind::Bare, |plan| plan.init(&["/usr/bin/redis-server", "--port", "7001"]));
    let document = overview_with(&machine, |document| {
        document["services"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["listens"].as_array().is_some_and(|ports| !ports.is_empty()))
    });
    let first = &document["services"][0];
    assert_eq!(
        (&first["kind"], &first["name"], &first["main_pid"]),
        (&"init".into(), &"redis-server".into(), &1.into())
    );
    assert_eq!(ports(first), [7001]);
    let page = shell(&machine, "daemonctl");
    assert!(page.contains("no init system (pid 1 is redis-"), "{page}");
}
