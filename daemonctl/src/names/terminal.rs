//! Printing as the tools print: lines for people, made safe for a terminal.

use std::io::Write as _;

/// Prints a line on standard output.
pub fn out(line: &str) {
    let line = present::text::clean(line.as_bytes());
    // Who reads us may have gone; there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line on standard error.
pub fn err(line: &str) {
    let line = present::text::clean(line.as_bytes());
    // Nothing is left to do when standard error itself is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints text of our own on standard output as it is, tabs with it: what is foreign in it was made
/// safe before.
pub fn out_text(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.strip_suffix('\n').unwrap_or(text));
}

/// Prints text of our own on standard error as it is.
pub fn err_text(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.strip_suffix('\n').unwrap_or(text));
}
