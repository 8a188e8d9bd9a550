//! Numbers that look random and are the same on every machine and in every run.

/// Splitmix64 with a seed.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        // The remainder prefers low numbers by less than one in 2^40 for all limits used here.
        self.bits() % limit.max(1)
    }

    /// One of several; nothing of none.
    pub fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        let index = self.below(all.len() as u64) as usize;
        all.get(index).copied().unwrap_or_default()
    }

    /// 32 hexadecimal digits: an id.
    pub fn id(&mut self) -> String {
        format!("{:016x}{:016x}", self.bits(), self.bits())
    }
}
