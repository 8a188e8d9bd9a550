//! How is it shown? Tables, trees, JSON and CSV, and the words by which rows are chosen, ordered
//! and described.
//!
//! Start at [`Column`]: one static table of columns says once what each is called, what it means
//! and where its value comes from, and everything else follows from that table. [`View`] is what a
//! user asked of it with `--columns`, `--sort` and `--filter`; [`table`], [`tree`], [`csv`] and
//! [`json`] write what the view selects. A cell is a [`Value`], in which zero, *not permitted* and
//! *not measured* are three different things.
//!
//! ```
//! use present::{Column, Kind, Query, Rows, Value, View, style::Theme, table::{self, Layout}};
//!
//! struct Process { pid: u32, comm: Vec<u8>, rss_bytes: u64 }
//! enum Processes {}
//! impl Rows for Processes {
//!     type Row<'a> = Process;
//! }
//!
//! type C = Column<Processes>;
//! static COLUMNS: &[C] = &[
//!     C::new("pid", "PID", Kind::Number, "process id", |row| row.pid.into()).shown(),
//!     C::new("rss", "RSS", Kind::Bytes, "memory", |row| Value::Bytes(row.rss_bytes)).shown(),
//!     C::new("comm", "NAME", Kind::Text, "name", |row| row.comm.as_slice().into()).shown(),
//! ];
//!
//! let rows = [
//!     Process { pid: 1, comm: b"init".to_vec(), rss_bytes: 12 << 20 },
//!     Process { pid: 7, comm: b"\x1b[2Jx".to_vec(), rss_bytes: 90 << 20 },
//!     Process { pid: 9, comm: b"tiny".to_vec(), rss_bytes: 4096 },
//! ];
//! let query = Query { sort: Some("-rss"), filter: Some("rss > 1M"), ..Query::default() };
//! let view = View::parse(COLUMNS, &query)?;
//! let layout = Layout { width: Some(80), header: true, theme: Theme::plain() };
//! let mut out = String::new();
//! table::render(&view, &rows, &view.select(&rows), &layout, &mut out);
//! assert_eq!(out, "PID  RSS  NAME\n  7  90M  \\e[2Jx\n  1  12M  init\n");
//! # Ok::<(), present::QueryError>(())
//! ```
//!
//! What it deliberately doesn't do: it knows nothing of where data came from, opens nothing, asks
//! no terminal for its width, no environment for `NO_COLOR` and no clock for the time or the zone.
//! It writes into strings, and JSON into a sink that it is given. Whatever text it is handed, no
//! control character of that text reaches the output raw.

#![forbid(unsafe_code)]

pub mod column;
pub mod csv;
mod error;
pub mod excerpt;
pub mod filter;
pub mod glance;
pub mod json;
pub mod log;
mod order;
pub mod style;
pub mod table;
pub mod text;
pub mod time;
pub mod tree;
pub mod units;
mod value;
mod view;

#[cfg(test)]
mod sample;

pub use column::{Align, Column, Kind, Rows};
pub use error::{Part, Problem, QueryError};
pub use filter::Filter;
pub use style::{Style, Theme};
pub use table::Layout;
pub use value::{Timestamp, Value, Why};
pub use view::{Query, View};
