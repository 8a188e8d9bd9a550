//! What a signal would do, in words.

use std::fmt;

use super::{Consequence, Outcome, Wait};
use crate::signals::Signal;

impl fmt::Display for Consequence {
    /// A sentence's predicate without a full stop: "is ignored: nothing happens".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_outcome(f)?;
        match self.wait {
            None => Ok(()),
            Some(Wait::Blocked { everywhere: true }) => {
                f.write_str("; but it is blocked now and stays pending until the program unblocks or fetches it")
            }
            Some(Wait::Blocked { everywhere: false }) => f.write_str(
                "; but it is blocked in the main thread: pending, unless another thread takes it",
            ),
            Some(Wait::Stopped) => f.write_str("; but it is stopped: only after CONT"),
            Some(Wait::Uninterruptible) => {
                f.write_str("; but it is in an uninterruptible wait (state D): only when that ends")
            }
            Some(Wait::Traced { by }) => {
                write!(f, "; but its debugger (pid {by}) gets it first and decides")
            }
        }
    }
}

impl Consequence {
    fn write_outcome(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outside = self.namespace_init == Some(false);
        match self.outcome {
            Outcome::Handled | Outcome::Read => {
                let verb = if self.outcome == Outcome::Handled { "handled" } else { "fetched (signalfd)" };
                write!(f, "{verb} by the program")?;
                match self.signal.convention() {
                    Some(convention) => write!(f, " (by convention: {convention})"),
                    None => Ok(()),
                }
            }
            Outcome::Ignored => f.write_str("ignored by the program: nothing happens"),
            Outcome::Nothing => f.write_str("default: nothing happens"),
            Outcome::Ends { .. } if self.signal == Signal::KILL && outside => f.write_str(
                "cannot be caught: ends at once, without clean-up, and with it every process of its pid namespace",
            ),
            Outcome::Ends { .. } if self.signal == Signal::KILL => {
                f.write_str("cannot be caught: ends at once, without clean-up")
            }
            Outcome::Ends { core: false } => f.write_str("default: ends, without clean-up"),
            Outcome::Ends { core: true } => {
                f.write_str("default: ends, without clean-up, with a core dump where that is allowed")
            }
            Outcome::Stops if self.signal == Signal::STOP => {
                f.write_str("cannot be caught: stops until CONT")
            }
            Outcome::Stops => f.write_str(
                "default: stops until CONT, unless its process group is orphaned, as most daemons' are: then nothing",
            ),
            Outcome::Continues => f.write_str("goes on"),
            Outcome::ProtectedInit => f.write_str(
                "process 1 of a pid namespace gets only signals that it handles: nothing happens",
            ),
            Outcome::AlreadyDead => {
                write!(f, "has already ended; waits for its parent ({}) to collect its exit status", self.ppid)
            }
            Outcome::KernelThread => f.write_str("threads of the kernel get no signals: nothing happens"),
            Outcome::Unknown => f.write_str("not known: what it has arranged can't be read"),
        }
    }
}
