//! How the last start ended, in words: exit statuses, commands before the main one, limits of starts and of time.

use super::common::{is_systemd, listed, quoted, restart};
use super::time::seconds;
use crate::finding::{Confidence, Evidence, Finding, Role, shell};
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
pub(super) fn last_words<'s>(case: &Case<'s>, count: usize) -> Vec<&'s Line> {
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
        // What was ended since its time was over did not fail by itself.
        let is_timed_out = service.unit.result == "timeout" && matches!(end, Exit::Signal { .. });
        if !is_beside || is_timed_out || *end == Exit::Status(0) || may_fail(case, key, argv) {
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
