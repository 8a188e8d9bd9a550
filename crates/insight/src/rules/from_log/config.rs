//! Configurations, options and certificates that a daemon refuses.

use super::files_about::{absolute, restart};
use super::told::{Told, is_unchanged, told};
use crate::clues::{Grade, Kind};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::TestEnd;

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
        "certificate-bad",
        "A daemon can't use a certificate or its key.",
        "It is missing, expired, unreadable, or does not fit its key.",
        &["openssl-x509(1)", "openssl-verify(1)"],
        certificate,
    ),
    row(
        "bad-option",
        "A program does not understand a word on its command line.",
        "The command line is the one of the unit or script, not of a shell.",
        &[],
        bad_option,
    ),
    row(
        "config-invalid",
        "A daemon says that its configuration is invalid, and where.",
        "If the daemon's own test passes by now, the finding says so and is less sure.",
        &[],
        config_invalid,
    ),
];

fn certificate(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::CertificateBad]) {
        let path = absolute(case, told.get("path")).unwrap_or_default();
        let is_gone = case.path(&path).is_some_and(|fact| fact.missing().is_some());
        let said = told.get("message").unwrap_or_else(|| told.clue.message());
        let lower = said.to_ascii_lowercase();
        let what = if path.is_empty() {
            "its certificate".to_owned()
        } else {
            format!("certificate or key {path}")
        };
        let state = if is_gone || lower.contains("no such file") {
            "is missing"
        } else if lower.contains("mismatch") || lower.contains("do not match") {
            "does not match"
        } else if lower.contains("permission denied") {
            "may not be read"
        } else if lower.contains("expired") {
            "has expired"
        } else {
            "can't be used"
        };
        let said = said.trim().trim_matches([':', ' ']).trim_end_matches('.');
        let finding = case
            .finding("certificate-bad", path.clone())
            .says(
                format!("{what} {state}"),
                format!("{} can't use {what}: it {state} ({said}).", case.service.name),
            )
            .sure(if is_gone { told.confirmed() } else { told.sure })
            .proof(told.clue.evidence())
            .proof_if(is_gone.then(|| Evidence::path(&path, "there is nothing of that name")));
        let finding = if path.is_empty() || is_gone {
            finding
        } else {
            finding.fix(
                "look at it",
                [
                    format!("openssl x509 -noout -subject -enddate -in {}", shell(&path)),
                    format!("namei -l {}", shell(&path)),
                ],
            )
        };
        findings.push(super::network_about::elsewhere(case, finding, &told, ""));
    }
}

fn bad_option(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::BadOption]) {
        let option = told.get("option").unwrap_or_default();
        let command = case.definition().and_then(|definition| definition.main_command());
        let finding = case
            .finding("bad-option", option)
            .says(
                format!("option {option} is not understood"),
                format!(
                    "{} is started with {option}, which it does not understand.",
                    case.service.name
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .proof_if(command.map(|command| {
                let words = command.arguments.join(" ");
                Evidence::place(
                    &command.place,
                    format!("{}={} {words}", command.key, command.program),
                )
            }));
        findings.push(finding);
    }
}

/// What is wrong, of lines beside the one that names the place: rather of one that names no file itself.
fn reason<'s>(told: &[Told<'s>]) -> Option<&'s str> {
    let others = || told.iter().rev().filter(|other| other.clue.grade != Grade::Hint);
    let bare = others().filter(|other| other.get("file").is_none());
    bare.chain(others()).find_map(|other| other.get("message"))
}

/// How much a complaint tells: the first one with a line is what to mend; what follows it may be its consequence.
fn telling(told: &Told<'_>) -> impl Ord + use<> {
    let (has_line, has_message) = (told.get("line").is_some(), told.get("message").is_some());
    (told.sure, has_line && has_message, has_line, told.clue.is_of_test(), has_message)
}

fn config_invalid(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let told = told(case, &[Kind::ConfigInvalid]);
    let Some(best) = told.iter().max_by_key(|told| telling(told)) else { return };
    let found = if best.get("line").is_none() { line_of(case, best) } else { None };
    let is_still_there = found.is_some();
    let file = found.as_ref().map(|(file, _)| file.clone());
    let file = file.or_else(|| best.get("file").map(str::to_owned));
    let file = file.or_else(|| best.get("line").and_then(|_| config_file(case)));
    let line = found.map(|(_, line)| line.to_string());
    let line = line.or_else(|| best.get("line").map(str::to_owned));
    let line = line.as_deref();
    let message = best.get("message").map(str::to_owned);
    let message = message.or_else(|| reason(&told).map(str::to_owned));
    let message = message.unwrap_or_else(|| best.clue.message().trim().to_owned());
    let place = match (&file, line) {
        (Some(file), Some(line)) => format!("{file}, line {line}: "),
        (Some(file), None) => format!("{file}: "),
        (None, Some(line)) => format!("line {line}: "),
        (None, None) => String::new(),
    };
    // Not every test knows every setting: where the line still stands there, it is still wrong.
    let passes = !(is_still_there || is_unchanged(case, best.clue))
        && case.service.config_test.as_ref().is_some_and(|test| test.end == TestEnd::Passed);
    let message = message.trim().trim_end_matches('.');
    let (title, sentence, sure) = if passes {
        (
            format!("its configuration was invalid at the last start: {place}{message}"),
            format!(
                "{} refused its configuration ({place}{message}); its test passes by now.",
                case.service.name
            ),
            best.contradicted(),
        )
    } else {
        let sure = if best.clue.is_of_test() && best.sure > Confidence::Possible {
            Confidence::Certain
        } else {
            best.sure
        };
        (
            format!("its configuration is invalid: {place}{message}"),
            format!("{} refuses its configuration: {place}{message}.", case.service.name),
            sure,
        )
    };
    let subject = match (&file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => String::new(),
    };
    let mut finding = case.finding("config-invalid", subject).says(title, sentence).sure(sure);
    finding = finding.proof(best.clue.evidence());
    for other in told.iter().filter(|other| other.clue != best.clue).take(4) {
        finding = finding.proof(other.clue.evidence());
    }
    if let (Some(file), Some(line)) = (&file, line) {
        finding = finding
            .fix("look at the line, and mend it", [format!("sed -n {line}p {}", shell(file))]);
    }
    let test = case.service.config_test.as_ref().filter(|test| !test.command.starts_with("parsed"));
    let mut again: Vec<String> = test.map(|test| test.command.clone()).into_iter().collect();
    again.push(restart(case));
    findings.push(finding.fix("test it, and start it again", again));
}

/// Where the word that a complaint without a place quotes stands in the configuration: `unknown variable 'frob=1'`.
fn line_of(case: &Case<'_>, told: &Told<'_>) -> Option<(String, usize)> {
    let message = told.get("message")?;
    let quoted = message.split(['\'', '"', '`']).nth(1)?;
    let word = quoted.split('=').next().unwrap_or(quoted).trim_start_matches('-').trim();
    if word.len() < 3 {
        return None;
    }
    // MySQL takes - and _ for the same.
    let plain = |text: &str| text.replace('-', "_").to_ascii_lowercase();
    let word = plain(word);
    case.service.config_files.iter().rev().find_map(|(path, _)| {
        let lines = case.snapshot.lookups.texts.get(path)?;
        let is_it = |line: &String| {
            let line = plain(line.trim_start());
            let rest = line.strip_prefix("loose_").unwrap_or(&line).strip_prefix(&word);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        lines.iter().position(is_it).map(|index| (path.clone(), index + 1))
    })
}

/// The configuration file, where there is only one or the command line names one.
fn config_file(case: &Case<'_>) -> Option<String> {
    let command = case.definition().and_then(|definition| definition.main_command());
    let named = command.and_then(|command| {
        command.arguments.iter().map(|word| word.trim_start_matches(|c| c != '/')).find(|word| {
            [".conf", ".cfg", ".cf", ".cnf", ".ini", ".yml", ".yaml", ".toml", ".json"]
                .iter()
                .any(|end| word.ends_with(end))
        })
    });
    let named = named.map(str::to_owned);
    named.or_else(|| case.service.config_files.first().map(|(path, _)| path.clone()))
}
