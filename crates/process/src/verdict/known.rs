//! Services whose processes only their manager can name: SysV and OpenRC without control groups.

use std::collections::HashMap;

/// A service as its manager describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownService {
    /// `sysv`, `openrc`, …
    pub manager: &'static str,
    /// Its name.
    pub name: String,
}

/// What the machine's service managers know of processes, handed in by whoever asked them: this
/// room asks nobody.
#[derive(Debug, Clone, Default)]
pub struct KnownServices {
    main_pids: HashMap<u32, KnownService>,
    programs: HashMap<Vec<u8>, KnownService>,
}

impl KnownServices {
    /// Notes the main process of a service (from its pid file).
    pub fn add_main_pid(&mut self, pid: u32, service: KnownService) {
        self.main_pids.insert(pid, service);
    }

    /// Notes the program that a service's script starts.
    pub fn add_program(&mut self, path: &[u8], service: KnownService) {
        self.programs.entry(path.to_vec()).or_insert(service);
    }

    /// The service with this main process.
    pub fn by_main_pid(&self, pid: u32) -> Option<&KnownService> {
        self.main_pids.get(&pid)
    }

    /// The service whose script starts this executable.
    pub fn by_program(&self, exe: &[u8]) -> Option<&KnownService> {
        self.programs.get(exe.strip_suffix(b" (deleted)").unwrap_or(exe))
    }
}
