//! `start-stop-daemon`: Debian's (dpkg), with those long options of OpenRC's that do not clash.
//!
//! Options are read into [`options::Options`], a word from each is looked up here, then [`start`]
//! or [`stop`] carries it out on the processes that [`matching`] finds. Messages and exit codes are
//! start-stop-daemon(8)'s, because init scripts show and test them.
//!
//! Two things are better than there: with `--background` a program that can't be executed is an error,
//! and with `--notify-await` one that ends early is not waited for.

mod matching;
mod options;
mod schedule;
mod start;
mod stop;
mod usage;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use options::{Action, Options};

/// What ends it early.
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    /// The command line makes no sense; nothing where that is printed already.
    Usage(String),
    /// Something failed.
    Fatal(String),
}

impl Trouble {
    fn fatal(text: impl std::fmt::Display) -> Trouble {
        Trouble::Fatal(text.to_string())
    }

    /// With the system's reason in parentheses.
    fn with_reason(text: impl std::fmt::Display, error: &std::io::Error) -> Trouble {
        Trouble::Fatal(format!("{text} ({})", reason(error)))
    }
}

/// What strerror(3) says, without the number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}

/// Its exit statuses.
mod status {
    pub const DONE: u8 = 0;
    pub const NOTHING_DONE: u8 = 1;
    /// The schedule is over, or something failed.
    pub const REFUSED: u8 = 2;
    /// Wrong usage.
    pub const TROUBLE: u8 = 3;
    /// Of `--status`.
    pub const UNKNOWN: u8 = 4;
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let asks_status = args.iter().any(|arg| arg == "--status" || arg == "-T");
    let outcome = match options::parse(args) {
        Ok(options::Asked::Help) => usage::help(),
        Ok(options::Asked::Version) => usage::version(),
        Ok(options::Asked::Do(options)) => carry_out(&options),
        Err(trouble) => Err(trouble),
    };
    let (text, code) = match outcome {
        Ok(code) => return ExitCode::from(code),
        Err(Trouble::Usage(text)) => {
            let own = own_name();
            (format!("{text}\nTry '{own} --help' for more information."), status::TROUBLE)
        }
        Err(Trouble::Fatal(text)) => (text, status::REFUSED),
    };
    complain(&text);
    ExitCode::from(if asks_status { status::UNKNOWN } else { code })
}

fn carry_out(options: &Options) -> Result<u8, Trouble> {
    let mut wanted = matching::Wanted::of(options)?;
    match options.action {
        Action::Start => start::run(options, &mut wanted),
        Action::Stop => stop::run(options, &mut wanted),
        Action::Status => Ok(wanted.find()?.status),
    }
}

/// What it was called by, as getopt(3) and the messages have it.
fn own_name() -> String {
    let name = std::env::args_os().next().unwrap_or_else(|| "start-stop-daemon".into());
    name.to_string_lossy().into_owned()
}

/// To standard error, after its own name, safe for a terminal.
fn complain(text: &str) {
    let lines: Vec<_> =
        text.lines().map(|line| present::text::clean(line.as_bytes()).into_owned()).collect();
    let own = own_name();
    let own = present::text::clean(own.as_bytes());
    // Nothing is left to do when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{own}: {}", lines.join("\n"));
}

/// To standard output, unless there is to be quiet.
fn inform(options: &Options, text: &str) {
    if !options.is_quiet {
        let _ = writeln!(std::io::stdout(), "{}", present::text::clean(text.as_bytes()));
    }
}
