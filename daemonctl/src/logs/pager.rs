//! Where much is written to a terminal: a pager, as journalctl(1) starts one.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};

/// Pagers in the order in which they are tried. `pager` is Debian's choice.
const PAGERS: [&str; 3] = ["pager", "less", "more"];
/// What less(1) is asked for: leave if it fits on the screen, show colours, cut lines, keep the screen, show
/// how far it is, end on ^C.
const LESS: &str = "FRSXMK";

/// Which pager.
pub struct Choice<'c> {
    /// Variables that name one, the first that is set counts; the last of them is `PAGER`.
    pub variables: &'c [&'c str],
    /// Start at the end of what there is to read.
    pub at_end: bool,
}

/// Standard output, or a pager in front of it.
pub enum Sink {
    /// Standard output, unbuffered: who writes, writes much at once.
    Direct(File),
    /// A pager's input. `None` once it is closed.
    Pager(Child),
}

impl Sink {
    /// Standard output.
    ///
    /// # Errors
    /// It is closed.
    pub fn direct() -> io::Result<Sink> {
        Ok(Sink::Direct(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
    }

    /// A pager, if standard output is a terminal that can have one, and one is there.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn paged(choice: &Choice<'_>) -> io::Result<Sink> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if is_dumb || !io::stdout().is_terminal() || !io::stderr().is_terminal() {
            return Sink::direct();
        }
        let chosen = choice.variables.iter().find_map(std::env::var_os);
        let chosen = chosen.map(|text| text.to_string_lossy().into_owned());
        let words: Vec<&str> = chosen.iter().flat_map(|text| text.split_whitespace()).collect();
        if chosen.is_some() && matches!(words.as_slice(), [] | ["cat"]) {
            return Sink::direct();
        }
        let is_careful = is_careful();
        let secure = is_careful.unwrap_or_else(is_someone_else);
        let mut tried: Vec<Vec<&str>> = Vec::new();
        // Whose pager it is nobody knows, where rights were gained on the way here.
        if !words.is_empty() && (is_careful.is_some() || !secure) {
            tried.push(words);
        }
        tried.extend(
            PAGERS.iter().filter(|name| !secure || **name == "less").map(|name| vec![*name]),
        );
        let child = tried.iter().find_map(|words| start(words, choice.at_end, secure));
        child.map_or_else(Sink::direct, |child| Ok(Sink::Pager(child)))
    }

    /// Whether a pager shows it.
    pub fn is_paged(&self) -> bool {
        matches!(self, Sink::Pager(_))
    }

    /// Lets the reader read to the end.
    pub fn close(self) {
        if let Sink::Pager(mut child) = self {
            drop(child.stdin.take());
            // However it ends: what was to be shown was.
            let _ = child.wait();
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Direct(file) => file.write(bytes),
            Sink::Pager(child) => match &mut child.stdin {
                Some(stdin) => stdin.write(bytes),
                None => Err(io::ErrorKind::BrokenPipe.into()),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn start(words: &[&str], at_end: bool, secure: bool) -> Option<Child> {
    let (program, arguments) = words.split_first()?;
    let mut less = std::env::var_os("SYSTEMD_LESS").unwrap_or_else(|| OsString::from(LESS));
    if at_end {
        less.push(" +G");
    }
    let mut command = Command::new(program);
    command.args(arguments).env("LESS", less).stdin(Stdio::piped());
    let charset = std::env::var_os("SYSTEMD_LESSCHARSET");
    if let Some(charset) =
        charset.or_else(|| crate::context::locale_is_utf8().then(|| "utf-8".into()))
    {
        command.env("LESSCHARSET", charset);
    }
    match secure {
        true => command.env("LESSSECURE", "1"),
        false => command.env_remove("LESSSECURE"),
    };
    command.spawn().ok()
}

/// What `$SYSTEMD_PAGERSECURE` says: whether a pager is kept from starting other programs.
fn is_careful() -> Option<bool> {
    let value = std::env::var("SYSTEMD_PAGERSECURE").ok()?;
    Some(!matches!(value.to_ascii_lowercase().as_str(), "0" | "no" | "n" | "false" | "f" | "off"))
}

/// Whether somebody runs this with the rights of another: sudo, or a bit of the program file.
fn is_someone_else() -> bool {
    let own = rustix::process::getuid() == rustix::process::geteuid();
    !own || std::env::var_os("SUDO_UID").is_some_and(|uid| uid != "0")
}
