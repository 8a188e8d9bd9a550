//! `[Automount]`, systemd.automount(5).

use super::build::{Computed, Is, NONE, SAME, row};
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
    row("Where", Path(Absolute), Computed("the path that the unit's name stands for"), 0, SAME, "The mount point; the unit's name has to fit"),
    row("ExtraOptions", Text, NONE, 250, SAME, "More mount options of the autofs mount point"),
    row("DirectoryMode", Mode, Is("0755"), 0, SAME, "The access mode of directories that are made for the mount point"),
    row("TimeoutIdleSec", Seconds(IsInfinity), Is("0"), 220, "TimeoutIdleUSec", "After how long without use it is unmounted; 0 means never"),
];
