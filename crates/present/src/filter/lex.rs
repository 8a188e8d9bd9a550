//! A filter's source in tokens.

use crate::error::{Part, Problem, QueryError};
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Like,
    Unlike,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What<'s> {
    /// A name, a value, or a word of the language.
    Word(&'s str),
    /// A value in quotes, without them.
    Quoted(Cow<'s, str>),
    Operator(Operator),
    Open,
    Close,
    Comma,
    And,
    Or,
    Not,
    End,
}

/// What, and where: bytes of the source.
#[derive(Clone, Debug)]
pub(super) struct Token<'s> {
    pub what: What<'s>,
    pub start: usize,
    pub end: usize,
}

/// Signs of the language, longer ones before their beginnings.
const SIGNS: [(&str, What<'static>); 17] = [
    ("&&", What::And),
    ("||", What::Or),
    ("==", What::Operator(Operator::Equal)),
    ("!=", What::Operator(Operator::Unequal)),
    ("<>", What::Operator(Operator::Unequal)),
    (">=", What::Operator(Operator::AtLeast)),
    ("<=", What::Operator(Operator::AtMost)),
    ("=~", What::Operator(Operator::Like)),
    ("!~", What::Operator(Operator::Unlike)),
    ("=", What::Operator(Operator::Equal)),
    (">", What::Operator(Operator::Greater)),
    ("<", What::Operator(Operator::Less)),
    ("~", What::Operator(Operator::Like)),
    ("(", What::Open),
    (")", What::Close),
    (",", What::Comma),
    ("!", What::Not),
];

/// The token that begins at or after byte `from`.
pub(super) fn token(source: &str, from: usize) -> Result<Token<'_>, QueryError> {
    let rest = source.get(from..).unwrap_or("");
    let start = source.len() - rest.trim_start().len();
    let rest = source.get(start..).unwrap_or("");
    for (sign, what) in SIGNS {
        if rest.starts_with(sign) {
            return Ok(Token { what, start, end: start + sign.len() });
        }
    }
    let mut symbols = rest.chars();
    match symbols.next() {
        None => Ok(Token { what: What::End, start, end: start }),
        Some(quote @ ('"' | '\'')) => quoted(source, start, quote),
        Some(_) => {
            let word = rest.get(..word_length(rest)).unwrap_or(rest);
            let what = match word {
                _ if word.eq_ignore_ascii_case("and") => What::And,
                _ if word.eq_ignore_ascii_case("or") => What::Or,
                _ if word.eq_ignore_ascii_case("not") => What::Not,
                _ => What::Word(word),
            };
            Ok(Token { what, start, end: start + word.len() })
        }
    }
}

/// A word goes on until something that can't be in one: `!`, `&` and `|` can, where they don't
/// begin a sign.
fn word_length(rest: &str) -> usize {
    rest.char_indices()
        .find(|(at, symbol)| {
            let tail = rest.get(*at..).unwrap_or("");
            symbol.is_whitespace()
                || matches!(symbol, '(' | ')' | ',' | '=' | '<' | '>' | '~' | '"' | '\'')
                || ["&&", "||", "!=", "!~"].iter().any(|sign| tail.starts_with(sign))
        })
        .map_or(rest.len(), |(at, _)| at)
}

fn quoted(source: &str, start: usize, quote: char) -> Result<Token<'_>, QueryError> {
    let inside = source.get(start + 1..).unwrap_or("");
    let mut escaped = false;
    let mut text = Cow::Borrowed("");
    for (at, symbol) in inside.char_indices() {
        if escaped {
            text.to_mut().push(symbol);
            escaped = false;
        } else if symbol == quote {
            let end = start + 1 + at + 1;
            return Ok(Token { what: What::Quoted(text), start, end });
        } else if symbol == '\\' {
            // Only before a quotation mark and itself: patterns for paths stay readable.
            let next = inside.get(at + 1..).and_then(|tail| tail.chars().next());
            escaped = next.is_some_and(|next| next == quote || next == '\\');
            if !escaped {
                text.to_mut().push(symbol);
            }
        } else {
            text.to_mut().push(symbol);
        }
    }
    Err(QueryError::new(Problem::UnclosedQuote, Part::Filter, source, start..start + 1))
}
