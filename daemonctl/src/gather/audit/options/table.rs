//! Daemons whose configurations are understood.

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `key value`
    Words,
    /// `key = value` below `[section]`s; the sections whose names begin so, empty: all.
    Ini(&'static [&'static str]),
    /// `key: value`, nested by indentation.
    Yaml,
    /// `"key": value`, one a line.
    Json,
    /// The same key for each line.
    Lines(&'static str),
}

/// A daemon whose configuration is understood.
pub struct Known {
    /// What it is called here.
    pub daemon: &'static str,
    /// Names of its programs.
    pub programs: &'static [&'static str],
    /// Its files; a `*` stands for names.
    pub files: &'static [&'static str],
    /// How they are written.
    pub syntax: Syntax,
    /// Its command line sets the same options.
    pub takes_arguments: bool,
}

/// The table.
pub const KNOWN: &[Known] = &[
    Known {
        daemon: "redis",
        programs: &["redis-server", "valkey-server", "keydb-server"],
        files: &["/etc/redis/*.conf", "/etc/redis.conf", "/etc/valkey/*.conf"],
        syntax: Syntax::Words,
        takes_arguments: true,
    },
    Known {
        daemon: "sshd",
        programs: &["sshd"],
        files: &["/etc/ssh/sshd_config.d/*.conf", "/etc/ssh/sshd_config"],
        syntax: Syntax::Words,
        takes_arguments: false,
    },
    Known {
        daemon: "postgresql",
        programs: &["postgres", "postmaster"],
        files: &[
            "/etc/postgresql/*/*/pg_hba.conf",
            "/var/lib/pgsql/data/pg_hba.conf",
            "/var/lib/postgresql/*/pg_hba.conf",
            "/var/lib/postgresql/*/data/pg_hba.conf",
        ],
        syntax: Syntax::Words,
        takes_arguments: false,
    },
    Known {
        daemon: "mysql",
        programs: &["mariadbd", "mysqld"],
        files: &[
            "/etc/my.cnf",
            "/etc/my.cnf.d/*.cnf",
            "/etc/mysql/my.cnf",
            "/etc/mysql/conf.d/*.cnf",
            "/etc/mysql/mariadb.conf.d/*.cnf",
            "/etc/mysql/mysql.conf.d/*.cnf",
        ],
        syntax: Syntax::Ini(&["mysqld", "server", "mariadb"]),
        takes_arguments: true,
    },
    Known {
        daemon: "mongodb",
        programs: &["mongod", "mongos"],
        files: &["/etc/mongod.conf", "/etc/mongodb.conf"],
        syntax: Syntax::Yaml,
        takes_arguments: true,
    },
    Known {
        daemon: "elasticsearch",
        programs: &["elasticsearch", "opensearch"],
        files: &["/etc/elasticsearch/elasticsearch.yml", "/etc/opensearch/opensearch.yml"],
        syntax: Syntax::Yaml,
        takes_arguments: false,
    },
    Known {
        daemon: "memcached",
        programs: &["memcached"],
        files: &["/etc/memcached.conf"],
        syntax: Syntax::Words,
        takes_arguments: true,
    },
    Known {
        daemon: "docker",
        programs: &["dockerd"],
        files: &["/etc/docker/daemon.json"],
        syntax: Syntax::Json,
        takes_arguments: true,
    },
    Known {
        daemon: "php-fpm",
        programs: &["php-fpm", "php-fpm7.4", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4"],
        files: &[
            "/etc/php/*/fpm/pool.d/*.conf",
            "/etc/php-fpm.d/*.conf",
            "/etc/php*/php-fpm.d/*.conf",
        ],
        syntax: Syntax::Ini(&[]),
        takes_arguments: false,
    },
    Known {
        daemon: "vsftpd",
        programs: &["vsftpd"],
        files: &["/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf"],
        syntax: Syntax::Ini(&[]),
        takes_arguments: false,
    },
    Known {
        daemon: "snmpd",
        programs: &["snmpd"],
        files: &["/etc/snmp/snmpd.conf"],
        syntax: Syntax::Words,
        takes_arguments: false,
    },
    Known {
        daemon: "squid",
        programs: &["squid"],
        files: &["/etc/squid/squid.conf", "/etc/squid/conf.d/*.conf"],
        syntax: Syntax::Words,
        takes_arguments: false,
    },
    Known {
        daemon: "exports",
        programs: &["rpc.mountd", "nfsd", "exportfs", "rpc.nfsd"],
        files: &["/etc/exports", "/etc/exports.d/*.exports"],
        syntax: Syntax::Lines("export"),
        takes_arguments: false,
    },
];
