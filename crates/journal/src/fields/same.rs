//! What an entry has in common with the one before: entries of one service begin with the same data
//! objects, which need no looking up again.

/// So many objects are compared at most.
const ITEMS_MAX: usize = 64;

/// The entry before.
#[derive(Debug)]
pub(super) struct Same {
    /// Which file's.
    serial: u64,
    /// Its list of data objects.
    items: Vec<u8>,
    /// How many fields had been found after each of them.
    found: [u16; ITEMS_MAX],
    /// As far as that was noted.
    noted: usize,
    is_noting: bool,
}

impl Default for Same {
    fn default() -> Same {
        Same { serial: 0, items: Vec::new(), found: [0; ITEMS_MAX], noted: 0, is_noting: false }
    }
}

impl Same {
    /// Another entry of that file has that list, whose items are so many bytes long. How many of them
    /// the entry before began with too, and how many fields were found there.
    #[inline]
    pub fn begin(&mut self, serial: u64, items: &[u8], size: usize) -> (usize, usize) {
        let words = self.items.as_chunks::<8>().0.iter().zip(items.as_chunks::<8>().0);
        let common = words.take_while(|(before, now)| before == now).count() * 8 / size;
        let common = if self.serial == serial { common.min(self.noted) } else { 0 };
        self.serial = serial;
        self.items.clear();
        self.items.extend_from_slice(items.get(..ITEMS_MAX * size).unwrap_or(items));
        (self.noted, self.is_noting) = (common, true);
        let found = common.checked_sub(1).and_then(|last| self.found.get(last)).copied();
        (common, found.unwrap_or_default().into())
    }

    /// So many fields have been found after the next item.
    #[inline]
    pub fn note(&mut self, found: usize) {
        if self.is_noting
            && let Some(place) = self.found.get_mut(self.noted)
        {
            *place = found as u16;
            self.noted += 1;
        }
    }

    /// What was found just now, or was not, is no use for the entry that comes next.
    pub fn end(&mut self) {
        self.is_noting = false;
    }
}
