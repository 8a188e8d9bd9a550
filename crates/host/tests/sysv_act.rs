//! SysV init scripts of every temper, run for real in a tree made here.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use host::{Field, RefusalKind, ServiceManager, ServiceState, SysV, Verb};
use support::{Tree, act, act_with, kill, lsb};

fn tree(name: &str, arms: &str) -> (Tree, SysV) {
    let tree = Tree::new(name);
    tree.daemon("usr/sbin/webd");
    tree.script("etc/init.d/webd", &lsb("webd", arms));
    let sysv = SysV::new(&tree.0);
    (tree, sysv)
}

#[test]
fn a_service_is_started_restarted_and_stopped() {
    let (tree, sysv) = tree("usual", "env) env > $R/env; pwd > $R/cwd ;;");
    assert_eq!(sysv.service("webd").expect("webd").state, ServiceState::Stopped);
    let done = act(&sysv, Verb::Start, "webd").expect("started");
    assert_eq!(done.output, ["starting"]);
    assert!(done.notes.is_empty(), "{:?}", done.notes);
    let first = sysv.service("webd").expect("webd").main_pid;
    assert_eq!((first, first.is_some()), (tree.pid("run/webd.pid"), true));

    assert!(act(&sysv, Verb::Start, "webd").expect("nothing").nothing_to_do);
    assert_eq!(tree.pid("run/webd.pid"), first, "it was not started again");
    // It has no restart of its own: it is stopped and started.
    let done = act(&sysv, Verb::Restart, "webd").expect("restarted");
    assert_eq!(done.output, ["stopping", "starting"]);
    assert_ne!(sysv.service("webd").expect("webd").main_pid, first);

    let refusal = act(&sysv, Verb::Reload, "webd").expect_err("no reload");
    assert_eq!(refusal.kind, RefusalKind::NotSupported);
    act(&sysv, Verb::Stop, "webd").expect("stopped");
    assert_eq!(sysv.service("webd").expect("webd").state, ServiceState::Stopped);
    assert!(act(&sysv, Verb::TryRestart, "webd").expect("nothing").nothing_to_do);
    // Without a status the script is asked, and its complaint is no failure.
    assert!(act(&sysv, Verb::Stop, "webd").is_ok());
    let refusal = act(&sysv, Verb::Reload, "webd").expect_err("it is stopped");
    assert_eq!(refusal.message, "it is not running");

    act_with(&sysv, Verb::Custom, "webd", |r| r.command = Some("env")).expect("its own command");
    assert_eq!(tree.text("cwd").trim(), "/");
    for line in tree.text("env").lines() {
        let name = line.split('=').next().unwrap_or_default();
        let clean = ["PATH", "TERM", "LANG", "LANGUAGE", "PWD", "SHLVL", "_", "OLDPWD"];
        assert!(clean.contains(&name) || name.starts_with("LC_"), "{line}");
    }
    let refusal = act_with(&sysv, Verb::Custom, "webd", |r| r.command = Some("no\u{1b}pe"));
    assert_eq!(refusal.expect_err("none").kind, RefusalKind::NotSupported);
}

#[test]
fn a_status_that_lies_is_not_believed() {
    let (tree, sysv) = tree("liar", "status) echo fine; exit $(cat $R/answer) ;;");
    tree.put("answer", "0");
    let service = sysv.service("webd").expect("webd");
    assert_eq!(service.state, ServiceState::Stopped);
    let details = service.details.expect("details");
    assert_eq!(details.script_status, Some((vec!["fine".to_owned()], 0)));
    let told = details.disagreement.expect("both are told");
    assert!(told.starts_with("its script's status says that it runs (not believed)"), "{told}");

    // It is started and stopped by what is so, not by what it says.
    act(&sysv, Verb::Start, "webd").expect("started");
    assert!(sysv.service("webd").expect("webd").details.expect("them").disagreement.is_none());
    tree.put("answer", "3");
    let service = sysv.service("webd").expect("webd");
    assert_eq!(service.state, ServiceState::Running);
    let told = service.details.expect("details").disagreement.expect("both are told");
    let pid = service.main_pid.expect("a pid");
    assert!(told.ends_with(&format!("(not believed); process {pid} runs")), "{told}");
    act(&sysv, Verb::Stop, "webd").expect("stopped");
    tree.put("answer", "3");
    assert!(act(&sysv, Verb::Stop, "webd").expect("both agree").nothing_to_do);
}

#[test]
fn a_status_that_hangs_costs_five_seconds_and_no_more() {
    let (tree, sysv) = tree("slow", "status) echo $$ > $R/asked; exec sleep 100 ;;");
    let start = Instant::now();
    let service = sysv.service("webd").expect("webd");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert_eq!(service.state, ServiceState::Stopped);
    let told = service.details.expect("details").disagreement.expect("it is told");
    assert!(told.contains("gave no answer within 5 s"), "{told}");
    let asked = tree.pid("asked").expect("it was asked");
    assert!(!std::path::Path::new(&format!("/proc/{asked}")).exists(), "it was ended");
}

#[test]
fn a_start_that_hangs_is_ended() {
    let (tree, sysv) = tree("hang", "start) echo $$ > $R/hangs; echo wait; exec sleep 100 ;;");
    let start = Instant::now();
    let refusal = act_with(&sysv, Verb::Start, "webd", |r| r.timeout = Duration::from_millis(300));
    let refusal = refusal.expect_err("it hangs");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!((refusal.kind, refusal.exit_status), (RefusalKind::TimedOut, None));
    assert_eq!(refusal.output, ["wait"]);
    let hung = tree.pid("hangs").expect("it ran");
    assert!(!std::path::Path::new(&format!("/proc/{hung}")).exists());
}

#[test]
fn a_pid_file_that_is_left_behind_or_taken_over() {
    let (tree, sysv) = tree("stale", "stop) kill $(cat $R$PIDFILE) ;;");
    act(&sysv, Verb::Start, "webd").expect("started");
    let done = act(&sysv, Verb::Stop, "webd").expect("stopped");
    assert!(done.notes[0].starts_with("its script left a pid file behind"), "{:?}", done.notes);
    let service = sysv.service("webd").expect("webd");
    assert_eq!(
        (service.state, service.native.as_str()),
        (ServiceState::Crashed, "dead but pid file exists")
    );
    act(&sysv, Verb::Start, "webd").expect("a stale file is no obstacle");
    kill(&tree.text("run/webd.pid"));

    // Another process has the pid now.
    let other = std::process::id();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(86_400 * 365);
    tree.put("run/webd.pid", &other.to_string());
    let file = fs::File::options().write(true).open(tree.0.join("run/webd.pid")).expect("open");
    file.set_modified(long_ago).expect("set time");
    let service = sysv.service("webd").expect("webd");
    assert_eq!((service.state, service.main_pid), (ServiceState::Crashed, None));
    let detail = &service.gap(Field::MainPid).expect("why").detail;
    assert!(detail.contains("which another process has now"), "{detail}");
    assert!(!act(&sysv, Verb::Start, "webd").expect("started").nothing_to_do);
    let running = sysv.service("webd").expect("webd");
    assert_eq!(running.state, ServiceState::Running);

    // The file is lost, the process is not.
    fs::remove_file(tree.0.join("run/webd.pid")).expect("remove");
    let found = sysv.service("webd").expect("webd");
    assert_eq!((found.state, found.main_pid), (ServiceState::Running, running.main_pid));
    assert!(found.gap(Field::MainPid).expect("why").detail.contains("there is no pid file"));
}

#[test]
fn success_that_is_none_is_a_failure() {
    let (tree, sysv) = tree("claims", "start) echo all fine; exit 0 ;;\nstop) exit 0 ;;");
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("nothing runs");
    assert_eq!((refusal.kind, refusal.exit_status), (RefusalKind::Failed, Some(0)));
    assert!(refusal.message.contains("no process of it is there"), "{}", refusal.message);
    assert_eq!(refusal.output, ["all fine"]);

    // It dies at once.
    let dies = "start) setsid $R$DAEMON 0.1 </dev/null >/dev/null 2>&1 & echo $! > $R$PIDFILE ;;";
    tree.script("etc/init.d/webd", &lsb("webd", dies));
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("it died");
    assert!(refusal.message.contains("its process ended at once"), "{}", refusal.message);

    // The package was removed, its script stayed.
    tree.script("etc/init.d/webd", &lsb("webd", "start) test -x $R$DAEMON || exit 0 ;;"));
    fs::remove_file(tree.0.join("usr/sbin/webd")).expect("remove");
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("half installed");
    assert!(refusal.message.contains("its program /usr/sbin/webd is not installed"));
    tree.script("etc/init.d/webd", &lsb("webd", "start) exit 5 ;;"));
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("half installed");
    assert_eq!(refusal.exit_status, Some(5));
    assert!(refusal.message.contains("its program is not installed"), "{}", refusal.message);
    assert!(refusal.hint.expect("a hint").starts_with("/usr/sbin/webd is not there"));
}

#[test]
fn failures_are_told_in_words() {
    let arms = "start) printf '\\033[31mred\\033[0m\\n' >&2; exit 6 ;;\nreload) exit 3 ;;\n\
                crash) kill -9 $$ ;;";
    let (_tree, sysv) = tree("fails", arms);
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("it fails");
    assert_eq!(refusal.message, "its script's start ended with status 6 (it is not configured)");
    // The script's own words, raw: whoever prints them cleans them.
    assert_eq!(refusal.output, ["\u{1b}[31mred\u{1b}[0m"]);
    let crash = act_with(&sysv, Verb::Custom, "webd", |r| r.command = Some("crash"));
    let crash = crash.expect_err("a signal");
    assert_eq!(crash.message, "its script's crash was ended by signal 9 (SIGKILL)");
}

#[test]
fn a_service_that_stays_though_it_was_stopped_is_told() {
    let (tree, sysv) = tree("stays", "stop) echo stopped; exit 0 ;;");
    act(&sysv, Verb::Start, "webd").expect("started");
    let refusal = act_with(&sysv, Verb::Stop, "webd", |r| r.timeout = Duration::from_millis(500));
    let pid = tree.pid("run/webd.pid").expect("a pid");
    assert_eq!(
        refusal.expect_err("it stays").message,
        format!("its script said success, but process {pid} still runs")
    );
}

#[test]
fn what_cannot_be_run_is_told_before_it_is_tried() {
    let tree = Tree::new("unfit");
    let sysv = SysV::new(&tree.0);
    let why = |name: &str| act(&sysv, Verb::Start, name).expect_err(name);
    tree.script("etc/init.d/crlf", "#!/bin/sh\r\ncase $1 in start) ;; esac\r\n");
    assert!(why("crlf").message.contains("ends in CR LF"));
    assert_eq!(why("crlf").hint.as_deref(), Some("sed -i 's/\\r$//' /etc/init.d/crlf"));
    tree.put("etc/init.d/plain", "#!/bin/sh\ncase $1 in start) ;; esac\n");
    assert!(why("plain").message.ends_with("is not executable"));
    tree.script("etc/init.d/empty", "");
    assert!(why("empty").message.ends_with("is empty"));
    tree.script("etc/init.d/nosheb", "case $1 in start) ;; esac\n");
    assert!(why("nosheb").message.contains("does not start with #!"));
    tree.script("etc/init.d/interp", "#!/no/such/shell\n");
    assert!(why("interp").message.contains("/no/such/shell, is not there"));
    assert_eq!(why("nothing").kind, RefusalKind::NoSuchService);
    assert_eq!(why("../../bin/sh").kind, RefusalKind::NoSuchService);
    // The interpreter can be run, and trips over the rest.
    tree.script("etc/init.d/inner", "#!/bin/sh\ncase $1 in\r\nstart) exit 0;;\r\nesac\r\n");
    let refusal = why("inner");
    assert!(refusal.hint.expect("a hint").contains("line ends of DOS"));
}

#[test]
fn what_sysv_cannot_do_is_told_with_what_is_closest() {
    let (tree, sysv) = tree("cannot", "");
    for verb in [Verb::Mask, Verb::Unmask, Verb::ResetFailed] {
        let refusal = act(&sysv, verb, "webd").expect_err("there is none");
        assert_eq!(refusal.kind, RefusalKind::NotSupported);
        assert!(refusal.hint.expect("what is closest").contains("webd"));
        assert!(matches!(sysv.ability(verb), host::Ability::Cannot { .. }));
    }
    assert!(sysv.reload_definitions().expect("nothing").nothing_to_do);
    // The machine is going down.
    let mut record = vec![0_u8; 384];
    record[0] = 1;
    record[4] = b'6';
    fs::write(tree.0.join("run/utmp"), record).expect("write");
    let refusal = act(&sysv, Verb::Start, "webd").expect_err("too late");
    assert_eq!(refusal.kind, RefusalKind::ManagerUnavailable);
    assert!(act(&sysv, Verb::Stop, "webd").is_ok(), "stopping is still right");
}

/// A tool that turns the links of one script, as update-rc.d does.
const UPDATE_RC_D: &str = "#!/bin/sh\necho \"$@\" >> $R/calls\ncd $R/etc\n\
    case $2 in\ndefaults|enable) rm -f rc?.d/K01$1\n\
    for l in 2 3; do mkdir -p rc$l.d; ln -s ../init.d/$1 rc$l.d/S01$1; done ;;\n\
    disable) for l in 2 3; do mv rc$l.d/S01$1 rc$l.d/K01$1; done ;;\nesac 2>/dev/null\nexit 0\n";

#[test]
fn links_are_changed_by_the_tool_that_is_there() {
    let (tree, sysv) = tree("links", "");
    let refusal = act(&sysv, Verb::Enable, "webd").expect_err("no tool");
    assert_eq!(refusal.kind, RefusalKind::NotSupported);
    assert!(!tree.0.join("etc/rc2.d").exists(), "nothing is done by hand");

    tree.script("usr/sbin/update-rc.d", UPDATE_RC_D);
    let done = act(&sysv, Verb::Enable, "webd").expect("enabled");
    assert_eq!(support::calls(&tree), ["webd defaults", "webd enable"]);
    assert_eq!(
        done.changes,
        [
            "Created symlink /etc/rc2.d/S01webd \u{2192} ../init.d/webd.",
            "Created symlink /etc/rc3.d/S01webd \u{2192} ../init.d/webd.",
        ]
    );
    assert!(act(&sysv, Verb::Enable, "webd").expect("so already").nothing_to_do);
    assert_eq!(sysv.installed().expect("installed")[0].enablement, "enabled");
    let done = act(&sysv, Verb::Disable, "webd").expect("disabled");
    assert_eq!(done.changes.len(), 4);
    assert!(act(&sysv, Verb::Disable, "webd").expect("so already").nothing_to_do);
    assert_eq!(sysv.service("webd").expect("webd").enablement.as_deref(), Some("disabled"));

    // A tool that says success and does nothing.
    tree.script("usr/sbin/update-rc.d", "#!/bin/sh\nexit 0\n");
    let refusal = act(&sysv, Verb::Enable, "webd").expect_err("nothing came of it");
    assert!(refusal.message.contains("it is still not started at boot"), "{}", refusal.message);
    tree.script("usr/sbin/update-rc.d", "#!/bin/sh\necho no >&2\nexit 1\n");
    let refusal = act(&sysv, Verb::Enable, "webd").expect_err("it failed");
    assert_eq!((refusal.exit_status, refusal.output), (Some(1), vec!["no".to_owned()]));
}

#[test]
fn dependencies_may_run_in_circles() {
    let tree = Tree::new("circle");
    for (name, needs) in [("a", "b $ring"), ("b", "a"), ("c", "$ring")] {
        let header = format!(
            "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name} p{name}\n\
             # Required-Start: {needs}\n# Should-Start: nothing\n### END INIT INFO\n"
        );
        tree.script(&format!("etc/init.d/{name}"), &header);
    }
    tree.put("etc/insserv.conf", "$ring +$gnir\n$gnir +$ring +c\n");
    let sysv = SysV::new(&tree.0);
    let words = |name: &str, reverse: bool| -> Vec<String> {
        let found = sysv.dependencies(name, reverse).expect("dependencies");
        let word = |d: &host::Dependency| {
            let to = d.resolved.as_deref().map_or(String::new(), |to| format!("={to}"));
            format!("{} {}{to}", d.relation.word(), d.name)
        };
        found.iter().map(word).collect()
    };
    assert_eq!(words("a", false), ["needs b", "needs $ring=c", "uses nothing", "provides pa"]);
    assert_eq!(words("a", true), ["needs b"]);
    // By the facility that it is a member of.
    assert_eq!(words("c", true), ["needs a"]);
}
