//! OpenRC's own scripts and others, with tools made here in place of `rc-service` and `rc-update`.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use host::{Ability, OpenRc, RefusalKind, Relation, ServiceManager, ServiceState, Verb};
use support::{Tree, act, act_with, calls, kill, lsb};

/// Records what it was called with; starts and stops `webd` and what depends on it, as OpenRC does.
const RC_SERVICE: &str = r#"#!/bin/sh
echo "rc-service $*" >> $R/calls
S=$R/run/openrc
if ! grep -q openrc-run "$R/etc/init.d/$1"; then exec "$R/etc/init.d/$1" "$2"; fi
up() {
	if [ -e $S/started/$1 ]; then echo " * WARNING: $1 has already been started"; exit 1; fi
	echo " * Starting $1 ..."
	if [ -e $R/refuse ]; then echo " * ERROR: cannot start $1 as base would not start" >&2; exit 1; fi
	setsid $R/usr/sbin/$1 1000 </dev/null >/dev/null 2>&1 &
	echo $! > $R/run/$1.pid
	mkdir -p $S/daemons/$1
	printf 'exec=/usr/sbin/%s\npidfile=/run/%s.pid\n' $1 $1 > $S/daemons/$1/001
	ln -sf /etc/init.d/$1 $S/started/$1
}
down() {
	readlink /proc/$(cat $R/run/$1.pid)/exe >/dev/null && kill $(cat $R/run/$1.pid) || { echo " * Failed to stop $1"; exit 1; }
	rm -rf $S/started/$1 $S/daemons/$1 $S/started/needer
}
case $2 in
start) up $1 ;;
stop) down $1 ;;
restart) [ -e $S/started/$1 ] && down $1; up $1 ;;
zap) rm -rf $S/started/$1 $S/daemons/$1 $S/failed/$1 ;;
reload|poke) echo "$2 done" ;;
esac
"#;

fn tree(name: &str) -> (Tree, OpenRc) {
    let tree = Tree::new(name);
    for folder in ["started", "failed", "daemons"] {
        fs::create_dir_all(tree.0.join("run/openrc").join(folder)).expect("mkdir");
    }
    for level in ["boot", "default", "sysinit", "office"] {
        fs::create_dir_all(tree.0.join("etc/runlevels").join(level)).expect("mkdir");
    }
    tree.put("run/openrc/softlevel", "default");
    tree.script("sbin/rc-service", RC_SERVICE);
    tree.script(
        "sbin/rc-update",
        "#!/bin/sh\necho \"rc-update $*\" >> $R/calls\ncd $R/etc/runlevels\n\
         [ $# -gt 1 ] || exit 0\nop=$1 name=$2; shift 2\nfor l; do case $op in\n\
         add) ln -s /etc/init.d/$name $l/$name ;;\ndel) rm $l/$name ;;\nesac; done\n",
    );
    for tool in ["started", "stopped"] {
        let record = match tool {
            "started" => "ln -sf /etc/init.d/$1 $R/run/openrc/started/$1",
            _ => "rm $R/run/openrc/started/$1",
        };
        let text = format!("#!/bin/sh\necho \"mark_{tool} $1\" >> $R/calls\n{record}\n");
        tree.script(&format!("lib/rc/sbin/mark_service_{tool}"), &text);
    }
    tree.daemon("usr/sbin/webd");
    // Made-up trees hold no openrc-run: any interpreter of that name will do.
    tree.script("sbin/openrc-run", "#!/bin/sh\n");
    tree.script(
        "etc/init.d/webd",
        "#!/sbin/openrc-run\ndescription=\"serves\"\ncommand=/usr/sbin/webd\n\
         extra_started_commands=\"reload poke\"\ndescription_poke=\"Pokes it.\"\n\
         required_files=\"/etc/webd.conf\"\ndepend() {\n\tneed net\n\tafter firewall\n}\n",
    );
    tree.put("etc/conf.d/webd", "X=1\n");
    tree.put("etc/webd.conf", "");
    let openrc = OpenRc::new(&tree.0);
    (tree, openrc)
}

#[test]
fn its_own_scripts_are_run_by_rc_service() {
    let (tree, openrc) = tree("native");
    symlink("/etc/init.d/needer", tree.0.join("run/openrc/started/needer")).expect("symlink");
    act(&openrc, Verb::Start, "webd").expect("started");
    let service = openrc.service("webd").expect("webd");
    assert_eq!(
        (service.state, service.main_pid),
        (ServiceState::Running, tree.pid("run/webd.pid"))
    );
    assert!(act(&openrc, Verb::Start, "webd").expect("nothing").nothing_to_do);
    assert_eq!(act(&openrc, Verb::Reload, "webd").expect("reloaded").output, ["reload done"]);
    act_with(&openrc, Verb::Custom, "webd", |r| r.command = Some("poke")).expect("poked");
    let refusal = act_with(&openrc, Verb::Custom, "webd", |r| r.command = Some("pok"));
    let refusal = refusal.expect_err("no such command");
    assert_eq!(refusal.hint.as_deref(), Some("it has reload, poke"));
    let done = act(&openrc, Verb::Stop, "webd").expect("stopped");
    assert_eq!(done.notes, ["needer was stopped too: it needs webd"]);
    assert!(act(&openrc, Verb::TryRestart, "webd").expect("nothing").nothing_to_do);
    assert_eq!(act(&openrc, Verb::Reload, "webd").expect_err("stopped").kind, RefusalKind::Failed);
    let expected = ["start", "reload", "poke", "stop"].map(|c| format!("rc-service webd {c}"));
    assert_eq!(calls(&tree), expected);

    tree.put("refuse", "");
    let refusal = act(&openrc, Verb::Start, "webd").expect_err("its dependency");
    assert_eq!((refusal.kind, refusal.exit_status), (RefusalKind::DependencyFailed, Some(1)));
    assert!(refusal.message.starts_with("cannot start webd as base would not start"));
    assert_eq!(refusal.output.len(), 2);
}

#[test]
fn a_crashed_service_is_started_again() {
    let (tree, openrc) = tree("crashed");
    act(&openrc, Verb::Start, "webd").expect("started");
    kill(&tree.text("run/webd.pid"));
    let service = openrc.service("webd").expect("webd");
    assert_eq!((service.state, service.native.as_str()), (ServiceState::Crashed, "crashed"));
    let told = service.details.expect("details").disagreement.expect("OpenRC has not noticed");
    assert!(told.starts_with("OpenRC counts it as started (not believed)"), "{told}");
    act(&openrc, Verb::Start, "webd").expect("started again");
    assert_eq!(openrc.service("webd").expect("webd").state, ServiceState::Running);
    kill(&tree.text("run/webd.pid"));
    // Its script can't stop what is not there.
    let done = act(&openrc, Verb::Stop, "webd").expect("stopped");
    assert!(done.notes[0].contains("(zap)"), "{:?}", done.notes);
    act(&openrc, Verb::Start, "webd").expect("started");
    kill(&tree.text("run/webd.pid"));
    act(&openrc, Verb::ResetFailed, "webd").expect("reset");
    assert_eq!(openrc.service("webd").expect("webd").state, ServiceState::Stopped);
    assert!(act(&openrc, Verb::ResetFailed, "webd").expect("nothing").nothing_to_do);
    let calls: Vec<String> =
        calls(&tree).iter().filter_map(|c| c.rsplit(' ').next().map(str::to_owned)).collect();
    assert_eq!(calls, ["start", "zap", "start", "stop", "zap", "start", "zap"]);
}

#[test]
fn scripts_of_another_kind_are_recorded() {
    let (tree, openrc) = tree("lsb");
    tree.script("etc/init.d/webd", &lsb("webd", ""));
    act(&openrc, Verb::Start, "webd").expect("started");
    let service = openrc.service("webd").expect("webd");
    assert_eq!((service.state, service.native.as_str()), (ServiceState::Running, "started"));
    act(&openrc, Verb::Stop, "webd").expect("stopped");
    assert_eq!(
        calls(&tree),
        ["rc-service webd start", "mark_started webd", "rc-service webd stop", "mark_stopped webd"]
    );
    assert_eq!(openrc.service("webd").expect("webd").native, "stopped");

    // By hand, past OpenRC.
    let run = |command: &str| {
        let script = tree.0.join("etc/init.d/webd");
        std::process::Command::new(script).arg(command).status().expect("run");
    };
    run("start");
    let service = openrc.service("webd").expect("webd");
    assert_eq!(service.state, ServiceState::Running);
    assert!(service.native.contains("by hand"), "{}", service.native);
    assert!(act(&openrc, Verb::Start, "webd").expect("nothing").nothing_to_do);
    assert_eq!(openrc.service("webd").expect("webd").native, "started", "now it is recorded");
    let pid = tree.text("run/webd.pid");
    run("stop");
    kill(&pid);
    let service = openrc.service("webd").expect("webd");
    assert_eq!(service.state, ServiceState::Stopped);
    assert!(service.native.contains("no process of it is there"), "{}", service.native);
}

#[test]
fn runlevels_are_changed_by_rc_update() {
    let (tree, openrc) = tree("levels");
    let levels = || openrc.service("webd").expect("webd").enabled_in.expect("levels");
    let done = act(&openrc, Verb::Enable, "webd").expect("enabled");
    assert_eq!(
        done.changes,
        ["Created symlink /etc/runlevels/default/webd \u{2192} /etc/init.d/webd."]
    );
    assert!(act(&openrc, Verb::Enable, "webd").expect("so already").nothing_to_do);
    let boot = ["boot".to_owned(), "default".to_owned()];
    let more = act_with(&openrc, Verb::Enable, "webd", |r| r.runlevels = &boot).expect("enabled");
    assert_eq!(more.changes.len(), 1);
    // Stacked, in a circle too: what default starts office starts.
    symlink("../default", tree.0.join("etc/runlevels/office/default")).expect("symlink");
    symlink("../office", tree.0.join("etc/runlevels/default/office")).expect("symlink");
    assert_eq!(levels(), ["boot", "default", "office"]);
    let done = act(&openrc, Verb::Disable, "webd").expect("disabled");
    assert_eq!(done.changes.len(), 2);
    assert!(levels().is_empty());
    assert!(act(&openrc, Verb::Disable, "webd").expect("so already").nothing_to_do);
    assert_eq!(
        calls(&tree),
        [
            "rc-update add webd default",
            "rc-update add webd boot",
            "rc-update del webd boot default"
        ]
    );
    let wrong = ["nope".to_owned()];
    let refusal = act_with(&openrc, Verb::Enable, "webd", |r| r.runlevels = &wrong);
    assert!(refusal.expect_err("none").hint.expect("those there are").contains("office"));

    tree.script("etc/init.d/early", &lsb("early", "").replace("Start: 2 3", "Start: S"));
    let done = act(&openrc, Verb::Enable, "early").expect("enabled");
    assert!(done.changes[0].contains("/sysinit/early"), "{:?}", done.changes);
}

#[test]
fn dependencies_come_from_the_cache_and_else_from_the_script() {
    let (tree, openrc) = tree("deps");
    let find = |name: &str| openrc.dependencies(name, false).expect("dependencies");
    let by_script = find("webd");
    assert_eq!(by_script[0].relation, Relation::Needs);
    assert_eq!((by_script[0].name.as_str(), by_script[0].resolved.as_deref()), ("net", None));

    tree.put(
        "run/openrc/deptree",
        "depinfo_0_service='net.eth0'\ndepinfo_0_iprovide_0='net'\n\
         depinfo_1_service='net.lo'\ndepinfo_1_iprovide_0='net'\ndepinfo_1_iuse_0='webd'\n\
         depinfo_2_service='webd'\ndepinfo_2_ineed_0='net'\ndepinfo_2_iwant_0='webd'\n",
    );
    assert_eq!(find("webd")[0].resolved.as_deref(), Some("net.eth0"), "the first by name");
    symlink("/etc/init.d/net.lo", tree.0.join("run/openrc/started/net.lo")).expect("symlink");
    assert_eq!(find("webd")[0].resolved.as_deref(), Some("net.lo"), "the one that is started");
    let reverse = openrc.dependencies("net.lo", true).expect("reverse");
    assert_eq!((reverse[0].relation, reverse[0].name.as_str()), (Relation::Needs, "webd"));
    // A circle, and one with itself, end nowhere but here.
    assert_eq!(openrc.dependencies("webd", true).expect("reverse").len(), 2);

    // Of needs alone a circle is refused at once: OpenRC would wait a minute for itself.
    let text = "depinfo_0_service='webd'\ndepinfo_0_ineed_0='middle'\ndepinfo_1_service='far'\n\
                depinfo_1_iprovide_0='middle'\ndepinfo_1_ineed_0='other'\ndepinfo_1_ineed_1='webd'\n";
    tree.put("run/openrc/deptree", text);
    let refusal = act(&openrc, Verb::Start, "webd").expect_err("a circle");
    assert_eq!(refusal.kind, RefusalKind::DependencyFailed);
    assert_eq!(refusal.message, "its dependencies run in a circle: webd needs far needs webd");
    symlink("/etc/init.d/far", tree.0.join("run/openrc/started/far")).expect("symlink");
    act(&openrc, Verb::Start, "webd").expect("what is started needs nothing any more");
}

#[test]
fn a_service_is_told_with_all_that_it_declares() {
    let (tree, openrc) = tree("details");
    fs::create_dir_all(tree.0.join("run/openrc/scheduled/net.eth0")).expect("mkdir");
    tree.put("run/openrc/scheduled/net.eth0/webd", "");
    let service = openrc.service("webd").expect("webd");
    assert_eq!(service.native, "scheduled (starts when net.eth0 has)");
    let details = service.details.expect("details");
    assert_eq!(details.condition.as_deref(), Some("it starts when net.eth0 has"));
    let files: Vec<_> = details.configuration.iter().filter_map(|p| p.to_str()).collect();
    assert_eq!(files, ["/etc/conf.d/webd", "/etc/webd.conf"]);
    assert_eq!(details.can_reload, Some(true));
    assert_eq!(details.commands[1].description.as_deref(), Some("Pokes it."));
    let jobs = openrc.jobs().expect("jobs");
    assert_eq!((jobs[0].name.as_str(), jobs[0].state.as_str()), ("webd", "waiting"));
    // What is multiplexed is set by the name before the dot as well.
    tree.script("etc/init.d/net.eth0", "#!/sbin/openrc-run\n");
    tree.put("etc/conf.d/net", "");
    let details = openrc.service("net.eth0").expect("net.eth0").details.expect("details");
    assert_eq!(details.configuration, [std::path::PathBuf::from("/etc/conf.d/net")]);
}

#[test]
fn what_openrc_cannot_do_or_does_not_do_now() {
    let (tree, openrc) = tree("cannot");
    assert!(matches!(openrc.ability(Verb::Mask), Ability::Cannot { .. }));
    let refusal = act(&openrc, Verb::Mask, "webd").expect_err("there are no masks");
    assert!(refusal.hint.expect("what is closest").contains("daemonctl disable webd"));
    openrc.reload_definitions().expect("rc-update");
    assert_eq!(calls(&tree), ["rc-update --update"]);
    tree.put("run/openrc/softlevel", "shutdown\n");
    let refusal = act(&openrc, Verb::Start, "webd").expect_err("too late");
    assert_eq!(refusal.kind, RefusalKind::ManagerUnavailable);
    // Its script went with its package; OpenRC still has it.
    tree.put("run/openrc/softlevel", "default");
    symlink("/etc/init.d/gone", tree.0.join("etc/runlevels/default/gone")).expect("symlink");
    let refusal = act(&openrc, Verb::Start, "gone").expect_err("it is gone");
    assert!(refusal.message.contains("is gone"), "{}", refusal.message);
    act(&openrc, Verb::Disable, "gone").expect("taken out");
}
