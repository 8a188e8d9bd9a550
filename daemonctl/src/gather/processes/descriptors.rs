//! Descriptors of processes: how many, of what kind, where most of them lead.
//!
//! The number is one system call; what they lead to is one for each, so it is asked within a budget: the main
//! process and those with many first.

use std::collections::HashMap;
use std::ops::ControlFlow;

use insight::snapshot::{DescriptorKinds, Descriptors, Process, Seen};
use process::descriptors::{Descriptor, Kind, count, path_of, walk};
use process::procfs::{PidDir, ProcFs, ReadError};

use super::values::text;

/// So many links are read of one process at most: about 15 ms.
const LINKS_MAX: usize = 4096;
/// So many links are read of all processes of a service at most.
const LINKS_OF_ALL_MAX: usize = 16 * 1024;
/// So many different paths are counted apart; a leak shows before.
const PATHS_MAX: usize = 4096;

/// The sockets of each process, by inode.
pub(super) type Inodes = HashMap<u32, Vec<u64>>;

/// Looks at the descriptors of all processes; gives the inodes of their sockets.
pub(super) fn fill(proc: &ProcFs, processes: &mut [Process]) -> Inodes {
    let mut order: Vec<usize> = Vec::with_capacity(processes.len());
    for (place, process) in processes.iter_mut().enumerate() {
        process.descriptors = match proc.process(process.pid).and_then(|dir| count(&dir)) {
            Ok(count) => Seen::Known(Descriptors { count, ..Descriptors::default() }),
            Err(error) => missing(error),
        };
        order.push(place);
    }
    // The main process stays first: it is what most questions are about.
    if let Some(rest) = order.get_mut(1..) {
        let many = |place: &usize| {
            let process = processes.get(*place);
            let seen = process.and_then(|process| process.descriptors.known());
            std::cmp::Reverse(seen.map_or(0, |seen| seen.count))
        };
        rest.sort_by_key(many);
    }
    let mut inodes = Inodes::new();
    let mut left = LINKS_OF_ALL_MAX;
    for place in order {
        let Some(process) = processes.get_mut(place) else { continue };
        let Seen::Known(seen) = &mut process.descriptors else { continue };
        let Ok(dir) = proc.process(process.pid) else { continue };
        if left == 0 {
            break;
        }
        if let Ok(look) = look(&dir, left.min(LINKS_MAX)) {
            left = left.saturating_sub(look.seen);
            seen.kinds = look.kinds;
            seen.most_of = look.most_of();
            inodes.insert(process.pid, look.sockets);
        }
    }
    inodes
}

fn missing<T>(error: ReadError) -> Seen<T> {
    match error {
        ReadError::NotPermitted => Seen::NotPermitted,
        ReadError::Gone => Seen::Absent,
        ReadError::Other(_) => Seen::NotMeasured,
    }
}

/// What the links of one process tell.
#[derive(Default)]
pub(in super::super) struct Look {
    /// Links that were read.
    pub(in super::super) seen: usize,
    /// Of what kind they are.
    pub(in super::super) kinds: DescriptorKinds,
    /// How many lead to each place.
    pub(in super::super) places: HashMap<Vec<u8>, u32>,
    /// Inodes of the sockets.
    sockets: Vec<u64>,
}

impl Look {
    /// Where most of them lead.
    pub(in super::super) fn most_of(&self) -> Option<(String, u32)> {
        let most =
            self.places.iter().max_by_key(|(place, count)| (**count, std::cmp::Reverse(*place)));
        most.map(|(place, count)| (text(place), *count))
    }

    fn count(&mut self, descriptor: &Descriptor<'_>) {
        self.seen += 1;
        let kinds = &mut self.kinds;
        // Sockets and pipes are told apart by inode: their kind is the place that a leak shows.
        let place = match descriptor.kind {
            Kind::Path | Kind::Deleted | Kind::Memory => {
                kinds.files += 1;
                path_of(descriptor.target)
            }
            Kind::Socket { inode } => {
                kinds.sockets += 1;
                self.sockets.push(inode);
                &b"socket"[..]
            }
            Kind::Pipe { .. } => {
                kinds.pipes += 1;
                b"pipe"
            }
            Kind::Anonymous(name) => {
                kinds.anonymous += 1;
                name
            }
            Kind::Terminal | Kind::Device | Kind::Namespace(_) | Kind::Other => {
                kinds.others += 1;
                descriptor.target
            }
        };
        if let Some(count) = self.places.get_mut(place) {
            *count += 1;
        } else if self.places.len() < PATHS_MAX {
            self.places.insert(place.to_vec(), 1);
        }
    }
}

/// Reads the links of one process, at most so many.
pub(in super::super) fn look(dir: &PidDir, most: usize) -> Result<Look, ReadError> {
    let mut look = Look::default();
    walk(dir, &mut |descriptor| {
        look.count(descriptor);
        if look.seen >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(look)
}
