//! Assignments of an OpenRC script.
//!
//! What openrc-run hands to `eval` is split at blanks and searched for patterns first, so quotes
//! alone do not keep a word together there. A word with anything but plain characters goes into a
//! variable of its own, and the text for `eval` names that.

use crate::shell::quote;
use crate::{Piece, Word};

/// A script as it is written.
pub(super) struct Script {
    /// Assignments, in order.
    pub head: Vec<String>,
    /// Words that need a variable of their own.
    pub held: Vec<String>,
    /// A supervisor watches the process.
    pub is_supervised: bool,
}

impl Script {
    /// A value as it is.
    pub fn set(&mut self, name: &str, value: &str) {
        self.head.push(format!("{name}={}", quote(value)));
    }

    /// A value of which `eval` makes exactly one word.
    pub fn set_for_eval(&mut self, name: &str, value: &str) {
        let word = self.for_eval(&Word::text(value));
        self.set(name, &word);
    }

    /// A word for `eval`, split and searched for patterns before.
    pub fn for_eval(&mut self, word: &Word) -> String {
        if let (true, Some(Piece::Variable(name))) = (word.is_split, word.pieces.first()) {
            return format!("${{{name}}}");
        }
        if let Some(text) = word.known() {
            return match !text.is_empty() && quote(&text) == text {
                true => text,
                false => self.hold(&quote(&text)),
            };
        }
        let text: String = word
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => quote(text),
                Piece::Variable(name) => format!("\"${{{name}}}\""),
            })
            .collect();
        // Plain text around variables needs no other.
        match text.contains(|c: char| c.is_whitespace() || "*?[\\'`".contains(c)) {
            true => self.hold(&text),
            false => text,
        }
    }

    /// Keeps a word, in the shell's own writing, in a variable.
    fn hold(&mut self, written: &str) -> String {
        let name = format!("word_{}", self.held.len().saturating_add(1));
        self.held.push(format!("{name}={written}"));
        format!("\"${{{name}}}\"")
    }
}
