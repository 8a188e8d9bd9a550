//! `Type=` that does not fit what the program does.

use super::common::{base_name, is_systemd};
use crate::finding::{Confidence, Evidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Definition, Exit, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "type-forking-does-not-fork",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "Type=forking with a program that stays in the foreground.",
        needs: &[Need::State, Need::Definition],
        about: "systemd waits until the first process ends, which it never does, and ends a service that runs well \
                when TimeoutStartSec= is over.",
        read_more: &["systemd.service(5)", "daemon(7)"],
        check: forking,
    },
    Rule {
        name: "type-notify-does-not-notify",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "Type=notify with a program that never says READY=1.",
        needs: &[Need::State, Need::Definition],
        about: "The program must call sd_notify(3), and be the main process or NotifyAccess= must let it. Otherwise \
                systemd ends it when TimeoutStartSec= is over.",
        read_more: &["systemd.service(5)", "sd_notify(3)"],
        check: notify,
    },
    Rule {
        name: "type-simple-forks",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "Type=simple or exec with a program that goes to the background, or that ends when its work is done.",
        needs: &[Need::State, Need::Definition],
        about: "The end of the first process is the end of the service then, and systemd kills what it left behind. \
                Either keep the program in the foreground (most daemons have an option for it), or say Type=forking; \
                for a command that does something and ends, Type=oneshot.",
        read_more: &["systemd.service(5)", "daemon(7)"],
        check: simple,
    },
];

fn is_type(definition: &Definition, types: &[&str]) -> bool {
    types.contains(&definition.service_type.as_str())
}

fn type_evidence(definition: &Definition) -> Evidence {
    match definition.setting("Type") {
        Some(setting) => Evidence::place(&setting.place, format!("Type={}", setting.value)),
        None => Evidence::manager("Type", definition.service_type.clone()),
    }
}

/// The start was ended since it took too long, or has been going on for long.
fn hung_at_start(case: &Case<'_>) -> Option<Confidence> {
    let service = case.service;
    if service.is_healthy() || service.unit.sub == "start-pre" {
        return None;
    }
    let stop = |message: &str| message.contains("'stop") || message.contains("topping timed out");
    let line = service.last_start().rev().find(|line| line.message.contains("timed out"));
    let line = line.filter(|_| service.unit.result != "success");
    if line.is_some_and(|line| stop(&line.message) || line.message.contains("start-pre")) {
        return None;
    }
    if service.unit.result == "timeout" || line.is_some() {
        return Some(Confidence::Likely);
    }
    let since = service.since_usec.filter(|_| service.state == State::Starting)?;
    let past = case.snapshot.now_usec.saturating_sub(since);
    (past > 10_000_000 && service.unit.sub == "start").then_some(Confidence::Possible)
}

/// Options by which known programs stay in the foreground.
const FOREGROUND: [&str; 9] = [
    "-F",
    "-f",
    "--foreground",
    "--nodaemon",
    "--no-daemon",
    "-DFOREGROUND",
    "--nofork",
    "-n",
    "daemon off;",
];

fn forking(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) =
        case.definition().filter(|d| is_systemd(case) && is_type(d, &["forking"]))
    else {
        return;
    };
    let Some(hung) = hung_at_start(case) else { return };
    // A PID file that is waited for is another matter: its first process has ended.
    let waits_for_pid_file = case.clues_of(crate::clues::Kind::PidFile).next_back().is_some();
    if waits_for_pid_file {
        return;
    }
    let command = definition.main_command();
    let program = command.map_or("its program", |command| command.program.as_str());
    let option = command.and_then(|command| {
        let is_known = |word: &&String| {
            FOREGROUND.iter().any(|known| word.contains(known) && word.len() <= known.len() + 1)
        };
        command.arguments.iter().find(is_known)
    });
    let because = option.map_or_else(String::new, |option| format!(" (it is told to by {option})"));
    let name = &case.service.name;
    let confidence = if option.is_some() { hung.max(Confidence::Likely) } else { hung };
    let mut finding = case
        .finding("type-forking-does-not-fork", program)
        .sure(confidence)
        .says(
            format!("Type=forking, and {} stays in the foreground", base_name(program)),
            format!(
                "{name} has Type=forking, and {program} stays in the foreground{because}: the manager waits for its \
                 first process to end"
            ),
        )
        .proof(type_evidence(definition))
        .proof(Evidence::manager("Result", case.service.unit.result.clone()));
    if let (Some(command), Some(option)) = (command, option) {
        finding = finding.proof(Evidence::place(&command.place, option.clone()));
    }
    findings.push(finding.fix_setting(
        "let the first process be the service",
        "Service",
        "Type=exec",
    ));
}

/// Programs that are known to say READY=1 when they are told to: with them something else holds the start up.
const NOTIFIERS: [&str; 14] = [
    "mariadbd",
    "mysqld",
    "postgres",
    "sshd",
    "redis-server",
    "valkey-server",
    "haproxy",
    "unbound",
    "php-fpm",
    "dockerd",
    "containerd",
    "named",
    "rsyslogd",
    "apache2",
];

fn notify(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let types = ["notify", "notify-reload"];
    let Some(definition) = case.definition().filter(|d| is_systemd(case) && is_type(d, &types))
    else {
        return;
    };
    let service = case.service;
    let denied = case.clues_of(crate::clues::Kind::NotifyDenied).next_back();
    let ended_well = service.unit.result == "protocol" && !service.is_healthy();
    let confidence = match (denied, hung_at_start(case)) {
        (Some(_), Some(_)) => Confidence::Certain,
        (None, Some(hung)) => hung,
        (_, None) if ended_well => Confidence::Likely,
        _ => return,
    };
    let program =
        definition.main_command().map_or("its program", |command| command.program.as_str());
    let bare = base_name(program).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_notifier = NOTIFIERS.iter().any(|known| bare.starts_with(known));
    let confidence =
        if is_notifier && denied.is_none() { Confidence::Possible } else { confidence };
    let how = match (denied.is_some(), ended_well) {
        (true, _) => {
            "another process of it than the main one said READY=1, and NotifyAccess= does not take that"
        }
        (false, true) => "its main process ended before anybody said READY=1",
        (false, false) => "nobody said READY=1",
    };
    let finding = case
        .finding("type-notify-does-not-notify", program)
        .sure(confidence)
        .says(
            format!(
                "Type={}, and {} never said that it is ready",
                definition.service_type,
                base_name(program)
            ),
            format!("{} has Type={}, and {how}", service.name, definition.service_type),
        )
        .proof(type_evidence(definition))
        .proof(Evidence::manager("Result", service.unit.result.clone()))
        .proof_if(denied.map(|clue| clue.evidence()));
    findings.push(match denied {
        Some(_) => {
            finding.fix_setting("take it from all its processes", "Service", "NotifyAccess=all")
        }
        None => {
            finding.fix_setting("if the program does not know sd_notify(3)", "Service", "Type=exec")
        }
    });
}

/// A main process that ended within this time did not serve.
const SHORT_USEC: u64 = 10_000_000;
/// One that ended within this time has hardly begun.
const SUDDEN_USEC: u64 = 2_000_000;

/// Its manager has forgotten how it ended (systemd forgets units that nothing refers to), and its log tells that it
/// ended by itself.
fn was_forgotten(case: &Case<'_>) -> bool {
    let mut lines = case.service.last_start();
    case.service.state == State::Stopped
        && lines.next().is_some_and(|line| line.message.starts_with("Start"))
        && lines.any(|line| line.message.contains("Deactivated successfully"))
}

fn simple(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let types = ["simple", "exec", "idle", ""];
    let Some(definition) = case.definition().filter(|d| is_systemd(case) && is_type(d, &types))
    else {
        return;
    };
    let service = case.service;
    let is_over =
        matches!(service.state, State::Stopped | State::Failed | State::Crashed | State::Starting)
            || service.is_looping;
    let has_ended_well = match service.last_exit {
        Some(end) => end == Exit::Status(0),
        None => was_forgotten(case),
    };
    if !is_over || !has_ended_well || service.stop_request().is_some() {
        return;
    }
    let ran = service.unit.main_start_usec.zip(service.unit.main_exit_usec);
    let ran = ran.and_then(|(start, end)| end.checked_sub(start));
    if ran.is_some_and(|ran| ran > SHORT_USEC) {
        return;
    }
    let command = definition.main_command();
    let program = command.map_or("its program", |command| command.program.as_str());
    let after = match ran {
        Some(ran) => format!(" after {}", unit::time::span::format_usec(ran, 1_000)),
        None => String::new(),
    };
    let kind = if definition.service_type.is_empty() { "simple" } else { &definition.service_type };
    let writers = others_wrote(case);
    let to_background =
        command.is_some_and(|command| command.arguments.iter().any(|word| is_background(word)));
    let is_sudden = ran.is_none_or(|ran| ran < SUDDEN_USEC);
    let confidence = match to_background || writers || is_sudden {
        true => Confidence::Likely,
        false => Confidence::Possible,
    };
    let finding = case
        .finding("type-simple-forks", program)
        .sure(confidence)
        .says(
            format!(
                "its main process ended at once with status 0 (Type={kind}): {} forks, or has nothing more to do",
                base_name(program)
            ),
            format!(
                "the main process of {} ended with status 0{after}, and with Type={kind} that is the end of the service: \
                 {program} went to the background, or had nothing more to do",
                service.name
            ),
        )
        .proof(Evidence::manager("ExecMainStatus", "0"))
        .proof(type_evidence(definition));
    findings.push(
        finding
            .fix_setting("if it goes to the background by itself", "Service", "Type=forking")
            .fix_setting("if it does its work and ends", "Service", "Type=oneshot"),
    );
}

/// An option that sends a program to the background.
fn is_background(word: &str) -> bool {
    matches!(word, "-d" | "--daemon" | "--daemonize" | "-D" | "--background" | "--fork" | "-b")
        || word == "daemon on;"
}

/// Processes other than the main one wrote to the log: it had forked.
fn others_wrote(case: &Case<'_>) -> bool {
    let mut pids: Vec<u32> = case.own_lines().filter_map(|line| line.pid).collect();
    pids.sort_unstable();
    pids.dedup();
    pids.len() > 1
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::LogSource;

    #[test]
    fn forking_that_does_not_fork() {
        let mut snapshot = failed();
        definition(&mut snapshot).service_type = "forking".into();
        none(&snapshot, "type-forking-does-not-fork");
        service(&mut snapshot).unit.result = "timeout".into();
        let finding = one(&snapshot, "type-forking-does-not-fork");
        assert_eq!(finding.title, "Type=forking, and x stays in the foreground");
        assert_eq!(finding.severity, Severity::Error);
        says(
            &mut snapshot,
            LogSource::Manager,
            "x.service: State 'stop-sigterm' timed out. Killing.",
        );
        none(&snapshot, "type-forking-does-not-fork");
    }

    #[test]
    fn notify_that_does_not_notify() {
        let mut snapshot = failed();
        definition(&mut snapshot).service_type = "notify".into();
        none(&snapshot, "type-notify-does-not-notify");
        service(&mut snapshot).unit.result = "timeout".into();
        let finding = one(&snapshot, "type-notify-does-not-notify");
        assert_eq!(finding.title, "Type=notify, and x never said that it is ready");
        assert_eq!(finding.confidence, Confidence::Likely);
        definition(&mut snapshot).commands[0].program = "/usr/sbin/mariadbd".into();
        assert_eq!(one(&snapshot, "type-notify-does-not-notify").confidence, Confidence::Possible);
        service(&mut snapshot).unit.result = "exit-code".into();
        none(&snapshot, "type-notify-does-not-notify");
    }

    #[test]
    fn simple_that_forks() {
        let mut snapshot = failed();
        let service = service(&mut snapshot);
        service.state = State::Stopped;
        service.last_exit = Some(Exit::Status(0));
        service.unit.main_start_usec = Some(1_000_000);
        service.unit.main_exit_usec = Some(1_200_000);
        let finding = one(&snapshot, "type-simple-forks");
        assert!(finding.sentence.contains("with status 0 after 200ms"), "{}", finding.sentence);
        super::super::testing::service(&mut snapshot).unit.main_exit_usec = Some(90_000_000);
        none(&snapshot, "type-simple-forks");
        super::super::testing::service(&mut snapshot).unit.main_exit_usec = None;
        super::super::testing::service(&mut snapshot).last_exit = Some(Exit::Status(1));
        none(&snapshot, "type-simple-forks");
        super::super::testing::service(&mut snapshot).last_exit = Some(Exit::Status(0));
        definition(&mut snapshot).service_type = "oneshot".into();
        none(&snapshot, "type-simple-forks");
    }

    #[test]
    fn who_was_stopped_did_not_fork() {
        let mut snapshot = failed();
        service(&mut snapshot).state = State::Stopped;
        service(&mut snapshot).last_exit = Some(Exit::Status(0));
        says(&mut snapshot, LogSource::Manager, "Stopping x.service - X...");
        none(&snapshot, "type-simple-forks");
    }
}
