//! Splitting a value into words: quoting and C escapes (systemd.syntax(7), QUOTING).
//!
//! Every directive that takes several words says with [`Rules`] which characters part them and what
//! quotes and backslashes mean; [`Words`] then yields each word with its place in the value. A word
//! borrows from the value wherever no character had to be changed.

mod escapes;
mod quoting;
mod rules;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, iter::FusedIterator, ops::Range};

use crate::diagnostic::Problem;

pub use escapes::unescape;
pub use quoting::quote;
pub(crate) use quoting::shown;
pub use rules::{BLANKS, Escapes, Quotes, Rules};

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word, quotes removed and escapes replaced.
    pub text: Cow<'t, str>,
    /// Its bytes in the value, quotes and escapes included.
    pub at: Range<usize>,
    /// The separator behind it, where there is one.
    pub ended_by: Option<u8>,
}

/// What is wrong with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A quote that isn't closed.
    Quote,
    /// An escape that is unknown or incomplete.
    Escape,
    /// Escapes that give bytes which are not UTF-8.
    Encoding,
}

/// Why a value can't be split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordError {
    /// The bytes of the value that are meant.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub fault: Fault,
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.fault {
            Fault::Quote => "a quote is not closed",
            Fault::Escape => "an escape sequence is unknown or incomplete",
            Fault::Encoding => "escape sequences give bytes that are not UTF-8",
        })
    }
}

impl std::error::Error for WordError {}

impl WordError {
    /// It as a finding, with advice.
    pub fn problem(self) -> Problem {
        let help = match self.fault {
            Fault::Quote => "close the quote, or write \\\" or \\' for the character itself",
            Fault::Escape => {
                "known are \\a \\b \\f \\n \\r \\t \\v \\\\ \\\" \\' \\s \\xHH \\NNN \\uXXXX and \
                 \\UXXXXXXXX; write \\\\ for a backslash"
            }
            Fault::Encoding => "write the character itself, or \\uXXXX",
        };
        let message = self.to_string();
        Problem::value(self.at, message).with_help(help)
    }
}

/// The words of a value, in order. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Words<'t> {
    text: &'t str,
    rules: Rules,
    /// Where the next word is looked for; `None` at the end.
    next: Option<usize>,
}

impl<'t> Words<'t> {
    /// Splits a value.
    pub fn new(text: &'t str, rules: Rules) -> Words<'t> {
        Words { text, rules, next: Some(0) }
    }

    /// Where the next word is looked for, in bytes: the value's length at its end. Blanks before it
    /// are passed where separators coalesce and a word was read.
    pub fn offset(&self) -> usize {
        self.next.unwrap_or(self.text.len())
    }

    /// What was not read yet; `None` where there can be no more words.
    pub fn rest(&self) -> Option<&'t str> {
        self.next.and_then(|next| self.text.get(next..))
    }

    /// Goes on with other rules.
    pub fn change(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Goes on that many bytes further on, and behind the separators there.
    pub fn skip_bytes(&mut self, count: usize) {
        let to = self.offset().saturating_add(count).min(self.text.len());
        self.next = Some(self.behind_separators(to));
    }

    /// The next word; an unknown escape in it is reported and kept as it is, as systemd does for
    /// command lines.
    pub fn next_lenient(
        &mut self,
        problems: &mut Vec<Problem>,
    ) -> Option<Result<Word<'t>, WordError>> {
        let start = self.next;
        let strict = self.next()?;
        let Err(error) = strict else { return Some(strict) };
        if error.fault != Fault::Escape {
            return Some(Err(error));
        }
        let rules = self.rules;
        self.rules = rules.lenient();
        self.next = start;
        let again = self.next();
        self.rules = rules;
        if matches!(again, Some(Ok(_))) {
            problems.push(error.problem());
        }
        again
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn behind_separators(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let count = rest.iter().position(|byte| !self.rules.parts(*byte)).unwrap_or(rest.len());
        from.saturating_add(count)
    }

    /// The word from `start`, and where it ends.
    fn cut(&self, start: usize) -> Result<(Cow<'t, str>, usize), WordError> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        let plain = rest.iter().position(|byte| self.rules.is_special(*byte)).unwrap_or(rest.len());
        let end = start.saturating_add(plain);
        let borrow = |range: Range<usize>| Cow::Borrowed(self.text.get(range).unwrap_or_default());
        match self.byte(end) {
            None => return Ok((borrow(start..end), end)),
            Some(byte) if self.rules.parts(byte) => return Ok((borrow(start..end), end)),
            // A word in quotes without escapes can be borrowed too.
            Some(quote @ (b'"' | b'\'')) if plain == 0 && self.rules.quotes == Quotes::Removed => {
                let inner = start.saturating_add(1);
                let behind = bytes.get(inner..).unwrap_or_default();
                if let Some(length) = memchr::memchr2(quote, b'\\', behind) {
                    let close = inner.saturating_add(length);
                    let after = close.saturating_add(1);
                    let ends = self.byte(after).is_none_or(|byte| self.rules.parts(byte));
                    if self.byte(close) == Some(quote) && ends {
                        return Ok((borrow(inner..close), after));
                    }
                }
            }
            Some(_) => {}
        }
        self.rewrite(start)
    }

    /// The word from `start`, byte by byte: something in it is not taken as it is.
    fn rewrite(&self, start: usize) -> Result<(Cow<'t, str>, usize), WordError> {
        let rules = &self.rules;
        let mut out = Vec::new();
        let mut open: Option<(u8, usize)> = None;
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            if byte == b'\\' && rules.escapes != Escapes::Kept {
                at = escapes::step(self.text, at, rules, open.is_some(), &mut out)?;
                continue;
            }
            match open {
                Some((quote, _)) if byte == quote => {
                    open = None;
                    if rules.quotes == Quotes::Kept {
                        out.push(byte);
                    }
                }
                None if matches!(byte, b'"' | b'\'') && rules.quotes != Quotes::Plain => {
                    open = Some((byte, at));
                    if rules.quotes == Quotes::Kept {
                        out.push(byte);
                    }
                }
                None if rules.parts(byte) => break,
                _ => out.push(byte),
            }
            at = at.saturating_add(1);
        }
        if let Some((_, opened)) = open.filter(|_| !rules.unclosed) {
            return Err(WordError { at: opened..self.text.len(), fault: Fault::Quote });
        }
        let text = String::from_utf8(out)
            .map_err(|_| WordError { at: start..at, fault: Fault::Encoding })?;
        Ok((Cow::Owned(text), at))
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Result<Word<'t>, WordError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut start = self.next.take()?;
        if self.rules.coalesce {
            start = self.behind_separators(start);
            self.byte(start)?;
        }
        let (text, end) = match self.cut(start) {
            Ok(cut) => cut,
            Err(error) => return Some(Err(error)),
        };
        let ended_by = self.byte(end);
        if ended_by.is_some() {
            self.next = match self.rules.coalesce {
                true => Some(self.behind_separators(end)),
                false => Some(end.saturating_add(1)),
            };
        }
        Some(Ok(Word { text, at: start..end, ended_by }))
    }
}

impl FusedIterator for Words<'_> {}
