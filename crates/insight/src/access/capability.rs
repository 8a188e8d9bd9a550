//! Capabilities (capabilities(7)) by name, and sets of them as unit files write them.

/// Makes, reads, writes and executes whatever the modes say.
pub const DAC_OVERRIDE: u32 = 1;
/// Reads files and searches directories whatever the modes say.
pub const DAC_READ_SEARCH: u32 = 2;
/// Binds ports below `net.ipv4.ip_unprivileged_port_start`.
pub const NET_BIND_SERVICE: u32 = 10;
/// All that a kernel may know.
pub const ALL: u64 = u64::MAX;

/// Names in the order of their numbers, from 0.
const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// The bit of a capability by its name, with or without `CAP_`, in any case.
pub fn bit(name: &str) -> Option<u64> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("cap_").unwrap_or(&lower);
    let number = NAMES.iter().position(|known| *known == bare)?;
    1_u64.checked_shl(u32::try_from(number).ok()?)
}

/// The set that several assignments of `CapabilityBoundingSet=` or `AmbientCapabilities=` make, in their order, if
/// nothing else were set: `initial` is what holds without any (systemd.exec(5)).
pub fn set<'a>(assignments: impl Iterator<Item = &'a str>, initial: u64) -> u64 {
    let mut known: Option<u64> = None;
    for value in assignments {
        let value = value.trim();
        if value.is_empty() {
            known = Some(0);
            continue;
        }
        let (inverted, names) = match value.strip_prefix('~') {
            Some(rest) => (true, rest),
            None => (false, value),
        };
        let bits = names.split_whitespace().filter_map(bit).fold(0, |all, one| all | one);
        known = Some(match (inverted, known) {
            (false, Some(before)) => before | bits,
            (false, None) => bits,
            (true, Some(before)) => before & !bits,
            (true, None) => ALL & !bits,
        });
    }
    known.unwrap_or(initial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_kernels_numbers() {
        assert_eq!(bit("CAP_NET_BIND_SERVICE"), Some(1 << NET_BIND_SERVICE));
        assert_eq!(bit("dac_override"), Some(1 << DAC_OVERRIDE));
        assert_eq!(bit("CAP_CHECKPOINT_RESTORE"), Some(1 << 40));
        assert_eq!(bit("CAP_WINGS"), None);
    }

    #[test]
    fn assignments_add_up_as_systemd_adds_them() {
        let kill = 1 << 5;
        let bind = 1 << NET_BIND_SERVICE;
        assert_eq!(set(["CAP_KILL", "CAP_NET_BIND_SERVICE"].into_iter(), ALL), kill | bind);
        assert_eq!(set(["CAP_KILL", "", "CAP_NET_BIND_SERVICE"].into_iter(), ALL), bind);
        assert_eq!(set(["~CAP_KILL"].into_iter(), ALL), ALL & !kill);
        assert_eq!(set([].into_iter(), ALL), ALL);
        assert_eq!(set([""].into_iter(), ALL), 0);
    }
}
