//! The names of capabilities, capabilities(7). What each of them is worth is not judged here.

/// Names by number, without `CAP_` and in small letters (include/uapi/linux/capability.h).
pub const NAMES: [&str; 41] = [
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

/// The names in a set, ascending by number; those that are newer than this table by number
/// (`cap_41`).
pub fn names(set: u64) -> Vec<String> {
    let has = |number: &u32| set & (1 << number) != 0;
    (0..u64::BITS).filter(has).map(name).collect()
}

/// The name of one capability.
fn name(number: u32) -> String {
    match NAMES.get(number as usize) {
        Some(name) => (*name).to_owned(),
        None => format!("cap_{number}"),
    }
}

/// The names that a set lacks, of those in this table.
pub fn missing(set: u64) -> Vec<String> {
    let all = (1 << NAMES.len()) - 1;
    names(all & !set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_kernels() {
        // CAP_NET_BIND_SERVICE 10, CAP_SYS_ADMIN 21, CAP_SETFCAP 31, CAP_CHECKPOINT_RESTORE 40.
        for (number, name) in [
            (0, "chown"),
            (10, "net_bind_service"),
            (21, "sys_admin"),
            (31, "setfcap"),
            (40, "checkpoint_restore"),
        ] {
            assert_eq!(names(1 << number), [name]);
        }
        assert_eq!(names(1 << 63 | 1), ["chown", "cap_63"]);
        assert!(names(0).is_empty());
    }

    #[test]
    fn what_is_missing() {
        assert!(missing(u64::MAX).is_empty());
        assert_eq!(missing(0).len(), NAMES.len());
        assert_eq!(missing(!(1 << 25)), ["sys_time"]);
    }
}
