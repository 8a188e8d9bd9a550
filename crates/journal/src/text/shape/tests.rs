use super::*;
use crate::text::{Options, Place, Record, message};

/// What a file of this one line gives: fields as `NAME=value` lines, in order.
fn taken(kind: Kind, line: &str) -> Vec<String> {
    let dialect = Dialect::of(kind, std::iter::once(line.as_bytes()));
    let mut build = Build::default();
    build.start(line.len());
    let Some(head) = dialect.head(line.as_bytes()) else { return Vec::new() };
    head.body(line.as_bytes(), &mut build);
    let options = Options::new(jiff::tz::TimeZone::UTC);
    message::finish(line.as_bytes(), head.is_syslog(), &options, 0, &mut build);
    let (spans, scratch) = build.parts();
    let record = Record {
        realtime_usec: 0,
        monotonic_usec: None,
        boot_id: None,
        place: Place::default(),
        path: std::path::Path::new("/x"),
        cut_bytes: 0,
        text: line.as_bytes(),
        scratch,
        spans,
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    record.fields().map(|field| format!("{}={}", text(field.name), text(field.value))).collect()
}

#[track_caller]
fn syslog(line: &str, expected: &[&str]) {
    assert_eq!(taken(Kind::Syslog, line), expected, "{line}");
}

#[track_caller]
fn service(line: &str, expected: &[&str]) {
    assert_eq!(taken(Kind::Service, line), expected, "{line}");
}

#[test]
fn rfc_3164() {
    let who = ["_HOSTNAME=host", "SYSLOG_IDENTIFIER=sshd", "SYSLOG_PID=12"];
    syslog(
        "Nov 23 01:22:13 host sshd[12]: Accepted: x",
        &[&who[..], &["MESSAGE=Accepted: x"]].concat(),
    );
    syslog(
        "Nov  3 01:22:13 host CRON: (root) CMD",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=CRON", "MESSAGE=(root) CMD"],
    );
    syslog(
        "<13>Nov  3 01:22:13 host logger: hi",
        &[
            "_HOSTNAME=host",
            "PRIORITY=5",
            "SYSLOG_FACILITY=1",
            "SYSLOG_IDENTIFIER=logger",
            "MESSAGE=hi",
        ],
    );
    syslog(
        "Nov  3 01:22:13 host daemon.info crond[7]: job",
        &[
            "_HOSTNAME=host",
            "PRIORITY=6",
            "SYSLOG_FACILITY=3",
            "SYSLOG_IDENTIFIER=crond",
            "SYSLOG_PID=7",
            "MESSAGE=job",
        ],
    );
    syslog(
        "Nov  3 01:22:13 host postfix/smtpd[7]: connect",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=postfix/smtpd", "SYSLOG_PID=7", "MESSAGE=connect"],
    );
    syslog("Nov  3 01:22:13 host no tag at all", &["_HOSTNAME=host", "MESSAGE=no tag at all"]);
    syslog(
        "Nov  3 01:22:13 tag[7]: text",
        &["SYSLOG_IDENTIFIER=tag", "SYSLOG_PID=7", "MESSAGE=text"],
    );
    syslog("Nov  3 01:22:13 host", &["_HOSTNAME=host", "MESSAGE="]);
    syslog(
        "Nov  3 01:22:13 host java[x]: text",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=java", "MESSAGE=text"],
    );
    syslog(
        "Nov  3 01:22:13 host a: one#012two#011three #033[1m #999 #01",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=a", "MESSAGE=one\ntwo\tthree \u{1b}[1m #999 #01"],
    );
}

#[test]
fn the_kernel_in_syslog() {
    syslog(
        "Nov 23 01:22:13 host kernel: [   12.345678] usb 1-1: new",
        &[
            "_HOSTNAME=host",
            "SYSLOG_IDENTIFIER=kernel",
            "_TRANSPORT=kernel",
            "_SOURCE_MONOTONIC_TIMESTAMP=12345678",
            "MESSAGE=usb 1-1: new",
        ],
    );
    syslog(
        "Nov 23 01:22:13 host kernel: [drm] up",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=kernel", "_TRANSPORT=kernel", "MESSAGE=[drm] up"],
    );
}

#[test]
fn rsyslogs_precise_times_and_rfc_5424() {
    syslog(
        "2026-11-23T01:22:13.123456+00:00 host sshd[12]: text",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=sshd", "SYSLOG_PID=12", "MESSAGE=text"],
    );
    syslog(
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su 77 ID47 - \u{feff}'su root' failed",
        &[
            "_HOSTNAME=mymachine.example.com",
            "SYSLOG_IDENTIFIER=su",
            "SYSLOG_PID=77",
            "SYSLOG_MSGID=ID47",
            "PRIORITY=2",
            "SYSLOG_FACILITY=4",
            "MESSAGE='su root' failed",
        ],
    );
    syslog(
        r#"<165>1 2003-10-11T22:14:15Z - evntslog - ID47 [a@1 iut="3" b="x\"]y"][c] An event"#,
        &[
            "SYSLOG_IDENTIFIER=evntslog",
            "SYSLOG_MSGID=ID47",
            "PRIORITY=5",
            "SYSLOG_FACILITY=20",
            r#"SYSLOG_STRUCTURED_DATA=[a@1 iut="3" b="x\"]y"][c]"#,
            "MESSAGE=An event",
        ],
    );
}

#[test]
fn a_repetition_belongs_to_the_line_before() {
    let dialect = Dialect::of(Kind::Syslog, std::iter::empty());
    assert!(dialect.head(b"Nov 23 01:22:13 host last message repeated 3 times").is_none());
    assert!(dialect.head(b"Nov 23 01:22:13 host x: last message repeated 3 times").is_some());
}

#[test]
fn web_servers() {
    service(
        "2026/11/23 01:22:13 [error] 123#124: *1 open() failed",
        &["PRIORITY=3", "SYSLOG_PID=123", "MESSAGE=[error] 123#124: *1 open() failed"],
    );
    service(
        "[Mon Nov 23 01:22:13.123456 2026] [core:warn] [pid 123:tid 140] AH0: text",
        &["PRIORITY=4", "SYSLOG_PID=123", "MESSAGE=[core:warn] [pid 123:tid 140] AH0: text"],
    );
    let access = r#"10.0.0.1 - al [23/Nov/2026:01:22:13 +0000] "GET / HTTP/1.1" 200 1"#;
    service(access, &["PRIORITY=6", &format!("MESSAGE={access}")]);
    service(
        "[23-Nov-2026 01:22:13] NOTICE: fpm is running, pid 1",
        &["PRIORITY=5", "MESSAGE=NOTICE: fpm is running, pid 1"],
    );
    service(
        "1700000000.123    456 10.0.0.1 TCP_MISS/200 1",
        &["MESSAGE=456 10.0.0.1 TCP_MISS/200 1"],
    );
}

#[test]
fn databases() {
    service(
        "1234:M 23 Nov 2026 01:22:13.123 # Warning: x",
        &["PRIORITY=4", "SYSLOG_PID=1234", "MESSAGE=Warning: x"],
    );
    service(
        "2026-11-23 01:22:13.123 UTC [1234] ERROR:  relation",
        &["PRIORITY=3", "SYSLOG_PID=1234", "MESSAGE=[1234] ERROR:  relation"],
    );
    service(
        "2026-11-23T01:22:13.123456Z 0 [Warning] [MY-010116] [Server] text",
        &["PRIORITY=4", "MESSAGE=0 [Warning] [MY-010116] [Server] text"],
    );
    service("2026-11-23  1:22:13 0 [Note] text", &["PRIORITY=5", "MESSAGE=0 [Note] text"]);
    service("261123  1:22:13 [ERROR] text", &["PRIORITY=3", "MESSAGE=[ERROR] text"]);
}

#[test]
fn languages() {
    service(
        "2026-11-23 01:22:13,123 - app - ERROR - text",
        &["PRIORITY=3", "MESSAGE=app - ERROR - text"],
    );
    service(
        "2026-11-23 01:22:13,123 INFO  [main] c.C: text",
        &["PRIORITY=6", "MESSAGE=INFO  [main] c.C: text"],
    );
    service("2026/11/23 01:22:13 an error occurred", &["MESSAGE=an error occurred"]);
    service(
        "E1123 01:22:13.123456    1234 f.go:12] text",
        &["PRIORITY=3", "MESSAGE=1234 f.go:12] text"],
    );
    service(
        "E, [2026-11-23T01:22:13.123456 #1234] ERROR -- : text",
        &["PRIORITY=3", "SYSLOG_PID=1234", "MESSAGE=#1234] ERROR -- : text"],
    );
    service("WARNING 2026-11-23 01:22:13,123 x text", &["PRIORITY=4", "MESSAGE=x text"]);
    service(
        "[2026-11-23T01:22:13,123][WARN ][o.e.n] text",
        &["PRIORITY=4", "MESSAGE=[WARN ][o.e.n] text"],
    );
}

#[test]
fn names_and_values() {
    for line in [
        r#"{"level":"error","ts":1700000000.123,"msg":"x"}"#,
        r#"{"msg":"a \"time\": x","time":"2026-11-23T01:22:13Z","level":50}"#,
        r#"{"t":{"$date":"2026-11-23T01:22:13.123+00:00"},"s":"E","c":"x"}"#,
        r#"time="2026-11-23T01:22:13Z" level=error msg="x y""#,
        "level=error ts=2026-11-23T01:22:13.123Z caller=x",
    ] {
        service(line, &["PRIORITY=3", &format!("MESSAGE={line}")]);
    }
    assert_eq!(taken(Kind::Service, r#"{"msg":"no time"}"#), Vec::<String>::new());
    let audit = "type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e";
    service(audit, &[&format!("MESSAGE={audit}")]);
}

#[test]
fn a_file_of_a_service_that_syslogd_writes() {
    service(
        "Nov 23 01:22:13 host haproxy[12]: Connect from",
        &["_HOSTNAME=host", "SYSLOG_IDENTIFIER=haproxy", "SYSLOG_PID=12", "MESSAGE=Connect from"],
    );
    // The second word is a level, not a host.
    service("2026-11-23T01:22:13Z INFO module: text", &["PRIORITY=6", "MESSAGE=INFO module: text"]);
}

#[test]
fn text_that_looks_like_a_time_now_and_then_is_text() {
    let mut lines = vec!["2026-11-23 01:22:13 INFO text"; 40];
    lines.push("1700000000 is a number");
    let dialect = Dialect::of(Kind::Service, lines.iter().map(|line| line.as_bytes()));
    assert!(dialect.head(b"2026-11-23 01:22:13 INFO text").is_some());
    assert!(dialect.head(b"1700000000 is a number").is_none());
    assert!(Dialect::of(Kind::Service, [&b"no"[..], b"times"].into_iter()).is_timeless());
}
