//! `daemonctl logs` on machines that run: with systemd, OpenRC and SysV init.

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

fn boot(kind: Kind) -> Machine {
    let machine = Plan::new(kind)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap()
        .boot()
        .unwrap();
    // A request that nginx refuses and logs, and a line of a program of one's own.
    shell(
        &machine,
        "python3 -c 'import urllib.request as r\ntry: r.urlopen(\"http://127.0.0.1/gone\")\n\
             except Exception: pass'; logger -t mine -p user.err 'hello from mine'",
    );
    machine
}

struct Said {
    stdout: String,
    stderr: String,
}

/// Runs a script of the shell, however it ends.
fn shell(machine: &Machine, script: &str) -> Said {
    let output = machine.exec(&["sh", "-c", script]).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// What it prints, once it holds `wanted`: loggers write when they come to it.
fn until(machine: &Machine, command: &str, wanted: &str) -> String {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let said = shell(machine, command);
        if said.stdout.contains(wanted) {
            return said.stdout;
        }
        assert!(Instant::now() < end, "{command}: {}{}", said.stdout, said.stderr);
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn entries(machine: &Machine, command: &str, wanted: &str) -> Vec<Value> {
    let said = until(machine, command, wanted);
    let document: Value = serde_json::from_str(&said).unwrap();
    document["entries"].as_array().unwrap().clone()
}

/// What holds on every init.
fn everywhere(machine: &Machine) {
    let nginx = entries(machine, "daemonctl logs nginx --json", "/gone");
    let of_file = nginx.iter().find(|entry| entry["message"].as_str().unwrap().contains("/gone"));
    assert_eq!(of_file.unwrap()["source"]["path"], "/var/log/nginx/access.log");
    let mine = entries(machine, "daemonctl logs mine --json", "hello from mine");
    assert_eq!(mine.len(), 1, "{mine:?}");
    let ssh = until(machine, "daemonctl logs ssh -o cat", "Server listening on 0.0.0.0 port 22.");
    assert_eq!(ssh.matches("Server listening on 0.0.0.0").count(), 1, "{ssh}");
    let status = until(machine, "daemonctl status ssh", "Server listening on 0.0.0.0 port 22.");
    let (_, logged) = status.split_once("  logged\n").unwrap();
    assert!(logged.contains("Server listening"), "{status}");
    let status = shell(machine, "daemonctl status ssh -n 0").stdout;
    assert!(!status.contains("logged"), "{status}");
    // A service that is stopped: its configuration names its files.
    let stopped = "daemonctl stop nginx >&2; daemonctl logs nginx --source files -o cat";
    until(machine, stopped, "/gone");
    let unknown = shell(machine, "daemonctl logs nothing-is-called-so; echo status $?");
    assert!(unknown.stdout.ends_with("status 4\n"), "{}{}", unknown.stdout, unknown.stderr);
    let as_alice = "su alice -s /bin/sh -c 'daemonctl logs'; echo status $?";
    let refused = shell(machine, as_alice);
    assert!(refused.stdout.ends_with("status 1\n"), "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("adm"), "{}", refused.stderr);
    follows(machine);
}

/// Lines that come while it waits, also into a file that was rotated meanwhile.
fn follows(machine: &Machine) {
    let script = "daemonctl start nginx >&2; \
        daemonctl logs -f nginx mine -n 0 -o cat > /tmp/followed & pid=$!; \
        for i in $(seq 100); do \
          grep -q ready /tmp/followed && break; logger -t mine ready; sleep 0.2; done; \
        logger -t mine first; \
        mv /var/log/nginx/access.log /var/log/nginx/access.log.1; \
        echo '127.0.0.1 - - [23/Nov/2026:02:42:26 +0000] \"GET /old HTTP/1.1\" 404 1' \
          >> /var/log/nginx/access.log.1; \
        echo '127.0.0.1 - - [23/Nov/2026:02:42:27 +0000] \"GET /new HTTP/1.1\" 404 1' \
          > /var/log/nginx/access.log; \
        logger -t mine last; \
        for i in $(seq 100); do grep -q last /tmp/followed && break; sleep 0.2; done; \
        sleep 2; kill $pid; cat /tmp/followed";
    let said = shell(machine, script);
    for line in ["first", "GET /old", "GET /new", "last"] {
        assert_eq!(said.stdout.matches(line).count(), 1, "{line}: {}{}", said.stdout, said.stderr);
    }
}

#[test]
fn on_systemd() {
    let machine = boot(Kind::Systemd);
    everywhere(&machine);
    // The journal has what syslog files have too: it comes once, and the unit's start with it.
    let ours = shell(&machine, "daemonctl logs ssh -o short --utc -q").stdout;
    let theirs = shell(&machine, "TZ=UTC journalctl --no-pager -q -u ssh").stdout;
    assert_eq!(ours, theirs);
    assert!(ours.contains("Started ssh.service"), "{ours}");
    let boots = shell(&machine, "daemonctl logs --list-boots | wc -l").stdout;
    assert_eq!(boots.trim(), "2");
    // A unit that fails: its last words come with the refusal.
    let failing = "systemd-run -q --unit=loud -p Type=oneshot true 2>/dev/null; \
        printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh -c \"echo the last words; exit 3\"\\n' \
          > /etc/systemd/system/dies.service; systemctl daemon-reload; daemonctl start dies 2>&1";
    let said = shell(&machine, failing).stdout;
    assert!(said.contains("the last words"), "{said}");
}

#[test]
fn on_openrc() {
    everywhere(&boot(Kind::OpenRc));
}

#[test]
fn on_sysv() {
    everywhere(&boot(Kind::Sysv));
}
