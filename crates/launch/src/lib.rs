//! **How is it born?** Room of everything that makes a process.
//!
//! Two ways to start a program: [`Helper`] runs one to its end and hands on what it says (init
//! scripts, a manager's own tools); [`detach()`] makes one a daemon that goes on by itself. Start reading at
//! [`detach::Detach`].
//!
//! It does not know units, services or managers, decides no policy (whether and when to start
//! something again), and keeps a process of its own beside a daemon in two cases alone: one takes its output to
//! the syslog where that is asked, one reads what a helper's offspring goes on to write. It is the only room that forks; `sys` is its only
//! module with unsafe code.

mod confine;
pub mod detach;
mod drain;
mod helper;
mod lines;
mod program;
mod relay;
mod sys;

pub use confine::{Confinement, RunAs};
pub use detach::{Account, Daemon, Detach, DetachError, detach};
pub use helper::{Ended, Helper, HelperError, Stream};
