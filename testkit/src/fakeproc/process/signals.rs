//! What a made-up process has arranged for signals.

use super::Process;

/// The masks of `status`, bit 0 for signal 1.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::fakeproc) struct Signals {
    pub(in crate::fakeproc) pending: u64,
    pub(in crate::fakeproc) blocked: u64,
    pub(in crate::fakeproc) ignored: u64,
    pub(in crate::fakeproc) caught: u64,
}

impl Process {
    /// The signals caught, by number.
    #[must_use]
    pub fn catches(mut self, signals: &[u32]) -> Self {
        self.signals.caught |= mask(signals);
        self
    }

    /// The signals ignored, by number.
    #[must_use]
    pub fn ignores(mut self, signals: &[u32]) -> Self {
        self.signals.ignored |= mask(signals);
        self
    }

    /// The signals blocked, by number.
    #[must_use]
    pub fn blocks(mut self, signals: &[u32]) -> Self {
        self.signals.blocked |= mask(signals);
        self
    }

    /// The signals pending for the whole process, by number.
    #[must_use]
    pub fn pending(mut self, signals: &[u32]) -> Self {
        self.signals.pending |= mask(signals);
        self
    }
}

fn mask(signals: &[u32]) -> u64 {
    signals.iter().filter_map(|signal| 1_u64.checked_shl(signal.wrapping_sub(1))).sum()
}
