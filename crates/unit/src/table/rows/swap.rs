//! `[Swap]`, systemd.swap(5).

use super::build::{Computed, Manager, NONE, SAME, row};
use crate::table::{
    Directive,
    kind::{
        Kind::{Integer, Seconds, Text},
        Zero::IsInfinity,
    },
};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("What", Text, Computed("the path that the unit's name stands for"), 0, SAME, "The device or file that is swapped to; the unit's name has to fit"),
    row("Priority", Integer(-1, 32767), NONE, 0, SAME, "Which swap is used first: the one with the higher number"),
    row("Options", Text, NONE, 217, SAME, "Options, with commas between"),
    row("TimeoutSec", Seconds(IsInfinity), Manager("DefaultTimeoutStartSec"), 0, "TimeoutUSec", "How long switching it on or off may take"),
];
