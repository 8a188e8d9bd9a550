//! **How is it born?** Room of everything that makes a process.

mod helper;

pub use helper::{Ended, Helper, HelperError, Stream};
