//! Starts that take longer than they may.

use super::exit::last_words;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, Line, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "start-timeout",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A start that took longer than it may.",
    needs: &[Need::State, Need::Log],
    about: "systemd ends a service that is not up after TimeoutStartSec=. What `up` means depends on Type=: that the \
                first process ended (forking), that READY=1 was sent (notify), that a name is on the bus (dbus).",
    read_more: &["systemd.service(5)", "sd_notify(3)"],
    check: timeout,
}];

/// The manager's line that says that a time ran out, and whether that was at a start.
fn time_out<'s>(case: &Case<'s>) -> Option<(&'s Line, bool)> {
    case.service.last_start().rev().find_map(|line| {
        let message = line.message.as_str();
        if !message.contains("timed out") {
            return None;
        }
        let is_stop = message.contains("'stop")
            || message.contains("topping timed out")
            || message.contains("'final");
        Some((line, !is_stop))
    })
}

fn timeout(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    let line = time_out(case);
    let by_result = service.unit.result == "timeout";
    // Where nothing failed, the line is of another time.
    let by_line = line.is_some() && service.unit.result != "success";
    let is_up_now =
        service.is_healthy() || service.stop_request().is_some() || service.is_skipped();
    let finding = match (by_result || by_line) && !is_up_now {
        true if line.is_some_and(|(_, is_start)| !is_start) => stop_timeout(case),
        true => start_timeout(case, line.map(|(line, _)| line)),
        false => match still_starting(case) {
            Some(finding) => finding,
            None => return,
        },
    };
    findings.push(finding);
}

pub(super) fn seconds(usec: u64) -> String {
    unit::time::span::format_usec(usec, 1_000_000)
}

/// What a start of this type waits for.
fn waits_for(case: &Case<'_>) -> String {
    let Some(definition) = case.definition() else { return "it was not up".into() };
    let sub = case.service.unit.sub.as_str();
    if sub == "start-pre" {
        return "a command of ExecStartPre= had not ended".to_owned();
    }
    match definition.service_type.as_str() {
        "notify" | "notify-reload" => {
            "it had not said that it is ready (READY=1 of sd_notify(3))".to_owned()
        }
        "forking" if case.clues_of(crate::clues::Kind::PidFile).next().is_some() => {
            "its PIDFile= was not there (Type=forking)".to_owned()
        }
        "forking" => "its first process had not ended (Type=forking)".to_owned(),
        "dbus" => "it had not taken its name on the bus (Type=dbus)".to_owned(),
        "oneshot" => "its command had not ended (Type=oneshot)".to_owned(),
        _ => "it was not up".to_owned(),
    }
}

fn start_timeout(case: &Case<'_>, line: Option<&Line>) -> Finding {
    let name = &case.service.name;
    let limit = case.definition().and_then(|definition| definition.timeout_start_usec);
    let limit = limit.map_or_else(|| "its time".to_owned(), seconds);
    let waits = waits_for(case);
    let is_pre = line.is_some_and(|line| line.message.contains("start-pre"));
    let ended = case.service.unit.command_ends.iter().rev();
    let mut killed = ended.filter(|(_, _, end)| matches!(end, Exit::Signal { .. }));
    let waits = match killed.find(|(key, ..)| key != "ExecStart") {
        Some((key, argv, _)) => format!("{key}={} had not ended", argv.join(" ")),
        None if is_pre => "a command of ExecStartPre= had not ended".to_owned(),
        None => waits,
    };
    let mut finding = case
        .finding("start-timeout", name.as_str())
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(
            format!("its start took longer than {limit}: {waits}"),
            format!("after {limit} (TimeoutStartSec=) {waits}, so its manager ended {name}"),
        )
        .proof_if(line.map(Evidence::log))
        .proof(Evidence::manager("Result", case.service.unit.result.clone()));
    for line in last_words(case, 3) {
        finding = finding.proof(Evidence::log(line));
    }
    finding
        .fix("see what it was doing last", [format!("daemonctl logs {}", shell(name))])
        .fix_setting(
            "or, if it only needs longer, give it more time",
            "Service",
            "TimeoutStartSec=5min",
        )
}

fn stop_timeout(case: &Case<'_>) -> Finding {
    let name = &case.service.name;
    let line = time_out(case).map(|(line, _)| line);
    case.finding("start-timeout", "stop")
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(
            "it did not stop in time",
            format!(
                "{name} did not end within TimeoutStopSec= after it was asked to, and was killed"
            ),
        )
        .proof_if(line.map(Evidence::log))
        .fix("see what it was doing last", [format!("daemonctl logs {}", shell(name))])
}

/// A start that goes on for so long that somebody asks.
const LONG_START_USEC: u64 = 15_000_000;

fn still_starting(case: &Case<'_>) -> Option<Finding> {
    let service = case.service;
    let since = service.since_usec.filter(|_| service.state == State::Starting)?;
    let past = case.snapshot.now_usec.checked_sub(since).filter(|past| *past >= LONG_START_USEC)?;
    if service.unit.sub == "auto-restart" {
        return None;
    }
    let waits = waits_for(case);
    let past = seconds(past / 1_000_000 * 1_000_000);
    let finding = case
        .finding("start-timeout", service.name.as_str())
        .severity(Severity::Warning)
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(
            format!("it has been starting for {past}"),
            format!("after {past} {} is still being started: {waits}", service.name),
        )
        .proof(Evidence::manager("SubState", service.unit.sub.clone()));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::LogSource;

    #[test]
    fn time_ran_out_at_the_start_or_at_the_stop() {
        let mut snapshot = failed();
        none(&snapshot, "start-timeout");
        definition(&mut snapshot).service_type = "notify".into();
        definition(&mut snapshot).timeout_start_usec = Some(90_000_000);
        service(&mut snapshot).unit.result = "timeout".into();
        let finding = one(&snapshot, "start-timeout");
        assert!(finding.title.starts_with("its start took longer than 1min 30s: "));
        assert!(finding.sentence.contains("READY=1"));
        says(
            &mut snapshot,
            LogSource::Manager,
            "x.service: State 'stop-sigterm' timed out. Killing.",
        );
        assert_eq!(one(&snapshot, "start-timeout").title, "it did not stop in time");
    }

    #[test]
    fn a_start_that_goes_on_is_a_warning() {
        let mut snapshot = failed();
        snapshot.now_usec = 100_000_000;
        let service = service(&mut snapshot);
        service.state = State::Starting;
        service.unit.sub = "start".into();
        service.since_usec = Some(95_000_000);
        none(&snapshot, "start-timeout");
        super::super::testing::service(&mut snapshot).since_usec = Some(60_000_000);
        let finding = one(&snapshot, "start-timeout");
        assert_eq!(
            (finding.severity, finding.title.as_str()),
            (Severity::Warning, "it has been starting for 40s")
        );
    }
}
