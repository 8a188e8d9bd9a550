//! What must hold from one object to the next: the order of entries and tags, and the counts.

use super::object::Object;
use super::problem::{Wrong, bad};
use super::scan::Scan;
use crate::format::flags;
use crate::format::layout::{entry, header as header_at, id_at, tag};
use crate::id::Id128;

/// What was in the last entry.
#[derive(Clone, Copy, Debug)]
struct LastEntry {
    seqnum: u64,
    realtime: u64,
    monotonic: u64,
    boot_id: Id128,
}

/// What has been met so far.
#[derive(Debug)]
pub struct Course {
    last: Option<LastEntry>,
    last_epoch: u64,
    /// The begin of the last tag's epoch, and the last entry before it.
    tag: (u64, u64),
    /// The times of the entries: the earliest since the last tag, the latest of all.
    earliest: u64,
    latest: u64,
}

impl Default for Course {
    fn default() -> Course {
        Course { last: None, last_epoch: 0, tag: (0, 0), earliest: u64::MAX, latest: 0 }
    }
}

impl<'b> Scan<'b, '_> {
    pub(super) fn validated_usec(&self) -> u64 {
        let (epoch, entry) = self.course.tag;
        let is_continuous = self.header.compatible_flags & flags::COMPATIBLE_SEALED_CONTINUOUS != 0;
        match &self.sealing {
            // As systemd 255 and later say it of their own files.
            Some(sealing) if is_continuous && self.counts.tags > 0 => {
                epoch.saturating_add(sealing.interval_usec)
            }
            _ => entry,
        }
    }

    #[inline]
    pub(super) fn entry(&mut self, object: &Object<'b>) -> Result<(), Wrong> {
        let place = self.place;
        let now = LastEntry {
            seqnum: object.u64(entry::SEQNUM),
            realtime: object.u64(entry::REALTIME),
            monotonic: object.u64(entry::MONOTONIC),
            boot_id: id_at(object.bytes, entry::BOOT_ID),
        };
        if self.header.is_sealed() && self.counts.tags == 0 {
            return bad(place, "First entry before first tag");
        }
        let (epoch, _) = self.course.tag;
        if now.realtime < epoch {
            return bad(place, format!("Older entry after newer tag ({} < {epoch})", now.realtime));
        }
        let head = self.header.head_entry_seqnum;
        match &self.course.last {
            None if now.seqnum != head => {
                return bad(
                    place,
                    format!("Head entry sequence number incorrect ({} != {head})", now.seqnum),
                );
            }
            Some(last) if last.seqnum >= now.seqnum => {
                let text = "Entry sequence number out of synchronization";
                return bad(place, format!("{text} ({} >= {})", last.seqnum, now.seqnum));
            }
            Some(last) if last.boot_id == now.boot_id && last.monotonic > now.monotonic => {
                let text = "Entry timestamp out of synchronization";
                return bad(place, format!("{text} ({} > {})", last.monotonic, now.monotonic));
            }
            _ => {}
        }
        let head = self.header.head_entry_realtime_usec;
        if self.course.last.is_none() && now.realtime != head {
            let text = "Head entry realtime timestamp incorrect";
            return bad(place, format!("{text} ({} != {head})", now.realtime));
        }
        self.course.latest = self.course.latest.max(now.realtime);
        self.course.earliest = self.course.earliest.min(now.realtime);
        self.course.last = Some(now);
        self.counts.entries += 1;
        self.links.entry(place, object);
        Ok(())
    }

    pub(super) fn tag(&mut self, object: &Object<'b>) -> Result<(), Wrong> {
        let place = self.place;
        if !self.header.is_sealed() {
            return bad(place, "Tag object in file without sealing");
        }
        let (seqnum, expected) = (object.u64(tag::SEQNUM), self.counts.tags + 1);
        if seqnum != expected {
            let text = "Tag sequence number out of synchronization";
            return bad(place, format!("{text} ({seqnum} != {expected})"));
        }
        let (epoch, last) = (object.u64(tag::EPOCH), self.course.last_epoch);
        if self.is_continuous() {
            let is_next = self.counts.tags == 0
                || (self.counts.tags == 1 && epoch == last)
                || last.checked_add(1) == Some(epoch);
            if !is_next {
                return bad(place, format!("Epoch sequence not continuous ({epoch} vs {last})"));
            }
        } else if epoch < last {
            return bad(place, format!("Epoch sequence out of synchronization ({epoch} < {last})"));
        }
        if self.sealing.is_some() {
            self.seal(epoch)?;
        }
        self.course.last_epoch = epoch;
        self.counts.tags += 1;
        Ok(())
    }

    fn is_continuous(&self) -> bool {
        self.header.compatible_flags & flags::COMPATIBLE_SEALED_CONTINUOUS != 0
    }

    /// Whether a tag fits the times of the entries before it, and is right.
    fn seal(&mut self, epoch: u64) -> Result<(), Wrong> {
        let place = self.place;
        let Some(sealing) = &mut self.sealing else { return Ok(()) };
        let (begin, end) = sealing.epoch(epoch);
        let last = self.course.last.map(|last| last.realtime);
        if let Some(last) = last.filter(|last| *last >= end) {
            let text = "tag/entry realtime timestamp out of synchronization";
            return bad(place, format!("{text} ({last} >= {end})"));
        }
        let text = |entry: u64, what: &str, tag: u64| {
            let [entry_time, tag_time] = [entry, tag].map(|usec| self.watch.timestamp(usec));
            format!(
                "Entry realtime ({entry}, {entry_time}) is too {what} with respect to tag ({tag}, {tag_time})"
            )
        };
        let Course { earliest, latest, .. } = self.course;
        if latest >= end {
            return bad(place, text(latest, "late", end));
        }
        if earliest < begin {
            return bad(place, text(earliest, "early", begin));
        }
        self.course.earliest = u64::MAX;
        match sealing.is_right(&self.bytes, place, self.header.header_size) {
            Ok(true) => {
                self.course.tag = (begin, last.unwrap_or(0));
                Ok(())
            }
            Ok(false) => bad(place, "Tag failed verification"),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Whether the header counts as many as there are, and ends where they end.
    pub(super) fn totals(&self) -> Result<(), Wrong> {
        let (counts, header) = (&self.counts, &self.header);
        let rows = [
            (header_at::N_OBJECTS, "Object", counts.objects, Some(header.n_objects)),
            (header_at::N_ENTRIES, "Entry", counts.entries, Some(header.n_entries)),
            (header_at::N_DATA, "Data", counts.data, header.n_data),
            (header_at::N_FIELDS, "Field", counts.fields, header.n_fields),
            (header_at::N_TAGS, "Tag", counts.tags, header.n_tags),
            (header_at::N_ENTRY_ARRAYS, "Entry array", counts.entry_arrays, header.n_entry_arrays),
        ];
        for (at, name, found, written) in rows {
            if let Some(written) = written.filter(|written| *written != found) {
                return bad(at as u64, format!("{name} number mismatch ({found} != {written})"));
            }
        }
        if !self.has_main_array && header.entry_array_offset != 0 {
            return bad(0, "Missing main entry array");
        }
        let Some(last) = &self.course.last else { return Ok(()) };
        if last.seqnum != header.tail_entry_seqnum {
            let (found, written) = (last.seqnum, header.tail_entry_seqnum);
            let text = format!("Tail entry sequence number incorrect ({found} != {written})");
            return bad(header_at::TAIL_ENTRY_SEQNUM as u64, text);
        }
        let (found, written) = (last.monotonic, header.tail_entry_monotonic_usec);
        if last.boot_id == header.tail_entry_boot_id && found != written {
            return bad(0, format!("Invalid tail monotonic timestamp ({found} != {written})"));
        }
        let (found, written) = (last.realtime, header.tail_entry_realtime_usec);
        if found != written {
            return bad(0, format!("Invalid tail realtime timestamp ({found} != {written})"));
        }
        Ok(())
    }
}
