//! Names of the contestants, as the targets and the tables know them.

/// The program that is judged.
pub const PS: &str = "daemonctl ps";
/// The machine at a glance.
pub const GLANCE: &str = "daemonctl";
/// One process explained.
pub const EXPLAIN: &str = "daemonctl explain";
/// Refreshing once a second.
pub const WATCH: &str = "daemonctl ps --watch";
/// The reference.
pub const REFERENCE: &str = "ps aux";
/// Another peer.
pub const PROCS: &str = "procs";
/// The reads that `daemonctl ps` makes, alone.
pub const FLOOR: &str = "floor";
/// The reads that `ps aux` makes, alone.
pub const FLOOR_OF_PS: &str = "floor of ps";
/// Loading and checking units.
pub const VERIFY: &str = "daemonctl verify";
/// The reference for it.
pub const ANALYZE: &str = "systemd-analyze";
/// All services.
pub const LIST: &str = "daemonctl list";
/// The init's own tool for it.
pub const NATIVE_LIST: &str = "native list";
/// Two services in detail.
pub const STATUS: &str = "daemonctl status";
/// The init's own tool for it.
pub const NATIVE_STATUS: &str = "native status";
/// All services in detail.
pub const STATUS_ALL: &str = "daemonctl status '*'";
/// The init's own tool for it.
pub const NATIVE_STATUS_ALL: &str = "native status '*'";
/// Why one service is as it is, of one that runs.
pub const DIAGNOSE: &str = "daemonctl diagnose";
/// The same of one that fails.
pub const DIAGNOSE_BROKEN: &str = "daemonctl diagnose broken";
/// The whole machine.
pub const DIAGNOSE_ALL: &str = "daemonctl diagnose (machine)";
/// The commands that people type for it, of the one that fails.
pub const NATIVE_DIAGNOSE: &str = "native diagnose";
/// How exposed all services are.
pub const AUDIT: &str = "daemonctl audit";
/// The commands that people type for it.
pub const NATIVE_AUDIT: &str = "native audit";
/// A manager that loads units anew: what its process 1 uses.
pub const RELOAD: &str = "daemon-reload";
