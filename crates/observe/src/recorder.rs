//! Adds up what stops of tracees tell.

use std::collections::HashMap;
use std::fmt::Display;

use rustix::fs::Stat;

use crate::access::{Wanted, Ways, capability_for};
use crate::calls::{self, Handler};
use crate::credentials::Credentials;
use crate::names::{self, Capability};
use crate::proc;
use crate::record::{FileUse, Record, Thing, Use};

/// So much evidence of one kind is kept.
const EVIDENCE_MAX: usize = 4;
/// So many paths are kept; of more, their directories alone.
const FILES_MAX: usize = 20_000;
/// The first uid of persons.
const PERSONS_FROM: u32 = 1000;
/// The uid of `nobody`, from which on no persons are.
const PERSONS_BELOW: u32 = 60_000;

/// A thread that is watched.
#[derive(Debug, Default)]
pub struct Task {
    /// Its id.
    pub tid: u32,
    /// The call that it is in.
    pub call: Option<Entered>,
    /// Nothing of it counts until it has become the program that it is to be: a gate.
    pub is_gate: bool,
    /// Who it is, where that was needed since it last changed.
    pub credentials: Option<Credentials>,
    /// The path that it is about to become.
    pub program: Option<String>,
    /// Its hard limit before the call that it is in.
    pub limit_before: Option<u64>,
}

/// A call that was entered.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    /// Its number.
    pub number: usize,
    /// Its arguments.
    pub arguments: [u64; 6],
}

/// A call that has worked (or, for what is done at its entry, is about to be made).
#[derive(Debug)]
pub struct Call<'a> {
    /// By whom.
    pub task: &'a mut Task,
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: [u64; 6],
    /// What it returned.
    pub result: i64,
}

impl Call<'_> {
    /// An argument.
    pub fn argument(&self, index: usize) -> u64 {
        self.arguments.get(index).copied().unwrap_or(0)
    }

    /// An argument that is an `int`.
    #[allow(clippy::cast_possible_truncation)]
    pub fn int(&self, index: usize) -> i32 {
        self.argument(index) as i32
    }

    /// An argument that is an `unsigned int`.
    #[allow(clippy::cast_possible_truncation)]
    pub fn unsigned(&self, index: usize) -> u32 {
        self.argument(index) as u32
    }

    /// Who makes it.
    pub fn credentials(&mut self) -> Credentials {
        if self.task.credentials.is_none() {
            self.task.credentials = Credentials::of(self.task.tid);
        }
        self.task.credentials.clone().unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default)]
struct Row {
    name: &'static str,
    worked: u64,
    failed: Vec<(i32, u64)>,
    at_entry: Option<Handler>,
    when_worked: Option<Handler>,
}

/// Adds up what was seen.
#[derive(Debug)]
pub struct Recorder {
    /// All but the calls, which are counted by number first.
    pub record: Record,
    /// Processes that are watched: their files below /proc are its own.
    pub own: std::collections::BTreeSet<u32>,
    /// Ports below this one need a capability.
    pub first_unprivileged_port: u16,
    /// Directories, with links on the way followed.
    pub directories: HashMap<String, String>,
    rows: Vec<Row>,
    ways: Ways,
}

impl Recorder {
    /// Nothing was seen yet.
    pub fn new() -> Recorder {
        let mut rows = vec![Row::default(); 1024];
        for (number, row) in rows.iter_mut().enumerate() {
            row.name = syscalls::Sysno::new(number).map_or("", |call| call.name());
            row.at_entry = calls::find(calls::AT_ENTRY, row.name);
            row.when_worked = calls::find(calls::WHEN_WORKED, row.name);
        }
        Recorder {
            record: Record::default(),
            own: std::collections::BTreeSet::new(),
            first_unprivileged_port: proc::first_unprivileged_port(),
            directories: HashMap::new(),
            rows,
            ways: Ways::default(),
        }
    }

    /// A call is about to be made.
    pub fn entered(
        &mut self,
        task: &mut Task,
        architecture: u32,
        number: u64,
        arguments: [u64; 6],
    ) {
        task.call = None;
        if task.is_gate {
            return;
        }
        if architecture != names::NATIVE || number & names::X32 != 0 {
            let name = names::architecture(architecture, number).to_owned();
            let count = self.record.foreign_calls.entry(name).or_default();
            *count = count.saturating_add(1);
            return;
        }
        let Ok(number) = usize::try_from(number) else { return };
        let Some(row) = self.rows.get(number) else { return };
        let (name, at_entry) = (row.name, row.at_entry);
        task.call = Some(Entered { number, arguments });
        if let Some(handler) = at_entry {
            handler(self, &mut Call { task, name, arguments, result: 0 });
        }
    }

    /// The call that was entered has come back.
    pub fn left(&mut self, task: &mut Task, result: i64) {
        // Calls that a signal or a stop interrupted, and that the kernel makes again: linux/errno.h.
        const RESTARTED: std::ops::RangeInclusive<i64> = -516..=-512;
        let Some(Entered { number, arguments }) = task.call.take() else { return };
        let Some(row) = self.rows.get_mut(number) else { return };
        if RESTARTED.contains(&result) {
            // Some only ever end that way: sigsuspend(2).
            row.worked = row.worked.saturating_add(1);
            return;
        }
        let is_under_way = result == -i64::from(libc::EINPROGRESS);
        if (-4095..0).contains(&result) && !is_under_way {
            let errno = i32::try_from(-result).unwrap_or(0);
            match row.failed.iter_mut().find(|(known, _)| *known == errno) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => row.failed.push((errno, 1)),
            }
            return;
        }
        row.worked = row.worked.saturating_add(1);
        let (name, handler) = (row.name, row.when_worked);
        if let Some(handler) = handler {
            handler(self, &mut Call { task, name, arguments, result });
        }
    }

    /// A call that was entered and never came back: the end of the thread, or of the watching.
    pub fn never_left(&mut self, task: &mut Task) {
        let Some(Entered { number, .. }) = task.call.take() else { return };
        if let Some(row) = self.rows.get_mut(number) {
            row.worked = row.worked.saturating_add(1);
        }
    }

    /// A capability was needed, for that.
    pub fn needed(&mut self, capability: Capability, why: impl Display) {
        let evidence = self.record.capabilities.entry(capability).or_default();
        if evidence.len() < EVIDENCE_MAX {
            evidence.insert(why.to_string());
        }
    }

    /// A capability was needed, if the thread has it at all: else the call worked without.
    pub fn needed_by(&mut self, call: &mut Call<'_>, capability: Capability, why: impl Display) {
        if capability.is_in(call.credentials().effective) {
            self.needed(capability, why);
        }
    }

    /// Something was done that sandboxes can forbid.
    pub fn did(&mut self, thing: Thing, evidence: impl Display) {
        let all = self.record.things.entry(thing).or_default();
        if all.len() < EVIDENCE_MAX || thing == Thing::Namespace {
            all.insert(evidence.to_string());
        }
    }

    /// A socket of that family, for that.
    pub fn family(&mut self, name: String, what_for: impl Display) {
        self.record.families.entry(name).or_insert_with(|| what_for.to_string());
    }

    /// Something was done with a path.
    pub fn touched(&mut self, path: &str, note: impl FnOnce(&mut FileUse)) {
        let known = self.record.files.contains_key(path);
        let path = match path.rsplit_once('/') {
            Some((directory, _)) if !known && self.record.files.len() >= FILES_MAX => {
                self.record.files_folded = true;
                if directory.is_empty() { "/" } else { directory }
            }
            _ => path,
        };
        note(self.record.files.entry(path.to_owned()).or_default());
    }

    /// What was made has that mode.
    pub fn made_with(&mut self, mode: u32) {
        *self.record.created_modes.get_or_insert(0) |= mode & 0o7777;
    }

    /// A file was used so: notes the capabilities that this needed.
    pub fn judge_access(&mut self, call: &mut Call<'_>, path: &str, stat: &Stat, wanted: Wanted) {
        let who = call.credentials();
        let has_one = [Capability::DAC_OVERRIDE, Capability::DAC_READ_SEARCH]
            .iter()
            .any(|capability| capability.is_in(who.effective));
        if !has_one {
            return;
        }
        if let Some(capability) = capability_for(&who, stat, wanted) {
            let owner = stat.st_uid;
            let mode = stat.st_mode & 0o7777;
            self.needed(
                capability,
                format_args!("{} {path} (of uid {owner}, mode {mode:04o})", call.name),
            );
        }
        let root = format!("/proc/{}/root", call.task.tid);
        let Some((directory, _)) = path.rsplit_once('/') else { return };
        if let Some(capability) = self.ways.capability_for(&who, &root, directory) {
            self.needed(capability, format_args!("searches {directory}"));
        }
    }

    /// Who a process is counts to who all are.
    pub fn met(&mut self, who: &Credentials) {
        self.record.effective |= who.effective;
        self.record.ambient |= who.ambient;
        if self.record.uids.len() < 1000 {
            self.record.uids.insert(who.euid());
        }
        if (PERSONS_FROM..PERSONS_BELOW).contains(&who.euid()) {
            self.did(Thing::Login, format_args!("a process took uid {}", who.euid()));
        }
    }

    /// All that was seen.
    pub fn finish(mut self) -> Record {
        for row in self.rows.iter().filter(|row| row.worked > 0 || !row.failed.is_empty()) {
            let seen = Use { worked: row.worked, failed: row.failed.iter().copied().collect() };
            self.record.calls.insert(row.name.to_owned(), seen);
        }
        self.record
    }
}
