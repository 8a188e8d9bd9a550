//! What comes from outside: under which licences, in how many versions, and why at all. From
//! `cargo metadata` alone, so it works offline.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Problem,
    ratchet::{Excess, Section},
    spdx,
};
use crate::{
    error::{Result, read_text},
    workspace::{Package, Workspace},
};

const DENY: &str = "deny.toml";
const REASONS: &str = "docs/dependencies.md";

/// Crates that are there in more than one version.
const VERSIONS: Section = Section {
    name: "crate_versions",
    limit: 1,
    thing: "versions of one crate",
    remedy: "see `cargo tree --duplicates`: bring them together, or record it with --allow-grow",
};

/// The sections of the ratchet that this rule fills.
pub const SECTIONS: &[Section] = &[VERSIONS];

/// Licences that are not allowed, and direct dependencies without a line that says what for.
pub fn check(workspace: &Workspace) -> Result<Vec<Problem>> {
    let text = read_text(&workspace.root.join(DENY))?;
    let mut problems = licences(outsiders(workspace), &allowed(&text));
    // While there is no such file, every dependency lacks its line.
    let reasons = read_text(&workspace.root.join(REASONS)).unwrap_or_default();
    problems.extend(unexplained(&direct(workspace), &reasons));
    Ok(problems)
}

/// Every crate in more than one version.
pub fn versions(workspace: &Workspace) -> Vec<Excess> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in outsiders(workspace) {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions.retain(|_, versions| versions.len() > VERSIONS.limit);
    let excess = |(name, versions): (&str, Vec<&str>)| Excess {
        section: VERSIONS,
        key: name.to_owned(),
        value: versions.len(),
        path: "Cargo.lock".into(),
        line: 1,
    };
    versions.into_iter().map(excess).collect()
}

fn outsiders(workspace: &Workspace) -> impl Iterator<Item = &Package> {
    workspace.packages.values().filter(|package| !package.is_member)
}

/// The names that the members' manifests depend on, tests included, with who does.
fn direct(workspace: &Workspace) -> BTreeMap<&str, &str> {
    let mut direct = BTreeMap::new();
    for (_, member) in workspace.members() {
        for edge in &member.edges {
            let package = workspace.packages.get(&edge.to).filter(|package| !package.is_member);
            if let Some(package) = package {
                direct.entry(package.name.as_str()).or_insert(member.name.as_str());
            }
        }
    }
    direct
}

/// The strings of the array `allow` in deny.toml.
fn allowed(deny: &str) -> Vec<String> {
    let list = deny.lines().skip_while(|line| !line.trim_start().starts_with("allow = ["));
    list.take_while(|line| line.trim() != "]")
        .filter_map(|line| line.trim().trim_end_matches(',').strip_prefix('"')?.strip_suffix('"'))
        .map(str::to_owned)
        .collect()
}

fn licences<'a>(packages: impl Iterator<Item = &'a Package>, allowed: &[String]) -> Vec<Problem> {
    let objection = |package: &Package| {
        let licence = package.licence.as_deref().unwrap_or("none named");
        if spdx::is_satisfied(licence, allowed) {
            return None;
        }
        let what = format!("{} {}: licence {licence}", package.name, package.version);
        let remedy = "do without the crate, or allow its licence there if it suits the project's";
        Some(Problem::new(DENY, 1, what, remedy))
    };
    packages.filter_map(objection).collect()
}

/// Dependencies without a line in the reasons, and lines about what is no dependency (any more).
/// A line is a table row or list item that begins with the crate's name in backticks.
fn unexplained(direct: &BTreeMap<&str, &str>, reasons: &str) -> Vec<Problem> {
    let mut explained = BTreeSet::new();
    let mut problems = Vec::new();
    for (number, line) in reasons.lines().enumerate() {
        let Some(rest) = line.strip_prefix("| `").or_else(|| line.strip_prefix("- `")) else {
            continue;
        };
        // One line may explain a family: "`serde`, `serde_json`: …".
        let end = rest.find(['|', ':']).unwrap_or(rest.len());
        for name in rest.get(..end).unwrap_or_default().split('`').step_by(2) {
            explained.insert(name);
            if !direct.contains_key(name) {
                let what = format!("`{name}` is no direct dependency of any crate here");
                problems.push(Problem::new(REASONS, number + 1, what, "remove the line"));
            }
        }
    }
    for (name, by) in direct.iter().filter(|(name, _)| !explained.contains(*name)) {
        let what = format!("`{name}` (used by `{by}`) has no line");
        let remedy = format!("add \"| `{name}` | what for | what else was looked at |\"");
        problems.push(Problem::new(REASONS, 1, what, remedy));
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{allowed, unexplained};

    #[test]
    fn the_allow_list_is_read() {
        let deny =
            "[licenses]\n# c\nallow = [\n    \"MIT\",\n    \"A WITH B\",\n]\n[x]\ny = \"z\"\n";
        assert_eq!(allowed(deny), ["MIT", "A WITH B"]);
    }

    #[test]
    fn every_dependency_has_its_line() {
        let direct = BTreeMap::from([("serde", "a"), ("serde_json", "a"), ("rustix", "b")]);
        let all =
            "| crate | for |\n|---|---|\n| `serde`, `serde_json` | JSON `x` |\n- `rustix`: y\n";
        assert!(unexplained(&direct, all).is_empty());
        let some = "| `serde` | JSON |\n| `libc` | old |\n";
        let found: Vec<String> =
            unexplained(&direct, some).into_iter().map(|problem| problem.what).collect();
        assert_eq!(
            found,
            [
                "`libc` is no direct dependency of any crate here",
                "`rustix` (used by `b`) has no line",
                "`serde_json` (used by `a`) has no line"
            ]
        );
    }
}
