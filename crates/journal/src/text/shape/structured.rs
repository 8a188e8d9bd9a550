//! Lines of names and values: JSON and `name=value`. The line itself is the message: whoever shows it
//! shows it readably.

use super::{Build, Head, level};
use crate::text::scan::Scan;
use crate::text::stamp::{self, Stamp};

/// Names that the time goes by.
const TIMES: [&[u8]; 10] = [
    b"time",
    b"ts",
    b"timestamp",
    b"@timestamp",
    b"t",
    b"date",
    b"datetime",
    b"asctime",
    b"Timestamp",
    b"$date",
];

/// Names that the level goes by.
const LEVELS: [&[u8]; 8] =
    [b"level", b"lvl", b"severity", b"levelname", b"log.level", b"loglevel", b"Level", b"s"];

/// Members are looked at up to this many.
const MEMBERS_MAX: usize = 64;

/// `{"time":"2026-11-23T01:22:13Z","level":"info","msg":"text"}`.
pub fn json(line: &[u8]) -> Option<Head> {
    let mut at = Scan::new(line);
    at.byte(b'{')?;
    let (mut time, mut level) = (None, None);
    for _ in 0..MEMBERS_MAX {
        let Some((name, value)) = member(&mut at) else { break };
        if time.is_none() && TIMES.contains(&name) {
            time = time_of(value);
        } else if level.is_none() && LEVELS.contains(&name) {
            level = level_of(value);
        }
        if time.is_some() && level.is_some() {
            break;
        }
    }
    Some(Head { level, ..Head::new(time?, 0) })
}

/// The next name and its value as it stands there, without quotes.
fn member<'a>(at: &mut Scan<'a>) -> Option<(&'a [u8], &'a [u8])> {
    blanks(at);
    at.skip(b',', 1);
    blanks(at);
    let name = string(at)?;
    blanks(at);
    at.byte(b':')?;
    blanks(at);
    let value = match at.rest().first()? {
        b'"' => string(at)?,
        b'{' | b'[' => nested(at)?,
        _ => at.until(b",} \t\n")?,
    };
    Some((name, value))
}

fn blanks(at: &mut Scan<'_>) {
    while at.one_of(b" \t").is_some() {}
}

fn string<'a>(at: &mut Scan<'a>) -> Option<&'a [u8]> {
    at.byte(b'"')?;
    let rest = at.rest();
    let mut from = 0;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', rest.get(from..)?)?;
        if rest.get(found) == Some(&b'"') {
            at.advance(found + 1);
            return rest.get(..found);
        }
        from = found + 2;
    }
}

/// An object or a list, whole.
fn nested<'a>(at: &mut Scan<'a>) -> Option<&'a [u8]> {
    let whole = at.rest();
    let start = at.position();
    let mut depth = 0_u32;
    loop {
        match at.rest().first()? {
            b'"' => {
                string(at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at.advance(1);
        if depth == 0 {
            return whole.get(..at.position() - start);
        }
    }
}

/// A time in a member: text, a number of seconds or milliseconds, or mongod's `{"$date":"…"}`.
fn time_of(value: &[u8]) -> Option<Stamp> {
    if value.starts_with(b"{") {
        let mut at = Scan::new(value);
        at.advance(1);
        let (name, value) = member(&mut at)?;
        return if name == b"$date" { time_of_text(value) } else { None };
    }
    time_of_text(value)
}

fn time_of_text(value: &[u8]) -> Option<Stamp> {
    let found = stamp::iso(value)
        .or_else(|| stamp::unix(value))
        .or_else(|| stamp::day_first(value))
        .or_else(|| stamp::ctime(value));
    found.map(|(stamp, _)| stamp)
}

/// A word, mongod's letter, or bunyan's and pino's number.
fn level_of(value: &[u8]) -> Option<u8> {
    match value {
        b"10" | b"20" => Some(7),
        b"30" => Some(6),
        b"40" => Some(4),
        b"50" => Some(3),
        b"60" => Some(2),
        [letter] => level::of_letter(*letter),
        _ => level::of_word(value),
    }
}

/// Pairs are looked at in so many bytes.
const PAIRS_BYTES: usize = 512;

/// `time="2026-11-23T01:22:13Z" level=info msg="text"`, `level=info ts=…`.
pub fn pairs(line: &[u8]) -> Option<Head> {
    let first = line.get(..line.len().min(PAIRS_BYTES))?;
    let mut at = Scan::new(first);
    let (mut time, mut level) = (None, None);
    for _ in 0..MEMBERS_MAX {
        let Some((name, value)) = pair(&mut at) else { break };
        if time.is_none() && TIMES.contains(&name) {
            time = time_of_text(value);
        } else if level.is_none() && LEVELS.contains(&name) {
            level = level_of(value);
        }
        if time.is_some() && level.is_some() {
            break;
        }
    }
    Some(Head { level, ..Head::new(time?, 0) })
}

fn pair<'a>(at: &mut Scan<'a>) -> Option<(&'a [u8], &'a [u8])> {
    blanks(at);
    let name = at.until(b"= \n\"")?;
    at.byte(b'=')?;
    let value = match at.rest().first()? {
        b'"' => string(at)?,
        _ => at.until(b" \n").unwrap_or_default(),
    };
    Some((name, value))
}

/// The whole record is the message.
pub fn whole(_text: &[u8], head: &Head, build: &mut Build) {
    if let Some(level) = head.level {
        build.number("PRIORITY", level);
    }
}
