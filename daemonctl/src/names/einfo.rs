//! Output as OpenRC's tools have it: ` * message`, and a state in brackets at the right margin.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};

use super::getopt::{Line, Opt, flag};
use super::terminal;

/// Columns where the width of the terminal isn't known.
const COLUMNS: usize = 80;

/// A colour of OpenRC's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    /// Green.
    Good,
    /// Yellow.
    Warn,
    /// Red.
    Bad,
}

impl Hue {
    fn code(self) -> &'static str {
        match self {
            Hue::Good => "\x1b[32;01m",
            Hue::Warn => "\x1b[33;01m",
            Hue::Bad => "\x1b[31;01m",
        }
    }
}

/// Options that all of OpenRC's tools have.
pub const COMMON: [Opt; 5] = [
    flag('h', "help", "Display this help output"),
    flag('C', "nocolor", "Disable color output"),
    flag('V', "version", "Display software version"),
    flag('v', "verbose", "Run verbosely"),
    flag('q', "quiet", "Run quietly (repeat to suppress errors)"),
];

/// A tool's voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// The tool.
    pub tool: &'static str,
    /// Messages are left out.
    pub quiet: bool,
    /// Errors too.
    pub silent: bool,
    /// No colours.
    pub plain: bool,
}

impl Voice {
    /// As a tool's options have it.
    pub fn new(tool: &'static str, line: &Line) -> Voice {
        let no = |name| std::env::var(name).is_ok_and(|v| v.eq_ignore_ascii_case("no"));
        let plain = line.has('C')
            || no("EINFO_COLOR")
            || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Voice { tool, quiet: line.has('q'), silent: line.count('q') > 1, plain }
    }

    /// A message.
    pub fn info(self, message: &str) {
        if !self.quiet {
            let out = std::io::stdout();
            let colour = !self.plain && out.is_terminal();
            starred(&mut out.lock(), colour.then_some(Hue::Good), message);
        }
    }

    /// A warning.
    pub fn warn(self, message: &str) {
        if !self.quiet {
            self.say(Hue::Warn, message);
        }
    }

    /// An error.
    pub fn error(self, message: &str) {
        if !self.silent {
            self.say(Hue::Bad, message);
        }
    }

    fn say(self, hue: Hue, message: &str) {
        let err = std::io::stderr();
        let colour = !self.plain && err.is_terminal();
        starred(&mut err.lock(), colour.then_some(hue), message);
    }

    /// Something that takes a while begins.
    pub fn begin(self, message: &str) {
        if !self.quiet {
            let mut out = std::io::stdout();
            let colour = !self.plain && out.is_terminal();
            let message = present::text::clean(message.as_bytes());
            let _ = write!(out, "{} {message} ...", star(colour.then_some(Hue::Good)));
            let _ = out.flush();
        }
    }

    /// It has ended.
    pub fn end(self, ok: bool) {
        if !self.quiet {
            let mut out = std::io::stdout();
            let (word, hue) = if ok { ("ok", Hue::Good) } else { ("!!", Hue::Bad) };
            let colour = !self.plain && out.is_terminal();
            let _ = writeln!(out, " {}", bracketed(word, colour.then_some(hue)));
        }
    }

    /// A line of rc-status: a name, and a state in brackets at the right margin.
    pub fn state(self, name: &str, state: &str, hue: Hue) {
        let name = present::text::clean(name.as_bytes());
        let colour = !self.plain && std::io::stdout().is_terminal();
        let used = 1 + present::text::width(&name) + state.len() + 4;
        let room = columns().saturating_sub(used).max(1);
        let brackets = bracketed(state, colour.then_some(hue));
        let _ = writeln!(std::io::stdout(), " {name}{:room$}{brackets}", "");
    }
}

fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    let terminal = size.map(|size| usize::from(size.ws_col)).filter(|&columns| columns > 0);
    let said =
        || std::env::var("COLUMNS").ok()?.parse().ok().filter(|&columns: &usize| columns > 0);
    terminal.or_else(said).unwrap_or(COLUMNS)
}

fn star(hue: Option<Hue>) -> String {
    hue.map_or_else(|| " *".to_owned(), |hue| format!(" {}*\x1b[0m", hue.code()))
}

fn starred(stream: &mut dyn std::io::Write, hue: Option<Hue>, message: &str) {
    let message = present::text::clean(message.as_bytes());
    // Nobody is left to tell when the stream itself is closed.
    let _ = writeln!(stream, "{} {message}", star(hue));
}

fn bracketed(word: &str, hue: Option<Hue>) -> String {
    match hue {
        Some(hue) => format!("\x1b[34;01m[ {}{word}\x1b[34;01m ]\x1b[0m", hue.code()),
        None => format!("[ {word} ]"),
    }
}

/// A tool's help, in the layout of OpenRC's. `letters` are its own, in getopt(3)'s notation.
fn help(usage: &str, letters: &str, table: &[Opt]) -> String {
    let mut out = format!("{usage}\n\nOptions: [ {letters}ChqVv ]\n");
    for option in table {
        let value = if option.takes == super::getopt::Takes::Value { "<arg>" } else { "" };
        let names = format!("  -{}, --{} {value}", option.short, option.long);
        out.push_str(&format!("{names:<36}{}\n", option.help));
    }
    out
}

/// What all of OpenRC's tools do with their options before anything else: help, version, and what is
/// wrong with them. `Err` holds the exit status to end with.
pub fn line(
    tool: &'static str,
    usage: &str,
    letters: &str,
    table: &'static [Opt],
    args: &[OsString],
) -> Result<Line, u8> {
    let line = match super::getopt::parse(table, args, super::getopt::Order::Anywhere) {
        Ok(line) => line,
        Err(problem) => {
            terminal::out_text(&help(usage, letters, table));
            terminal::err(&format!("{tool}: {problem}"));
            return Err(1);
        }
    };
    if line.has('h') {
        terminal::out_text(&help(usage, letters, table));
        return Err(0);
    }
    if line.has('V') {
        terminal::out(&format!("{tool} (daemonctl) {}", env!("CARGO_PKG_VERSION")));
        return Err(0);
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_has_the_originals_layout() {
        const TABLE: &[Opt] =
            &[flag('a', "all", "Everything"), super::super::getopt::valued('e', "exists", "Tests")];
        assert_eq!(
            help("Usage: x", "e:a", TABLE),
            "Usage: x\n\nOptions: [ e:aChqVv ]\n  -a, --all                         Everything\n  \
             -e, --exists <arg>                Tests\n"
        );
    }

    #[test]
    fn brackets() {
        assert_eq!(bracketed(" started ", None), "[  started  ]");
        assert_eq!(star(None), " *");
    }
}
