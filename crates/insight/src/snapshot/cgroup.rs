//! The control group of a service.

use super::Seen;

/// Its control group: what the kernel counts (cgroup v2; of v1 what there is).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cgroup {
    /// Below the mount point: `/system.slice/nginx.service`.
    pub path: String,
    /// `memory.current`, bytes.
    pub memory_bytes: Seen<u64>,
    /// The part of that which the kernel takes back when it needs it (`memory.stat`: file cache and slabs), bytes.
    pub memory_reclaimable_bytes: Seen<u64>,
    /// `memory.peak`, bytes.
    pub memory_peak_bytes: Seen<u64>,
    /// `memory.max`, bytes; `Absent`: no limit. Its own, or the nearest ancestor's (then named in `limited_by`).
    pub memory_max_bytes: Seen<u64>,
    /// `memory.high`, bytes; `Absent`: no limit.
    pub memory_high_bytes: Seen<u64>,
    /// `memory.swap.current`, bytes.
    pub swap_bytes: Seen<u64>,
    /// `memory.events`: (`oom_kill`, 3) and so on.
    pub memory_events: Vec<(String, u64)>,
    /// `pids.current` and `pids.max` (`Absent`: no limit).
    pub tasks: Seen<u64>,
    /// See above.
    pub tasks_max: Seen<u64>,
    /// `cpu.stat`: usage, user, system, throttled time in microseconds, periods and throttled periods.
    pub cpu_stat: Vec<(String, u64)>,
    /// `cpu.max`: quota and period in microseconds; `Absent`: no limit.
    pub cpu_max: Seen<(u64, u64)>,
    /// `io.stat` summed over devices: bytes read and written.
    pub io_bytes: Seen<(u64, u64)>,
    /// `cpu.pressure`, `io.pressure`, `memory.pressure`.
    pub pressure: super::Pressure,
    /// It is frozen.
    pub frozen: bool,
    /// The ancestor whose memory limit holds, if it is not its own.
    pub limited_by: Option<String>,
    /// What it did between two looks.
    pub growth: Option<super::CgroupGrowth>,
    /// `memory.events` of the ancestor that `limited_by` names.
    pub limiter_events: Vec<(String, u64)>,
    /// `memory.current` of that ancestor, bytes.
    pub limiter_bytes: Seen<u64>,
    /// `pids.events`: how often a fork was refused for `pids.max`.
    pub tasks_refused: Option<u64>,
}
