//! The boots that journals tell of.

use crate::filter::Filter;
use crate::id::Id128;
use crate::set::{Position, Set};
use crate::walk::{Direction, Seek, Walk};

/// A boot and the time that its entries span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Which.
    pub id: Id128,
    /// Its first entry's time, microseconds since 1970.
    pub first_realtime_usec: u64,
    /// Its last entry's.
    pub last_realtime_usec: u64,
}

/// No more boots are counted. (Files whose clocks contradict each other could make it go in
/// circles.)
const BOOTS_MAX: usize = 1 << 17;

/// All boots from the oldest to the newest, as `journalctl --list-boots`. Like that it leaps: from
/// a boot's last entry to the next, whose boot is the next one. Where boots come back (another machine's
/// files, a clock set back) it ends at the first one that it has met already.
pub fn list(set: &Set) -> Vec<Boot> {
    let mut search = Search::new(set, Direction::Forward);
    search.walk.seek(Seek::Head);
    let mut boots: Vec<Boot> = Vec::new();
    let mut known = std::collections::HashSet::new();
    while let Some(boot) = search.next()
        && known.insert(boot.id)
        && boots.len() < BOOTS_MAX
    {
        boots.push(boot);
    }
    boots
}

/// The boot that `--boot=[ID][±OFFSET]` means: without id 0 is the last, -1 that before it, 1 the first;
/// with one counted from that. None: there is no such boot.
pub fn find(set: &Set, from: Option<Id128>, offset: i64) -> Option<Id128> {
    let is_older = offset <= 0;
    let direction = if is_older { Direction::Backward } else { Direction::Forward };
    let mut search = Search::new(set, direction);
    let mut left = offset.unsigned_abs();
    match from {
        Some(id) => {
            // On its far end: the next entry is of another boot.
            search.far_end(id, direction)?;
            if left == 0 {
                return Some(id);
            }
        }
        // The last boot is 0, but the first one is 1.
        None if is_older => left += 1,
        None => {}
    }
    let mut met = 0;
    while left > 0 && met < BOOTS_MAX {
        let boot = search.next()?;
        left -= 1;
        met += 1;
        if left == 0 {
            return Some(boot.id);
        }
    }
    None
}

/// Leaps from boot to boot.
struct Search<'s> {
    set: &'s Set,
    walk: Walk,
    direction: Direction,
    previous: Option<Id128>,
}

impl<'s> Search<'s> {
    fn new(set: &'s Set, direction: Direction) -> Search<'s> {
        let walk = Walk::new(Filter::All, direction);
        Search { set, walk, direction, previous: None }
    }

    /// The next boot; the walk stands on its far end then.
    fn next(&mut self) -> Option<Boot> {
        self.walk.set_filter(Filter::All);
        let (id, near_usec) = loop {
            let at = self.walk.step(self.set, self.direction)?;
            let entry = self.set.entry(at).ok()?;
            // The lists of a boot's entries may be less complete than the list of all.
            if self.previous != Some(entry.boot_id) {
                break (entry.boot_id, entry.realtime_usec);
            }
        };
        self.previous = Some(id);
        let far = self.far_end(id, self.direction)?;
        let far_usec = self.set.entry(far).ok()?.realtime_usec;
        let (first, last) = match self.direction {
            Direction::Forward => (near_usec, far_usec),
            Direction::Backward => (far_usec, near_usec),
        };
        Some(Boot { id, first_realtime_usec: first, last_realtime_usec: last })
    }

    /// Goes to a boot's last entry in that direction.
    fn far_end(&mut self, id: Id128, direction: Direction) -> Option<Position> {
        self.walk.set_filter(Filter::field(format!("_BOOT_ID={id}").as_bytes()));
        self.walk.seek(match direction {
            Direction::Forward => Seek::Tail,
            Direction::Backward => Seek::Head,
        });
        self.walk.step(self.set, direction.opposite())
    }
}
