//! What all commands share: where to read, how to draw, names of users and terminals.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use present::{Column, Layout, Rows, Theme};
use process::needs::Needs;
use process::procfs::{ProcError, ProcFs};

use crate::cli::{Common, When};
use crate::failure::Failure;

/// The surroundings of one run.
pub struct Context {
    /// The options of every command.
    pub common: Common,
}

impl Context {
    /// From the command line.
    pub fn new(common: Common) -> Context {
        Context { common }
    }

    /// Opens `/proc`.
    ///
    /// # Errors
    /// It is not there, or not mounted.
    pub fn proc(&self) -> Result<ProcFs, ProcError> {
        ProcFs::open(&self.common.proc_root)
    }

    /// How to draw on standard output.
    pub fn layout(&self) -> Layout {
        Layout { width: terminal_width(), header: !self.common.no_header, theme: self.theme() }
    }

    /// What columns want to be read, and what JSON says of the machine besides.
    pub fn needs(&self, columns: u64) -> Needs {
        if self.common.json { Needs(columns) | Needs::MACHINE } else { Needs(columns) }
    }

    fn theme(&self) -> Theme {
        let terminal = std::io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Theme {
            colour: match self.common.color {
                When::Always => true,
                When::Never => false,
                When::Auto => terminal && !plain,
            },
            unicode: !self.common.ascii && locale_is_utf8(),
        }
    }

    /// Prints the list of a table's columns where `--columns help` asks for that and nothing else.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn columns_help<K: Rows>(
        &self,
        asked: Option<&str>,
        table: &'static [Column<K>],
    ) -> Result<Option<ExitCode>, Failure> {
        if asked != Some("help") {
            return Ok(None);
        }
        self.print(&present::column::help(table, self.layout().width.unwrap_or(100)))?;
        Ok(Some(ExitCode::SUCCESS))
    }

    /// Prints text.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn print(&self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// Columns of the terminal; `None` when standard output is none, so that nothing is cut in a pipe.
fn terminal_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|&columns| columns > 0)
}

/// Whether the locale draws Unicode, by the precedence of locale(7). In a pipe too: who reads it
/// has the same locale.
pub fn locale_is_utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    locale.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}
