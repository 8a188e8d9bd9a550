//! Escape sequences for colour, as systemd's tools use them.

use super::options::Colours;

pub(super) const NORMAL: &str = "\x1b[0m";
pub(super) const BOLD: &str = "\x1b[0;1;39m";
pub(super) const GREEN: &str = "\x1b[0;32m";
pub(super) const BLUE: &str = "\x1b[0;34m";
pub(super) const BOLD_BLUE: &str = "\x1b[0;1;34m";
const BOLD_RED: &str = "\x1b[0;1;31m";

/// What stands before and behind a message, and before what was searched for in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) on: &'static str,
    pub(super) off: &'static str,
    pub(super) highlight: &'static str,
}

/// The colours of a level of syslog(3).
pub(super) const fn of_level(priority: u8, colours: Colours) -> Paint {
    let (on, highlight) = match (priority, colours) {
        (_, Colours::Off) | (6, _) => return Paint { on: "", off: "", highlight: "" },
        (0..=3, _) => (BOLD_RED, BOLD),
        (4, Colours::Sixteen) => ("\x1b[0;1;33m", BOLD),
        (4, Colours::Many) => ("\x1b[0;1;38;5;185m", BOLD),
        (5, _) => (BOLD, BOLD_RED),
        _ => (grey(colours), BOLD_RED),
    };
    Paint { on, off: NORMAL, highlight }
}

/// For what matters less.
pub(super) const fn grey(colours: Colours) -> &'static str {
    match colours {
        Colours::Off => "",
        Colours::Sixteen => "\x1b[0;90m",
        Colours::Many => "\x1b[0;38;5;245m",
    }
}

/// `sequence`, if there are colours.
pub(super) const fn if_on(sequence: &'static str, colours: Colours) -> &'static str {
    if colours.is_on() { sequence } else { "" }
}
