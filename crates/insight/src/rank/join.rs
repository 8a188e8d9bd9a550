//! What several rules found alike becomes one finding.

use std::collections::BTreeMap;

use super::Ranked;
use crate::clues::{Clue, Said};
use crate::finding::{Evidence, Finding, Remedy, Source};
use crate::snapshot::Line;

/// No finding keeps more evidence than that.
const EVIDENCE_MAX: usize = 8;
/// Remedies of a second rule are added only up to that.
const REMEDIES_MAX: usize = 2;

/// Findings of the same rule about the same thing become one: the surest, with the evidence of all.
pub(super) fn join(mut ranked: Vec<Ranked>) -> Vec<Ranked> {
    ranked.sort_by_key(Ranked::key);
    let mut joined: Vec<Ranked> = Vec::new();
    // Those that do not know what they are about join the one that does.
    let (named, nameless): (Vec<_>, Vec<_>) =
        ranked.into_iter().partition(|ranked| !ranked.finding.subject.is_empty());
    for next in named.into_iter().chain(nameless) {
        let is_same = |other: &&mut Ranked| {
            other.finding.rule == next.finding.rule
                && other.finding.service == next.finding.service
                && (other.finding.subject == next.finding.subject
                    || next.finding.subject.is_empty())
        };
        match joined.iter_mut().find(is_same) {
            Some(other) => merge(other, next),
            None => joined.push(next),
        }
    }
    joined.sort_by_key(Ranked::key);
    joined
}

fn merge(into: &mut Ranked, next: Ranked) {
    into.order = into.order.min(next.order);
    let (into, next) = (&mut into.finding, next.finding);
    if !next.subject.is_empty() || into.subject.is_empty() {
        into.confidence = into.confidence.max(next.confidence);
    }
    into.severity = into.severity.max(next.severity);
    into.role = into.role.min(next.role);
    for evidence in next.evidence {
        if into.evidence.len() < EVIDENCE_MAX && !is_told(&into.evidence, &evidence) {
            into.evidence.push(evidence);
        }
    }
    for remedy in next.remedies {
        let is_new = !into.remedies.iter().any(|other| is_same_remedy(other, &remedy));
        if is_new && into.remedies.len() < REMEDIES_MAX {
            into.remedies.push(remedy);
        }
    }
    into.consequences.extend(next.consequences);
}

/// Whether two remedies come to the same: the same setting, a command that both have, or another setting in the same
/// file.
fn is_same_remedy(one: &Remedy, other: &Remedy) -> bool {
    if one.settings != other.settings {
        return false;
    }
    if !one.settings.is_empty() {
        return true;
    }
    let is_start = |command: &&String| command.starts_with("daemonctl restart");
    let mut telling = one.commands.iter().filter(|command| !is_start(command));
    let is_shared = telling.any(|command| other.commands.contains(command));
    is_shared || one.commands == other.commands || (is_elsewhere(one) && is_elsewhere(other))
}

/// It would have the service listen elsewhere, or change the setting.
fn is_elsewhere(remedy: &Remedy) -> bool {
    remedy.what.starts_with("or ")
        && ["elsewhere", "change the setting"].iter().any(|words| remedy.what.contains(words))
}

/// Says of log lines that were written more than once how often, and shows each once. `said` counts lines by their
/// gist.
pub(super) fn count(finding: &mut Finding, said: &BTreeMap<String, usize>) {
    let mut shown: Vec<Evidence> = Vec::new();
    for evidence in std::mem::take(&mut finding.evidence) {
        if !is_told(&shown, &evidence) {
            shown.push(evidence);
        }
    }
    let is_log = |evidence: &&mut Evidence| matches!(evidence.source, Source::Log { .. });
    for evidence in shown.iter_mut().filter(is_log) {
        if let Some(times) = said.get(&gist(&evidence.text)).filter(|times| **times > 1) {
            evidence.text.push_str(&format!(" ({times} times)"));
        }
    }
    finding.evidence = shown;
}

/// How often what was said was said, by its gist.
pub(super) fn said(clues: &[Clue<'_>]) -> BTreeMap<String, usize> {
    let mut said: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut last: Option<&Line> = None;
    for clue in clues {
        // A line may be two clues: a traceback, and what it is about.
        let Said::Log(line) = clue.said else { continue };
        if last.is_some_and(|last| std::ptr::eq(last, line)) {
            continue;
        }
        last = Some(line);
        *said.entry((gist(&line.message), line.origin.as_str())).or_default() += clue.times();
    }
    let mut most = BTreeMap::new();
    for ((gist, _), times) in said {
        let known: &mut usize = most.entry(gist).or_default();
        *known = times.max(*known);
    }
    most
}

/// Whether a proof is there already: the same line from another log, or said again.
pub(super) fn is_told(known: &[Evidence], evidence: &Evidence) -> bool {
    let is_log = |evidence: &Evidence| matches!(evidence.source, Source::Log { .. });
    known.iter().any(|known| {
        known == evidence
            || (is_log(known) && is_log(evidence) && gist(&known.text) == gist(&evidence.text))
    })
}

/// A line without what differs when it is said again: digits, and what stands before the last bracket that opens it.
fn gist(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || " :/.-".contains(c));
    let text = text.split_once("] ").map_or(text, |(_, rest)| rest);
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
