//! The year of lines that tell none.

use super::SET_BACK_SECONDS;
use crate::text::lines::Lines;
use crate::text::stamp::{Civil, Stamp};

/// In smaller files all lines are looked at.
pub const EXACT_BYTES_MAX: u64 = 4 << 20;

/// Places that larger ones are looked at.
const PROBES: u64 = 256;

/// How far a probe goes for a line with a time.
const PROBE_BYTES: u64 = 64 << 10;

/// Later changes of the year in one file are not told apart.
const CHANGES_MAX: usize = 4096;

/// Leap days are at most eight years apart.
const LEAP_YEARS_APART: i16 = 8;

/// Which years the lines of a file are of.
#[derive(Debug)]
pub struct Years {
    /// From that offset on it is that year, ascending.
    changes: Vec<(u64, i16)>,
    /// Where the lines end that were looked at.
    end: u64,
}

/// The latest year that does not put a time far behind `next`.
pub fn before(next_wall: i64, civil: &Civil) -> i16 {
    let most = year_of(next_wall) + 1;
    let fits = |year: &i16| {
        civil.exists_in(*year) && civil.wall_seconds(*year) <= next_wall + SET_BACK_SECONDS
    };
    (most - LEAP_YEARS_APART - 1..=most).rev().find(fits).unwrap_or(most - 1)
}

/// The first year that does not put a time far before `last`.
pub fn after(last_wall: i64, civil: &Civil) -> i16 {
    let least = year_of(last_wall) - 1;
    let fits = |year: &i16| {
        civil.exists_in(*year) && civil.wall_seconds(*year) >= last_wall - SET_BACK_SECONDS
    };
    (least..=least + LEAP_YEARS_APART + 1).find(fits).unwrap_or(least + 1)
}

fn year_of(wall: i64) -> i16 {
    let at = jiff::Timestamp::from_second(wall).unwrap_or_default();
    jiff::tz::TimeZone::UTC.to_datetime(at).year()
}

/// A pass over lines from the last to the first.
struct Pass {
    /// The time on the wall of the line behind.
    next_wall: i64,
    /// Descending.
    changes: Vec<(u64, i16)>,
}

impl Pass {
    /// The next line in front; whether it is of another year than the line behind.
    fn line(&mut self, offset: u64, stamp: &Stamp) -> bool {
        let Stamp::Civil(civil) = stamp else { return false };
        let year = civil.year.unwrap_or_else(|| before(self.next_wall, civil));
        let wall = civil.wall_seconds(year);
        // Lines of a clock that was not set say nothing about those in front of them.
        if !is_unset(civil) || (self.next_wall - wall).abs() <= SET_BACK_SECONDS {
            self.next_wall = wall;
        }
        if let Some((from, last)) = self.changes.last_mut()
            && *last == year
        {
            *from = offset;
            return false;
        }
        let has_room = self.changes.len() < CHANGES_MAX;
        if has_room {
            self.changes.push((offset, year));
        }
        has_room
    }
}

/// Whether a clock that was never set would show that, in any zone.
fn is_unset(civil: &Civil) -> bool {
    match (civil.month, civil.day) {
        (1, 1) => civil.second < 15 * 3600,
        (12, 31) => civil.second >= 12 * 3600,
        _ => false,
    }
}

impl Years {
    /// Looks at the lines of a file from the end to the start.
    pub fn of(lines: &mut Lines, latest_wall: i64) -> Years {
        let size = lines.window.store().size();
        let mut pass = Pass { next_wall: latest_wall, changes: Vec::new() };
        if size <= EXACT_BYTES_MAX {
            exact(lines, &mut pass, 0, size);
        } else {
            let was_probing = lines.window.set_probing(true);
            probe(lines, &mut pass, size);
            lines.window.set_probing(was_probing);
        }
        // The first line's year goes back to the start: lines that nobody looked at.
        if let Some((from, _)) = pass.changes.last_mut() {
            *from = 0;
        }
        pass.changes.reverse();
        Years { changes: pass.changes, end: size }
    }

    /// The year of the line at `offset`.
    pub fn year(&mut self, lines: &mut Lines, offset: u64, civil: &Civil, latest_wall: i64) -> i16 {
        if offset >= self.end {
            let year = before(latest_wall, civil);
            if self.changes.last().is_none_or(|(_, last)| *last != year) {
                self.changes.push((offset, year));
            }
            self.end = lines.window.store().size().max(offset + 1);
            return year;
        }
        let behind = self.changes.partition_point(|(from, _)| *from <= offset);
        let found = behind.checked_sub(1).and_then(|index| self.changes.get(index));
        found.map_or_else(|| before(latest_wall, civil), |(_, year)| *year)
    }
}

/// All lines from `end` back to `start`.
fn exact(lines: &mut Lines, pass: &mut Pass, start: u64, end: u64) {
    let mut at = end;
    while let Some(found) = lines.start_before(at, start) {
        at = found.offset;
        pass.line(at, &found.head.stamp);
    }
}

/// Some lines from the end to the start, and all lines where the year changes between two.
fn probe(lines: &mut Lines, pass: &mut Pass, size: u64) {
    exact(lines, pass, size.saturating_sub(PROBE_BYTES), size);
    let mut behind = size.saturating_sub(PROBE_BYTES);
    for index in (0..PROBES).rev() {
        let place = size / PROBES * index;
        let Some(from) = lines.line_from(place, place + PROBE_BYTES) else { continue };
        let Some(found) = lines.start_from(from, from + PROBE_BYTES) else { continue };
        let next_wall = pass.next_wall;
        if pass.line(found.offset, &found.head.stamp) {
            // Once more, line by line.
            pass.changes.pop();
            pass.next_wall = next_wall;
            lines.window.set_probing(false);
            exact(lines, pass, found.offset, behind);
            lines.window.set_probing(true);
        }
        behind = found.offset;
    }
}
