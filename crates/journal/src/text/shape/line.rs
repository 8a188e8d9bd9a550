//! Lines that services write: time, level, text.

use super::{Build, Head, level};
use crate::text::scan::Scan;
use crate::text::stamp::{self, Stamp};

/// A date and a time, in brackets or behind a level or neither: nginx, apache, postgres, mysql, mariadb,
/// php-fpm, log4j, python's logging, Go's log, ruby, Tomcat, BIND, samba, and most others.
pub fn plain(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    let level = opening(&mut at);
    at.skip(b'[', 1);
    let text = at.rest();
    let (stamp, taken) = match text.first()? {
        b'0'..=b'9' => stamp::iso(text)
            .or_else(|| stamp::day_first(text))
            .or_else(|| stamp::six_digits(text))?,
        b'A'..=b'Z' => stamp::ctime(text).or_else(|| stamp::bsd(text))?,
        _ => return None,
    };
    at.advance(taken);
    // `22:13:44x` is no time; samba has `,  0]` behind it.
    if at.rest().first().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    Some(Head { level, ..Head::new(stamp, at.position()) })
}

/// `ERROR `, `[ERROR] `, `E, ` (ruby), `E ` (cups) before the time.
fn opening(at: &mut Scan<'_>) -> Option<u8> {
    let mut ahead = *at;
    ahead.skip(b'[', 1);
    if !ahead.rest().first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let word = ahead.until(b" ,]:")?;
    let level = match word {
        [letter] => level::of_letter(*letter)?,
        _ => level::of_word(word)?,
    };
    ahead.skip(b']', 1);
    ahead.one_of(b",: ")?;
    ahead.skip(b' ', 4);
    *at = ahead;
    Some(level)
}

/// Message, level and pid behind the time.
pub fn plain_body(text: &[u8], head: &Head, build: &mut Build) {
    let base = head.rest as usize;
    let rest = text.get(base..).unwrap_or_default();
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let Some(level) = head.level.or_else(|| level::in_prelude(line)) {
        build.number("PRIORITY", level);
    }
    if let Some((start, end)) = level::pid_in_prelude(line) {
        build.text("SYSLOG_PID", base + start, base + end);
    }
    let mut at = Scan::new(line);
    // What closes the time, and what stands between it and the text. `[` opens the level, `(` a thread.
    if at.byte(b']').is_some() {
        at.skip(b':', 1);
    }
    at.skip(b':', 1);
    at.skip(b' ', usize::MAX);
    if at.rest().starts_with(b"- ") || at.rest().starts_with(b"| ") {
        at.advance(2);
        at.skip(b' ', usize::MAX);
    }
    build.message_from(base + at.position());
}

/// `1.2.3.4 - user [23/Nov/2026:01:22:13 +0000] "GET …`: the line itself is the message.
pub fn access(line: &[u8]) -> Option<Head> {
    // Names of users may hold brackets; a date behind one is the time.
    let mut from = 0;
    loop {
        let rest = line.get(from..)?;
        let end = memchr::memchr2(b'[', b'\n', rest)?;
        if rest.get(end) != Some(&b'[') || from + end == 0 {
            return None;
        }
        let text = rest.get(end + 1..)?;
        let found = stamp::day_first(text).filter(|(_, taken)| text.get(*taken) == Some(&b']'));
        if let Some((stamp, _)) = found {
            return Some(Head { level: Some(6), ..Head::new(stamp, 0) });
        }
        from += end + 1;
    }
}

/// `123:M 23 Nov 2026 01:22:13.123 * text`; before redis 5 without the year.
pub fn redis(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    at.digits(1, 10)?;
    at.byte(b':')?;
    at.one_of(b"MSCX")?;
    at.byte(b' ')?;
    let (stamp, taken) = stamp::day_first(at.rest())?;
    at.advance(taken);
    let level = match at.rest() {
        [b' ', b'.', b' ', ..] => 7,
        [b' ', b'-', b' ', ..] => 6,
        [b' ', b'*', b' ', ..] => 5,
        [b' ', b'#', b' ', ..] => 4,
        _ => return None,
    };
    at.advance(3);
    Some(Head { level: Some(level), ..Head::new(stamp, at.position()) })
}

/// Redis names its process first.
pub fn redis_body(text: &[u8], head: &Head, build: &mut Build) {
    let mut at = Scan::new(text);
    at.until(b":");
    build.number("PRIORITY", head.level.unwrap_or(6));
    build.text("SYSLOG_PID", 0, at.position());
    build.message_from(head.rest as usize);
}

/// `E1123 01:22:13.123456    1234 file.go:12] text`.
pub fn klog(line: &[u8]) -> Option<Head> {
    let level = match line.first()? {
        letter @ (b'I' | b'W' | b'E' | b'F') => level::of_letter(*letter),
        _ => return None,
    };
    let (stamp, taken) = stamp::klog(line.get(1..)?)?;
    Some(Head { level, ..Head::new(stamp, taken + 1) })
}

/// `type=SYSCALL msg=audit(1700000000.123:456): …`: the line itself is the message.
pub fn audit(line: &[u8]) -> Option<Head> {
    const MARK: &[u8] = b"msg=audit(";
    let first = line.get(..line.len().min(128))?;
    let from = memchr::memmem::find(first, MARK)? + MARK.len();
    let (stamp, _) = stamp::unix(line.get(from..)?)?;
    Some(Head::new(stamp, 0))
}

/// Before 2001 and behind 2100 a number of ten digits is another number.
const UNIX_RANGE: std::ops::Range<u64> = 978_307_200_000_000..4_102_444_800_000_000;

/// `1700000000.123 …` (squid), `[1700000000] …` (unbound).
pub fn unix(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    at.skip(b'[', 1);
    let (stamp, taken) = stamp::unix(at.rest())?;
    at.advance(taken);
    at.one_of(b" ]:,\t")?;
    let is_plausible = matches!(stamp, Stamp::Unix(usec) if UNIX_RANGE.contains(&usec));
    is_plausible.then(|| Head::new(stamp, at.position()))
}
