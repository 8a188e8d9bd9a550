//! Lines that look bad and are none: what clients did wrong, warnings, successes that name failures.

use super::{Row, nothing};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    nothing("postgres", "password authentication failed", r"^(?:[0-9]{4}-.*?\].*?)?FATAL:\s+password authentication failed for user",
        r#"FATAL:  password authentication failed for user "app""#),
    nothing("postgres", "FATAL:", r#"^(?:[0-9]{4}-.*?\].*?)?FATAL:\s+(?:role|database) "[^"]*" does not exist"#, r#"FATAL:  database "app" does not exist"#),
    nothing("postgres", "FATAL:", r"^(?:[0-9]{4}-.*?\].*?)?FATAL:\s+(?:no pg_hba\.conf entry|sorry, too many clients|the database system is|terminating connection|canceling|remaining connection slots|connection to client lost|unsupported frontend|terminating (?:walreceiver|background|autovacuum|logical)|expected SASL|connection limit)",
        "FATAL:  terminating connection due to administrator command"),
    nothing("postgres", "FATAL:", r#"^(?:[0-9]{4}-.*?\].*?)?FATAL:\s+(?:Peer|Ident|MD5|SCRAM)\S* authentication failed"#, r#"FATAL:  Peer authentication failed for user "app""#),
    nothing("sshd", "error: ", r"error: (?:kex_exchange_identification|maximum authentication attempts|PAM: |Received disconnect|beginning MaxStartups|connect_to|Protocol major versions)",
        "error: kex_exchange_identification: Connection closed by remote host"),
    nothing("sshd", "fatal: ", r"fatal: (?:Timeout before authentication|Read from socket failed|Write failed|userauth_|ssh_packet|mm_|Access denied for user|Unable to negotiate|no matching)",
        "fatal: Timeout before authentication for 10.0.0.9 port 50022"),
    nothing("sshd", "Failed password", r"Failed (?:password|publickey|none) for", "Failed password for invalid user admin from 10.0.0.9 port 50022 ssh2"),
    nothing("mariadb", "[Warning]", r"\d \[Warning\]", "2026-11-23  4:41:00 0 [Warning] Could not increase number of max_open_files to more than 1024 (request: 32184)"),
    nothing("mariadb", "[Note]", r"\d \[Note\]", "2026-11-23  4:41:00 0 [Note] InnoDB: Completed initialization of buffer pool"),
    nothing("nginx", "[warn]", r"(?:nginx: \[warn\]|\[warn\] \d+#\d+)", r#"nginx: [warn] conflicting server name "x" on 0.0.0.0:80, ignored"#),
    nothing("nginx", "[notice]", r"\[notice\]", "2026/11/23 04:41:00 [notice] 812#812: signal 15 (SIGTERM) received from 1, exiting"),
    nothing("redis", "WARNING", r"WARNING:? (?:Memory overcommit|overcommit_memory|The TCP backlog|you have Transparent|Your kernel has a bug)",
        "# WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail"),
    nothing("redis", "OS error", r"Server can't set maximum open files to \d+ because of OS error",
        "# Server can't set maximum open files to 10032 because of OS error: Operation not permitted."),
    nothing("postgres", "active transactions", r"LOG:\s+aborting any active transactions", "LOG:  aborting any active transactions"),
    nothing("haproxy", " is DOWN", r"\bServer \S+/\S+ is (?:going )?DOWN\b",
        "Server nginx/local is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 0 active and 0 backup servers left."),
    nothing("haproxy", "[WARNING]", r"^\[(?:WARNING|NOTICE|INFO)\]", "[WARNING]  (812) : config : missing timeouts for proxy 'web'."),
    nothing("apache", "AH00558", r"AH00558", "AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using 127.0.1.1"),
    nothing("unbound", "warning:", r"\bwarning: (?:so-rcvbuf|so-sndbuf|increased limit|too many file)", "warning: so-rcvbuf 1048576 was not granted."),
    nothing("python", "File \"", r#"^\s*File ".*", line \d+(?:, in .*)?$"#, r#"  File "/opt/app/main.py", line 12, in <module>"#),
    nothing("any", "0 error", r"\b0 errors?\b", "checked 12 files, 0 errors"),
    nothing("any", "no error", r"\bno errors?\b", "finished: no errors found"),
    nothing("any", "retrying", r"\b(?:will retry|retrying)\b.*(?:succeeded|connected)", "retrying… connected"),
];
