//! Seeded choices, generated expressions, and what `systemd-analyze` says of them.

#![allow(dead_code, reason = "each test uses a part")]

pub mod expressions;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Choices that are the same in every run: xorshift64*.
pub struct Choices(u64);

impl Choices {
    pub fn new(seed: u64) -> Choices {
        Choices(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// What `systemd-analyze calendar` says of one expression.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is none.
    Refused,
    /// Its normalized form, and the local times at which it elapses; `None` where it gives up.
    Read(String, Option<Vec<String>>),
}

/// Asks `systemd-analyze` about many expressions in one call.
pub fn ask_calendar(
    zone: &str,
    base_seconds: u64,
    iterations: usize,
    expressions: &[String],
) -> Vec<Answer> {
    let output = Command::new("systemd-analyze")
        .arg(format!("--iterations={iterations}"))
        .arg(format!("--base-time=@{base_seconds}"))
        .args(["calendar", "--"])
        .args(expressions)
        .env_clear()
        .envs([("TZ", format!(":{zone}")), ("PATH", std::env::var("PATH").unwrap())])
        .envs([("LC_ALL", "C"), ("SYSTEMD_COLORS", "0"), ("COLUMNS", "10000")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let gave_up: BTreeSet<&str> = errors
        .lines()
        .filter_map(|line| line.strip_prefix("Failed to determine next elapse for '"))
        .filter_map(|line| Some(line.rsplit_once("': ")?.0))
        .collect();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let mut answers = Vec::new();
    for expression in expressions {
        let mut normal = None;
        let mut elapses = Vec::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            let (label, value) = line.split_once(": ").unwrap();
            match label.trim() {
                "Normalized form" => normal = Some(value.to_owned()),
                "Next elapse" if value == "never" => {}
                label if label == "Next elapse" || label.starts_with("Iter. #") => {
                    elapses.push(value.to_owned());
                }
                _ => {}
            }
        }
        answers.push(match normal {
            Some(normal) => Answer::Read(normal, Some(elapses)),
            // The table is not printed when the next elapse isn't found.
            None if gave_up.contains(expression.as_str()) => Answer::Read(String::new(), None),
            None => Answer::Refused,
        });
    }
    answers
}

/// What `systemd-analyze timespan` says: microseconds and the printed form, `None` for what it
/// refuses. It stops at the first that it refuses, so it is called again for the rest.
pub fn ask_timespan(spans: &[String]) -> Vec<Option<(u64, String)>> {
    let mut answers = Vec::new();
    while answers.len() < spans.len() {
        let output = Command::new("systemd-analyze")
            .args(["timespan", "--"])
            .args(&spans[answers.len()..])
            .envs([("LC_ALL", "C.UTF-8"), ("SYSTEMD_COLORS", "0"), ("COLUMNS", "10000")])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let value = |line: &str| line.split_once(": ").unwrap().1.to_owned();
        let mut usec = None;
        for line in text.lines().filter(|line| line.contains(": ")) {
            let label = line.split_once(": ").unwrap().0.trim();
            if label.ends_with('s') && label.chars().count() == 2 {
                usec = Some(value(line).parse().unwrap());
            } else if label == "Human" {
                answers.push(Some((usec.take().unwrap(), value(line))));
            }
        }
        if !output.status.success() {
            answers.push(None);
        }
    }
    answers
}

/// What `systemd-analyze timestamp` says: seconds since 1970.
pub fn ask_timestamp(zone: &str, times: &[String]) -> Vec<Option<String>> {
    let ask = |times: &[String]| {
        let output = Command::new("systemd-analyze")
            .args(["timestamp", "--"])
            .args(times)
            .envs([("TZ", format!(":{zone}")), ("LC_ALL", "C".into())])
            .envs([("SYSTEMD_COLORS", "0"), ("COLUMNS", "10000")])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = ask(times);
    let mut lines = text.lines();
    let mut answers = Vec::new();
    for _ in times {
        let found = lines.by_ref().take_while(|line| !line.is_empty()).fold(None, |found, line| {
            let (label, value) = line.split_once(": ").unwrap();
            if label.trim() == "UNIX seconds" { Some(value[1..].to_owned()) } else { found }
        });
        answers.push(found);
    }
    answers
}
