//! Ended by a signal that somebody sent.

use super::end::{Killed, broken_by_signal, evidence, is_systemd, logs, restart};
use super::words::signal;
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Role};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Line, Seen};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "killed-by-someone",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A main process that was ended by a signal which neither its manager nor the kernel sent.",
        needs: &[Need::State],
        about: "SIGKILL, SIGTERM and their kin come from outside: from the manager (a timeout, the watchdog, a stop), \
                from the kernel (no memory), or from any process with the right to send them: `kill` by an \
                administrator, a script that cleans up, an early OOM daemon. The first two leave a trace; where there \
                is none, the third is left. systemd counts SIGTERM, SIGINT, SIGHUP and SIGPIPE as a clean end, unless \
                it was still starting.",
        read_more: &["kill(2)", "systemd.service(5)", "auditctl(8)"],
        check: someone,
    },
    Rule {
        name: "killed-by-signal",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A main process that was ended by a signal: which, and what that means.",
        needs: &[Need::State],
        about: "How it ended, when no exit status could be given. Signals that the processor or a limit causes have \
                rules of their own; SIGABRT the program sends itself when it finds that it can't go on, as a rule with \
                a line in its log.",
        read_more: &["signal(7)", "systemd.exec(5)"],
        check: by_signal,
    },
];

/// Signals that come from outside.
const SENT: [i32; 9] = [1, 2, 3, 9, 10, 12, 14, 15, 16];
/// Signals that rules of their own explain.
const EXPLAINED: [i32; 8] = [4, 5, 7, 8, 11, 24, 25, 31];

fn by_signal(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(killed) = broken_by_signal(case) else { return };
    if EXPLAINED.contains(&killed.number) {
        return;
    }
    let (name, meaning) = signal(killed.number);
    let why = match sender(case) {
        Sender::Manager(why) => format!(" Its manager sent it: {why}."),
        Sender::Memory => " The kernel sent it for want of memory.".to_owned(),
        Sender::Person(_) | Sender::Nobody => String::new(),
    };
    let mut finding = case
        .finding("killed-by-signal", "")
        .says(
            format!("its main process was ended by {name}"),
            format!(
                "The main process of {} was ended by {name}: {meaning}.{why}",
                case.service.name
            ),
        )
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .proof(evidence(case, killed));
    if killed.number == 6 {
        finding = finding.fix("read what it said before it gave up", [logs(case)]);
    }
    if killed.number == 13 && is_systemd(case) {
        let what = "let writes to a closed pipe fail instead of ending it";
        finding = finding.fix_setting(what, "Service", "IgnoreSIGPIPE=yes");
    }
    found.push(finding);
}

/// Who sent a signal.
enum Sender<'s> {
    /// Its manager, and why.
    Manager(&'static str),
    /// The kernel, for want of memory.
    Memory,
    /// A person or a program, by a line that says so.
    Person(&'s Line),
    /// No trace.
    Nobody,
}

fn sender<'s>(case: &Case<'s>) -> Sender<'s> {
    match case.service.unit.result.as_str() {
        "timeout" => return Sender::Manager("a start or stop took too long"),
        "watchdog" => return Sender::Manager("the watchdog was not fed in time"),
        "oom-kill" => return Sender::Memory,
        _ => {}
    }
    if super::oom::is_killed_for_memory(case) {
        return Sender::Memory;
    }
    let has = |kind| case.clues_of(kind).next().is_some();
    if has(Kind::StopTimeout) {
        return Sender::Manager("a stop took too long");
    }
    if has(Kind::StartTimeout) {
        return Sender::Manager("a start took too long");
    }
    case.lines()
        .rev()
        .find(|line| is_sent_by_hand(&line.message))
        .map_or(Sender::Nobody, Sender::Person)
}

/// Lines that show somebody sending a signal: systemd on a client's behalf, sudo(8), early OOM daemons.
fn is_sent_by_hand(message: &str) -> bool {
    let by_client = message.contains("Sent signal SIG") || message.contains("on client request");
    let by_sudo = message.contains("COMMAND=") && {
        let command = message.split("COMMAND=").nth(1).unwrap_or_default();
        ["kill", "/kill ", "pkill", "killall"].iter().any(|word| command.contains(word))
    };
    let by_daemon = message.contains("sending SIG") && message.contains("to process");
    by_client || by_sudo || by_daemon
}

fn someone(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(killed) = broken_by_signal(case).filter(|killed| SENT.contains(&killed.number)) else {
        return;
    };
    if super::limits::cpu_limit_hit(case).is_some() {
        return;
    }
    let person = match sender(case) {
        Sender::Manager(_) | Sender::Memory => return,
        Sender::Person(line) => Some(line),
        Sender::Nobody => None,
    };
    found.push(by_someone(case, killed, person));
}

fn by_someone(case: &Case<'_>, killed: Killed, person: Option<&Line>) -> Finding {
    let (name, _) = signal(killed.number);
    let service = &case.service.name;
    let (sentence, sure) = if person.is_some() {
        (
            format!("Somebody sent {name} to the main process of {service}, as the log shows."),
            Confidence::Certain,
        )
    } else if kernel_is_silent(case) {
        (
            format!(
                "The main process of {service} was ended by {name}, and neither its manager nor the kernel sent it: no \
                 timeout, no watchdog, no want of memory is on record. So a person or another program did."
            ),
            Confidence::Likely,
        )
    } else {
        (
            format!(
                "The main process of {service} was ended by {name}. Its manager did not send it; the kernel's log could \
                 not be read, so it may have been for want of memory: else a person or another program did."
            ),
            Confidence::Possible,
        )
    };
    case.finding("killed-by-someone", "")
        .says(format!("killed by {name}, sent from outside"), sentence)
        .sure(sure)
        .proof_if(person.map(Evidence::log))
        .proof(evidence(case, killed))
        .fix("start it again", [restart(case)])
        .fix(
            "if it happens again, have the kernel record who sends signals",
            [format!(
                "auditctl -a always,exit -F arch=b64 -S kill -S tkill -S tgkill -F a1={}",
                killed.number
            )],
        )
}

/// The kernel's log, or the control group's counter, was seen, and has no kill for memory.
fn kernel_is_silent(case: &Case<'_>) -> bool {
    let counted = case.service.cgroup.as_ref().is_some_and(|group| !group.memory_events.is_empty());
    counted
        || matches!(case.snapshot.machine.kernel_log, Seen::Known(()))
        || !case.service.log.kernel.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{failed, killed, none, one, running, says, service};
    use super::*;
    use crate::snapshot::LogSource;

    #[test]
    fn a_kill_without_a_trace_was_somebodys() {
        let mut snapshot = killed(9);
        snapshot.machine.kernel_log = Seen::Known(());
        let finding = one(&snapshot, "killed-by-someone");
        assert_eq!((finding.confidence, finding.role), (Confidence::Likely, Role::Cause));
        assert!(finding.title.contains("SIGKILL"));
        assert_eq!(one(&snapshot, "killed-by-signal").role, Role::Mechanism);
        snapshot.machine.kernel_log = Seen::NotPermitted;
        assert_eq!(one(&snapshot, "killed-by-someone").confidence, Confidence::Possible);
    }

    #[test]
    fn a_kill_by_its_manager_or_for_memory_was_nobodys() {
        for result in ["timeout", "watchdog", "oom-kill"] {
            let mut snapshot = killed(9);
            service(&mut snapshot).unit.result = result.into();
            none(&snapshot, "killed-by-someone");
            assert_eq!(one(&snapshot, "killed-by-signal").role, Role::Mechanism);
        }
    }

    #[test]
    fn a_line_that_shows_the_sender_makes_it_certain() {
        for line in [
            "app.service: Sent signal SIGKILL to main process 812 (app) on client request.",
            "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/kill -9 812",
        ] {
            let mut snapshot = killed(9);
            says(&mut snapshot, LogSource::Other, line);
            let finding = one(&snapshot, "killed-by-someone");
            assert_eq!(finding.confidence, Confidence::Certain);
            assert_eq!(finding.evidence[0].text, line);
        }
    }

    #[test]
    fn an_abort_is_its_own_doing_and_a_running_service_was_not_killed() {
        let finding = one(&killed(6), "killed-by-signal");
        assert!(finding.title.contains("SIGABRT"));
        none(&killed(6), "killed-by-someone");
        for rule in ["killed-by-signal", "killed-by-someone"] {
            none(&running(), rule);
            none(&failed(), rule);
            none(&killed(11), rule);
        }
        // Stopped by its manager: SIGTERM counts as a success.
        let mut stopped = killed(15);
        service(&mut stopped).unit.result = "success".into();
        none(&stopped, "killed-by-signal");
    }

    #[test]
    fn a_broken_pipe_has_its_own_remedy() {
        let finding = one(&killed(13), "killed-by-signal");
        assert_eq!(finding.remedies[0].settings, [("Service".into(), "IgnoreSIGPIPE=yes".into())]);
    }
}
