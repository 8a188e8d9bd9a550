//! Which fields are wanted, and finding out quickly whether a payload is one of them.

use super::cache::Known;
use crate::file::Damage;
use crate::format::layout::u64_at;

/// Which fields a reader shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All that an entry has.
    All,
    /// Those with these names; what has another is skipped without a look at its value.
    These(Vec<Vec<u8>>),
}

#[derive(Debug)]
pub(super) struct Names {
    wanted: Wanted,
    rows: Vec<Row>,
    /// Of their texts, in bytes.
    longest: usize,
}

/// A name with its `=`.
#[derive(Debug)]
struct Row {
    /// Its first eight bytes, and which of them count where it is shorter.
    first: u64,
    mask: u64,
    text: Vec<u8>,
}

impl Names {
    pub fn new(wanted: Wanted) -> Names {
        let names = match &wanted {
            Wanted::All => [].as_slice(),
            Wanted::These(names) => names,
        };
        let row = |name: &Vec<u8>| {
            let text = [name.as_slice(), b"="].concat();
            let used = text.len().min(8);
            let mask = u64::MAX.checked_shr(64 - 8 * used as u32).unwrap_or_default();
            Row { first: first_of(&text) & mask, mask, text }
        };
        let rows: Vec<Row> = names.iter().map(row).collect();
        let longest = rows.iter().map(|row| row.text.len()).max().unwrap_or_default();
        Names { wanted, rows, longest }
    }

    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// What is to be known of that payload, which belongs to the data object there.
    #[inline]
    pub fn know(&self, payload: &[u8], offset: u64) -> Result<Known, Damage> {
        let damage = |what| Damage { offset, what };
        let (index, name_len) = match &self.wanted {
            Wanted::These(_) => match self.find(payload) {
                Some((index, row)) => (index, row.text.len() - 1),
                None => return Ok(Known::UNWANTED),
            },
            Wanted::All => {
                let name_len = memchr::memchr(b'=', payload);
                (u16::MAX, name_len.ok_or_else(|| damage("the field has no name"))?)
            }
        };
        let len = u32::try_from(payload.len()).map_err(|_| damage("the field is too long"))?;
        let name_len =
            u16::try_from(name_len).map_err(|_| damage("the field's name is too long"))?;
        Ok(Known::new(index, len, name_len))
    }

    /// How many bytes a payload's beginning must have, to say whether it is wanted; none if all are.
    pub fn longest(&self) -> Option<usize> {
        match self.wanted {
            Wanted::All => None,
            Wanted::These(_) => Some(self.longest),
        }
    }

    /// Whether a payload that begins so is none of the wanted.
    pub fn is_unwanted(&self, begin: &[u8]) -> bool {
        self.find(begin).is_none()
    }

    #[inline]
    fn find(&self, payload: &[u8]) -> Option<(u16, &Row)> {
        let first = first_of(payload);
        let is_it = |row: &Row| first & row.mask == row.first && payload.starts_with(&row.text);
        let at = self.rows.iter().position(is_it)?;
        Some((u16::try_from(at).ok()?, self.rows.get(at)?))
    }
}

/// The first eight bytes, as many as there are.
#[inline]
fn first_of(text: &[u8]) -> u64 {
    if text.len() >= 8 {
        return u64_at(text, 0);
    }
    text.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
