//! What was logged: one engine for `daemonctl logs` and for what is called `journalctl`.
//!
//! A [`Query`] says which entries and in which order, [`Sources`] where they come from (journal files, and
//! sources of text), [`Rendering`] how one looks. [`show`] plans which entries are shown (`stream`),
//! renders them in batches on two threads (`worker`, `pipeline`), writes these in order, and waits for more
//! where that is asked for (`follow`). [`each()`] gives the entries themselves. [`mod@matches`] makes the filters
//! that units, identifiers, paths and levels stand for.

mod candidates;
pub mod cursor_file;
mod each;
mod follow;
pub mod grep;
pub mod matches;
pub mod own_files;
pub mod pager;
mod pipeline;
mod query;
mod record;
pub mod service_files;
mod sieve;
mod stream;
mod texts;
mod worker;
mod zone;

pub use each::{AnyEntry, each};
pub use follow::show;
pub use query::{Explanations, Output, Query, Rendering, Shown, Sources, Start, Stopped};
pub use texts::TextSource;
pub use zone::LocalZone;
