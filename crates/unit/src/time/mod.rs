//! Time spans, calendar events and timestamps, as systemd.time(7) writes them.
//!
//! [`span`] is for durations, [`Calendar`] for `OnCalendar=`, [`timestamp`] for points in time. All
//! are pure: the present is an argument, and what a time zone does comes through [`Zone`] and
//! [`Zones`]. Times are microseconds (`_usec`) since 1970-01-01 00:00:00 UTC, durations too.

mod calendar;
mod civil;
pub mod span;
pub mod timestamp;
mod zone;

pub use calendar::{Calendar, Elapses};
pub use zone::{Offset, OnlyUtc, Utc, Zone, Zones};
