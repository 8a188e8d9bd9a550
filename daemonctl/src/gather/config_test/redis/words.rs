//! The directives of redis.conf and their values (Redis' `src/config.c` and its own redis.conf).

/// What a directive takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `yes` or `no`.
    Switch,
    /// A number between these.
    Number(i64, i64),
    /// Bytes: `100mb`.
    Memory,
    /// One of these words, in lower or upper case.
    OneOf(&'static [&'static str]),
    /// One word.
    Text,
    /// As many words as these numbers say.
    Words(usize, usize),
    /// `save ""`, or pairs of numbers.
    Save,
}

const MOST: i64 = i64::MAX;
const INT: i64 = i32::MAX as i64;

/// Why Redis refuses the values, in its words.
pub fn check(kind: Kind, values: &[String]) -> Result<(), String> {
    if let Kind::Words(least, most) = kind {
        let is_right = (least..=most).contains(&values.len());
        return is_right.then_some(()).ok_or_else(|| "wrong number of arguments".to_owned());
    }
    if kind == Kind::Save {
        let is_empty = matches!(values, [only] if only.is_empty());
        let are_numbers =
            values.iter().all(|value| value.parse::<i64>().is_ok_and(|number| number >= 0));
        let is_right =
            is_empty || (!values.is_empty() && values.len().is_multiple_of(2) && are_numbers);
        return is_right.then_some(()).ok_or_else(|| "Invalid save parameters".to_owned());
    }
    let [value] = values else { return Err("wrong number of arguments".to_owned()) };
    match kind {
        Kind::Switch if !matches!(&*value.to_ascii_lowercase(), "yes" | "no") => {
            Err("argument must be 'yes' or 'no'".to_owned())
        }
        Kind::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            Ok(_) => Err(format!("argument must be between {least} and {most} inclusive")),
            Err(_) => Err("argument couldn't be parsed into an integer".to_owned()),
        },
        Kind::Memory if !is_memory(value) => Err("argument must be a memory value".to_owned()),
        Kind::OneOf(words) if !words.iter().any(|word| word.eq_ignore_ascii_case(value)) => {
            Err(format!("argument(s) must be one of the following: {}", words.join(", ")))
        }
        _ => Ok(()),
    }
}

fn is_memory(value: &str) -> bool {
    let digits = value.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = value.get(digits.len()..).unwrap_or_default().to_ascii_lowercase();
    let is_number = digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    is_number
        && !digits.is_empty()
        && ["", "b", "k", "kb", "m", "mb", "g", "gb", "%"].contains(&&*unit)
}

/// What a directive takes; `None`: there is none of that name.
pub fn kind(name: &str) -> Option<Kind> {
    let one = ONE_EACH.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind);
    let several = GROUPS.iter().find(|(_, names)| has(names, name)).map(|(kind, _)| *kind);
    one.or(several)
}

fn has(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|own| own == name)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    let grouped = GROUPS.iter().flat_map(|(_, names)| names.split_ascii_whitespace());
    ONE_EACH.iter().map(|(name, _)| *name).chain(grouped)
}

const ONE_EACH: &[(&str, Kind)] = &[
    ("port", Kind::Number(0, 65535)),
    ("tls-port", Kind::Number(0, 65535)),
    ("databases", Kind::Number(1, INT)),
    ("maxclients", Kind::Number(1, u32::MAX as i64)),
    ("tcp-backlog", Kind::Number(0, INT)),
    ("timeout", Kind::Number(0, INT)),
    ("tcp-keepalive", Kind::Number(0, INT)),
    ("hz", Kind::Number(0, INT)),
    ("io-threads", Kind::Number(1, 256)),
    ("maxmemory-samples", Kind::Number(1, 64)),
    ("auto-aof-rewrite-percentage", Kind::Number(0, INT)),
    ("save", Kind::Save),
    ("appendfsync", Kind::OneOf(&["everysec", "always", "no"])),
    ("supervised", Kind::OneOf(&["upstart", "systemd", "auto", "no"])),
    ("loglevel", Kind::OneOf(&["debug", "verbose", "notice", "warning", "nothing"])),
    (
        "maxmemory-policy",
        Kind::OneOf(&[
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "noeviction",
            "volatile-lrm",
            "allkeys-lrm",
        ]),
    ),
    (
        "repl-diskless-load",
        Kind::OneOf(&["disabled", "on-empty-db", "swapdb", "flush-before-load"]),
    ),
    ("acl-pubsub-default", Kind::OneOf(&["allchannels", "resetchannels"])),
    ("sanitize-dump-payload", Kind::OneOf(&["no", "yes", "clients"])),
    ("oom-score-adj", Kind::OneOf(&["no", "yes", "relative", "absolute"])),
    ("tls-auth-clients", Kind::OneOf(&["no", "yes", "optional"])),
    ("enable-protected-configs", Kind::OneOf(&["no", "yes", "local"])),
    ("enable-debug-command", Kind::OneOf(&["no", "yes", "local"])),
    ("enable-module-command", Kind::OneOf(&["no", "yes", "local"])),
    ("propagation-error-behavior", Kind::OneOf(&["ignore", "panic", "panic-on-replicas"])),
    (
        "syslog-facility",
        Kind::OneOf(&[
            "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
        ]),
    ),
    ("cluster-preferred-endpoint-type", Kind::OneOf(&["ip", "hostname", "unknown-endpoint"])),
    ("replicaof", Kind::Words(2, 2)),
    ("slaveof", Kind::Words(2, 2)),
    ("rename-command", Kind::Words(2, 2)),
    ("oom-score-adj-values", Kind::Words(3, 3)),
    ("client-output-buffer-limit", Kind::Words(4, 12)),
    ("loadmodule", Kind::Words(1, 1000)),
    ("user", Kind::Words(1, 1000)),
    ("include", Kind::Words(1, 1)),
    ("bind", Kind::Words(0, 16)),
    ("notify-keyspace-events", Kind::Words(1, 1)),
    ("shutdown-on-sigint", Kind::Words(1, 4)),
    ("shutdown-on-sigterm", Kind::Words(1, 4)),
    ("latency-tracking-info-percentiles", Kind::Words(0, 100)),
];

/// Names, separated by blanks.
const GROUPS: &[(Kind, &str)] = &[
    (
        Kind::Switch,
        "daemonize protected-mode appendonly aof-load-truncated aof-use-rdb-preamble \
         aof-timestamp-enabled no-appendfsync-on-rewrite aof-rewrite-incremental-fsync \
         rdbcompression rdbchecksum rdb-save-incremental-fsync rdb-del-sync-files \
         rdb-key-save-delay-enabled stop-writes-on-bgsave-error always-show-logo \
         activerehashing activedefrag lazyfree-lazy-eviction lazyfree-lazy-expire \
         lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush \
         replica-lazy-flush slave-lazy-flush replica-serve-stale-data slave-serve-stale-data \
         replica-read-only slave-read-only replica-ignore-maxmemory slave-ignore-maxmemory \
         replica-announced replica-ignore-disk-write-errors repl-disable-tcp-nodelay \
         repl-diskless-sync dynamic-hz io-threads-do-reads lua-enable-deprecated-api \
         cluster-enabled cluster-require-full-coverage cluster-allow-reads-when-down \
         cluster-allow-pubsubshard-when-down cluster-allow-replica-migration \
         cluster-replica-no-failover cluster-slave-no-failover tls-cluster tls-replication \
         tls-prefer-server-ciphers tls-session-caching disable-thp crash-log-enabled \
         crash-memcheck-enabled use-exit-on-panic set-proc-title jemalloc-bg-thread \
         syslog-enabled latency-tracking hide-user-data-from-log extended-redis-compatibility \
         dual-channel-replication-enabled",
    ),
    (
        Kind::Memory,
        "maxmemory client-query-buffer-limit proto-max-bulk-len repl-backlog-size \
         auto-aof-rewrite-min-size active-defrag-ignore-bytes stream-node-max-bytes \
         maxmemory-clients cluster-link-sendbuf-limit hll-sparse-max-bytes \
         replica-full-sync-buffer-limit",
    ),
    (
        Kind::Number(0, MOST),
        "slowlog-log-slower-than-usec slowlog-max-len latency-monitor-threshold \
         lua-time-limit busy-reply-threshold repl-timeout repl-backlog-ttl \
         repl-ping-replica-period repl-ping-slave-period repl-diskless-sync-delay \
         repl-diskless-sync-period repl-diskless-sync-max-replicas replica-priority \
         slave-priority min-replicas-to-write min-slaves-to-write min-replicas-max-lag \
         min-slaves-max-lag cluster-node-timeout cluster-migration-barrier \
         cluster-replica-validity-factor cluster-slave-validity-factor cluster-announce-port \
         cluster-announce-bus-port cluster-announce-tls-port cluster-port \
         replica-announce-port slave-announce-port hash-max-listpack-entries \
         hash-max-ziplist-entries hash-max-listpack-value hash-max-ziplist-value \
         list-compress-depth set-max-intset-entries set-max-listpack-entries \
         set-max-listpack-value zset-max-listpack-entries zset-max-ziplist-entries \
         zset-max-listpack-value zset-max-ziplist-value stream-node-max-entries \
         active-defrag-threshold-lower active-defrag-threshold-upper active-defrag-cycle-min \
         active-defrag-cycle-max active-defrag-max-scan-fields active-expire-effort \
         lfu-log-factor lfu-decay-time maxmemory-eviction-tenacity acllog-max-len \
         tracking-table-max-keys max-new-connections-per-cycle \
         max-new-tls-connections-per-cycle tls-session-cache-size tls-session-cache-timeout \
         shutdown-timeout socket-mark-id key-load-delay rdb-key-save-delay \
         replica-announce-bus-port watchdog-period list-max-listpack-entries \
         commandlog-slow-execution-max-len",
    ),
    (
        // Negative ones have a meaning too.
        Kind::Number(i64::MIN, MOST),
        "slowlog-log-slower-than list-max-listpack-size list-max-ziplist-size \
         commandlog-execution-slower-than",
    ),
    (
        Kind::Text,
        "unixsocket unixsocketperm pidfile logfile syslog-ident dbfilename dir \
         rdb-version-check appendfilename appenddirname requirepass masterauth masteruser \
         primaryauth primaryuser aclfile bind-source-addr replica-announce-ip \
         slave-announce-ip cluster-announce-ip cluster-announce-hostname \
         cluster-announce-human-nodename cluster-config-file server_cpulist server-cpulist \
         bio_cpulist bio-cpulist aof_rewrite_cpulist aof-rewrite-cpulist bgsave_cpulist \
         bgsave-cpulist ignore-warnings proc-title-template locale-collate tls-cert-file \
         tls-key-file tls-key-file-pass tls-client-cert-file tls-client-key-file \
         tls-client-key-file-pass tls-dh-params-file tls-ca-cert-file tls-ca-cert-dir \
         tls-protocols tls-ciphers tls-ciphersuites availability-zone debug-context \
         slave-announced tls-auth-clients-user import-mode rdma-bind",
    ),
];
