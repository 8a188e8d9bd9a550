//! What daemons really wrote (`fixtures/`), and what is made of it.
//!
//! A block is `=== case`, the command, its exit status, the output, and in lines that begin with `! ` what is
//! understood: `passed`, `not run`, or its complaints.

use insight::snapshot::{ConfigTest, Exit, TestEnd};

use super::{run, table};

const FIXTURES: [(&str, &str); 23] = [
    ("nginx", include_str!("fixtures/nginx.txt")),
    ("apache", include_str!("fixtures/apache.txt")),
    ("haproxy", include_str!("fixtures/haproxy.txt")),
    ("lighttpd", include_str!("fixtures/lighttpd.txt")),
    ("php-fpm", include_str!("fixtures/php-fpm.txt")),
    ("squid", include_str!("fixtures/squid.txt")),
    ("varnish", include_str!("fixtures/varnish.txt")),
    ("named", include_str!("fixtures/named.txt")),
    ("unbound", include_str!("fixtures/unbound.txt")),
    ("dnsmasq", include_str!("fixtures/dnsmasq.txt")),
    ("postfix", include_str!("fixtures/postfix.txt")),
    ("dovecot", include_str!("fixtures/dovecot.txt")),
    ("sshd", include_str!("fixtures/sshd.txt")),
    ("rsyslog", include_str!("fixtures/rsyslog.txt")),
    ("mariadb", include_str!("fixtures/mariadb.txt")),
    ("chrony", include_str!("fixtures/chrony.txt")),
    ("sudo", include_str!("fixtures/sudo.txt")),
    ("tor", include_str!("fixtures/tor.txt")),
    ("keepalived", include_str!("fixtures/keepalived.txt")),
    ("fail2ban", include_str!("fixtures/fail2ban.txt")),
    ("nftables", include_str!("fixtures/nftables.txt")),
    ("prometheus", include_str!("fixtures/prometheus.txt")),
    ("postgres", include_str!("fixtures/postgres.txt")),
];

struct Block<'t> {
    case: &'t str,
    status: i32,
    output: Vec<String>,
    expected: Vec<&'t str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let blocks = text.split("=== ").filter(|block| !block.is_empty());
    let block = |block| -> Block<'_> {
        let mut lines = str::lines(block);
        let case = lines.next().unwrap();
        let _command = lines.next().unwrap().strip_prefix("$ ").unwrap();
        let status = lines.next().unwrap().strip_prefix("status ").unwrap().parse().unwrap();
        let (expected, output): (Vec<&str>, Vec<&str>) =
            lines.partition(|line| line.starts_with("! "));
        let output = output.into_iter().map(str::to_owned).collect();
        let expected = expected.iter().map(|line| line.trim_start_matches("! ")).collect();
        Block { case, status, output, expected }
    };
    blocks.map(block).collect()
}

fn understood(name: &str, block: &Block<'_>) -> Vec<String> {
    let row = table::rows().find(|row| row.name == name).unwrap();
    let mut test = ConfigTest {
        command: String::new(),
        user: None,
        end: TestEnd::NotRun,
        output: block.output.clone(),
        not_run: None,
        complaints: Vec::new(),
    };
    let found = run::judge(row, &mut test, Exit::Status(block.status), false);
    match test.end {
        TestEnd::Passed => vec!["passed".to_owned()],
        TestEnd::NotRun => vec!["not run".to_owned()],
        _ => found.iter().map(|found| row.say(&found.complaint)).collect(),
    }
}

#[test]
fn what_daemons_wrote_is_understood() {
    for (name, text) in FIXTURES {
        for block in blocks(text) {
            let got = understood(name, &block);
            assert_eq!(got, block.expected, "{name}, {}", block.case);
        }
    }
}

#[test]
fn every_pattern_is_one() {
    for row in table::rows() {
        for pattern in row.complaints.iter().chain(row.noise) {
            assert!(super::complaints::compile(pattern).is_some(), "{}: {pattern}", row.name);
        }
    }
}

#[test]
fn a_setting_is_found_where_it_stands_last() {
    let file =
        |path: &str, text: &str| (path.to_owned(), text.lines().map(str::to_owned).collect());
    let files = [
        file("/etc/a.conf", "port = 1\n# max_connections = 3\nmax_connections = abc\n"),
        file("/etc/b.conf", "[mysqld]\ninnodb_flush_method=x\n$FooBar on\n"),
    ];
    let found = |key: &str| super::complaints::setting(key, &files);
    assert_eq!(found("max_connections"), Some(("/etc/a.conf".to_owned(), 3)));
    assert_eq!(found("innodb-flush-method"), Some(("/etc/b.conf".to_owned(), 2)));
    assert_eq!(found("FooBar"), Some(("/etc/b.conf".to_owned(), 3)));
    assert_eq!(found("nosuch"), None);
}

#[test]
fn what_a_daemon_passes_over_is_not_why_it_does_not_run() {
    let row = table::rows().find(|row| row.name == "rsyslog").unwrap();
    let test = |complaint| ConfigTest {
        command: String::new(),
        user: None,
        end: TestEnd::Failed(Exit::Status(1)),
        output: Vec::new(),
        not_run: None,
        complaints: vec![complaint],
    };
    let path = Some("/etc/rsyslog.conf".to_owned());
    let mut unknown = test((path.clone(), Some(7), "syntax error".to_owned()));
    run::drop_harmless(row, &mut unknown);
    assert_eq!(unknown.end, TestEnd::Passed);
    let mut missing = test((path, None, "No such file or directory".to_owned()));
    run::drop_harmless(row, &mut missing);
    assert_eq!(missing.end, TestEnd::Failed(Exit::Status(1)));
}
