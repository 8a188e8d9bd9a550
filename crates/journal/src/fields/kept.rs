//! Decompressed payloads that several entries share: a daemon's long command line is unpacked once,
//! not with each of its messages.

/// How many are kept.
const SLOTS: usize = 256;
/// Longer ones are unpacked each time: together they are never more than 4 MiB.
const LENGTH_MAX: usize = 16 << 10;

#[derive(Debug, Default)]
pub(super) struct Kept {
    slots: Vec<Slot>,
    /// Which record is being read.
    record: u64,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    id: u64,
    /// The record that used it last, whose fields still point here.
    record: u64,
    payload: Vec<u8>,
}

impl Kept {
    /// Another record begins: what the last one used may be replaced.
    #[inline]
    pub fn begin(&mut self) {
        self.record += 1;
    }

    /// Where that payload is kept; pins it until the next record.
    pub fn find(&mut self, id: u64) -> Option<usize> {
        let (at, record) = (slot(id), self.record);
        let slot = self.slots.get_mut(at).filter(|slot| slot.id == id)?;
        slot.record = record;
        Some(at)
    }

    /// Keeps that payload, if it is not too long and its place not in use.
    pub fn keep(&mut self, id: u64, payload: &[u8]) {
        if payload.len() > LENGTH_MAX {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        let record = self.record;
        if let Some(slot) = self.slots.get_mut(slot(id)).filter(|slot| slot.record != record) {
            slot.id = id;
            slot.payload.clear();
            slot.payload.extend_from_slice(payload);
        }
    }

    /// The payload in that slot.
    #[inline]
    pub fn payload(&self, at: usize) -> Option<&[u8]> {
        self.slots.get(at).map(|slot| slot.payload.as_slice())
    }
}

fn slot(id: u64) -> usize {
    (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.trailing_zeros())) as usize
}
