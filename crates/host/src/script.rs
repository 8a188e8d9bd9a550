//! Init scripts, read and never run: what they call themselves, which daemon they start, where it
//! leaves its pid, and in which runlevels.
//!
//! A script is a program, and only running it tells for certain what it does. What is read here is
//! what nearly all of them state plainly: the LSB header, chkconfig's comments, assignments to
//! variables of well-known names, and the options of the usual helpers (`start-stop-daemon`,
//! `start_daemon`, `daemon`, `killproc`, `status_of_proc`).

mod commands;
mod declared;
mod header;
mod mentions;
mod one_by_one;
mod shell;
mod source;
mod surroundings;

use std::io;
use std::path::{Path, PathBuf};

use crate::read;
pub(crate) use header::Header;
pub use one_by_one::Scripts;
use shell::Variables;
#[cfg(test)]
pub(crate) use source::source_of;
pub(crate) use source::{Source, Unfit, all_headers, providers, read_source};
use surroundings::{Settings, runlevel_links};

/// Most of a script that is read, in bytes.
const LONGEST_SCRIPT: u64 = 256 << 10;
/// Most scripts that are read.
const MOST_SCRIPTS: usize = 4096;
/// Most daemons, names or pid files that are kept of one script.
const MOST_FACTS: usize = 16;

/// What an init script says of its daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The script's file name, by which it is started and stopped.
    pub name: String,
    /// Other names that it answers for: LSB's `Provides:`.
    pub provides: Vec<String>,
    /// LSB's `Short-Description:`, chkconfig's `description:` or OpenRC's `description=`.
    pub description: Option<String>,
    /// The script.
    pub path: PathBuf,
    /// It is an OpenRC script (`#!/sbin/openrc-run`).
    pub is_openrc: bool,
    /// Programs that it starts.
    pub daemon_paths: Vec<PathBuf>,
    /// Programs that it names anywhere, helpers among them: weak evidence.
    pub mentions: Vec<PathBuf>,
    /// Names that its processes have.
    pub process_names: Vec<String>,
    /// Pid files that it names.
    pub pid_files: Vec<PathBuf>,
    /// Runlevels that have a start link to it: `2`, `S`.
    pub runlevels: Vec<String>,
    /// LSB's `Default-Start:`: runlevels it is meant for.
    pub default_start: Vec<String>,
    /// It starts something that stays: by a helper for daemons, or with a pid file. Others may,
    /// and may also do something once.
    pub starts_daemon: bool,
}

/// Something that was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub detail: String,
}

/// The init scripts of a machine.
#[derive(Clone, Debug, Default)]
pub struct ScriptIndex {
    /// Ordered by name.
    pub scripts: Vec<Script>,
    /// What was passed over.
    pub notes: Vec<Note>,
}

impl ScriptIndex {
    /// The script whose daemon is the program `exe`, where one is and only one.
    pub fn by_program(&self, exe: &Path) -> Option<&Script> {
        let mut matching = self.scripts.iter().filter(|s| s.daemon_paths.iter().any(|p| p == exe));
        matching.next().filter(|_| matching.next().is_none())
    }

    /// Whether no other script starts one of the programs of this one: a process of such a
    /// program is its own.
    pub(crate) fn owns_programs(&self, script: &Script) -> bool {
        let mut others = self.scripts.iter().filter(|other| other.name != script.name);
        !others.any(|other| other.shares_program(script))
    }

    /// The script of this file name, or that provides this name.
    pub fn by_name(&self, name: &str) -> Option<&Script> {
        self.scripts
            .iter()
            .find(|s| s.name == name)
            .or_else(|| self.scripts.iter().find(|s| s.provides.iter().any(|p| p == name)))
    }
}

/// Reads the init scripts of the machine whose tree is at `root` (`/` but in tests). What is no
/// script, or can't be read, is in the notes.
pub fn script_index(root: &Path) -> ScriptIndex {
    read_scripts(root).unwrap_or_else(|(path, error)| ScriptIndex {
        scripts: Vec::new(),
        notes: vec![Note { path, detail: error.to_string() }],
    })
}

/// As [`script_index`], where a folder that can't be read is an error.
pub(crate) fn read_scripts(root: &Path) -> Result<ScriptIndex, (PathBuf, io::Error)> {
    let mut index = ScriptIndex::default();
    let links = runlevel_links(root);
    let settings = Settings::list(root);
    let folder = folder(root);
    let names = read::names(&root.join(folder), MOST_SCRIPTS)
        .map_err(|e| (Path::new("/").join(folder), e))?;
    for name in names {
        let path = Path::new("/").join(folder).join(&name);
        let note = |detail: &str| Note { path: path.clone(), detail: detail.to_owned() };
        match read::head(&root.join(folder).join(&name), LONGEST_SCRIPT) {
            Err(e) => index.notes.push(note(&e.to_string())),
            Ok(bytes) if !bytes.starts_with(b"#!") => {
                index.notes.push(note("not a script: it does not start with #!"));
            }
            Ok(bytes) if bytes.contains(&0) => index.notes.push(note("not a script: binary data")),
            Ok(bytes) => {
                if bytes.len() as u64 == LONGEST_SCRIPT {
                    index.notes.push(note("too long: only its first 256 KiB were read"));
                }
                let text = read::as_text(bytes);
                let defaults = settings.of(root, &name, &text);
                let mut script = parse(&name, path, &text, &defaults);
                script.runlevels = links.get(&name).into_iter().flatten().cloned().collect();
                index.scripts.push(script);
            }
        }
    }
    Ok(index)
}

/// Where the scripts of the machine lie: Debian's and OpenRC's folder, or Red Hat's.
pub(crate) fn folder(root: &Path) -> &'static str {
    let folders = ["etc/init.d", "etc/rc.d/init.d"];
    folders.into_iter().find(|f| root.join(f).is_dir()).unwrap_or("etc/init.d")
}

fn parse(name: &str, path: PathBuf, text: &str, defaults: &str) -> Script {
    let mut script = Script {
        name: name.to_owned(),
        path,
        mentions: mentions::find(text),
        is_openrc: text.lines().next().is_some_and(|l| {
            l.trim_end().ends_with("openrc-run") || l.trim_end().ends_with("runscript")
        }),
        ..Script::default()
    };
    let mut variables = Variables::new(name);
    text.lines().filter_map(|l| l.strip_prefix('#')).for_each(|c| script.comment(c.trim()));
    let joined = text.replace("\\\n", " ");
    let code = joined.lines().filter(|l| !l.trim_start().starts_with('#'));
    let code: Vec<&str> = code.collect();
    code.iter().copied().chain(defaults.lines()).for_each(|line| variables.assign(line));
    script.take_variables(&variables);
    // Every helper has one of these in its name; taking a line apart costs more than a look.
    for line in code.into_iter().filter(|l| l.contains("daemon") || l.contains("proc")) {
        script.take_command(&shell::words(line), &variables);
    }
    script.starts_daemon |= !script.pid_files.is_empty() || commands::starts_by_library(text);
    if script.is_openrc && script.description.is_none() {
        script.description = variables.last("description");
    }
    script
}

impl Script {
    fn shares_program(&self, other: &Script) -> bool {
        self.daemon_paths.iter().any(|path| other.daemon_paths.contains(path))
    }

    /// A line of the LSB header or of chkconfig's: `key: value`.
    fn comment(&mut self, comment: &str) {
        let Some((key, value)) = comment.split_once(':') else { return };
        let value = value.trim();
        let words = || value.split_ascii_whitespace().map(str::to_owned).take(MOST_FACTS);
        match key.trim() {
            "Provides" => self.provides = words().collect(),
            "Default-Start" => self.default_start = words().collect(),
            "Short-Description" if !value.is_empty() => self.description = Some(value.to_owned()),
            "description" if self.description.is_none() => {
                self.description = Some(value.trim_end_matches('\\').trim_end().to_owned());
            }
            "processname" => words().for_each(|w| self.add_name(w)),
            "pidfile" => words().for_each(|w| add_path(&mut self.pid_files, &w)),
            _ => {}
        }
    }

    fn add_name(&mut self, name: String) {
        // Some give the whole path.
        if name.starts_with('/') {
            add_path(&mut self.daemon_paths, &name);
        } else if !self.process_names.contains(&name) && self.process_names.len() < MOST_FACTS {
            self.process_names.push(name);
        }
    }

    fn take_variables(&mut self, variables: &Variables) {
        for (name, values) in variables.all() {
            let plain: String =
                name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_uppercase()).collect();
            let paths = match plain.as_str() {
                "PID" => &mut self.pid_files,
                p if p.ends_with("PIDFILE") => &mut self.pid_files,
                "DAEMON" | "DAEMONBIN" | "DAEMONEXEC" | "EXEC" | "BIN" | "PROG" | "PROGRAM"
                | "COMMAND" => &mut self.daemon_paths,
                _ => continue,
            };
            values.iter().for_each(|v| add_path(paths, v));
        }
    }

    /// The options and operands of a helper that starts, stops or looks for a daemon.
    fn take_command(&mut self, words: &[String], variables: &Variables) {
        let helper = |w: &String| {
            matches!(
                w.rsplit('/').next(),
                Some(
                    "start-stop-daemon"
                        | "start_daemon"
                        | "daemon"
                        | "killproc"
                        | "pidofproc"
                        | "status_of_proc"
                        | "startproc"
                        | "checkproc"
                )
            )
        };
        let Some(at) = words.iter().position(helper) else { return };
        self.starts_daemon = true;
        let is_debians = words.get(at).is_some_and(|w| w.ends_with("start-stop-daemon"));
        let mut rest = words.iter().skip(at + 1);
        let mut takes_operand = !is_debians;
        while let Some(word) = rest.next() {
            if word == "--" || matches!(word.as_str(), ";" | "|" | "||" | "&&" | "&") {
                break;
            }
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) if word.starts_with("--") => (option, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || attached.clone().or_else(|| rest.next().cloned());
            let paths = match option {
                "--pidfile" | "-p" => value().map(|v| (v, &mut self.pid_files)),
                "--exec" | "-x" | "--startas" | "-a" if is_debians => {
                    value().map(|v| (v, &mut self.daemon_paths))
                }
                "--name" | "-n" if is_debians => {
                    let names = value().map(|v| variables.expand(&v)).unwrap_or_default();
                    names.into_iter().for_each(|n| self.add_name(n));
                    None
                }
                _ if takes_operand && !option.starts_with('-') => {
                    takes_operand = false;
                    Some((word.clone(), &mut self.daemon_paths))
                }
                _ => None,
            };
            if let Some((value, paths)) = paths {
                variables.expand(&value).iter().for_each(|v| add_path(paths, v));
            }
        }
    }
}

fn add_path(paths: &mut Vec<PathBuf>, value: &str) {
    let value = value.trim();
    // An interpreter's name would lead every script's process to this one.
    let is_shell = matches!(
        value.rsplit('/').next(),
        Some("sh" | "bash" | "dash" | "env" | "true" | "false" | "null" | "start-stop-daemon" | "")
    );
    let path = PathBuf::from(value);
    if path.is_absolute() && !is_shell && !paths.contains(&path) && paths.len() < MOST_FACTS {
        paths.push(path);
    }
}

#[cfg(test)]
mod tests;
