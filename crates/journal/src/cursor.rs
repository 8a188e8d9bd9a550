//! Cursors: an entry's place as a text that outlives files, see sd_journal_get_cursor(3).

use std::fmt;
use std::str::FromStr;

use crate::file::Entry;
use crate::id::Id128;

/// `s=…;i=…;b=…;m=…;t=…;x=…`: what identifies an entry, as far as a text says it. Numbers are
/// hexadecimal in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// `s`: the sequence of numbers that `seqnum` is of.
    pub seqnum_id: Option<Id128>,
    /// `i`: its number.
    pub seqnum: Option<u64>,
    /// `b`: the boot that `monotonic_usec` counts from.
    pub boot_id: Option<Id128>,
    /// `m`: microseconds since the boot.
    pub monotonic_usec: Option<u64>,
    /// `t`: microseconds since 1970.
    pub realtime_usec: Option<u64>,
    /// `x`: the hashes of its fields, combined.
    pub xor_hash: Option<u64>,
}

/// A text that is no cursor, or says too little to find a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACursor;

impl fmt::Display for NotACursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a cursor (s=…;i=…;b=…;m=…;t=…;x=…)")
    }
}

impl std::error::Error for NotACursor {}

impl Cursor {
    /// That of an entry in a file whose numbers are of that sequence.
    pub fn of(entry: &Entry, seqnum_id: Id128) -> Cursor {
        Cursor {
            seqnum_id: Some(seqnum_id),
            seqnum: Some(entry.seqnum),
            boot_id: Some(entry.boot_id),
            monotonic_usec: Some(entry.monotonic_usec),
            realtime_usec: Some(entry.realtime_usec),
            xor_hash: Some(entry.xor_hash),
        }
    }

    /// Whether all that it says holds of that entry, as sd_journal_test_cursor(3).
    pub fn is_at(&self, entry: &Entry, seqnum_id: Id128) -> bool {
        let there = Cursor::of(entry, seqnum_id);
        fn agrees<T: Copy + PartialEq>(said: Option<T>, there: Option<T>) -> bool {
            said.is_none() || said == there
        }
        agrees(self.seqnum_id, there.seqnum_id)
            && agrees(self.seqnum, there.seqnum)
            && agrees(self.boot_id, there.boot_id)
            && agrees(self.monotonic_usec, there.monotonic_usec)
            && agrees(self.realtime_usec, there.realtime_usec)
            && agrees(self.xor_hash, there.xor_hash)
    }

    /// Whether it says enough to find a place: a number and its sequence, a time since a boot, or
    /// a time.
    fn is_enough(&self) -> bool {
        (self.seqnum.is_some() && self.seqnum_id.is_some())
            || (self.monotonic_usec.is_some() && self.boot_id.is_some())
            || self.realtime_usec.is_some()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        let ids = [('s', self.seqnum_id), ('b', self.boot_id)];
        let numbers = [
            ('i', self.seqnum),
            ('m', self.monotonic_usec),
            ('t', self.realtime_usec),
            ('x', self.xor_hash),
        ];
        for key in ['s', 'i', 'b', 'm', 't', 'x'] {
            let mut text = |value: fmt::Arguments<'_>| {
                write!(f, "{}{key}={value}", std::mem::replace(&mut between, ";"))
            };
            if let Some(id) = ids.iter().find(|(of, _)| *of == key).and_then(|(_, id)| *id) {
                text(format_args!("{id}"))?;
            }
            if let Some(number) = numbers.iter().find(|(of, _)| *of == key).and_then(|(_, n)| *n) {
                text(format_args!("{number:x}"))?;
            }
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Cursor, NotACursor> {
        let mut cursor = Cursor::default();
        for word in text.split(';') {
            // Keys of one byte; what a newer version may add is passed over.
            let (key, value) =
                word.split_once('=').filter(|(key, _)| key.len() == 1).ok_or(NotACursor)?;
            let id = || value.parse::<Id128>().map(Some).map_err(|_| NotACursor);
            let number = || hexadecimal(value).map(Some).ok_or(NotACursor);
            match key {
                "s" => cursor.seqnum_id = id()?,
                "i" => cursor.seqnum = number()?,
                "b" => cursor.boot_id = id()?,
                "m" => cursor.monotonic_usec = number()?,
                "t" => cursor.realtime_usec = number()?,
                "x" => cursor.xor_hash = number()?,
                _ => {}
            }
        }
        if cursor.is_enough() { Ok(cursor) } else { Err(NotACursor) }
    }
}

/// As scanf(3)'s `%llx`, which sd-journal uses: blanks, a sign and `0x` may stand before, anything
/// after the digits; too many digits are the greatest number.
fn hexadecimal(text: &str) -> Option<u64> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let text = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(rest) if digits(rest) > 0 => rest,
        _ => text,
    };
    let text = text.get(..digits(text)).filter(|digits| !digits.is_empty())?;
    let number = u64::from_str_radix(text, 16).unwrap_or(u64::MAX);
    Some(if is_negative && number != u64::MAX { number.wrapping_neg() } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "s=0123456789abcdef0123456789abcdef;i=1a;\
                        b=fedcba98765432100123456789abcdef;m=ff;t=5ab;x=ffffffffffffffff";

    #[test]
    fn text_and_back() {
        let cursor: Cursor = TEXT.parse().unwrap();
        assert_eq!(cursor.seqnum, Some(26));
        assert_eq!(cursor.xor_hash, Some(u64::MAX));
        assert_eq!(cursor.to_string(), TEXT);
        let short: Cursor = "t=10".parse().unwrap();
        assert_eq!(short.to_string(), "t=10");
    }

    #[test]
    fn what_says_too_little_is_refused() {
        for bad in [
            "",
            ";",
            "t=10;",
            "i=1",
            "s=0123456789abcdef0123456789abcdef",
            "m=1;i=2",
            "x=1",
            "s=0123;i=1;t=3",
            "t=",
            "t=g",
            "tt=3",
            "t",
            "=3",
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(NotACursor), "{bad}");
        }
    }

    #[test]
    fn numbers_as_scanf_reads_them() {
        for (text, number) in [
            ("10", 16),
            (" 0x10", 16),
            ("+Fg", 15),
            ("-1", u64::MAX),
            ("0x", 0),
            ("1 2", 1),
            ("11111111111111111", u64::MAX),
        ] {
            assert_eq!(hexadecimal(text), Some(number), "{text}");
        }
        assert_eq!(hexadecimal(""), None);
        assert_eq!(hexadecimal("-"), None);
    }
}
