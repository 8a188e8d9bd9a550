//! Where a reader begins: the ends of a file, or a time in it.

use super::Reader;
use crate::text::Direction;
use crate::text::window::PROBE_BYTES;

/// Lines of several writers may be out of order by as much as this many bytes hold.
const DISORDER_BYTES: u64 = 64 << 10;

impl Reader {
    /// Goes to the start of a line.
    pub fn go_to(&mut self, offset: u64) {
        self.at = offset;
        (self.next, self.ahead, self.built) = (None, None, None);
        self.needles.forget();
    }

    /// Goes behind the last record (the last complete one, when following).
    pub fn go_to_end(&mut self) {
        let size = self.store().size();
        let end = match self.lines.window.before(size).last() {
            Some(byte) if *byte != b'\n' && self.holds_partial => {
                self.lines.line_before(size).unwrap_or(0)
            }
            _ => size,
        };
        self.go_to(end);
    }

    /// Goes to where records of that time are: in front of the first that is as late (forward), behind
    /// the last that is as early (backward). Where lines are a little out of order, rather too far.
    pub fn go_to_time(&mut self, usec: u64, direction: Direction) {
        let wanted = match direction {
            Direction::Forward => usec,
            Direction::Backward => usec.saturating_add(1),
        };
        self.go_to(0);
        if !self.store().is_random() {
            self.skip_until(wanted);
            return;
        }
        let was_probing = self.lines.window.set_probing(true);
        let found = self.bisect(wanted);
        self.lines.window.set_probing(was_probing);
        let found = self.around_disorder(found, wanted, direction);
        self.go_to(found);
    }

    /// Reads on until a record is as late as that.
    fn skip_until(&mut self, wanted: u64) {
        while let Some(found) = self.peek(Direction::Forward) {
            if found >= wanted {
                break;
            }
            self.advance(Direction::Forward);
        }
    }

    /// The first record of that time or later, as far as the file is in order.
    fn bisect(&mut self, wanted: u64) -> u64 {
        let size = self.store().size();
        if self.lines.is_timeless() {
            return if self.clock.latest_usec() >= wanted { 0 } else { size };
        }
        let (mut low, mut high) = (0, size);
        // A line that begins before `high` may end behind it.
        while high.saturating_sub(low) > PROBE_BYTES as u64 {
            let middle = low + (high - low) / 2;
            let line = self.lines.line_from(middle, high);
            let found = line.and_then(|line| self.lines.start_from(line, high));
            match found.map(|start| (start.offset, self.time_of(&start))) {
                Some((offset, usec)) if usec < wanted => {
                    low = self.lines.line_end(offset).map_or(high, |(end, _)| end);
                }
                _ => high = middle,
            }
        }
        // Lines in front of the first one with a time are a record of their own.
        let is_first = low == 0;
        let mut at = low;
        while let Some(start) = self.lines.start_from(at, size) {
            if self.time_of(&start) >= wanted {
                let is_headless = is_first && at == 0 && start.offset > 0;
                return if is_headless { 0 } else { start.offset };
            }
            let Some((end, _)) = self.lines.line_end(start.offset) else { break };
            at = end;
        }
        size
    }

    /// Goes back (on, backward) over neighbours that are out of order.
    fn around_disorder(&mut self, found: u64, wanted: u64, direction: Direction) -> u64 {
        if self.lines.is_timeless() {
            return found;
        }
        let mut farthest = found;
        let mut at = found;
        match direction {
            Direction::Forward => {
                let limit = found.saturating_sub(DISORDER_BYTES);
                let limit = self.lines.line_from(limit, found).unwrap_or(found);
                while let Some(start) = self.lines.start_before(at, limit) {
                    at = start.offset;
                    if self.time_of(&start) >= wanted {
                        farthest = at;
                    }
                }
            }
            Direction::Backward => {
                let limit = found.saturating_add(DISORDER_BYTES);
                while let Some(start) = self.lines.start_from(at, limit) {
                    let Some((end, _)) = self.lines.line_end(start.offset) else { break };
                    at = end;
                    if self.time_of(&start) < wanted {
                        farthest = self.end_of(start.offset, u64::MAX).unwrap_or(at);
                    }
                }
            }
        }
        farthest
    }
}
