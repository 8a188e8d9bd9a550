//! The other end of a start that is seen from its first call: a small program takes the daemon's place, waits until
//! it is watched, and becomes the daemon.
//!
//! What it was started with stays as it is: descriptors, environment, working directory, user, limits, signals. It
//! goes on by itself after a while, watched or not: nobody's death keeps a service from starting.

use std::ffi::CString;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::io::Errno;
use rustix::process::{Pid, getppid, test_kill_process};

use crate::{proc, sys};

/// The subcommand that is a gate.
pub const WORD: &str = "__observed";
/// What tokens begin with; the number of the process that made it follows.
const TOKEN: &str = "gate-";
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

/// A token for the gates of this process, that no other observer uses now.
pub fn token() -> String {
    let nanos =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    format!("{TOKEN}{}-{nanos}", std::process::id())
}

/// Whether the process that made a token lives, as far as can be known: not from within another pid namespace,
/// where its number means nothing.
pub fn is_awaited(token: &str) -> bool {
    let maker = token.strip_prefix(TOKEN).and_then(|rest| rest.split('-').next()?.parse().ok());
    let Some(maker) = maker.and_then(Pid::from_raw) else { return true };
    // The parent of a namespace's first process is outside, and has no number in there.
    getppid().is_none() || test_kill_process(maker) != Err(Errno::SRCH)
}

/// Waits until something watches this process, and becomes the program; returns only if that failed.
pub fn pass(behind: &Behind, token: &str) -> io::Error {
    let begun = Instant::now();
    // Who was killed has left its gates behind: nobody will ever come.
    while proc::tracer_of(std::process::id()) == 0 && begun.elapsed() < WAITS && is_awaited(token) {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_who_is_dead() {
        assert!(is_awaited(&token()));
        let mut child = std::process::Command::new("/bin/true").spawn().unwrap();
        let dead = format!("{TOKEN}{}-7", child.id());
        child.wait().unwrap();
        assert!(!is_awaited(&dead));
        assert!(is_awaited("t"), "of no form that is known");
        let program = CString::new("/nowhere/at-all").unwrap();
        let behind =
            Behind { path: program.clone(), arguments: vec![program], ignores_sigpipe: false };
        let begun = Instant::now();
        assert_eq!(pass(&behind, &dead).kind(), io::ErrorKind::NotFound);
        assert!(begun.elapsed() < WAITS / 2);
    }
}
