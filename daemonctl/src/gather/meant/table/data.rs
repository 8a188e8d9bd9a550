//! Databases, caches, brokers.

use insight::snapshot::PathUse::{DataDirectory, Directory, Read, ReadSecret, Write};

use super::{Daemon, PLAIN, address, listen, path, port, user};
use crate::gather::meant::syntax::Syntax;

/// The rows.
pub const DAEMONS: &[Daemon] = &[
    Daemon {
        programs: &["redis-server", "valkey-server"],
        services: &["redis", "redis-server", "valkey", "valkey-server"],
        first_argument: true,
        configs: &["/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf"],
        repeats: false,
        address: &["0.0.0.0"],
        port: 6379,
        rows: &[
            port("port"),
            address("bind"),
            path("dir", DataDirectory),
            path("logfile", Write),
            path("pidfile", Write),
            path("unixsocket", Write),
            path("aclfile", Read),
            path("tls-cert-file", Read),
            path("tls-key-file", ReadSecret),
            path("tls-ca-cert-file", Read),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["postgres", "postmaster", "pg_ctl", "pg_ctlcluster"],
        services: &["postgresql"],
        options: &["config_file", "-D"],
        configs: &[
            "/etc/postgresql/{instance}/postgresql.conf",
            "/var/lib/pgsql/data/postgresql.conf",
            "/var/lib/postgresql/*/data/postgresql.conf",
        ],
        syntax: Syntax::Equals,
        includes: &["include", "include-if-exists", "include-dir"],
        repeats: false,
        user: Some("postgres"),
        address: &["localhost"],
        port: 5432,
        rows: &[
            port("port"),
            address("listen-addresses"),
            path("data-directory", DataDirectory),
            path("hba-file", Read),
            path("ident-file", Read),
            path("external-pid-file", Write),
            path("unix-socket-directories", Directory),
            path("ssl-cert-file", Read),
            path("ssl-key-file", ReadSecret),
            path("ssl-ca-file", Read),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"],
        services: &["mysql", "mysqld", "mariadb"],
        options: &["--defaults-file"],
        configs: &["/etc/mysql/my.cnf", "/etc/my.cnf"],
        syntax: Syntax::Equals,
        includes: &["!include", "!includedir"],
        suffix: "cnf",
        sections: &[
            "mysqld",
            "server",
            "mariadb",
            "mariadbd",
            "mysqld-*",
            "mariadb-*",
            "mariadbd-*",
        ],
        repeats: false,
        drops: true,
        address: &["0.0.0.0"],
        port: 3306,
        defaults: &[("user", "mysql"), ("datadir", "/var/lib/mysql")],
        rows: &[
            port("port"),
            address("bind-address"),
            user("user"),
            path("datadir", DataDirectory),
            path("socket", Write),
            path("pid-file", Write),
            path("log-error", Write),
            path("tmpdir", Directory),
            path("ssl-cert", Read),
            path("ssl-key", ReadSecret),
            path("ssl-ca", Read),
            path("innodb-data-home-dir", DataDirectory),
            path("innodb-log-group-home-dir", DataDirectory),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["memcached"],
        services: &["memcached"],
        includes: &[],
        repeats: false,
        address: &["0.0.0.0"],
        port: 11211,
        rows: &[
            port("p"),
            port("port"),
            address("l"),
            address("listen"),
            path("s", Write),
            user("u"),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["mosquitto"],
        services: &["mosquitto"],
        options: &["-c", "--config-file"],
        configs: &["/etc/mosquitto/mosquitto.conf"],
        includes: &["include-dir"],
        rows: &[
            listen("listener"),
            path("persistence-location", DataDirectory),
            path("password-file", ReadSecret),
            path("certfile", Read),
            path("keyfile", ReadSecret),
            path("cafile", Read),
        ],
        ..PLAIN
    },
];
