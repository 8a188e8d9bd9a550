//! Scripts: what they call and need that is not there, and what is wrong with them.

use super::files_about::restart;
use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "program-missing",
        "A line of the last run says that a program was not found.",
        "The PATH of a service is not the one of a login shell.",
        &["systemd.exec(5)", "environ(7)"],
        program_missing,
    ),
    row(
        "program-not-executable",
        "A line of the last run says that a program may not be executed.",
        "The file's mode, a directory on its way, or a file system that is mounted with noexec.",
        &["execve(2)", "mount(8)"],
        program_denied,
    ),
    row(
        "script-failed",
        "An interpreter says that a script is malformed, and where.",
        "The script stops at that line.",
        &["sh(1)"],
        script_failed,
    ),
    row(
        "variable-missing",
        "A program says that a variable of its environment is not set.",
        "A service gets its environment from its unit (Environment=, EnvironmentFile=) or its default file, not from a login shell.",
        &["systemd.exec(5)"],
        variable_missing,
    ),
];

/// The place in a script that calls a program.
fn caller(told: &Told<'_>) -> String {
    super::network_about::place(told).map_or(String::new(), |place| format!(", called in {place}"))
}

fn program_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::CommandMissing, Kind::ExecutableMissing]) {
        let program = told.get("program").unwrap_or_default();
        let is_there = case.path(program).is_some_and(|fact| fact.target().is_some());
        let says_denied = told.get("message").is_some_and(|message| message.contains("Permission"));
        if is_there || says_denied {
            // A rule that looks at the file itself knows why it can't be executed.
            continue;
        }
        let near = case.snapshot.lookups.near.get(program).and_then(|near| near.first());
        let hint = near.map_or(String::new(), |near| format!(" There is {near}."));
        let finding = case
            .finding("program-missing", program)
            .says(
                format!("program {program} is missing"),
                format!(
                    "{} needs {program}{}, and it is not found.{hint}",
                    case.service.name,
                    caller(&told)
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("install it, or correct its name", [format!("command -v {}", shell(program))]);
        findings.push(finding);
    }
}

fn program_denied(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::CommandDenied]) {
        let program = told.get("program").unwrap_or_default();
        let finding = case
            .finding("program-not-executable", program)
            .says(
                format!("{program} may not be executed"),
                format!("{} may not execute {program}{}.", case.user(), caller(&told)),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("make it executable", [format!("chmod +x {}", shell(program))]);
        findings.push(finding);
    }
}

fn script_failed(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::ScriptSyntax]) {
        let file = told.get("file").unwrap_or_default();
        let line = told.get("line").unwrap_or_default();
        let message = told.get("message").unwrap_or_default();
        let finding = case
            .finding("script-failed", file)
            .says(
                format!("{file}, line {line}: {message}"),
                format!("The script {file} is malformed at line {line}: {message}."),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("look at the line", [format!("sed -n {line}p {}", shell(file))]);
        findings.push(finding);
    }
}

fn variable_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::VariableMissing]) {
        let variable = told.get("variable").unwrap_or_default();
        let said = told.get("message").map_or(String::new(), |said| format!(" (it says: {said})"));
        let finding = case
            .finding("variable-missing", variable)
            .says(
                format!("{variable} is not set"),
                format!(
                    "{} needs {variable} in its environment{}{said}.",
                    case.service.name,
                    caller(&told)
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix_setting("set it", "Service", format!("Environment={variable}="))
            .fix("start it again", [restart(case)]);
        findings.push(finding);
    }
}
