//! Files that a real rsyslogd writes, in each of its formats, rotated and compressed while it runs: all
//! tell the same, and what was logged.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use std::path::{Path, PathBuf};
use std::time::Duration;

use journal::text::{Direction, Files, Options, Seek, Source};
use testkit::boxes::{Kind, Machine, Plan};
use text::{syslog, zone};

/// Not UTC, and not the zone of anybody who runs this by chance.
const ZONE: &str = "America/St_Johns";

const RULES: &str = r#"
template(name="pri" type="string" string="<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\n")
if $syslogfacility-text == "local3" then {
    action(type="omfile" file="/var/log/three" template="RSYSLOG_TraditionalFileFormat")
    action(type="omfile" file="/var/log/iso" template="RSYSLOG_FileFormat")
    action(type="omfile" file="/var/log/five" template="RSYSLOG_SyslogProtocol23Format")
    action(type="omfile" file="/var/log/pri" template="pri")
    stop
}
"#;

const FORMATS: [&str; 4] = ["three", "iso", "five", "pri"];

/// What is logged: tag, pid, priority, text, and the text as it is found.
const LOGGED: &[(&str, &str, u8, &str, &str)] = &[
    ("plain", "12", 6, "a message", "a message"),
    ("post/fix", "13", 3, "tab\there", "tab\there"),
    ("with-dash.and_dot", "14", 4, "[info] key: value", "[info] key: value"),
    ("umlaut", "15", 5, "grüße und 猫", "grüße und 猫"),
    ("hash", "16", 7, "#99 #0a # end", "#99 #0a # end"),
    ("kernel", "17", 6, "nothing like [   12.5] it", "nothing like [   12.5] it"),
    ("quote", "18", 0, "\"a\" 'b' \\c {d} %e", "\"a\" 'b' \\c {d} %e"),
];

fn boot() -> Machine {
    let plan = Plan::new(Kind::Sysv)
        .put(&Path::new("/usr/share/zoneinfo").join(ZONE), "/var/lib/zone-of-the-test")
        .unwrap()
        .file("/etc/rsyslog.d/formats.conf", 0o644, RULES);
    let machine = plan.boot().unwrap();
    machine.shell("service rsyslog stop; TZ=:/var/lib/zone-of-the-test rsyslogd").unwrap();
    machine
}

fn log_all(machine: &Machine) {
    for (tag, pid, priority, text, _) in LOGGED {
        let text = text.replace('\'', r"'\''");
        let line = format!("logger -t {tag} --id={pid} -p local3.{priority} -- '{text}'");
        machine.shell(&line).unwrap();
    }
}

fn wait_for_lines(machine: &Machine, count: usize) {
    let script = format!(
        "for f in {}; do test $(cat /var/log/$f | wc -l) = {count}; done",
        FORMATS.join(" ")
    );
    machine.wait_for(&script, Duration::from_secs(20)).unwrap();
}

/// What is compared: seconds, tag, pid, text.
type Found = (u64, String, String, String);

fn next_all(source: &mut Files, format: &str) -> Vec<Found> {
    let mut found = Vec::new();
    while source.peek().is_some() {
        let record = source.record().unwrap();
        let field = |name: &str| {
            let value = record.get(name.as_bytes());
            String::from_utf8(value.unwrap_or_default().to_vec()).unwrap()
        };
        assert!(["box", "localhost"].contains(&field("_HOSTNAME").as_str()), "{format}");
        let who = (field("SYSLOG_IDENTIFIER"), field("SYSLOG_PID"));
        found.push((record.realtime_usec / 1_000_000, who.0, who.1, field("MESSAGE")));
        if format == "pri" {
            let (_, _, priority, ..) = LOGGED[(found.len() - 1) % LOGGED.len()];
            assert_eq!(
                (field("PRIORITY"), field("SYSLOG_FACILITY")),
                (priority.to_string(), "19".into())
            );
        }
        source.advance();
    }
    found
}

fn open(root: &Path, format: &str) -> Files {
    let path: PathBuf = root.join("var/log").join(format);
    syslog(&path, Options { follow: true, ..Options::new(zone(ZONE)) })
}

#[test]
fn every_format_of_rsyslog_tells_the_same() {
    let machine = boot();
    let root = machine.root();
    let mut following: Vec<Files> = FORMATS.iter().map(|format| open(&root, format)).collect();
    for source in &mut following {
        source.seek(Seek::Tail, Direction::Forward);
        assert_eq!(source.peek(), None);
    }
    log_all(&machine);
    wait_for_lines(&machine, LOGGED.len());
    // As logrotate does it, twice: the second time what was rotated is compressed.
    for round in 0..2 {
        machine
            .shell(&format!(
                "cd /var/log; for f in {}; do test {round} = 0 || gzip $f.1; \
                 test {round} = 0 || mv $f.1.gz $f.2.gz; mv $f $f.1; done; \
                 kill -HUP $(cat /run/rsyslogd.pid)",
                FORMATS.join(" ")
            ))
            .unwrap();
        log_all(&machine);
        wait_for_lines(&machine, LOGGED.len());
        for source in &mut following {
            source.refresh();
        }
    }
    let expected: Vec<(&str, &str, &str)> = LOGGED
        .iter()
        .map(|(tag, pid, _, _, text)| (*tag, *pid, *text))
        .cycle()
        .take(3 * LOGGED.len())
        .collect();
    let mut reference = None;
    for (format, source) in FORMATS.iter().zip(&mut following) {
        let mut all = open(&root, format);
        all.seek(Seek::Head, Direction::Forward);
        let found = next_all(&mut all, format);
        let said: Vec<_> =
            found.iter().map(|(_, a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        // What rsyslogd calls the program's name ends there.
        let tag =
            |tag: &'static str| if *format == "five" && tag == "post/fix" { "post" } else { tag };
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| (tag(a), *b, *c)).collect();
        assert_eq!(said, expected, "{format}");
        let times: Vec<u64> = found.iter().map(|(at, ..)| *at).collect();
        let reference = reference.get_or_insert_with(|| times.clone());
        assert_eq!(&times, reference, "{format}: times");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!(found.iter().all(|(at, ..)| now.as_secs().abs_diff(*at) < 600), "{format}: zone");
        // Who followed all the time missed nothing.
        let mut followed = Vec::new();
        for _ in 0..5 {
            source.refresh();
            followed.extend(next_all(source, format));
        }
        assert_eq!(followed, found, "{format}: followed");
    }
}
