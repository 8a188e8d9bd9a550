//! Numbers with names: log levels and facilities, types of service, memory in core dumps,
//! architectures.

use super::{Context, Value, invalid, number};
use crate::{
    diagnostic::Problem,
    values::syslog::{FACILITIES, LEVELS},
    values::words::{Rules, Words, shown},
};

/// The largest facility that fits beside a level.
const MAX_FACILITY: u64 = 127;

fn by_number(names: &[&'static str], text: &str) -> Option<&'static str> {
    let index = usize::try_from(number::unsigned(text).ok()?).ok()?;
    names.get(index).copied().filter(|name| !name.is_empty())
}

fn by_name(names: &[&'static str], text: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| !name.is_empty() && *name == text)
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    names.join(", ")
}

pub(super) fn log_level(text: &str) -> Result<Value, Problem> {
    by_name(&LEVELS, text).or_else(|| by_number(&LEVELS, text)).map(Value::Word).ok_or_else(|| {
        invalid(text, "is not a log level")
            .with_help(format!("write one of {}, or 0 to 7", listed(&LEVELS)))
    })
}

/// A facility's name, or its number where it has none.
pub(super) fn log_facility(text: &str) -> Result<Value, Problem> {
    if let Some(name) = by_name(&FACILITIES, text).or_else(|| by_number(&FACILITIES, text)) {
        return Ok(Value::Word(name));
    }
    match number::unsigned(text) {
        Ok(number @ ..=MAX_FACILITY) => {
            i64::try_from(number).map(Value::Integer).map_err(|_| invalid(text, "is out of range"))
        }
        _ => Err(invalid(text, "is not a log facility")
            .with_help(format!("write one of {}", listed(&FACILITIES)))),
    }
}

pub(super) fn ip_tos(text: &str) -> Result<Value, Problem> {
    let named = match text {
        "low-delay" => Some(0x10),
        "throughput" => Some(0x08),
        "reliability" => Some(0x04),
        "low-cost" => Some(0x02),
        _ => None,
    };
    let numbered = || number::signed(text).ok().filter(|number| (0..=255).contains(number));
    named.or_else(numbered).map(Value::Integer).ok_or_else(|| {
        invalid(text, "is not a type of service").with_help(
            "write low-delay, throughput, reliability, low-cost, or a number from 0 to 255",
        )
    })
}

/// The kinds of memory that a core dump can hold; the place is the bit (core(5)).
const MEMORY: [&str; 9] = [
    "private-anonymous",
    "shared-anonymous",
    "private-file-backed",
    "shared-file-backed",
    "elf-headers",
    "private-huge",
    "shared-huge",
    "private-dax",
    "shared-dax",
];

/// What the kernel dumps on its own.
const DEFAULT_MEMORY: u64 = 0x33;

pub(super) fn coredump_filter(text: &str) -> Result<Value, Problem> {
    let mut mask = 0;
    for word in Words::new(text, Rules::PLAIN) {
        let word = word.map_err(|error| error.problem())?;
        let bit = MEMORY.iter().zip(0_u32..).find(|(name, _)| ***name == *word.text);
        match (&*word.text, bit) {
            ("default", _) => mask |= DEFAULT_MEMORY,
            ("all", _) => mask = u64::from(u32::MAX),
            (_, Some((_, bit))) => mask |= 1_u64 << bit,
            (text, None) => match number::hexadecimal(text) {
                Ok(bits) => mask |= bits,
                Err(_) => {
                    let message = format!("{} is not a kind of memory", shown(text));
                    let help = format!("write {}, default, all, or hexadecimal", listed(&MEMORY));
                    return Err(Problem::value(word.at, message).with_help(help));
                }
            },
        }
    }
    Ok(Value::Mask(mask))
}

/// Architectures, each with the one that its kernel also runs.
const ARCHITECTURES: [(&str, &str); 33] = [
    ("x86-64", "x86"),
    ("x86", ""),
    ("arm64", "arm"),
    ("arm64-be", "arm-be"),
    ("arm", ""),
    ("arm-be", ""),
    ("alpha", ""),
    ("arc", ""),
    ("arc-be", ""),
    ("cris", ""),
    ("ia64", ""),
    ("loongarch64", ""),
    ("m68k", ""),
    ("mips64-le", "mips-le"),
    ("mips64", "mips"),
    ("mips-le", ""),
    ("mips", ""),
    ("nios2", ""),
    ("parisc64", "parisc"),
    ("parisc", ""),
    ("ppc64-le", "ppc-le"),
    ("ppc64", "ppc"),
    ("ppc", ""),
    ("ppc-le", ""),
    ("riscv32", ""),
    ("riscv64", ""),
    ("s390x", "s390"),
    ("s390", ""),
    ("sh64", ""),
    ("sh", ""),
    ("sparc64", "sparc"),
    ("sparc", ""),
    ("tilegx", ""),
];

pub(super) fn personality(text: &str, context: &Context<'_>) -> Result<Value, Problem> {
    let known = ARCHITECTURES.iter().find(|(name, _)| *name == text).map(|(name, _)| *name);
    let Some(name) = known else {
        return Err(invalid(text, "is not an architecture").with_help("write x86-64, x86, arm64 …"));
    };
    // What the machine is may not be known: then any may be right.
    let native = context.expander.expand("%a").unwrap_or_default();
    let of_machine = ARCHITECTURES.iter().find(|(name, _)| **name == *native);
    match of_machine {
        Some((native, secondary)) if *native != name && *secondary != name => {
            Err(invalid(text, "is not an architecture of this machine")
                .with_help(format!("programs for {native} run here")))
        }
        _ => Ok(Value::Word(name)),
    }
}
