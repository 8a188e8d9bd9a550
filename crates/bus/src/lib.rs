//! **How is it asked?** Room of the `org.freedesktop.systemd1` interface: its types, and one
//! blocking client for it.
//!
//! Start reading at [`Manager`], which asks a service manager for its units and their properties,
//! queues jobs, changes unit files and hears of what became of them; below it stand [`Connection`] (one D-Bus connection: authentication, calls, pipelining,
//! deadlines) and [`wire`] (marshalling, as the D-Bus specification has it).
//!
//! Every call is a plain function call with a deadline: a manager that hangs costs the caller its
//! timeout and no more, wherever it hangs (accepting, authenticating, in the middle of a reply).
//!
//! # What this room does not do
//!
//! - It does not know where a manager's socket lies: an [`Address`] is passed in, so that the same
//!   client drives systemd, a user's manager and daemond.
//! - It does not know what an answer means for a service: that is the `host` room's.
//! - It takes no file descriptors: nothing here needs them yet.
//! - It does not clean texts for a terminal. Names and descriptions come as the manager sent them,
//!   control characters included; only the texts of [`BusError`] are made printable.
//!
//! # Why a client of our own
//!
//! zbus 6.2 cannot speak to systemd peer to peer: systemd stamps `org.freedesktop.systemd1` as
//! the sender on the replies of its private socket, and zbus accepts nothing but unique names
//! (`:1.42`) there, so that every reply fails to parse. Through the broker zbus works, but the
//! private socket is what remains when the broker is down, and what a manager without a broker
//! has. Speed is not the reason: over the broker the two take about the same time.
//! `examples/list_units.rs` shows what each step costs on a given machine.

mod address;
mod connection;
mod error;
mod manager;
mod message;
pub mod wire;

pub use address::{Address, Peer};
pub use connection::{Call, Connection, Outcome, Reply, Signal};
pub use error::{BusError, Said};
pub use manager::{
    FileChange, FileVerb, FilesChanged, Manager, ManagerSignal, Property, QueuedJob, Unit,
    UnitFile, UnitJob, UnitProcess,
};
pub use message::{Arg, Named};
