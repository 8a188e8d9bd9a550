//! Patterns for `--file`, as glob(3) takes them: `*`, `?`, `[…]`, `{…,…}`.

use std::fs;
use std::path::PathBuf;

/// The files that a pattern names, in the order of their folders; the pattern itself when there are
/// none.
pub fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for pattern in braces(pattern, 0) {
        let (base, rest) = match pattern.strip_prefix('/') {
            Some(rest) => ("/", rest),
            None => ("", pattern.as_str()),
        };
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        descend(base.to_owned(), &parts, &mut found);
    }
    if found.is_empty() { vec![PathBuf::from(pattern)] } else { found }
}

/// All texts that a pattern's braces stand for. Nested deeper than that they stand for themselves.
fn braces(pattern: &str, depth: u32) -> Vec<String> {
    let Some((before, alternatives, after)) = first_brace(pattern).filter(|_| depth < 16) else {
        return vec![pattern.to_owned()];
    };
    alternatives
        .into_iter()
        .flat_map(|alternative| braces(&format!("{before}{alternative}{after}"), depth + 1))
        .collect()
}

fn first_brace(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    let open = pattern.find('{')?;
    let (before, inside) = pattern.split_at_checked(open)?;
    let inside = inside.strip_prefix('{')?;
    let mut depth = 0_u32;
    let mut alternatives = Vec::new();
    let mut begin = 0;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b',' if depth == 0 => {
                alternatives.push(inside.get(begin..at)?);
                begin = at + 1;
            }
            b'}' if depth == 0 => {
                alternatives.push(inside.get(begin..at)?);
                return Some((before, alternatives, inside.get(at + 1..)?));
            }
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn descend(base: String, parts: &[&str], found: &mut Vec<PathBuf>) {
    let Some((part, rest)) = parts.split_first() else {
        found.push(PathBuf::from(base));
        return;
    };
    let below = |name: &str| match base.as_str() {
        "" => name.to_owned(),
        base if base.ends_with('/') => format!("{base}{name}"),
        base => format!("{base}/{name}"),
    };
    if !part.contains(['*', '?', '[', '\\']) {
        let path = below(part);
        if fs::symlink_metadata(&path).is_ok() {
            descend(path, rest, found);
        }
        return;
    }
    let folder = if base.is_empty() { "." } else { base.as_str() };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // What is hidden is meant only when the pattern says so.
        let is_meant = !name.starts_with('.') || part.starts_with('.');
        if is_meant && fits(part.as_bytes(), name.as_bytes()) {
            let path = below(name);
            if rest.is_empty() || fs::metadata(&path).is_ok_and(|path| path.is_dir()) {
                descend(path, rest, found);
            }
        }
    }
}

/// Whether a name fits one part of a pattern. Time grows with the product of both lengths at most.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // Where to go on when what follows the last star doesn't fit.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            retry = Some((rest, name));
            continue;
        }
        let step = match (pattern, name) {
            ([], []) => return true,
            (_, []) | ([], _) => None,
            (pattern, [first, rest_name @ ..]) => {
                one(pattern, *first).map(|rest_pattern| (rest_pattern, rest_name))
            }
        };
        match (step, retry) {
            (Some(next), _) => (pattern, name) = next,
            (None, Some((after_star, [_, later @ ..]))) => {
                retry = Some((after_star, later));
                (pattern, name) = (after_star, later);
            }
            (None, _) => return false,
        }
    }
}

/// What is left of a pattern whose first element fits that byte.
fn one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [b'?', rest @ ..] => Some(rest),
        [b'\\', literal, rest @ ..] => (*literal == byte).then_some(rest),
        [b'[', inside @ ..] => match class(inside, byte) {
            Some((true, rest)) => Some(rest),
            Some((false, _)) => None,
            // Without its end a bracket is a bracket.
            None => (byte == b'[').then_some(inside),
        },
        [literal, rest @ ..] => (*literal == byte).then_some(rest),
        [] => None,
    }
}

/// Whether a byte is in `…]`, and what follows.
fn class(inside: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (is_negated, mut rest) = match inside {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut is_in = false;
    let mut is_first = true;
    loop {
        rest = match rest {
            [b']', rest @ ..] if !is_first => return Some((is_in != is_negated, rest)),
            [low, b'-', high, rest @ ..] if *high != b']' => {
                is_in |= (*low..=*high).contains(&byte);
                rest
            }
            [single, rest @ ..] => {
                is_in |= *single == byte;
                rest
            }
            [] => return None,
        };
        is_first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns() {
        for (pattern, name, expected) in [
            ("*.journal", "system.journal", true),
            ("*.journal", "system.journal~", false),
            ("system@*", "system@1-2.journal", true),
            ("*a*b*c", "xxaybzzc", true),
            ("*a*b*c", "xxaybzz", false),
            ("?ystem", "system", true),
            ("?", "", false),
            ("[a-cs]ystem", "system", true),
            ("[!s]ystem", "system", false),
            ("[]x]", "]", true),
            ("[x", "[x", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
        // No pattern takes for ever.
        assert!(!fits(
            &b"*a".repeat(40),
            &b"a".repeat(3000).into_iter().chain(*b"b").collect::<Vec<_>>()
        ));
    }

    #[test]
    fn alternatives() {
        assert_eq!(braces("a{b,c{d,e}}f", 0), ["abf", "acdf", "acef"]);
        assert_eq!(braces("a{b", 0), ["a{b"]);
        assert_eq!(braces("{,a}b", 0), ["b", "ab"]);
    }

    #[test]
    fn files_of_a_folder() {
        let folder = std::env::temp_dir().join(format!("glob-{}", std::process::id()));
        fs::create_dir_all(folder.join("m1")).unwrap();
        for name in ["a.journal", "b.journal", ".c.journal", "m1/d.journal"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let find = |pattern: &str| {
            let mut found: Vec<String> = expand(&format!("{}/{pattern}", folder.display()))
                .iter()
                .map(|path| path.strip_prefix(&folder).unwrap().display().to_string())
                .collect();
            found.sort();
            found
        };
        assert_eq!(find("*.journal"), ["a.journal", "b.journal"]);
        assert_eq!(find("*/*.journal"), ["m1/d.journal"]);
        assert_eq!(find("{a,.c}.journal"), [".c.journal", "a.journal"]);
        assert_eq!(find("none*"), ["none*"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
