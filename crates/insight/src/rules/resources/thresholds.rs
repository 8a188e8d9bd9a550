//! Every bound of this family, with its reason.

/// A process that uses so much of one processor is worth a word, percent: one thread at its full speed, less what the
/// sampling of ticks loses.
pub(super) const CPU_BUSY_PERCENT: f64 = 90.0;
/// A thread that gives up its processor less often than that while it is busy, times a second, waits for nothing: no
/// request, no disk. A busy server waits between requests.
pub(super) const CPU_SPIN_SWITCHES: f64 = 5.0;
/// Where others want the processor too, one that never waits gets less than all of it: so much shows it still, percent.
pub(super) const CPU_CONTENDED_PERCENT: f64 = 10.0;
/// Waits for each second of processor time since its start that are as good as none: what it does at its start.
pub(super) const CPU_LIFE_WAITS: f64 = 10.0;
/// Shorter than that nothing is said of a share: ticks are 10 ms.
pub(super) const CPU_TIME_MIN_SECONDS: f64 = 0.2;
/// Looks that are closer together are a glance, seconds: a quiet moment says nothing against a process that burns.
pub(super) const CPU_GLANCE_SECONDS: f64 = 0.5;
/// Without a second look, the average since the start counts, if it ran so long: start-up is over by then.
pub(super) const CPU_LIFE_MIN_SECONDS: f64 = 2.0;
/// So often a program waits while it starts: for its libraries, its files.
pub(super) const CPU_START_WAITS: u64 = 100;

/// Memory that grew less between two looks is an allocator's breathing, bytes.
pub(super) const MEMORY_GROWTH_MIN_BYTES: i64 = 1 << 20;
/// What would reach its limit (or the machine's end) within that time at the same speed is a warning, seconds: time
/// enough to act is short then.
pub(super) const MEMORY_GROWTH_HORIZON_SECONDS: f64 = 3600.0;
/// Looks that are closer together than that are a glance, seconds: what grew in it may be one request's memory.
pub(super) const MEMORY_GLANCE_SECONDS: f64 = 0.5;
/// What a glance sees counts only if it is more than that, bytes, and fills all memory within ten minutes.
pub(super) const MEMORY_GLANCE_BYTES: i64 = 4 << 20;
/// See above, seconds.
pub(super) const MEMORY_GLANCE_HORIZON_SECONDS: f64 = 600.0;
/// From that part of a memory limit on, without what can be reclaimed, percent: the next large request fails.
pub(super) const MEMORY_NEAR_PERCENT: f64 = 90.0;
/// The address space is reserved in large pieces, so it is near its limit later, percent.
pub(super) const ADDRESS_SPACE_NEAR_PERCENT: f64 = 95.0;
/// Less in swap is what the kernel puts there of any idle process, bytes.
pub(super) const SWAP_MIN_BYTES: u64 = 64 << 20;
/// From that part of its memory on, what is in swap slows it, percent.
pub(super) const SWAP_MIN_PERCENT: f64 = 25.0;
/// So many major faults a second are reading memory back from disk all the time.
pub(super) const MAJOR_FAULTS_PER_SECOND: f64 = 50.0;

/// From that part of its limit on, descriptors run out with the next burst of connections, percent.
pub(super) const DESCRIPTORS_NEAR_PERCENT: f64 = 80.0;
/// So many more between two looks are more than a few connections that came.
pub(super) const DESCRIPTORS_GROWTH_MIN: i64 = 10;
/// The limit within that time at the same speed is a warning, seconds.
pub(super) const DESCRIPTORS_HORIZON_SECONDS: f64 = 3600.0;
/// So many descriptors of one file, and half of all, are a leak: nobody needs one file so often.
pub(super) const DESCRIPTORS_OF_ONE_FILE: u32 = 200;

/// From that part of its limit on, a service that forks for each request soon can't, percent.
pub(super) const TASKS_NEAR_PERCENT: f64 = 90.0;
/// So many ended children that nobody waited for are no race any more.
pub(super) const ZOMBIES_MIN: u32 = 5;

/// A thread that stays in `D` that long at both looks is not merely doing I/O, microseconds: a disk answers in less.
pub(super) const STUCK_MIN_USEC: u64 = 30_000;
/// A process that waits for disks during that part of the time does little else, percent.
pub(super) const IO_WAIT_PERCENT: f64 = 50.0;

/// Tasks of its group stood still for want of a processor during that part of the last minute, percent. High: with more
/// threads than processors some always wait.
pub(super) const PRESSURE_CPU_PERCENT: f64 = 60.0;
/// For the disk, percent.
pub(super) const PRESSURE_IO_PERCENT: f64 = 40.0;
/// For memory, percent: any is too much, this is felt.
pub(super) const PRESSURE_MEMORY_PERCENT: f64 = 10.0;
/// Held back by its quota in that part of its periods, percent: answers come late.
pub(super) const THROTTLED_PERCENT: f64 = 25.0;
/// Fewer periods say nothing (each is 100 ms as a rule).
pub(super) const THROTTLED_PERIODS_MIN: u64 = 3;

/// So many connections that the peer has closed and the process has not are forgotten ones: closing takes a moment.
pub(super) const CLOSE_WAIT_MIN: u32 = 20;

/// More lines a second than that fill a disk: 100 lines are about 1 GiB a day.
pub(super) const LOG_LINES_PER_SECOND: f64 = 100.0;
