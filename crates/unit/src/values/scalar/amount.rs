//! How much of something: so many, a share of all, or without limit.

use std::fmt;

use super::{
    NumberError, Value, format_permyriad, invalid, number, parse_permyriad, parse_size, size,
};
use crate::diagnostic::Problem;

/// A size or a count, a share of what there is, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many bytes, tasks, or whatever the directive counts.
    Exact(u64),
    /// A share of what the machine has, in parts of 10,000. More than 10,000 for processors.
    Share(u32),
    /// No limit.
    Infinity,
}

impl Amount {
    /// The share as systemd shows it on the bus: 2³²-1 is all of it.
    pub fn share_of_u32(self) -> Option<u32> {
        let Amount::Share(permyriad) = self else { return None };
        // To the nearest, as systemd rounds.
        let scaled = u64::from(permyriad).saturating_mul(u64::from(u32::MAX));
        let scaled = scaled.saturating_add(5_000) / 10_000;
        u32::try_from(scaled).ok()
    }

    /// The share of a whole: of the bytes of memory, of the tasks that the kernel allows.
    /// `u64::MAX` for no limit.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            Amount::Exact(exact) => exact,
            Amount::Share(permyriad) => {
                let part = u128::from(whole).saturating_mul(u128::from(permyriad)) / 10_000;
                u64::try_from(part).unwrap_or(u64::MAX)
            }
            Amount::Infinity => u64::MAX,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Exact(exact) => write!(f, "{exact}"),
            Amount::Share(permyriad) => format_permyriad(*permyriad, f),
            Amount::Infinity => f.write_str("infinity"),
        }
    }
}

const ALL: u32 = 10_000;

/// A share of at most all of it; `None` where the text is something else.
fn share(text: &str) -> Option<Amount> {
    parse_permyriad(text).ok().filter(|permyriad| *permyriad <= ALL).map(Amount::Share)
}

/// The limits that may be zero: what is protected from being taken away, and swap.
const MAY_BE_ZERO: [&str; 11] = [
    "MemorySwapMax",
    "StartupMemorySwapMax",
    "MemoryZSwapMax",
    "StartupMemoryZSwapMax",
    "MemoryLow",
    "StartupMemoryLow",
    "MemoryMin",
    "StartupMemoryMin",
    "DefaultMemoryLow",
    "DefaultStartupMemoryLow",
    "DefaultMemoryMin",
];

pub(super) fn memory(text: &str, name: &str) -> Result<Value, Problem> {
    if text == "infinity" {
        return Ok(Value::Amount(Amount::Infinity));
    }
    let amount = match share(text) {
        Some(share) => share,
        None => Amount::Exact(parse_size(text, 1024).map_err(|error| {
            let help = "write a size such as 512M, a percentage up to 100%, or infinity";
            size::problem(text, error).with_help(help)
        })?),
    };
    let is_zero = matches!(amount, Amount::Exact(0) | Amount::Share(0));
    if is_zero && !MAY_BE_ZERO.contains(&name) || amount == Amount::Exact(u64::MAX) {
        return Err(invalid(text, "is out of range").with_help("write infinity for no limit"));
    }
    Ok(Value::Amount(amount))
}

pub(super) fn tasks(text: &str) -> Result<Value, Problem> {
    let amount = match (text, share(text)) {
        ("infinity", _) => Some(Amount::Infinity),
        (_, Some(share)) => Some(share),
        _ => number::unsigned(text)
            .ok()
            .filter(|count| (1..u64::MAX).contains(count))
            .map(Amount::Exact),
    };
    amount.map(Value::Amount).ok_or_else(|| {
        invalid(text, "is not a number of tasks")
            .with_help("write a number above 0, a percentage up to 100%, or infinity")
    })
}

pub(super) fn count(text: &str) -> Result<Value, Problem> {
    let amount = match text {
        "infinity" => Ok(Amount::Infinity),
        _ => number::unsigned(text).map(Amount::Exact),
    };
    amount.map(Value::Amount).map_err(|error| {
        let what = match error {
            NumberError::Syntax => "is not a number",
            NumberError::Range => "is out of range",
        };
        invalid(text, what).with_help("write a number from 0 up, or infinity")
    })
}

pub(super) fn quota(text: &str) -> Result<Value, Problem> {
    if text == "off" {
        return Ok(Value::Flag(false));
    }
    if let Some(share) = share(text) {
        return Ok(Value::Amount(share));
    }
    match parse_size(text, 1024) {
        Ok(bytes) => Ok(Value::Amount(Amount::Exact(bytes))),
        Err(error) => {
            let help = "write a size such as 512M, a percentage up to 100%, or off";
            Err(size::problem(text, error).with_help(help))
        }
    }
}

pub(super) fn cpu_quota(text: &str) -> Result<Value, Problem> {
    match parse_permyriad(text) {
        Ok(permyriad @ 1..) => Ok(Value::Amount(Amount::Share(permyriad))),
        result => {
            let what = match result {
                Err(NumberError::Syntax) => "is not a percentage",
                _ => "is out of range",
            };
            Err(invalid(text, what)
                .with_help("write a percentage above 0%; 100% is one processor, 200% two"))
        }
    }
}

pub(super) fn percent(text: &str) -> Result<Value, Problem> {
    share(text).map(Value::Amount).ok_or_else(|| {
        invalid(text, "is not a percentage of a whole").with_help("write it as 0% to 100%")
    })
}
