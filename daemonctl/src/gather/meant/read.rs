//! Reads a daemon's configuration with all that it includes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use insight::snapshot::{CommandRole, ConfigPath, PathUse, Place, Service};
use rustix::fs::OFlags;

use super::glob::expand;
use super::syntax::{Statement, statements};
use super::table::Daemon;
use crate::gather::Gatherer;

/// Files, bytes of each and depth of inclusion that are read.
const FILES_MAX: usize = 256;
const BYTES_MAX: u64 = 1 << 20;
const DEPTH_MAX: u32 = 8;

/// A configuration while it is read.
pub struct Reading<'r> {
    gatherer: &'r Gatherer<'r>,
    daemon: &'static Daemon,
    /// The first files, and the option that names them.
    first: Vec<(String, Option<(String, Place)>)>,
    /// What relative paths are below.
    base: String,
    variables: HashMap<String, String>,
    seen: HashSet<PathBuf>,
    modules: HashSet<String>,
    /// All statements, in the order in which the daemon reads them.
    pub statements: Vec<Statement>,
    /// The files, with the time of their last change.
    pub files: Vec<(String, u64)>,
    /// Files that are named and not there, or can't be read by us.
    pub missing: Vec<ConfigPath>,
}

impl<'r> Reading<'r> {
    /// Nothing is read yet.
    pub fn new(
        gatherer: &'r Gatherer<'r>,
        daemon: &'static Daemon,
        service: &Service,
        arguments: &[String],
    ) -> Reading<'r> {
        let place = service.definition.as_ref().and_then(|definition| {
            let main = definition.commands.iter().find(|c| c.role == CommandRole::Main)?;
            Some(main.place.clone())
        });
        let mut first: Vec<(String, Option<(String, Place)>)> =
            super::table::configs_of(daemon, arguments)
                .into_iter()
                .map(|(option, path)| (path, Some((option, place.clone().unwrap_or_default()))))
                .collect();
        if first.is_empty() {
            let instance = service.name.trim_end_matches(".service").split_once('@');
            let instance = instance.map(|(_, instance)| instance.replacen('-', "/", 1));
            let fill = |path: &&str| match &instance {
                Some(instance) => path.replace("{instance}", instance),
                None => path.replace("{instance}", "*/*"),
            };
            let there =
                daemon.configs.iter().map(fill).flat_map(|pattern| expand(gatherer, &pattern));
            first = there.map(|path| (path, None)).collect();
            if !daemon.reads_all {
                first.truncate(1);
            }
        }
        let mut reading = Reading {
            gatherer,
            daemon,
            first,
            base: daemon.base.to_owned(),
            variables: HashMap::new(),
            seen: HashSet::new(),
            modules: HashSet::new(),
            statements: Vec::new(),
            files: Vec::new(),
            missing: Vec::new(),
        };
        if !daemon.variables.is_empty() {
            let text = read(&gatherer.inside(daemon.variables)).unwrap_or_default();
            reading.variables = exports(&text);
        }
        reading
    }

    /// Reads all of it.
    pub fn all(&mut self) {
        for (path, named) in std::mem::take(&mut self.first) {
            if self.daemon.base.is_empty() {
                self.base = folder_of(&path);
            }
            let is_there = std::fs::symlink_metadata(self.gatherer.inside(&path)).is_ok();
            if let Some((option, place)) = named
                && path.starts_with('/')
            {
                // Named on the command line: it has to be there.
                self.missing.push(ConfigPath {
                    path: path.clone(),
                    purpose: PathUse::Read,
                    key: option,
                    place: Some(place),
                    user: None,
                });
            }
            if is_there {
                self.file(&path, 0);
            }
        }
    }

    fn file(&mut self, path: &str, depth: u32) {
        let inside = self.gatherer.inside(path);
        let real = std::fs::canonicalize(&inside).unwrap_or_else(|_| inside.clone());
        if depth > DEPTH_MAX || self.seen.len() >= FILES_MAX || !self.seen.insert(real) {
            return;
        }
        if inside.is_dir() {
            for inner in expand(self.gatherer, &format!("{path}/*")) {
                self.file(&inner, depth + 1);
            }
            return;
        }
        self.files.push((path.to_owned(), modified(&inside)));
        let Some(text) = read(&inside) else { return };
        for (line, mut statement) in statements(self.daemon.syntax, &text) {
            if !self.counts(&statement) {
                continue;
            }
            for value in &mut statement.values {
                *value = self.expanded(value);
            }
            let place = Place { path: path.to_owned(), line };
            if self.daemon.includes.contains(&statement.key.as_str()) {
                self.include(&statement, &place, depth);
                continue;
            }
            if statement.key == "serverroot" {
                self.base = statement.values.first().cloned().unwrap_or_default();
            }
            if statement.key == "loadmodule" {
                self.modules.extend(statement.values.first().map(|name| name.to_lowercase()));
            }
            let rows = self.daemon.rows;
            let row = rows.iter().find(|row| row.is_of(&statement) && row.is_path());
            if let Some(row) = row {
                // Of `stats socket PATH` the first value is a part of the directive's name.
                let named = usize::from(row.key.contains(' '));
                for value in statement.values.iter_mut().skip(named) {
                    *value = self.absolute(value);
                }
            }
            statement.place = Some(place);
            self.statements.push(statement);
        }
    }

    /// Whether a statement stands where it holds.
    fn counts(&self, statement: &Statement) -> bool {
        if !self.daemon.sections.is_empty() {
            return self.daemon.sections.iter().any(|name| {
                statement.section == *name
                    || name
                        .strip_suffix('*')
                        .is_some_and(|start| statement.section.starts_with(start))
            }) || statement.key.starts_with("!include");
        }
        statement.section.split('/').all(|section| self.holds(section))
    }

    fn holds(&self, section: &str) -> bool {
        if section == "match" {
            return false;
        }
        let Some(name) = section.strip_prefix("ifmodule ") else { return true };
        let (name, wanted) = match name.trim().strip_prefix('!') {
            Some(name) => (name, false),
            None => (name.trim(), true),
        };
        let file = name.strip_prefix("mod_").and_then(|name| name.strip_suffix(".c"));
        let name = file.map_or_else(|| name.to_owned(), |name| format!("{name}_module"));
        self.modules.contains(&name) == wanted
    }

    fn include(&mut self, statement: &Statement, place: &Place, depth: u32) {
        let is_optional = statement.key.contains("optional") || statement.key.contains("if-exists");
        for value in &statement.values {
            let path = self.absolute(value);
            let mut paths = expand(self.gatherer, &path);
            if statement.key.contains("includedir") || statement.key.contains("include-dir") {
                paths = expand(
                    self.gatherer,
                    &format!("{}/*.{}", path.trim_end_matches('/'), self.daemon.suffix),
                );
            }
            let is_pattern = path.contains(['*', '?', '[']);
            let is_there = std::fs::symlink_metadata(self.gatherer.inside(&path)).is_ok();
            if !is_there && !is_pattern && !is_optional && path.starts_with('/') {
                self.missing.push(ConfigPath {
                    path,
                    purpose: PathUse::Read,
                    key: statement.key.clone(),
                    place: Some(place.clone()),
                    user: None,
                });
            }
            for path in paths {
                self.file(&path, depth + 1);
            }
        }
    }

    fn absolute(&self, value: &str) -> String {
        let is_file = !value.starts_with(['/', '$', '|', '@', '-'])
            && !value.is_empty()
            && !value.contains(':')
            && !self.base.is_empty();
        match is_file {
            true => format!("{}/{}", self.base.trim_end_matches('/'), value),
            false => value.to_owned(),
        }
    }

    /// `${NAME}` of apache's envvars.
    fn expanded(&self, value: &str) -> String {
        if self.variables.is_empty() || !value.contains("${") {
            return value.to_owned();
        }
        let mut out = value.to_owned();
        for (name, text) in &self.variables {
            out = out.replace(&format!("${{{name}}}"), text);
        }
        out
    }
}

/// `export NAME=value` of a shell's text.
fn exports(text: &str) -> HashMap<String, String> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("export "));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| {
            // Debian's `$SUFFIX` is empty but for further instances.
            (name.to_owned(), value.trim_matches(['"', '\'']).replace("$SUFFIX", ""))
        })
        .collect()
}

fn folder_of(path: &str) -> String {
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

fn modified(path: &Path) -> u64 {
    let time = std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// A regular file: nothing else is opened, and nothing waited for.
fn read(path: &Path) -> Option<String> {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
