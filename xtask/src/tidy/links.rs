//! Links in Markdown that point to files of the repository: the files are there.

use super::{
    Problem,
    tree::{File, Tree},
};
use crate::workspace::Workspace;

/// Every link to a file that is not there.
pub fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let markdown = tree.files.iter().filter(|file| file.path.ends_with(".md"));
    markdown.flat_map(|file| of_file(file, |path| workspace.root.join(path).exists())).collect()
}

fn of_file(file: &File, exists: impl Fn(&str) -> bool) -> Vec<Problem> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut problems = Vec::new();
    let mut in_fence = false;
    for (number, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        for link in links(line) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || is_elsewhere(path) {
                continue;
            }
            let from_root = match path.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None if folder.is_empty() => path.to_owned(),
                None => format!("{folder}/{path}"),
            };
            if !exists(&from_root) {
                let what = format!("the link `{link}` points to no file");
                let remedy = format!("write the file, or mend the path (seen from `{folder}/`)");
                problems.push(Problem::new(&file.path, number + 1, what, remedy));
            }
        }
    }
    problems
}

fn is_elsewhere(link: &str) -> bool {
    ["http:", "https:", "mailto:"].iter().any(|scheme| link.starts_with(scheme))
}

/// The targets of `[text](target)` and of `[label]: target`, outside inline code.
fn links(line: &str) -> Vec<&str> {
    // Every second piece between backticks is code.
    let prose = || line.split('`').step_by(2);
    let inline = prose().flat_map(|piece| piece.split("](").skip(1)).filter_map(|rest| {
        let inside = rest.split([')', ' ']).next()?;
        Some(inside.trim_matches(['<', '>']))
    });
    let label = line.strip_prefix('[').and_then(|rest| {
        let (label, target) = rest.split_once("]: ")?;
        (!label.starts_with('^') && !target.trim().contains(' ')).then(|| target.trim())
    });
    inline.chain(label).collect()
}

#[cfg(test)]
mod tests {
    use super::{links, of_file};
    use crate::tidy::tree::File;

    #[test]
    fn links_are_found() {
        assert_eq!(
            links("a [b](c.md) ![d](<e.png>) [f](g.md \"title\")"),
            ["c.md", "e.png", "g.md"]
        );
        assert_eq!(links("[`code`](c.md) `[no](x)`"), ["c.md"]);
        assert_eq!(links("[label]: docs/a.md"), ["docs/a.md"]);
        assert!(links("[x] not a link (y)").is_empty());
    }

    #[test]
    fn missing_files_are_named() {
        let text = "[a](b.md)\n```\n[a](no.md)\n```\n[c](https://x) [d](#e) [f](../g.md#h)\n";
        let file = File { path: "docs/x.md".into(), text: text.into() };
        let found = of_file(&file, |path| path == "docs/b.md");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 5);
    }
}
