//! Points in time, as systemd prints them.

use super::super::systemctl::options::TimeStyle;
use super::super::systemctl::times::absolute;

/// Later ones have no date.
const LAST_USEC: u64 = 253_402_214_399_000_000;

/// `Sun 2026-11-22 22:30:04 UTC`; nothing for none.
pub fn stamp(usec: u64, utc: bool) -> Option<String> {
    if usec > LAST_USEC && usec != u64::MAX {
        return Some("--- XXXX-XX-XX XX:XX:XX".to_owned());
    }
    absolute(usec, if utc { TimeStyle::Utc } else { TimeStyle::Pretty })
}

/// The same, and a dash for none.
pub fn stamp_or_none(usec: u64) -> String {
    stamp(usec, false).unwrap_or_else(|| " --- ".to_owned())
}
