//! A reader of short texts.

/// What is left of a text. A function that finds nothing leaves it somewhere within what it tried: copy it first.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    /// At the start.
    pub fn new(text: &'a [u8]) -> Scan<'a> {
        Scan { text, at: 0 }
    }

    /// Bytes taken so far.
    pub fn position(&self) -> usize {
        self.at
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes that many bytes, or what there is.
    pub fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// Takes that byte.
    pub fn byte(&mut self, byte: u8) -> Option<()> {
        (self.rest().first() == Some(&byte)).then(|| self.at += 1)
    }

    /// Takes one of these bytes.
    pub fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let byte = *self.rest().first().filter(|byte| bytes.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// Takes at most so many of that byte.
    pub fn skip(&mut self, byte: u8, most: usize) {
        self.at += self.rest().iter().take(most).take_while(|found| **found == byte).count();
    }

    /// Takes a decimal number of `least` to `most` digits (at most 19); further digits stay.
    pub fn digits(&mut self, least: usize, most: usize) -> Option<u64> {
        let (mut value, mut count) = (0_u64, 0);
        for byte in self.rest().iter().take(most) {
            if !byte.is_ascii_digit() {
                break;
            }
            value = value.wrapping_mul(10) + u64::from(byte - b'0');
            count += 1;
        }
        if count < least {
            return None;
        }
        self.at += count;
        Some(value)
    }

    /// Takes bytes up to one of these, which stays, or up to the end; `None` if there are none.
    pub fn until(&mut self, ends: &[u8]) -> Option<&'a [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| ends.contains(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).filter(|found| !found.is_empty())
    }
}
