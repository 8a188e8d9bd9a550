//! What the words mean: whose entries, in the journal, in syslog files, and in files of its own.

mod service;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use journal::filter::{Filter, Matches};
use journal::set::Set;

use crate::context::Context;
use crate::failure::Failure;
use crate::logs::matches::{self, UnitOf};
use crate::logs::own_files;
use crate::managers::{ManagerOptions, Managers};
use crate::resolve::Options;
use crate::service_view::fill::need;
use crate::service_view::lookup;
use crate::what::What;

/// Whose entries are wanted.
#[derive(Debug, Default)]
pub struct Subjects {
    /// Alternatives in the journal.
    pub journal: Vec<Filter>,
    /// Alternatives in syslog files.
    pub syslog: Vec<Filter>,
    /// Texts one of which is in each line of these; empty: that is not known.
    pub needles: BTreeSet<Vec<u8>>,
    /// Files of their own, and what is called an identifier there.
    pub files: Vec<(PathBuf, String)>,
    /// `FIELD=value` and `+`.
    pub fields: Vec<Vec<u8>>,
    /// Whether any word means whose entries.
    pub are_some: bool,
    /// What to say of a name that nobody knows, should there be no line of it in syslog files either.
    pub doubtful: Option<Failure>,
}

/// Where the words are looked up.
pub struct Lookup<'l> {
    /// Processes, services.
    pub context: &'l Context,
    /// Which managers.
    pub managers: &'l ManagerOptions,
    /// The journal.
    pub set: &'l Set,
    /// The machine that runs is meant: services and processes can be asked.
    pub is_this_machine: bool,
    /// There may be syslog files, in which nobody can look a name up.
    pub has_syslog: bool,
}

impl Lookup<'_> {
    /// Understands the words of the command line, `-u` and `--user-unit` among them.
    ///
    /// # Errors
    /// A word makes no sense, or there is no such thing.
    pub fn all(
        &self,
        words: &[OsString],
        units: &[String],
        user_units: &[String],
    ) -> Result<Subjects, Failure> {
        let mut subjects = Subjects::default();
        let mut names = Vec::new();
        for word in words {
            self.word(word, &mut subjects, &mut names)?;
        }
        if self.set.is_empty() && self.is_this_machine {
            // Where there is no journal, a unit is a service like any other.
            names.extend(units.iter().cloned());
        } else {
            self.units(UnitOf::System, units, &mut subjects)?;
        }
        let uid = rustix::process::getuid().as_raw();
        self.units(UnitOf::User(uid), user_units, &mut subjects)?;
        self.names(&names, &mut subjects)?;
        Ok(subjects)
    }

    fn word(
        &self,
        word: &OsString,
        subjects: &mut Subjects,
        names: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let bytes = word.as_bytes();
        if bytes == b"+" || Matches::default().add(bytes).is_ok() {
            subjects.fields.push(bytes.to_vec());
            return Ok(());
        }
        subjects.are_some = true;
        let path = Path::new(word);
        if path.is_absolute() || bytes.starts_with(b"./") || bytes.starts_with(b"../") {
            return self.path(path, subjects);
        }
        let Some(text) = word.to_str() else {
            return Err(Failure::usage(format_args!("{} is no name", word.to_string_lossy())));
        };
        match What::parse(text)? {
            What::Pid(pid) => self.pid(pid, subjects),
            What::Port(_) if self.is_this_machine => self.port(text, subjects)?,
            What::Port(_) => {
                return Err(Failure::usage("a port is one of this machine")
                    .hint("name the service, as the journal knows it"));
            }
            What::Path(_) | What::Name(_) => names.push(text.to_owned()),
        }
        Ok(())
    }

    fn path(&self, path: &Path, subjects: &mut Subjects) -> Result<(), Failure> {
        let shown = path.display();
        let metadata = path.metadata().map_err(|error| {
            Failure::not_found(format_args!("{shown}: {error}"))
                .hint("a path is a program, a device, or a log file")
        })?;
        if metadata.is_dir() {
            return Err(Failure::usage(format_args!("{shown} is a folder"))
                .hint("--directory reads the journal files in it"));
        }
        let mut found = Matches::default();
        match matches::path(&mut found, path) {
            Ok(()) => {
                subjects.journal.push(found.build());
                let name = path.file_name().unwrap_or_default().as_bytes();
                subjects.identifier(name);
            }
            // A log file, then. Fifos and sockets are none: nobody could read them to an end.
            Err(_) if metadata.is_file() => {
                let label = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                subjects.files.push((path, label));
            }
            Err(error) => return Err(Failure::usage(error)),
        }
        Ok(())
    }

    fn pid(&self, pid: u32, subjects: &mut Subjects) {
        subjects.journal.push(Filter::field(format!("_PID={pid}").as_bytes()));
        subjects.pid(pid);
        if self.is_this_machine
            && let Ok(proc) = self.context.proc()
        {
            let name = self.context.common.proc_root.join(pid.to_string()).join("comm");
            let name = std::fs::read_to_string(name).unwrap_or_default();
            let root = &self.context.common.system_root;
            subjects.own_files(own_files::of_pids(root, &proc, &[pid]), name.trim());
        }
    }

    fn port(&self, text: &str, subjects: &mut Subjects) -> Result<(), Failure> {
        let words = [text.to_owned()];
        let targets = crate::targets::Targets::find(self.context, &words, Default::default())?;
        let pids: Vec<u32> = targets.rows().map(|row| row.process.pid()).collect();
        pids.into_iter().for_each(|pid| self.pid(pid, subjects));
        Ok(())
    }

    fn units(&self, of: UnitOf, typed: &[String], subjects: &mut Subjects) -> Result<(), Failure> {
        if typed.is_empty() {
            return Ok(());
        }
        subjects.are_some = true;
        let mut found = Matches::default();
        let count = matches::units(self.set, &mut found, of, typed).map_err(Failure::usage)?;
        if count == 0 {
            return Err(Failure::not_found(format_args!(
                "the journal knows no unit that is called {}",
                typed.join(" or ")
            ))
            .hint("`daemonctl logs -F _SYSTEMD_UNIT` lists those that it knows"));
        }
        subjects.journal.push(found.build());
        Ok(())
    }

    /// Names of services, else of what the journal has heard of.
    fn names(&self, names: &[String], subjects: &mut Subjects) -> Result<(), Failure> {
        if names.is_empty() {
            return Ok(());
        }
        let managers = match self.is_this_machine {
            true => Managers::open_any(self.context, self.managers)?,
            false => None,
        };
        let Some(managers) = managers else {
            return names.iter().try_for_each(|name| self.name_alone(name, subjects));
        };
        // Who is not known need not be looked for among all that there is: the journal may know it.
        let options =
            Options { every_manager: true, all: true, allow_unknown: true, ..Options::default() };
        for name in names {
            let (what, needs) = (std::slice::from_ref(name), need::PROCESSES | need::LOGS);
            let looked = lookup::look(self.context, &managers, what, &options, needs)?;
            for view in &looked.filled.views {
                self.service(view, looked.filled.snapshot.as_ref(), subjects);
            }
            if looked.filled.views.is_empty() {
                self.name_alone(name, subjects)?;
            }
        }
        Ok(())
    }
}

impl Subjects {
    /// Lines of syslog with that identifier.
    fn identifier(&mut self, name: &[u8]) {
        let text = [b"SYSLOG_IDENTIFIER=", name].concat();
        let filter = Filter::Field(text);
        if !name.is_empty() && !self.syslog.contains(&filter) {
            self.syslog.push(filter);
            self.needles.insert(name.to_vec());
        }
    }

    /// Lines of syslog from that process.
    fn pid(&mut self, pid: u32) {
        self.syslog.push(Filter::field(format!("SYSLOG_PID={pid}").as_bytes()));
        // `tag[7]:` mostly, but RFC 5424 has no brackets.
        self.needles.insert(pid.to_string().into_bytes());
    }

    fn own_files(&mut self, files: Vec<PathBuf>, identifier: &str) {
        for file in files {
            if !self.files.iter().any(|(known, _)| *known == file) {
                self.files.push((file, identifier.to_owned()));
            }
        }
    }
}
