//! Names that the kernel gives to things, as facts: capabilities(7), address_families(7), errno(3),
//! file systems, architectures. Lists are texts with blanks between the names.

/// The capabilities, in the order of their numbers from 0.
const CAPABILITIES: &str = "\
    CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID \
    CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST \
    CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO \
    CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE \
    CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE \
    CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM \
    CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE";

/// The highest number that a capability may have.
const CAPABILITY_LIMIT: u8 = 62;

/// The name of the capability of that number.
pub fn capability_name(number: u8) -> Option<&'static str> {
    CAPABILITIES.split_ascii_whitespace().nth(usize::from(number))
}

/// The number of a capability: by its name, in capitals or not, or as a number up to 62.
pub fn capability(word: &str) -> Option<u8> {
    let named = CAPABILITIES
        .split_ascii_whitespace()
        .zip(0_u8..)
        .find_map(|(name, number)| name.eq_ignore_ascii_case(word).then_some(number));
    named.or_else(|| {
        let number = super::forms::unsigned(word).ok()?;
        u8::try_from(number).ok().filter(|number| *number <= CAPABILITY_LIMIT)
    })
}

/// All capabilities with names.
pub fn capabilities() -> impl Iterator<Item = &'static str> {
    CAPABILITIES.split_ascii_whitespace()
}

/// The address families; the first name of several for the same is the canonical one.
const FAMILIES: &str = "\
    AF_UNIX AF_INET AF_AX25 AF_IPX AF_APPLETALK AF_NETROM AF_BRIDGE AF_ATMPVC AF_X25 AF_INET6 \
    AF_ROSE AF_DECnet AF_NETBEUI AF_SECURITY AF_KEY AF_NETLINK AF_PACKET AF_ASH AF_ECONET \
    AF_ATMSVC AF_RDS AF_SNA AF_IRDA AF_PPPOX AF_WANPIPE AF_LLC AF_IB AF_MPLS AF_CAN AF_TIPC \
    AF_BLUETOOTH AF_IUCV AF_RXRPC AF_ISDN AF_PHONET AF_IEEE802154 AF_CAIF AF_ALG AF_NFC AF_VSOCK \
    AF_KCM AF_QIPCRTR AF_SMC AF_XDP AF_MCTP";

/// Other names of address families.
const FAMILY_ALIASES: &[(&str, &str)] =
    &[("AF_LOCAL", "AF_UNIX"), ("AF_FILE", "AF_UNIX"), ("AF_ROUTE", "AF_NETLINK")];

/// The address family of that name, in capitals or not, in its canonical spelling.
pub fn family(word: &str) -> Option<&'static str> {
    let alias = FAMILY_ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word));
    let word = alias.map_or(word, |(_, name)| name);
    families().find(|name| name.eq_ignore_ascii_case(word))
}

/// All address families.
pub fn families() -> impl Iterator<Item = &'static str> {
    FAMILIES.split_ascii_whitespace()
}

/// Error names and their numbers, `NAME:number`, as on all architectures but alpha, mips, parisc and
/// sparc.
const ERRORS: &str = "\
    EPERM:1 ENOENT:2 ESRCH:3 EINTR:4 EIO:5 ENXIO:6 E2BIG:7 ENOEXEC:8 EBADF:9 ECHILD:10 EAGAIN:11 \
    EWOULDBLOCK:11 ENOMEM:12 EACCES:13 EFAULT:14 ENOTBLK:15 EBUSY:16 EEXIST:17 EXDEV:18 \
    ENODEV:19 ENOTDIR:20 EISDIR:21 EINVAL:22 ENFILE:23 EMFILE:24 ENOTTY:25 ETXTBSY:26 EFBIG:27 \
    ENOSPC:28 ESPIPE:29 EROFS:30 EMLINK:31 EPIPE:32 EDOM:33 ERANGE:34 EDEADLK:35 EDEADLOCK:35 \
    ENAMETOOLONG:36 ENOLCK:37 ENOSYS:38 ENOTEMPTY:39 ELOOP:40 ENOMSG:42 EIDRM:43 ECHRNG:44 \
    EL2NSYNC:45 EL3HLT:46 EL3RST:47 ELNRNG:48 EUNATCH:49 ENOCSI:50 EL2HLT:51 EBADE:52 EBADR:53 \
    EXFULL:54 ENOANO:55 EBADRQC:56 EBADSLT:57 EBFONT:59 ENOSTR:60 ENODATA:61 ETIME:62 ENOSR:63 \
    ENONET:64 ENOPKG:65 EREMOTE:66 ENOLINK:67 EADV:68 ESRMNT:69 ECOMM:70 EPROTO:71 EMULTIHOP:72 \
    EDOTDOT:73 EBADMSG:74 EOVERFLOW:75 ENOTUNIQ:76 EBADFD:77 EREMCHG:78 ELIBACC:79 ELIBBAD:80 \
    ELIBSCN:81 ELIBMAX:82 ELIBEXEC:83 EILSEQ:84 ERESTART:85 ESTRPIPE:86 EUSERS:87 ENOTSOCK:88 \
    EDESTADDRREQ:89 EMSGSIZE:90 EPROTOTYPE:91 ENOPROTOOPT:92 EPROTONOSUPPORT:93 \
    ESOCKTNOSUPPORT:94 EOPNOTSUPP:95 ENOTSUP:95 EPFNOSUPPORT:96 EAFNOSUPPORT:97 EADDRINUSE:98 \
    EADDRNOTAVAIL:99 ENETDOWN:100 ENETUNREACH:101 ENETRESET:102 ECONNABORTED:103 ECONNRESET:104 \
    ENOBUFS:105 EISCONN:106 ENOTCONN:107 ESHUTDOWN:108 ETOOMANYREFS:109 ETIMEDOUT:110 \
    ECONNREFUSED:111 EHOSTDOWN:112 EHOSTUNREACH:113 EALREADY:114 EINPROGRESS:115 ESTALE:116 \
    EUCLEAN:117 ENOTNAM:118 ENAVAIL:119 EISNAM:120 EREMOTEIO:121 EDQUOT:122 ENOMEDIUM:123 \
    EMEDIUMTYPE:124 ECANCELED:125 ENOKEY:126 EKEYEXPIRED:127 EKEYREVOKED:128 EKEYREJECTED:129 \
    EOWNERDEAD:130 ENOTRECOVERABLE:131 ERFKILL:132 EHWPOISON:133";

/// The highest error number.
const ERROR_LIMIT: u64 = 4095;

/// An error: its name in capitals, or its number where it was written as one (0 to 4095).
pub fn error(word: &str) -> Option<(&'static str, u64)> {
    ERRORS.split_ascii_whitespace().filter_map(|row| row.split_once(':')).find_map(
        |(name, number)| {
            name.eq_ignore_ascii_case(word).then(|| Some((name, number.parse().ok()?))).flatten()
        },
    )
}

/// The number of an error, by name or number.
pub fn error_number(word: &str) -> Option<u64> {
    match error(word) {
        Some((_, number)) => Some(number),
        None => super::forms::unsigned(word).ok().filter(|number| *number <= ERROR_LIMIT),
    }
}

/// All names of errors.
pub fn errors() -> impl Iterator<Item = &'static str> {
    ERRORS.split_ascii_whitespace().filter_map(|row| Some(row.split_once(':')?.0))
}

/// The architectures of `SystemCallArchitectures=`.
pub const ARCHITECTURES: &[&str] = &[
    "native",
    "x86",
    "x86-64",
    "x32",
    "arm",
    "arm64",
    "loongarch64",
    "mips",
    "mips64",
    "mips64-n32",
    "mips-le",
    "mips64-le",
    "mips64-le-n32",
    "parisc",
    "parisc64",
    "ppc",
    "ppc64",
    "ppc64-le",
    "riscv64",
    "s390",
    "s390x",
];

/// The kinds of namespaces of `RestrictNamespaces=`.
pub const NAMESPACES: &[&str] = &["cgroup", "ipc", "net", "mnt", "pid", "user", "uts", "time"];

/// The partitions of a disk image that mount options can be given for.
pub const PARTITIONS: &[&str] = &[
    "root",
    "usr",
    "home",
    "srv",
    "esp",
    "xbootldr",
    "swap",
    "root-verity",
    "usr-verity",
    "root-verity-sig",
    "usr-verity-sig",
    "tmp",
    "var",
];

/// Groups of file systems (systemd.exec(5), `RestrictFileSystems=`) and their members.
const FILE_SYSTEM_GROUPS: &[(&str, &str)] = &[
    ("@basic-api", "cgroup cgroup2 devpts devtmpfs mqueue proc sysfs"),
    ("@anonymous", "anon_inodefs pipefs sockfs"),
    ("@application", "autofs fuse overlay"),
    ("@auxiliary-api", "binfmt_misc configfs efivarfs fusectl hugetlbfs rpc_pipefs securityfs"),
    ("@common-block", "btrfs erofs exfat ext4 f2fs iso9660 ntfs3 squashfs udf vfat xfs"),
    ("@historical-block", "ext2 ext3 minix"),
    ("@network", "afs ceph cifs gfs gfs2 ncp ncpfs nfs nfs4 ocfs2 orangefs pvfs2 smb3 smbfs"),
    ("@privileged-api", "bpf debugfs pstore tracefs"),
    ("@security", "apparmorfs selinuxfs smackfs"),
    ("@temporary", "ramfs tmpfs"),
    ("@known", ""),
];

/// Every file system that has a name.
const FILE_SYSTEMS: &str = "\
    adfs affs afs anon_inodefs apparmorfs autofs bcachefs bdev binder binfmt_misc bpf btrfs \
    btrfs_test_fs ceph cgroup cgroup2 cifs coda configfs cpuset cramfs dax debugfs devmem devpts \
    devtmpfs dmabuf ecryptfs efivarfs efs erofs exfat ext2 ext3 ext4 f2fs fuse fuseblk fusectl \
    gfs gfs2 hostfs hpfs hugetlbfs iso9660 jffs2 minix mqueue msdos ncp ncpfs nfs nfs4 nilfs2 \
    nsfs ntfs ntfs3 ocfs2 openpromfs orangefs overlay pidfs pipefs proc pstore pvfs2 qnx4 qnx6 \
    ramfs reiserfs resctrl rpc_pipefs secretmem securityfs selinuxfs shiftfs smackfs smb3 smbfs \
    sockfs squashfs sysfs tmpfs tracefs udf usbdevfs v9fs vboxsf vfat xenfs xfs z3fold zonefs \
    zsmalloc";

/// The members of a group of file systems; `None` where there is no such group.
pub fn file_system_group(name: &str) -> Option<impl Iterator<Item = &'static str> + use<>> {
    let members = FILE_SYSTEM_GROUPS.iter().find(|(group, _)| *group == name)?.1;
    let all = if name == "@known" { FILE_SYSTEMS } else { members };
    Some(all.split_ascii_whitespace())
}

/// The names of the groups of file systems.
pub fn file_system_groups() -> impl Iterator<Item = &'static str> {
    FILE_SYSTEM_GROUPS.iter().map(|(name, _)| *name)
}
