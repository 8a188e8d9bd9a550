//! Numbers of the kernel's interfaces in their own words.

/// A capability, by its number in linux/capability.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capability(u8);

const CAPABILITIES: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

/// Constants of [`Capability`], by the names of capabilities(7).
macro_rules! constants {
    ($($name:ident = $number:literal;)*) => {
        impl Capability {
            $(#[doc = concat!("`CAP_", stringify!($name), "`")] pub const $name: Capability = Capability($number);)*
        }
    };
}

constants! {
    CHOWN = 0;
    DAC_OVERRIDE = 1;
    DAC_READ_SEARCH = 2;
    FOWNER = 3;
    FSETID = 4;
    KILL = 5;
    SETGID = 6;
    SETUID = 7;
    SETPCAP = 8;
    LINUX_IMMUTABLE = 9;
    NET_BIND_SERVICE = 10;
    NET_ADMIN = 12;
    NET_RAW = 13;
    IPC_LOCK = 14;
    SYS_MODULE = 16;
    SYS_RAWIO = 17;
    SYS_CHROOT = 18;
    SYS_PTRACE = 19;
    SYS_PACCT = 20;
    SYS_ADMIN = 21;
    SYS_BOOT = 22;
    SYS_NICE = 23;
    SYS_RESOURCE = 24;
    SYS_TIME = 25;
    SYS_TTY_CONFIG = 26;
    MKNOD = 27;
    LEASE = 28;
    AUDIT_WRITE = 29;
    AUDIT_CONTROL = 30;
    SETFCAP = 31;
    SYSLOG = 34;
    WAKE_ALARM = 35;
}

impl Capability {
    /// `CAP_CHOWN`.
    pub fn name(self) -> &'static str {
        CAPABILITIES.get(usize::from(self.0)).copied().unwrap_or("CAP_?")
    }

    /// Whether a mask holds it.
    pub fn is_in(self, mask: u64) -> bool {
        mask.checked_shr(u32::from(self.0)).is_some_and(|rest| rest & 1 == 1)
    }
}

const FAMILIES: &[&str] = &[
    "AF_UNSPEC",
    "AF_UNIX",
    "AF_INET",
    "AF_AX25",
    "AF_IPX",
    "AF_APPLETALK",
    "AF_NETROM",
    "AF_BRIDGE",
    "AF_ATMPVC",
    "AF_X25",
    "AF_INET6",
    "AF_ROSE",
    "AF_DECnet",
    "AF_NETBEUI",
    "AF_SECURITY",
    "AF_KEY",
    "AF_NETLINK",
    "AF_PACKET",
    "AF_ASH",
    "AF_ECONET",
    "AF_ATMSVC",
    "AF_RDS",
    "AF_SNA",
    "AF_IRDA",
    "AF_PPPOX",
    "AF_WANPIPE",
    "AF_LLC",
    "AF_IB",
    "AF_MPLS",
    "AF_CAN",
    "AF_TIPC",
    "AF_BLUETOOTH",
    "AF_IUCV",
    "AF_RXRPC",
    "AF_ISDN",
    "AF_PHONET",
    "AF_IEEE802154",
    "AF_CAIF",
    "AF_ALG",
    "AF_NFC",
    "AF_VSOCK",
    "AF_KCM",
    "AF_QIPCRTR",
    "AF_SMC",
    "AF_XDP",
    "AF_MCTP",
];

/// `AF_UNIX`: address_families(7).
pub fn family(number: u64) -> String {
    let known = usize::try_from(number).ok().and_then(|number| FAMILIES.get(number));
    known.map_or_else(|| format!("AF_{number}"), |name| (*name).to_owned())
}

/// Kinds of namespaces by the flags of clone(2), in the words of `RestrictNamespaces=`.
pub const NAMESPACES: &[(u64, &str)] = &[
    (0x0000_0080, "time"),
    (0x0002_0000, "mnt"),
    (0x0200_0000, "cgroup"),
    (0x0400_0000, "uts"),
    (0x0800_0000, "ipc"),
    (0x1000_0000, "user"),
    (0x2000_0000, "pid"),
    (0x4000_0000, "net"),
];

/// The architecture that this program is made for, as linux/audit.h numbers it.
#[cfg(target_arch = "x86_64")]
pub const NATIVE: u32 = 0xC000_003E;
/// The architecture that this program is made for, as linux/audit.h numbers it.
#[cfg(target_arch = "aarch64")]
pub const NATIVE: u32 = 0xC000_00B7;
/// Elsewhere no call is known by name.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub const NATIVE: u32 = 0;

/// Calls of x32 have this bit and the architecture of x86-64.
pub const X32: u64 = 0x4000_0000;

/// An architecture in the words of `SystemCallArchitectures=`.
pub fn architecture(number: u32, call: u64) -> &'static str {
    match number {
        0xC000_003E if call & X32 != 0 => "x32",
        0xC000_003E => "x86-64",
        0x4000_0003 => "x86",
        0xC000_00B7 => "arm64",
        0x4000_0028 => "arm",
        _ => "another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_kernel() {
        assert_eq!(Capability::SYS_ADMIN.name(), "CAP_SYS_ADMIN");
        assert_eq!(Capability::AUDIT_WRITE.name(), "CAP_AUDIT_WRITE");
        assert_eq!(Capability::SYSLOG.name(), "CAP_SYSLOG");
        assert_eq!(CAPABILITIES.len(), 41);
        assert!(Capability::KILL.is_in(0x20) && !Capability::KILL.is_in(0x40));
        assert_eq!(family(16), "AF_NETLINK");
        assert_eq!(family(40), "AF_VSOCK");
        assert_eq!(family(99), "AF_99");
        assert_eq!(architecture(0xC000_003E, 1 | X32), "x32");
    }
}
