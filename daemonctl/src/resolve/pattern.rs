//! Patterns of names, as glob(7) has them: `*`, `?`, `[a-z]`, `[!0-9]`.

/// A pattern.
#[derive(Debug, Clone)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Any,
    One,
    Exactly(char),
    Of { negated: bool, ranges: Vec<(char, char)> },
}

/// Whether a word is a pattern and not a name.
pub fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?', '['])
}

impl Pattern {
    /// Takes a text apart. A bracket that is not closed stands for itself.
    pub fn new(text: &str) -> Pattern {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::One,
                '[' => match set(rest.as_str()) {
                    Some((part, after)) => {
                        rest = after.chars();
                        part
                    }
                    None => Part::Exactly('['),
                },
                '\\' => Part::Exactly(rest.next().unwrap_or('\\')),
                other => Part::Exactly(other),
            });
        }
        Pattern(parts)
    }

    /// Whether it is the whole of `text`. Only the last `*` is ever tried again, so that the cost is at
    /// most the product of the lengths.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut part, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.0.get(part), text.get(at)) {
                (None, None) => return true,
                (Some(Part::Any), _) => {
                    retry = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                (Some(wanted), Some(c)) if wanted.is(*c) => {
                    (part, at) = (part + 1, at + 1);
                    continue;
                }
                _ => {}
            }
            match retry {
                Some((after, from)) if from < text.len() => {
                    retry = Some((after, from + 1));
                    (part, at) = (after, from + 1);
                }
                _ => return false,
            }
        }
    }

    /// The same for the name of a service, whose `.service` may be left out.
    pub fn matches_service(&self, name: &str) -> bool {
        self.matches(name) || name.strip_suffix(".service").is_some_and(|stem| self.matches(stem))
    }
}

impl Part {
    fn is(&self, c: char) -> bool {
        match self {
            Part::Any => false,
            Part::One => true,
            Part::Exactly(wanted) => *wanted == c,
            Part::Of { negated, ranges } => {
                *negated != ranges.iter().any(|(first, last)| (*first..=*last).contains(&c))
            }
        }
    }
}

/// What stands between brackets, and what follows them. A `]` that comes first is one of the set.
fn set(text: &str) -> Option<(Part, &str)> {
    let (negated, text) = match text.strip_prefix(['!', '^']) {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            ']' if !ranges.is_empty() => {
                return Some((Part::Of { negated, ranges }, rest.as_str()));
            }
            first => {
                let mut after = rest.clone();
                let last = match (after.next(), after.next()) {
                    (Some('-'), Some(last)) if last != ']' => {
                        rest = after;
                        last
                    }
                    _ => first,
                };
                ranges.push((first, last));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_glob_has_them() {
        for (pattern, yes, no) in [
            ("php*", "php8.2-fpm", "aphp"),
            ("*d", "sshd", "sshde"),
            ("tty?", "tty1", "tty10"),
            ("[a-c]x", "bx", "dx"),
            ("[!a-c]x", "dx", "bx"),
            ("[]a]", "]", "b"),
            ("a*b*c", "aXbYbZc", "aXcYb"),
            ("[ab", "[ab", "a"),
            ("\\*", "*", "a"),
            ("é?", "éü", "é"),
        ] {
            assert!(Pattern::new(pattern).matches(yes), "{pattern} {yes}");
            assert!(!Pattern::new(pattern).matches(no), "{pattern} {no}");
        }
        assert!(Pattern::new("*").matches("") && !Pattern::new("").matches("a"));
    }

    #[test]
    fn the_suffix_of_a_service_may_be_left_out() {
        assert!(Pattern::new("*d").matches_service("sshd.service"));
        assert!(Pattern::new("*.service").matches_service("sshd.service"));
        assert!(!Pattern::new("*d").matches_service("sshd.socket"));
    }

    #[test]
    fn many_stars_cost_little() {
        let begun = std::time::Instant::now();
        assert!(!Pattern::new(&format!("{}b", "*a".repeat(50))).matches(&"a".repeat(5_000)));
        assert!(begun.elapsed().as_secs() < 5);
    }
}
