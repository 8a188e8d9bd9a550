//! Where `unsafe` may stand, and that each says why it is sound.

use super::{
    Problem,
    lexer::{Kind, Token, tokens},
    rooms,
    tree::{File, Tree},
};

/// The paths under which `unsafe` may stand: a whole folder if they end in a slash.
const ALLOWED: &[&str] = &[
    "crates/launch/src/sys.rs",
    "crates/launch/src/sys/",
    "crates/process/src/sys.rs",
    "crates/process/src/sys/",
    "crates/journal/src/sys.rs",
    "crates/journal/src/sys/",
    "crates/observe/src/sys.rs",
    "crates/observe/src/sys/",
    "xtask/src/bench/sys.rs",
];

/// Every `unsafe` out of place or without its reason, and pure rooms that do not forbid it.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.rust().flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<Problem> {
    let all = tokens(&file.text);
    let mut problems = Vec::new();
    if let Some(room) =
        file.path.strip_prefix("crates/").and_then(|p| p.strip_suffix("/src/lib.rs"))
        && rooms::is_pure(room)
        && !forbids(&all)
    {
        let what = "a pure room that does not forbid unsafe code";
        problems.push(Problem::new(&file.path, 1, what, "write #![forbid(unsafe_code)]"));
    }
    let is_allowed = ALLOWED.iter().any(|place| match place.strip_suffix('/') {
        Some(_) => file.path.starts_with(place),
        None => file.path == *place,
    });
    for (at, token) in all.iter().enumerate() {
        if token.kind != Kind::Ident || token.text != "unsafe" {
            continue;
        }
        if !is_allowed {
            let remedy = "use a safe interface, or move it into the room's sys module";
            let what = "`unsafe` outside the places for it";
            problems.push(Problem::new(&file.path, token.line, what, remedy));
        } else if !is_explained(&all, at) {
            let what = "`unsafe` without its reason";
            let remedy = "write above it `// SAFETY:` and why it is sound (`# Safety` for a fn)";
            problems.push(Problem::new(&file.path, token.line, what, remedy));
        }
    }
    problems
}

fn forbids(all: &[Token]) -> bool {
    const ATTRIBUTE: [&str; 8] = ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"];
    all.windows(ATTRIBUTE.len())
        .any(|window| window.iter().zip(ATTRIBUTE).all(|(token, text)| token.is(text)))
}

/// Whether a comment that ends on this line, or on the lines just above the statement that the
/// token belongs to, gives the reason.
fn is_explained(all: &[Token], at: usize) -> bool {
    let before = all.get(..at).unwrap_or_default().iter().rev();
    // Back to where the statement or item begins; attributes and visibility belong to it.
    let mut in_comments = false;
    for token in before {
        if token.kind == Kind::Comment {
            in_comments = true;
            if token.text.contains("SAFETY:") || token.text.contains("# Safety") {
                return true;
            }
        } else if in_comments || token.is(";") || token.is("{") || token.is("}") {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::of_file;
    use crate::tidy::tree::File;

    fn problems(path: &str, text: &str) -> usize {
        of_file(&File { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn unsafe_has_its_place_and_its_reason() {
        let explained =
            "fn f() {\n    // SAFETY: x lives\n    // as long.\n    let y = unsafe { x };\n}\n";
        assert_eq!(problems("crates/process/src/sys.rs", explained), 0);
        assert_eq!(problems("crates/process/src/sys/a.rs", explained), 0);
        assert_eq!(problems("crates/process/src/lib.rs", explained), 1);
        let bare = "// SAFETY: of another\nfn f() {\n    let y = unsafe { x };\n}\n";
        assert_eq!(problems("crates/launch/src/sys.rs", bare), 1);
        let words = "// unsafe\nconst A: &str = \"unsafe\";\n#![deny(unsafe_code)]\n";
        assert_eq!(problems("crates/process/src/lib.rs", words), 0);
    }

    #[test]
    fn pure_rooms_forbid_it() {
        assert_eq!(problems("crates/present/src/lib.rs", "//! #![forbid(unsafe_code)]\n"), 1);
        assert_eq!(problems("crates/present/src/lib.rs", "#![forbid(unsafe_code)]\n"), 0);
        assert_eq!(problems("crates/process/src/lib.rs", "\n"), 0);
    }
}
