//! Web servers, proxies and name servers.

use super::Word::{Is, Same, SameOr, ValueOf};
use super::{ROW, Row, Test, another, itself};

/// Patterns of `file:line: message`.
const PLAIN: &str = r"^(?P<file>/[^:]+):(?P<line>\d+):(?:\d+:)? *(?P<message>.*)";

pub const ROWS: &[Row] = &[
    Row {
        name: "nginx",
        programs: &["nginx", "openresty", "angie", "tengine"],
        services: &["nginx", "openresty", "angie"],
        test: Test::Run(&[itself(&[Is("-t"), Same("-c"), Same("-p"), Same("-g"), Same("-e")])]),
        complaints: &[
            r"\[emerg\] (?:\d+#\d+: )?(?P<message>.*?) in (?P<file>/\S+):(?P<line>\d+)$",
            r"\[emerg\] (?:\d+#\d+: )?(?P<message>.*)",
        ],
        noise: &[r"test failed$", r"\[(?:warn|notice|info)\]", r"syntax is ok$"],
        scratch: &["/var/lib/nginx", "/var/cache/nginx"],
        ..ROW
    },
    Row {
        name: "apache",
        programs: &["apache2", "httpd", "apache2ctl", "apachectl"],
        wrappers: &["apache2ctl", "apachectl"],
        services: &["apache2", "httpd"],
        test: Test::Run(&[another(
            // Debian's has its variables in a file that only the script reads.
            &["apache2ctl", "httpd", "apachectl", "apache2"],
            &[Is("-t"), Same("-d"), Same("-f"), Same("-D")],
        )]),
        complaints: &[
            r"Syntax error on line (?P<line>\d+) of (?P<file>[^:]+):(?: (?P<message>.+))?$",
            r"^AH(?:02297|00543|00544|00545)[^:]*: (?:apache2|httpd): (?P<message>.*)",
            r"^\(\d+\)(?P<message>.*)",
            r"^(?:apache2|httpd): (?P<message>.*)",
        ],
        noise: &[
            "AH00557",
            "AH00558",
            "AH00112",
            "AH00014",
            r"^Action '",
            "error log may have more",
            "AH00526: $",
        ],
        scratch: &["/var/lock", "/var/lib/apache2", "/var/cache/apache2"],
        ..ROW
    },
    Row {
        name: "haproxy",
        programs: &["haproxy", "haproxy-systemd-wrapper"],
        wrappers: &["haproxy-systemd-wrapper"],
        services: &["haproxy"],
        test: Test::Run(&[itself(&[
            Is("-c"),
            SameOr("-f", &["/etc/haproxy/haproxy.cfg"]),
            Same("-C"),
            Same("-L"),
        ])]),
        complaints: &[
            r"\[ALERT\].*?\[(?P<file>/[^\]:]+):(?P<line>\d+)\] ?: (?P<message>.*)",
            r"\[ALERT\][^:]*: (?:config : )?(?P<message>.*)",
        ],
        noise: &[
            "Error\\(s\\) found in configuration",
            "Fatal errors found",
            "Failed to initialize server",
            r"\[(?:NOTICE|WARNING)\]",
        ],
        ..ROW
    },
    Row {
        name: "lighttpd",
        programs: &["lighttpd", "lighttpd-angel"],
        wrappers: &["lighttpd-angel"],
        services: &["lighttpd"],
        test: Test::Run(&[itself(&[
            Is("-tt"),
            SameOr("-f", &["/etc/lighttpd/lighttpd.conf"]),
            Same("-m"),
        ])]),
        complaints: &[
            r"source: (?P<file>\S+) line: (?P<line>\d+) pos: \d+ (?P<message>.*)",
            r"\(\w+\.c\.\d+\) (?P<message>.*)",
        ],
        noise: &["WARNING:", "loading plugins finally failed"],
        scratch: &["/var/cache/lighttpd", "/var/lib/lighttpd"],
        ..ROW
    },
    Row {
        name: "caddy",
        programs: &["caddy"],
        services: &["caddy"],
        test: Test::Run(&[itself(&[
            Is("validate"),
            SameOr("--config", &["/etc/caddy/Caddyfile"]),
            Same("--adapter"),
        ])]),
        complaints: &[
            r"(?P<file>/[^:\s]+):(?P<line>\d+)(?::\d+)?: (?P<message>.*)",
            r"^Error: (?P<message>.*)",
        ],
        scratch: &["/var/lib/caddy", "/root"],
        ..ROW
    },
    Row {
        name: "php-fpm",
        programs: &["php-fpm"],
        services: &["php-fpm"],
        test: Test::Run(&[itself(&[
            Is("-t"),
            Same("-y"),
            Same("--fpm-config"),
            Same("-c"),
            Same("-p"),
        ])]),
        complaints: &[
            r"ERROR: \[(?P<file>/[^\]:]+):(?P<line>\d+)\] (?P<message>.*)",
            r"(?:ALERT|ERROR): (?P<message>\[pool .*)",
            r"^PHP: +(?P<message>syntax error.*)",
            r"ERROR: (?P<message>Unable to include (?P<file>/\S+)) from",
            r"(?:ALERT|ERROR): (?P<message>.*)",
        ],
        noise: &[
            "failed to load configuration file",
            "FPM initialization failed",
            "failed to post process",
            "NOTICE:",
            "WARNING:",
        ],
        ..ROW
    },
    Row {
        name: "squid",
        programs: &["squid"],
        services: &["squid", "squid3"],
        test: Test::Run(&[itself(&[Is("-k"), Is("parse"), Same("-f"), Same("-n")])]),
        complaints: &[
            r"FATAL: Bungled (?P<file>\S+) line (?P<line>\d+): (?P<message>.*)",
            r"\| (?:FATAL: |ERROR: )?(?P<file>/[^\s(]+)\((?P<line>\d+)\):? (?P<message>.*)",
            r"\| (?P<message>ACL not found: .*)",
            r"(?:FATAL|ERROR): (?P<message>.*)",
        ],
        noise: &[
            "Processing",
            "Startup:",
            "WARNING:",
            "Terminated abnormally",
            "CPU Usage",
            "Maximum Resident",
            "Page faults",
            "swap log",
            "storeDirWriteCleanLogs",
        ],
        scratch: &["/var/spool/squid"],
        ..ROW
    },
    Row {
        name: "varnish",
        programs: &["varnishd"],
        services: &["varnish"],
        test: Test::Run(&[itself(&[Is("-C"), SameOr("-f", &["/etc/varnish/default.vcl"])])]),
        complaints: &[r"^\('(?P<file>[^']+)' Line (?P<line>\d+) Pos \d+\)"],
        scratch: &["/var/lib/varnish"],
        ..ROW
    },
    Row {
        name: "named",
        programs: &["named"],
        services: &["named", "bind9", "bind"],
        test: Test::Run(&[another(
            &["named-checkconf"],
            &[Same("-t"), ValueOf(&["-c"], &["/etc/bind/named.conf", "/etc/named.conf"])],
        )]),
        complaints: &[
            PLAIN,
            r"^(?:open: )?(?P<file>/[^:]+): (?P<message>(?:file not found|permission denied).*)",
        ],
        ..ROW
    },
    Row {
        name: "unbound",
        programs: &["unbound"],
        services: &["unbound"],
        test: Test::Run(&[another(
            &["unbound-checkconf"],
            &[ValueOf(&["-c"], &["/etc/unbound/unbound.conf", "/var/lib/unbound/unbound.conf"])],
        )]),
        complaints: &[
            r"^(?P<file>/[^:]+):(?P<line>\d+): error: (?P<message>.*)",
            r"unbound-checkconf\[[\d:]+\] (?:fatal )?error: (?P<message>.*)",
        ],
        noise: &[r"^read .* failed: \d+ errors"],
        // Its unit makes this file at the first start.
        inconclusive: &["auto-trust-anchor-file", "trustanchors"],
        ..ROW
    },
    Row {
        name: "nsd",
        programs: &["nsd"],
        services: &["nsd"],
        test: Test::Run(&[another(
            &["nsd-checkconf"],
            &[ValueOf(&["-c"], &["/etc/nsd/nsd.conf"])],
        )]),
        complaints: &[r"^(?P<file>/[^:]+):(?P<line>\d+): (?:at '.*': )?error: (?P<message>.*)"],
        noise: &[r"^read .* failed: \d+ errors"],
        ..ROW
    },
    Row {
        name: "dnsmasq",
        programs: &["dnsmasq"],
        services: &["dnsmasq"],
        test: Test::Run(&[itself(&[
            Is("--test"),
            Same("-C"),
            Same("--conf-file"),
            Same("-7"),
            Same("--conf-dir"),
        ])]),
        complaints: &[
            r"^dnsmasq: (?P<message>.*?) at line (?P<line>\d+) of (?P<file>\S+)",
            r"^dnsmasq: (?P<message>.*)",
        ],
        ..ROW
    },
];
