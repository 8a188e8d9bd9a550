//! Processes that somebody stopped or froze.

use super::{called, found_here};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Process;

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "stopped-process",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A process that is stopped: by SIGSTOP, or by a debugger.",
        needs: &[Need::Processes],
        about: "A stopped process does nothing until SIGCONT, and its manager sees it run. Somebody sent SIGSTOP or SIGTSTP, \
                or it wrote to a terminal from the background (SIGTTOU), or a debugger holds it.",
        read_more: &["signal(7)", "ptrace(2)"],
        check: stopped,
    },
    Rule {
        name: "frozen",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A service whose control group is frozen.",
        needs: &[Need::Processes],
        about: "`systemctl freeze`, a container runtime's pause, or a write to cgroup.freeze stops all processes of a group \
                without a signal. Its manager sees it run; nothing of it answers.",
        read_more: &["systemctl(1)", "cgroups(7)"],
        check: frozen,
    },
];

fn stopped(case: &Case<'_>, found: &mut Vec<Finding>) {
    let is_stopped = |process: &&Process| matches!(process.state, 'T' | 't');
    let all: Vec<&Process> = case.service.processes.iter().filter(is_stopped).collect();
    let Some(first) = all.first() else { return };
    let is_main = case.service.main_pid == Some(first.pid);
    let more = match all.len() {
        1 => String::new(),
        number => format!(" and {} more", number - 1),
    };
    let (by, fix) = match first.traced_by {
        Some(tracer) => (
            format!("by the process {tracer}, which traces it"),
            format!("daemonctl explain {tracer}"),
        ),
        None if first.state == 't' => {
            ("by a debugger".to_owned(), format!("daemonctl explain {}", first.pid))
        }
        None => (
            "by a signal: SIGSTOP, or a kin of it".to_owned(),
            format!(
                "kill -CONT {}",
                all.iter().map(|process| process.pid.to_string()).collect::<Vec<_>>().join(" ")
            ),
        ),
    };
    let what = if is_main { "its main process is stopped" } else { "a process of it is stopped" };
    let finding = found_here(case, "stopped-process", "", Severity::Warning)
        .says(
            format!("{what}: {}{more}", called(first)),
            format!(
                "{}{more} of {} is stopped {by}: it does nothing, although it is there.",
                called(first),
                case.service.name
            ),
        )
        .sure(Confidence::Certain)
        .proof(Evidence::process(first.pid, "stat", state_words(first.state)))
        .fix("let it go on", [fix]);
    found.push(finding);
}

fn state_words(state: char) -> &'static str {
    if state == 't' { "t (tracing stop)" } else { "T (stopped)" }
}

fn frozen(case: &Case<'_>, found: &mut Vec<Finding>) {
    let group = case.service.cgroup.as_ref().filter(|group| group.frozen);
    let process = case.service.processes.iter().find(|process| process.frozen);
    if group.is_none() && process.is_none() {
        return;
    }
    let mut finding = found_here(case, "frozen", "", Severity::Warning)
        .says(
            "it is frozen",
            format!(
                "The control group of {} is frozen: its processes are there and do nothing.",
                case.service.name
            ),
        )
        .sure(Confidence::Certain);
    if let Some(group) = group {
        finding =
            finding.proof(Evidence::counter("cgroup.events", format!("frozen 1 ({})", group.path)));
    }
    if let Some(process) = process {
        let function = process.waiting_on.as_ref().and_then(|waiting| waiting.function.clone());
        finding =
            finding.proof(Evidence::process(process.pid, "wchan", function.unwrap_or_default()));
    }
    found.push(match super::super::crash::end::is_systemd(case) {
        true => {
            finding.fix("let it go on", [format!("systemctl thaw {}", shell(&case.service.name))])
        }
        false => finding,
    });
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, process, running, service};
    use crate::snapshot::Cgroup;

    #[test]
    fn stopped_by_a_signal_or_a_debugger_or_not() {
        let mut snapshot = running();
        process(&mut snapshot).state = 'T';
        let finding = one(&snapshot, "stopped-process");
        assert_eq!(finding.title, "its main process is stopped: app (pid 812)");
        assert_eq!(finding.remedies[0].commands, ["kill -CONT 812"]);
        process(&mut snapshot).state = 't';
        process(&mut snapshot).traced_by = Some(900);
        assert_eq!(
            one(&snapshot, "stopped-process").remedies[0].commands,
            ["daemonctl explain 900"]
        );
        none(&running(), "stopped-process");
    }

    #[test]
    fn a_frozen_group() {
        let mut snapshot = running();
        service(&mut snapshot).cgroup =
            Some(Cgroup { frozen: true, path: "/a".into(), ..Cgroup::default() });
        assert_eq!(one(&snapshot, "frozen").remedies[0].commands, ["systemctl thaw app.service"]);
        service(&mut snapshot).cgroup = Some(Cgroup::default());
        none(&snapshot, "frozen");
    }
}
