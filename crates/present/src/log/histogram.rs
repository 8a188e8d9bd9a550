//! How much was said when: counts by time, level and service, drawn as bars.

use std::collections::{BTreeMap, HashMap};

use super::zone::LocalTime;

mod draw;

pub use draw::{By, Chart};

/// Widths of buckets in seconds; each is a multiple of the one before. The last ones are for times
/// that are wrong.
const WIDTHS: [u64; 21] = [
    1,
    5,
    10,
    30,
    60,
    300,
    600,
    1800,
    3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    DAY,
    7 * DAY,
    364 * DAY,
    3640 * DAY,
    36_400 * DAY,
    364_000 * DAY,
    3_640_000 * DAY,
    36_400_000 * DAY,
    364_000_000 * DAY,
];
const DAY: u64 = 86_400;
/// How many buckets there are at most, before they are made wider.
const MOST: usize = 2048;
/// How many services are told apart.
const SERVICES: usize = 256;

/// Counts entries.
///
/// Buckets are as narrow as fits a bounded memory, and aligned to local time as it is at the
/// first entry.
#[derive(Default)]
pub struct Histogram {
    /// Seconds that local time is ahead, once there is an entry.
    east_seconds: Option<i64>,
    /// Index into [`WIDTHS`].
    width: usize,
    buckets: BTreeMap<i64, Bucket>,
    services: HashMap<Vec<u8>, usize>,
}

/// What was said in one span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// By level of syslog(3).
    pub levels: [u64; 8],
    /// By place in [`Counts::services`]; may be shorter.
    pub services: Vec<u64>,
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The width of each bucket.
    pub width_seconds: u64,
    /// The start of the first one, in seconds since 1970.
    pub start: i64,
    /// One after another, also where nothing was said.
    pub buckets: Vec<Bucket>,
    /// Names of services, the most frequent first.
    pub services: Vec<Vec<u8>>,
}

impl Bucket {
    /// All.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.levels.iter().sum()
    }

    fn merge(&mut self, other: &Self) {
        for (sum, count) in self.levels.iter_mut().zip(other.levels) {
            *sum += count;
        }
        if self.services.len() < other.services.len() {
            self.services.resize(other.services.len(), 0);
        }
        for (sum, count) in self.services.iter_mut().zip(&other.services) {
            *sum += count;
        }
    }
}

impl Histogram {
    /// Takes an entry.
    pub fn add(&mut self, realtime_usec: u64, level: u8, service: &[u8], zone: &impl LocalTime) {
        let second = (realtime_usec / 1_000_000) as i64;
        let east = *self.east_seconds.get_or_insert_with(|| zone.at(second).east_seconds.into());
        let place = self.service(service);
        let bucket =
            self.buckets.entry((second + east).div_euclid(self.width_seconds())).or_default();
        if let Some(count) = bucket.levels.get_mut(usize::from(level.min(7))) {
            *count += 1;
        }
        if let Some(place) = place {
            if bucket.services.len() <= place {
                bucket.services.resize(place + 1, 0);
            }
            if let Some(count) = bucket.services.get_mut(place) {
                *count += 1;
            }
        }
        while self.buckets.len() > MOST && self.widen() {}
    }

    fn service(&mut self, name: &[u8]) -> Option<usize> {
        let next = self.services.len();
        if let Some(place) = self.services.get(name) {
            return Some(*place);
        }
        (next < SERVICES).then(|| {
            self.services.insert(name.to_vec(), next);
            next
        })
    }

    fn width_seconds(&self) -> i64 {
        WIDTHS.get(self.width).copied().unwrap_or(1) as i64
    }

    /// Takes the next width, if there is one.
    fn widen(&mut self) -> bool {
        let Some(wider) = WIDTHS.get(self.width + 1) else { return false };
        let factor = *wider as i64 / self.width_seconds();
        self.width += 1;
        for (index, bucket) in std::mem::take(&mut self.buckets) {
            self.buckets.entry(index.div_euclid(factor)).or_default().merge(&bucket);
        }
        true
    }

    /// Takes what another one counted.
    pub fn merge(&mut self, mut other: Self) {
        let Some(theirs) = other.east_seconds else { return };
        let east = *self.east_seconds.get_or_insert(theirs);
        while self.width < other.width && self.widen() {}
        while other.width < self.width && other.widen() {}
        let places: Vec<(usize, Option<usize>)> =
            other.services.iter().map(|(name, from)| (*from, self.service(name))).collect();
        // Two that began in summer and in winter are an hour apart.
        let shift = (east - theirs).div_euclid(self.width_seconds());
        for (index, bucket) in other.buckets {
            let mut moved =
                Bucket { levels: bucket.levels, services: vec![0; self.services.len()] };
            for (from, to) in &places {
                let to = to.and_then(|to| moved.services.get_mut(to));
                if let (Some(sum), Some(count)) = (to, bucket.services.get(*from)) {
                    *sum += count;
                }
            }
            self.buckets.entry(index + shift).or_default().merge(&moved);
        }
        while self.buckets.len() > MOST && self.widen() {}
    }

    /// What was counted, in at most `most` buckets (but one at least).
    #[must_use]
    pub fn counts(mut self, most: usize) -> Option<Counts> {
        let most = most.max(1) as i64;
        let (first, last) = loop {
            let (first, last) = (*self.buckets.keys().next()?, *self.buckets.keys().next_back()?);
            if last - first < most || !self.widen() {
                break (first, last);
            }
        };
        let width = self.width_seconds();
        let mut names: Vec<(Vec<u8>, usize)> = self.services.into_iter().collect();
        let total = |place: usize| -> u64 {
            self.buckets.values().filter_map(|bucket| bucket.services.get(place)).sum()
        };
        names.sort_by_cached_key(|(name, place)| (u64::MAX - total(*place), name.clone()));
        let buckets = (first..=last)
            .map(|index| {
                let bucket = self.buckets.get(&index).cloned().unwrap_or_default();
                let count = |place: usize| bucket.services.get(place).copied().unwrap_or(0);
                let services = names.iter().map(|(_, place)| count(*place)).collect();
                Bucket { levels: bucket.levels, services }
            })
            .collect();
        Some(Counts {
            width_seconds: width as u64,
            start: first * width - self.east_seconds.unwrap_or(0),
            buckets,
            services: names.into_iter().map(|(name, _)| name).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Utc;

    fn counted(seconds: impl Iterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        for second in seconds {
            let service = if second % 3 == 0 { "a" } else { "b" };
            let level = if second % 10 == 0 { 3 } else { 6 };
            histogram.add(second * 1_000_000, level, service.as_bytes(), &Utc);
        }
        histogram
    }

    #[test]
    fn buckets_become_wider_and_nothing_is_lost() {
        for (step, width) in [(1, 300), (60, 21_600), (86_400, 31_449_600)] {
            let counts = counted((0..6000).map(|at| 1_000_000_000 + at * step)).counts(30).unwrap();
            assert_eq!(counts.width_seconds, width);
            assert_eq!(counts.buckets.iter().map(Bucket::total).sum::<u64>(), 6000);
            assert!(counts.buckets.len() <= 30);
            assert!(counts.start <= 1_000_000_000 && counts.start + width as i64 > 1_000_000_000);
        }
        assert_eq!(Histogram::default().counts(30), None);
        assert_eq!(counted(std::iter::once(5)).counts(0).unwrap().buckets.len(), 1);
    }

    #[test]
    fn counted_apart_is_counted_together() {
        let all = counted(1000..9000).counts(40);
        let mut parts = counted((1000..9000).filter(|at| at % 2 == 0));
        parts.merge(counted((1000..9000).rev().filter(|at| at % 2 == 1)));
        assert_eq!(parts.counts(40), all);
        let mut empty = Histogram::default();
        empty.merge(counted(1000..9000));
        assert_eq!(empty.counts(40), all);
        assert_eq!(all.unwrap().services, [b"b".to_vec(), b"a".to_vec()]);
    }

    #[test]
    fn any_time_counts() {
        let mut histogram = Histogram::default();
        for usec in [0, u64::MAX, 1 << 55] {
            histogram.add(usec, 200, b"", &Utc);
        }
        let counts = histogram.counts(10).unwrap();
        assert!(counts.buckets.len() <= 10);
        assert_eq!(counts.buckets.iter().map(Bucket::total).sum::<u64>(), 3);
    }
}
