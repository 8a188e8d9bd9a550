//! Writing words so that they are read back as they were.

use std::{borrow::Cow, fmt};

use super::{BLANKS, Escapes, Quotes, Rules};

/// The word as it has to be written where [`Rules::SHELL`] hold: in double quotes and with escapes
/// where it needs them.
pub fn quote(word: &str) -> Cow<'_, str> {
    if !needs_quotes(word) {
        return Cow::Borrowed(word);
    }
    let mut quoted = String::with_capacity(word.len().saturating_add(8));
    // Writing to a String does not fail.
    let _ = write_c_quoted(&mut quoted, word);
    Cow::Owned(quoted)
}

fn needs_quotes(word: &str) -> bool {
    let special = |byte: u8| byte.is_ascii_control() || b" \"'\\".contains(&byte);
    // A lone semicolon ends a command line.
    word.is_empty() || word == ";" || word.bytes().any(special)
}

fn write_c_quoted(out: &mut impl fmt::Write, word: &str) -> fmt::Result {
    out.write_char('"')?;
    for char in word.chars() {
        match char {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            char if char.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(char))?,
            char => out.write_char(char)?,
        }
    }
    out.write_char('"')
}

impl Rules {
    /// Writes a word such that these rules read it back. Where they leave no way to write a
    /// character (a blank in a list of unit names) it is written as it is.
    pub fn write(&self, out: &mut impl fmt::Write, word: &str) -> fmt::Result {
        match (self.quotes, self.escapes) {
            (Quotes::Removed, Escapes::C | Escapes::CAndSeparators) => out.write_str(&quote(word)),
            (Quotes::Removed, _) => self.write_quoted(out, word),
            _ => self.write_escaped(out, word),
        }
    }

    /// Quotes without C escapes: what holds one kind of quote stands between the other kind.
    fn write_quoted(&self, out: &mut impl fmt::Write, word: &str) -> fmt::Result {
        let special = |byte: u8| self.is_special(byte) || BLANKS.contains(&byte);
        if !word.is_empty() && !word.bytes().any(special) {
            return out.write_str(word);
        }
        let mut open = match word.contains('"') && !word.contains('\'') {
            true => '\'',
            false => '"',
        };
        out.write_char(open)?;
        for char in word.chars() {
            if char == open {
                out.write_char(open)?;
                open = if open == '"' { '\'' } else { '"' };
                out.write_char(open)?;
            }
            if char == '\\' && self.escapes != Escapes::Kept {
                out.write_char('\\')?;
            }
            out.write_char(char)?;
        }
        out.write_char(open)
    }

    fn write_escaped(&self, out: &mut impl fmt::Write, word: &str) -> fmt::Result {
        for char in word.chars() {
            let special = u8::try_from(char).is_ok_and(|byte| self.is_special(byte));
            if special && self.escapes != Escapes::Kept {
                out.write_char('\\')?;
            }
            out.write_char(char)?;
        }
        Ok(())
    }
}

/// A word in double quotes for a message, shortened where it is very long.
pub(crate) fn shown(word: &str) -> impl fmt::Display {
    /// Characters that a message shows of a word.
    const MOST: usize = 80;
    let mut shown = String::from('"');
    let mut rest = word.chars();
    shown.extend(rest.by_ref().take(MOST));
    if rest.next().is_some() {
        shown.push('…');
    }
    shown.push('"');
    shown
}
