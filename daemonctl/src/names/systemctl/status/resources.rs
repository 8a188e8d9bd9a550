//! What a unit uses, and how much it may.

use unit::time::span::format_usec;

use super::Properties;
use crate::names::amounts::bytes;

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
