//! systemd.kill(5).

use super::build::{Computed, Is, SAME, off, on, row};
use crate::table::{
    Directive,
    kind::Kind::{Choice, Signal},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("KillMode", Choice(&["control-group", "mixed", "process", "none"]), Is("control-group"), 187, SAME, "Which processes are killed when the unit stops"),
    row("KillSignal", Signal, Is("SIGTERM"), 187, SAME, "The first signal of a stop"),
    row("RestartKillSignal", Signal, Computed("KillSignal="), 244, SAME, "The first signal of a stop that belongs to a restart"),
    off("SendSIGHUP", 207, "SIGHUP follows the first signal at once, for shells"),
    on("SendSIGKILL", 187, "FinalKillSignal= follows where the first signal does not help"),
    row("FinalKillSignal", Signal, Is("SIGKILL"), 240, SAME, "The last signal, for processes that have not ended"),
    row("WatchdogSignal", Signal, Is("SIGABRT"), 240, SAME, "The signal where the watchdog has run out"),
];
