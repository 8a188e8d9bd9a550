//! What is written in the same way in several languages: accounts, signals, limits, modes.

use unit::values::scalar::{parse_signal, signal_name};

use crate::{Definition, Limit};

/// `user:group`, `user`, `:group`.
pub(super) fn account(definition: &mut Definition, text: &str) {
    let (user, group) = text.split_once(':').unwrap_or((text, ""));
    if !user.is_empty() && user != "root" && user != "0" {
        definition.user = Some(user.to_owned());
    }
    let is_root = matches!(user, "" | "root" | "0") && matches!(group, "root" | "0");
    if !group.is_empty() && !is_root {
        definition.group = Some(group.to_owned());
    }
}

/// A signal by name, with or without `SIG`, or by number: its whole name.
pub(super) fn signal(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('-').to_ascii_uppercase();
    parse_signal(&text).map(|signal| signal_name(signal).into_owned())
}

/// Seconds, as microseconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    text.trim().parse::<u64>().ok()?.checked_mul(1_000_000)
}

/// `0755`, `755`: octal ones only.
pub(super) fn mode(text: &str) -> Option<u32> {
    let text = text.trim();
    let is_octal = !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    is_octal.then(|| u32::from_str_radix(text, 8).ok()).flatten().filter(|mode| *mode <= 0o7777)
}

/// start-stop-daemon's `--retry`: the first signal, the first timeout in microseconds, and whether
/// more is said than that a kill follows.
pub(super) fn retry(text: &str) -> Option<(Option<String>, u64, bool)> {
    let mut parts = text.trim().split('/');
    let first = parts.next()?;
    if let Some(usec) = seconds(first) {
        return Some((None, usec, parts.next().is_some()));
    }
    let first = signal(first)?;
    let usec = match parts.next()? {
        "forever" => u64::MAX,
        text => seconds(text)?,
    };
    let rest: Vec<&str> = parts.collect();
    let is_usual = match rest.as_slice() {
        [] => true,
        [kill, ..] => signal(kill).as_deref() == Some("SIGKILL") && rest.len() <= 2,
    };
    Some((Some(first), usec, !is_usual))
}

/// The letters of ulimit, its names in systemd, and how many of the kernel's units one of its own
/// has.
const LIMITS: [(char, &str, u64); 13] = [
    ('c', "CORE", 512),
    ('d', "DATA", 1024),
    ('f', "FSIZE", 512),
    ('i', "SIGPENDING", 1),
    ('l', "MEMLOCK", 1024),
    ('m', "RSS", 1024),
    ('n', "NOFILE", 1),
    ('q', "MSGQUEUE", 1),
    ('r', "RTPRIO", 1),
    ('s', "STACK", 1024),
    ('t', "CPU", 1),
    ('u', "NPROC", 1),
    ('v', "AS", 1024),
];

/// The letter of a limit, and how many of the kernel's units one of ulimit's has.
pub(crate) fn limit_letter(name: &str) -> Option<(char, u64)> {
    LIMITS.iter().find(|row| row.1 == name).map(|(letter, _, scale)| (*letter, *scale))
}

/// Arguments of ulimit. `false`: there is something else in them.
pub(super) fn ulimit(definition: &mut Definition, arguments: &[String]) -> bool {
    let (mut soft, mut hard) = (true, true);
    let mut arguments = arguments.iter();
    let mut is_all = true;
    while let Some(argument) = arguments.next() {
        let Some(letters) = argument.strip_prefix('-') else {
            is_all = false;
            continue;
        };
        for letter in letters.chars() {
            match letter {
                'S' => (soft, hard) = (true, letters.contains('H')),
                'H' => (soft, hard) = (letters.contains('S'), true),
                _ => {
                    // dash and busybox have another letter for the number of processes.
                    let letter = if letter == 'p' { 'u' } else { letter };
                    let row = LIMITS.iter().find(|row| row.0 == letter);
                    let value = arguments.next().map(String::as_str);
                    is_all &= set_limit(definition, row, value, (soft, hard));
                }
            }
        }
    }
    is_all
}

fn set_limit(
    definition: &mut Definition,
    row: Option<&(char, &str, u64)>,
    value: Option<&str>,
    (soft, hard): (bool, bool),
) -> bool {
    let (Some((_, name, scale)), Some(value)) = (row, value) else { return false };
    let value = match value {
        "unlimited" => Some(u64::MAX),
        number => number.parse::<u64>().ok().and_then(|number| number.checked_mul(*scale)),
    };
    let Some(value) = value else { return false };
    match definition.limits.iter_mut().find(|limit| limit.name == *name) {
        Some(limit) => {
            limit.soft = if soft { value } else { limit.soft };
            limit.hard = if hard { value } else { limit.hard };
        }
        None => {
            definition.limits.push(Limit { name: (*name).to_owned(), soft: value, hard: value });
        }
    }
    true
}
