//! The programs of a service, with what was seen of them and who runs them.

use super::common::{Executable, executables, script, severity};
use crate::finding::{Confidence, Evidence, Finding};
use crate::rules::Case;
use crate::snapshot::Program;

/// A program, what is known of it, and who runs it.
pub(super) struct Known<'s> {
    /// What was seen of it.
    pub(super) fact: &'s Program,
    /// Words that say what runs it: `ExecStart= of x.service`.
    pub(super) by: String,
    /// Without it the service does not start.
    is_needed: bool,
    evidence: Evidence,
}

/// Each program of the service that was looked at; its script and the interpreters too.
pub(super) fn known<'s>(case: &Case<'s>) -> Vec<Known<'s>> {
    let of = &case.service.name;
    let mut all: Vec<Known<'s>> = Vec::new();
    for executable in executables(case) {
        let Some(fact) = case.program(executable.path) else { continue };
        if all.iter().any(|known| known.fact.path == fact.path) {
            continue;
        }
        let by = format!("{} of {of}", key(&executable));
        let text = format!("{}={}", executable.key, executable.path);
        let evidence = Evidence::place(executable.place, text);
        all.push(Known { fact, by, is_needed: executable.is_needed, evidence });
    }
    if let Some(fact) = script(case).and_then(|path| case.program(path)) {
        let by = format!("the init script of {of}");
        let evidence = Evidence::path(fact.path.clone(), "the init script");
        all.push(Known { fact, by, is_needed: true, evidence });
    }
    let interpreters: Vec<Known<'s>> = all
        .iter()
        .filter(|known| known.fact.format == "script")
        .filter_map(|known| {
            let fact = case.program(known.fact.interpreter.as_deref()?)?;
            let by = format!("{}, as the interpreter of {},", known.by, known.fact.path);
            let evidence = known.evidence.clone();
            Some(Known { fact, by, is_needed: known.is_needed, evidence })
        })
        .collect();
    all.extend(interpreters);
    all
}

fn key(executable: &Executable<'_>) -> String {
    let sign = if executable.key.starts_with("Exec") { "=" } else { "" };
    format!("{}{sign}", executable.key)
}

pub(super) fn begin(case: &Case<'_>, rule: &'static str, known: &Known<'_>) -> Finding {
    case.finding(rule, known.fact.path.clone())
        .severity(severity(case, known.is_needed))
        .sure(Confidence::Certain)
        .proof(known.evidence.clone())
}
