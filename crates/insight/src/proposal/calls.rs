//! `SystemCallFilter=`: groups that cover what was used, and single calls beside them.

use std::collections::BTreeSet;

use unit::values::sandbox::system_calls::{group, known};

use super::Draft;

const KEY: &str = "SystemCallFilter";
const BASE: &str = "@system-service";
/// Groups that are taken out of the base where few of their calls, or none, were used.
const TAKEN_OUT: &[&str] = &["@privileged", "@resources"];
/// Groups that come back as a whole once one of their calls was used: who uses one uses another tomorrow.
const WHOLE: &[&str] = &["@chown", "@setuid"];

/// `SystemCallArchitectures=`.
pub fn architectures(draft: &mut Draft<'_>) {
    if !draft.may_filter() {
        return;
    }
    let foreign: Vec<&str> = draft.seen.foreign_architectures.iter().map(String::as_str).collect();
    match foreign.as_slice() {
        [] => draft.set(
            "SystemCallArchitectures",
            "native",
            "no call of another architecture was made",
        ),
        foreign => draft
            .leave("SystemCallArchitectures", format!("calls of {} were made", foreign.join(", "))),
    }
}

/// `SystemCallFilter=`, `SystemCallErrorNumber=`.
pub fn filter(draft: &mut Draft<'_>) {
    if !draft.may_filter() {
        return draft.leave(KEY, "it runs programs that take other rights");
    }
    if !draft.seen.foreign_architectures.is_empty() {
        return draft.leave(KEY, "calls of another architecture are not told apart");
    }
    let used: BTreeSet<&str> = draft.seen.calls.keys().filter_map(|name| known(name)).collect();
    let base = members(BASE);
    draft.reset(KEY);
    draft.push(KEY, BASE, format!("{} different system calls were made", used.len()));
    let beside: BTreeSet<&str> = used.difference(&base).copied().collect();
    let is_quiet = draft.seen.start_seen && !draft.has_logins();
    if is_quiet {
        draft.push(KEY, &format!("~{}", TAKEN_OUT.join(" ")), "hardly any of these was made");
        let taken: BTreeSet<&str> = TAKEN_OUT.iter().flat_map(|name| members(name)).collect();
        let back: BTreeSet<&str> =
            used.intersection(&taken).filter(|name| base.contains(*name)).copied().collect();
        allow(draft, &back, "those of them that were made");
    }
    allow(draft, &beside, "made, and not among what services usually make");
    draft.set(
        "SystemCallErrorNumber",
        "EPERM",
        "a call that is refused fails, instead of ending the service",
    );
}

/// Allows these, groups as a whole where that is the rule.
fn allow(draft: &mut Draft<'_>, calls: &BTreeSet<&str>, why: &str) {
    let mut words: Vec<&str> = Vec::new();
    let mut left = calls.clone();
    for name in WHOLE {
        let all = members(name);
        if left.iter().any(|call| all.contains(call)) {
            words.push(name);
            left.retain(|call| !all.contains(call));
        }
    }
    words.extend(left);
    if !words.is_empty() {
        draft.push(KEY, &words.join(" "), why);
    }
}

/// All calls of a group, those of groups in it included.
fn members(name: &str) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    let mut open: Vec<&'static str> =
        group(name).into_iter().flat_map(|group| group.members()).collect();
    while let Some(member) = open.pop() {
        match member.starts_with('@') {
            true => open.extend(group(member).into_iter().flat_map(|group| group.members())),
            false => drop(all.insert(member)),
        }
    }
    all
}
