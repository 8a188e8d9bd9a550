//! Files that change while they are read.

use super::Reader;

impl Reader {
    /// Whether there is more behind the end, or less than was read ([`Reader::is_cut`]).
    pub fn has_grown(&self) -> bool {
        self.store().size() > self.at
    }

    /// Whether the file is shorter than what was read of it.
    pub fn is_cut(&self) -> bool {
        self.store().size() < self.at
    }

    /// Looks at the file anew: it was written to, by now at the latest.
    pub fn refresh(&mut self, now_usec: u64) {
        self.lines.window.refresh();
        (self.next, self.ahead, self.built) = (None, None, None);
        self.needles.forget();
        if self.lines.is_timeless() {
            self.lines.learn();
        }
        self.clock.set_latest(now_usec);
    }

    /// The file was cut: starts at its start.
    pub fn restart(&mut self, now_usec: u64) {
        self.refresh(now_usec);
        self.clock.forget();
        self.lines.learn();
        self.go_to(0);
    }

    /// The bytes in front of the next record, to know the file again in a copy of it.
    pub fn fingerprint(&mut self, most: usize) -> Vec<u8> {
        let before = self.lines.window.before(self.at);
        before.get(before.len().saturating_sub(most)..).unwrap_or_default().to_vec()
    }
}
