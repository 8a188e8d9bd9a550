//! Traces of several lines, each an entry of its own, kept together.
//!
//! A program that writes a stack trace to its standard output makes an entry of each line, and
//! lines of other programs come between.

use std::collections::VecDeque;

/// How many entries are looked at to find those that belong together,
const MOST: usize = 256;
/// and how far apart they may be.
const LONGEST_USEC: u64 = 200_000;

/// How lines start that continue what the same process said before, besides with blanks.
const STARTS: &[&[u8]] = &[
    b"Caused by:",
    b"Suppressed:",
    b"During handling of the above exception",
    b"The above exception was the direct cause",
    b"goroutine ",
    b"created by ",
    b"stack backtrace:",
    b"note: run with `RUST_BACKTRACE",
    b"Stack trace:",
    b"Call Trace:",
    b"RIP: ",
    b"} ",
];

/// Whether `message`, if it follows a message of the same process at once, belongs to it.
#[must_use]
pub fn continues(message: &[u8]) -> bool {
    let blank =
        message.first().is_some_and(u8::is_ascii_whitespace) && !message.trim_ascii().is_empty();
    blank || message == b"}" || STARTS.iter().any(|start| message.starts_with(start))
}

/// Puts items that continue one of the same sender behind it. It holds back a few, so that
/// [`Together::finish`] has to be called at the end, and where nothing comes for a while.
pub struct Together<T> {
    held: VecDeque<Held<T>>,
}

struct Held<T> {
    sender: u64,
    realtime_usec: u64,
    item: T,
}

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self { held: VecDeque::new() }
    }
}

impl<T> Together<T> {
    /// Takes an item of `sender` (a process, and its source), which [`continues`] or not, and
    /// gives to `emit` those that are not held back any more.
    pub fn push(
        &mut self,
        item: T,
        sender: u64,
        realtime_usec: u64,
        continues: bool,
        mut emit: impl FnMut(T),
    ) {
        let held = Held { sender, realtime_usec, item };
        let last = self.held.iter().rposition(|earlier| earlier.sender == sender);
        match last.filter(|_| continues) {
            Some(last) => self.held.insert(last + 1, held),
            None => self.held.push_back(held),
        }
        while let Some(first) = self.held.front() {
            let is_old = first.realtime_usec.abs_diff(realtime_usec) > LONGEST_USEC;
            if !is_old && self.held.len() <= MOST {
                break;
            }
            if let Some(first) = self.held.pop_front() {
                emit(first.item);
            }
        }
    }

    /// Gives to `emit` what is held back.
    pub fn finish(&mut self, mut emit: impl FnMut(T)) {
        for held in self.held.drain(..) {
            emit(held.item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues() {
        for message in ["  File \"a.py\", line 1", "\tat java.lang", "Caused by: x", "}"] {
            assert!(continues(message.as_bytes()), "{message}");
        }
        for message in ["", "   ", "GET /", "{"] {
            assert!(!continues(message.as_bytes()), "{message}");
        }
    }

    #[test]
    fn a_trace_is_put_together_and_nothing_is_lost() {
        let mut together = Together::default();
        let mut out = Vec::new();
        let lines = [
            (1, "Exception", false),
            (2, "GET /", false),
            (1, "\tat a", true),
            (2, "GET /b", false),
            (1, "\tat b", true),
            (3, "\tat nobody's", true),
        ];
        for (at, (sender, line, continues)) in lines.iter().enumerate() {
            together.push(*line, *sender, at as u64 * 1000, *continues, |line| out.push(line));
        }
        together.push("later", 2, 10_000_000, false, |line| out.push(line));
        assert_eq!(out, ["Exception", "\tat a", "\tat b", "GET /", "GET /b", "\tat nobody's"]);
        together.finish(|line| out.push(line));
        assert_eq!(out.last(), Some(&"later"));
        for at in 0..2000 {
            together.push("x", at, 0, at % 3 == 0, |line| out.push(line));
            assert!(together.held.len() <= MOST);
        }
        together.finish(|line| out.push(line));
        assert_eq!(out.len(), 7 + 2000);
    }
}
