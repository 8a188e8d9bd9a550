//! The first cause with what it explains beneath it, then the rest.

use std::cmp::Reverse;

use super::Ranked;
use super::join::is_told;
use crate::finding::{Confidence, Finding, Role, Source};

/// Rules that quote what was said, and know no more: beside a better cause they are no causes.
const QUOTING: [&str; 3] = ["last-words", "bind-failed", "traceback"];

/// Takes out of `heads` what says no more than the first of them: rules that only quote a line which that one explains.
fn absorb(heads: &mut Vec<Finding>) {
    let mut all = std::mem::take(heads);
    let is_quoting = |finding: &Finding| QUOTING.contains(&finding.rule);
    // Of two that stand on the same line, the one that knows what it means leads.
    if let Some(quote) = all.first().filter(|first| is_quoting(first)) {
        let better = all.iter().position(|other| {
            !is_quoting(other)
                && other.severity == quote.severity
                && other.evidence.iter().any(|proof| is_told(&quote.evidence, proof))
        });
        if let Some(at) = better {
            let better = all.remove(at);
            all.insert(0, better);
        }
    }
    let mut all = all.into_iter();
    let Some(mut first) = all.next() else { return };
    let mut others = Vec::new();
    for mut other in all {
        let is_known = is_quoting(&other)
            && (first.confidence > Confidence::Possible
                || other.evidence.iter().all(|proof| is_told(&first.evidence, proof)));
        let is_same = other.service == first.service && (is_known || is_same_place(&first, &other));
        if is_same {
            other.role = Role::Mechanism;
            first.consequences.push(other);
        } else {
            others.push(other);
        }
    }
    heads.push(first);
    heads.extend(others);
}

/// How it ended, with what it said before: all there is to go by where no cause is known.
fn quote(first: &mut Finding) {
    let Some(words) = first.consequences.iter().find(|finding| finding.rule == "last-words") else {
        return;
    };
    if first.rule == "last-words" {
        return;
    }
    if let Some((_, said)) = words.title.split_once(": ") {
        first.title = format!("{}; its last words: {said}", first.title);
        first.sentence =
            format!("{}; before that it said: {said}", first.sentence.trim_end_matches('.'));
    }
    first.evidence.extend(words.evidence.first().cloned());
}

/// Rules that tell of which command the exit status is that [`END`] tells.
const ENDS: [&str; 2] = ["pre-command-failed", "hook-failed"];
/// The rule that tells an exit status and no more.
const END: &str = "exit-status";

/// An exit status that another finding tells together with its command is told there alone.
fn fold_ends(explained: &mut Vec<Finding>) {
    let is_end = |finding: &&Finding| ENDS.contains(&finding.rule);
    let Some(of_command) = explained.iter().find(is_end) else { return };
    let (service, severity) = (of_command.service.clone(), of_command.severity);
    let is_repeated = |finding: &Finding| {
        finding.rule == END && finding.service == service && finding.severity <= severity
    };
    let Some(at) = explained.iter().position(is_repeated) else { return };
    let repeated = explained.remove(at);
    if let Some(of_command) = explained.iter_mut().find(|finding| ENDS.contains(&finding.rule)) {
        for evidence in repeated.evidence {
            if !is_told(&of_command.evidence, &evidence) {
                of_command.evidence.push(evidence);
            }
        }
        of_command.consequences.extend(repeated.consequences);
    }
}

/// Whether two findings of a rule are proven by the same path: a directory that refuses, and two files in it.
fn is_same_place(one: &Finding, other: &Finding) -> bool {
    let mut paths =
        other.evidence.iter().filter(|proof| matches!(proof.source, Source::Path { .. }));
    one.rule == other.rule
        && paths.any(|proof| one.evidence.iter().any(|known| known.source == proof.source))
}

/// The first cause with what it explains beneath, then the other causes, then what stands for itself.
pub(super) fn arrange(ranked: Vec<Ranked>) -> Vec<Finding> {
    let mut heads = Vec::new();
    let mut explained = Vec::new();
    let mut separate = Vec::new();
    for Ranked { finding, .. } in ranked {
        match finding.role {
            Role::Cause => heads.push(finding),
            Role::Mechanism | Role::Consequence => explained.push(finding),
            Role::Separate => separate.push(finding),
        }
    }
    fold_ends(&mut explained);
    let worst = explained.iter().map(|finding| finding.severity).max();
    absorb(&mut heads);
    match heads.first_mut() {
        // What only may bite later does not explain what is broken now.
        Some(first) if Some(first.severity) >= worst => first.consequences.extend(explained),
        _ => {
            // Mechanisms stand first; of those that are equally bad the first one leads.
            explained.sort_by_key(|finding| Reverse(finding.severity));
            let mut explained = explained.into_iter();
            if let Some(mut first) = explained.next() {
                first.consequences.extend(explained);
                quote(&mut first);
                heads.insert(0, first);
            }
        }
    }
    heads.extend(separate);
    heads.sort_by_key(|finding| Reverse(finding.severity));
    heads
}
