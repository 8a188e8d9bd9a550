//! Which processes the names given to killall mean.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use process::machine::Machine;
use process::needs::Needs;
use process::process::{Process, ProcessKey};
use process::procfs::ProcFs;
use process::sample::{self, Sample};

use super::super::service_pids;
use super::ere::Pattern;
use super::grammar::Settings;

/// The longest name that the kernel keeps of a process.
const COMM: usize = 15;

/// A process that is meant.
#[derive(Debug, Clone)]
pub struct Victim {
    /// Which.
    pub key: ProcessKey,
    /// As it is called in messages.
    pub name: String,
    /// Its process group.
    pub group: i32,
}

/// Why a name can't be looked for.
#[derive(Debug)]
pub enum Fault {
    /// It is no regular expression.
    Pattern,
    /// It is a path, and nothing is there.
    File(io::Error),
}

/// All processes, and what is asked of them.
pub struct Selection<'a> {
    settings: &'a Settings,
    sample: Sample,
    context: Option<Pattern>,
    ticks_per_second: u64,
}

impl<'a> Selection<'a> {
    /// Looks at the processes.
    ///
    /// # Errors
    /// `/proc` can't be read, or there is no process whose namespace is meant.
    pub fn take(settings: &'a Settings) -> Result<Selection<'a>, String> {
        let proc = ProcFs::open(Path::new("/proc")).map_err(|error| format!("killall: {error}"))?;
        let needs = Needs::CMDLINE | Needs::OWNER | Needs::PID_NAMESPACE | Needs::EXE;
        let mut sample = sample::take(&proc, needs).map_err(|error| format!("killall: {error}"))?;
        if settings.namespace_of != 0 {
            let Some(theirs) = sample.by_pid(settings.namespace_of).map(|it| it.pid_namespace)
            else {
                return Err(format!("killall: there is no process {}", settings.namespace_of));
            };
            sample.processes.retain(|process| process.pid_namespace == theirs);
        }
        let context = match &settings.context {
            None => None,
            Some(text) => Some(Pattern::parse(text.as_bytes(), false).ok_or_else(|| {
                format!("killall: Bad regular expression: {}", text.to_string_lossy())
            })?),
        };
        let machine = Machine::look(&proc, Path::new("/"), false);
        Ok(Selection { settings, sample, context, ticks_per_second: machine.ticks_per_second })
    }

    /// All that the options allow: what `-u` without a name means.
    pub fn of_user(&self) -> Vec<Victim> {
        self.those(|_| true)
    }

    /// The processes of a name.
    ///
    /// # Errors
    /// It can't be looked for.
    pub fn named(&mut self, name: &OsStr) -> Result<Vec<Victim>, Fault> {
        let bytes = name.as_bytes();
        if self.settings.regexp {
            let pattern = Pattern::parse(bytes, self.settings.ignore_case).ok_or(Fault::Pattern)?;
            return Ok(self.those(|process| pattern.is_in(full_name(process))));
        }
        if bytes.contains(&b'/') {
            let file = std::fs::metadata(name).map_err(Fault::File)?;
            let identity = (file.dev(), file.ino());
            return Ok(self.those(|process| runs(process, identity)));
        }
        if let Some(keys) = service_pids::keys(bytes) {
            return Ok(self.those(|process| keys.contains(&process.key)));
        }
        Ok(self.those(|process| self.is_called(process, bytes)))
    }

    fn those(&self, test: impl Fn(&Process) -> bool) -> Vec<Victim> {
        let own = std::process::id();
        let meant = self.sample.processes.iter().filter(|process| {
            process.pid() != own
                && !process.stat.is_kernel_thread()
                && !process.stat.is_zombie()
                && self.is_allowed(process)
                && test(process)
        });
        meant
            .map(|process| Victim {
                key: process.key,
                name: String::from_utf8_lossy(full_name(process)).into_owned(),
                group: process.stat.pgrp,
            })
            .collect()
    }

    fn is_allowed(&self, process: &Process) -> bool {
        let boot = self.sample.boot_usec as f64 / 1e6;
        let age = boot - process.key.start_ticks as f64 / self.ticks_per_second.max(1) as f64;
        let settings = self.settings;
        settings.user.is_none_or(|user| process.euid.is_known_and(|own| *own == user))
            && settings.younger.is_none_or(|limit| age <= limit)
            && settings.older.is_none_or(|limit| age >= limit)
            && self.context.as_ref().is_none_or(|pattern| pattern.is_in(&context(process)))
    }

    fn is_called(&self, process: &Process, name: &[u8]) -> bool {
        let same = |a: &[u8], b: &[u8]| match self.settings.ignore_case {
            true => a.eq_ignore_ascii_case(b),
            false => a == b,
        };
        if process.comm.len() < COMM || name.len() < COMM {
            return same(&process.comm, name);
        }
        // The kernel cut it: the arguments may have the rest.
        let cut = name.get(..COMM).unwrap_or(name);
        if !same(&process.comm, cut) {
            return false;
        }
        match whole_name(process) {
            Some(whole) => same(whole, name),
            None => !self.settings.exact,
        }
    }
}

/// The name in full where the kernel cut it and the arguments still have it.
fn whole_name(process: &Process) -> Option<&[u8]> {
    let names = process.args().map(base_name);
    names.take(2).find(|name| name.starts_with(&process.comm))
}

fn full_name(process: &Process) -> &[u8] {
    match process.comm.len() < COMM {
        true => &process.comm,
        false => whole_name(process).unwrap_or(&process.comm),
    }
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// Whether a process runs that very file.
fn runs(process: &Process, identity: (u64, u64)) -> bool {
    let link = format!("/proc/{}/exe", process.pid());
    std::fs::metadata(link).is_ok_and(|file| (file.dev(), file.ino()) == identity)
}

/// The security context of a process, as a security module tells it.
fn context(process: &Process) -> Vec<u8> {
    let path = format!("/proc/{}/attr/current", process.pid());
    let mut text = std::fs::read(path).unwrap_or_default();
    text.retain(|byte| !matches!(byte, b'\0' | b'\n'));
    text
}
