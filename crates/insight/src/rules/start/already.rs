//! Other instances that run outside of the manager.

use super::common::{base_name, restart};
use crate::finding::{Evidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Holder;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "already-running",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "Another instance of the program that belongs to no service.",
    needs: &[Need::State, Need::Processes],
    about: "Started by hand, or left behind when the service's manager lost sight of it: it holds ports, locks and \
                sockets that the service needs.",
    read_more: &["daemon(7)"],
    check: already_running,
}];

/// Programs that run other programs: of them only those with the same script count.
const INTERPRETERS: [&str; 14] = [
    "python", "perl", "ruby", "node", "java", "php", "sh", "bash", "dash", "busybox", "env",
    "deno", "lua", "mono",
];

fn is_interpreter(program: &str) -> bool {
    let name = base_name(program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    INTERPRETERS.contains(&bare)
}

fn already_running(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(command) = case.definition().and_then(|definition| definition.main_command()) else {
        return;
    };
    if !case.is_broken() {
        return;
    }
    let script = command.arguments.iter().find(|argument| !argument.starts_with('-'));
    let is_same = |holder: &&Holder| {
        let is_free = holder.service.is_none() && Some(holder.pid) != case.service.main_pid;
        let is_alike = match is_interpreter(&command.program) {
            true => script.is_some_and(|script| {
                script.len() > 2 && holder.command.split_whitespace().any(|word| word == script)
            }),
            false => true,
        };
        is_free
            && is_alike
            && !case.service.processes.iter().any(|process| process.pid == holder.pid)
    };
    let others: Vec<&Holder> = case.service.others.iter().filter(is_same).collect();
    let Some(first) = others.first() else { return };
    let name = &case.service.name;
    let pids: Vec<String> = others.iter().take(5).map(|holder| holder.pid.to_string()).collect();
    let mut finding = case
        .finding("already-running", command.program.as_str())
        .says(
            format!("another {} runs outside of the service: pid {}", first.name, first.pid),
            format!(
                "{} is running already as pid {}, and belongs to no service: {name} can't take its ports and locks",
                command.program,
                pids.join(", ")
            ),
        );
    for holder in others.iter().take(5) {
        finding = finding.proof(Evidence::process(holder.pid, "cmdline", holder.command.clone()));
    }
    findings.push(finding.fix(
        "if nobody needs it as it is, end it and start the service",
        [format!("kill {}", pids.join(" ")), restart(case)],
    ));
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::State;

    fn holder(pid: u32, service: Option<&str>, command: &str) -> Holder {
        Holder {
            pid,
            name: "x".into(),
            command: command.into(),
            service: service.map(str::to_owned),
        }
    }

    #[test]
    fn another_instance_that_nobody_owns() {
        let mut snapshot = failed();
        service(&mut snapshot).others = vec![holder(70, Some("y.service"), "/usr/sbin/x")];
        none(&snapshot, "already-running");
        service(&mut snapshot).others.push(holder(71, None, "/usr/sbin/x -f"));
        let finding = one(&snapshot, "already-running");
        assert_eq!(finding.title, "another x runs outside of the service: pid 71");
        assert_eq!(finding.remedies[0].commands[0], "kill 71");
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "already-running");
    }

    #[test]
    fn of_interpreters_only_those_with_the_same_script() {
        let mut snapshot = failed();
        let main = &mut definition(&mut snapshot).commands[0];
        main.program = "/usr/bin/python3.11".into();
        main.arguments = vec!["-u".into(), "/opt/app.py".into()];
        service(&mut snapshot).others = vec![holder(71, None, "python3 /opt/other.py")];
        none(&snapshot, "already-running");
        service(&mut snapshot).others = vec![holder(71, None, "python3 /opt/app.py")];
        one(&snapshot, "already-running");
    }
}
