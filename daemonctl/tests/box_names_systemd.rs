//! The names on a machine that systemd runs: each does its tool's work there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod names_support;

use names_support::{boot, compare, said, says, theirs};
use testkit::boxes::{Kind, Machine};

fn is_enabled(machine: &Machine) -> String {
    theirs(machine, "/usr/bin/systemctl is-enabled nginx").text().trim().to_owned()
}

fn main_pid(machine: &Machine) -> String {
    theirs(machine, "/usr/bin/systemctl show -p MainPID --value nginx").text().trim().to_owned()
}

#[test]
fn the_tools_of_other_inits() {
    let machine = boot(Kind::Systemd, |plan| plan);
    rc_service(&machine);
    rc_levels(&machine);
    service(&machine);
    chkconfig(&machine);
    debians(&machine);
}

fn rc_service(machine: &Machine) {
    says(machine, "rc-service nginx status", 0, &[" * status: started"]);
    says(machine, "rc-service redis-server status", 3, &[" * status: stopped"]);
    let before = main_pid(machine);
    says(machine, "rc-service nginx restart", 0, &[" * Restarting nginx ... [ ok ]"]);
    assert_ne!(main_pid(machine), before);
    let before = main_pid(machine);
    says(machine, "rc-service nginx reload", 0, &[" * Reloading nginx ... [ ok ]"]);
    assert_eq!(main_pid(machine), before);
    says(machine, "rc-service nginx start", 0, &["WARNING: nginx has already been started"]);
    says(machine, "rc-service nginx stop", 0, &[" * Stopping nginx ... [ ok ]"]);
    says(machine, "rc-service nginx stop", 0, &["WARNING: nginx is already stopped"]);
    says(machine, "rc-service -N nginx start", 0, &[" * Starting nginx ... [ ok ]"]);
    says(machine, "rc-service -S nginx stop", 0, &[]);
    says(machine, "rc-service -e nginx", 0, &[]);
    says(machine, "rc-service -e nope", 1, &[]);
    says(machine, "rc-service -r nginx", 0, &["/lib/systemd/system/nginx.service"]);
    says(machine, "rc-service nope start", 1, &["rc-service: service `nope' does not exist"]);
    says(machine, "rc-service nginx configtest", 0, &[]);
    says(machine, "rc-service cron bogus", 2, &["Usage: /etc/init.d/cron"]);
    says(machine, "rc-service dbus.service status", 0, &[" * status: started"]);
}

fn rc_levels(machine: &Machine) {
    says(machine, "rc-status", 0, &["Runlevel: default\n", "\n nginx  "]);
    says(machine, "rc-status -r", 0, &["default\n"]);
    says(machine, "rc-status -f ini", 0, &["[default]\n", "nginx =  started 00:00:"]);
    assert!(said(machine, "rc-service -l").0.lines().any(|line| line == "nginx"));
    says(machine, "rc-update show default", 0, &["                nginx | default\n"]);
    says(machine, "rc-update del nginx", 0, &[" * service nginx removed from runlevel default"]);
    assert_eq!(is_enabled(machine), "disabled");
    says(machine, "rc-update del nginx default", 1, &["is not in the runlevel `default'"]);
    says(machine, "rc-update add nginx", 0, &[" * service nginx added to runlevel default"]);
    assert_eq!(is_enabled(machine), "enabled");
    says(machine, "rc-update add nginx boot", 0, &["already installed in runlevel `default'"]);
    says(machine, "rc-update add nope", 1, &["service `nope' does not exist"]);
    says(machine, "rc-update -a del nope", 1, &["not found in any of the specified runlevels"]);
    says(machine, "rc-update add nginx nope", 1, &["`nope' is not a valid runlevel"]);
    says(machine, "rc-update -s add boot default", 1, &["only OpenRC can stack runlevels"]);
}

fn service(machine: &Machine) {
    says(machine, "service nginx status", 0, &["nginx.service - ", "Active: active (running)"]);
    says(machine, "service nginx stop", 0, &[]);
    says(machine, "service nginx status", 3, &["Active: inactive (dead)"]);
    says(machine, "service nginx start", 0, &[]);
    let before = main_pid(machine);
    says(machine, "service nginx force-reload", 0, &[]);
    assert_eq!(main_pid(machine), before);
    says(machine, "service nginx --full-restart", 0, &[]);
    assert_ne!(main_pid(machine), before);
    says(machine, "service nope start", 5, &["nope.service"]);
    says(machine, "service nope bogus", 1, &["nope: unrecognized service"]);
    says(machine, "service nginx configtest", 0, &[]);
    says(machine, "service --status-all", 0, &[" [ + ]  nginx\n", " [ - ]  redis-server\n"]);
    // Who asks by the real name gets the same answers.
    compare(machine, ":", "service\nservice --help\nservice nope bogus\nservice nope start");
}

fn chkconfig(machine: &Machine) {
    let on = "nginx          \t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off\n";
    says(machine, "chkconfig --list", 0, &[on, "Note: Native systemd services"]);
    let forwarded = "Note: Forwarding request to 'systemctl is-enabled nginx.service'.";
    says(machine, "chkconfig nginx", 0, &[forwarded, "enabled\n"]);
    says(machine, "chkconfig nginx off", 0, &["systemctl disable nginx.service"]);
    assert_eq!(is_enabled(machine), "disabled");
    says(machine, "chkconfig --list nginx", 0, &["\t3:off"]);
    says(machine, "chkconfig nginx", 1, &["disabled\n"]);
    says(machine, "chkconfig --level 3 nginx", 1, &[]);
    says(machine, "chkconfig nginx on", 0, &["systemctl enable nginx.service"]);
    assert_eq!(is_enabled(machine), "enabled");
    says(machine, "chkconfig --level 3 nginx", 0, &[]);
    says(machine, "chkconfig --no-redirect nginx off", 0, &[]);
    assert_eq!(is_enabled(machine), "disabled");
    says(machine, "chkconfig nope on", 1, &["error reading information on service nope"]);
}

fn debians(machine: &Machine) {
    // With its own update-rc.d, and without; a script that systemd would tell it of is gone then too.
    for _ in 0..2 {
        says(machine, "update-rc.d nginx enable", 0, &[]);
        assert_eq!(is_enabled(machine), "enabled");
        says(machine, "update-rc.d nginx disable", 0, &[]);
        assert_eq!(is_enabled(machine), "disabled");
        theirs(machine, "mv /usr/sbin/update-rc.d /etc/init.d/nginx /root/");
    }
    says(machine, "update-rc.d nginx defaults", 0, &[]);
    assert_eq!(is_enabled(machine), "enabled");
    says(machine, "update-rc.d nope enable", 1, &["initscript does not exist"]);
    says(machine, "invoke-rc.d --query nginx start", 104, &[]);
    says(machine, "invoke-rc.d nginx restart", 0, &[]);
    says(machine, "invoke-rc.d --skip-systemd-native nginx stop", 0, &[]);
    says(machine, "systemctl is-active nginx", 0, &["active"]);
    theirs(machine, "/usr/bin/systemctl mask --now redis-server");
    says(machine, "invoke-rc.d --force redis-server start", 0, &[]);
    says(machine, "killall -0 -v nginx.service", 0, &["Killed nginx("]);
}
