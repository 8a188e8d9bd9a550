//! The boxes themselves: that each boots, is apart from the machine, and has real terminals.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::time::Duration;
use testkit::boxes::{Error, Kind, Machine, Plan, boot};

/// What holds in every box.
fn common(machine: &Machine) {
    assert_eq!(machine.shell("hostname").unwrap(), "box");
    assert_eq!(machine.shell("ls /sys/class/net").unwrap(), "lo");
    let capabilities = machine.shell("sed -n s/^CapBnd:.//p /proc/1/status").unwrap();
    let capabilities = u64::from_str_radix(&capabilities, 16).unwrap();
    assert_eq!(capabilities & (1 << 25), 0, "CAP_SYS_TIME must be gone");
    assert_eq!(machine.shell("cat /proc/mounts | cut -d' ' -f2 | grep -x /").unwrap(), "/");

    let output = machine.exec(&["sh", "-c", "echo out; echo err >&2; exit 3"]).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));

    machine.put(Path::new("/etc/os-release"), "/srv/put").unwrap();
    assert!(machine.shell("cat /srv/put").unwrap().contains("ID="));
    assert!(!Path::new("/srv/put").exists(), "the file must be in the box only");

    let running = machine.spawn(&["sleep", "4321"]).unwrap();
    let pid = running.pid().unwrap();
    let args = machine.shell(&format!("tr '\\0' ' ' < /proc/{pid}/cmdline")).unwrap();
    assert_eq!(args.trim(), "sleep 4321");
    drop(running);
    assert!(machine.shell("pgrep -f 'sleep 432[1]'").is_err(), "dropped means killed");

    let mut pty = machine.pty(&["sh"]).unwrap();
    let tty = pty.run("tty").unwrap();
    assert!(tty.contains("/dev/pts/"), "{tty}");
    let shell = pty.shell_pid().unwrap();
    let seen = machine.shell(&format!("ps -o tty=,sid= -p {shell}")).unwrap();
    assert!(seen.contains("pts/") && seen.contains(&shell.to_string()), "{seen}");
}

/// What holds where sshd runs.
fn logins(machine: &Machine) {
    for user in ["root", "alice"] {
        let mut terminal = machine.login(user).unwrap();
        assert_eq!(terminal.run("id -un").unwrap().trim(), user);
        let shell = terminal.shell_pid().unwrap();
        let parent = machine.shell(&format!("ps -o args= -p $(ps -o ppid= -p {shell})")).unwrap();
        assert!(parent.starts_with("sshd: "), "{parent}");
    }
    let _remote = machine.remote("bob", "sleep 5432").unwrap();
    let found = machine.wait_for("pgrep -u bob -x sleep", Duration::from_secs(10)).unwrap();
    assert_eq!(machine.shell(&format!("ps -o tty= -p {found}")).unwrap().trim(), "?");
}

#[test]
fn systemd_box() {
    let machine = boot(Kind::Systemd).unwrap();
    common(&machine);
    logins(&machine);
    assert!(machine.shell("cat /proc/1/cgroup").unwrap().ends_with("0::/init.scope"));
    let active = "systemctl is-active ssh nginx cron dbus rsyslog console-getty";
    assert_eq!(machine.shell(active).unwrap(), ["active"; 6].join("\n"));
}

#[test]
fn systemd_box_with_logind() {
    let machine = boot(Kind::SystemdLogind).unwrap();
    common(&machine);
    logins(&machine);
    let mut terminal = machine.login("alice").unwrap();
    let groups = terminal.run("cat /proc/self/cgroup").unwrap();
    assert!(groups.contains("/user.slice/user-1000.slice/session-"), "{groups}");
    assert_eq!(terminal.run("systemctl --user is-active dbus.socket").unwrap().trim(), "active");
}

#[test]
fn openrc_box() {
    let machine = boot(Kind::OpenRc).unwrap();
    common(&machine);
    logins(&machine);
    let status = machine.shell("rc-status --servicelist").unwrap();
    for service in ["ssh", "nginx", "cron", "dbus", "rsyslog"] {
        let line = status.lines().find(|line| line.trim_start().starts_with(service));
        assert!(line.is_some_and(|line| line.contains("started")), "{service}:\n{status}");
    }
}

#[test]
fn sysv_box() {
    let machine = boot(Kind::Sysv).unwrap();
    common(&machine);
    logins(&machine);
    for service in ["ssh", "nginx", "cron", "dbus", "rsyslog"] {
        machine.shell(&format!("service {service} status")).unwrap();
    }
}

#[test]
fn bare_box() {
    let plan = Plan::new(Kind::Bare).file("/srv/hello", 0o755, "#!/bin/sh\nexec sleep 6543\n");
    let machine = plan.init(&["/srv/hello"]).boot().unwrap();
    common(&machine);
    assert_eq!(machine.shell("cat /proc/1/comm").unwrap(), "sleep");
}

#[test]
fn a_box_that_does_not_come_up_shows_its_console() {
    let plan = Plan::new(Kind::Bare).init(&["/no/such/program"]);
    let error = plan.timeout(Duration::from_secs(20)).boot().unwrap_err();
    assert!(matches!(error, Error::Boot { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/program"), "{error}");
}
