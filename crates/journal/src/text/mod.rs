//! Logs that are no journal files: syslog files, files that services write themselves, the kernel's ring
//! buffer. All are a [`Source`]: records in the order of time or against it, each a point in time
//! and fields with the names that the journal gives them, so that they merge with a
//! [`Walk`](crate::walk::Walk) by time.
//!
//! Start reading at [`Source`]. [`Files`] is a log file with its rotated ones ([`Family`]), [`Kernel`] the
//! ring buffer. `shape` holds the table of the shapes that lines have, `clock` finds the year and the
//! offset that a line does not tell.
//!
//! What this module deliberately doesn't do: it does not know which service a file belongs to (it is
//! told an identifier), it does not wait (it says what to poll), and it writes no file, apart from
//! an unnamed one in /var/tmp for an archive that must be read against its order and is too large
//! for memory.

mod calendar;
mod clock;
mod family;
mod files;
mod kernel;
mod lines;
mod message;
mod needles;
mod reader;
mod scan;
mod shape;
mod source;
mod stamp;
mod store;
mod unpack;
mod watch;
mod window;

pub use family::{Family, syslog_families};
pub use files::Files;
pub use kernel::Kernel;
pub use source::{
    Direction, Field, Kind, Options, Origin, Place, Record, Seek, Source, Trouble, Why,
};
pub use watch::Watch;

/// A record that is longer is cut there, and says how much was left out.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
