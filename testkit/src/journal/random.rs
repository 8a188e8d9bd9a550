//! Numbers by chance that are the same in each run (splitmix64).

/// Choices from a seed: the same seed, the same choices.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Choices that follow from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any of 64 bits.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where that is 0.
    pub const fn below(&mut self, limit: u64) -> u64 {
        match self.number().checked_rem(limit) {
            Some(number) => number,
            None => 0,
        }
    }

    /// True once in `times`.
    pub const fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of them; `None` where there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(from.len()).unwrap_or(u64::MAX));
        from.get(usize::try_from(index).ok()?)
    }

    /// 128 bits, as identifiers of boots and invocations are.
    pub fn id(&mut self) -> [u8; 16] {
        ((u128::from(self.number()) << 64) | u128::from(self.number())).to_be_bytes()
    }
}
