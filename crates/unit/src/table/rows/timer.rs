//! `[Timer]`, systemd.timer(5).

use super::build::{Computed, Is, Manager, NONE, SAME, off, on, row};
use crate::table::{
    Directive,
    kind::{
        Kind::{Calendar, OneUnit, Seconds},
        Zero::IsZero,
    },
};

/// A point in time that is counted from another.
const fn monotonic(name: &'static str, doc: &'static str) -> Directive {
    row(name, Seconds(IsZero), NONE, 0, "TimersMonotonic", doc).list("timers")
}

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    monotonic("OnActiveSec", "Elapses so long after the timer was started"),
    monotonic("OnBootSec", "Elapses so long after the machine was booted"),
    monotonic("OnStartupSec", "Elapses so long after the manager was started"),
    monotonic("OnUnitActiveSec", "Elapses so long after the unit was last started"),
    monotonic("OnUnitInactiveSec", "Elapses so long after the unit last ended"),
    row("OnCalendar", Calendar, NONE, 197, "TimersCalendar", "Elapses at these dates and times of day").list("timers"),
    row("AccuracySec", Seconds(IsZero), Manager("DefaultTimerAccuracySec"), 209, "AccuracyUSec", "How much later it may elapse, so that wake-ups coincide"),
    row("RandomizedDelaySec", Seconds(IsZero), Is("0"), 229, "RandomizedDelayUSec", "Up to how much later it elapses, at random each time"),
    off("FixedRandomDelay", 247, "The random delay is the same each time on this machine"),
    row("RandomizedOffsetSec", Seconds(IsZero), Is("0"), 258, "RandomizedOffsetUSec", "Up to how much OnCalendar= is shifted, always the same on this machine"),
    off("DeferReactivation", 257, "Counts on from the unit's end, so that it does not start again at once"),
    off("OnClockChange", 242, "Elapses when the machine's clock is set"),
    off("OnTimezoneChange", 242, "Elapses when the machine's time zone is changed"),
    row("Unit", OneUnit(""), Computed("the service of the same name"), 0, SAME, "What is started when it elapses"),
    off("Persistent", 212, "Makes up at once for calendar times that were missed while it was off"),
    off("WakeSystem", 212, "Wakes the machine from suspend to elapse"),
    on("RemainAfterElapse", 229, "Stays loaded after it has elapsed for the last time"),
];
