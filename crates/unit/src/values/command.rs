//! Command lines (systemd.service(5), COMMAND LINES): prefixes, a program, its arguments.
//!
//! Variables are not replaced when a unit is read: what they hold is known only when the program
//! starts. [`CommandLine::expand`] does it then.

mod expand;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

use super::words::quote;

pub(super) use parse::parse;

/// What one assignment says to run: nearly always one command line. An old way of writing puts
/// several into one, with ` ; ` between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    first: CommandLine,
    more: Box<[CommandLine]>,
}

impl Command {
    /// One or several command lines; `None` where there is none.
    pub fn new(lines: Vec<CommandLine>) -> Option<Command> {
        let mut lines = lines.into_iter();
        let first = lines.next()?;
        Some(Command { first, more: lines.collect() })
    }

    /// The command lines, in order.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &CommandLine> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// The first of them.
    pub fn first(&self) -> &CommandLine {
        &self.first
    }
}

impl From<CommandLine> for Command {
    fn from(first: CommandLine) -> Command {
        Command { first, more: Box::default() }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.more.iter().try_for_each(|line| write!(f, " ; {line}"))
    }
}

/// What a command may do that the unit's other processes may not: the prefixes `+`, `!` and `!!`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privilege {
    /// Nothing more.
    #[default]
    Normal,
    /// `+`: everything; the sandbox is not for it.
    Full,
    /// `!`: it keeps the manager's user; the rest of the sandbox holds.
    KeepUser,
    /// `!!`: as `!`, where the kernel has no ambient capabilities. Every kernel has them nowadays.
    Ambient,
}

/// The characters in front of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefixes {
    /// `-`: a failure counts as success.
    pub ignores_failure: bool,
    /// `:`: variables are not replaced.
    pub keeps_variables: bool,
    /// `|`: a shell runs it.
    pub via_shell: bool,
    /// `+`, `!`, `!!`.
    pub privilege: Privilege,
}

/// A program and its arguments, specifiers replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What stood in front of the program, `@` apart: see `argv0`.
    pub prefixes: Prefixes,
    /// The program: an absolute path, or the name of a file that is looked for in the search path.
    /// Empty where `|` stands alone, for the shell itself.
    pub path: Box<str>,
    /// What the program finds as its own name, where `@` gives another than `path`. Beside `|` it
    /// is empty, and says that the shell is a login shell.
    pub argv0: Option<Box<str>>,
    /// The arguments behind the program's name.
    pub arguments: Box<[Box<str>]>,
}

impl CommandLine {
    /// A program without prefixes.
    pub fn new(path: &str, arguments: &[&str]) -> CommandLine {
        CommandLine {
            prefixes: Prefixes::default(),
            path: path.into(),
            argv0: None,
            arguments: arguments.iter().map(|argument| Box::from(*argument)).collect(),
        }
    }

    /// All that the program finds, its name first. Variables are not replaced.
    pub fn argv(&self) -> impl Iterator<Item = &str> {
        let name = match &self.argv0 {
            Some(name) if !self.prefixes.via_shell => name,
            _ => &self.path,
        };
        std::iter::once(&**name).chain(self.arguments.iter().map(|argument| &**argument))
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut program = String::with_capacity(self.path.len().saturating_add(4));
        let Prefixes { ignores_failure, keeps_variables, via_shell, privilege } = self.prefixes;
        let flags = [
            (ignores_failure, '-'),
            (self.argv0.is_some(), '@'),
            (keeps_variables, ':'),
            (via_shell, '|'),
        ];
        program.extend(flags.into_iter().filter_map(|(is_set, prefix)| is_set.then_some(prefix)));
        program.push_str(match privilege {
            Privilege::Normal => "",
            Privilege::Full => "+",
            Privilege::KeepUser => "!",
            Privilege::Ambient => "!!",
        });
        program.push_str(&self.path);
        f.write_str(&quote(&program))?;
        let name = self.argv0.as_ref().filter(|_| !via_shell);
        for word in name.into_iter().chain(&self.arguments) {
            f.write_char(' ')?;
            f.write_str(&quote(word))?;
        }
        Ok(())
    }
}
