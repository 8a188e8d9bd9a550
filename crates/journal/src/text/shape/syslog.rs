//! Lines that syslogd writes: RFC 3164, RFC 5424, rsyslog's with precise times, busybox's.

use super::{Build, Head};
use crate::text::scan::Scan;
use crate::text::stamp;

/// Names of facilities in busybox's lines, in the order of their numbers (syslog(3)).
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "security", "console", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
];

/// Names of priorities in busybox's lines.
const PRIORITIES: [&[&str]; 8] = [
    &["emerg", "panic"],
    &["alert"],
    &["crit"],
    &["err", "error"],
    &["warn", "warning"],
    &["notice"],
    &["info"],
    &["debug"],
];

/// Hosts and identifiers are no longer than this.
const TOKEN_BYTES_MAX: usize = 256;

/// `<13>` and what it says: facility and priority.
fn pri(at: &mut Scan<'_>) -> Option<(u8, u8)> {
    let mut ahead = *at;
    ahead.byte(b'<')?;
    let number = ahead.digits(1, 3)?;
    ahead.byte(b'>')?;
    *at = ahead;
    (number < 192).then_some((number as u8 / 8, number as u8 % 8))
}

/// `Nov 23 01:22:13 `, behind `<13>` or not. sysklogd's note that the last line was repeated is none: it
/// belongs to that line.
pub fn head_3164(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    pri(&mut at);
    let (stamp, taken) = stamp::bsd(at.rest())?;
    at.advance(taken);
    at.byte(b' ')?;
    (!is_repetition(at.rest())).then(|| Head::new(stamp, at.position()))
}

/// `2026-11-23T01:22:13.123456+00:00 `.
pub fn head_iso(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    pri(&mut at);
    let (stamp, taken) = stamp::iso(at.rest())?;
    at.advance(taken);
    at.byte(b' ')?;
    (!is_repetition(at.rest())).then(|| Head::new(stamp, at.position()))
}

/// `<34>1 2026-11-23T01:22:13Z `, or without a time (`-`), which is none for us.
pub fn head_5424(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    pri(&mut at)?;
    at.byte(b'1')?;
    at.byte(b' ')?;
    let (stamp, taken) = stamp::iso(at.rest())?;
    at.advance(taken);
    at.byte(b' ')?;
    Some(Head::new(stamp, at.position()))
}

/// `host last message repeated 3 times`.
fn is_repetition(rest: &[u8]) -> bool {
    let mut at = Scan::new(rest);
    if at.until(b" \n").is_none_or(|host| host.ends_with(b":")) {
        return false;
    }
    at.advance(1);
    at.rest().starts_with(b"last message repeated ")
}

/// Whether a file of a service is written by syslogd all the same: each line has host and
/// identifier, and the host is always the same.
pub fn is_written_by_syslogd<'a>(lines: impl Iterator<Item = &'a [u8]>) -> bool {
    let (mut host, mut count) = (None, 0);
    for line in lines {
        if head_5424(line).is_some() {
            count += 1;
            continue;
        }
        let Some(head) = head_3164(line).or_else(|| head_iso(line)) else {
            // A line of a trace says nothing about its writer.
            continue;
        };
        let rest = line.get(head.rest as usize..).unwrap_or_default();
        let parts = Parts::of(rest);
        let Some((start, end)) = parts.host else { return false };
        let Some((tag_start, tag_end)) = parts.tag else { return false };
        let found = rest.get(start..end).unwrap_or_default();
        let tag = rest.get(tag_start..tag_end).unwrap_or_default();
        let is_level =
            super::level::of_word(found).or_else(|| super::level::of_word(tag)).is_some();
        if is_level || !is_host(found) || *host.get_or_insert(found) != found {
            return false;
        }
        count += 1;
    }
    count > 0
}

fn is_host(name: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:".contains(byte);
    name.iter().all(is_allowed) && !name.iter().all(u8::is_ascii_digit)
}

/// Where the parts of `host daemon.info tag[pid]: message` are.
#[derive(Default)]
struct Parts {
    host: Option<(usize, usize)>,
    pri: Option<(u8, u8)>,
    tag: Option<(usize, usize)>,
    pid: Option<(usize, usize)>,
    message: usize,
}

impl Parts {
    fn of(rest: &[u8]) -> Parts {
        let mut parts = Parts::default();
        let mut at = Scan::new(rest);
        // `tag[1]: ` at once: a syslogd that was told to leave out the host, or a local message of some.
        if !parts.take_tag(&mut at) {
            let Some(host) = at.until(b" \n").filter(|host| host.len() <= TOKEN_BYTES_MAX) else {
                return parts;
            };
            parts.host = Some((0, host.len()));
            at.skip(b' ', 1);
            parts.take_busybox(&mut at);
            parts.message = at.position();
            parts.take_tag(&mut at);
        }
        parts
    }

    /// `daemon.info `.
    fn take_busybox(&mut self, at: &mut Scan<'_>) {
        let mut ahead = *at;
        let Some(facility) = ahead.until(b". \n:[") else { return };
        let Some(facility) = FACILITIES.iter().position(|name| name.as_bytes() == facility) else {
            return;
        };
        if ahead.byte(b'.').is_none() {
            return;
        }
        let Some(word) = ahead.until(b" \n:[") else { return };
        let has_word = |names: &[&str]| names.iter().any(|name| name.as_bytes() == word);
        let Some(priority) = PRIORITIES.iter().position(|names| has_word(names)) else { return };
        if ahead.byte(b' ').is_some() {
            self.pri = Some((facility as u8, priority as u8));
            *at = ahead;
        }
    }

    /// `tag[pid]: ` or `tag: `; takes nothing if it is neither.
    fn take_tag(&mut self, at: &mut Scan<'_>) -> bool {
        let mut ahead = *at;
        let start = ahead.position();
        let Some(mut tag) = ahead.until(b"[ \n\t") else { return false };
        let has_colon = tag.last() == Some(&b':') && ahead.rest().first() != Some(&b'[');
        let mut pid = None;
        if has_colon {
            tag = tag.split_last().map_or(tag, |(_, tag)| tag);
        } else {
            let from = ahead.position() + 1;
            if ahead.byte(b'[').is_none() || ahead.until(b"] \n").is_none() {
                return false;
            }
            pid = Some((from, ahead.position()));
            if ahead.byte(b']').is_none() || ahead.byte(b':').is_none() {
                return false;
            }
        }
        if tag.is_empty() || tag.len() > TOKEN_BYTES_MAX {
            return false;
        }
        ahead.skip(b' ', 1);
        self.tag = Some((start, start + tag.len()));
        self.pid = pid;
        self.message = ahead.position();
        *at = ahead;
        true
    }
}

/// Fields of RFC 3164 lines, behind whichever time.
pub fn body_3164(text: &[u8], head: &Head, build: &mut Build) {
    let base = head.rest as usize;
    let rest = text.get(base..).unwrap_or_default();
    let parts = Parts::of(rest);
    if let Some((start, end)) = parts.host {
        build.text("_HOSTNAME", base + start, base + end);
    }
    put_pri(pri(&mut Scan::new(text)).or(parts.pri), build);
    let mut message = base + parts.message;
    if let Some((start, end)) = parts.tag {
        build.text("SYSLOG_IDENTIFIER", base + start, base + end);
        if rest.get(start..end) == Some(b"kernel") {
            build.fixed("_TRANSPORT", "kernel");
            message += kernel_time(text.get(message..).unwrap_or_default(), build);
        }
    }
    let pid = |(start, end): &(usize, usize)| {
        rest.get(*start..*end).is_some_and(|pid| pid.iter().all(u8::is_ascii_digit))
    };
    if let Some((start, end)) = parts.pid.filter(pid) {
        build.text("SYSLOG_PID", base + start, base + end);
    }
    build.message_from(message);
}

fn put_pri(pri: Option<(u8, u8)>, build: &mut Build) {
    if let Some((facility, priority)) = pri {
        build.number("PRIORITY", priority);
        build.number("SYSLOG_FACILITY", facility);
    }
}

/// `[   12.345678] ` that the kernel put before its message; returns how long it is.
fn kernel_time(message: &[u8], build: &mut Build) -> usize {
    let mut at = Scan::new(message);
    let mut take = || {
        at.byte(b'[')?;
        at.skip(b' ', 16);
        let seconds = at.digits(1, 12)?;
        at.byte(b'.')?;
        let micros = at.digits(6, 6)?;
        at.byte(b']')?;
        at.skip(b' ', 1);
        Some(seconds * 1_000_000 + micros)
    };
    let Some(usec) = take() else { return 0 };
    build.copy("_SOURCE_MONOTONIC_TIMESTAMP", usec.to_string().as_bytes());
    at.position()
}

/// Fields of `host app procid msgid [data] message`.
pub fn body_5424(text: &[u8], head: &Head, build: &mut Build) {
    const NAMES: [&str; 4] = ["_HOSTNAME", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "SYSLOG_MSGID"];
    let mut at = Scan::new(text);
    at.advance(head.rest as usize);
    for name in NAMES {
        let start = at.position();
        let Some(token) = at.until(b" \n") else { break };
        let is_number = token.iter().all(u8::is_ascii_digit);
        if token != b"-" && (name != "SYSLOG_PID" || is_number) {
            build.text(name, start, at.position());
        }
        at.skip(b' ', 1);
    }
    put_pri(pri(&mut Scan::new(text)), build);
    let start = at.position();
    if at.byte(b'-').is_none() {
        structured_data(&mut at);
        build.text("SYSLOG_STRUCTURED_DATA", start, at.position());
    }
    // rsyslog keeps the blank behind the tag of a message of the older form.
    at.skip(b' ', 2);
    // The mark that says that UTF-8 follows.
    if at.rest().starts_with(b"\xef\xbb\xbf") {
        at.advance(3);
    }
    build.message_from(at.position());
}

/// Takes `[id name="value"][id2]`; values may hold `\"`, `\\` and `\]`.
fn structured_data(at: &mut Scan<'_>) {
    while at.rest().first() == Some(&b'[') {
        let mut ahead = *at;
        let (mut is_quoted, mut is_escaped) = (false, false);
        let end = ahead.rest().iter().position(|byte| {
            let ends = *byte == b']' && !is_quoted;
            if !is_escaped && *byte == b'"' {
                is_quoted = !is_quoted;
            }
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        });
        let Some(end) = end else { return };
        ahead.advance(end + 1);
        *at = ahead;
    }
}
