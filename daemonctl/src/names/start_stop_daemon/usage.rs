//! `--help` and `--version`.

use std::fmt::Write as _;
use std::io::Write as _;

use super::options::OPTIONS;
use super::{Trouble, status};

const AFTER: &str = "
At least one of --pid, --ppid, --pidfile, --exec, --name and --user says which processes are meant.

A schedule is a list of -SIGNAL, SIGNAL, seconds, and \"forever\" (repeats what follows it), with
slashes between, as in TERM/30/KILL/5; seconds alone mean SIGNAL/SECONDS/KILL/SECONDS.

Exit status: 0 done, 1 nothing done (0 with --oknodo), 2 the schedule is over and processes run still,
or something failed, 3 wrong usage. With --status: 0 it runs, 1 it does not and the PID file is there,
3 it does not, 4 not known.
";

/// Prints the options.
pub fn help() -> Result<u8, Trouble> {
    let mut text = "Usage: start-stop-daemon [<option>...] <command>\n\n".to_owned();
    for option in OPTIONS {
        let short = match option.short.is_ascii_alphabetic() {
            true => format!("-{}, ", option.short),
            false => "    ".to_owned(),
        };
        let value = if option.takes == crate::names::getopt::Takes::Value { " VALUE" } else { "" };
        let long = format!("--{}{value}", option.long);
        let _ = writeln!(text, "  {short}{long:<24}  {}", option.help);
    }
    text.push_str(AFTER);
    print(&text)
}

/// Prints whose version it is.
pub fn version() -> Result<u8, Trouble> {
    print(concat!(
        "start-stop-daemon of daemonctl ",
        env!("CARGO_PKG_VERSION"),
        ", as in dpkg 1.21\n"
    ))
}

fn print(text: &str) -> Result<u8, Trouble> {
    // Who reads us may have gone; there is nobody to tell.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(status::DONE)
}
