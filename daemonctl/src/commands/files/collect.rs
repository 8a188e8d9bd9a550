//! Gathering what processes have open.

use std::collections::HashSet;
use std::ffi::CStr;
use std::ops::ControlFlow;

use present::json::Note;
use process::descriptors::{self, Kind};
use process::fact::Fact;
use process::holders::{Role, Scope};
use process::locality::{Identity, Mounts};
use process::maps;
use process::procfs::{PidDir, ProcFs, ReadError};
use process::raw;
use process::raw::maps::unescape;

use super::columns::{FileRow, Flagged, NEED_METADATA, Place};
use super::row::{Options, deleted_by_name, of_descriptor, plain};
use super::sockets::Sockets;
use crate::context::Context;
use crate::failure::Failure;
use crate::holders::{self, Held};
use crate::snapshot::{Row, Snapshot};

/// What was found.
pub struct Found<'a> {
    /// The files, process by process.
    pub rows: Vec<FileRow<'a>>,
    /// Processes that could not be looked into.
    pub refused: usize,
    /// What else could not be had.
    pub notes: Vec<Note>,
}

/// Gathers rows.
pub struct Collection<'a> {
    context: &'a Context,
    snapshot: &'a Snapshot,
    options: Options,
    proc: ProcFs,
    mounts: Mounts,
    sockets: Sockets,
    found: Found<'a>,
}

impl<'a> Collection<'a> {
    /// # Errors
    /// `/proc` can't be read.
    pub fn new(
        context: &'a Context,
        snapshot: &'a Snapshot,
        options: Options,
    ) -> Result<Collection<'a>, Failure> {
        let proc = context.proc()?;
        let mounts = Mounts::of_machine(&proc);
        let found = Found { rows: Vec::new(), refused: 0, notes: Vec::new() };
        Ok(Collection { context, snapshot, options, proc, mounts, sockets: Sockets::new(), found })
    }

    /// What these processes have open.
    ///
    /// # Errors
    /// One process is meant, and it is gone.
    pub fn of_processes(&mut self, chosen: &[usize]) -> Result<(), Failure> {
        for row in chosen.iter().filter_map(|&index| self.snapshot.row(index)) {
            if row.process.stat.is_kernel_thread() || row.process.stat.is_zombie() {
                continue;
            }
            let before = self.found.rows.len();
            match self.of_process(row) {
                Ok(()) => {}
                Err(ReadError::NotPermitted) => self.found.refused += 1,
                // Never half of a process: what it had is not what is open now.
                Err(_) => self.found.rows.truncate(before),
            }
        }
        Ok(())
    }

    fn of_process(&mut self, row: Row<'a>) -> Result<(), ReadError> {
        let dir = self.proc.process(row.process.pid())?;
        self.mounts.learn(&dir);
        let executable = self.places(&dir, row);
        let mut has_sockets = false;
        let (options, mounts, rows) = (self.options, &self.mounts, &mut self.found.rows);
        descriptors::walk(&dir, &mut |descriptor| {
            has_sockets |= matches!(descriptor.kind, Kind::Socket { .. });
            let file = of_descriptor(row, descriptor, options, mounts);
            if !options.deleted_only || file.flagged == Flagged::Deleted {
                rows.push(file);
            }
            ControlFlow::Continue(())
        })?;
        self.mapped(&dir, row, executable.as_deref())?;
        if has_sockets && !self.options.deleted_only {
            self.found.notes.extend(self.sockets.learn(&dir));
        }
        // The directory was opened after the snapshot: only the start time proves whose it is.
        let stat = dir.read_new(c"stat")?;
        match raw::stat::parse(&stat) {
            Some((_, stat)) if stat.start_ticks == row.process.key.start_ticks => Ok(()),
            _ => Err(ReadError::Gone),
        }
    }

    /// Working directory, root and executable; gives the executable's link.
    fn places(&mut self, dir: &PidDir, row: Row<'a>) -> Option<Box<[u8]>> {
        const PLACES: [(&CStr, Place, &str); 3] = [
            (c"cwd", Place::Cwd, "dir"),
            (c"root", Place::Root, "dir"),
            (c"exe", Place::Exe, "file"),
        ];
        let mut executable = None;
        for (link, place, word) in PLACES {
            let Ok(target) = dir.link(link) else { continue };
            let flagged = deleted_by_name(&target);
            let skipped = self.options.deleted_only && flagged == Flagged::No;
            if place == Place::Exe {
                executable = Some(target.clone());
            }
            if skipped {
                continue;
            }
            let metadata = match self.options.wants(NEED_METADATA) {
                true => self.mounts.of_place(dir, link, &target),
                false => Fact::NotMeasured,
            };
            let file = plain(row, place, target, word.into(), flagged);
            self.found.rows.push(FileRow { metadata, ..file });
        }
        executable
    }

    fn mapped(
        &mut self,
        dir: &PidDir,
        row: Row<'a>,
        executable: Option<&[u8]>,
    ) -> Result<(), ReadError> {
        let mut seen: HashSet<Box<[u8]>> = HashSet::new();
        let (options, rows) = (self.options, &mut self.found.rows);
        maps::list(dir, &mut |mapping, kind| {
            if !kind.is_file() || seen.contains(mapping.name) {
                return;
            }
            seen.insert(Box::from(mapping.name));
            let target = unescape(mapping.name);
            let flagged = deleted_by_name(&target);
            let wanted = flagged == Flagged::Deleted || options.all && !options.deleted_only;
            if wanted && executable != Some(&*target) {
                rows.push(plain(row, Place::Mapped, Box::from(&*target), "file".into(), flagged));
            }
        })
    }

    /// Who has a path open.
    ///
    /// # Errors
    /// Nobody, or nobody who may be seen.
    pub fn of_path(&mut self, path: &[u8], scope: Scope) -> Result<(), Failure> {
        let search = holders::search(self.context, self.snapshot, path, scope)?;
        if search.held.is_empty() {
            return Err(nobody(path, &search));
        }
        self.found.refused += search.refused;
        for held in &search.held {
            if let Some(row) = self.snapshot.row(held.index) {
                self.held(row, held);
            }
        }
        Ok(())
    }

    fn held(&mut self, row: Row<'a>, held: &Held) {
        let place = match held.role {
            Role::Descriptor { number, .. } => Place::Descriptor(number),
            Role::WorkingDirectory => Place::Cwd,
            Role::Root => Place::Root,
            Role::Executable => Place::Exe,
            Role::Mapping(_) => Place::Mapped,
        };
        let word = match place {
            Place::Cwd | Place::Root => "dir",
            _ => "file",
        };
        let flagged = deleted_by_name(&held.target);
        let mut file = plain(row, place, held.target.clone(), word.into(), flagged);
        if let Ok(dir) = self.proc.process(row.process.pid()) {
            match held.role {
                Role::Descriptor { number, .. } => {
                    let (options, mounts) = (self.options, &self.mounts);
                    let found = descriptors::one(&dir, number, &mut |descriptor| {
                        of_descriptor(row, descriptor, options, mounts)
                    });
                    file = found.unwrap_or(file);
                    if file.socket_inode().is_some() {
                        self.found.notes.extend(self.sockets.learn(&dir));
                    }
                }
                Role::Mapping(_) => {}
                Role::Executable => {
                    file.metadata = self.mounts.of_place(&dir, c"exe", &held.target)
                }
                Role::WorkingDirectory => {
                    file.metadata = self.mounts.of_place(&dir, c"cwd", &held.target);
                }
                Role::Root => file.metadata = self.mounts.of_place(&dir, c"root", &held.target),
            }
        }
        file.how = Some(held.how);
        if !self.options.deleted_only || file.flagged == Flagged::Deleted {
            self.found.rows.push(file);
        }
    }

    /// Joins the sockets' endpoints.
    pub fn finish(mut self) -> Found<'a> {
        for row in &mut self.found.rows {
            let Some(inode) = row.socket_inode() else { continue };
            if let Some((socket, text)) = self.sockets.describe(inode) {
                row.text = Some(text.into_boxed_str());
                row.socket = Some(Box::new(socket.clone()));
            }
        }
        self.found
    }
}

/// Space that comes free when these are closed: each file once.
pub fn deleted_bytes<'a>(rows: impl Iterator<Item = &'a FileRow<'a>>) -> u64 {
    let mut seen: HashSet<Identity> = HashSet::new();
    rows.filter_map(|row| row.metadata.known())
        .filter(|file| file.links == 0 && seen.insert(file.identity))
        .map(|file| file.allocated_bytes)
        .sum()
}

fn nobody(path: &[u8], search: &holders::Search) -> Failure {
    let name = String::from_utf8_lossy(path);
    let exists = search.wanted.identity.is_some();
    let failure = Failure::not_found(format_args!("nobody here has {name} open"));
    match (search.refused, exists, search.wanted.scope) {
        (_, false, _) if !search.wanted.remote => failure.hint("there is no such file"),
        (1.., ..) => Failure::failed(format_args!("nobody who may be seen has {name} open"))
            .hint(crate::options::refusal(search.refused)),
        (_, _, Scope::Exactly) => failure.hint(
            "for a directory, --below searches what is in it, --filesystem all that is mounted there",
        ),
        _ => failure,
    }
}
