//! Regular expressions over names, as `killall -r` takes them: regex(7)'s extended ones.
//!
//! The crate follows all ways to match at once, so that no pattern takes for ever. What POSIX leaves
//! undefined (a `*` in front) it refuses, and it knows more than POSIX (`\\d`), which does no harm.

use regex::bytes::{Regex, RegexBuilder};

/// Most memory that a pattern may need, in bytes.
const LARGEST: usize = 1 << 20;

/// A pattern.
#[derive(Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a pattern; `None`: it is none, or too large.
    pub fn parse(text: &[u8], ignore_case: bool) -> Option<Pattern> {
        let text = std::str::from_utf8(text).ok()?;
        let mut pattern = RegexBuilder::new(text);
        let pattern = pattern.case_insensitive(ignore_case).unicode(false).size_limit(LARGEST);
        pattern.build().ok().map(Pattern)
    }

    /// Whether it matches somewhere in the name.
    pub fn is_in(&self, name: &[u8]) -> bool {
        self.0.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(pattern: &str, name: &str) -> bool {
        Pattern::parse(pattern.as_bytes(), false).unwrap().is_in(name.as_bytes())
    }

    #[test]
    fn patterns_match_as_posix_has_it() {
        for (pattern, name) in [
            ("ng", "nginx"),
            ("^nginx$", "nginx"),
            ("^(nginx|httpd)$", "httpd"),
            ("^n.*x$", "nginx"),
            ("^a{2,3}b?$", "aaa"),
            ("^a{2,}$", "aaaa"),
            ("[[:digit:]]+$", "worker12"),
            ("^[^a-m]", "nginx"),
            ("^[]x-]+$", "]-x"),
            ("a\\.b", "a.b"),
            ("(a|b)*c", "ababc"),
            ("", "anything"),
            ("x|", "y"),
        ] {
            assert!(is_in(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("^ng$", "nginx"), ("a\\.b", "axb"), ("^a{2}$", "aaa"), ("[[:upper:]]", "nginx")]
        {
            assert!(!is_in(pattern, name), "{pattern} {name}");
        }
        assert!(Pattern::parse(b"^NG", true).unwrap().is_in(b"nginx"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["(", "(a", "[a", "a{3,2}", "*a", "[b-a]", "\\"] {
            assert!(Pattern::parse(text.as_bytes(), false).is_none(), "{text}");
        }
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        let name = "a".repeat(200);
        assert!(!is_in("(a*)*(a*)*(a|a)*b", &name));
        assert!(Pattern::parse("(".repeat(10_000).as_bytes(), false).is_none());
        assert!(Pattern::parse(b"((((a{255}){255}){255}){255})", false).is_none());
    }
}
