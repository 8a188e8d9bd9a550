//! What holds with every init that runs scripts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use testkit::boxes::Machine;

use super::systemctl_support::ours;

/// A script that fails to start, and says why.
const BAD: &str = "#!/bin/sh
### BEGIN INIT INFO
# Provides: bad
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case $1 in
start) echo 'no such luck' >&2; exit 1 ;;
stop) exit 0 ;;
status) exit 3 ;;
esac
";

/// nginx, cron and their like by systemctl's verbs: what playbooks and scripts do.
pub fn check(machine: &Machine) {
    machine.write("/etc/init.d/bad", BAD.as_bytes()).unwrap();
    machine.shell("chmod +x /etc/init.d/bad").unwrap();
    lists(machine);
    acts(machine);
    shows(machine);
}

fn expect(machine: &Machine, line: &str, code: i32, out: &str) {
    let said = ours(machine, line);
    assert_eq!((said.code, &*said.out), (code, out), "systemctl {line}: {}", said.err);
}

/// As a client would ask it.
fn answers(machine: &Machine) -> bool {
    let script = "exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\r\n\r\n' >&3; head -1 <&3";
    let output = machine.exec(&["bash", "-c", script]).unwrap();
    String::from_utf8_lossy(&output.stdout).starts_with("HTTP/1.1 200")
}

fn lists(machine: &Machine) {
    let said = ours(machine, "list-units --type=service --no-legend --plain");
    let row = |name: &str| said.out.lines().find(|line| line.starts_with(name)).map(str::to_owned);
    for name in ["nginx.service", "cron.service", "ssh.service"] {
        let row = row(name).unwrap_or_else(|| panic!("no {name} in {said:?}"));
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words.get(1..4), Some(&["loaded", "active", "running"][..]), "{row}");
    }
    expect(machine, "list-units -t timer --no-legend", 0, "");
    expect(machine, "list-unit-files --no-legend nginx.service", 0, "nginx.service enabled -\n");
    expect(machine, "list-unit-files --no-legend nope.service", 1, "");
    expect(machine, "list-jobs", 0, "No jobs running.\n");
    let said = ours(machine, "--version");
    assert!(said.out.starts_with("systemd 252 (daemonctl "), "{said:?}");
}

fn acts(machine: &Machine) {
    assert!(answers(machine));
    expect(machine, "stop nginx", 0, "");
    assert!(!answers(machine));
    expect(machine, "is-active nginx", 3, "inactive\n");
    expect(machine, "try-restart nginx", 0, "");
    assert!(!answers(machine));
    expect(machine, "start nginx.service", 0, "");
    assert!(answers(machine));
    expect(machine, "is-active nginx cron nope", 0, "active\nactive\ninactive\n");
    let before = ours(machine, "show nginx -P MainPID").out;
    expect(machine, "restart nginx", 0, "");
    assert_ne!(before, ours(machine, "show nginx -P MainPID").out);
    expect(machine, "reload nginx", 0, "");
    assert!(answers(machine));
    expect(machine, "daemon-reload", 0, "");

    let said = ours(machine, "start nope");
    let message = "Failed to start nope.service: Unit nope.service not found.\n";
    assert_eq!((said.code, &*said.err), (5, message));
    let said = ours(machine, "stop nope");
    let message = "Failed to stop nope.service: Unit nope.service not loaded.\n";
    assert_eq!((said.code, &*said.err), (5, message));
    let said = ours(machine, "start bad");
    assert_eq!(said.code, 1, "{said:?}");
    // The script's own words come first.
    assert!(said.err.contains("no such luck"), "{said:?}");
    assert!(said.err.contains("Job for bad.service failed because"), "{said:?}");

    expect(machine, "disable --now nginx", 0, "");
    expect(machine, "is-enabled nginx", 1, "disabled\n");
    assert!(!answers(machine));
    expect(machine, "enable --now nginx", 0, "");
    expect(machine, "is-enabled nginx", 0, "enabled\n");
    assert!(answers(machine));
    // A second time there is nothing to do, and nothing is said.
    assert_eq!(ours(machine, "enable nginx").err, "");
    let said = ours(machine, "enable nope");
    let message = "Failed to enable unit: Unit file nope.service does not exist.\n";
    assert_eq!((said.code, &*said.err), (1, message));
    let said = ours(machine, "is-enabled nope");
    let message = "Failed to get unit file state for nope.service: No such file or directory\n";
    assert_eq!((said.code, &*said.err), (1, message));
}

fn shows(machine: &Machine) {
    let wanted = "Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath";
    let said = ours(machine, &format!("show nginx -p {wanted}"));
    let expected = "Id=nginx.service\nLoadState=loaded\nActiveState=active\nSubState=running\n\
                    FragmentPath=/etc/init.d/nginx\nUnitFileState=enabled\n";
    assert_eq!(said.out, expected);
    let expected = "LoadState=not-found\nActiveState=inactive\n";
    expect(machine, "show nope -p LoadState,ActiveState", 0, expected);
    let said = ours(machine, "status nginx");
    assert_eq!(said.code, 0);
    assert!(said.out.starts_with("● nginx.service - "), "{said:?}");
    assert!(said.out.contains("     Loaded: loaded (/etc/init.d/nginx; enabled)\n"), "{said:?}");
    assert!(said.out.contains("     Active: active (running)"), "{said:?}");
    assert!(said.out.contains("   Main PID: "), "{said:?}");
    assert_eq!(ours(machine, "status nope").code, 4);
    let pid = ours(machine, "show nginx -P MainPID").out;
    let said = ours(machine, &format!("status {}", pid.trim()));
    assert!(said.out.starts_with("● nginx.service - "), "{said:?}");
    let said = ours(machine, "cat cron");
    assert!(said.out.starts_with("# /etc/init.d/cron\n#!/bin/sh\n"), "{said:?}");
    // What only systemd has is refused by its name.
    for line in ["isolate rescue.target", "set-property nginx CPUWeight=5", "show-environment"] {
        let said = ours(machine, line);
        assert!(said.code == 1 && said.err.contains("not supported"), "{said:?}");
    }
}
