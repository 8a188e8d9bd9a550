//! `[Mount]`, systemd.mount(5).

use super::build::{Computed, Is, Manager, NONE, SAME, off, row};
use crate::table::{
    Directive,
    kind::{
        Kind::{Mode, Path, Seconds, Text},
        PathRule::Absolute,
        Zero::IsInfinity,
    },
};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("What", Text, NONE, 0, SAME, "The device, file or other source that is mounted"),
    row("Where", Path(Absolute), Computed("the path that the unit's name stands for"), 0, SAME, "Where it is mounted; the unit's name has to fit"),
    row("Type", Text, NONE, 0, SAME, "The type of the file system"),
    row("Options", Text, NONE, 0, SAME, "Mount options, with commas between"),
    off("SloppyOptions", 215, "Options that the file system does not know are no failure"),
    off("LazyUnmount", 232, "Unmounts at once and lets go when nobody uses it any more"),
    off("ReadWriteOnly", 246, "Fails rather than mounts read-only where writing is impossible"),
    off("ForceUnmount", 232, "Unmounts by force, for network file systems out of reach"),
    row("DirectoryMode", Mode, Is("0755"), 0, SAME, "The access mode of directories that are made for the mount point"),
    row("TimeoutSec", Seconds(IsInfinity), Manager("DefaultTimeoutStartSec"), 0, "TimeoutUSec", "How long mounting or unmounting may take"),
];
