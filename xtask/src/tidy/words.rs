//! The repository speaks of the product alone: no paths of a machine that it was made on.

use super::{Problem, tree::Tree};

/// What must not stand in a file. In two pieces, so that this file does not break its own rule.
/// A path counts only where it begins: `a/b/` is not in `x/a/b/`.
const WORDS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/fa", "rm/"),
    ("/tmp/bri", "ef"),
    ("/tmp/tar", "get-"),
    ("/tmp/pe", "ers"),
    (".libr", "ary/"),
    (".mir", "ror/"),
    ("before-", "stop"),
    ("r-se", "ed-"),
];

/// Every place where one stands.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(word) = found(line) {
                let what = format!("`{word}` is of a machine, not of the product");
                let remedy = "say it without: a path from the root, a temporary folder, nothing";
                problems.push(Problem::new(&file.path, number + 1, what, remedy));
            }
        }
    }
    problems
}

fn found(line: &str) -> Option<String> {
    WORDS.iter().map(|(head, tail)| format!("{head}{tail}")).find(|word| {
        line.match_indices(word.as_str()).any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default().chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "._-".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, found};

    #[test]
    fn words_are_found_where_they_begin() {
        for (head, tail) in WORDS {
            assert!(found(&format!("see {head}{tail}x")).is_some(), "{head}{tail}");
        }
        assert_eq!(found(concat!("home", "/wo", "rk/x")), None);
        assert!(found(concat!("(`", "/wo", "rk/x`)")).is_some());
    }
}
