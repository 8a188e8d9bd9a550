//! How long files and functions may be. What is longer stands in the ratchet.

use super::{
    lexer::{Kind, Token, tokens},
    ratchet::{Excess, Section},
    tree::{File, Tree},
};

/// Lines of a file without its test modules.
const CODE_LINES: Section =
    Section { name: "code_lines", limit: 300, thing: "lines besides tests", remedy: SPLIT_FILE };
/// Lines of a whole file; also of one that holds only tests.
const FILE_LINES: Section =
    Section { name: "file_lines", limit: 500, thing: "lines, tests included", remedy: SPLIT_FILE };
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES: Section = Section {
    name: "function_lines",
    limit: 70,
    thing: "lines in one function",
    remedy: "name its steps and give each a function of its own",
};

const SPLIT_FILE: &str = "see whether it holds one idea, and give the other ideas their own files";

/// The sections of the ratchet that this rule fills.
pub const SECTIONS: &[Section] = &[CODE_LINES, FILE_LINES, FUNCTION_LINES];

/// Everything that is longer than its limit.
pub fn excesses(tree: &Tree) -> Vec<Excess> {
    tree.rust().flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<Excess> {
    let all = tokens(&file.text);
    let code: Vec<Token> = all.into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let lines = file.text.lines().count();
    let excess = |section: Section, key: String, value: usize, line: usize| {
        (value > section.limit).then(|| Excess {
            section,
            key,
            value,
            path: file.path.clone(),
            line,
        })
    };
    let mut found = Vec::new();
    found.extend(excess(FILE_LINES, file.path.clone(), lines, 1));
    if !file.is_test() {
        let without_tests = lines.saturating_sub(test_lines(&code));
        found.extend(excess(CODE_LINES, file.path.clone(), without_tests, 1));
    }
    for (name, first, last) in functions(&code) {
        let key = format!("{}::{name}", file.path);
        found.extend(excess(FUNCTION_LINES, key, last + 1 - first, first));
    }
    found
}

/// Name, first and last line of every function with a body.
fn functions(code: &[Token]) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, pair) in code.windows(2).enumerate() {
        let [keyword, name] = pair else { continue };
        // `fn(u8)` is a type.
        if !keyword.is("fn") || name.kind != Kind::Ident {
            continue;
        }
        if let Some(last) = end_of_item(code, at + 2) {
            found.push((name.text.to_owned(), keyword.line, last));
        }
    }
    found
}

/// The line of the brace that closes the item whose head goes on at `from`; `None` for an item
/// that ends in a semicolon.
fn end_of_item(code: &[Token], from: usize) -> Option<usize> {
    let mut rest = code.iter().skip(from);
    let mut depth = 0_usize;
    for token in rest.by_ref() {
        match token.text {
            "(" | "[" if token.kind == Kind::Punct => depth += 1,
            ")" | "]" if token.kind == Kind::Punct => depth = depth.saturating_sub(1),
            ";" if depth == 0 && token.kind == Kind::Punct => return None,
            "{" if depth == 0 && token.kind == Kind::Punct => break,
            _ => {}
        }
    }
    let mut open = 1_usize;
    for token in rest {
        if token.is("{") {
            open += 1;
        } else if token.is("}") {
            open -= 1;
            if open == 0 {
                return Some(token.line);
            }
        }
    }
    None
}

/// How many lines stand under `#[cfg(test)]`.
fn test_lines(code: &[Token]) -> usize {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut sum = 0;
    let mut past = 0;
    for (at, window) in code.windows(ATTRIBUTE.len()).enumerate() {
        let is_attribute = window.iter().zip(ATTRIBUTE).all(|(token, text)| token.is(text));
        let Some(first) = window.first().map(|token| token.line) else { continue };
        if !is_attribute || first <= past {
            continue;
        }
        // Further attributes have balanced brackets, so the item's head may begin with them.
        if let Some(last) = end_of_item(code, at + ATTRIBUTE.len()) {
            sum += last + 1 - first;
            past = last;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{functions, of_file, test_lines, tokens};
    use crate::tidy::tree::File;

    const SOURCE: &str = "trait T {\n    fn head(&self, x: [u8; 2]);\n}\n\
        fn short() -> [u8; 1] {\n    [b'}']\n}\n\
        #[cfg(test)]\n#[allow(x)]\nmod tests {\n    fn t() { fn(u8); }\n}\n";

    #[test]
    fn functions_are_found_with_their_ends() {
        let found = functions(&tokens(SOURCE));
        assert_eq!(found, [("short".to_owned(), 4, 6), ("t".to_owned(), 10, 10)]);
    }

    #[test]
    fn test_modules_do_not_count_as_code() {
        assert_eq!(test_lines(&tokens(SOURCE)), 5);
        assert_eq!(test_lines(&tokens("#[cfg(test)]\nmod tests;\nfn a() {\n}\n")), 0);
    }

    #[test]
    fn long_things_are_named() {
        let text = format!("fn long() {{\n{}}}\n", "    f();\n".repeat(300));
        let file = File { path: "a/src/b.rs".into(), text };
        let found: Vec<(&str, String, usize)> =
            of_file(&file).into_iter().map(|e| (e.section.name, e.key, e.value)).collect();
        assert_eq!(
            found,
            [
                ("code_lines", "a/src/b.rs".to_owned(), 302),
                ("function_lines", "a/src/b.rs::long".to_owned(), 302)
            ]
        );
    }

    #[test]
    fn a_test_file_may_be_longer() {
        let file = File { path: "a/tests/b.rs".into(), text: "\n".repeat(400) };
        assert!(of_file(&file).is_empty());
    }
}
