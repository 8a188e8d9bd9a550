//! Points in time for people, in the machine's time zone.

use std::io::Read as _;
use std::sync::OnceLock;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// No zone is this large.
const ZONE_BYTES_MAX: u64 = 1 << 20;

/// The local zone: that of `$TZ`, else of /etc/localtime. It is looked up once: that reads files.
pub fn zone() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| machines().unwrap_or_else(TimeZone::system)).clone()
}

/// The machine's zone from its own file. To look it up by its name has all folders of zones listed, which
/// takes longer than most commands.
fn machines() -> Option<TimeZone> {
    if std::env::var_os("TZ").is_some() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open("/etc/localtime").ok()?;
    file.take(ZONE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    TimeZone::tzif("", &bytes).ok()
}

fn local(unix_seconds: f64) -> Option<Zoned> {
    Some(Timestamp::from_second(unix_seconds as i64).ok()?.to_zoned(zone()))
}

/// `14:05` today, `Nov 22` this year, `2025-11-22` before.
pub fn short_local(unix_seconds: f64) -> String {
    let Some(at) = local(unix_seconds) else { return "?".to_owned() };
    let now = Timestamp::now().to_zoned(zone());
    let form = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%b %d"
    } else {
        "%Y-%m-%d"
    };
    at.strftime(form).to_string()
}

/// `2026-11-22 14:05:09 UTC`.
pub fn full_local(unix_seconds: f64) -> String {
    local(unix_seconds)
        .map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string())
}
