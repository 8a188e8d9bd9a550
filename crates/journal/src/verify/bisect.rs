//! How journalctl looks an entry up in the list of a data object: by halves, array by array, starting
//! where it last found something in that list. In a sound list the answer does not depend on how it is
//! found; in a damaged one it does, and so does the message.

use super::object::{Bytes, Offsets};
use super::problem::Cause;
use crate::format::layout::{entry_array, kind};

/// So many lists are remembered.
const REMEMBERED: usize = 20;

/// Where something was found last in a list.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// The array, and its first item.
    array: u64,
    begin: u64,
    /// Items of the arrays before it.
    before: u64,
    /// The place in it.
    index: u64,
}

/// Where things were found last, by the lists' first arrays; the oldest first.
#[derive(Debug, Default)]
pub struct Memory {
    lists: Vec<(u64, Found)>,
}

impl Memory {
    /// Whether that list, of so many items, has one that is `needle` or more. `step` is asked before
    /// each array and each unused item.
    pub fn reaches<E: From<Cause>>(
        &mut self,
        bytes: &Bytes<'_>,
        (first, items): (u64, u64),
        needle: u64,
        mut step: impl FnMut(u64) -> Result<(), E>,
    ) -> Result<bool, E> {
        let (mut place, mut left, mut before, mut hint) = (first, items, 0, None);
        let known = self.lists.iter().position(|(list, _)| *list == first);
        let known = known.and_then(|at| self.lists.get_mut(at)).map(|(_, found)| found);
        if let Some(found) =
            known.as_deref().filter(|found| items > found.before && found.begin != 0)
            && found.begin < needle
        {
            place = found.array;
            left -= found.before;
            before = found.before;
            hint = Some(found.index);
        }
        while place != 0 {
            step(place)?;
            let object = bytes.object(kind::ENTRY_ARRAY, place)?;
            let offsets = object.array();
            let length = offsets.len() as u64;
            let Some(last) = left.min(length).checked_sub(1) else { return Ok(false) };
            match item(&offsets, last) {
                0 => left = last,
                offset if offset >= needle => {
                    let index = within(&offsets, needle, last, hint)?;
                    let begin = item(&offsets, 0);
                    let found = Found { array: place, begin, before, index };
                    match known {
                        Some(known) => *known = found,
                        None if place != first => self.remember(first, found),
                        None => {}
                    }
                    return Ok(true);
                }
                _ if length >= left => return Ok(false),
                _ => {
                    left -= length;
                    before += length;
                    hint = None;
                    place = object.u64(entry_array::NEXT_ENTRY_ARRAY_OFFSET);
                }
            }
        }
        Ok(false)
    }

    fn remember(&mut self, first: u64, found: Found) {
        if self.lists.len() >= REMEMBERED {
            self.lists.remove(0);
        }
        self.lists.push((first, found));
    }
}

fn item(offsets: &Offsets<'_>, index: u64) -> u64 {
    usize::try_from(index).ok().and_then(|index| offsets.get(index)).unwrap_or(0)
}

/// The first item that is `needle` or more, of those up to `last`, which is. Near the place where one
/// was found last, no item may be unused.
fn within(offsets: &Offsets<'_>, needle: u64, last: u64, hint: Option<u64>) -> Result<u64, Cause> {
    let (mut left, mut right) = (0, last);
    // Where journalctl would end in an assertion the hint is not followed.
    if let Some(hint) = hint.filter(|hint| *hint <= last) {
        let near = |index: u64| match item(offsets, index) {
            0 => Err(Cause::BadMessage),
            offset => Ok(offset >= needle),
        };
        if let Some(index) = hint.checked_sub(1) {
            if near(index)? { right = index } else { left = hint }
        }
        if hint < right {
            let index = hint + 1;
            if near(index)? { right = index } else { left = index + 1 }
        }
    }
    while left < right {
        let middle = left + (right - left) / 2;
        match item(offsets, middle) {
            0 => right = middle,
            offset if offset >= needle => right = middle,
            _ => left = middle + 1,
        }
    }
    Ok(left)
}
