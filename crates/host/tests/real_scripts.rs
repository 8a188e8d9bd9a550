//! What real daemons' init scripts do that those of the textbook don't: cases met with on machines
//! with many daemons, made small.

#![allow(clippy::expect_used, reason = "a test may panic")]

mod support;

use host::{RefusalKind, ServiceManager, ServiceState, SysV, Verb};
use support::{Tree, act, lsb};

fn tree(name: &str, arms: &str) -> (Tree, SysV) {
    let tree = Tree::new(name);
    tree.daemon("usr/sbin/webd");
    tree.script("etc/init.d/webd", &lsb("webd", arms));
    let sysv = SysV::new(&tree.0);
    (tree, sysv)
}

/// What Debian's postfix is like: the script runs a control program, and that one starts a daemon
/// in a folder of its own, whose pid file lies elsewhere.
#[test]
fn a_daemon_that_its_control_program_starts_is_found() {
    let tree = Tree::new("control");
    tree.daemon("usr/lib/maild/sbin/master");
    tree.script(
        "usr/sbin/maild",
        "#!/bin/sh\nM=$R/usr/lib/maild/sbin/master\ncase $1 in\n\
         start) setsid $M 1000 </dev/null >/dev/null 2>&1 & echo $! > $R/spool.pid ;;\n\
         stop) kill $(cat $R/spool.pid) ;;\nesac\n",
    );
    tree.script(
        "etc/init.d/maild",
        "#!/bin/sh\nDAEMON=/usr/sbin/maild\nDIR=/usr/lib/maild/sbin\nstart_daemon() { :; }\n\
         case $1 in\nstart) start_daemon $DAEMON; $R$DAEMON start ;;\nstop) $R$DAEMON stop ;;\n\
         restart) $0 stop; $0 start ;;\nreload) echo read again ;;\n\
         status) kill -0 $(cat $R/spool.pid) || exit 3 ;;\nesac\n",
    );
    let sysv = SysV::new(&tree.0);
    let running = || sysv.services().expect("services").remove(0);
    act(&sysv, Verb::Start, "maild").expect("started");
    let first = tree.pid("spool.pid");
    assert_eq!((running().state, running().main_pid), (ServiceState::Running, first));
    assert!(act(&sysv, Verb::Start, "maild").expect("nothing").nothing_to_do);
    assert_eq!(act(&sysv, Verb::Reload, "maild").expect("reloaded").output, ["read again"]);
    act(&sysv, Verb::Restart, "maild").expect("restarted");
    assert_ne!((tree.pid("spool.pid"), running().main_pid), (first, first));
    act(&sysv, Verb::Stop, "maild").expect("stopped");
    assert_eq!(running().state, ServiceState::Stopped);
}

/// Whatever it is that runs: a script that says that its service runs is asked to restart it.
#[test]
fn what_is_said_to_run_is_not_only_started() {
    let arms = "status) echo fine ;;\nrestart) echo again; $0 start ;;";
    let (_tree, sysv) = tree("said", arms);
    let done = act(&sysv, Verb::Restart, "webd").expect("restarted");
    assert_eq!(done.output, ["again", "starting"]);
}

/// As Debian's dnsmasq has it: its names stand in a file of its package.
#[test]
fn settings_that_a_script_reads_from_its_package_count() {
    let tree = Tree::new("sourced");
    tree.put("usr/share/dnsd/common", "DAEMON=/usr/sbin/dnsd\nNAME=dnsd\n");
    tree.script(
        "etc/init.d/dnsd",
        "#!/bin/sh\nif [ -r /usr/share/dnsd/common ]; then\n. /usr/share/dnsd/common\nfi\n\
         . /lib/lsb/init-functions\n\
         start() { start-stop-daemon --start --pidfile /run/dnsd/${NAME}.pid --exec ${DAEMON}; }\n\
         case $1 in start) start ;; esac\n",
    );
    tree.put("run/dnsd/dnsd.pid", "4194303\n");
    let service = SysV::new(&tree.0).services().expect("services").remove(0);
    assert_eq!(service.pid_files, [std::path::PathBuf::from("/run/dnsd/dnsd.pid")]);
    assert_eq!(service.state, ServiceState::Crashed);
}

/// chrony's and supervisor's do not wait until the old process is gone.
#[test]
fn a_restart_that_trips_over_its_own_stop_is_completed() {
    let arms = "restart|force-reload) $0 stop; echo runs already ;;";
    let (tree, sysv) = tree("trips", arms);
    act(&sysv, Verb::Start, "webd").expect("started");
    let first = tree.pid("run/webd.pid");
    let done = act(&sysv, Verb::Restart, "webd").expect("restarted");
    assert_eq!(done.output, ["stopping", "runs already", "starting"]);
    assert_eq!(done.notes, ["its script's restart left it stopped: it was started once more"]);
    let second = tree.pid("run/webd.pid");
    assert_ne!(second, first);
    act(&sysv, Verb::ReloadOrRestart, "webd").expect("restarted");
    assert_ne!(tree.pid("run/webd.pid"), second);
}

/// anacron's restart is its start.
#[test]
fn a_restart_that_ends_nothing_is_told() {
    let (tree, sysv) = tree("idle", "restart) echo nothing ;;");
    act(&sysv, Verb::Start, "webd").expect("started");
    let pid = tree.pid("run/webd.pid").expect("a pid");
    let done = act(&sysv, Verb::Restart, "webd").expect("it said success");
    let note = format!("process {pid} is the same as before: its script's restart did not end it");
    assert_eq!(done.notes, [note]);
}

/// A pid file that only the script knows of.
#[test]
fn a_script_that_says_dead_with_a_pid_file_is_believed() {
    for (name, status, state) in [
        ("dead1", "status) echo 'webd (dead, pid file exists)'; exit 1 ;;", ServiceState::Crashed),
        // Many end with 1 for whatever is not well.
        ("dead2", "status) echo 'webd stopped'; exit 1 ;;", ServiceState::Stopped),
        ("dead3", "status) status_of_proc webd 2>/dev/null; exit 1 ;;", ServiceState::Crashed),
    ] {
        let (_tree, sysv) = tree(name, status);
        assert_eq!(sysv.service("webd").expect("webd").state, state, "{name}");
    }
}

/// Debian's scripts end with what their `do_start` returns.
#[test]
fn a_failed_start_is_not_called_a_usage_error() {
    let (_tree, sysv) = tree("two", "start) echo 'socket present' >&2; exit 2 ;;");
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("it failed");
    assert_eq!(refusal.kind, RefusalKind::Failed);
    assert_eq!(refusal.message, "its script's start ended with status 2");
    assert_eq!(refusal.output, ["socket present"]);
}
