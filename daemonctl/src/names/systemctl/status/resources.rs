//! What a unit uses, and how much it may.

use unit::time::span::format_usec;

use super::Properties;

/// Writes it.
pub fn write(out: &mut String, properties: &Properties) {
    let pair = |a, b| properties.amount(a).zip(properties.amount(b));
    if let Some((inward, outward)) = pair("IPIngressBytes", "IPEgressBytes") {
        let (inward, outward) = (bytes(inward), bytes(outward));
        out.push_str(&format!("         IP: {inward} in, {outward} out\n"));
    }
    if let Some((read, written)) = pair("IOReadBytes", "IOWriteBytes") {
        let (read, written) = (bytes(read), bytes(written));
        out.push_str(&format!("         IO: {read} read, {written} written\n"));
    }
    if let Some(tasks) = properties.amount("TasksCurrent") {
        let limit = properties.amount("TasksMax");
        let limit = limit.map_or(String::new(), |limit| format!(" (limit: {limit})"));
        out.push_str(&format!("      Tasks: {tasks}{limit}\n"));
    }
    if let Some(memory) = properties.amount("MemoryCurrent") {
        out.push_str(&format!("     Memory: {}{}\n", bytes(memory), limits(properties)));
    }
    if let Some(nsec) = properties.amount("CPUUsageNSec") {
        out.push_str(&format!("        CPU: {}\n", format_usec(nsec / 1000, 1000)));
    }
}

/// The bounds of a unit's memory: lower ones where they are more than nothing, upper ones where
/// there are any.
fn limits(properties: &Properties) -> String {
    let lower = [("min", "MemoryMin"), ("low", "MemoryLow")];
    let upper = [
        ("high", "MemoryHigh"),
        ("max", "MemoryMax"),
        ("swap max", "MemorySwapMax"),
        ("limit", "MemoryLimit"),
        ("available", "MemoryAvailable"),
        ("peak", "MemoryPeak"),
    ];
    let lower = lower.into_iter().filter_map(|(word, name)| {
        let number = properties.number(name).filter(|number| *number > 0)?;
        let text = if number == u64::MAX { "infinity".to_owned() } else { bytes(number) };
        Some(format!("{word}: {text}"))
    });
    let upper = upper.into_iter().filter_map(|(word, name)| {
        let number = properties.amount(name)?;
        Some(format!("{word}: {}", bytes(number)))
    });
    let all: Vec<String> = lower.chain(upper).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(" ")) }
}

/// Bytes in units of 1024, with one digit behind the point: `1.5M`.
fn bytes(number: u64) -> String {
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
