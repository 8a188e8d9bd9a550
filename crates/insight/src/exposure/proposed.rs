//! Settings that a report proposes.

use crate::finding::Report;

/// What decides who a service is: never set without thought.
const NOT_ALONE: &[&str] = &["User", "Group", "DynamicUser", "RootDirectory"];

/// The settings for a drop-in that the findings of a report propose, each once: section and `KEY=VALUE`. Of two
/// settings of one key that are no lists, the first one counts: it is of the worse finding.
pub fn proposed(report: &Report) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let remedies = report.findings.iter().flat_map(|finding| finding.remedies.iter());
    for (section, assignment) in remedies.flat_map(|remedy| remedy.settings.iter()) {
        let key = assignment.split('=').next().unwrap_or_default();
        let is_there = all
            .iter()
            .any(|(known, other)| known == section && other.split('=').next() == Some(key));
        if !is_there && !NOT_ALONE.contains(&key) {
            all.push((section.clone(), assignment.clone()));
        }
    }
    all
}
