//! `set-property`: settings of a unit changed while it runs.

use bus::wire::{Typed, Value};
use bus::{Arg, Named};
use unit::time::span::parse_usec;
use unit::values::scalar::{parse_bool, parse_permyriad, parse_size};

use super::failure::Failure;
use super::{Tool, names};

/// What a setting takes, and how its property is called where not as the setting.
enum Kind {
    Flag,
    Text,
    /// Bytes, a share of the machine's memory, or `infinity`.
    Memory,
    /// A weight; empty for the default.
    Weight,
    /// A number, a share of what there may be, or `infinity`.
    Tasks,
    /// Percent of a processor's time.
    Quota,
    /// Time.
    Span(&'static str),
    /// Processors or memory nodes.
    Set,
    /// A path and a number of bytes or operations.
    Limit(u64),
}

const SETTINGS: &[(&str, Kind)] = &[
    ("AllowedCPUs", Kind::Set),
    ("AllowedMemoryNodes", Kind::Set),
    ("CPUAccounting", Kind::Flag),
    ("CPUQuota", Kind::Quota),
    ("CPUQuotaPeriodSec", Kind::Span("CPUQuotaPeriodUSec")),
    ("CPUWeight", Kind::Weight),
    ("Description", Kind::Text),
    ("DevicePolicy", Kind::Text),
    ("IOAccounting", Kind::Flag),
    ("IOReadBandwidthMax", Kind::Limit(1000)),
    ("IOReadIOPSMax", Kind::Limit(1000)),
    ("IOWeight", Kind::Weight),
    ("IOWriteBandwidthMax", Kind::Limit(1000)),
    ("IOWriteIOPSMax", Kind::Limit(1000)),
    ("IPAccounting", Kind::Flag),
    ("ManagedOOMMemoryPressure", Kind::Text),
    ("ManagedOOMPreference", Kind::Text),
    ("ManagedOOMSwap", Kind::Text),
    ("MemoryAccounting", Kind::Flag),
    ("MemoryHigh", Kind::Memory),
    ("MemoryLimit", Kind::Memory),
    ("MemoryLow", Kind::Memory),
    ("MemoryMax", Kind::Memory),
    ("MemoryMin", Kind::Memory),
    ("MemorySwapMax", Kind::Memory),
    ("RuntimeMaxSec", Kind::Span("RuntimeMaxUSec")),
    ("StartupAllowedCPUs", Kind::Set),
    ("StartupAllowedMemoryNodes", Kind::Set),
    ("StartupCPUWeight", Kind::Weight),
    ("StartupIOWeight", Kind::Weight),
    ("TasksAccounting", Kind::Flag),
    ("TasksMax", Kind::Tasks),
];

const WHOLE: u64 = u64::MAX;
/// `idle`, as a processor's weight.
const IDLE: u64 = 0;
const SECOND_USEC: u64 = 1_000_000;

/// `set-property`
///
/// # Errors
/// A setting is not known or wrong, or the manager does not take it.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let bus = tool.bus("set-property")?;
    let unit = words.get(1..2).unwrap_or_default();
    let assignments = words.get(2..).unwrap_or_default();
    let mut status = 0;
    for name in names::services(tool, unit)? {
        let properties: Result<Vec<Named>, Failure> =
            assignments.iter().map(|text| property(text)).collect();
        let properties = properties?;
        let args = [Arg::Str(&name), Arg::Bool(tool.options.runtime), Arg::Properties(&properties)];
        if let Err(error) = bus.call("SetUnitProperties", &args) {
            tool.say(&format!("Failed to set unit properties on {name}: {}", error.message));
            status = 1;
        }
    }
    Ok(status)
}

fn property(text: &str) -> Result<Named, Failure> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Failure::new(format!("Not an assignment: {text}")));
    };
    let Some((_, kind)) = SETTINGS.iter().find(|(setting, _)| *setting == name) else {
        return Err(Failure::new(format!("Unknown assignment: {text}")));
    };
    let bad = || Failure::new(format!("Failed to parse {name}={value}: Invalid argument"));
    typed(kind, name, value).ok_or_else(bad)
}

fn typed(kind: &Kind, name: &str, value: &str) -> Option<Named> {
    let own = |typed| Some((name.to_owned(), typed));
    match kind {
        Kind::Flag => own(Typed::flag(parse_bool(value)?)),
        Kind::Text => own(Typed::text(value)),
        Kind::Memory => amount(name, value, |text| parse_size(text, 1024).ok()),
        Kind::Tasks => amount(name, value, |text| text.parse().ok()),
        Kind::Weight => own(Typed::u64(match value {
            "" => WHOLE,
            "idle" if name.ends_with("CPUWeight") => IDLE,
            number => number.parse().ok().filter(|weight| (1..=10_000).contains(weight))?,
        })),
        Kind::Quota => {
            let quota = match value {
                "" => WHOLE,
                share => u64::from(parse_permyriad_any(share)?).checked_mul(SECOND_USEC)? / 10_000,
            };
            Some(("CPUQuotaPerSecUSec".to_owned(), Typed::u64(quota)))
        }
        Kind::Span(property) => {
            let span =
                if value.is_empty() { WHOLE } else { parse_usec(value, SECOND_USEC).ok()? };
            Some(((*property).to_owned(), Typed::u64(span)))
        }
        Kind::Set => own(Typed::new("ay", Value::Bytes(bits(value)?)).ok()?),
        Kind::Limit(base) => {
            let rows = match value.split_once(char::is_whitespace) {
                None if value.is_empty() => Vec::new(),
                None => return None,
                Some((path, "infinity")) => vec![pair(path, WHOLE)],
                Some((path, limit)) => vec![pair(path, parse_size(limit.trim(), *base).ok()?)],
            };
            own(Typed::new("a(st)", Value::Array(rows)).ok()?)
        }
    }
}

fn pair(path: &str, number: u64) -> Value {
    Value::Struct(vec![Value::Text(path.to_owned()), Value::Unsigned(number)])
}

/// A number, `infinity`, or a share, which goes to a property of its own.
fn amount(name: &str, value: &str, parse: impl Fn(&str) -> Option<u64>) -> Option<Named> {
    if value.is_empty() || value == "infinity" {
        return Some((name.to_owned(), Typed::u64(WHOLE)));
    }
    if value.ends_with('%') || value.ends_with('‰') {
        let share = u64::from(parse_permyriad(value).ok()?);
        let scaled = share.checked_mul(u64::from(u32::MAX))? / 10_000;
        return Some((format!("{name}Scale"), Typed::u32(u32::try_from(scaled).ok()?)));
    }
    Some((name.to_owned(), Typed::u64(parse(value)?)))
}

/// A share that may be more than the whole: `150%` is a processor and a half.
fn parse_permyriad_any(value: &str) -> Option<u32> {
    let (whole, fraction) = match value.strip_suffix('%')?.split_once('.') {
        Some((whole, fraction)) => (whole, format!("{fraction:0<2}")),
        None => (value.strip_suffix('%')?, "00".to_owned()),
    };
    let whole: u32 = whole.parse().ok()?;
    let fraction: u32 = fraction.get(..2).filter(|_| fraction.len() == 2)?.parse().ok()?;
    whole.checked_mul(100)?.checked_add(fraction).filter(|share| *share > 0)
}

/// Numbers and ranges as a set of bits: `0-3 7`.
fn bits(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for word in value.split([' ', ',']).filter(|word| !word.is_empty()) {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        for number in (first..=last).take(8192) {
            let at = usize::from(number / 8);
            if bytes.len() <= at {
                bytes.resize(at + 1, 0_u8);
            }
            *bytes.get_mut(at)? |= 1 << (number % 8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::property;
    use bus::wire::{Typed, Value};

    #[test]
    fn settings_become_properties() {
        for (text, name, typed) in [
            ("CPUWeight=200", "CPUWeight", Typed::u64(200)),
            ("CPUWeight=", "CPUWeight", Typed::u64(u64::MAX)),
            ("CPUQuota=150%", "CPUQuotaPerSecUSec", Typed::u64(1_500_000)),
            ("MemoryMax=1G", "MemoryMax", Typed::u64(1 << 30)),
            ("MemoryMax=infinity", "MemoryMax", Typed::u64(u64::MAX)),
            ("TasksMax=50%", "TasksMaxScale", Typed::u32(u32::MAX / 2)),
            ("RuntimeMaxSec=1min", "RuntimeMaxUSec", Typed::u64(60_000_000)),
            ("MemoryAccounting=yes", "MemoryAccounting", Typed::flag(true)),
        ] {
            assert_eq!(property(text), Ok((name.to_owned(), typed)), "{text}");
        }
        let set = property("AllowedCPUs=0-1 9").unwrap().1;
        assert_eq!(set.value(), &Value::Bytes(vec![3, 2]));
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        let text = |text| property(text).unwrap_err().text;
        assert_eq!(text("Foo=1"), "Unknown assignment: Foo=1");
        assert_eq!(text("Foo"), "Not an assignment: Foo");
        assert_eq!(text("CPUWeight=x"), "Failed to parse CPUWeight=x: Invalid argument");
    }
}
