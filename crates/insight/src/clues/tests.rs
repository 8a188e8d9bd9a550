//! Every row's example is read by that row.

use super::{Clues, Kind, pattern, table};
use crate::snapshot::{Line, Log, LogSource, Service};

#[test]
fn every_example_is_read_by_its_row() {
    let clues = Clues::new();
    assert!(clues.rows.len() > 400, "{}", clues.rows.len());
    let mut wrong = Vec::new();
    for row in table::rows() {
        if pattern::compile(row.pattern).is_none() {
            wrong.push(format!("{}: malformed: {}", row.from, row.pattern));
            continue;
        }
        let gives: Vec<(&str, String)> =
            row.gives.iter().map(|(word, value)| (*word, (*value).to_owned())).collect();
        match clues.read(row.example) {
            None => wrong.push(format!("{}: nothing reads {:?}", row.from, row.example)),
            Some((other, _)) if other.pattern != row.pattern => wrong.push(format!(
                "{}: {:?} is read by {} {:?} {:?}",
                row.from, row.example, other.from, other.kind, other.pattern
            )),
            Some((_, values)) => {
                let is_told = values.iter().all(|pair| gives.contains(pair));
                if !is_told || values.len() != gives.len() {
                    wrong.push(format!("{}: {:?} gives {values:?}", row.from, row.example));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

fn line(message: &str) -> Line {
    Line {
        time_usec: Some(1),
        source: LogSource::Service,
        origin: "journal".into(),
        level: None,
        pid: None,
        identifier: None,
        message_id: None,
        message: message.into(),
        is_of_last_run: true,
    }
}

fn service(messages: &[&str]) -> Service {
    let lines = messages.iter().map(|message| line(message)).collect();
    Service { log: Log { lines, ..Log::default() }, ..Service::default() }
}

#[test]
fn a_traceback_is_its_exception_and_its_innermost_frame() {
    let service = service(&[
        "Traceback (most recent call last):",
        "  File \"/opt/app/main.py\", line 12, in <module>",
        "    run()",
        "  File \"/opt/app/run.py\", line 3, in run",
        "    raise Odd(1)",
        "__main__.Odd: 1",
    ]);
    let clues = Clues::new().of_service(&service);
    assert_eq!(clues[0].kind, Kind::Traceback);
    assert_eq!(clues[0].get("message"), Some("__main__.Odd: 1"));
    assert_eq!(clues[0].get("place"), Some("/opt/app/run.py:3"));
}

#[test]
fn redis_tells_a_directive_over_three_lines() {
    let service = service(&[
        "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***",
        "Reading the configuration file, at line 12",
        ">>> 'logfile \"/var/log/x/y.log\"'",
        "Can't open the log file: Permission denied",
    ]);
    let clues = Clues::new().of_service(&service);
    let config = clues.iter().find(|clue| clue.get("line").is_some()).unwrap();
    let message = "logfile \"/var/log/x/y.log\": Can't open the log file: Permission denied";
    assert_eq!(config.get("message"), Some(message));
    let denied = clues.iter().find(|clue| clue.kind == Kind::PermissionDenied).unwrap();
    assert_eq!(denied.get("path"), Some("/var/log/x/y.log"));
}

#[test]
fn apache_says_what_is_wrong_on_the_next_line() {
    let service = service(&[
        "AH00526: Syntax error on line 12 of /etc/apache2/apache2.conf:",
        "Invalid command 'Foo', perhaps misspelled",
    ]);
    let clues = Clues::new().of_service(&service);
    assert_eq!(clues[0].get("message"), Some("Invalid command 'Foo', perhaps misspelled"));
}

#[test]
fn go_and_rust_panics_have_their_place() {
    let service = service(&[
        "panic: runtime error: index out of range [5] with length 3",
        "",
        "goroutine 1 [running]:",
        "main.main()",
        "\t/src/app/main.go:12 +0x1d",
    ]);
    let clues = Clues::new().of_service(&service);
    assert_eq!(clues[0].get("place"), Some("/src/app/main.go:12"));
}

/// Not a limit but a measure: `cargo test --release -p insight --lib -- --ignored --nocapture speed`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let ordinary = [
        "2026/11/23 04:41:00 [error] 812#812: *1 open() \"/srv/x\" failed (2: No such file or directory), client: 10.0.0.9",
        "10.0.0.9 - - [23/Nov/2026:04:41:00 +0000] \"GET /error/failed HTTP/1.1\" 404 612 \"-\" \"Mozilla/5.0\"",
        "INFO: request 7 of user 12 took 3 ms, no error, 0 errors, line 12",
        "2026-11-23 04:41:00 UTC [12] LOG:  checkpoint complete: wrote 3 buffers (0.0%); 0 WAL file(s) added",
        "2026-11-23 04:41:00 UTC [12] ERROR:  duplicate key value violates unique constraint \"x\"",
        "812:M 23 Nov 2026 04:41:00.123 * Background saving terminated with success",
        "postfix/smtpd[812]: connect from unknown[10.0.0.9]; cannot find the certificate for user x",
        "WARNING: connection to 10.0.0.9:5432 failed: Connection timed out, will retry",
    ];
    let texts: Vec<String> =
        (0..2000).map(|n| format!("{} {n}", ordinary[n % ordinary.len()])).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let service = service(&texts);
    let start = std::time::Instant::now();
    let clues = Clues::new();
    let made = start.elapsed();
    let count = clues.of_service(&service).len();
    eprintln!("made in {made:?}, 2,000 lines in {:?}, {count} clues", start.elapsed());
    let start = std::time::Instant::now();
    clues.of_service(&service);
    let compiled = clues.patterns.iter().filter(|cell| cell.get().is_some()).count();
    eprintln!("again {:?}; {compiled} patterns compiled", start.elapsed());
}

#[test]
fn lines_that_are_said_often_are_counted() {
    let texts: Vec<String> = (0..100)
        .map(|n| format!("bind() to 0.0.0.0:80 failed (98: Address already in use) {n}"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let service = service(&texts);
    let clues = Clues::new().of_service(&service);
    assert_eq!(clues.len(), 16);
    assert_eq!(clues.iter().map(super::Clue::times).sum::<usize>(), 100);
}

#[test]
fn a_manager_that_speaks_of_failure_is_no_service_that_does() {
    let mut service = service(&["x.service: Failed with result 'exit-code'."]);
    service.log.lines[0].source = LogSource::Manager;
    assert!(Clues::new().of_service(&service).is_empty());
}

#[test]
fn a_traceback_names_the_port_in_its_code() {
    let service = service(&[
        "Traceback (most recent call last):",
        "  File \"/opt/app.py\", line 2, in <module>",
        "    s=socket.socket(); s.bind((\"0.0.0.0\",80))",
        "OSError: [Errno 98] Address already in use",
    ]);
    let clues = Clues::new().of_service(&service);
    let taken = clues.iter().find(|clue| clue.kind == Kind::PortTaken).unwrap();
    assert_eq!(taken.get("port"), Some("80"));
}

#[test]
fn a_denied_bind_in_a_traceback_is_no_denied_file() {
    let service = service(&[
        "Traceback (most recent call last):",
        "  File \"/usr/lib/python3.11/socketserver.py\", line 456, in __init__",
        "    self.server_bind()",
        "  File \"/usr/lib/python3.11/http/server.py\", line 1303, in server_bind",
        "    return super().server_bind()",
        "           ^^^^^^^^^^^^^^^^^^^^^",
        "  File \"/usr/lib/python3.11/socketserver.py\", line 472, in server_bind",
        "    self.socket.bind(self.server_address)",
        "PermissionError: [Errno 13] Permission denied",
    ]);
    let clues = Clues::new().of_service(&service);
    let kinds: Vec<Kind> = clues.iter().map(|clue| clue.kind).collect();
    assert_eq!(kinds, [Kind::Traceback, Kind::BindDenied]);
}
