//! The tree of a unit's control groups and processes.

use std::collections::BTreeMap;

use crate::names::systemctl::Tool;
use crate::names::systemctl::glyphs::Glyphs;
use crate::names::systemctl::source::{Process, Source};

/// The processes of each control group, by pid.
type Groups<'p> = BTreeMap<&'p str, BTreeMap<u32, &'p str>>;

/// Writes the processes of `unit` below `group`; what the manager does not tell is said.
pub fn write(
    out: &mut String,
    tool: &Tool,
    source: &dyn Source,
    unit: &str,
    group: &str,
    prefix: &str,
) {
    match source.processes(unit) {
        Ok(processes) => tree(out, &tool.glyphs, &processes, group, prefix),
        Err(error) => tool
            .say(&format!("Failed to dump process list for '{unit}', ignoring: {}", error.message)),
    }
}

fn tree(out: &mut String, glyphs: &Glyphs, processes: &[Process], group: &str, prefix: &str) {
    let mut groups: Groups<'_> = BTreeMap::new();
    for process in processes {
        let path = process.group.trim_end_matches('/');
        groups.entry(path).or_default().insert(process.pid, &process.command);
    }
    let root = group.trim_end_matches('/');
    below(out, glyphs, &groups, root, prefix);
    let is_below = |path: &str| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Those that are elsewhere.
    let strays: BTreeMap<u32, &str> = groups
        .iter()
        .filter(|(path, _)| !is_below(path))
        .flat_map(|(_, pids)| pids.clone())
        .collect();
    let width = strays.keys().last().map_or(0, |pid| pid.to_string().len());
    for (pid, command) in strays {
        out.push_str(&format!("{prefix}{} {pid:width$} {command}\n", glyphs.stray));
    }
}

/// One group: its processes, then the groups below it.
fn below(out: &mut String, glyphs: &Glyphs, groups: &Groups<'_>, path: &str, prefix: &str) {
    let children = children(groups, path);
    let empty = BTreeMap::new();
    let pids = groups.get(path).unwrap_or(&empty);
    let width = pids.keys().last().map_or(0, |pid| pid.to_string().len());
    for (index, (pid, command)) in pids.iter().enumerate() {
        let more = index + 1 < pids.len() || !children.is_empty();
        let glyph = if more { glyphs.branch } else { glyphs.last };
        out.push_str(&format!("{prefix}{glyph}{pid:width$} {command}\n"));
    }
    for (index, child) in children.iter().enumerate() {
        let more = index + 1 < children.len();
        let glyph = if more { glyphs.branch } else { glyphs.last };
        let trunk = if more { glyphs.vertical } else { glyphs.space };
        let name = child.rsplit('/').next().unwrap_or(child);
        out.push_str(&format!("{prefix}{glyph}{name}\n"));
        below(out, glyphs, groups, child, &format!("{prefix}{trunk}"));
    }
}

/// The groups right below one that have processes somewhere, by name.
fn children<'p>(groups: &Groups<'p>, path: &str) -> Vec<&'p str> {
    let mut children: Vec<&'p str> = Vec::new();
    for group in groups.keys() {
        let Some(rest) = group.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let length = path.len() + 1 + rest.find('/').unwrap_or(rest.len());
        if let Some(child) = group.get(..length) {
            children.push(child);
        }
    }
    children.sort_unstable();
    children.dedup();
    children
}

#[cfg(test)]
mod tests {
    use super::tree;
    use crate::names::systemctl::glyphs::Glyphs;
    use crate::names::systemctl::source::Process;

    #[test]
    fn groups_below_groups() {
        let process = |group: &str, pid, command: &str| Process {
            group: group.to_owned(),
            pid,
            command: command.to_owned(),
        };
        let processes = [
            process("/a.slice/x.service", 7, "seven"),
            process("/a.slice/x.service", 12, "twelve"),
            process("/a.slice/x.service/sub/deep", 9, "nine"),
            process("/b.slice", 5, "five"),
        ];
        let mut out = String::new();
        let glyphs = Glyphs::of_environment();
        tree(&mut out, &glyphs, &processes, "/a.slice/x.service", "  ");
        let (b, l, s) = (glyphs.branch, glyphs.last, glyphs.stray);
        assert_eq!(
            out,
            format!(
                "  {b} 7 seven\n  {b}12 twelve\n  {l}sub\n    {l}deep\n      {l}9 nine\n  {s} 5 five\n"
            )
        );
    }
}
