//! Ansible's `service`, `systemd` and `sysvinit` modules manage nginx through this program's names,
//! on each init: what is so already is left alone, a second run changes nothing.
//!
//! Where the machine has a tool of that name itself, it is moved to where the modules don't look, so
//! that they can find only ours; what they did is checked by the init's own means.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod names_support;

use names_support::boot;
use testkit::boxes::{Kind, Machine, Output};

/// Ansible in the box.
const RUN: &str = "\
export PYTHONPATH=/opt/ansible ANSIBLE_LOCALHOST_WARNING=False LC_ALL=C.UTF-8 HOME=/root
export ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 PATH=/opt/names:$PATH
cd /root; exec python3 -m ansible playbook -i localhost, /root/play.yml";

/// A machine with Ansible, where only this program has the names of `tools`.
fn machine(kind: Kind, tools: &[&str], services: &[(&str, &str)]) -> Machine {
    let wheels = testkit::ansible::wheels().unwrap();
    let machine = boot(kind, |mut plan| {
        for wheel in &wheels {
            let name = wheel.file_name().unwrap().to_str().unwrap();
            plan = plan.put(wheel, format!("/opt/wheels/{name}")).unwrap();
        }
        for (path, text) in services {
            plan = plan.file(*path, 0o755, *text);
        }
        plan
    });
    let unpack = "mkdir /opt/ansible; for wheel in /opt/wheels/*.whl; do \
                  python3 -m zipfile -e $wheel /opt/ansible; done; rm -r /opt/wheels";
    machine.shell(unpack).unwrap();
    for tool in tools {
        // Ansible looks in /sbin and /usr/sbin before anything else; the machine's own tool is still
        // found by us, and by the tests, in /usr/local/sbin.
        let take = format!(
            "for folder in usr/sbin usr/bin sbin bin; do \
             if [ -e /$folder/{tool} ]; then mv /$folder/{tool} /usr/local/sbin/{tool}; fi; done; \
             daemonctl links install /usr/sbin --tools {tool}"
        );
        machine.shell(&take).unwrap();
    }
    machine
}

fn play(machine: &Machine, tasks: &str, options: &str) -> Output {
    let head = "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n";
    machine.write("/root/play.yml", format!("{head}{tasks}").as_bytes()).unwrap();
    let output = machine.exec(&["sh", "-c", &format!("{RUN} {options}")]).unwrap();
    assert!(output.status.success(), "{tasks}\n{}\n{}", output.text(), output.describe());
    output
}

/// How many tasks of a run changed something.
fn changed(output: &Output) -> u32 {
    let text = output.text();
    let recap = text.lines().rev().find(|line| line.contains("changed=")).unwrap();
    let number = recap.split("changed=").nth(1).unwrap();
    number.split_whitespace().next().unwrap().parse().unwrap()
}

/// One task, which has to change something or not.
fn task(module: &str, arguments: &str, changes: bool) -> String {
    format!(
        "    - {{ {module}: {{ name: SERVICE, {arguments} }}, register: it }}\n    \
         - {{ assert: {{ that: it.changed == {changes}, fail_msg: '{module} {arguments}: {{{{ it }}}}' }} }}\n"
    )
}

fn answers(machine: &Machine) -> bool {
    let fetch = "python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1/\")'";
    machine.exec(&["sh", "-c", fetch]).unwrap().status.success()
}

/// A module manages a service: from running and enabled to stopped and disabled and back, each step
/// twice, the second time without a change; a dry run changes nothing.
fn manages(machine: &Machine, module: &str, more: &str, service: &str, is_enabled: &str) {
    let with = |arguments: &str| match more {
        "" => arguments.to_owned(),
        more => format!("{arguments}, {more}"),
    };
    let run =
        |tasks: &str, options: &str| play(machine, &tasks.replace("SERVICE", service), options);
    let enabled = || machine.exec(&["sh", "-c", is_enabled]).unwrap().status.success();
    let web = service == "nginx";

    let up = with("state: started, enabled: true");
    let down = with("state: stopped, enabled: false");
    let mut tasks = format!("    - {{ {module}: {{ name: SERVICE, {up} }} }}\n");
    tasks += &task(module, &up, false);
    tasks += &task(module, &down, true);
    tasks += &task(module, &down, false);
    run(&tasks, "");
    assert!(!enabled(), "{module} did not disable {service}");
    assert!(!web || !answers(machine), "{module} did not stop {service}");

    let converge = format!("    - {{ {module}: {{ name: SERVICE, {up} }} }}\n");
    assert_eq!(changed(&run(&converge, "--check")), 1, "{module}");
    assert!(!enabled(), "{module} enabled {service} in a dry run");
    assert!(!web || !answers(machine), "{module} started {service} in a dry run");
    assert_eq!(changed(&run(&converge, "")), 1, "{module}");
    assert!(enabled(), "{module} did not enable {service}");
    assert!(!web || answers(machine), "{module} did not start {service}");
    assert_eq!(changed(&run(&converge, "")), 0, "{module}: a second run changes something");
    assert_eq!(changed(&run(&converge, "--check")), 0, "{module}");

    if web {
        let pid = || machine.shell("cat /run/nginx.pid").unwrap();
        let before = pid();
        run(&task(module, &with("state: reloaded"), true), "");
        assert_eq!(pid(), before, "{module}: a reload keeps the process");
        run(&task(module, &with("state: restarted"), true), "");
        assert_ne!(pid(), before, "{module}: a restart makes a new one");
        assert!(answers(machine));
    }
}

#[test]
fn on_systemd() {
    let machine = machine(Kind::Systemd, &["systemctl", "service"], &[]);
    let enabled = "/usr/local/sbin/systemctl is-enabled nginx";
    manages(&machine, "systemd", "daemon_reload: true", "nginx", enabled);
    manages(&machine, "service", "", "nginx", enabled);
    manages(&machine, "service", "use: service", "nginx", enabled);
}

#[test]
fn on_openrc() {
    let own = "#!/sbin/openrc-run\nsupervisor=supervise-daemon\ncommand=/bin/sleep\n\
               command_args=1000\npidfile=/run/own.pid\n";
    let tools = ["rc-service", "rc-update", "service"];
    let machine = machine(Kind::OpenRc, &tools, &[("/etc/init.d/own", own)]);
    let enabled = |name: &str| format!("/usr/local/sbin/rc-update show default | grep -qw {name}");
    manages(&machine, "systemd", "daemon_reload: true", "nginx", &enabled("nginx"));
    manages(&machine, "systemd", "", "own", &enabled("own"));
    manages(&machine, "service", "", "own", &enabled("own"));
}

#[test]
fn on_sysv() {
    let machine = machine(Kind::Sysv, &["service"], &[]);
    let enabled = "ls /etc/rc3.d/S??nginx";
    manages(&machine, "systemd", "daemon_reload: true", "nginx", enabled);
    // Its sysvinit module enables by `update-rc.d defaults`, which by its manual leaves alone what was
    // disabled: links that were never made are what it can make.
    let up = "    - { service: { name: nginx, state: started, enabled: true } }\n";
    machine.shell("service nginx stop; update-rc.d -f nginx remove").unwrap();
    assert_eq!(changed(&play(&machine, up, "--check")), 1);
    assert!(!answers(&machine));
    assert_eq!(changed(&play(&machine, up, "")), 1);
    assert!(answers(&machine));
    machine.shell(enabled).unwrap();
    assert_eq!(changed(&play(&machine, up, "")), 0);
    // As on a machine of OpenRC's.
    machine.shell("daemonctl links install /usr/sbin --tools rc-service,rc-update").unwrap();
    manages(&machine, "service", "use: service", "nginx", enabled);
}
