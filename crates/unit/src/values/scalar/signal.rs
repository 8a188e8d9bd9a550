//! Signals by name or number (signal(7)).

use std::borrow::Cow;

use super::{Value, invalid, number};
use crate::diagnostic::Problem;

/// The names of signals 1 to 31, as on most processors.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// The first real-time signal that programs may use: the C library keeps two for itself.
const RTMIN: i32 = 34;
/// The last signal.
const RTMAX: i32 = 64;

/// The number of a signal: a name with or without `SIG`, `RTMIN+n`, `RTMAX-n`, or a number.
pub fn parse_signal(text: &str) -> Option<i32> {
    if let Ok(number) = number::signed(text) {
        return i32::try_from(number).ok().filter(|number| (1..=RTMAX).contains(number));
    }
    let name = text.strip_prefix("SIG").unwrap_or(text);
    if let Some(index) = NAMES.iter().position(|known| *known == name) {
        return i32::try_from(index.saturating_add(1)).ok();
    }
    let distance = |text: &str| {
        let distance = number::signed(text).ok()?;
        i32::try_from(distance)
            .ok()
            .filter(|distance| (RTMIN - RTMAX..=RTMAX - RTMIN).contains(distance))
    };
    if let Some(rest) = name.strip_prefix("RTMIN") {
        return match rest {
            "" => Some(RTMIN),
            rest => distance(rest)
                .filter(|distance| rest.starts_with('+') && *distance >= 0)
                .map(|distance| RTMIN + distance),
        };
    }
    match name.strip_prefix("RTMAX")? {
        "" => Some(RTMAX),
        rest => distance(rest)
            .filter(|distance| rest.starts_with('-') && *distance <= 0)
            .map(|distance| RTMAX + distance),
    }
}

/// The name of a signal, with `SIG`; its number where it has none.
pub fn signal_name(signal: i32) -> Cow<'static, str> {
    let name = usize::try_from(signal).ok().and_then(|index| NAMES.get(index.checked_sub(1)?));
    match (name, signal) {
        (Some(name), _) => format!("SIG{name}").into(),
        (None, RTMIN) => "SIGRTMIN".into(),
        (None, RTMAX) => "SIGRTMAX".into(),
        (None, 35..RTMAX) => format!("SIGRTMIN+{}", signal.saturating_sub(RTMIN)).into(),
        _ => signal.to_string().into(),
    }
}

pub(super) fn value(text: &str) -> Result<Value, Problem> {
    parse_signal(text).map(Value::Signal).ok_or_else(|| {
        invalid(text, "is not a signal")
            .with_help("write a name such as SIGTERM or RTMIN+3, or a number from 1 to 64")
    })
}
