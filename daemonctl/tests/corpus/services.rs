//! What the inits run: packages' own services, and ours that show what packages do not.

use super::Scene;
use std::time::Duration;
use testkit::boxes::{Kind, Plan};

/// Units: name and content.
const UNITS: &[(&str, &str)] = &[
    ("shell.service", "[Service]\nExecStart=/bin/sh -c 'sleep 20001 & sleep 20002; wait'\n"),
    ("act.socket", "[Socket]\nListenStream=/run/act.sock\n"),
    ("act.service", "[Service]\nExecStart=/bin/sleep 20003\n"),
    ("tick.timer", "[Timer]\nOnActiveSec=1\nAccuracySec=100ms\n"),
    ("tick.service", "[Service]\nExecStart=/bin/sleep 20004\n"),
    ("many@.service", "[Service]\nUser=bob\nExecStart=/bin/sleep %i\n"),
];

/// An LSB script whose `start` backgrounds a shell with children.
const INIT_SCRIPT: &str = "#!/bin/sh
### BEGIN INIT INFO
# Provides:          corpus-sh
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: a shell that waits for children
### END INIT INFO
case $1 in
start)
    start-stop-daemon --start --background --make-pidfile --pidfile /run/corpus-sh.pid \\
        --exec /bin/sh -- -c 'sleep 20001 & sleep 20002; wait'
    ;;
stop) start-stop-daemon --stop --pidfile /run/corpus-sh.pid --remove-pidfile ;;
esac
";

const OPENRC_SCRIPT: &str = "#!/sbin/openrc-run
pidfile=/run/corpus-sh.pid
start() {
    start-stop-daemon --start --background --make-pidfile --pidfile $pidfile \\
        --exec /bin/sh -- -c 'sleep 20001 & sleep 20002; wait'
}
";

const SUPERVISED_SCRIPT: &str = "#!/sbin/openrc-run
supervisor=supervise-daemon
command=/bin/sleep
command_args=20010
";

/// Our units.
pub fn systemd_plan(plan: Plan) -> Plan {
    UNITS.iter().fold(plan, |plan, (name, unit)| {
        plan.file(format!("/etc/systemd/system/{name}"), 0o644, *unit)
    })
}

/// Our scripts for OpenRC.
pub fn openrc_plan(plan: Plan) -> Plan {
    plan.file("/etc/init.d/corpus-sh", 0o755, OPENRC_SCRIPT).file(
        "/etc/init.d/corpus-sup",
        0o755,
        SUPERVISED_SCRIPT,
    )
}

/// Our script for SysV init.
pub fn sysv_plan(plan: Plan) -> Plan {
    plan.file("/etc/init.d/corpus-sh", 0o755, INIT_SCRIPT)
}

/// Starts and labels the services of a systemd box.
pub fn systemd(scene: &mut Scene) {
    let mut root = scene.login("root");
    scene.run(&mut root, "systemctl start redis-server shell act.socket tick.timer many@20005");
    scene.run(&mut root, "systemd-run --unit=adhoc sleep 20006");
    let connect = "import socket; socket.socket(socket.AF_UNIX).connect('/run/act.sock')";
    scene.run(&mut root, &format!(r#"python3 -c "{connect}""#));
    scene.keep(root);

    packages(scene, ".service");
    let getty = scene.pids(&["-x", "agetty"], Duration::from_secs(5))[0];
    let label = scene.label("getty on the console", getty, "daemon", &["managed"]);
    label.service("console-getty.service").because("unit", "console-getty.service");
    for name in ["systemd-journald", "systemd-logind"] {
        let pid = scene.pid_of(&format!("/lib/systemd/{name}"));
        let label = scene.label(name, pid, "daemon", &["managed"]);
        label.service(format!("{name}.service"));
    }
    shell_service(scene, "shell.service");
    let managed = &["managed"];
    let label = scene.label_args("/bin/sleep 20003", "daemon", managed);
    label.service("act.service").because("socket", "act.socket");
    let label = scene.label_args("/bin/sleep 20004", "daemon", &["managed", "scheduled_job"]);
    label.service("tick.service").because("timer", "tick.timer");
    let label = scene.label_args("/bin/sleep 20005", "daemon", managed);
    label.service("many@20005.service");
    scene.label_args("/usr/bin/sleep 20006", "daemon", managed).service("adhoc.service");
}

/// Starts and labels the services of an OpenRC box.
pub fn openrc(scene: &mut Scene) {
    let mut root = scene.login("root");
    for service in ["redis-server", "corpus-sh", "corpus-sup"] {
        scene.run(&mut root, &format!("rc-service {service} start"));
    }
    scene.keep(root);
    packages(scene, "");
    console_getty(scene);
    shell_service(scene, "corpus-sh");
    let supervised = scene.pid_of("/bin/sleep 20010");
    let supervisor = scene.parent(supervised);
    let label = scene.label("under supervise-daemon", supervised, "daemon", &["managed", "worker"]);
    label.service("corpus-sup").because("supervisor", "supervise-daemo");
    let sub_kinds = &["managed", "service_manager"];
    scene.label("supervise-daemon", supervisor, "daemon", sub_kinds).service("corpus-sup");
}

/// Starts and labels the services of a SysV box.
pub fn sysv(scene: &mut Scene) {
    let mut root = scene.login("root");
    for service in ["redis-server", "corpus-sh"] {
        scene.run(&mut root, &format!("service {service} start"));
    }
    scene.keep(root);
    packages(scene, "");
    console_getty(scene);
    shell_service(scene, "corpus-sh");
}

/// The services that packages brought, the same on every init but for their names' ending.
fn packages(scene: &mut Scene, ending: &str) {
    // A service of OpenRC is a script, and more than one: both words are right.
    let cause = match scene.machine.kind() {
        Kind::OpenRc => "unit|init_script",
        Kind::Sysv => "init_script",
        _ => "unit",
    };
    let managed = &["managed"];
    scene.label("init", 1, "daemon", &["init"]);
    let sshd = listener(scene);
    let mut main_processes = vec![("ssh", sshd)];
    for (service, program) in
        [("cron", "cron"), ("rsyslog", "rsyslogd"), ("redis-server", "redis-server")]
    {
        let pids = scene.pids(&["-o", "-x", program], Duration::from_secs(15));
        main_processes.push((service, *pids.first().unwrap_or_else(|| panic!("no {program}"))));
    }
    let bus = scene.pids(&["-f", "^/usr/bin/dbus-daemon --system"], Duration::from_secs(5));
    main_processes.push(("dbus", bus[0]));
    let nginx = scene.pids(&["-f", "^nginx: master"], Duration::from_secs(5))[0];
    main_processes.push(("nginx", nginx));
    for (service, pid) in main_processes {
        let name = format!("{service}{ending}");
        let label = scene.label(service, pid, "daemon", managed);
        label.service(&name).because(cause, name);
    }
    nginx_workers(scene, nginx, Some(&format!("nginx{ending}")));
}

/// The sshd that listens.
pub fn listener(scene: &Scene) -> u32 {
    scene.pids(&["-f", r"^sshd: .*\[listener\]"], Duration::from_secs(15))[0]
}

/// The workers of nginx: one for each processor, two are labelled.
pub fn nginx_workers(scene: &mut Scene, master: u32, service: Option<&str>) {
    for worker in scene.children(master, 1).into_iter().take(2) {
        let label = scene.label("nginx worker", worker, "daemon", &["worker"]);
        if let Some(service) = service {
            label.service(service);
        }
    }
}

/// The getty that /etc/inittab names: a daemon with a terminal.
fn console_getty(scene: &mut Scene) {
    let getty = scene.pids(&["-x", "agetty"], Duration::from_secs(5))[0];
    scene.label("getty on the console", getty, "daemon", &["managed"]).because("init", "");
}

/// `sh -c` as a service, and its children.
fn shell_service(scene: &mut Scene, service: &str) {
    let sleep = scene.pid_of("sleep 20001");
    let shell = scene.parent(sleep);
    scene.label("sh -c as a service", shell, "daemon", &["managed"]).service(service);
    for args in ["sleep 20001", "sleep 20002"] {
        scene.label_args(args, "daemon", &["worker"]).service(service);
    }
}

/// The jobs of `/etc/cron.d/corpus`, which start within a minute of the boot.
pub fn cron_jobs(scene: &mut Scene) {
    for sleep in ["sleep 40001", "sleep 40002"] {
        let sleep = scene.pid_within(sleep, Duration::from_secs(75));
        let shell = scene.parent(sleep);
        let child = scene.parent(shell);
        scene.label("in a cron job", sleep, "daemon", &["scheduled_job"]).because("cron", "");
        scene.label("a cron job's sh -c", shell, "daemon", &["scheduled_job"]);
        scene.label("cron's child for it", child, "daemon", &["worker", "scheduled_job"]);
    }
}
