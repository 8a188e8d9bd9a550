//! Whether a name came before in an entry: asked for each field, so it has to be quick.

const PLACES: usize = 4096;

/// The names of one entry, by their hashes.
pub(super) struct Repeats {
    /// Which entry this is.
    round: u32,
    /// The last round in which a hash of that place came.
    places: Vec<u32>,
    hashes: Vec<u32>,
}

impl Repeats {
    pub(super) const fn new() -> Self {
        Self { round: 0, places: Vec::new(), hashes: Vec::new() }
    }

    /// Another entry begins.
    pub(super) fn start(&mut self) {
        self.hashes.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 || self.places.is_empty() {
            self.round = 1;
            self.places.clear();
            self.places.resize(PLACES, 0);
        }
    }

    /// Takes a name, and says whether the entry has one of that hash already.
    pub(super) fn is_repeated(&mut self, hash: u32) -> bool {
        let Some(place) = self.places.get_mut(hash as usize % PLACES) else { return true };
        let repeated = *place == self.round && self.hashes.contains(&hash);
        *place = self.round;
        self.hashes.push(hash);
        repeated
    }
}

/// A hash of a name; never one of the two ends of its range.
pub(super) fn hash(name: &[u8]) -> u32 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    ((sum ^ (sum >> 32)) as u32).clamp(1, u32::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_repeated_in_its_entry_only() {
        let mut repeats = Repeats::new();
        for round in [0, 0, u32::MAX - 1, 0, 0] {
            repeats.round = repeats.round.max(round);
            repeats.start();
            assert!(!repeats.is_repeated(1) && !repeats.is_repeated(1 + PLACES as u32));
            assert!(!repeats.is_repeated(2) && repeats.is_repeated(1));
        }
        assert_ne!(hash(b"MESSAGE"), hash(b"MESSAGE_ID"));
    }
}
