//! Everything else.

use super::Word::{Is, Same, SameOr, ValueOf};
use super::{ROW, Row, Test, another, itself};

pub const ROWS: &[Row] = &[
    Row {
        name: "sshd",
        programs: &["sshd"],
        services: &["ssh", "sshd"],
        test: Test::Run(&[itself(&[Is("-t"), Same("-f"), Same("-h"), Same("-o"), Same("-p")])]),
        complaints: &[
            r"^(?P<file>/[^:]+?):? line (?P<line>\d+): (?P<message>.*)",
            r"^command-line:? line \d+: (?P<message>.*)",
            r"^(?P<message>Permissions \S+ for '.*' are too open\.)",
            r"^(?P<file>/[^:]+): (?P<message>No such file or directory|Permission denied)$",
            r"^(?:sshd: )?(?P<message>(?:no hostkeys available|Missing privilege separation|Privilege separation user|Unable to load|Could not load|.* must be owned by root).*)",
        ],
        noise: &[
            "terminating, \\d+ bad configuration",
            "Deprecated option",
            "^@",
            "^It is required",
            "private key will be ignored",
        ],
        ..ROW
    },
    Row {
        name: "rsyslog",
        programs: &["rsyslogd"],
        services: &["rsyslog", "rsyslogd"],
        test: Test::Run(&[itself(&[Is("-N1"), Same("-f"), Same("-M")])]),
        complaints: &[
            r"error during parsing file (?P<file>[^,]+), on or before line (?P<line>\d+): (?P<message>.*?)(?: \[v[\d.]+ .*)?$",
            r#"could not open config file '(?P<file>[^']+)': (?P<message>.*?)(?: \[v[\d.]+ .*)?$"#,
            r"^rsyslogd: (?P<message>invalid or yet-unknown config file command '(?P<key>[^']+)'.*?)(?: \[v[\d.]+ .*)?$",
            r"^rsyslogd: (?P<message>.*?)(?: \[v[\d.]+ .*)?$",
        ],
        noise: &[
            "config validation run",
            "run failed with error",
            "could not interpret master",
            "errors occurred in file",
            "(?i)warning",
        ],
        // It leaves out the lines that it does not understand.
        passed_over: &[""],
        scratch: &["/var/spool/rsyslog", "/var/lib/rsyslog"],
        files: &["/etc/rsyslog.d/", "/etc/rsyslog.conf"],
        ..ROW
    },
    Row {
        name: "syslog-ng",
        programs: &["syslog-ng"],
        services: &["syslog-ng"],
        test: Test::Run(&[itself(&[Is("--syntax-only"), Same("-f"), Same("--cfgfile")])]),
        complaints: &[
            r"^Error parsing [^,]*, (?P<message>.*) in (?P<file>/[^:]+):(?P<line>\d+)",
            r"^(?P<message>Error .*)",
        ],
        ..ROW
    },
    Row {
        name: "mariadb",
        programs: &["mariadbd", "mysqld_safe", "mariadbd-safe"],
        wrappers: &["mysqld_safe", "mariadbd-safe"],
        services: &["mariadb", "mysql", "mysqld"],
        // It knows no test: this reads the option files and starts nothing. What it prints is judged, since it
        // forgives there what it does not forgive at a start.
        test: Test::Run(&[another(
            &["mariadbd"],
            &[
                Same("--defaults-file"),
                Same("--defaults-extra-file"),
                Is("--help"),
                Is("--verbose"),
            ],
        )]),
        complaints: &[
            r"^error: (?P<message>.*?) in config file: (?P<file>\S+) at line:? (?P<line>\d+)",
            r"\[ERROR\] (?:\S+: )?(?P<message>unknown (?:variable|option) '(?:--)?(?P<key>[^'=]+).*)",
            r"\[ERROR\] (?:Buffered error: )?(?:\S+: )?(?P<message>Error while setting value '.*' to '(?P<key>[^']+)'.*)",
            r"\[ERROR\] (?:Buffered error: )?(?P<message>.* used for variable '(?P<key>[^']+)'.*)",
            r"^(?P<message>Could not open required defaults file: .*)",
        ],
        judged_by_output: true,
        passed_over: &["preceding group", "Wrong group definition"],
        scratch: &["/var/lib/mysql"],
        files: &["/etc/mysql/my.cnf", "/etc/mysql/conf.d/", "/etc/mysql/mariadb.conf.d/"],
        ..ROW
    },
    Row {
        name: "mysql",
        programs: &["mysqld"],
        services: &[],
        test: Test::Run(&[itself(&[Same("--defaults-file"), Is("--validate-config")])]),
        complaints: &[
            r"\[ERROR\] (?:\[\S+\] )*(?P<message>.*?(?:unknown variable|unknown option) '(?:--)?(?P<key>[^'=]+).*)",
            r"^(?:\S+: )?\[ERROR\] (?P<message>.*?) in config file: (?P<file>\S+) at line:? (?P<line>\d+)",
            r"\[ERROR\] (?:\[\S+\] )*(?P<message>.*)",
        ],
        noise: &["Aborting"],
        inconclusive: &["to run mysqld as root", "'--validate-config'"],
        scratch: &["/var/lib/mysql"],
        files: &[
            "/etc/my.cnf",
            "/etc/my.cnf.d/",
            "/etc/mysql/my.cnf",
            "/etc/mysql/conf.d/",
            "/etc/mysql/mysql.conf.d/",
        ],
        ..ROW
    },
    Row {
        name: "chrony",
        programs: &["chronyd", "chronyd-starter.sh"],
        wrappers: &["chronyd-starter.sh"],
        services: &["chrony", "chronyd"],
        test: Test::Run(&[itself(&[Is("-p"), Same("-f")])]),
        complaints: &[
            r"Fatal error : (?P<message>.*?) at line (?P<line>\d+) in file (?P<file>\S+)",
            r"Fatal error : (?P<message>.*)",
        ],
        ..ROW
    },
    Row {
        name: "sudo",
        programs: &["visudo"],
        services: &["sudo"],
        test: Test::Run(&[another(&["visudo"], &[Is("-c")])]),
        complaints: &[
            r"^(?P<file>/[^:]+):(?P<line>\d+):\d+: (?P<message>.*)",
            r"^(?P<file>/[^:]+): (?P<message>(?:bad permissions|wrong owner|owned by).*)",
        ],
        ..ROW
    },
    Row {
        name: "samba",
        programs: &["smbd", "nmbd", "winbindd"],
        services: &["smbd", "nmbd", "smb", "nmb", "winbind", "samba"],
        test: Test::Run(&[another(
            &["testparm"],
            &[Is("-s"), ValueOf(&["-s", "--configfile"], &["/etc/samba/smb.conf"])],
        )]),
        complaints: &[r"^(?P<message>(?:ERROR|Error loading|params\.c|.*failed to parse).*)"],
        scratch: &["/var/lib/samba", "/var/cache/samba"],
        ..ROW
    },
    Row {
        name: "tor",
        programs: &["tor"],
        services: &["tor"],
        test: Test::Run(&[itself(&[Is("--verify-config"), Same("-f"), Same("--defaults-torrc")])]),
        complaints: &[r"\[(?:warn|err)\] (?P<message>.*)"],
        noise: &["running Tor as root", "Reading config failed"],
        scratch: &["/var/lib/tor"],
        ..ROW
    },
    Row {
        name: "keepalived",
        programs: &["keepalived"],
        services: &["keepalived"],
        test: Test::Run(&[itself(&[Is("-t"), Same("-f")])]),
        complaints: &[
            r"\((?P<file>/[^:]+): Line (?P<line>\d+)\) (?P<message>.*)",
            r"^(?P<message>There (?:are|is) \d+ missing.*)",
        ],
        noise: &[r"^\(Line \d+\)"],
        ..ROW
    },
    Row {
        name: "fail2ban",
        programs: &["fail2ban-server", "fail2ban-client"],
        wrappers: &["fail2ban-client"],
        services: &["fail2ban"],
        test: Test::Run(&[another(&["fail2ban-client"], &[Is("-t"), Same("-c")])]),
        complaints: &[
            r"ERROR +Failed during configuration: (?P<message>.*)",
            r"ERROR +(?P<message>.*)",
            r"^\s*\[line +(?P<line>\d+)\]: (?P<message>.*)",
        ],
        noise: &["ERROR: test configuration failed", "WARNING"],
        ..ROW
    },
    Row {
        name: "nftables",
        programs: &["nft"],
        services: &["nftables"],
        test: Test::Run(&[itself(&[
            Is("-c"),
            SameOr("-f", &["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"]),
        ])]),
        complaints: &[r"^(?P<file>/[^:]+):(?P<line>\d+):\d+-\d+: Error: (?P<message>.*)"],
        inconclusive: &["cache initialization failed", "Operation not permitted"],
        ..ROW
    },
    Row {
        name: "prometheus",
        programs: &["prometheus"],
        services: &["prometheus"],
        test: Test::Run(&[another(
            &["promtool"],
            &[
                Is("check"),
                Is("config"),
                ValueOf(&["--config.file"], &["/etc/prometheus/prometheus.yml"]),
            ],
        )]),
        complaints: &[
            r"FAILED: parsing YAML file (?P<file>[^:]+): .*?line (?P<line>\d+): (?P<message>.*)",
            r"^\s+line (?P<line>\d+): (?P<message>.*)",
            r"FAILED: (?P<message>.*)",
        ],
        noise: &["unmarshal errors:$"],
        ..ROW
    },
    Row {
        name: "dhcpd",
        programs: &["dhcpd"],
        services: &["isc-dhcp-server", "dhcpd"],
        test: Test::Run(&[itself(&[Is("-t"), SameOr("-cf", &["/etc/dhcp/dhcpd.conf"])])]),
        complaints: &[r"^(?P<file>/\S+) line (?P<line>\d+): (?P<message>.*)"],
        ..ROW
    },
    Row {
        name: "proftpd",
        programs: &["proftpd"],
        services: &["proftpd"],
        test: Test::Run(&[itself(&[Is("-t"), Same("-c")])]),
        complaints: &[
            r"fatal: (?P<message>.*?) on line (?P<line>\d+) of '(?P<file>[^']+)'",
            r"fatal: (?P<message>.*)",
        ],
        noise: &["Checking syntax"],
        ..ROW
    },
    Row {
        name: "bird",
        programs: &["bird"],
        services: &["bird"],
        test: Test::Run(&[itself(&[Is("-p"), Same("-c")])]),
        complaints: &[
            r"^bird: (?P<file>/[^:]+):(?P<line>\d+):\d+ (?P<message>.*)",
            r"^bird: (?P<message>.*)",
        ],
        ..ROW
    },
    Row {
        name: "monit",
        programs: &["monit"],
        services: &["monit"],
        test: Test::Run(&[itself(&[Is("-t"), Same("-c")])]),
        complaints: &[r"^(?P<file>/[^:]+):(?P<line>\d+): (?P<message>.*)"],
        scratch: &["/var/lib/monit"],
        ..ROW
    },
    Row {
        name: "logrotate",
        programs: &["logrotate"],
        services: &["logrotate"],
        // With -d it rotates nothing.
        test: Test::Run(&[itself(&[Is("-d"), Is("/etc/logrotate.conf")])]),
        complaints: &[
            r"^error: (?P<file>/[^:]+):(?P<line>\d+) (?P<message>.*)",
            r"^error: (?P<message>.*)",
        ],
        scratch: &["/var/lib/logrotate"],
        ..ROW
    },
];
