//! What the parsers of this folder, of resources and of sockets share: specifiers and findings with
//! their place, lists, how fields are read and written.

mod path;

use std::{borrow::Cow, ops::Range};

use crate::{
    diagnostic::{Problem, Severity},
    values::{
        Context, Parsed, Value,
        sandbox::forms::choices,
        words::{Escapes, Rules, Word, WordError, Words},
    },
};

pub(in crate::values) use path::Rule;

/// How fields parted by colons are written: `\:` is a colon, C escapes are known.
pub(in crate::values) const FIELDS: Rules =
    Rules::PLAIN.separators(b":").escapes(Escapes::CAndSeparators);

/// Findings of one value that are reported: a megabyte of wrong words has hundreds of thousands.
const MOST_FINDINGS: usize = 64;

/// A parser's surroundings: what is assigned, and where findings go.
pub(in crate::values) struct Reader<'a, 'c> {
    context: &'a Context<'c>,
    problems: &'a mut Vec<Problem>,
    /// How many findings more are wanted.
    wanted: usize,
}

impl<'a, 'c> Reader<'a, 'c> {
    pub(in crate::values) fn new(
        context: &'a Context<'c>,
        problems: &'a mut Vec<Problem>,
    ) -> Reader<'a, 'c> {
        Reader { context, problems, wanted: MOST_FINDINGS }
    }

    /// The name of the directive.
    pub(in crate::values) fn directive(&self) -> &'static str {
        self.context.directive.name
    }

    pub(in crate::values) fn context(&self) -> &Context<'c> {
        self.context
    }

    /// Takes a finding, unless there are too many.
    fn add(&mut self, problem: Problem) {
        match self.wanted.checked_sub(1) {
            None => return,
            Some(0) => {
                let help = "correct those that are listed first";
                let message = "there are more findings in this value".into();
                self.problems.push(Problem { message, help: Some(help.into()), ..problem });
            }
            Some(_) => self.problems.push(problem),
        }
        self.wanted = self.wanted.saturating_sub(1);
    }

    /// Something is ignored; what to do.
    pub(in crate::values) fn advise(
        &mut self,
        at: Range<usize>,
        message: String,
        help: impl Into<String>,
    ) {
        self.add(Problem::value(at, shortened(message)).with_help(help));
    }

    /// Something that systemd says nothing of.
    pub(in crate::values) fn hint(&mut self, at: Range<usize>, message: String, help: String) {
        let problem = Problem::value(at, shortened(message)).with_help(help);
        self.add(Problem { severity: Severity::Hint, ..problem });
    }

    /// A finding of another kind.
    pub(in crate::values) fn push(&mut self, problem: Problem) {
        let message = shortened(problem.message);
        self.add(Problem { message, ..problem });
    }

    /// The value can't be split.
    pub(in crate::values) fn fault(&mut self, error: WordError) {
        self.add(error.problem());
    }

    /// The next word; where the value can't be split any further that is reported, and it ends.
    pub(in crate::values) fn next_word<'t>(&mut self, words: &mut Words<'t>) -> Option<Word<'t>> {
        words.next()?.map_err(|error| self.fault(error)).ok()
    }

    /// A field of a word can't be split.
    pub(in crate::values) fn field_fault(&mut self, word: &Word<'_>, error: WordError) {
        let at = field_at(word, &error.at);
        self.fault_at(at, error);
    }

    /// What stands in the value there, or came of it, can't be split.
    pub(in crate::values) fn fault_at(&mut self, at: Range<usize>, error: WordError) {
        self.add(Problem { at, ..error.problem() });
    }

    /// Words that are names of a set; one that isn't is reported and left out.
    pub(in crate::values) fn unknown(
        &mut self,
        at: Range<usize>,
        what: &str,
        word: &str,
        allowed: impl Iterator<Item = &'static str>,
    ) {
        // Looking for what was meant costs more than anything else.
        if self.wanted > 0 {
            self.advise(at, format!("\"{word}\" is no {what}"), choices(word, allowed));
        }
    }

    /// The same where systemd says nothing.
    pub(in crate::values) fn unknown_to_us(
        &mut self,
        at: Range<usize>,
        what: &str,
        word: &str,
        allowed: impl Iterator<Item = &'static str>,
    ) {
        if self.wanted > 0 {
            self.hint(at, format!("\"{word}\" is no {what}"), choices(word, allowed));
        }
    }

    /// Replaces specifiers. What is wrong is reported at its place in the value, which is exact
    /// where the text stands in the value as it is.
    pub(in crate::values) fn expand<'t>(
        &mut self,
        text: Cow<'t, str>,
        at: &Range<usize>,
    ) -> Option<Cow<'t, str>> {
        if !text.contains('%') {
            return Some(text);
        }
        match self.context.expander.expand(&text) {
            Ok(expanded) => Some(Cow::Owned(expanded.into_owned())),
            Err(problem) => {
                let place = match text.len() == at.len() {
                    true => shift(problem.at, at.start),
                    false => at.clone(),
                };
                self.add(Problem { at: place, ..problem });
                None
            }
        }
    }
}

/// Messages quote words of the file, which may be very long: what stands in their midst goes.
fn shortened(message: String) -> String {
    const MOST: usize = 300;
    if message.len() <= MOST {
        return message;
    }
    let head: String = message.chars().take(MOST / 2).collect();
    let mut tail: Vec<char> = message.chars().rev().take(MOST / 3).collect();
    tail.reverse();
    head + "…" + &tail.into_iter().collect::<String>()
}

pub(in crate::values) fn shift(at: Range<usize>, by: usize) -> Range<usize> {
    at.start.saturating_add(by)..at.end.saturating_add(by)
}

/// Where a field of a word stands in the value: exact where the word stands there as it is.
pub(in crate::values) fn field_at(word: &Word<'_>, field: &Range<usize>) -> Range<usize> {
    match word.text.len() == word.at.len() {
        true => shift(field.clone(), word.at.start),
        false => word.at.clone(),
    }
}

/// A list, or nothing where no word of it was right.
pub(in crate::values) fn list(words: Vec<Box<str>>) -> Parsed {
    match words.is_empty() {
        true => Parsed::Ignored,
        false => Parsed::Value(Value::List(words.into())),
    }
}

/// Pairs, or nothing where none was right.
pub(in crate::values) fn pairs(pairs: Vec<(Box<str>, Box<str>)>) -> Parsed {
    match pairs.is_empty() {
        true => Parsed::Ignored,
        false => Parsed::Value(Value::Pairs(pairs.into())),
    }
}

/// A text value.
pub(in crate::values) fn text(text: impl Into<Box<str>>) -> Parsed {
    Parsed::Value(Value::Text(text.into()))
}

/// The text as it is written where specifiers are replaced.
pub(in crate::values) fn percent(text: &str) -> Cow<'_, str> {
    match text.contains('%') {
        true => Cow::Owned(text.replace('%', "%%")),
        false => Cow::Borrowed(text),
    }
}

/// A field between colons, as it is written for [`FIELDS`].
pub(in crate::values) fn field(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| b":\\".contains(&byte) || byte.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_add(8));
    for char in text.chars() {
        match char {
            ':' => out.push_str("\\:"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            char if char.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(char))),
            char => out.push(char),
        }
    }
    Cow::Owned(out)
}
