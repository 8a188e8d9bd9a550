//! The names on a machine that sysvinit runs: Debian's own tools held against the real ones, the
//! tools of other inits by what they do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod names_support;

use names_support::{boot, compare, said, says, theirs};
use testkit::boxes::{Kind, Machine};

const SERVICE: &str = "
service
service --help
service -h
service --hello
service nope start
service nginx
service nginx status
service nginx bogus
service redis-server status
service nginx restart
service nginx --full-restart
service a b --full-restart
service --status-all x
service shows a b 'c d'
service shows
service --status-all
service quiet status
";

const UPDATE_RC_D: &str = "
update-rc.d
update-rc.d nginx
update-rc.d -x a b
update-rc.d nginx bogus
update-rc.d -h
update-rc.d nope defaults
update-rc.d nope remove
update-rc.d nginx disable
update-rc.d nginx enable
update-rc.d nginx defaults
update-rc.d -f nginx defaults
";

const INVOKE_RC_D: &str = "
invoke-rc.d nginx
invoke-rc.d nginx start
invoke-rc.d nginx restart
invoke-rc.d --query nginx start
invoke-rc.d --query nope start
invoke-rc.d nope start
invoke-rc.d --disclose-deny redis-server start
invoke-rc.d redis-server status
invoke-rc.d --query redis-server start
invoke-rc.d --query nginx status
invoke-rc.d --bogus
invoke-rc.d --force redis-server status
invoke-rc.d --quiet nginx bogus
invoke-rc.d nginx bogus
invoke-rc.d --quiet nope start
invoke-rc.d shows extra a b
invoke-rc.d 'a b' start
invoke-rc.d '' start
! update-rc.d redis-server disable
invoke-rc.d redis-server start
invoke-rc.d --disclose-deny redis-server start
invoke-rc.d --query redis-server start
invoke-rc.d --force --query redis-server start
invoke-rc.d redis-server restart
! touch /etc/rc2.d/S99nginx; touch /etc/rc2.d/S99loose; ln -s nowhere /etc/rc2.d/S98shows
invoke-rc.d loose start
invoke-rc.d shows start
invoke-rc.d --try-anyway shows start
! rm /etc/rc2.d/S99* /etc/rc2.d/S98*
! printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
invoke-rc.d nginx restart
invoke-rc.d --disclose-deny nginx restart
invoke-rc.d --query nginx restart
invoke-rc.d --query --force nginx restart
invoke-rc.d nginx status
invoke-rc.d --force nginx status
invoke-rc.d --quiet nginx restart
! printf '#!/bin/sh\\necho stop status\\nexit 106\\n' > /usr/sbin/policy-rc.d
invoke-rc.d nginx restart
invoke-rc.d --no-fallback nginx restart
invoke-rc.d --query nginx restart
! service nginx start
invoke-rc.d --force nginx restart
! printf '#!/bin/sh\\necho \"$0 $@\" >&2;exit 1\\n' > /usr/sbin/policy-rc.d
invoke-rc.d nginx status
invoke-rc.d redis-server start
invoke-rc.d --query nginx status
! printf '#!/bin/sh\\nexit 42\\n' > /usr/sbin/policy-rc.d
invoke-rc.d nginx status
invoke-rc.d --try-anyway nginx status
! printf '#!/bin/sh\\nexit 104\\n' > /usr/sbin/policy-rc.d
invoke-rc.d --query redis-server start
invoke-rc.d nginx status
! rm /usr/sbin/policy-rc.d
";

const PIDOF: &str = "
pidof
pidof zzz
pidof /tmp/zzz
pidof -s zzz
pidof -q zzz
pidof nope
pidof zzz nope
pidof scr.sh
pidof -x scr.sh
pidof -x /tmp/scr.sh
pidof -x tmp/scr.sh
pidof -d , zzz
pidof -d, zzz
pidof -o 1 init
pidof init
pidof -c zzz
pidof -x
pidof kthreadd
pidof /usr/sbin/nginx
pidof nginx
pidof /sbin/nginx
pidof sshd
pidof /bin/sleep
pidof ./zzz
pidof tmp/zzz
pidof y/zzz
pidof /x/y/zzz
pidof /
pidof -o abc zzz
pidof -d ''
pidof 'my title'
pidof -z zombie
pidof zombie
pidof -o %PPID sh
";

const KILLALL: &str = "
killall
killall -l
killall nope
killall -q nope
killall -x
killall -s BOGUS zzz
killall -BOGUS zzz
killall -0 -v zzz
killall -e -v -0 longprogramname-abcdef
killall -0 -v longprogramname-abcdeX
killall -0 -v longprogramname
killall -I -0 -v ZZZ
killall -r -0 -v ^zz
killall -r -0 '('
killall -r -0 -v 'longprog.*[a-f]+$'
killall -u nobodyx zzz
killall -u root -0 -v zzz
killall -u nobody -v zzz
killall -u nobody
killall -o 1h -v -0 zzz
killall -y 1h -v -0 zzz
killall -y 1x zzz
killall -o zzz
killall -n 1 -0 -v zzz
killall -0 -v /tmp/zzz
killall -0 -v /tmp/nothere
killall -0 -v /tmp/scr.sh
killall -0 -v scr.sh
killall -h
killall -s
killall --bogus
killall -s SIGBOGUS zzz
killall -0 zzz nope
killall -i -0 zzz
killall -g -0 -v zzz
killall -99 zzz
killall -CONT -v zzz
killall -SIGCONT -v zzz
killall -s 18 -v zzz
killall -18 zzz
";

/// Programs with all sorts of names, and scripts with all sorts of manners.
const WORLD: &str = "
printf '#!/bin/sh\\nenv | grep -v ^PATH | sort\\npwd\\necho \"$@\"\\nexit 7\\n' > /etc/init.d/shows
printf '#!/bin/sh\\nexit 0\\n' > /etc/init.d/quiet
printf '#!/bin/sh\\r\\necho hi\\r\\n' > /etc/init.d/crlf
printf '#!/bin/sh\\ntrue\\n' > /etc/init.d/loose
chmod +x /etc/init.d/*
cp /bin/sleep /tmp/longprogramname-abcdef; cp /bin/sleep /tmp/zzz
exec > /dev/null 2>&1 < /dev/null
setsid /tmp/zzz 1000 & setsid /tmp/zzz 1001 & setsid /tmp/longprogramname-abcdef 1000 &
setsid bash -c 'exec -a \"my title\" /tmp/zzz 5000' & setsid bash -c 'exec -a /x/y/zzz /tmp/zzz 5001' &
printf '#!/bin/sh\\nsleep 1000\\ntrue\\n' > /tmp/scr.sh; chmod +x /tmp/scr.sh; setsid /tmp/scr.sh &
setsid python3 -c '
import os, time
if os.fork() == 0: os.execvp(\"sh\", [\"zombie\", \"-c\", \"exit 0\"])
time.sleep(1000)' &
sleep 0.5";

#[test]
fn debians_own_tools_and_those_of_other_inits() {
    let machine = boot(Kind::Sysv, |plan| plan);
    machine.shell(WORLD).unwrap();
    let mut compared = 0;
    for lines in [SERVICE, UPDATE_RC_D, INVOKE_RC_D, PIDOF, KILLALL] {
        compared += compare(&machine, ":", lines);
    }
    assert!(compared > 130, "{compared}");
    says(&machine, "service crlf start", 127, &["/etc/init.d/crlf: its lines end with CR LF"]);
    says(&machine, "service ../init.d/nginx status", 1, &["unrecognized service"]);
    says(&machine, "killall -w -v longprogramname-abcdef", 0, &["with signal 15"]);
    says(&machine, "pidof longprogramname-abcdef", 1, &[]);
    openrcs_tools(&machine);
    red_hats_tools(&machine);
    without_update_rc_d(&machine);
}

fn links(machine: &Machine) -> String {
    machine.shell("cd /etc; ls -d rc?.d/*nginx | sed 's/[0-9][0-9]nginx//' | tr '\\n' ' '").unwrap()
}

const ON: &str = "rc0.d/K rc1.d/K rc2.d/S rc3.d/S rc4.d/S rc5.d/S rc6.d/K ";
const OFF: &str = "rc0.d/K rc1.d/K rc2.d/K rc3.d/K rc4.d/K rc5.d/K rc6.d/K ";

fn openrcs_tools(machine: &Machine) {
    theirs(machine, "service nginx start; service redis-server stop");
    says(machine, "rc-service nginx status", 0, &[" * status: started"]);
    says(machine, "rc-service redis-server status", 3, &[" * status: stopped"]);
    says(machine, "rc-service nginx restart", 0, &["Restarting nginx"]);
    says(machine, "rc-service nginx configtest", 0, &[]);
    says(machine, "rc-service nope start", 1, &[" * rc-service: service `nope' does not exist"]);
    says(machine, "rc-service -S nginx stop", 0, &[]);
    says(machine, "rc-service -r nginx", 0, &["/etc/init.d/nginx"]);
    assert!(said(machine, "rc-service -l").0.lines().any(|line| line == "nginx"));
    says(
        machine,
        "rc-status",
        0,
        &[
            "Runlevel: default\n",
            " nginx                                                             [  started  ]\n",
            "Dynamic Runlevel: manual\n",
        ],
    );
    says(machine, "rc-update show default", 0, &["                nginx | default\n"]);
    says(machine, "rc-update del nginx", 0, &[" * service nginx removed from runlevel default\n"]);
    assert_eq!(links(machine), OFF);
    says(machine, "rc-update del nginx", 1, &["service `nginx' is not in the runlevel `default'"]);
    says(machine, "rc-update add nginx", 0, &[" * service nginx added to runlevel default\n"]);
    assert_eq!(links(machine), ON);
    says(machine, "rc-update add nginx", 0, &["already installed in runlevel `default'; skipping"]);
    says(machine, "rc-update add nope", 1, &["service `nope' does not exist"]);
}

fn red_hats_tools(machine: &Machine) {
    says(
        machine,
        "chkconfig --list nginx",
        0,
        &["nginx          \t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off\n"],
    );
    says(machine, "chkconfig nginx off", 0, &[]);
    assert_eq!(links(machine), OFF);
    says(machine, "chkconfig nginx", 1, &[]);
    says(machine, "chkconfig nginx on", 0, &[]);
    assert_eq!(links(machine), ON);
    says(machine, "chkconfig nginx", 0, &[]);
    says(machine, "chkconfig --level 3 nginx off", 0, &[]);
    says(machine, "chkconfig --list nginx", 0, &["2:on\t3:off\t4:on"]);
    says(machine, "chkconfig --level 3 nginx", 1, &[]);
    says(machine, "chkconfig --del nginx", 0, &[]);
    says(machine, "chkconfig --list nginx", 1, &["(run 'chkconfig --add nginx')"]);
    says(machine, "chkconfig --add nginx", 0, &[]);
    assert_eq!(links(machine), ON);
    says(machine, "chkconfig nope on", 1, &["error reading information on service nope"]);
    says(machine, "chkconfig --bogus", 1, &["--bogus: unknown option"]);
    says(machine, "chkconfig --level 35 nginx", 1, &["only one runlevel may be specified"]);
}

fn without_update_rc_d(machine: &Machine) {
    theirs(machine, "mv /usr/sbin/update-rc.d /root/");
    says(machine, "update-rc.d nginx disable", 0, &[]);
    assert!(!links(machine).contains('S'), "{}", links(machine));
    says(machine, "update-rc.d nope enable", 1, &["initscript does not exist: /etc/init.d/nope"]);
    theirs(machine, "mv /root/update-rc.d /usr/sbin/");
}
