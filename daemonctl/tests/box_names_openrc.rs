//! The names on a machine that OpenRC runs: OpenRC's own tools held against the real ones, the
//! tools of other inits by what they do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod names_support;

use names_support::{boot, compare, ours, said, says, theirs};
use testkit::boxes::{Kind, Machine};

/// A service of OpenRC's own kind, supervised.
const SCRIPT: &str = "\
#!/sbin/openrc-run
supervisor=supervise-daemon
command=/bin/sleep
command_args=1000
pidfile=/run/sup.pid
extra_commands=\"hello\"
description=\"A sleeper\"
depend() { need nginx; after cron; }
hello() { einfo \"hello $RC_SVCNAME\"; return 5; }
";

const RC_SERVICE: &str = "
rc-service
rc-service --help
rc-service -x
rc-service nope start
rc-service -e nginx
rc-service -e nope
rc-service -r nginx
rc-service -r nope
rc-service --resolve
rc-service -l
rc-service nginx
rc-service nginx status
rc-service nginx bogus
rc-service -i nope start
rc-service --ifexists nope stop
rc-service -s nginx status
rc-service -S nginx status
rc-service -N nginx start
rc-service -c nginx start
rc-service -I nginx start
rc-service redis-server status
rc-service cgroups status
rc-service cgroups describe
rc-service cgroups bogus
rc-service cgroups start
rc-service -q cgroups start
rc-service -qq cgroups bogus
rc-service -D cgroups status
rc-service --exists=nginx
rc-service --exi nginx
rc-service --ifst nginx status
rc-service nginx status start
";

const RC_UPDATE: &str = "
rc-update
rc-update show
rc-update -v
rc-update -v show
rc-update add nginx default
rc-update add nope
rc-update add nginx nope
rc-update del nginx
rc-update delete nginx default
rc-update del redis-server
rc-update add redis-server
rc-update add redis-server boot default
rc-update -q add redis-server
rc-update -a add nginx
rc-update -a del redis-server
rc-update -a del nginx
rc-update del nope default
rc-update add
rc-update bogus
rc-update -u
rc-update -h
rc-update nginx add
rc-update show default
rc-update show default sysinit
rc-update show default nope
rc-update show nope
rc-update -s add boot default
rc-update -s add recovery default
rc-update -s del boot default
";

const RC_STATUS: &str = "
rc-status
rc-status boot
rc-status default sysinit
rc-status nope
rc-status nope default
rc-status -a
rc-status --all
rc-status -c
rc-status -l
rc-status -m
rc-status -r
rc-status -s
rc-status -S
rc-status -u
rc-status -f ini
rc-status -f INI default
rc-status -f bogus
rc-status --format=ini -a
rc-status -x
rc-status -h
rc-status -C
";

const SUPERVISED: &str = "
! rc-service sup start; sleep 1; rc-update add sup default
rc-status
rc-status -S
rc-status -m
rc-service sup status
rc-service sup hello
rc-service -s sup hello
rc-service -S sup hello
rc-service -N sup start
rc-service sup start
! ln -s /etc/init.d/redis-server /run/openrc/failed/
! ln -s /etc/init.d/agetty /run/openrc/hotplugged/
! mkdir -p /run/openrc/scheduled/cron; ln -s /etc/init.d/halt /run/openrc/scheduled/cron/halt
rc-status
rc-status -a
rc-status -u
rc-status -f ini -a
! kill -9 $(cat /run/sup.pid); sleep 0.3
rc-status
rc-status -c
rc-service -c sup status
rc-service -N sup status
! rc-update -s add nonetwork default; rc-update add redis-server nonetwork
rc-status
rc-status -a
rc-status -m
";

const DEBIAN: &str = "
service
service --help
service nope start
service nginx
service nginx status
service --status-all
invoke-rc.d nginx status
invoke-rc.d --query nginx start
invoke-rc.d --query nope start
";

const RESET: &str = "\
rm -rf /etc/runlevels/*/redis-server /etc/runlevels/boot/nginx
rm -rf /etc/runlevels/default/boot /etc/runlevels/default/recovery
ln -sf /etc/init.d/nginx /etc/runlevels/default/nginx";

#[test]
fn openrcs_own_tools_and_those_of_other_inits() {
    let machine = boot(Kind::OpenRc, |plan| plan.file("/etc/init.d/sup", 0o755, SCRIPT));
    let mut compared = 0;
    for lines in [RC_SERVICE, RC_UPDATE, RC_STATUS, DEBIAN] {
        compared += compare(&machine, RESET, lines);
    }
    foreign_services(&machine);
    foreign_enabling(&machine);
    compared += compare(&machine, ":", SUPERVISED);
    assert!(compared > 90, "{compared}");
}

fn enabled(machine: &Machine) -> bool {
    theirs(machine, "/sbin/rc-update show default | grep -qw nginx").status.success()
}

fn foreign_services(machine: &Machine) {
    // An LSB script does not tell OpenRC what it did; service does.
    says(machine, "service nginx stop", 0, &[]);
    assert!(theirs(machine, "rc-status | grep 'nginx .*stopped'").status.success());
    says(machine, "service nginx start", 0, &[]);
    assert!(theirs(machine, "rc-status | grep 'nginx .*started'").status.success());
    let pid = said(machine, "pidof -s nginx.service");
    assert_eq!((pid.1, pid.0.trim().is_empty()), (0, false));
    says(machine, "killall -0 -v nginx.service", 0, &["Killed nginx("]);
    says(machine, "systemctl restart nginx", 0, &[]);
    says(machine, "systemctl is-active nginx", 0, &["active"]);
    says(machine, "service bogus start", 1, &["bogus: unrecognized service"]);
}

fn foreign_enabling(machine: &Machine) {
    theirs(machine, RESET);
    says(machine, "chkconfig --list nginx", 0, &["\t2:on\t3:on\t4:on\t5:on\t6:off"]);
    says(machine, "chkconfig --list", 0, &["bootlogs       \t0:off\t1:on\t2:on"]);
    says(machine, "chkconfig nginx", 0, &[]);
    for (line, expected) in [
        ("chkconfig nginx off", false),
        ("chkconfig nginx on", true),
        ("chkconfig --del nginx", false),
        ("chkconfig --add nginx", true),
        ("systemctl disable nginx", false),
        ("systemctl enable nginx", true),
    ] {
        for _twice in 0..2 {
            says(machine, line, 0, &[]);
            assert_eq!(enabled(machine), expected, "{line}");
        }
    }
    says(machine, "chkconfig missing on", 1, &["error reading information on service missing"]);
    // Without Debian's own tool it goes through OpenRC's.
    theirs(machine, "mv /usr/sbin/update-rc.d /root/");
    for (line, expected) in
        [("disable", false), ("enable", true), ("disable 2", false), ("defaults", true)]
    {
        says(machine, &format!("update-rc.d nginx {line}"), 0, &[]);
        assert_eq!(enabled(machine), expected, "{line}");
    }
    says(machine, "update-rc.d nope enable", 1, &["initscript does not exist"]);
    theirs(machine, "mv /root/update-rc.d /usr/sbin/");
    let list = ours(machine, "daemonctl links list --json");
    assert_eq!(
        list.text()
            .matches("\"result\":\"ours\"")
            .count()
            .max(list.text().matches("\"result\": \"ours\"").count()),
        12,
        "{}",
        list.describe()
    );
}
