//! Messages that match a pattern.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

/// Whether the case of letters matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// If the pattern has a capital letter.
    #[default]
    Smart,
    /// It does.
    Sensitive,
    /// It does not.
    Insensitive,
}

/// A pattern for messages. Works on bytes: messages need not be text.
#[derive(Clone, Debug)]
pub struct Grep {
    regex: Regex,
}

/// A pattern that makes no sense, or asks for more than patterns here can.
#[derive(Debug)]
pub struct BadPattern(pub String);

impl std::fmt::Display for BadPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Grep {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It makes no sense, or looks around or back: that costs time without a bound.
    pub fn new(pattern: &str, case: Case) -> Result<Grep, BadPattern> {
        let is_insensitive = match case {
            Case::Smart => !pattern.bytes().any(|byte| byte.is_ascii_uppercase()),
            Case::Sensitive => false,
            Case::Insensitive => true,
        };
        let build = |unicode| {
            RegexBuilder::new(pattern).unicode(unicode).case_insensitive(is_insensitive).build()
        };
        // Classes of letters beyond ASCII need to know that text is UTF-8.
        build(false)
            .or_else(|error| build(true).map_err(|_| error))
            .map(|regex| Grep { regex })
            .map_err(|error| {
                let text = error.to_string();
                let why = text.lines().rev().find_map(|line| line.strip_prefix("error: "));
                BadPattern(why.map_or_else(|| text.trim().to_owned(), str::to_owned))
            })
    }

    /// Where the first match is.
    pub fn find(&self, message: &[u8]) -> Option<Range<usize>> {
        self.regex.find(message).map(|found| found.range())
    }

    /// Whether there is one.
    pub fn is_match(&self, message: &[u8]) -> bool {
        self.regex.is_match(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pattern: &str, case: Case, message: &[u8]) -> Option<Range<usize>> {
        Grep::new(pattern, case).unwrap().find(message)
    }

    #[test]
    fn case_matters_if_the_pattern_has_a_capital_letter() {
        assert_eq!(at("oops", Case::Smart, b"An OOPS"), Some(3..7));
        assert_eq!(at("Oops", Case::Smart, b"An OOPS"), None);
        assert_eq!(at("Oops", Case::Insensitive, b"An OOPS"), Some(3..7));
        assert_eq!(at("oops", Case::Sensitive, b"An OOPS"), None);
    }

    #[test]
    fn messages_are_bytes() {
        assert_eq!(at("b.c", Case::Smart, b"a\xffb\xffc"), Some(2..5));
        assert_eq!(at("gr\u{fc}n", Case::Smart, "ist gr\u{fc}n".as_bytes()), Some(4..9));
        assert_eq!(at("[\u{fc}x]n", Case::Sensitive, "gr\u{fc}n".as_bytes()), Some(2..5));
    }

    #[test]
    fn a_bad_pattern_says_why() {
        for pattern in ["(", "a(?=b)", r"(a)\1", "[z-a]"] {
            let BadPattern(why) = Grep::new(pattern, Case::Smart).unwrap_err();
            assert!(!why.is_empty() && !why.contains('\n'), "{pattern}: {why:?}");
        }
    }
}
