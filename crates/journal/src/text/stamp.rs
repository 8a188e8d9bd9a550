//! The times that log lines bear, in the grammars that are met. Each function reads one at the start
//! of the text, and says how many bytes it took.

use super::calendar::{days_from_epoch, days_in_month};
use super::scan::Scan;

/// What a line says of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Date and time of day.
    Civil(Civil),
    /// Microseconds since 1970.
    Unix(u64),
}

/// Date and time of day as a clock on the wall shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Absent in RFC 3164 and klog.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// Seconds since midnight, 0 to 86399.
    pub second: u32,
    /// 0 to 999999.
    pub micros: u32,
    /// What the line says of its zone.
    pub offset: Offset,
}

/// What a line says of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// Nothing: local time.
    Local,
    /// Seconds east of Greenwich.
    East(i32),
    /// An abbreviation, padded with zeros: tells the two halves of a doubled hour apart.
    Name([u8; 5]),
}

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];
const DAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// `2026-11-23T01:22:13.123456+01:00`, `2026-11-23 01:22:13,123`, `2026/11/23 1:22:13`,
/// `2026-11-23  1:22:13` (mariadb), `20261123T012213Z`-like forms not.
pub fn iso(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let year = at.digits(4, 4)? as i16;
    let separator = at.one_of(b"-/.")?;
    let month = at.digits(2, 2)? as u8;
    at.byte(separator)?;
    let day = at.digits(2, 2)? as u8;
    at.one_of(b"T _:t")?;
    at.skip(b' ', 1);
    let (second, micros) = time_of_day(&mut at)?;
    let offset = offset(&mut at);
    civil(Some(year), month, day, second, micros, offset, &at)
}

/// `Nov 23 01:22:13`, `Nov  3 01:22:13.123`, `Nov 23 2026 01:22:13`, `Nov 23, 2026 1:22:13 AM`.
pub fn bsd(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let month = month(&mut at)?;
    at.byte(b' ')?;
    at.skip(b' ', 1);
    let day = at.digits(1, 2)? as u8;
    at.skip(b',', 1);
    at.byte(b' ')?;
    let year = year_and_blank(&mut at);
    let (mut second, micros) = time_of_day(&mut at)?;
    if at.rest().starts_with(b" PM") || at.rest().starts_with(b" AM") {
        let is_afternoon = at.rest().starts_with(b" PM");
        second = second % 43_200 + u32::from(is_afternoon) * 43_200;
        at.advance(3);
    }
    civil(year, month, day, second, micros, Offset::Local, &at)
}

/// `Mon Nov 23 01:22:13.123456 2026`, `Mon Nov 23 01:22:13 CET 2026`.
pub fn ctime(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let name = at.rest().first_chunk::<3>()?;
    DAYS.contains(&name).then_some(())?;
    at.advance(3);
    at.byte(b' ')?;
    let month = month(&mut at)?;
    at.byte(b' ')?;
    at.skip(b' ', 1);
    let day = at.digits(1, 2)? as u8;
    at.byte(b' ')?;
    let (second, micros) = time_of_day(&mut at)?;
    let offset = offset(&mut at);
    at.byte(b' ')?;
    let year = at.digits(4, 4)? as i16;
    civil(Some(year), month, day, second, micros, offset, &at)
}

/// `23/Nov/2026:01:22:13 +0000`, `23-Nov-2026 01:22:13.123`, `23 Nov 2026 01:22:13`, `23 Nov 01:22:13`.
pub fn day_first(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let day = at.digits(1, 2)? as u8;
    let separator = at.one_of(b"/- ")?;
    let month = month(&mut at)?;
    at.byte(separator)?;
    let year = match separator {
        b' ' => year_and_blank(&mut at),
        _ => {
            let year = at.digits(4, 4)? as i16;
            at.one_of(b": ")?;
            at.skip(b':', 1);
            Some(year)
        }
    };
    let (second, micros) = time_of_day(&mut at)?;
    let offset = offset(&mut at);
    civil(year, month, day, second, micros, offset, &at)
}

/// `1700000000`, `1700000000.123`, `1700000000123` (milliseconds), and 16 and 19 digits.
pub fn unix(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let number = at.digits(10, 19)?;
    let usec = match at.position() {
        10 => number.checked_mul(1_000_000)?.checked_add(fraction(&mut at, b".").into())?,
        13 => number.checked_mul(1_000)?.checked_add(u64::from(fraction(&mut at, b".")) / 1000)?,
        16 => number,
        19 => number / 1_000,
        _ => return None,
    };
    Some((Stamp::Unix(usec), at.position()))
}

/// `1123 01:22:13.123456` (klog, behind its letter).
pub fn klog(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let month = at.digits(2, 2)? as u8;
    let day = at.digits(2, 2)? as u8;
    at.byte(b' ')?;
    let (second, micros) = time_of_day(&mut at)?;
    civil(None, month, day, second, micros, Offset::Local, &at)
}

/// `261123  1:22:13` (mysql 5.5 and older).
pub fn six_digits(text: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = Scan::new(text);
    let year = 2000 + at.digits(2, 2)? as i16;
    let month = at.digits(2, 2)? as u8;
    let day = at.digits(2, 2)? as u8;
    at.byte(b' ')?;
    at.skip(b' ', 1);
    let (second, micros) = time_of_day(&mut at)?;
    civil(Some(year), month, day, second, micros, Offset::Local, &at)
}

/// The month of a name of three letters.
fn month(at: &mut Scan<'_>) -> Option<u8> {
    let name = at.rest().first_chunk::<3>()?;
    let index = MONTHS.iter().position(|month| *month == name)?;
    at.advance(3);
    Some(index as u8 + 1)
}

/// `2026 ` if that comes next.
fn year_and_blank(at: &mut Scan<'_>) -> Option<i16> {
    let mut ahead = *at;
    let year = ahead.digits(4, 4)?;
    ahead.byte(b' ')?;
    *at = ahead;
    Some(year as i16)
}

/// `[h]h:mm:ss[.,]ffffff` as seconds and microseconds. A leap second is the second before it.
fn time_of_day(at: &mut Scan<'_>) -> Option<(u32, u32)> {
    let hour = at.digits(1, 2)? as u32;
    at.byte(b':')?;
    let minute = at.digits(2, 2)? as u32;
    at.byte(b':')?;
    let second = at.digits(2, 2)? as u32;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let micros = fraction(at, b".,");
    Some((hour * 3600 + minute * 60 + second.min(59), micros))
}

/// `.123` in microseconds; 0 if there is none.
fn fraction(at: &mut Scan<'_>, marks: &[u8]) -> u32 {
    let is_fraction = matches!(at.rest(), [mark, digit, ..]
        if marks.contains(mark) && digit.is_ascii_digit());
    if !is_fraction {
        return 0;
    }
    at.advance(1);
    let (mut micros, mut scale) = (0, 100_000);
    while let Some(digit) = at.rest().first().filter(|byte| byte.is_ascii_digit()) {
        micros += u32::from(digit - b'0') * scale;
        scale /= 10;
        at.advance(1);
    }
    micros
}

/// `Z`, `+01:00`, ` +0100`, ` UTC`, ` CEST`; takes nothing if none of them comes next.
fn offset(at: &mut Scan<'_>) -> Offset {
    let mut ahead = *at;
    ahead.skip(b' ', 1);
    let has_blank = ahead.position() > at.position();
    let found = match ahead.rest().first() {
        Some(b'Z' | b'z') if !has_blank => {
            ahead.advance(1);
            Some(Offset::East(0))
        }
        Some(b'+' | b'-') => numeric_offset(&mut ahead),
        Some(b'A'..=b'Z') if has_blank => named_offset(&mut ahead),
        _ => None,
    };
    let is_whole = !ahead.rest().first().is_some_and(u8::is_ascii_alphanumeric);
    match found {
        Some(found) if is_whole => {
            *at = ahead;
            found
        }
        _ => Offset::Local,
    }
}

fn numeric_offset(at: &mut Scan<'_>) -> Option<Offset> {
    let sign = if at.one_of(b"+-")? == b'-' { -1 } else { 1 };
    let hours = at.digits(2, 2)? as i32;
    let has_colon = at.rest().first() == Some(&b':');
    at.skip(b':', 1);
    let minutes = match at.digits(2, 2) {
        Some(minutes) => minutes as i32,
        None if has_colon => return None,
        None => 0,
    };
    (hours < 24 && minutes < 60).then_some(Offset::East(sign * (hours * 3600 + minutes * 60)))
}

/// Only what is known to be a zone: many programs write their level there, in capitals too.
fn named_offset(at: &mut Scan<'_>) -> Option<Offset> {
    const GREENWICH: [&[u8]; 2] = [b"UTC", b"GMT"];
    const LEVELS: [&[u8]; 2] = [b"CRIT", b"ALERT"];
    let length = at.rest().iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let name = at.rest().get(..length)?;
    at.advance(length);
    if GREENWICH.contains(&name) {
        return Some(Offset::East(0));
    }
    let is_zone = (3..=5).contains(&length) && name.ends_with(b"T") && !LEVELS.contains(&name);
    let mut padded = [0; 5];
    padded.get_mut(..length)?.copy_from_slice(name);
    is_zone.then_some(Offset::Name(padded))
}

fn civil(
    year: Option<i16>,
    month: u8,
    day: u8,
    second: u32,
    micros: u32,
    offset: Offset,
    at: &Scan<'_>,
) -> Option<(Stamp, usize)> {
    let is_date = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    let civil = Civil { year, month, day, second, micros, offset };
    is_date.then_some((Stamp::Civil(civil), at.position()))
}

impl Civil {
    /// Seconds from 1970 as if the clock on the wall showed UTC.
    pub fn wall_seconds(&self, year: i16) -> i64 {
        let day = self.day.min(days_in_month(Some(year), self.month));
        days_from_epoch(year, self.month, day) * 86_400 + i64::from(self.second)
    }

    /// Whether that date is there in that year: false for 29 February of most.
    pub fn exists_in(&self, year: i16) -> bool {
        self.day <= days_in_month(Some(year), self.month)
    }
}

#[cfg(test)]
#[path = "stamp_tests.rs"]
mod tests;
