//! Where journal files lie.

mod glob;
mod names;

use std::path::PathBuf;

pub use glob::expand;

/// Which folders and files to read, by journalctl(1)'s rules. [`Places::default`] is what
/// `journalctl` without options reads: all files of this machine, of no namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// `--directory`: this folder and its machine folders, instead of the usual ones.
    pub directory: Option<PathBuf>,
    /// `--file`: exactly these files, instead of any folder. Patterns were expanded before, see
    /// [`expand`]; `-` is the standard input.
    pub files: Vec<PathBuf>,
    /// `--root`: the usual folders below this one, of any machine.
    pub root: Option<PathBuf>,
    /// `--namespace`.
    pub namespace: Namespace,
    /// `--merge`: other machines' folders too. With `directory` or `root` it is always so.
    pub merge: bool,
    /// Whose files, by their names: `--system`, `--user`.
    pub whose: Whose,
}

/// Which folders of namespaces (`MACHINE-ID.NAMESPACE`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Namespace {
    /// Those of none.
    #[default]
    Default,
    /// `NAME`: that one's.
    Only(String),
    /// `+NAME`: that one's and those of none.
    And(String),
    /// `*`: all.
    All,
}

/// Whose files, by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Any.
    #[default]
    All,
    /// `--system`: `system.journal`, `system@….journal`.
    System,
    /// `--user`: `user-UID.journal` of the own user (for a system user those of the system too).
    User,
    /// Both of these.
    SystemAndUser,
}

impl Namespace {
    /// As `--namespace` takes it: `NAME`, `+NAME`, `*`, or nothing for none.
    pub fn parse(text: &str) -> Namespace {
        match text.strip_prefix('+') {
            _ if text.is_empty() => Namespace::Default,
            _ if text == "*" => Namespace::All,
            Some(name) => Namespace::And(name.to_owned()),
            None => Namespace::Only(text.to_owned()),
        }
    }
}

pub(crate) use names::MachineFolder;
