//! Commands that a chore runs: shown before they run, without standard input, in the
//! workspace's root.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    process::{Command, ExitStatus, Stdio},
};

use crate::{
    error::{Error, Result},
    workspace::Workspace,
};

/// Which stream of a command is read while it is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A command of a chore.
pub struct Cmd {
    inner: Command,
    line: String,
}

impl Cmd {
    /// The program named, to run in the workspace's root.
    pub fn new(workspace: &Workspace, program: impl AsRef<OsStr>) -> Cmd {
        let program = program.as_ref();
        let mut inner = Command::new(program);
        inner.current_dir(&workspace.root).stdin(Stdio::null());
        Cmd { inner, line: program.to_string_lossy().into_owned() }
    }

    /// cargo, as the one that runs this chore.
    pub fn cargo(workspace: &Workspace) -> Cmd {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cmd = Cmd::new(workspace, program);
        cmd.line = "cargo".into();
        cmd
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Cmd {
        let arg = arg.as_ref();
        self.line.push(' ');
        let shown = arg.to_string_lossy();
        if shown.contains([' ', '(', '*', '&']) {
            self.line.push_str(&format!("'{shown}'"));
        } else {
            self.line.push_str(&shown);
        }
        self.inner.arg(arg);
        self
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Cmd {
        args.into_iter().fold(self, Cmd::arg)
    }

    /// A variable of its environment.
    pub fn env(mut self, key: &str, value: &str) -> Cmd {
        self.inner.env(key, value);
        self
    }

    /// A variable of its environment, if the caller has none of that name.
    pub fn env_unless_set(self, key: &str, value: &str) -> Cmd {
        if std::env::var_os(key).is_some() { self } else { self.env(key, value) }
    }

    /// Runs it with its output shown; how it ended.
    pub fn show(mut self) -> Result<ExitStatus> {
        println!("$ {}", self.line);
        let _ = std::io::stdout().flush();
        self.inner.status().map_err(Error::io(format!("run `{}`", self.line)))
    }

    /// Runs it with its output shown; an error if it fails.
    pub fn expect_success(self) -> Result<()> {
        let line = self.line.clone();
        let status = self.show()?;
        if status.success() { Ok(()) } else { Err(failed(line, status, "")) }
    }

    /// Runs it with its output shown, and gives back what it wrote to `stream`.
    pub fn show_and_keep(mut self, stream: Stream) -> Result<(ExitStatus, String)> {
        println!("$ {}", self.line);
        let doing = format!("run `{}`", self.line);
        match stream {
            Stream::Out => self.inner.stdout(Stdio::piped()),
            Stream::Err => self.inner.stderr(Stdio::piped()),
        };
        let mut child = self.inner.spawn().map_err(Error::io(doing.clone()))?;
        let source: Option<Box<dyn Read>> = match stream {
            Stream::Out => child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
            Stream::Err => child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
        };
        let mut kept = String::new();
        if let Some(source) = source {
            let mut reader = BufReader::new(source);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).map_err(Error::io(doing.clone()))? > 0 {
                let text = String::from_utf8_lossy(&line);
                print!("{text}");
                kept.push_str(&text);
                line.clear();
            }
        }
        let status = child.wait().map_err(Error::io(doing))?;
        Ok((status, kept))
    }

    /// Runs it silently; its standard output as text. An error, with the end of what it wrote to
    /// standard error, if it fails.
    pub fn read(self) -> Result<String> {
        String::from_utf8(self.read_bytes()?)
            .map_err(|_| Error::malformed("a command's output", "is not UTF-8"))
    }

    /// As [`Cmd::read`], as bytes.
    pub fn read_bytes(mut self) -> Result<Vec<u8>> {
        let output = self.inner.output().map_err(Error::io(format!("run `{}`", self.line)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        Err(failed(self.line, output.status, &said))
    }
}

fn failed(line: String, status: ExitStatus, said: &str) -> Error {
    let said = if said.is_empty() { String::new() } else { format!(":\n{said}") };
    Error::Command { line, outcome: format!("ended with {status}{said}") }
}

/// Whether a program of this name is in `$PATH`.
pub fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
