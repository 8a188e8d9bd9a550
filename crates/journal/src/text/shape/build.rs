//! The fields of a record while it is taken apart.

use crate::text::source::{Span, Value};

/// Fields as places in the record's text, or in a scratch memory where they are computed.
#[derive(Debug, Default)]
pub struct Build {
    spans: Vec<Span>,
    scratch: Vec<u8>,
    message: (u32, u32),
}

/// The digits that priorities and facilities are written with.
const NUMBERS: [&str; 24] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23",
];

impl Build {
    /// Starts a record of that many bytes: all is message.
    pub fn start(&mut self, text_bytes: usize) {
        self.spans.clear();
        self.scratch.clear();
        self.message = (0, text_bytes as u32);
    }

    /// A value that stands in the text. An empty one is none.
    pub fn text(&mut self, name: &'static str, start: usize, end: usize) {
        if start < end {
            self.place(name, start, end);
        }
    }

    /// A value that stands in the text, even an empty one.
    pub fn place(&mut self, name: &'static str, start: usize, end: usize) {
        let value = Value::Text { start: start as u32, end: end as u32 };
        self.spans.push(Span { name, value });
    }

    /// A number below 24.
    pub fn number(&mut self, name: &'static str, number: u8) {
        if let Some(text) = NUMBERS.get(usize::from(number)) {
            self.fixed(name, text);
        }
    }

    /// A value of ours.
    pub fn fixed(&mut self, name: &'static str, value: &'static str) {
        self.spans.push(Span { name, value: Value::Fixed(value) });
    }

    /// A value that is computed.
    pub fn copy(&mut self, name: &'static str, value: &[u8]) {
        self.computed(name, |scratch| scratch.extend_from_slice(value));
    }

    /// A value that is appended to the scratch memory.
    pub fn computed(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.scratch.len() as u32;
        write(&mut self.scratch);
        let value = Value::Scratch { start, end: self.scratch.len() as u32 };
        self.spans.push(Span { name, value });
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.spans.iter().any(|span| span.name == name)
    }

    /// Which part of the text is the message.
    pub fn message_from(&mut self, start: usize) {
        self.message.0 = (start as u32).min(self.message.1);
    }

    /// Where the message is.
    pub fn message(&self) -> (usize, usize) {
        (self.message.0 as usize, self.message.1 as usize)
    }

    /// The fields and the scratch memory that some of them lie in.
    pub fn parts(&self) -> (&[Span], &[u8]) {
        (&self.spans, &self.scratch)
    }
}
