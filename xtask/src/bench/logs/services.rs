//! The services of a made-up machine, and what they say.

/// How a line reached the journal: which fields come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Standard output of a service.
    Stdout,
    /// syslog(3).
    Syslog,
    /// The native protocol, with the place in the source.
    Journal,
}

/// Services of one kind, and what they say.
pub struct Kind {
    /// Unit names: one for each service.
    pub units: &'static [&'static str],
    /// The identifier, which is the program's name too.
    pub name: &'static str,
    /// The user id.
    pub uid: u32,
    /// How it logs.
    pub transport: Transport,
    /// How often, against the others.
    pub weight: u64,
    /// What it says. `#` stands for a number, `@` for an address, `~` for a name, `%` for hexadecimal
    /// digits; a message without one of them comes again and again.
    pub messages: &'static [&'static str],
    /// What it says at the level `err`.
    pub errors: &'static [&'static str],
}

/// The unit that has a share of its own.
pub const BUSY_UNIT: &str = "shop-api.service";

/// The word that is found in few messages.
pub const RARE_WORD: &str = "quarantined";

/// A message with that word.
pub const RARE_MESSAGE: &str = "upload % of ~ was quarantined by rule #";

use Transport::{Journal, Stdout, Syslog};

/// All of them: 50 units.
pub const KINDS: &[Kind] = &[
    Kind {
        units: &[BUSY_UNIT],
        name: "shop-api",
        uid: 998,
        transport: Stdout,
        weight: 0,
        messages: &[
            "request id=% method=GET path=/api/v2/items/# status=200 bytes=# duration_ms=# client=@",
            "request id=% method=POST path=/api/v2/carts/#/lines status=201 bytes=# duration_ms=# client=@",
            "request id=% method=GET path=/api/v2/search status=200 bytes=# duration_ms=# client=@ q=~",
            "cache hit key=item:#",
            "health check ok",
            "health check ok (database, cache)",
            "sweep of expired carts: nothing to do",
            "token of ~ renewed",
            "connection pool: all idle connections released",
        ],
        errors: &[
            "upstream stock-service timed out after # ms, request id=%",
            "could not serialize answer for ~: invalid state",
        ],
    },
    Kind {
        units: &["nginx.service", "nginx@internal.service"],
        name: "nginx",
        uid: 33,
        transport: Syslog,
        weight: 22,
        messages: &[
            "@ - ~ [23/Nov/2026:01:37:09 +0000] \"GET /static/app-%.js HTTP/1.1\" 200 # \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"",
            "@ - - [23/Nov/2026:01:37:09 +0000] \"GET /item/# HTTP/2.0\" 200 # \"-\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)\"",
            "@ - - [23/Nov/2026:01:37:09 +0000] \"GET /robots.txt HTTP/1.1\" 304 0 \"-\" \"Googlebot/2.1\"",
        ],
        errors: &[
            "*# connect() failed (111: Connection refused) while connecting to upstream, client: @, server: shop.example",
        ],
    },
    Kind {
        units: &["ssh.service"],
        name: "sshd",
        uid: 0,
        transport: Syslog,
        weight: 24,
        messages: &[
            "Accepted publickey for ~ from @ port # ssh2: ED25519 SHA256:%%%%",
            "Invalid user ~ from @ port #",
            "Received disconnect from @ port #:11: Bye Bye [preauth]",
            "pam_unix(sshd:session): session opened for user ~(uid=#) by (uid=0)",
            "pam_unix(sshd:session): session closed for user ~",
        ],
        errors: &[
            "error: kex_exchange_identification: Connection closed by remote host",
            "fatal: Timeout before authentication for @ port #",
        ],
    },
    Kind {
        units: &["postgresql@15-main.service", "postgresql@15-replica.service"],
        name: "postgres",
        uid: 110,
        transport: Stdout,
        weight: 40,
        messages: &[
            "2026-11-23 01:37:09.# UTC [#] ~ shop LOG:  duration: #.# ms  execute <unnamed>: SELECT id, name, price FROM items WHERE id = $1",
            "2026-11-23 01:37:09.# UTC [#] LOG:  checkpoint complete: wrote # buffers (#.#%); 0 WAL file(s) added, 0 removed, # recycled",
            "2026-11-23 01:37:09.# UTC [#] ~ shop LOG:  connection authorized: user=~ database=shop application_name=shop-api",
        ],
        errors: &[
            "2026-11-23 01:37:09.# UTC [#] ~ shop ERROR:  duplicate key value violates unique constraint \"lines_pkey\"",
        ],
    },
    Kind {
        units: &["cron.service"],
        name: "CRON",
        uid: 0,
        transport: Syslog,
        weight: 25,
        messages: &[
            "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
            "(~) CMD (/usr/local/bin/collect --quiet)",
            "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            "pam_unix(cron:session): session closed for user root",
        ],
        errors: &["(~) ERROR (getpwnam() failed - user unknown)"],
    },
    Kind {
        units: &["init.scope"],
        name: "systemd",
        uid: 0,
        transport: Journal,
        weight: 20,
        messages: &[
            "Starting collect.service - Collects figures of the machine...",
            "Finished collect.service - Collects figures of the machine.",
            "collect.service: Deactivated successfully.",
            "session-#.scope: Deactivated successfully.",
            "Started session-#.scope - Session # of User ~.",
            "collect.service: Consumed #.#s CPU time.",
        ],
        errors: &["Failed to start backup@#.service - Nightly copy of ~."],
    },
    Kind {
        units: &["NetworkManager.service"],
        name: "NetworkManager",
        uid: 0,
        transport: Journal,
        weight: 10,
        messages: &[
            "<info>  [#.#] dhcp4 (eno1): state changed new lease, address=@",
            "<info>  [#.#] device (eno1): state change: ip-check -> secondaries (reason 'none', sys-iface-state: 'managed')",
            "<info>  [#.#] manager: NetworkManager state is now CONNECTED_GLOBAL",
        ],
        errors: &["<error> [#.#] device (eno1): Activation: failed for connection '~'"],
    },
    Kind {
        units: &["systemd-logind.service"],
        name: "systemd-logind",
        uid: 0,
        transport: Journal,
        weight: 10,
        messages: &[
            "New session # of user ~.",
            "Session # logged out. Waiting for processes to exit.",
            "Removed session #.",
        ],
        errors: &[
            "Failed to stop session scope 'session-#.scope', ignoring: Unit session-#.scope not loaded.",
        ],
    },
    Kind {
        units: &["redis-server.service", "redis-sessions.service"],
        name: "redis-server",
        uid: 111,
        transport: Stdout,
        weight: 40,
        messages: &[
            "#:M 23 Nov 2026 01:37:09.# * # changes in 60 seconds. Saving...",
            "#:M 23 Nov 2026 01:37:09.# * Background saving started by pid #",
            "Background saving terminated with success",
            "DB saved on disk",
        ],
        errors: &[
            "#:M 23 Nov 2026 01:37:09.# # Can't save in background: fork: Cannot allocate memory",
        ],
    },
    Kind {
        units: &["postfix@-.service"],
        name: "postfix/smtpd",
        uid: 0,
        transport: Syslog,
        weight: 25,
        messages: &[
            "connect from mail-#.~.example[@]",
            "%: client=mail-#.~.example[@]",
            "disconnect from mail-#.~.example[@] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7",
        ],
        errors: &[
            "warning: hostname #.~.example does not resolve to address @: Name or service not known",
        ],
    },
    Kind {
        units: &[
            "worker@01.service",
            "worker@02.service",
            "worker@03.service",
            "worker@04.service",
            "worker@05.service",
            "worker@06.service",
            "worker@07.service",
            "worker@08.service",
            "worker@09.service",
            "worker@10.service",
            "worker@11.service",
            "worker@12.service",
            "worker@13.service",
            "worker@14.service",
            "worker@15.service",
            "worker@16.service",
            "worker@17.service",
            "worker@18.service",
            "worker@19.service",
            "worker@20.service",
            "worker@21.service",
            "worker@22.service",
            "worker@23.service",
            "worker@24.service",
        ],
        name: "worker",
        uid: 997,
        transport: Stdout,
        weight: 14,
        messages: &[
            "job % (thumbnail) for item # done in # ms",
            "job % (invoice) for ~ done in # ms, # pages",
            "queue is empty, sleeping",
            "lease of the queue renewed",
            "{\"level\":\"info\",\"msg\":\"lease extended\",\"job\":\"%\",\"seconds\":#}",
        ],
        errors: &[
            "job % (invoice) for ~ failed: template not found",
            "Traceback (most recent call last): KeyError: '~'",
        ],
    },
    Kind {
        units: &["kubelet.service", "containerd.service", "docker.service"],
        name: "containerd",
        uid: 0,
        transport: Stdout,
        weight: 18,
        messages: &[
            "time=\"2026-11-23T01:37:09.#Z\" level=info msg=\"shim disconnected\" id=%%%% namespace=k8s.io",
            "time=\"2026-11-23T01:37:09.#Z\" level=info msg=\"StopPodSandbox for \\\"%%%%\\\" returns successfully\"",
            "I1123 01:37:09.# # reconciler_common.go:299] \"Volume detached for volume kube-api-access DevicePath\" pod=\"~-%\"",
        ],
        errors: &[
            "E1123 01:37:09.# # pod_workers.go:1298] \"Error syncing pod, skipping\" err=\"CrashLoopBackOff\" pod=\"~-%\"",
        ],
    },
    Kind {
        units: &[
            "prometheus-node-exporter.service",
            "fwupd.service",
            "polkit.service",
            "smartd.service",
            "unattended-upgrades.service",
            "snmpd.service",
            "chrony.service",
            "dnsmasq.service",
            "avahi-daemon.service",
            "rsyslog.service",
        ],
        name: "dnsmasq",
        uid: 112,
        transport: Syslog,
        weight: 5,
        messages: &[
            "query[A] ~.example from @",
            "forwarded ~.example to @",
            "reply ~.example is @",
            "reading /etc/resolv.conf",
            "Device: /dev/nvme0, SMART usage attribute: 194 Temperature_Celsius changed from # to #",
        ],
        errors: &["failed to send packet: Network is unreachable"],
    },
];
