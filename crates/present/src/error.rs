//! What is wrong with `--columns`, `--sort` or `--filter`, where, and what to do about it.

use crate::text;
use std::fmt;
use std::ops::Range;

/// The option that could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `--columns`
    Columns,
    /// `--sort`
    Sort,
    /// `--filter`
    Filter,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No column has this name.
    UnknownColumn {
        /// What stands there.
        name: String,
        /// The columns whose names are most like it, best first; may be empty.
        nearest: Vec<&'static str>,
        /// Every column.
        known: Vec<&'static str>,
    },
    /// Every column was taken away.
    NoColumns,
    /// Something else belongs here.
    Expected {
        /// What would be right.
        wanted: &'static str,
        /// What stands there; empty at the end.
        found: String,
    },
    /// A quotation mark without its partner.
    UnclosedQuote,
    /// A parenthesis without its partner.
    UnclosedParenthesis,
    /// More parentheses inside each other than anyone means.
    TooDeep {
        /// How many are allowed.
        limit: usize,
    },
    /// The operator means nothing for the column's kind of value.
    WrongOperator {
        /// The column.
        column: &'static str,
        /// What the column holds, with an article.
        kind: &'static str,
        /// The operators that do mean something.
        allowed: &'static str,
    },
    /// The right-hand side can't be compared with the column.
    BadValue {
        /// What stands there.
        found: String,
        /// The column.
        column: &'static str,
        /// What the column holds, with an article.
        kind: &'static str,
        /// How such values are written.
        example: &'static str,
    },
}

/// A [`Problem`] and its place. `Display` shows the source line, a caret and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong.
    pub problem: Box<Problem>,
    /// In which option.
    pub part: Part,
    /// All that the option was given.
    pub source: String,
    /// First byte of the offending place in `source`.
    pub start: usize,
    /// The byte behind it; not before `start`.
    pub end: usize,
}

impl std::error::Error for QueryError {}

impl QueryError {
    pub(crate) fn new(problem: Problem, part: Part, source: &str, place: Range<usize>) -> Self {
        let Range { start, end } = place;
        Self { problem: Box::new(problem), part, source: source.to_owned(), start, end }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownColumn { name, .. } => write!(f, "there is no column `{}`", short(name)),
            Self::NoColumns => write!(f, "no column is left to show"),
            Self::Expected { wanted, found } if found.is_empty() => {
                write!(f, "expected {wanted}, but here it ends")
            }
            Self::Expected { wanted, found } => {
                write!(f, "expected {wanted}, found `{}`", short(found))
            }
            Self::UnclosedQuote => write!(f, "this quotation mark is never closed"),
            Self::UnclosedParenthesis => write!(f, "this parenthesis is never closed"),
            Self::TooDeep { limit } => {
                write!(f, "more than {limit} parentheses inside each other")
            }
            Self::WrongOperator { column, kind, .. } => {
                write!(f, "this operator is of no use for `{column}`, which holds {kind}")
            }
            Self::BadValue { found, column, kind, .. } => {
                write!(
                    f,
                    "`{}` can't be compared with `{column}`, which holds {kind}",
                    short(found)
                )
            }
        }
    }
}

impl Problem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownColumn { nearest, known, .. } => match nearest.as_slice() {
                [] => format!("columns are: {}", known.join(", ")),
                near => format!("did you mean `{}`?", near.join("`, `")),
            },
            Self::NoColumns => "name at least one column, or leave the option out".to_owned(),
            Self::WrongOperator { allowed, .. } => format!("use one of: {allowed}"),
            Self::BadValue { example, .. } => format!("write it as in: {example}"),
            Self::UnclosedQuote => "a quotation mark inside quotes is written \\\"".to_owned(),
            _ => return None,
        })
    }
}

fn short(text: &str) -> String {
    text::truncate(&text::clean(text.as_bytes()), 40).into_owned()
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = match self.part {
            Part::Columns => "--columns",
            Part::Sort => "--sort",
            Part::Filter => "--filter",
        };
        let before = self.source.get(..self.start).unwrap_or("");
        let place = before.chars().count() + 1;
        if self.source.is_empty() {
            return write!(f, "{option} is empty: {}", self.problem);
        }
        writeln!(f, "{option}, character {place}: {}", self.problem)?;

        // A window around the place: the source may be as long as a command line may be.
        let marked = self.source.get(self.start..self.end).unwrap_or("");
        let after = self.source.get(self.end..).unwrap_or("");
        let head = place.saturating_sub(1 + WINDOW);
        let before: String = before.chars().skip(head).collect();
        let cut = if head > 0 { "…" } else { "" };
        let before = format!("{cut}{}", text::clean(before.as_bytes()));
        let marked = short(marked);
        let after: String = after.chars().take(WINDOW).collect();
        writeln!(f, "  {before}{marked}{}", text::clean(after.as_bytes()))?;
        let blank = text::width(&before);
        let carets = "^".repeat(text::width(&marked).max(1));
        write!(f, "  {:blank$}{carets}", "")?;
        match self.problem.hint() {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Characters shown on either side of the offending place.
const WINDOW: usize = 40;

/// The names most like `name`, best first, at most three.
pub(crate) fn nearest(name: &str, known: &[&'static str]) -> Vec<&'static str> {
    // Long input is nobody's slip of the finger, and the distance costs the product of lengths.
    if name.len() > 40 || name.is_empty() {
        return Vec::new();
    }
    let name = name.to_ascii_lowercase();
    let allowed = 1 + name.len() / 4;
    let mut near: Vec<_> = known
        .iter()
        .filter_map(|known| {
            let part = name.len() > 1 && (known.contains(&name) || name.contains(known));
            let far = if part { 1 } else { distance(&name, known) };
            (far <= allowed).then_some((far, *known))
        })
        .collect();
    near.sort_by_key(|(far, _)| *far);
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Insertions, deletions and replacements that make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (slot, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let here = (diagonal + usize::from(x != y)).min(left + 1).min(*slot + 1);
            diagonal = std::mem::replace(slot, here);
            left = here;
        }
    }
    // The first slot is never written: it is only read when `b` is empty.
    row.last().copied().filter(|_| !b.is_empty()).unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn nearest_names() {
        let known = ["pid", "ppid", "user", "uid", "rss", "cpu"];
        assert_eq!(nearest("usr", &known), ["user"]);
        assert_eq!(nearest("PDI", &known), [] as [&str; 0]);
        assert_eq!(nearest("rss_bytes", &known), ["rss"]);
        assert!(nearest(&"x".repeat(100_000), &known).is_empty());
    }

    #[test]
    fn the_caret_stands_under_the_place_whatever_is_around_it() {
        let source = format!("{}usr\x1b = 1{}", "a".repeat(100), "b".repeat(100));
        let problem = Problem::Expected { wanted: "an operator", found: "usr".into() };
        let error = QueryError::new(problem, Part::Filter, &source, 100..103);
        let text = error.to_string();
        assert!(text.starts_with("--filter, character 101: expected an operator, found `usr`\n"));
        assert!(text.contains("\\e") && !text.contains('\x1b'));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1].chars().position(|c| c == 'u'),
            lines[2].chars().position(|c| c == '^')
        );
        assert!(lines.iter().all(|line| line.chars().count() < 120));
    }
}
