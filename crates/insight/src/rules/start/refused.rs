//! Settings that could not be applied before the program began, by the status that names the step.

use super::common::{quoted, restart};
use super::setup::{
    CREDENTIALS, NAMESPACE, credentials, directories, namespace, own_status, streams,
};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Line, Setting};
use crate::statuses;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "setting-refused",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A setting that could not be applied before the program began.",
    needs: &[Need::State, Need::Definition],
    about: "Each status from 200 on names a step of systemd.exec(5), and so the settings behind it. Containers and \
                small kernels refuse some that work elsewhere.",
    read_more: &["systemd.exec(5)", "capabilities(7)"],
    check: refused,
}];

/// Whether a rule of its own names the path or the account behind a status.
fn is_explained(case: &Case<'_>, status: i32) -> bool {
    let checks: &[fn(&Case<'_>, &mut Vec<Finding>)] = match status {
        // The log's line names the file, even where it is there by now.
        203 => return true,
        200 => &[super::places::working_directory],
        210 => &[super::places::root_directory],
        216 => &[super::account::groups],
        217 => &[super::account::users],
        208 | 209 | 222 => &[streams],
        NAMESPACE => &[namespace, super::places::root_directory],
        233 | 238..=241 => &[directories],
        CREDENTIALS => &[credentials],
        _ => &[],
    };
    let mut found = Vec::new();
    checks.iter().for_each(|check| check(case, &mut found));
    !found.is_empty()
}

fn refused(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(status) = own_status(case).filter(|status| !is_explained(case, *status)) else {
        return;
    };
    let Some(known) = u8::try_from(status).ok().and_then(statuses::of) else { return };
    let definition = case.definition();
    let set: Vec<&Setting> = known
        .directives
        .iter()
        .filter_map(|key| definition?.setting(key))
        .filter(|setting| !matches!(setting.value.as_str(), "" | "no" | "false" | "0" | "off"))
        .collect();
    let line = case.lines().rev().find(|line| is_about(line, known.name));
    let name = &case.service.name;
    let (title, behind) = match set.as_slice() {
        [] => (known.meaning.to_owned(), String::new()),
        [one] => {
            let text = format!("{}={}", one.key, one.value);
            (format!("{}: {text}", known.meaning), format!(", because of {text}"))
        }
        [first, ..] => {
            let keys: Vec<String> = set.iter().map(|setting| format!("{}=", setting.key)).collect();
            let text = super::common::listed(&keys);
            (
                format!("{}: see {}=", known.meaning, first.key),
                format!(", because of one of {text}"),
            )
        }
    };
    let sentence = format!(
        "before the program of {name} began, {}{behind} (status {status}, {})",
        known.meaning, known.name
    );
    let mut finding = case
        .finding("setting-refused", known.name)
        // What names a path or an account says more.
        .sure(if set.len() == 1 && line.is_some() {
            Confidence::Likely
        } else {
            Confidence::Possible
        })
        .says(title, sentence)
        .proof(Evidence::manager("ExecMainStatus", status.to_string()))
        .proof_if(line.map(Evidence::log));
    for setting in set.iter().take(4) {
        finding = finding.proof(quoted(setting));
    }
    findings
        .push(finding.fix(known.advice, [format!("daemonctl cat {}", shell(name)), restart(case)]));
}

/// systemd says which step failed: `Failed at step NAMESPACE spawning /usr/sbin/x: …`.
fn is_about(line: &Line, step: &str) -> bool {
    line.message.contains("Failed at step ") && line.message.contains(&format!("step {step} "))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::LogSource;

    #[test]
    fn every_other_step_names_its_setting() {
        let mut snapshot = failed();
        none(&snapshot, "setting-refused");
        exited(&mut snapshot, 218);
        set(&mut snapshot, "AmbientCapabilities", "CAP_SYS_ADMIN");
        let line =
            "x.service: Failed at step CAPABILITIES spawning /usr/sbin/x: Operation not permitted";
        says(&mut snapshot, LogSource::Manager, line);
        let finding = one(&snapshot, "setting-refused");
        assert_eq!(
            finding.title,
            "capabilities can't be dropped or given: AmbientCapabilities=CAP_SYS_ADMIN"
        );
        assert_eq!(finding.confidence, Confidence::Likely);
        exited(&mut snapshot, 1);
        none(&snapshot, "setting-refused");
    }
}
