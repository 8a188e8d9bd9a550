//! What should run? Unit files, read as systemd reads them: text → assignments → typed settings →
//! units → dependency graph and install state, with diagnostics that name file, line and column.
//!
//! Start reading at [`table`] (every directive, one row each) and [`Unit`] (what is known of one
//! unit). [`load`] puts a unit together from its fragment and drop-ins, [`graph`] joins units,
//! [`install`] computes which links `enable` and its kin change, [`check`] finds what is wrong.
//!
//! What this room deliberately does not do: it makes no system call and reads no clock. Files come
//! through the trait [`Files`], what is so on the machine through [`Facts`], time zones through
//! [`time::Zone`]; all texts and numbers in, values and diagnostics out.

#![forbid(unsafe_code)]

mod assignments;
pub mod check;
mod derive;
pub mod diagnostic;
pub mod escape;
pub mod files;
pub mod graph;
pub mod install;
pub mod load;
pub mod memory;
pub mod name;
pub mod show;
pub mod specifier;
pub mod syntax;
pub mod table;
pub mod time;
pub mod unit;
pub mod values;

pub use diagnostic::{Code, Diagnostic, Place, Severity};
pub use files::{Entry, EntryKind, FileError, Files};
pub use name::{Name, UnitType};
pub use specifier::Facts;
pub use unit::{Definition, LoadState, Setting, Unit};
pub use values::Value;
