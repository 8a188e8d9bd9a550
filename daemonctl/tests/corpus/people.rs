//! Logins, their shells, and every way in which people start programs from these.

use super::Scene;
use std::time::Duration;

/// What is found on terminals.
pub fn shells_and_jobs(scene: &mut Scene) {
    let mut terminal = scene.login("alice");
    let shell = terminal.shell_pid().unwrap();
    let unprivileged = scene.parent(shell);
    let monitor = scene.parent(unprivileged);
    let label = scene.label("login shell by ssh", shell, "normal", &["interactive_shell"]);
    label.because("login", "");
    scene.label("sshd: alice@pts/N", unprivileged, "daemon", &["worker"]);
    scene.label("sshd: alice [priv]", monitor, "daemon", &["worker"]);

    scene.run(&mut terminal, "sleep 30004 &");
    scene.run(&mut terminal, "sleep 30005 | sleep 30006 &");
    scene.run(&mut terminal, "(sleep 30012 &)");
    scene.run(&mut terminal, "printf 'sleep 30014\\ntrue\\n' > job.sh; sh job.sh &");
    scene.label_args("sleep 30004", "normal", &["background_job"]).because("shell", "bash");
    for args in ["sleep 30005", "sleep 30006"] {
        scene.label_args(args, "normal", &["pipeline", "background_job"]);
    }
    scene.label_args("sleep 30012", "normal", &["orphaned_job", "background_job"]);
    scene.label_args("sh job.sh", "normal", &["background_job"]);
    scene.label_args("sleep 30014", "normal", &["background_job"]);

    scene.type_line(&mut terminal, "sleep 30007");
    let stopped = scene.pid_of("sleep 30007");
    terminal.send("\u{1a}").unwrap();
    let wait = format!("ps -o stat= -p {stopped} | grep T");
    scene.machine.wait_for(&wait, Duration::from_secs(10)).expect("^Z stops it");
    scene.label("sleep 30007, stopped by ^Z", stopped, "normal", &["background_job"]);

    scene.type_line(&mut terminal, "sleep 30001");
    scene.label_args("sleep 30001", "normal", &["foreground"]).because("login", "");
    scene.keep(terminal);

    let mut terminal = scene.login("root");
    scene.type_line(&mut terminal, "sleep 30002 | sleep 30003");
    for args in ["sleep 30002", "sleep 30003"] {
        scene.label_args(args, "normal", &["pipeline", "foreground"]);
    }
    scene.keep(terminal);

    let mut terminal = scene.login("root");
    scene.type_line(&mut terminal, "su - bob");
    let su = scene.pid_of("su - bob");
    let shell = scene.children(su, 1)[0];
    scene.label("su - bob", su, "normal", &["foreground", "session_helper"]);
    scene.label("shell under su", shell, "normal", &["interactive_shell"]);
    scene.keep(terminal);
}

/// What is meant to outlive its terminal, and what does by accident.
pub fn survivors(scene: &mut Scene) {
    let mut stays = scene.login("alice");
    scene.run(&mut stays, "nohup sleep 30008 &");
    scene.run(&mut stays, "setsid sleep 30010 &");
    scene.run(&mut stays, "setsid sleep 30011 < /dev/null > /dev/null 2>&1 &");
    scene.label_args("sleep 30008", "normal", &["nohup_job"]);
    scene.label_args("sleep 30010", "normal", &["detached_job"]);
    scene.label_args("sleep 30011", "normal", &["detached_job"]);
    scene.keep(stays);

    let mut leaves = scene.login("bob");
    let shell = leaves.shell_pid().unwrap();
    scene.run(&mut leaves, "nohup sleep 30009 > /dev/null 2>&1 < /dev/null &");
    scene.run(&mut leaves, "sleep 30013 & disown");
    let (nohup, disowned) = (scene.pid_of("sleep 30009"), scene.pid_of("sleep 30013"));
    scene.type_line(&mut leaves, "exit");
    let gone = format!("! test -e /proc/{shell}");
    scene.machine.wait_for(&gone, Duration::from_secs(10)).expect("the shell exits");
    scene.label("sleep 30009, by nohup, its shell gone", nohup, "normal", &["nohup_job"]);
    scene.label("sleep 30013, disowned, its shell gone", disowned, "normal", &["orphaned_job"]);
}

/// `ssh host command`.
pub fn remote_commands(scene: &mut Scene) {
    let remote = scene.machine.remote("bob", "sleep 30020; true").expect("ssh runs");
    let sleep = scene.pid_of("sleep 30020");
    let shell = scene.parent(sleep);
    let unprivileged = scene.parent(shell);
    let monitor = scene.parent(unprivileged);
    scene.label("bash -c by ssh", shell, "normal", &["remote_command"]).because("login", "");
    scene.label("its child", sleep, "normal", &["remote_command"]);
    scene.label("sshd: bob@notty", unprivileged, "daemon", &["worker"]);
    scene.label("sshd: bob [priv]", monitor, "daemon", &["worker"]);
    scene.keep(remote);
}

/// What logind starts beside a login.
pub fn user_manager(scene: &mut Scene) {
    let mut terminal = scene.login("alice");
    let unit = "[Service]\nExecStart=/bin/sleep 70001\n";
    scene.run(&mut terminal, "mkdir -p ~/.config/systemd/user");
    scene.machine.write("/home/alice/.config/systemd/user/mine.service", unit.as_bytes()).unwrap();
    scene.run(&mut terminal, "systemctl --user start mine.service dbus.service");
    let manager = scene.pids(&["-u", "alice", "-x", "systemd"], Duration::from_secs(5))[0];
    let helper = scene.pids(&["-u", "alice", "-x", r"\(sd-pam\)"], Duration::from_secs(5))[0];
    let bus = scene.pids(&["-u", "alice", "-x", "dbus-daemon"], Duration::from_secs(5))[0];
    let sub_kinds = &["service_manager", "session_service", "managed"];
    let label = scene.label("alice's systemd --user", manager, "daemon", sub_kinds);
    label.service("user@1000.service");
    let sub_kinds = &["worker", "session_service", "service_manager"];
    scene.label("its (sd-pam)", helper, "daemon", sub_kinds);
    scene.label("alice's bus", bus, "daemon", &["session_service"]).service("dbus.service");
    let label = scene.label_args("/bin/sleep 70001", "daemon", &["session_service"]);
    label.service("mine.service").because("unit", "mine.service");
    scene.keep(terminal);
}
