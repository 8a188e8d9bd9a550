//! The other end of a start that is seen from its first call: a small program takes the daemon's place, waits until
//! it is watched, and becomes the daemon.
//!
//! What it was started with stays as it is: descriptors, environment, working directory, user, limits, signals. It
//! goes on by itself after a while, watched or not: nobody's death keeps a service from starting.

use std::ffi::CString;
use std::io;
use std::time::{Duration, Instant};

use crate::{proc, sys};

/// The subcommand that is a gate.
pub const WORD: &str = "__observed";
/// So long a gate waits.
pub const WAITS: Duration = Duration::from_secs(10);

/// A program to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Its file.
    pub path: CString,
    /// What it finds as its arguments, its name first.
    pub arguments: Vec<CString>,
    /// It is started with SIGPIPE ignored; else as by default. (This program's own start has changed that.)
    pub ignores_sigpipe: bool,
}

/// Waits until something watches this process, and becomes the program; returns only if that failed.
pub fn pass(behind: &Behind) -> io::Error {
    let begun = Instant::now();
    while proc::tracer_of(std::process::id()) == 0 && begun.elapsed() < WAITS {
        std::thread::sleep(Duration::from_millis(2));
    }
    sys::become_program(&behind.path, &behind.arguments, behind.ignores_sigpipe)
}

/// Whether that process is a gate of this token.
pub(crate) fn is_gate(pid: u32, token: &str) -> bool {
    let arguments = proc::arguments(pid);
    let mut words = arguments.iter().skip(1).map(String::as_str);
    words.next() == Some(WORD) && words.next() == Some(token)
}
