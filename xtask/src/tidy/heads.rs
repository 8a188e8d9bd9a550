//! The entrance of a crate: its root says what it is for, and its Cargo.toml takes the lints of
//! the workspace.

use super::{Problem, tree::Tree};
use crate::workspace::{Package, Workspace};

/// Lines of documentation that the root of a library opens with, at least.
const HEAD_LINES: usize = 3;

/// Crates without a head, or with lints of their own.
pub fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let members = workspace.members();
    members.flat_map(|(_, package)| of_package(workspace, tree, package)).collect()
}

fn of_package(workspace: &Workspace, tree: &Tree, package: &Package) -> Vec<Problem> {
    let mut problems = Vec::new();
    for target in &package.targets {
        let wanted = match target.kind.as_str() {
            "lib" => HEAD_LINES,
            "bin" => 1,
            _ => continue,
        };
        let path = workspace.relative(&target.source);
        let Some(file) = tree.get(&path) else { continue };
        if head_lines(&file.text) < wanted {
            let what = format!("the head of `{}` is missing or too short", target.name);
            let remedy = "open it with `//!`: what the room is for, the types to start reading \
                          at, what it deliberately does not do";
            problems.push(Problem::new(&path, 1, what, remedy));
        }
    }
    let manifest = workspace.relative(&package.manifest);
    if !tree.get(&manifest).is_none_or(|file| inherits_lints(&file.text)) {
        let what = "the crate does not take the lints of the workspace";
        problems.push(Problem::new(manifest, 1, what, "write `[lints]` and `workspace = true`"));
    }
    problems
}

/// Lines with words that the file opens with as documentation of itself.
fn head_lines(text: &str) -> usize {
    text.lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .map_while(|line| line.strip_prefix("//!"))
        .filter(|line| !line.trim().is_empty())
        .count()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines
        .find(|line| !line.is_empty())
        .is_some_and(|line| line.replace(' ', "") == "workspace=true")
}

#[cfg(test)]
mod tests {
    use super::{head_lines, inherits_lints};

    #[test]
    fn heads_are_counted_without_empty_lines() {
        assert_eq!(head_lines("\n//! A\n//!\n//! B\n\n//! late\n"), 2);
        assert_eq!(head_lines("// A\n"), 0);
    }

    #[test]
    fn lints_come_from_the_workspace() {
        assert!(inherits_lints("[package]\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[package]\n[lints.rust]\nunsafe_code = \"allow\"\n"));
        assert!(!inherits_lints("[lints]\n\n[dependencies]\nworkspace = true\n"));
    }
}
