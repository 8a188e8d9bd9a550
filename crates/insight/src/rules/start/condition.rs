//! Conditions and assertions that did not hold (systemd.unit(5)).

use super::common::{has_own_root, quoted, restart};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Condition, FileKind, PathFact, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "condition-not-met",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A condition of the unit that did not hold, so that its start was skipped.",
        needs: &[Need::State, Need::Definition],
        about: "A unit whose condition does not hold is not started, and that counts as no failure: its author wanted \
                it so. ExecCondition= does the same with a command.",
        read_more: &["systemd.unit(5)", "systemd.service(5)"],
        check: conditions,
    },
    Rule {
        name: "assert-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "An assertion of the unit that did not hold.",
        needs: &[Need::State, Need::Definition],
        about: "Like a condition, but the start fails.",
        read_more: &["systemd.unit(5)"],
        check: asserts,
    },
];

fn conditions(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    if service.is_skipped() {
        for condition in unmet(&service.conditions, "Condition") {
            findings.push(said(case, condition, "condition-not-met"));
        }
    }
    for condition in service.conditions.iter().filter(|c| is_unmet_now(case, c, "Condition")) {
        findings.push(said(case, condition, "condition-not-met").sure(Confidence::Likely));
    }
    if service.unit.result == "exec-condition" {
        findings.push(by_command(case));
    }
}

fn asserts(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.service.is_healthy() {
        return;
    }
    for condition in unmet(&case.service.conditions, "Assert") {
        let finding = said(case, condition, "assert-failed");
        findings.push(finding.severity(case.severity()));
    }
    for condition in case.service.conditions.iter().filter(|c| is_unmet_now(case, c, "Assert")) {
        let finding = said(case, condition, "assert-failed");
        findings.push(finding.severity(case.severity()).sure(Confidence::Likely));
    }
}

/// Nobody looked at the condition yet, or its manager has forgotten the answer; by what is there now it would not
/// hold.
fn is_unmet_now(case: &Case<'_>, condition: &Condition, family: &str) -> bool {
    let Some(kind) = condition.name.strip_prefix(family) else { return false };
    let is_idle = case.service.state == State::Stopped && case.service.stop_request().is_none();
    let is_asked = condition.held.is_none() && !condition.trigger;
    if !is_idle || !is_asked || case.definition().is_some_and(has_own_root) {
        return false;
    }
    let Some(fact) = case.path(&condition.parameter) else { return false };
    let target = fact.target();
    // What can't be seen is not known to be missing.
    if target.is_none() && fact.missing().is_none() {
        return false;
    }
    let holds = match kind {
        "PathExists" => target.is_some(),
        "PathIsDirectory" => target.is_some_and(|entry| entry.kind == FileKind::Directory),
        "FileNotEmpty" => {
            target.is_some_and(|entry| entry.kind == FileKind::File && entry.size_bytes > 0)
        }
        "FileIsExecutable" => {
            target.is_some_and(|entry| entry.kind == FileKind::File && entry.mode & 0o111 != 0)
        }
        _ => return false,
    };
    holds == condition.negated
}

fn unmet<'s>(all: &'s [Condition], family: &'s str) -> impl Iterator<Item = &'s Condition> {
    all.iter().filter(move |c| c.name.starts_with(family) && c.held == Some(false))
}

fn written(condition: &Condition) -> String {
    let trigger = if condition.trigger { "|" } else { "" };
    let negated = if condition.negated { "!" } else { "" };
    format!("{}={trigger}{negated}{}", condition.name, condition.parameter)
}

fn said(case: &Case<'_>, condition: &Condition, rule: &'static str) -> Finding {
    let name = &case.service.name;
    let text = written(condition);
    let why = reason(case, condition);
    let happened = if rule == "assert-failed" { "fails" } else { "is skipped" };
    let evidence = match &condition.place {
        Some(place) => Evidence::place(place, text.clone()),
        None => Evidence::manager(condition.name.clone(), text.clone()),
    };
    let mut finding = case
        .finding(rule, text.clone())
        .severity(Severity::Warning)
        .sure(Confidence::Certain)
        .says(
            format!("{text} does not hold: {why}"),
            format!("the start of {name} {happened}, since {text} does not hold: {why}"),
        )
        .proof(evidence);
    if let Some(fact) = case.path(&condition.parameter) {
        let there = if fact.target().is_some() { "exists" } else { "does not exist" };
        finding = finding.proof(Evidence::path(condition.parameter.clone(), there));
    }
    let path = shell(&condition.parameter);
    let is_path = condition.parameter.starts_with('/');
    match (is_path, condition.negated) {
        (true, true) => finding.fix(
            "if it is not meant to be there, remove it",
            [format!("ls -ld {path}"), restart(case)],
        ),
        (true, false) => {
            finding.fix("make what it waits for", [format!("ls -ld {path}"), restart(case)])
        }
        _ => finding.fix(
            "see whether the condition is still wanted",
            [format!("daemonctl cat {}", shell(name))],
        ),
    }
}

/// Why it does not hold, as far as that can be seen.
fn reason(case: &Case<'_>, condition: &Condition) -> String {
    let parameter = &condition.parameter;
    let kind = condition.name.trim_start_matches("Condition").trim_start_matches("Assert");
    let fact = case.path(parameter).filter(|_| case.definition().is_none_or(|d| !has_own_root(d)));
    if let Some(fact) = fact
        && let Some(why) = of_path(kind, fact, condition.negated)
    {
        return why;
    }
    let is = if condition.negated { "is so" } else { "is not so" };
    match (kind, condition.negated) {
        ("PathExists" | "PathExistsGlob" | "FileNotEmpty", true) => format!("{parameter} exists"),
        ("PathExists", false) => format!("{parameter} does not exist"),
        ("PathExistsGlob", false) => format!("nothing is like {parameter}"),
        ("PathIsDirectory", false) => format!("{parameter} is no directory"),
        ("PathIsMountPoint", false) => format!("nothing is mounted on {parameter}"),
        ("FileNotEmpty", false) => format!("{parameter} is empty or does not exist"),
        ("DirectoryNotEmpty", false) => format!("{parameter} is empty or does not exist"),
        ("FileIsExecutable", false) => format!("{parameter} is no executable file"),
        ("PathIsReadWrite", false) => format!("{parameter} is not writable"),
        ("Virtualization", false) => format!("this machine is not virtualized by \"{parameter}\""),
        ("Virtualization", true) => format!("this machine is virtualized by \"{parameter}\""),
        ("Architecture", false) => {
            format!("this machine is {}, not {parameter}", case.snapshot.machine.architecture)
        }
        ("Host", false) => format!("this machine is not {parameter}"),
        ("KernelCommandLine", false) => format!("{parameter} is not on the kernel's command line"),
        ("KernelCommandLine", true) => format!("{parameter} is on the kernel's command line"),
        ("KernelVersion" | "Version", _) => format!("the kernel's version is not {parameter}"),
        ("Security", false) => format!("{parameter} is not in use"),
        ("Capability", false) => format!("the capability {parameter} is not in the bounding set"),
        ("ACPower", _) => "the machine's power supply is another".to_owned(),
        ("NeedsUpdate", false) => format!("{parameter} needs no update"),
        ("FirstBoot", _) => "it is asked whether this is the first boot".to_owned(),
        ("User", false) => format!("the manager does not run as {parameter}"),
        ("Group", false) => format!("the manager's user is not in the group {parameter}"),
        ("Environment", false) => format!("{parameter} is not in the manager's environment"),
        ("Memory" | "CPUs", _) => format!("the machine does not have {parameter}"),
        ("ControlGroupController", false) => format!("the controller {parameter} is not there"),
        _ => format!("{parameter} {is}"),
    }
}

fn of_path(kind: &str, fact: &PathFact, is_negated: bool) -> Option<String> {
    let path = &fact.path;
    let target = fact.target();
    Some(match (kind, target, is_negated) {
        ("PathExists" | "FileNotEmpty" | "PathIsDirectory" | "FileIsExecutable", None, false) => {
            match fact.missing() {
                Some(step) if step.path != *path => {
                    format!("{path} does not exist ({} is missing)", step.path)
                }
                Some(_) => format!("{path} does not exist"),
                None => return None,
            }
        }
        ("PathExists", Some(_), true) => format!("{path} exists"),
        // It holds by now, and did not when it was asked.
        ("PathExists", Some(_), false) => {
            format!("{path} did not exist at its start, and does now")
        }
        ("PathExists", None, true) => format!("{path} existed at its start, and does not now"),
        ("FileNotEmpty", Some(entry), false) if entry.size_bytes == 0 => format!("{path} is empty"),
        ("PathIsDirectory", Some(entry), false) if entry.kind != FileKind::Directory => {
            format!("{path} is no directory")
        }
        ("FileIsExecutable", Some(entry), false) if entry.mode & 0o111 == 0 => {
            format!("{path} is not executable")
        }
        _ => return None,
    })
}

fn by_command(case: &Case<'_>) -> Finding {
    let setting = case.definition().and_then(|definition| definition.setting("ExecCondition"));
    let command = setting.map_or("a command", |setting| setting.value.as_str());
    let name = &case.service.name;
    case.finding("condition-not-met", "ExecCondition")
        .severity(Severity::Warning)
        .sure(Confidence::Certain)
        .says(
            format!("ExecCondition= said no: {command}"),
            format!("the start of {name} is skipped, since its ExecCondition= said no: {command}"),
        )
        .proof(Evidence::manager("Result", "exec-condition"))
        .proof_if(setting.map(quoted))
        .fix("run the command by hand to see why", [command.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::Snapshot;

    fn with(name: &str, parameter: &str, negated: bool) -> Snapshot {
        let mut snapshot = failed();
        let service = service(&mut snapshot);
        service.state = State::Stopped;
        service.conditions.push(Condition {
            name: name.into(),
            parameter: parameter.into(),
            negated,
            trigger: false,
            held: Some(false),
            place: Some(place(3)),
        });
        snapshot
    }

    #[test]
    fn a_missing_path_is_named_and_nothing_is_an_error() {
        let mut snapshot = with("ConditionPathExists", "/etc/x/key", false);
        lacks(&mut snapshot, "/etc/x/key", "/etc/x");
        let finding = one(&snapshot, "condition-not-met");
        assert_eq!(
            finding.title,
            "ConditionPathExists=/etc/x/key does not hold: /etc/x/key does not exist (/etc/x is missing)"
        );
        assert_eq!(finding.severity, Severity::Warning);
        assert!(!service(&mut snapshot).is_broken());
        none(&snapshot, "assert-failed");
        service(&mut snapshot).conditions[0].held = Some(true);
        none(&snapshot, "condition-not-met");
        // Nobody asked yet: by what is there now it would not hold.
        service(&mut snapshot).conditions[0].held = None;
        assert_eq!(one(&snapshot, "condition-not-met").confidence, Confidence::Likely);
        put(&mut snapshot, "/etc/x/key", FileKind::File, 0o644, 0);
        none(&snapshot, "condition-not-met");
        service(&mut snapshot).conditions[0].negated = true;
        assert!(one(&snapshot, "condition-not-met").title.ends_with("/etc/x/key exists"));
    }

    #[test]
    fn a_negated_one_says_what_is_there() {
        let mut snapshot = with("ConditionPathExists", "/etc/nologin", true);
        put(&mut snapshot, "/etc/nologin", FileKind::File, 0o644, 0);
        let finding = one(&snapshot, "condition-not-met");
        assert!(finding.title.ends_with("=!/etc/nologin does not hold: /etc/nologin exists"));
    }

    #[test]
    fn an_assertion_is_an_error() {
        let snapshot = with("AssertPathExists", "/x", false);
        let finding = one(&snapshot, "assert-failed");
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.title.ends_with("/x does not exist"));
        none(&snapshot, "condition-not-met");
    }

    #[test]
    fn one_of_several_triggers_is_enough() {
        let mut snapshot = with("ConditionPathExists", "/a", false);
        service(&mut snapshot).conditions[0].trigger = true;
        let mut other = service(&mut snapshot).conditions[0].clone();
        other.held = Some(true);
        service(&mut snapshot).conditions.push(other);
        none(&snapshot, "condition-not-met");
    }

    #[test]
    fn a_command_may_say_no() {
        let mut snapshot = failed();
        set(&mut snapshot, "ExecCondition", "/usr/bin/test -e /x");
        none(&snapshot, "condition-not-met");
        service(&mut snapshot).unit.result = "exec-condition".into();
        assert!(one(&snapshot, "condition-not-met").title.ends_with("/usr/bin/test -e /x"));
    }
}
