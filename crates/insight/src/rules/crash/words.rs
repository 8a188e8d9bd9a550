//! Figures in words.

/// Bytes with the largest unit in which they are 1 or more: `1.5 GiB`.
pub(in crate::rules) fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u32); 5] =
        [("PiB", 50), ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    for (unit, power) in UNITS {
        if bytes >> power > 0 {
            let value = bytes as f64 / (1u64 << power) as f64;
            let shown = if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
            return format!("{} {unit}", shown.strip_suffix(".0").unwrap_or(&shown));
        }
    }
    format!("{bytes} B")
}

/// A number of bytes as systemd's settings take it: exact, with a suffix where it has one.
pub(in crate::rules) fn setting(bytes: u64) -> String {
    for (suffix, power) in [("G", 30), ("M", 20), ("K", 10)] {
        if bytes > 0 && bytes.trailing_zeros() >= power {
            return format!("{}{suffix}", bytes >> power);
        }
    }
    bytes.to_string()
}

/// A time span: `90 s`, `1.5 s`, `12 min`, `3 h`, `2 days`.
pub(in crate::rules) fn span(usec: u64) -> String {
    let seconds = usec as f64 / 1e6;
    if seconds < 0.1 {
        return format!("{} ms", usec / 1000);
    }
    let (value, unit) = match seconds {
        s if s < 120.0 => (s, "s"),
        s if s < 7200.0 => (s / 60.0, "min"),
        s if s < 172_800.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "days"),
    };
    let shown = if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{} {unit}", shown.strip_suffix(".0").unwrap_or(&shown))
}

/// `1 time`, `5 times`.
pub(in crate::rules) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// A count with its noun: `1 descriptor`, `7 descriptors`.
pub(in crate::rules) fn count(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The last name of a path.
pub(in crate::rules) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// The name and the meaning of a signal (signal(7)), the name with `SIG`.
pub(in crate::rules) fn signal(number: i32) -> (String, &'static str) {
    let known = match number {
        1 => (
            "SIGHUP",
            "its terminal was hung up, or it was asked to reload and did not handle that",
        ),
        2 => ("SIGINT", "an interrupt, as by Ctrl-C"),
        3 => ("SIGQUIT", "a request to quit with a core dump"),
        4 => ("SIGILL", "an illegal instruction"),
        5 => ("SIGTRAP", "a trap for a debugger"),
        6 => ("SIGABRT", "it gave up by itself: abort(3)"),
        7 => ("SIGBUS", "memory that is mapped from a file could not be read"),
        8 => ("SIGFPE", "an arithmetic error, as a rule a division by zero"),
        9 => ("SIGKILL", "it was ended at once, without a chance to clean up"),
        11 => ("SIGSEGV", "it used memory that is not its own"),
        13 => ("SIGPIPE", "it wrote to a pipe or socket that nobody reads any more"),
        14 => ("SIGALRM", "its alarm went off and it does not handle that"),
        15 => ("SIGTERM", "it was asked to end"),
        24 => ("SIGXCPU", "it used up its limit of processor time"),
        25 => ("SIGXFSZ", "it wrote a file beyond its limit of size"),
        31 => ("SIGSYS", "it made a system call that is forbidden to it"),
        10 => ("SIGUSR1", "a signal that it does not handle"),
        12 => ("SIGUSR2", "a signal that it does not handle"),
        34.. => {
            return (
                format!("SIGRTMIN+{}", number - 34),
                "a real-time signal that it does not handle",
            );
        }
        _ => return (format!("signal {number}"), "a signal that it does not handle"),
    };
    (known.0.to_owned(), known.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_settings_exact() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(52_428_800), "50 MiB");
        assert_eq!(bytes(u64::MAX), "16384 PiB");
        assert_eq!(setting(52_428_800), "50M");
        assert_eq!(setting(1_000_000), "1000000");
        assert_eq!(span(5_000_000), "5 s");
        assert_eq!(span(1_250_000), "1.2 s");
        assert_eq!(span(40_000), "40 ms");
        assert_eq!(span(600_000_000), "10 min");
        assert_eq!(
            (times(1), times(2), times(7)),
            ("once".into(), "twice".into(), "7 times".into())
        );
        assert_eq!(signal(11).0, "SIGSEGV");
        assert_eq!(signal(36).0, "SIGRTMIN+2");
        assert_eq!(base_name("/usr/sbin/nginx"), "nginx");
    }
}
