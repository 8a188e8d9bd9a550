//! Memory by class of mapping, twice: only of the few processes whose memory matters.

use std::collections::HashMap;

use insight::snapshot::{Seen, Snapshot};
use process::maps::{self, MappingKind, Summary};
use process::procfs::ProcFs;

/// So many maps are read of a service: those of its largest processes.
const PROCESSES_MAX: usize = 4;
/// The kernel walks all page tables for a map: about a millisecond for each 100 MiB. Larger ones are left out.
const RSS_BYTES_MAX: u64 = 4 << 30;
/// What grew less than that is not looked at again: allocators breathe.
const GROWTH_BYTES_MIN: i64 = 256 * 1024;

/// Heap, other anonymous memory, files, shared memory, stacks: resident bytes and what is swapped out.
type Classes = [i64; 5];

/// Looks at the maps of the largest processes.
pub(super) fn look(proc: &ProcFs, snapshot: &Snapshot) -> HashMap<u32, Classes> {
    let mut found = HashMap::new();
    for service in &snapshot.services {
        let mut largest: Vec<_> = service.processes.iter().collect();
        largest.sort_by_key(|process| std::cmp::Reverse(process.rss_bytes));
        for process in largest.into_iter().take(PROCESSES_MAX) {
            if process.rss_bytes <= RSS_BYTES_MAX
                && let Some(summary) = summary(proc, process.pid)
            {
                found.insert(process.pid, classes(&summary));
            }
        }
    }
    found
}

fn summary(proc: &ProcFs, pid: u32) -> Option<Summary> {
    let summary = maps::summarize(&proc.process(pid).ok()?).ok()?;
    summary.measured.then_some(summary)
}

/// Looks again at those that grew.
pub(super) fn compare(proc: &ProcFs, snapshot: &mut Snapshot, before: &HashMap<u32, Classes>) {
    for process in snapshot.services.iter_mut().flat_map(|service| &mut service.processes) {
        let (Some(growth), Some(old)) = (&mut process.growth, before.get(&process.pid)) else {
            continue;
        };
        if growth.rss_bytes < GROWTH_BYTES_MIN {
            continue;
        }
        let Some(summary) = summary(proc, process.pid) else { continue };
        let new = classes(&summary);
        let mut change = new;
        for (change, old) in change.iter_mut().zip(old) {
            *change -= old;
        }
        growth.classes = Some(change);
        if let Seen::Known(mapped) = &mut process.mapped {
            mapped.stack_bytes = u64::try_from(new.last().copied().unwrap_or(0)).unwrap_or(0);
        }
    }
}

fn classes(summary: &Summary) -> Classes {
    let mut classes = [0; 5];
    for (kind, total) in &summary.kinds {
        let [heap, anonymous, files, shared, stacks] = &mut classes;
        let class = match kind {
            MappingKind::Heap => heap,
            MappingKind::Anonymous => anonymous,
            MappingKind::Code | MappingKind::FileData | MappingKind::SharedFile => files,
            MappingKind::SharedMemory => shared,
            MappingKind::Stack => stacks,
            MappingKind::Device | MappingKind::Descriptor | MappingKind::Kernel => continue,
        };
        let bytes = total.memory.rss_bytes.saturating_add(total.memory.swap_bytes);
        *class += i64::try_from(bytes).unwrap_or(i64::MAX);
    }
    classes
}
