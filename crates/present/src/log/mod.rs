//! Log entries as `journalctl` prints them, byte for byte, and as people like to read them.
//!
//! Start at [`Renderer`]: one for each thread, made of a [`Format`] and [`Options`]; it turns
//! whatever implements [`Entry`] into bytes. [`Renderer::wants`] says which fields it looks at, so
//! that a reader needs not fetch the others. It keeps what it rendered of repeated fields, in
//! memory of a bounded size, by [`Field::id`].
//!
//! For people there are [`people`] (a stream for terminals: coloured by level, cleaned, JSON
//! messages readable, traces kept together), [`fold`] (repeated lines), [`histogram`] (counts by
//! time) and [`errors`] (what goes wrong, by [`shape`] of message).
//!
//! The formats are those of journalctl(1) of systemd 252 in the C locale. What that leaves to
//! chance (the order of keys in JSON, and of fields chosen for `cat`) is the order of the fields
//! in the entry, and of the options.
//!
//! What it deliberately doesn't do: it knows no journal and no files, decides nothing about which
//! entries are shown, and looks up neither time zones nor catalogues: callers pass
//! [`LocalTime`] and [`Extras`].

mod ansi;
mod bytes;
mod cat;
mod clock;
mod ellipsis;
mod entry;
pub mod errors;
mod export;
pub mod fold;
mod format;
mod found;
mod fragments;
pub mod histogram;
mod json;
mod lines;
mod links;
mod multiline;
mod options;
pub mod people;
mod renderer;
mod repeats;
mod selection;
pub mod shape;
mod short;
mod strip;
pub mod structured;
pub mod trace;
mod verbose;
mod zone;

pub use entry::{Entry, Field};
pub use errors::Errors;
pub use fold::{Fold, Repeats};
pub use format::{Format, UnknownFormat};
pub use histogram::Histogram;
pub use lines::{NO_ENTRIES, push_boot, push_cursor};
pub use options::{Colours, Extras, Links, Options};
pub use people::{Look, People};
pub use renderer::{Renderer, Wants, Written};
pub use zone::{LocalOffset, LocalTime, Utc};
