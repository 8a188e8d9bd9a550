//! Lines, sections and assignments of a unit file (systemd.syntax(7)).
//!
//! [`Reader`] goes through a file's bytes once and borrows from them; only an assignment that is
//! continued over several lines is copied. What a line means is not decided here.

mod lines;
mod locate;

pub use lines::MAX_LINE_BYTES;
pub use locate::Located;

use std::borrow::Cow;

use lines::Lines;

/// An assignment: `Key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'t> {
    /// The key, spaces around it cut.
    pub key: &'t str,
    /// The value: continued lines joined, spaces at both ends cut.
    pub value: Cow<'t, str>,
    /// Where it stands.
    pub at: Spot,
}

/// Where a logical line stands in its file: enough to find the place of any byte of it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The first physical line, from 1.
    pub line: u32,
    /// The last physical line, from 1: the one that systemd names in its messages.
    pub last_line: u32,
    /// Where the first physical line begins in the file, in bytes.
    pub(crate) start: usize,
    /// Where the key begins in the logical line.
    pub(crate) key: usize,
    /// Where the value begins in the logical line, in bytes.
    pub(crate) value: usize,
}

/// What a logical line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'t> {
    /// `[Name]`
    Section(&'t str, Spot),
    /// `Key=value`
    Assignment(Assignment<'t>),
    /// A line that is nothing: it is skipped.
    Skipped(Fault, Spot),
    /// A line after which systemd reads no further: the file is refused. It is the last item.
    Refused(Fault, Spot),
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no `=` in it.
    NoEquals,
    /// There is nothing before the `=`.
    NoKey,
    /// It begins with `[` and does not end with `]`.
    Header,
    /// A section's name with control characters, quotes or backslashes.
    HeaderCharacters,
    /// It is not UTF-8, or holds a code point that stands for no character.
    NotUtf8,
    /// It is longer than [`MAX_LINE_BYTES`].
    TooLong,
}

/// Reads a file's logical lines. Comments and empty lines are left out.
pub struct Reader<'t> {
    lines: Lines<'t>,
    is_over: bool,
}

impl<'t> Reader<'t> {
    /// From a file's bytes.
    pub fn new(text: &'t [u8]) -> Reader<'t> {
        Reader { lines: Lines::new(text), is_over: false }
    }
}

impl<'t> Iterator for Reader<'t> {
    type Item = Item<'t>;

    fn next(&mut self) -> Option<Item<'t>> {
        while !self.is_over {
            let line = self.lines.next()?;
            let mut spot = Spot {
                line: line.first,
                last_line: line.last,
                start: line.start,
                key: 0,
                value: 0,
            };
            let Some(text) = line.text else {
                self.is_over = true;
                return Some(Item::Refused(Fault::TooLong, spot));
            };
            let item = match text {
                Cow::Borrowed(bytes) => match borrowed(bytes, &mut spot) {
                    Ok(item) => item,
                    Err(fault) => Some(refused(fault, spot)),
                },
                Cow::Owned(bytes) => {
                    match owned(self.lines.file(), &line.pieces, &bytes, &mut spot) {
                        Ok(item) => item,
                        Err(fault) => Some(refused(fault, spot)),
                    }
                }
            };
            if let Some(item) = item {
                self.is_over = matches!(item, Item::Refused(..));
                return Some(item);
            }
        }
        None
    }
}

/// systemd goes on after some faults and refuses the whole file for others.
fn refused<'t>(fault: Fault, spot: Spot) -> Item<'t> {
    match fault {
        Fault::NoEquals | Fault::NoKey => Item::Skipped(fault, spot),
        _ => Item::Refused(fault, spot),
    }
}

/// Where key and value lie in a logical line.
enum Shape {
    Empty,
    Section(std::ops::Range<usize>),
    Assignment { key: std::ops::Range<usize>, value: std::ops::Range<usize> },
}

fn shape(line: &[u8]) -> Result<Shape, Fault> {
    let whole = trimmed(line, 0..line.len());
    let text = line.get(whole.clone()).unwrap_or_default();
    let Some(first) = text.first() else {
        return Ok(Shape::Empty);
    };
    if !std::str::from_utf8(text).is_ok_and(is_text) {
        return Err(Fault::NotUtf8);
    }
    if *first == b'[' {
        if text.last() != Some(&b']') || text.len() < 2 {
            return Err(Fault::Header);
        }
        let name = whole.start + 1..whole.end - 1;
        let is_safe = |byte: &u8| !byte.is_ascii_control() && !b"\"'\\".contains(byte);
        return match line.get(name.clone()).unwrap_or_default().iter().all(is_safe) {
            true => Ok(Shape::Section(name)),
            false => Err(Fault::HeaderCharacters),
        };
    }
    match memchr::memchr(b'=', text) {
        None => Err(Fault::NoEquals),
        Some(0) => Err(Fault::NoKey),
        Some(equals) => {
            let equals = whole.start + equals;
            Ok(Shape::Assignment {
                key: trimmed(line, whole.start..equals),
                value: trimmed(line, equals + 1..whole.end),
            })
        }
    }
}

/// Code points that no text may hold are as bad to systemd as bytes that are no UTF-8.
fn is_text(text: &str) -> bool {
    let is_none = |c| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    text.is_ascii() || !text.chars().any(is_none)
}

fn borrowed<'t>(line: &'t [u8], spot: &mut Spot) -> Result<Option<Item<'t>>, Fault> {
    let text = |range| line.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok());
    Ok(match shape(line)? {
        Shape::Empty => None,
        Shape::Section(name) => {
            spot.key = name.start;
            text(name).map(|name| Item::Section(name, *spot))
        }
        Shape::Assignment { key, value } => {
            (spot.key, spot.value) = (key.start, value.start);
            text(key).zip(text(value)).map(|(key, value)| {
                Item::Assignment(Assignment { key, value: Cow::Borrowed(value), at: *spot })
            })
        }
    })
}

/// A continued line. Its key can be borrowed where it stands on one physical line, as it does
/// unless somebody broke the line before the `=`: systemd finds no directive of such a name either.
fn owned<'t>(
    file: &'t [u8],
    pieces: &[lines::Piece],
    line: &[u8],
    spot: &mut Spot,
) -> Result<Option<Item<'t>>, Fault> {
    let borrow = |range: std::ops::Range<usize>| {
        let place = locate::in_file(pieces, range)?;
        file.get(place).and_then(|bytes| std::str::from_utf8(bytes).ok())
    };
    Ok(match shape(line)? {
        Shape::Empty => None,
        Shape::Section(name) => {
            spot.key = name.start;
            Some(match borrow(name) {
                Some(name) => Item::Section(name, *spot),
                None => return Err(Fault::HeaderCharacters),
            })
        }
        Shape::Assignment { key, value } => {
            (spot.key, spot.value) = (key.start, value.start);
            let text = line.get(value).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let Some(key) = borrow(key) else {
                return Err(Fault::NoEquals);
            };
            text.map(|value| {
                let value = Cow::Owned(value.to_owned());
                Item::Assignment(Assignment { key, value, at: *spot })
            })
        }
    })
}

fn trimmed(line: &[u8], range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let text = line.get(range.clone()).unwrap_or_default();
    let lead = text.iter().take_while(|byte| is_space(byte)).count();
    let rest = text.get(lead..).unwrap_or_default();
    let tail = rest.iter().rev().take_while(|byte| is_space(byte)).count();
    range.start + lead..range.end - tail
}

#[cfg(test)]
mod tests;
