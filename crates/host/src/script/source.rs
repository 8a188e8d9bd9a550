//! One script, read with all that it says: for when one service is asked for.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::commands::{self, Commands};
use super::declared::{self, Declared};
use super::header::{self, Header};
use super::surroundings::{Settings, links_of};
use super::{LONGEST_SCRIPT, Script, folder, parse};
use crate::read;

/// A script and all that is read of it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// What is read of every script.
    pub script: Script,
    /// Its comment block.
    pub header: Header,
    /// What it understands: the arms of an LSB script; of an OpenRC script [`Declared::commands`].
    pub commands: Commands,
    /// What an OpenRC script declares.
    pub declared: Declared,
    /// Files with its settings that exist.
    pub settings: Vec<PathBuf>,
    /// The answer of its `status` comes from a library that keeps to the LSB's exit statuses.
    pub status_is_librarys: bool,
    /// Why the kernel would not run it.
    pub unfit: Option<Unfit>,
    /// It has line ends of DOS somewhere.
    pub has_crlf: bool,
}

/// Why something in the folder of scripts is no script that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// There is nothing of that name.
    Missing,
    /// It can't be read.
    Unreadable(String),
    /// It is a file without content.
    Empty,
    /// It does not start with `#!`.
    NoInterpreter,
    /// It holds binary data.
    Binary,
    /// Nobody may run it.
    NotExecutable,
    /// Its first line ends in CR LF: the kernel looks for an interpreter of which CR is the last
    /// letter.
    CrLf,
    /// The interpreter in its first line is not there.
    InterpreterMissing(PathBuf),
}

impl Unfit {
    /// In a sentence without its subject, and what to do.
    pub fn words(&self, path: &Path) -> (String, Option<String>) {
        let path = path.display();
        match self {
            Self::Missing => (format!("there is no script {path}"), None),
            Self::Unreadable(why) => (format!("its script {path} cannot be read: {why}"), None),
            Self::Empty => (
                format!("its script {path} is empty"),
                Some("install its package again".to_owned()),
            ),
            Self::NoInterpreter => (
                format!("its script {path} does not start with #!, so that it cannot be run"),
                Some("write #!/bin/sh as its first line".to_owned()),
            ),
            Self::Binary => (format!("{path} holds binary data: it is no script"), None),
            Self::NotExecutable => {
                (format!("its script {path} is not executable"), Some(format!("chmod +x {path}")))
            }
            Self::CrLf => (
                format!(
                    "the first line of its script {path} ends in CR LF, as files of DOS do: there \
                     is no interpreter of that name"
                ),
                Some(format!("sed -i 's/\\r$//' {path}")),
            ),
            Self::InterpreterMissing(interpreter) => (
                format!("the interpreter of its script, {}, is not there", interpreter.display()),
                None,
            ),
        }
    }
}

/// Reads the script of that file name, for the machine whose tree is at `root`.
pub(crate) fn read_source(root: &Path, name: &str) -> Result<Source, Unfit> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
        return Err(Unfit::Missing);
    }
    let path = Path::new("/").join(folder(root)).join(name);
    let at = root.join(folder(root)).join(name);
    let bytes = match read::head(&at, LONGEST_SCRIPT) {
        Ok(bytes) if bytes.is_empty() => return Err(Unfit::Empty),
        Ok(bytes) if !bytes.starts_with(b"#!") => return Err(Unfit::NoInterpreter),
        Ok(bytes) if bytes.contains(&0) => return Err(Unfit::Binary),
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Unfit::Missing),
        Err(e) => return Err(Unfit::Unreadable(e.to_string())),
    };
    let text = read::as_text(bytes);
    let settings = Settings::of_one();
    let mut source = of_text(name, path, &text, &settings.of(root, name, &text));
    source.script.runlevels = links_of(root, name);
    source.settings = settings.paths_of(root, name);
    source.unfit = unfit(root, &at, &text);
    Ok(source)
}

fn of_text(name: &str, path: PathBuf, text: &str, defaults: &str) -> Source {
    let script = parse(name, path, text, defaults);
    let declared = match script.is_openrc {
        true => declared::parse(name, text, defaults),
        false => Declared::default(),
    };
    Source {
        header: header::parse(text),
        commands: commands::find(text),
        status_is_librarys: commands::answers_by_library(text),
        declared,
        settings: Vec::new(),
        unfit: None,
        has_crlf: text.contains("\r\n"),
        script,
    }
}

/// As read from a file of that name.
#[cfg(test)]
pub(crate) fn source_of(name: &str, text: &str) -> Source {
    of_text(name, Path::new("/etc/init.d").join(name), text, "")
}

fn unfit(root: &Path, at: &Path, text: &str) -> Option<Unfit> {
    let first = text.split('\n').next().unwrap_or_default();
    if first.ends_with('\r') {
        return Some(Unfit::CrLf);
    }
    let interpreter = first.trim_start_matches("#!").split_whitespace().next().unwrap_or_default();
    let interpreter = PathBuf::from(interpreter);
    let inside = root.join(interpreter.strip_prefix("/").unwrap_or(&interpreter));
    // Trees that are made up hold no shells.
    let missing = |path: &Path| std::fs::metadata(path).is_err_and(|e| is_absent(&e));
    if missing(&inside) && missing(&interpreter) {
        return Some(Unfit::InterpreterMissing(interpreter));
    }
    let mode = std::fs::metadata(at).ok()?.permissions().mode();
    (mode & 0o111 == 0).then_some(Unfit::NotExecutable)
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The headers of all scripts, by name: to follow dependencies backwards.
pub(crate) fn all_headers(root: &Path) -> Vec<(String, Header)> {
    let folder = root.join(folder(root));
    let names = read::names(&folder, super::MOST_SCRIPTS).unwrap_or_default();
    let read = |name: String| {
        let bytes = read::head(&folder.join(&name), LONGEST_SCRIPT).ok()?;
        let bytes = Some(bytes).filter(|b| b.starts_with(b"#!") && !b.contains(&0))?;
        Some((name, header::parse(&read::as_text(bytes))))
    };
    names.into_iter().filter_map(read).collect()
}

/// What scripts provide: name → script. Of several the first.
pub(crate) fn providers(headers: &[(String, Header)]) -> BTreeMap<String, String> {
    let mut providers = BTreeMap::new();
    // A name of its own goes before one that another provides.
    for (name, _) in headers {
        providers.insert(name.clone(), name.clone());
    }
    for (name, header) in headers {
        for provided in &header.provides {
            providers.entry(provided.clone()).or_insert_with(|| name.clone());
        }
    }
    providers
}
