//! `docs/findings.md`, made from the table.

use std::fmt::Write as _;

use super::{Chapter, Need, Rule, rules};
use crate::clues::table;

const TOP: &str = "\
# Findings

What `daemonctl diagnose` and `daemonctl audit` look for: the table of rules in `crates/insight/src/rules` makes this
page (`UPDATE=1 cargo test -p insight --test findings_doc`). A rule's name is stable: it stands in `--json` as `rule`.

- A **cause** is what would have to change; a **mechanism** is how it ended; a **consequence** is what followed. Causes
  stand first, with what they explain beneath them.
- **Error**: it is broken now. **Warning**: it works, and it will bite. **Info**: worth knowing. A service that works has
  no errors.
- **Needs**: what must be seen for the rule to be tried. What can't be seen is listed, with who would see it.
- No rule asks the network, and none changes anything.
";

/// The page `docs/findings.md`.
pub fn document() -> String {
    let mut page = TOP.to_owned();
    for chapter in
        [Chapter::Start, Chapter::Crash, Chapter::Resources, Chapter::Machine, Chapter::Exposure]
    {
        let (heading, about) = heading(chapter);
        let _ = write!(page, "\n## {heading}\n\n{about}\n");
        let mut seen: Vec<&str> = Vec::new();
        for rule in rules().filter(|rule| rule.chapter == chapter) {
            // Where the same thing shows in several ways, its rows stand together.
            if !seen.contains(&rule.name) {
                seen.push(rule.name);
                entry(&mut page, chapter, rule.name);
            }
        }
    }
    lines(&mut page);
    page
}

fn heading(chapter: Chapter) -> (&'static str, &'static str) {
    match chapter {
        Chapter::Start => ("It does not start", "Why a service can't be started, or ends at once."),
        Chapter::Crash => ("It crashes", "Why a service that ran has ended, or keeps ending."),
        Chapter::Resources => (
            "It uses too much",
            "What a running service uses. Growth is seen only between two looks (`--sample`).",
        ),
        Chapter::Machine => ("The machine", "What harms every service on it."),
        Chapter::Exposure => (
            "It is exposed",
            "What `daemonctl audit` finds: what a service may do and does not need to, and what others may do to it.",
        ),
    }
}

fn entry(page: &mut String, chapter: Chapter, name: &str) {
    let rows: Vec<&Rule> =
        rules().filter(|rule| rule.chapter == chapter && rule.name == name).collect();
    let _ = write!(page, "\n### {name}\n\n");
    for rule in &rows {
        let _ = writeln!(page, "{}", rule.looks_for);
        if !rule.about.is_empty() {
            let _ = writeln!(page, "{}", rule.about);
        }
        let _ = writeln!(page);
    }
    let mut needs: Vec<&str> =
        rows.iter().flat_map(|rule| rule.needs.iter()).map(|need| words(*need)).collect();
    needs.sort_unstable();
    needs.dedup();
    if !needs.is_empty() {
        let _ = writeln!(page, "Needs: {}.", needs.join(", "));
    }
    let mut read: Vec<&str> = rows.iter().flat_map(|rule| rule.read_more.iter()).copied().collect();
    read.sort_unstable();
    read.dedup();
    if !read.is_empty() {
        let _ = writeln!(page, "Read more: {}.", read.join(", "));
    }
}

/// A part of the snapshot, in a few words.
pub fn words(need: Need) -> &'static str {
    match need {
        Need::State => "what its manager says",
        Need::Definition => "its definition",
        Need::Log => "its log",
        Need::KernelLog => "the kernel's log",
        Need::Paths => "what paths are",
        Need::Users => "accounts",
        Need::Programs => "its programs' files",
        Need::Listeners => "who listens",
        Need::ConfigTest => "the test of its configuration",
        Need::Processes => "its processes",
        Need::Cgroup => "its control group",
        Need::CoreDumps => "core dumps",
        Need::Growth => "two looks",
        Need::Dependencies => "what it depends on",
        Need::Machine => "the machine",
    }
}

/// Whose lines are read.
fn lines(page: &mut String) {
    let mut from: Vec<(&str, usize)> = Vec::new();
    for row in table::rows() {
        match from.iter_mut().find(|(name, _)| *name == row.from) {
            Some((_, count)) => *count += 1,
            None => from.push((row.from, 1)),
        }
    }
    from.sort_unstable();
    let names: Vec<String> = from.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    let _ = write!(
        page,
        "\n## Lines of logs\n\n{} kinds of lines are understood, of: {}. The table is \
         `crates/insight/src/clues/table`; each of its rows has a line of the real daemon.\n",
        table::rows().count(),
        names.join(", "),
    );
}

#[cfg(test)]
mod tests {
    use super::super::{Chapter, Purpose, rules};

    #[test]
    fn every_rule_is_documented() {
        for rule in rules() {
            let name = rule.name;
            let is_plain =
                name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(is_plain && !name.is_empty(), "{name}");
            assert!(rule.looks_for.ends_with('.'), "{name}: looks_for is no sentence");
            assert!(rule.looks_for.len() > 20, "{name}: {}", rule.looks_for);
            let is_audit = rule.chapter == Chapter::Exposure;
            assert_eq!(is_audit, rule.purpose == Purpose::Audit, "{name}");
        }
    }
}
