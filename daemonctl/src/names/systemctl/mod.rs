//! `systemctl`, on whatever init there is: its arguments, its output and its exit statuses, as
//! systemd 252 has them (systemctl(1)).
//!
//! Start reading at [`verbs::VERBS`], the table of what it can do, and [`source::Source`], who is
//! asked: systemd over its bus, or OpenRC and SysV init, of which the same is told in systemd's
//! terms as far as they know it. [`options`] and [`getopt`] are the grammar; [`show`] and
//! [`status`] print a unit's properties; [`list`], [`dependencies`], [`unit_files`] and [`jobs`]
//! are the lists; [`start`], [`kill`], [`unit_files`] and [`manager`] act.
//!
//! What it deliberately does not do: other machines (`-H`, `-M`), images, editors and pagers, and
//! turning the machine off where another init than systemd runs it.

mod cat;
mod check;
mod default_target;
mod dependencies;
mod environment;
mod failure;
mod getopt;
pub(super) mod glyphs;
mod halt;
mod help;
mod jobs;
pub(super) mod json;
mod kill;
mod list;
mod manager;
mod names;
mod offline;
mod option_table;
pub(super) mod options;
pub(super) mod output;
mod resources;
mod set_property;
mod show;
mod source;
mod start;
mod status;
pub(super) mod table;
pub(super) mod times;
mod unit_files;
mod verbs;
mod version;
mod vocabulary;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use host::ManagerKind;

use failure::Failure;
use glyphs::Glyphs;
use options::{Options, Scope, Understood};
use output::Output;
use source::Source;
use source::scripts::Scripts;
use source::systemd::Bus;

/// One invocation.
pub struct Tool {
    /// What its options ask for.
    pub options: Options,
    /// Where it writes.
    pub output: Output,
    /// The signs that it draws with.
    pub glyphs: Glyphs,
    source: OnceCell<Box<dyn Source>>,
}

/// What `--version` prints, of every tool of systemd.
pub(super) fn version() -> String {
    version::text()
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let output = Output::new();
    let status = match outcome(&args, output) {
        Ok(status) => status,
        Err((output, failure)) => {
            if !failure.text.is_empty() {
                output.say(&failure.text);
            }
            output.flush();
            failure.status
        }
    };
    ExitCode::from(status)
}

fn outcome(args: &[String], output: Output) -> Result<u8, (Output, Failure)> {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = program.to_string_lossy();
    let (options, words) = match Options::parse(&program, args) {
        Ok(Understood::Run(options, words)) => (options, words),
        Ok(Understood::Answer(text)) => {
            output.print(&text);
            output.flush();
            return Ok(0);
        }
        Err(failure) => return Err((output, failure)),
    };
    let glyphs = Glyphs::of_environment();
    let tool = Tool { options: *options, output, glyphs, source: OnceCell::new() };
    let result = dispatch(&tool, &words);
    tool.output.flush();
    result.map_err(|failure| (tool.output, failure))
}

fn dispatch(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = verbs::find(words)?;
    let name = words.first().map_or(verb.name, String::as_str);
    if verb.online && tool.options.root.is_some() {
        return Err(Failure::new(format!(
            "Verb '{name}' cannot be used with --root= or --image=."
        )));
    }
    if verb.online && is_offline() {
        tool.say(&format!("Running in chroot, ignoring command '{name}'"));
        return Ok(0);
    }
    match words {
        [] => (verb.run)(tool, &[verb.name.to_owned()]),
        words => (verb.run)(tool, words),
    }
}

/// Whether there is nobody to ask because this is the inside of a chroot, or is to be taken for one
/// (`$SYSTEMD_OFFLINE`).
fn is_offline() -> bool {
    let flag = |name| {
        let value = std::env::var(name).ok()?;
        unit::values::scalar::parse_bool(&value)
    };
    if let Some(offline) = flag("SYSTEMD_OFFLINE") {
        return offline;
    }
    if flag("SYSTEMD_IGNORE_CHROOT") == Some(true) {
        return false;
    }
    let identity = |path| rustix::fs::stat(path).ok().map(|stat| (stat.st_dev, stat.st_ino));
    // Who may not look at process 1 can't tell, as systemctl can't.
    matches!((identity("/proc/1/root"), identity("/")), (Some(init), Some(own)) if init != own)
}

/// Whoever manages units in that scope.
///
/// # Errors
/// There is nobody, or he can't be reached.
fn open(scope: Scope, no_ask_password: bool) -> Result<Box<dyn Source>, Failure> {
    if scope != Scope::System {
        return Ok(Box::new(Bus::user()?));
    }
    let root = Path::new("/");
    match host::detect(root).first() {
        Some(ManagerKind::Systemd | ManagerKind::SystemdUser) => {
            Ok(Box::new(Bus::system(root, !no_ask_password)?))
        }
        Some(ManagerKind::OpenRc) => Ok(Box::new(Scripts::new(Box::new(host::OpenRc::new(root))))),
        Some(ManagerKind::SysV) => Ok(Box::new(Scripts::new(Box::new(host::SysV::new(root))))),
        None => Err(Failure::new(
            "No service manager runs here. Can't operate.\n\
             Failed to connect to bus: Host is down",
        )),
    }
}

impl Tool {
    /// Whoever is asked.
    ///
    /// # Errors
    /// As [`open`].
    pub fn source(&self) -> Result<&dyn Source, Failure> {
        if self.source.get().is_none() {
            let opened = open(self.options.scope, self.options.no_ask_password)?;
            // Nobody else fills it meanwhile.
            let _ = self.source.set(opened);
        }
        match self.source.get() {
            Some(source) => Ok(&**source),
            None => Err(Failure::new("Failed to connect to bus: Host is down")),
        }
    }

    /// systemd, for what only it has.
    ///
    /// # Errors
    /// As [`open`], or another init runs the machine.
    pub fn bus(&self, verb: &str) -> Result<&Bus, Failure> {
        let source = self.source()?;
        source.bus().ok_or_else(|| {
            Failure::new(format!(
                "Verb '{verb}' is not supported: {} runs this machine, and has no such thing.",
                source.name()
            ))
        })
    }

    /// Writes to standard output.
    pub fn print(&self, text: &str) {
        self.output.print(text);
    }

    /// Writes a message, on standard error.
    pub fn say(&self, text: &str) {
        self.output.say(text);
    }

    /// Writes a message unless `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.options.quiet {
            self.say(text);
        }
    }

    /// Prints a table, as text or as JSON.
    pub fn print_table(&self, table: &table::Table) {
        match self.options.json() {
            Some(pretty) => self.print(&json::text(&table.json(), pretty)),
            None => self.print(&table.render(self.options.legend())),
        }
    }
}

/// Texts as calls take them.
fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
