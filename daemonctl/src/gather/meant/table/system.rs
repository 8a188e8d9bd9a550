//! Logins, names, logs, files.

use insight::snapshot::PathUse::{Directory, Read, ReadSecret, Write};

use super::{Daemon, PLAIN, address, path, port};
use crate::gather::meant::syntax::Syntax;

/// The rows.
pub const DAEMONS: &[Daemon] = &[
    Daemon {
        programs: &["sshd"],
        services: &["ssh", "sshd"],
        options: &["-f"],
        configs: &["/etc/ssh/sshd_config"],
        base: "/etc/ssh",
        address: &["0.0.0.0", "::"],
        port: 22,
        adds_ports: true,
        defaults: &[
            ("hostkey", "/etc/ssh/ssh_host_rsa_key"),
            ("hostkey", "/etc/ssh/ssh_host_ecdsa_key"),
            ("hostkey", "/etc/ssh/ssh_host_ed25519_key"),
        ],
        rows: &[
            port("port"),
            address("listenaddress"),
            path("hostkey", ReadSecret),
            path("hostcertificate", Read),
            path("trustedusercakeys", Read),
            path("revokedkeys", Read),
            path("moduli", Read),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["dnsmasq"],
        services: &["dnsmasq"],
        options: &["-C", "--conf-file"],
        configs: &["/etc/dnsmasq.conf"],
        syntax: Syntax::Equals,
        includes: &["conf-file", "conf-dir"],
        repeats: false,
        address: &["0.0.0.0"],
        port: 53,
        rows: &[port("port"), address("listen-address"), path("dhcp-leasefile", Write)],
        ..PLAIN
    },
    Daemon {
        programs: &["rsyslogd"],
        services: &["rsyslog"],
        options: &["-f"],
        configs: &["/etc/rsyslog.conf"],
        includes: &["$includeconfig"],
        rows: &[path("$workdirectory", Directory)],
        ..PLAIN
    },
    Daemon {
        programs: &["vsftpd"],
        services: &["vsftpd"],
        first_argument: true,
        configs: &["/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf"],
        syntax: Syntax::Equals,
        includes: &[],
        repeats: false,
        address: &["0.0.0.0"],
        port: 21,
        rows: &[
            port("listen-port"),
            address("listen-address"),
            path("secure-chroot-dir", Directory),
            path("rsa-cert-file", Read),
            path("rsa-private-key-file", ReadSecret),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["unbound"],
        services: &["unbound"],
        options: &["-c"],
        configs: &["/etc/unbound/unbound.conf"],
        includes: &["include:", "include-toplevel:"],
        address: &["127.0.0.1"],
        port: 53,
        repeats: false,
        rows: &[
            port("port:"),
            address("interface:"),
            path("server-key-file:", ReadSecret),
            path("server-cert-file:", Read),
        ],
        ..PLAIN
    },
];
