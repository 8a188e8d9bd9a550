//! The hour that comes twice when daylight saving time ends.

use crate::text::lines::{Lines, Start};
use crate::text::stamp::{Civil, Stamp};

/// Times may go back by so much within one pass: lines of several threads are not in order.
pub const STEP_SECONDS: i64 = 60;

/// Lines of the two passes are looked for in so many bytes before and behind.
const BYTES_MAX: u64 = 64 << 20;

/// An hour that comes twice: its day since 1970 and the offsets of its two passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// Days since 1970 on the wall.
    pub day: i64,
    /// Seconds east before the clock was set back.
    pub early: i64,
    /// And after.
    pub late: i64,
}

/// Where the second passes of a file start.
#[derive(Debug, Default)]
pub struct Folds {
    known: Vec<(Fold, u64)>,
}

impl Folds {
    /// The offset of the first line of the second pass, from any line of either: where the time on the
    /// wall goes back. If it does not, all lines are of the first pass, unless the file was
    /// written last in the second.
    pub fn second_pass(
        &mut self,
        lines: &mut Lines,
        offset: u64,
        fold: Fold,
        latest_utc: i64,
        fold_of: &dyn Fn(i64) -> Option<Fold>,
    ) -> u64 {
        if let Some((_, second)) = self.known.iter().find(|(known, _)| *known == fold) {
            return *second;
        }
        let wall = |start: &Start| {
            let Stamp::Civil(civil) = start.head.stamp else { return None };
            let wall = civil_wall(&civil, fold)?;
            (fold_of(wall) == Some(fold)).then_some(wall)
        };
        let first = first_line(lines, offset, &wall);
        let second = find_step(lines, first, fold, latest_utc, &wall);
        self.known.push((fold, second));
        second
    }
}

/// The time on the wall; the year is the fold's if the line tells none.
fn civil_wall(civil: &Civil, fold: Fold) -> Option<i64> {
    let at = jiff::Timestamp::from_second(fold.day * 86_400).ok()?;
    let year = jiff::tz::TimeZone::UTC.to_datetime(at).year();
    Some(civil.wall_seconds(civil.year.unwrap_or(year)))
}

/// The first of the lines around `offset` that are within the hour.
fn first_line(lines: &mut Lines, offset: u64, wall: &dyn Fn(&Start) -> Option<i64>) -> u64 {
    let limit = offset.saturating_sub(BYTES_MAX);
    let mut first = offset;
    while let Some(start) = lines.start_before(first, limit) {
        if wall(&start).is_none() {
            break;
        }
        first = start.offset;
    }
    first
}

fn find_step(
    lines: &mut Lines,
    first: u64,
    fold: Fold,
    latest_utc: i64,
    wall: &dyn Fn(&Start) -> Option<i64>,
) -> u64 {
    let limit = first.saturating_add(2 * BYTES_MAX);
    let (mut at, mut last) = (first, None);
    while let Some(start) = lines.start_from(at, limit) {
        let Some(wall) = wall(&start) else { return u64::MAX };
        if last.is_some_and(|last| wall < last - STEP_SECONDS) {
            return start.offset;
        }
        last = Some(wall);
        let Some((end, _)) = lines.line_end(start.offset) else { break };
        at = end;
    }
    // The file ends within the hour: when it was changed last tells which one that was.
    let distance = |last: i64, east: i64| (latest_utc - (last - east)).abs();
    let is_late = last.is_some_and(|last| distance(last, fold.late) < distance(last, fold.early));
    if is_late { 0 } else { u64::MAX }
}
