//! What services are known to need: nobody is blamed for that.

/// Why a service is as privileged as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// It needs all that root can: it starts what others ask for, or is part of the system itself.
    All,
    /// One process of it needs root, and these capabilities only.
    Some(&'static [&'static str]),
}

/// A known need.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Names of programs.
    pub(crate) programs: &'static [&'static str],
    /// What it must be allowed.
    pub(crate) privilege: Privilege,
    /// Why, as the rest of a sentence that begins with its name.
    pub(crate) why: &'static str,
    /// Settings that would disturb it, by directive.
    pub(crate) not: &'static [&'static str],
}

const fn all(programs: &'static [&'static str], why: &'static str) -> Needs {
    Needs { programs, privilege: Privilege::All, why, not: &[] }
}

const fn some(
    programs: &'static [&'static str],
    capabilities: &'static [&'static str],
    why: &'static str,
    not: &'static [&'static str],
) -> Needs {
    Needs { programs, privilege: Privilege::Some(capabilities), why, not }
}

const DROPS: &[&str] = &["CAP_SETUID", "CAP_SETGID", "CAP_NET_BIND_SERVICE"];
const SERVES: &[&str] = &[
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_NET_BIND_SERVICE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_KILL",
    "CAP_SYS_CHROOT",
    "CAP_SYS_RESOURCE",
];
const MAILS: &[&str] = &[
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_NET_BIND_SERVICE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_KILL",
    "CAP_SYS_CHROOT",
];
const ROUTES: &[&str] =
    &["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID"];

/// The table.
pub(crate) const NEEDS: &[Needs] = &[
    all(
        &[
            "sshd",
            "dropbear",
            "in.telnetd",
            "login",
            "agetty",
            "getty",
            "gdm3",
            "gdm",
            "lightdm",
            "sddm",
            "xdm",
        ],
        "logs people in: it becomes whoever comes, root too, and their sessions get what it has",
    ),
    all(
        &["cron", "crond", "anacron", "atd", "fcron"],
        "runs other people's jobs as them, root's too, and these get what it has",
    ),
    all(
        &[
            "inetd",
            "xinetd",
            "supervisord",
            "monit",
            "runsvdir",
            "runsv",
            "s6-svscan",
            "s6-supervise",
            "start-stop-daemon",
            "supervise-daemon",
            "daemonctl",
        ],
        "starts and watches other services, as whomever they run",
    ),
    all(
        &[
            "dockerd",
            "containerd",
            "crio",
            "podman",
            "lxd",
            "incusd",
            "libvirtd",
            "virtqemud",
            "kubelet",
            "buildkitd",
            "systemd-machined",
            "systemd-nspawn",
        ],
        "makes containers or machines: namespaces, mounts, devices and networks of them",
    ),
    all(
        &[
            "systemd",
            "init",
            "systemd-udevd",
            "udevd",
            "systemd-logind",
            "elogind",
            "systemd-journald",
            "systemd-networkd",
            "systemd-homed",
            "systemd-userdbd",
            "systemd-userwork",
            "eudev",
            "systemd-executor",
        ],
        "is part of the system itself, with the sandbox that its authors gave it",
    ),
    all(
        &[
            "udisksd",
            "lvmpolld",
            "dmeventd",
            "multipathd",
            "mdadm",
            "smartd",
            "irqbalance",
            "acpid",
            "thermald",
            "upowerd",
            "bluetoothd",
            "fwupd",
            "tuned",
            "mcelog",
            "auditd",
            "haveged",
            "rngd",
            "lldpd",
            "iscsid",
        ],
        "works on hardware or on the kernel",
    ),
    all(
        &[
            "unattended-upgr",
            "packagekitd",
            "puppet",
            "salt-minion",
            "chef-client",
            "cfengine",
            "snapd",
            "cloud-init",
        ],
        "installs and configures the machine",
    ),
    some(
        &[
            "NetworkManager",
            "wpa_supplicant",
            "dhclient",
            "dhcpcd",
            "connmand",
            "keepalived",
            "openvpn",
            "charon",
            "wg-quick",
            "pppd",
            "radvd",
            "bird",
            "zebra",
            "bgpd",
            "ospfd",
            "hostapd",
            "firewalld",
            "fail2ban-server",
            "fail2ban",
        ],
        &[
            "CAP_NET_ADMIN",
            "CAP_NET_RAW",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_SYS_MODULE",
            "CAP_KILL",
            "CAP_CHOWN",
            "CAP_SYS_CHROOT",
            "CAP_AUDIT_WRITE",
        ],
        "configures the network",
        &[
            "ProtectKernelTunables",
            "ProtectKernelModules",
            "PrivateDevices",
            "RestrictAddressFamilies",
            "RestrictNamespaces",
            "NoNewPrivileges",
            "ProtectHome",
            "ProtectHostname",
        ],
    ),
    some(
        &["dnsmasq", "unbound", "named", "pdns_server", "kresd"],
        ROUTES,
        "binds port 53 as root before it becomes its own user",
        &["PrivateUsers"],
    ),
    some(
        &["nginx"],
        SERVES,
        "binds low ports and opens its logs as root; its workers have a user of their own",
        &["PrivateUsers"],
    ),
    some(
        &[
            "apache2", "httpd", "lighttpd", "caddy", "haproxy", "varnishd", "squid", "traefik",
            "envoy",
        ],
        SERVES,
        "binds low ports and opens its logs as root; what answers has a user of its own",
        &["PrivateUsers", "NoNewPrivileges", "ProtectHome"],
    ),
    some(
        &["php-fpm", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4", "php-fpm7.4", "uwsgi"],
        SERVES,
        "starts its pools as their users; these may call sendmail",
        &["PrivateUsers", "NoNewPrivileges", "ProtectHome"],
    ),
    some(
        &["master", "exim4", "exim", "sendmail", "opensmtpd", "smtpd", "dovecot", "courier"],
        MAILS,
        "delivers mail as whoever gets it, and works in jails",
        &["NoNewPrivileges", "PrivateUsers", "ProtectHome", "RestrictSUIDSGID", "ProtectSystem"],
    ),
    some(
        &[
            "smbd",
            "nmbd",
            "winbindd",
            "samba",
            "vsftpd",
            "proftpd",
            "pure-ftpd",
            "nfsd",
            "rpc.mountd",
            "rpc.statd",
            "rsync",
            "rsyncd",
            "cupsd",
        ],
        MAILS,
        "serves files as the users that ask for them",
        &[
            "NoNewPrivileges",
            "PrivateUsers",
            "ProtectHome",
            "PrivateDevices",
            "RestrictSUIDSGID",
            "ProtectSystem",
            "PrivateTmp",
        ],
    ),
    some(
        &["rsyslogd", "syslogd", "klogd", "syslog-ng"],
        &[
            "CAP_SYSLOG",
            "CAP_DAC_READ_SEARCH",
            "CAP_DAC_OVERRIDE",
            "CAP_CHOWN",
            "CAP_FOWNER",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_ADMIN",
            "CAP_LEASE",
            "CAP_SYS_RESOURCE",
            "CAP_BLOCK_SUSPEND",
            "CAP_SYS_CHROOT",
            "CAP_NET_ADMIN",
        ],
        "reads the kernel's log and everybody's, and writes logs that belong to others",
        &["ProtectKernelLogs", "PrivateDevices", "PrivateTmp"],
    ),
    some(
        &["chronyd", "ntpd", "openntpd", "systemd-timesyncd"],
        &[
            "CAP_SYS_TIME",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_SYS_NICE",
            "CAP_SYS_RESOURCE",
            "CAP_IPC_LOCK",
            "CAP_KILL",
            "CAP_NET_RAW",
            "CAP_SYS_CHROOT",
        ],
        "sets the clock",
        &["ProtectClock", "PrivateDevices", "SystemCallFilter", "RestrictRealtime"],
    ),
    some(
        &["dbus-daemon", "dbus-broker", "dbus-broker-launch"],
        &["CAP_AUDIT_WRITE", "CAP_SETUID", "CAP_SETGID"],
        "starts services for others",
        &["NoNewPrivileges", "RestrictSUIDSGID"],
    ),
    some(
        &["rpcbind", "snmpd", "nscd", "sssd", "nslcd", "keyserv"],
        DROPS,
        "binds low ports before it becomes its own user",
        &["PrivateUsers"],
    ),
    some(
        &[
            "polkitd",
            "avahi-daemon",
            "ModemManager",
            "accounts-daemon",
            "colord",
            "rtkit-daemon",
            "systemd-resolved",
            "systemd-hostnamed",
            "systemd-timedated",
            "systemd-localed",
        ],
        ROUTES,
        "answers others on the message bus about the system",
        &[
            "NoNewPrivileges",
            "PrivateUsers",
            "PrivateDevices",
            "ProtectHome",
            "RestrictRealtime",
            "ProtectHostname",
            "ProtectClock",
            "ProtectKernelTunables",
        ],
    ),
];

/// What is known of a program: by the name of its file, or of its process.
pub(crate) fn of(program: &str) -> Option<&'static Needs> {
    let name = program.rsplit('/').next().unwrap_or(program);
    NEEDS.iter().find(|needs| needs.programs.contains(&name))
}
