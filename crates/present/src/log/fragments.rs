//! What was rendered of fields that come again and again.

/// Places in the store. Two fields of one place displace each other.
const PLACES: usize = 16_384;
/// Bytes of one place; what is longer is rendered anew each time.
const BYTES: usize = 192;

/// So many fields are rendered without a store: most renderers are for ten entries.
const EARLY: usize = 1000;

/// Rendered fields by [`super::Field::id`], in 3.4 MiB.
pub(super) struct Fragments {
    /// How many fields came before there was a store.
    early: usize,
    tags: Vec<Tag>,
    bytes: Vec<[u8; BYTES]>,
}

#[derive(Clone, Copy, Default)]
struct Tag {
    id: u64,
    /// What the maker said.
    mark: u32,
    /// Bytes of the text, and one; 0 if the field was only seen. Most fields that are seen once
    /// are seen once, so the first time nothing is kept.
    length: u16,
}

impl Fragments {
    pub(super) const fn new() -> Self {
        Self { early: 0, tags: Vec::new(), bytes: Vec::new() }
    }

    /// Appends what `make` makes of the field `id` and returns the mark that `make` made of it.
    pub(super) fn push(
        &mut self,
        id: u64,
        out: &mut Vec<u8>,
        make: impl FnOnce(&mut Vec<u8>) -> u32,
    ) -> u32 {
        if id == 0 {
            return make(out);
        }
        if self.tags.is_empty() {
            if self.early < EARLY {
                self.early += 1;
                return make(out);
            }
            self.tags = vec![Tag::default(); PLACES];
            self.bytes = vec![[0; BYTES]; PLACES];
        }
        // Ids may be offsets in files: multiples of eight, near each other.
        let place = (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50) as usize % PLACES;
        let (Some(tag), Some(bytes)) = (self.tags.get_mut(place), self.bytes.get_mut(place)) else {
            return make(out);
        };
        if tag.id != id {
            *tag = Tag { id, mark: 0, length: 0 };
            return make(out);
        }
        if let Some(text) =
            usize::from(tag.length).checked_sub(1).and_then(|length| bytes.get(..length))
        {
            out.extend_from_slice(text);
            return tag.mark;
        }
        let start = out.len();
        let mark = make(out);
        let text = out.get(start..).unwrap_or_default();
        if let Some(kept) = bytes.get_mut(..text.len()) {
            kept.copy_from_slice(text);
            tag.length = text.len() as u16 + 1;
            tag.mark = mark;
        }
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_twice_then_kept() {
        let mut store = Fragments { early: EARLY, ..Fragments::new() };
        let mut out = Vec::new();
        for round in 0..4 {
            let mut made = false;
            let mark = store.push(8, &mut out, |out| {
                made = true;
                out.extend_from_slice(b"x");
                7
            });
            assert_eq!((made, mark), (round < 2, 7));
        }
        assert_eq!(out, b"xxxx");
        store.push(0, &mut out, |_| 0);
        for _ in 0..3 {
            let mark = store.push(16, &mut out, |out| {
                out.resize(out.len() + 1000, b'y');
                1
            });
            assert_eq!(mark, 1);
        }
        assert_eq!(out.len(), 3004);
    }

    #[test]
    fn what_displaces_is_not_mixed_up() {
        let mut store = Fragments::new();
        for id in (1..200_000_u64).chain(1..200_000) {
            let mut out = Vec::new();
            store.push(id, &mut out, |out| {
                out.extend_from_slice(&id.to_le_bytes());
                0
            });
            assert_eq!(out, id.to_le_bytes());
        }
    }
}
