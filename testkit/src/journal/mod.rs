//! Journals to test readers with: made-up entries, written by systemd's own code.
//!
//! [`Story`] makes entries as a machine's services would write them, [`odd::entries`] those that
//! a reader may stumble over; both are the same in each run. [`Remote`] has
//! systemd-journal-remote(8) write them to files, which keeps their times and boots, in every
//! form that files may have. [`sets::make`] makes whole folders of them, by name.

mod entry;
pub mod machine;
pub mod newer;
pub mod odd;
mod random;
mod remote;
pub mod sets;
mod story;

pub use crate::error::Error;
pub use entry::{Entry, export_of, hex};
pub use random::Random;
pub use remote::{Compression, Form, Remote, Writer};
pub use story::{Boot, Story};
