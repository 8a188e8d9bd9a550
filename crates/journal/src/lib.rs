//! What did it say? The systemd journal file format, read straight from mapped files; syslog files,
//! the kernel's log and the files that services write themselves, as sources of the same kind.
//!
//! Start reading at [`File`] (one journal file), [`Set`] (the files of a query, also while they grow
//! and rotate), [`Walk`] (their entries that match, in the order of journalctl(1)) and [`Fields`] (what
//! an entry says, without copying). [`mod@format`] holds the definitions of the file format, which
//! a writer will share; [`text`] reads everything that is not a journal file. Of whole files tell
//! [`boots`], [`unique`] (values and names of fields) and [`verify`]; [`follow`] tells when they change.
//!
//! What this room deliberately doesn't do: it knows no unit, asks no service manager, and prints
//! nothing: an entry is a point in time and its fields. It believes nothing that a file says about
//! itself: each offset is checked, and what is damaged is reported with its place ([`Damage`]).
//!
//! Two things of the process it changes: mapping the first file installs a handler of SIGBUS (which
//! passes on what is not its own), and where there are no descriptors left for files that may grow, the
//! soft limit of them is raised to the hard one.

pub mod boots;
pub mod catalog;
pub mod cursor;
pub mod fields;
pub mod file;
pub mod filter;
pub mod follow;
pub mod format;
mod groups;
pub mod id;
pub mod places;
pub mod set;
mod sys;
pub mod text;
pub mod unique;
pub mod verify;
pub mod walk;

pub use fields::{Field, Fields, Record, Wanted};
pub use file::{Chain, Damage, Entry, EntryList, File, Header, Items, Object, OpenError, Scratch};
pub use id::Id128;
pub use set::{Position, Set};
pub use walk::Walk;
