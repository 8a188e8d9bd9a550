//! Amounts of memory and disk, as systemd's tools print them.

/// Bytes in units of 1024, with one digit behind the point: `1.5M`.
pub fn bytes(number: u64) -> String {
    const UNITS: [(char, u32); 6] =
        [('E', 60), ('P', 50), ('T', 40), ('G', 30), ('M', 20), ('K', 10)];
    let Some((letter, shift)) = UNITS.into_iter().find(|(_, shift)| number >> shift > 0) else {
        return format!("{number}B");
    };
    // In the unit below, so that nothing overflows.
    let tenth = match shift {
        10 => (number * 10) >> 10,
        _ => ((number >> (shift - 10)) * 10) >> 10,
    };
    format!("{}.{}{letter}", number >> shift, tenth % 10)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn amounts_of_memory() {
        for (number, text) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1.0K"),
            (1536, "1.5K"),
            (5 << 20, "5.0M"),
            ((5 << 20) + (900 << 10), "5.8M"),
            (u64::MAX, "15.9E"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }
}
