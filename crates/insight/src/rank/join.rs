//! What several rules found alike becomes one finding.

use super::Ranked;
use crate::finding::{Evidence, Source};

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
        let is_new = into
            .remedies
            .iter()
            .all(|other| other.commands != remedy.commands || other.settings != remedy.settings);
        if is_new && into.remedies.len() < REMEDIES_MAX {
            into.remedies.push(remedy);
        }
    }
    into.consequences.extend(next.consequences);
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
