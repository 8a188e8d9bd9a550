//! Where is it written? Trees of unit files on disk: read below a root, changed link by link.
//!
//! Start reading at [`Disk`]: it is the [`unit::Files`] of the machine, or of a folder that is
//! another machine's root (an image, a chroot), out of which no link leads. [`Disk::apply`] carries
//! out [`Change`]s there, each of them whole or not at all. [`facts()`] gathers what specifiers
//! stand for.
//!
//! What this room deliberately does not do: it knows no unit's syntax, search path or meaning, and
//! it decides nothing. What is written comes from `unit`, what is shown is for others.

#![forbid(unsafe_code)]

mod apply;
mod change;
mod disk;
mod facts;
mod kind;
mod walk;

pub use change::{Change, ChangeError, Why};
pub use disk::Disk;
pub use facts::{Whose, facts};
pub use kind::Kind;
