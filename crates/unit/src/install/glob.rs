//! Shell patterns for names, as glob(7) has them: `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]`. A
//! backslash is a character like any other: names of units hold them.

/// Whether a name fits a pattern. Takes time in proportion to both lengths multiplied, at worst.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to try again: behind the last `*`, with one character more of the name in it.
    let mut again: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(p), name.get(n)) {
            (None, None) => return true,
            (Some('*'), _) => {
                again = Some((p + 1, n));
                p += 1;
                continue;
            }
            (Some(_), Some(character)) => one(pattern.get(p..).unwrap_or_default(), *character),
            (None, Some(_)) | (Some(_), None) => None,
        };
        match (step, again) {
            (Some(length), _) => (p, n) = (p + length, n + 1),
            (None, Some((behind, taken))) if taken < name.len() => {
                again = Some((behind, taken + 1));
                (p, n) = (behind, taken + 1);
            }
            (None, _) => return false,
        }
    }
}

/// How long the part of the pattern is that takes this one character, if it does.
fn one(pattern: &[char], character: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match set(pattern, character) {
            Some((length, true)) => Some(length),
            Some((_, false)) => None,
            // No `]` behind it: just a bracket.
            None => (character == '[').then_some(1),
        },
        literal => (*literal == character).then_some(1),
    }
}

/// How long a set in brackets is, and whether the character is in it. `None`: it does not end.
fn set(pattern: &[char], character: char) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let first = if negated { 2 } else { 1 };
    let (mut at, mut is_in) = (first, false);
    loop {
        let low = *pattern.get(at)?;
        // A bracket at the beginning is one of the set.
        if low == ']' && at > first {
            return Some((at + 1, is_in != negated));
        }
        if low == '[' && pattern.get(at + 1) == Some(&':') {
            let rest = pattern.get(at + 2..)?;
            if let Some(length) = rest.windows(2).position(|pair| pair == [':', ']']) {
                let class: String = rest.get(..length)?.iter().collect();
                is_in |= is_of_class(&class, character);
                at += length + 4;
                continue;
            }
        }
        let high = pattern.get(at + 2).filter(|high| **high != ']');
        match (pattern.get(at + 1), high) {
            (Some('-'), Some(high)) => {
                is_in |= (low..=*high).contains(&character);
                at += 3;
            }
            _ => {
                is_in |= low == character;
                at += 1;
            }
        }
    }
}

fn is_of_class(class: &str, character: char) -> bool {
    match class {
        "alnum" => character.is_ascii_alphanumeric(),
        "alpha" => character.is_ascii_alphabetic(),
        "blank" => matches!(character, ' ' | '\t'),
        "cntrl" => character.is_ascii_control(),
        "digit" => character.is_ascii_digit(),
        "graph" => character.is_ascii_graphic(),
        "lower" => character.is_ascii_lowercase(),
        "print" => character.is_ascii_graphic() || character == ' ',
        "punct" => character.is_ascii_punctuation(),
        "space" => character.is_ascii_whitespace(),
        "upper" => character.is_ascii_uppercase(),
        "xdigit" => character.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "a.service"),
            ("a*.service", "a.service"),
            ("a*e", "axxexxe"),
            ("?.service", "a.service"),
            ("[abc].service", "b.service"),
            ("[a-c]", "b"),
            ("[!a-c]", "d"),
            ("[^a-c]", "d"),
            ("[]]", "]"),
            ("[a-]", "-"),
            ("[[:digit:]x]", "7"),
            ("[", "["),
            ("a[", "a["),
            ("a\\x2d*", "a\\x2db"),
            ("*.*.*", "a.b.c"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("a", ""),
            ("?", ""),
            ("a*.socket", "a.service"),
            ("[a-c]", "d"),
            ("[!a-c]", "b"),
            ("[abc", "a"),
            ("[[:digit:]]", "x"),
            ("a", "ab"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"a*".repeat(200), &"a".repeat(199)));
    }
}
