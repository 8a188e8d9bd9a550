//! How the last start ended, in words: exit statuses, commands before the main one, limits of starts and of time.

use super::common::{is_systemd, listed, quoted, restart};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, Line, LogSource, State};
use crate::statuses;

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "pre-command-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A command before or after the main one (ExecStartPre=, ExecStartPost=) that failed.",
        needs: &[Need::State, Need::Definition],
        about: "The start ends when such a command ends with a status other than 0, unless its line begins with `-`. \
                The main program was not begun at all then, or is stopped again.",
        read_more: &["systemd.service(5)"],
        check: pre_command,
    },
    Rule {
        name: "script-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "An init script whose start ended with a status other than 0.",
        needs: &[Need::State],
        about: "The statuses 1 to 7 have meanings for init scripts (LSB); many scripts end with 1 whatever happened.",
        read_more: &[
            "https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/iniscrptact.html",
        ],
        check: script,
    },
    Rule {
        name: "exit-status",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "The exit status with which the main process ended, in words.",
        needs: &[Need::State],
        about: "Statuses from 200 on are systemd's own: the program was not begun, since one of the settings could not \
                be applied. Those from 64 to 78 are a convention of BSD's sysexits.h, 126 and 127 are what shells and \
                the loader end with, and above 128 a shell says that its command was killed by a signal.",
        read_more: &["systemd.exec(5)", "sysexits.h(3head)"],
        check: status,
    },
    Rule {
        name: "start-timeout",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A start that took longer than it may.",
        needs: &[Need::State, Need::Log],
        about: "systemd ends a service that is not up after TimeoutStartSec=. What `up` means depends on Type=: that the \
                first process ended (forking), that READY=1 was sent (notify), that a name is on the bus (dbus).",
        read_more: &["systemd.service(5)", "sd_notify(3)"],
        check: timeout,
    },
    Rule {
        name: "start-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that was started too often in too short a time.",
        needs: &[Need::State, Need::Log],
        about: "After StartLimitBurst= starts within StartLimitIntervalSec= systemd refuses another one. That is a \
                consequence of what ended the starts before.",
        read_more: &["systemd.unit(5)"],
        check: limit,
    },
];

/// The last lines that the service itself wrote in its last run.
fn last_words<'s>(case: &Case<'s>, count: usize) -> Vec<&'s Line> {
    let mut lines: Vec<&Line> = case.own_lines().rev().take(count).collect();
    lines.reverse();
    lines
}

/// How something ended, in words.
fn ended(end: Exit) -> String {
    match end {
        Exit::Status(status) => format!("ended with {}", statuses::words(status)),
        Exit::Signal { number, dumped } => {
            let core = if dumped { " and dumped core" } else { "" };
            format!(
                "was killed by signal {number} ({}){core}",
                unit::values::scalar::signal_name(number)
            )
        }
    }
}

fn pre_command(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    if service.is_healthy() {
        return;
    }
    for (key, argv, end) in &service.unit.command_ends {
        let is_beside = matches!(key.as_str(), "ExecStartPre" | "ExecStartPost");
        if !is_beside || *end == Exit::Status(0) || may_fail(case, key, argv) {
            continue;
        }
        let command = argv.iter().map(|word| shell(word)).collect::<Vec<_>>().join(" ");
        let then = if key == "ExecStartPre" {
            "before its main program begins"
        } else {
            "after its start"
        };
        let how = ended(*end);
        let mut finding = case
            .finding("pre-command-failed", format!("{key} {command}"))
            .role(Role::Mechanism)
            .sure(Confidence::Certain)
            .says(
                format!("{key}={command} {how}"),
                format!("a command that {} runs {then}, {command}, {how}", service.name),
            )
            .proof(Evidence::manager(key.clone(), format!("{command}: {how}")));
        for line in last_words(case, 3) {
            finding = finding.proof(Evidence::log(line));
        }
        findings.push(finding.fix("run it by hand to see what it says", [command, restart(case)]));
    }
}

/// The command's line begins with `-`, or it ended with a status that counts as success.
fn may_fail(case: &Case<'_>, key: &str, argv: &[String]) -> bool {
    let Some(definition) = case.definition() else { return false };
    let program = argv.first().map(String::as_str).unwrap_or_default();
    let mut same = definition
        .commands
        .iter()
        .filter(|command| command.key == key && command.program == program);
    let mut all = same.by_ref().peekable();
    all.peek().is_some() && all.all(|command| command.ignores_failure)
}

fn script(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if is_systemd(case) || !case.is_broken() || super::common::script(case).is_none() {
        return;
    }
    let Some(Exit::Status(status)) = case.service.last_exit.filter(|end| *end != Exit::Status(0))
    else {
        return;
    };
    let name = &case.service.name;
    let path = super::common::script(case).unwrap_or_default();
    let mut finding = case
        .finding("script-failed", status.to_string())
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(
            format!("its init script ended with {}", statuses::words(status)),
            format!("the init script {path} of {name} ended with {}", statuses::words(status)),
        )
        .proof(Evidence::manager("exit status", status.to_string()));
    for line in last_words(case, 3) {
        finding = finding.proof(Evidence::log(line));
    }
    let trace = format!("sh -x {} start", shell(path));
    findings.push(finding.fix("see where it ends", [trace]));
}

fn status(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() || super::common::script(case).is_some() {
        return;
    }
    let Some(Exit::Status(status)) = case.service.last_exit.filter(|end| *end != Exit::Status(0))
    else {
        return;
    };
    let name = &case.service.name;
    let known = u8::try_from(status).ok().and_then(statuses::of);
    let words = statuses::words(status);
    let mut sentence = format!("the main process of {name} ended with {words}");
    let mut finding = case.finding("exit-status", status.to_string());
    let settings = known.map(|known| known.directives).unwrap_or_default();
    let set: Vec<_> = settings.iter().filter_map(|key| case.definition()?.setting(key)).collect();
    let is_own = super::common::is_managers_own(status);
    if is_own && !set.is_empty() {
        let keys: Vec<String> = set.iter().map(|setting| format!("{}=", setting.key)).collect();
        sentence.push_str(&format!("; behind it are {}", listed(&keys)));
    }
    finding = finding
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(format!("it ended with {words}"), sentence)
        .proof(Evidence::manager("ExecMainStatus", status.to_string()));
    if is_own {
        for setting in set.into_iter().take(4) {
            finding = finding.proof(quoted(setting));
        }
    }
    // What it said last is the best that is left where nothing explains it.
    for line in last_words(case, 3) {
        finding = finding.proof(Evidence::log(line));
    }
    let advice = known.map_or("read what it logged", |known| known.advice);
    findings.push(finding.fix(advice, [format!("daemonctl logs {}", shell(name)), restart(case)]));
}

/// The manager's line that says that a time ran out, and whether that was at a start.
fn time_out<'s>(case: &Case<'s>) -> Option<(&'s Line, bool)> {
    case.manager_lines().rev().find_map(|line| {
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
    let by_result = service.unit.result == "timeout" && !service.is_healthy();
    let is_up_now = service.is_healthy() || service.stop_request().is_some();
    let finding = match (by_result || line.is_some()) && !is_up_now {
        true if line.is_some_and(|(_, is_start)| !is_start) => stop_timeout(case),
        true => start_timeout(case, line.map(|(line, _)| line)),
        false => match still_starting(case) {
            Some(finding) => finding,
            None => return,
        },
    };
    findings.push(finding);
}

fn seconds(usec: u64) -> String {
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
    let waits = if is_pre { "a command of ExecStartPre= had not ended".to_owned() } else { waits };
    let mut finding = case
        .finding("start-timeout", name.as_str())
        .role(Role::Mechanism)
        .sure(Confidence::Certain)
        .says(
            format!("its start took longer than {limit}"),
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

fn limit(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    if service.is_healthy() {
        return;
    }
    let says = |line: &&Line| {
        line.source == LogSource::Manager
            && (line.message.contains("Start request repeated too quickly")
                || line.message.contains("start-limit-hit"))
    };
    let line = case.lines().rev().find(says);
    if service.unit.result != "start-limit-hit"
        && (line.is_none() || service.state != State::Failed)
    {
        return;
    }
    let name = &service.name;
    let often = match case.definition().and_then(|definition| definition.start_limit) {
        Some((interval, burst)) => format!("{burst} starts within {}", seconds(interval)),
        None => "too many starts in too short a time".to_owned(),
    };
    let finding = case
        .finding("start-limit", name.as_str())
        .role(Role::Consequence)
        .sure(Confidence::Certain)
        .says(
            format!("it was started too often: {often}"),
            format!("{name} failed so often ({often}) that its manager starts it no more"),
        )
        .proof(Evidence::manager("Result", service.unit.result.clone()))
        .proof_if(line.map(Evidence::log))
        .fix(
            "once the cause is mended, start it anew",
            [
                format!("daemonctl reset-failed {}", shell(name)),
                format!("daemonctl start {}", shell(name)),
            ],
        );
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::CommandRole;

    #[test]
    fn every_status_has_words_and_none_is_told_of_what_works() {
        let mut snapshot = failed();
        none(&snapshot, "exit-status");
        for status in 1..=255 {
            exited(&mut snapshot, status);
            let finding = one(&snapshot, "exit-status");
            assert_eq!(finding.role, Role::Mechanism);
            assert!(finding.title.contains(&status.to_string()), "{}", finding.title);
        }
        exited(&mut snapshot, 0);
        none(&snapshot, "exit-status");
        exited(&mut snapshot, 1);
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "exit-status");
    }

    #[test]
    fn settings_behind_a_status_are_quoted() {
        let mut snapshot = failed();
        exited(&mut snapshot, 226);
        set(&mut snapshot, "ReadWritePaths", "/srv/x");
        set(&mut snapshot, "Nice", "3");
        let finding = one(&snapshot, "exit-status");
        assert!(
            finding.sentence.ends_with("; behind it are ReadWritePaths="),
            "{}",
            finding.sentence
        );
        assert_eq!(finding.evidence[1].text, "ReadWritePaths=/srv/x");
    }

    #[test]
    fn a_command_before_the_main_one() {
        let mut snapshot = failed();
        let argv = vec!["/usr/sbin/x".to_owned(), "-t".into()];
        service(&mut snapshot).unit.command_ends.push((
            "ExecStartPre".into(),
            argv,
            Exit::Status(1),
        ));
        let finding = one(&snapshot, "pre-command-failed");
        assert_eq!(
            finding.title,
            "ExecStartPre=/usr/sbin/x -t ended with exit status 1 (a general error)"
        );
        let mut before = command(CommandRole::Before, "ExecStartPre", "/usr/sbin/x");
        before.ignores_failure = true;
        definition(&mut snapshot).commands.push(before);
        none(&snapshot, "pre-command-failed");
    }

    #[test]
    fn time_ran_out_at_the_start_or_at_the_stop() {
        let mut snapshot = failed();
        none(&snapshot, "start-timeout");
        definition(&mut snapshot).service_type = "notify".into();
        definition(&mut snapshot).timeout_start_usec = Some(90_000_000);
        service(&mut snapshot).unit.result = "timeout".into();
        let finding = one(&snapshot, "start-timeout");
        assert_eq!(finding.title, "its start took longer than 1min 30s");
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

    #[test]
    fn too_many_starts_are_a_consequence() {
        let mut snapshot = failed();
        none(&snapshot, "start-limit");
        definition(&mut snapshot).start_limit = Some((10_000_000, 5));
        service(&mut snapshot).unit.result = "start-limit-hit".into();
        let finding = one(&snapshot, "start-limit");
        assert_eq!(finding.role, Role::Consequence);
        assert_eq!(finding.title, "it was started too often: 5 starts within 10s");
    }
}
