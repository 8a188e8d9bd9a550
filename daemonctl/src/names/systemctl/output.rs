//! Where output goes: as it is where a program reads it, with control characters made visible
//! where a person does.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};

use present::text::clean;

/// How much is held back before it is written.
const HELD_BYTES: usize = 1 << 16;

/// Standard output and standard error.
#[derive(Debug)]
pub struct Output {
    held: RefCell<String>,
    is_terminal: bool,
    error_is_terminal: bool,
}

impl Output {
    /// The process's own.
    pub fn new() -> Output {
        Output {
            held: RefCell::default(),
            is_terminal: std::io::stdout().is_terminal(),
            error_is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Writes to standard output.
    pub fn print(&self, text: &str) {
        let mut held = self.held.borrow_mut();
        match self.is_terminal {
            true => each_line(text, &mut held),
            false => held.push_str(text),
        }
        if self.is_terminal || held.len() >= HELD_BYTES {
            write(&mut held);
        }
    }

    /// Writes a message to standard error; a line end is added.
    pub fn say(&self, text: &str) {
        self.flush();
        let mut out = String::with_capacity(text.len().saturating_add(1));
        match self.error_is_terminal {
            true => each_line(text, &mut out),
            false => out.push_str(text),
        }
        out.push('\n');
        // Nothing is left to do when standard error itself is closed.
        let _ = std::io::stderr().write_all(out.as_bytes());
    }

    /// Writes what was held back.
    pub fn flush(&self) {
        write(&mut self.held.borrow_mut());
    }
}

fn write(held: &mut String) {
    let mut out = std::io::stdout();
    // Whoever reads us may have seen enough.
    let _ = out.write_all(held.as_bytes()).and_then(|()| out.flush());
    held.clear();
}

fn each_line(text: &str, out: &mut String) {
    for piece in text.split_inclusive('\n') {
        let line = piece.strip_suffix('\n');
        out.push_str(&clean(line.unwrap_or(piece).as_bytes()));
        if line.is_some() {
            out.push('\n');
        }
    }
}
