//! Numbers with units: written short for people, and read back in filters.

/// Factor and suffix, smallest first; a size is shown with the largest that leaves it ≥ 1.
const BYTE_UNITS: [(char, u32); 6] =
    [('K', 10), ('M', 20), ('G', 30), ('T', 40), ('P', 50), ('E', 60)];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A size in powers of 1024, at most four characters: `0`, `512B`, `1.5G`, `120M`.
#[must_use]
pub fn bytes(size: u64) -> String {
    shown(|out| push_bytes(size, out))
}

/// A length of time, its two largest units: `3d4h`, `2h05m`, `1m30s`, `45s`, `1.2s`, `12ms`, `80us`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    shown(|out| push_duration(seconds, out))
}

/// A percentage with one decimal below 100: `0%`, `5.3%`, `250%`.
#[must_use]
pub fn percent(number: f64) -> String {
    shown(|out| push_percent(number, out))
}

/// A count in powers of 1000, at most four characters: `0`, `999`, `1.2k`, `15M`.
#[must_use]
pub fn count(number: u64) -> String {
    shown(|out| push_count(number, out))
}

fn shown(push: impl FnOnce(&mut String)) -> String {
    let mut out = String::new();
    push(&mut out);
    out
}

/// Appends [`bytes`].
pub fn push_bytes(size: u64, out: &mut String) {
    if size < 1000 {
        push_uint(size, out);
        if size > 0 {
            out.push('B');
        }
        return;
    }
    let size = u128::from(size);
    for (suffix, shift) in BYTE_UNITS {
        let tenths = (size * 10 + (1 << (shift - 1))) >> shift;
        if push_short(tenths, (size + (1 << (shift - 1))) >> shift, suffix, out) {
            return;
        }
    }
}

/// Appends [`count`].
pub fn push_count(number: u64, out: &mut String) {
    if number < 1000 {
        return push_uint(number, out);
    }
    let (number, mut unit) = (u128::from(number), 1000_u128);
    for suffix in ['k', 'M', 'G', 'T', 'P', 'E'] {
        if push_short((number * 10 + unit / 2) / unit, (number + unit / 2) / unit, suffix, out) {
            return;
        }
        unit *= 1000;
    }
}

/// One decimal below ten, none above; `false` (and nothing written) if the unit is too small.
fn push_short(tenths: u128, whole: u128, suffix: char, out: &mut String) -> bool {
    if tenths >= 100 && whole >= 1000 {
        return false;
    }
    if tenths < 100 {
        push_uint(u64::try_from(tenths / 10).unwrap_or(0), out);
        out.push('.');
        push_uint(u64::try_from(tenths % 10).unwrap_or(0), out);
    } else {
        push_uint(u64::try_from(whole).unwrap_or(u64::MAX), out);
    }
    out.push(suffix);
    true
}

/// Appends [`duration`].
pub fn push_duration(seconds: f64, out: &mut String) {
    if seconds < 0.0 {
        out.push('-');
    }
    let magnitude = seconds.abs();
    if magnitude < 0.000_000_5 || magnitude.is_nan() {
        out.push_str("0s");
    } else if magnitude < 0.000_999_5 {
        push_fixed(magnitude * 1e6, 0, out);
        out.push_str("us");
    } else if magnitude < 0.999_5 {
        push_fixed(magnitude * 1e3, 0, out);
        out.push_str("ms");
    } else if magnitude < 9.95 {
        push_fixed(magnitude, 1, out);
        out.push('s');
    } else {
        push_long_duration(to_u64(magnitude.round()), out);
    }
}

fn push_long_duration(whole: u64, out: &mut String) {
    let (large, large_unit, small, small_unit) = match whole {
        0..MINUTE => return push_unit(whole, 's', out),
        MINUTE..HOUR => (whole / MINUTE, 'm', whole % MINUTE, 's'),
        HOUR..DAY => (whole / HOUR, 'h', whole % HOUR / MINUTE, 'm'),
        _ => (whole / DAY, 'd', whole % DAY / HOUR, 'h'),
    };
    push_unit(large, large_unit, out);
    if large_unit == 'd' && large >= 100 {
        return;
    }
    // Minutes and seconds have two digits so that columns line up; hours after days read better
    // without.
    if small < 10 && large_unit != 'd' {
        out.push('0');
    }
    push_unit(small, small_unit, out);
}

fn push_unit(number: u64, unit: char, out: &mut String) {
    push_uint(number, out);
    out.push(unit);
}

/// Appends [`percent`].
pub fn push_percent(number: f64, out: &mut String) {
    push_fixed(number, if number.abs() < 99.95 && number != 0.0 { 1 } else { 0 }, out);
    out.push('%');
}

/// Appends a decimal number; much cheaper than the formatting machinery.
pub fn push_uint(mut number: u64, out: &mut String) {
    if number < 10 {
        return out.push(digit(number));
    }
    let mut digits = [b'0'; 20];
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    out.push_str(digits.get(20 - used..).and_then(|d| std::str::from_utf8(d).ok()).unwrap_or(""));
}

/// Appends a signed decimal number.
pub fn push_int(number: i64, out: &mut String) {
    if number < 0 {
        out.push('-');
    }
    push_uint(number.unsigned_abs(), out);
}

/// Appends a number with `decimals` (at most six) digits after the point. NaN becomes `0`.
pub fn push_fixed(number: f64, decimals: u32, out: &mut String) {
    let scale = 10_u64.pow(decimals.min(6));
    let scaled = (number.abs() * scale as f64).round();
    if scaled >= 1e18 {
        out.push_str(&format!("{number:.0}"));
        return;
    }
    let scaled = to_u64(scaled);
    if number < 0.0 && scaled > 0 {
        out.push('-');
    }
    push_uint(scaled / scale, out);
    if decimals == 0 {
        return;
    }
    out.push('.');
    let mut unit = scale;
    while unit > 1 {
        unit /= 10;
        out.push(digit(scaled / unit % 10));
    }
}

fn digit(number: u64) -> char {
    char::from(b'0' + (number % 10) as u8)
}

/// Saturating; NaN is 0.
fn to_u64(number: f64) -> u64 {
    number as u64
}

/// Reads a size in bytes: `10M`, `1.5GiB`, `512B`, `4096`. Powers of 1024, any case.
#[must_use]
pub fn parse_bytes(text: &str) -> Option<f64> {
    let (number, suffix) = split_number(text)?;
    let mut letters = suffix.chars();
    let shift = match letters.next() {
        None => return Some(number),
        Some('b' | 'B') => return letters.next().is_none().then_some(number),
        Some(letter) => BYTE_UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(&letter))?.1,
    };
    let rest = letters.as_str();
    let known =
        rest.is_empty() || rest.eq_ignore_ascii_case("b") || rest.eq_ignore_ascii_case("ib");
    known.then(|| number * (1_u64 << shift) as f64)
}

/// Reads a length of time in seconds: `90`, `2h`, `1h30m`, `500ms`, `1d 12h`, `1w`.
#[must_use]
pub fn parse_duration(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut total = 0.0;
    loop {
        let (number, tail) = split_number(rest)?;
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(end)?;
        total += number * seconds_in(unit)?;
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(total);
        }
        if unit.is_empty() {
            return None;
        }
    }
}

fn seconds_in(unit: &str) -> Option<f64> {
    Some(match unit {
        "" | "s" | "sec" | "second" | "seconds" => 1.0,
        "us" | "usec" => 1e-6,
        "ms" | "msec" => 1e-3,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86400.0,
        "w" | "week" | "weeks" => 7.0 * 86400.0,
        "y" | "year" | "years" => 365.25 * 86400.0,
        _ => return None,
    })
}

/// Reads a percentage, with or without its sign: `5%`, `2.5`.
#[must_use]
pub fn parse_percent(text: &str) -> Option<f64> {
    let (number, suffix) = split_number(text)?;
    matches!(suffix, "" | "%").then_some(number)
}

/// Reads a plain number, or a count such as `10k`, `1.5M` (powers of 1000).
#[must_use]
pub fn parse_count(text: &str) -> Option<f64> {
    let (number, suffix) = split_number(text)?;
    let power = match suffix {
        "" => 0,
        "k" | "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return None,
    };
    Some(number * 1000_f64.powi(power))
}

/// A finite decimal number (no exponent: `e` may begin a unit) and what follows it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, rest) = text.split_at_checked(text.len() - unsigned.len() + digits)?;
    let number: f64 = number.parse().ok()?;
    number.is_finite().then(|| (number, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes() {
        let shown =
            [0, 1, 999, 1000, 1024, 1536, 10_240, 1_023 << 10, 120 << 20, 3 << 29, u64::MAX]
                .map(bytes);
        assert_eq!(
            shown,
            ["0", "1B", "999B", "1.0K", "1.0K", "1.5K", "10K", "1.0M", "120M", "1.5G", "16E"]
        );
    }

    #[test]
    fn the_next_unit_begins_where_four_digits_would() {
        assert_eq!([999 << 10, 1000 << 10, 1000 << 30].map(bytes), ["999K", "1.0M", "1.0T"]);
        assert_eq!([9949, 9950, 999_499, 999_500].map(count), ["9.9k", "10k", "999k", "1.0M"]);
    }

    #[test]
    fn durations() {
        let shown = [0.0, 0.000_08, 0.012, 1.24, 9.96, 45.0, 90.0, 3599.6, 7500.0, 273_600.0, 1e7]
            .map(duration);
        assert_eq!(
            shown,
            ["0s", "80us", "12ms", "1.2s", "10s", "45s", "1m30s", "1h00m", "2h05m", "3d4h", "115d"]
        );
        assert_eq!(duration(-90.0), "-1m30s");
        assert_eq!(duration(f64::NAN), "0s");
    }

    #[test]
    fn percentages_and_counts() {
        assert_eq!(
            [0.0, 0.04, 5.25, 99.96, 250.0].map(percent),
            ["0%", "0.0%", "5.3%", "100%", "250%"]
        );
        assert_eq!(
            [0, 999, 1000, 1234, 15_000_000].map(count),
            ["0", "999", "1.0k", "1.2k", "15M"]
        );
    }

    #[test]
    fn readings() {
        assert_eq!(parse_bytes("10M"), Some(10.0 * 1_048_576.0));
        assert_eq!(parse_bytes("1.5gib"), Some(1.5 * 1_073_741_824.0));
        assert_eq!(parse_bytes("512B"), Some(512.0));
        assert_eq!(parse_duration("1h30m"), Some(5400.0));
        assert_eq!(parse_duration("1d 12h"), Some(129_600.0));
        assert_eq!(parse_duration("500ms"), Some(0.5));
        assert_eq!(parse_percent("5%"), Some(5.0));
        assert_eq!(parse_count("10k"), Some(10_000.0));
        for bad in ["", "M", "1x", "10MM", "1.2.3", "h2", "nan", "inf", "1e5"] {
            assert_eq!(
                parse_bytes(bad).or(parse_duration(bad)).or(parse_percent(bad)),
                None,
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn sizes_are_short_and_close(size in any::<u64>()) {
            let text = bytes(size);
            prop_assert!(text.len() <= 4, "{text}");
            let back = parse_bytes(&text).unwrap();
            prop_assert!((back - size as f64).abs() <= 0.06 * size as f64, "{text} is {back}");
        }

        #[test]
        fn durations_are_short_and_close(seconds in 0.001..1e8_f64) {
            let text = duration(seconds);
            prop_assert!(text.len() <= 6, "{text}");
            let back = parse_duration(&text).unwrap();
            prop_assert!((back - seconds).abs() <= 0.06 * seconds + 0.001, "{text} is {back}");
        }

        #[test]
        fn numbers_as_the_standard_library_writes_them(number in any::<i64>(), part in -1e6..1e6_f64) {
            prop_assert_eq!(shown(|out| push_int(number, out)), number.to_string());
            let back: f64 = shown(|out| push_fixed(part, 3, out)).parse().unwrap();
            prop_assert!((back - part).abs() <= 0.000_501);
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = (parse_bytes(&text), parse_duration(&text), parse_percent(&text), parse_count(&text));
        }
    }
}
