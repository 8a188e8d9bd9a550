//! What is known of data objects by their places: a table with one slot for each hash, where the newer
//! one stays.

/// Slots. They take 16 bytes each: together what fits into a core's own cache.
const SLOTS: usize = 1 << 14;
/// An index that is none: of a field that is not wanted.
const UNWANTED: u16 = u16::MAX - 1;
/// A length that is none: the payload must be unpacked each time.
const PACKED: u32 = u32::MAX;

/// What is known of a data object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    id: u64,
    pub len: u32,
    pub name_len: u16,
    pub index: u16,
}

impl Known {
    /// Of a field that nobody asked for.
    pub const UNWANTED: Known = Known { id: 0, len: 0, name_len: 0, index: UNWANTED };

    pub fn new(index: u16, len: u32, name_len: u16) -> Known {
        Known { id: 0, len, name_len, index }
    }

    /// The same, to be remembered of an object whose payload is compressed.
    pub fn packed(self) -> Known {
        Known { len: PACKED, ..self }
    }

    pub fn is_unwanted(self) -> bool {
        self.index == UNWANTED
    }

    pub fn is_packed(self) -> bool {
        self.len == PACKED
    }
}

#[derive(Debug)]
pub(super) struct Cache {
    slots: Box<[Known]>,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache { slots: vec![Known::UNWANTED; SLOTS].into_boxed_slice() }
    }
}

/// A number for that object of that file, see [`super::Field::id`]. Never 0: files count from 1.
#[inline]
pub(super) fn id(file: u64, offset: u64) -> u64 {
    // Objects lie at multiples of 8, in files far below 8 TiB. What can be no object's place gets the
    // bits at the top, where no count of files reaches.
    file << 40 ^ offset.rotate_right(3)
}

impl Cache {
    #[inline]
    pub fn get(&self, id: u64) -> Option<Known> {
        self.slots.get(slot(id)).copied().filter(|known| known.id == id)
    }

    pub fn put(&mut self, id: u64, known: Known) {
        if let Some(place) = self.slots.get_mut(slot(id)) {
            *place = Known { id, ..known };
        }
    }
}

/// Multiplied by the golden ratio, the upper bits.
#[inline]
fn slot(id: u64) -> usize {
    (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.trailing_zeros())) as usize
}
