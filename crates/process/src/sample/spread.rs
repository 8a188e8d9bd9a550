//! Sharing the reading among threads, within what the machine and the limits allow.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Pids that a thread takes at a time: enough to make the counter cheap, few enough to share evenly.
const CHUNK: usize = 32;
/// Directories kept open between the two looks of a verdict: those with a descriptor below this
/// number, which is well below the usual limit of 1024.
const HELD_BELOW: u64 = 448;
/// Descriptors left for everything else where the limit is lower: each thread needs two at a time.
const SPARE_DESCRIPTORS: u64 = 64;
/// Fewer processes than this are read faster than a thread is started.
const PARALLEL_FROM: usize = 160;

/// Below which number a descriptor may be kept. The kernel gives the lowest free one, so a number
/// tells how full the table is, whoever filled it.
pub(super) fn hold_below() -> u64 {
    descriptor_limit().saturating_sub(SPARE_DESCRIPTORS).min(HELD_BELOW)
}

fn descriptor_limit() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Runs `work` over `0..count` on as many threads as pay, each with its own `T`.
pub(super) fn spread<T: Default + Send>(
    count: usize,
    work: impl Fn(std::ops::Range<usize>, &mut T) + Sync,
) -> Vec<T> {
    // The standard library's `available_parallelism` reads six files to learn of quotas.
    let cores = rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count() as usize);
    let threads = if count < PARALLEL_FROM { 1 } else { cores.min(8).min(count / CHUNK).max(1) };
    let threads = threads.min(usize::try_from(descriptor_limit() / 8).unwrap_or(usize::MAX).max(1));
    let next = AtomicUsize::new(0);
    let run = || {
        let mut mine = T::default();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            if start >= count {
                return mine;
            }
            work(start..count.min(start + CHUNK), &mut mine);
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            // Out of threads (EAGAIN): the others do its share.
            .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, run).ok())
            .collect();
        let mut shares = vec![run()];
        shares.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
        shares
    })
}
