//! The values of options.

use std::ffi::{OsStr, OsString};

use launch::detach::{IoClass, Policy};

use super::Trouble;
use super::options::usage;
use crate::names::getopt::Line;

/// A number as the original takes it: digits alone, below 2^31.
pub fn number(text: &OsStr) -> Option<u32> {
    let text = text.to_str()?;
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number: &u32| is_digits && *number <= i32::MAX.cast_unsigned())
}

pub fn pid(line: &Line, letter: char, what: &str) -> Result<Option<i32>, Trouble> {
    let Some(text) = line.value(letter) else { return Ok(None) };
    let pid = number(text).and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 0);
    let wrong = || usage(&format!("{what} value must be a number greater than 0"));
    pid.map(Some).ok_or_else(wrong)
}

/// As atoi(3): what is no number is 0.
pub fn leading_number(text: &OsStr) -> i32 {
    let text = text.to_string_lossy();
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
    text.get(..sign + digits).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// As strtol(3) with base 0: octal with a leading 0, hexadecimal with 0x, else decimal.
pub fn umask(text: &OsStr) -> Result<u32, Trouble> {
    let text = text.to_str().unwrap_or_default();
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None if text.starts_with('0') => u32::from_str_radix(text, 8),
        None => text.parse(),
    };
    number.map_err(|_| usage("umask value must be a positive number"))
}

fn name_and_priority(text: &OsStr) -> (String, Option<OsString>) {
    let text = text.to_string_lossy();
    match text.split_once(':') {
        Some((name, priority)) => (name.to_owned(), Some(priority.into())),
        None => (text.into_owned(), None),
    }
}

fn priority(text: Option<OsString>, default: i32, what: &str) -> Result<i32, Trouble> {
    let Some(text) = text else { return Ok(default) };
    let number = number(&text).and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| Trouble::fatal(format_args!("invalid {what} scheduler priority")))
}

pub fn processor(text: &OsStr) -> Result<(String, Policy, i32), Trouble> {
    let (name, given) = name_and_priority(text);
    let given = priority(given, 0, "process")?;
    let (policy, range) = match name.as_str() {
        "other" => return Ok((name, Policy::Other, 0)),
        "fifo" => (Policy::Fifo, 1..=99),
        "rr" => (Policy::RoundRobin, 1..=99),
        _ => return Err(usage("invalid process scheduler policy")),
    };
    if given < *range.start() {
        return Err(usage("process scheduler priority less than min"));
    }
    if given > *range.end() {
        return Err(usage("process scheduler priority greater than max"));
    }
    Ok((name, policy, given))
}

pub fn io(text: &OsStr) -> Result<(String, IoClass, i32), Trouble> {
    let (name, given) = name_and_priority(text);
    let given = priority(given, 4, "IO")?;
    let (class, given) = match name.as_str() {
        "real-time" => (IoClass::RealTime, given),
        "best-effort" => (IoClass::BestEffort, given),
        "idle" => (IoClass::Idle, 7),
        _ => return Err(usage("invalid IO scheduler policy")),
    };
    match given {
        0..=7 => Ok((name, class, given)),
        _ => Err(usage("IO scheduler priority greater than max")),
    }
}

pub fn variable(text: &OsStr) -> Result<(OsString, OsString), Trouble> {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let mut parts = text.as_bytes().splitn(2, |byte| *byte == b'=');
    let part = |part: Option<&[u8]>| OsString::from_vec(part.unwrap_or_default().to_vec());
    let (name, value) = (part(parts.next()), parts.next());
    match value {
        Some(value) if !name.is_empty() => Ok((name, part(Some(value)))),
        _ => Err(usage("--env needs NAME=VALUE")),
    }
}
