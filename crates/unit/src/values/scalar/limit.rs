//! Resource limits (systemd.exec(5), PROCESS PROPERTIES; setrlimit(2)).

use std::fmt;

use super::{NumberError, Value, invalid, number, parse_size};
use crate::{diagnostic::Problem, table::kind::LimitUnit, time::span};

/// No limit.
const INFINITY: u64 = u64::MAX;

/// A resource limit in the kernel's own unit; `u64::MAX` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What holds, and can be raised by the process.
    pub soft: u64,
    /// Up to here.
    pub hard: u64,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |limit| match limit {
            INFINITY => f.write_str("infinity"),
            limit => write!(f, "{limit}"),
        };
        write(self.soft)?;
        if self.hard != self.soft {
            f.write_str(":")?;
            match self.hard {
                INFINITY => f.write_str("infinity")?,
                hard => write!(f, "{hard}")?,
            }
        }
        Ok(())
    }
}

pub(super) fn parse(unit: LimitUnit, text: &str) -> Result<Value, Problem> {
    let (soft_text, hard_text) = match text.split_once(':') {
        // systemd lets a colon at the end pass.
        Some((soft, hard)) => (soft, Some(hard.strip_suffix(':').unwrap_or(hard))),
        None => (text, None),
    };
    let failed = |at: usize, word: &str, error| {
        let problem = problem(unit, word, error);
        let range = problem.at.start.saturating_add(at)..problem.at.end.saturating_add(at);
        Problem { at: range, ..problem }
    };
    let soft = one(unit, soft_text).map_err(|error| failed(0, soft_text, error))?;
    let Some(hard_text) = hard_text else {
        return Ok(Value::Limit(Limit { soft, hard: soft }));
    };
    let hard = one(unit, hard_text)
        .map_err(|error| failed(soft_text.len().saturating_add(1), hard_text, error))?;
    if soft > hard {
        return Err(invalid(text, "has a soft limit above the hard limit")
            .with_help("write the smaller one first, or one number for both"));
    }
    Ok(Value::Limit(Limit { soft, hard }))
}

fn one(unit: LimitUnit, text: &str) -> Result<u64, NumberError> {
    let finite = |limit: u64| match limit {
        INFINITY => Err(NumberError::Range),
        limit => Ok(limit),
    };
    match unit {
        LimitUnit::Nice => nice(text),
        _ if text == "infinity" => Ok(INFINITY),
        LimitUnit::Count => number::unsigned(text).and_then(finite),
        LimitUnit::Bytes => parse_size(text, 1024).and_then(finite),
        LimitUnit::Usec => span::parse_usec(text, 1).map_err(|_| NumberError::Syntax),
        LimitUnit::Seconds => match span::parse_usec(text, super::USEC_PER_SEC) {
            Ok(INFINITY) => Ok(INFINITY),
            Ok(usec) => Ok(usec.div_ceil(super::USEC_PER_SEC)),
            Err(_) => Err(NumberError::Syntax),
        },
    }
}

/// With a sign it is a nice level; without one it is the kernel's number, which goes the other way.
fn nice(text: &str) -> Result<u64, NumberError> {
    let in_range = |value: u64, max: u64| match value {
        value if value <= max => Ok(value),
        _ => Err(NumberError::Range),
    };
    if let Some(level) = text.strip_prefix('+') {
        return Ok(20_u64.saturating_sub(in_range(number::unsigned(level)?, 19)?));
    }
    if let Some(level) = text.strip_prefix('-') {
        return Ok(20_u64.saturating_add(in_range(number::unsigned(level)?, 20)?));
    }
    in_range(number::unsigned(text)?, 40)
}

fn problem(unit: LimitUnit, text: &str, error: NumberError) -> Problem {
    let what = match error {
        NumberError::Syntax => "is not a limit of this kind",
        NumberError::Range => "is out of range",
    };
    invalid(text, what).with_help(match unit {
        LimitUnit::Seconds => "write seconds, a time span such as 5min, or infinity",
        LimitUnit::Usec => "write microseconds, a time span such as 5s, or infinity",
        LimitUnit::Bytes => "write bytes, a size such as 512M, or infinity",
        LimitUnit::Count => "write a number or infinity",
        LimitUnit::Nice => "write a nice level with its sign, -20 to +19, or a number from 0 to 40",
    })
}
