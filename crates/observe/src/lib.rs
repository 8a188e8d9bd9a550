//! **What does it really use?** Room of watching processes while they work.
//!
//! [`Observer`] follows all threads of a service's processes and their children with ptrace(2), from
//! [`Observer::start`] to [`Observer::finish`], and gives a [`Record`]: system calls and how they ended, paths and
//! what was done with them, sockets and addresses, capabilities that calls needed which worked. Start reading at
//! [`Record`]. [`gate`] is the other end of a start that is to be seen from its first call.
//!
//! # What this room does not do
//!
//! It changes nothing in what it watches: no call is altered, no signal kept back; who was stopped stays stopped. A
//! process that is traced already is left alone and named. It knows no units and no policy: what a record means for a
//! sandbox is `insight`'s to say. However the watching ends (finish, drop, panic, SIGKILL of the watcher), processes
//! are let go and run on. `sys` is its only module with unsafe code.

mod access;
mod attach;
mod calls;
mod credentials;
mod error;
pub mod gate;
mod inventory;
mod memory;
mod names;
mod observer;
mod proc;
mod record;
mod recorder;
mod sys;
mod tracer;

pub use error::ObserveError;
pub use observer::{Observer, Woken};
pub use record::{Address, Capability, Device, FileUse, Program, Record, Thing, Use};
pub use sys::KeptBack;
