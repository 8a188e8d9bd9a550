//! `daemonctl calendar`: when calendar expressions elapse, as systemd-analyze(1) `calendar`.

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use present::glance::Block;
use present::json::{Document, Object};
use present::{Style, Value};
use serde_json::{Value as Json, json};
use unit::time::span::{USEC_PER_SEC, format_usec};
use unit::time::{Calendar, timestamp};

use super::timespan::title;
use crate::context::Context;
use crate::expression;
use crate::failure::Failure;
use crate::zones::MachineZones;

const AFTER_HELP: &str = "\
An expression is [WEEKDAYS] [DATE] [TIME] [ZONE], as OnCalendar= in timers has it, or minutely,
hourly, daily, weekly, monthly, quarterly, semiannually or yearly. Each field takes * for any, lists
(1,15), ranges (1..7) and repetitions (0/15); ~ counts days from the month's end.

Examples:
  daemonctl calendar 'Mon..Fri 09:00' 'Sun *-*-1..7 04:30'
  daemonctl calendar --iterations 5 '*:0/15'
  daemonctl calendar 'Fri *-*~07/1 18:00 Europe/Berlin'        the last Friday of each month
  daemonctl calendar --base-time '2028-02-01' '*-02-29'

Exit status: 0 all are calendar expressions, 1 one is not, 2 wrong usage.";

/// Options of `calendar`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Calendar expressions, as in timers.
    #[arg(value_name = "EXPR", required = true)]
    expressions: Vec<String>,
    /// How many times to show.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    iterations: u32,
    /// Times after this one: a date, a time of day, tomorrow, 2h ago, @1395716396.
    #[arg(long, value_name = "TIME", default_value = "now", allow_hyphen_values = true)]
    base_time: String,
}

/// Runs `calendar`.
///
/// # Errors
/// The base time makes no sense, or one of the texts is no calendar expression; then nothing is
/// printed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let zones = MachineZones::system();
    let now = u64::try_from(Timestamp::now().as_microsecond()).unwrap_or(0);
    let base = timestamp::parse(&args.base_time, now, &zones)
        .map_err(|problem| expression::usage("--base-time", &args.base_time, &problem))?;
    let calendars =
        match expression::all(&args.expressions, |text| Calendar::parse_in(text, &zones)) {
            Ok(calendars) => calendars,
            Err(code) => return Ok(code),
        };
    let asked = Asked { base, iterations: usize::try_from(args.iterations).unwrap_or(1), zones };
    let each = args.expressions.iter().zip(&calendars);
    if context.common.json {
        let mut document = Document::begin(std::io::stdout().lock(), "calendar")?;
        document.put_json("base_time", &json!(rfc3339(base)))?;
        document.array("calendars")?;
        for (text, calendar) in each {
            document.item(asked.json(text, calendar))?;
        }
        document.finish(&[])?;
        return Ok(ExitCode::SUCCESS);
    }
    let layout = context.layout();
    let mut page = String::new();
    for (text, calendar) in each {
        title(text, &layout.theme, &mut page);
        asked.block(calendar).render(&layout, &mut page);
    }
    context.print(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// What is asked of each expression.
struct Asked {
    /// Microseconds since 1970.
    base: u64,
    iterations: usize,
    zones: MachineZones,
}

impl Asked {
    fn elapses<'a>(&'a self, calendar: &'a Calendar) -> impl Iterator<Item = u64> + 'a {
        calendar.elapses(self.base, &self.zones).take(self.iterations)
    }

    fn block(&self, calendar: &Calendar) -> Block {
        let mut block = Block::new().row("normalized", &calendar.to_string());
        let zone = self.zones.local_zone();
        let is_utc = [self.base, self.base.saturating_add(182 * 86_400 * USEC_PER_SEC)]
            .iter()
            .all(|usec| shown(*usec, zone) == shown(*usec, &TimeZone::UTC));
        let mut label = "next elapse";
        for usec in self.elapses(calendar) {
            let text = format!("{} (in {})", shown(usec, zone), distance(usec - self.base));
            block = block.styled(label, &text, Style::Good);
            if !is_utc {
                block = block.row("in UTC", &shown(usec, &TimeZone::UTC));
            }
            label = "then";
        }
        match label {
            "then" => block,
            _ => block.styled(label, "never", Style::Warn),
        }
    }

    fn json(&self, text: &str, calendar: &Calendar) -> Object {
        let zone = self.zones.local_zone();
        let elapse = |usec: u64| {
            json!({
                "time": rfc3339(usec),
                "usec": usec,
                "local": shown(usec, zone),
                "in_seconds": (usec - self.base) as f64 / USEC_PER_SEC as f64,
            })
        };
        let mut object = Object::new();
        object.put("expression", Value::text(text.to_owned()));
        object.put("normalized", calendar.to_string());
        object.put_json("zone", calendar.zone().map_or(Json::Null, Json::from));
        object.put_json("elapses", self.elapses(calendar).map(elapse).collect::<Vec<_>>());
        object
    }
}

/// `Mon 2026-11-23 00:00:00 CET`, with a fraction of the second where there is one.
fn shown(usec: u64, zone: &TimeZone) -> String {
    let at = i64::try_from(usec).ok().and_then(|usec| Timestamp::from_microsecond(usec).ok());
    at.map_or_else(
        || "?".to_owned(),
        |at| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S%.f %Z").to_string(),
    )
}

/// Whole seconds, in UTC.
fn rfc3339(usec: u64) -> String {
    present::time::rfc3339((usec / USEC_PER_SEC) as f64)
}

/// The two largest units that matter.
fn distance(usec: u64) -> String {
    const MINUTE: u64 = 60 * USEC_PER_SEC;
    const HOUR: u64 = 60 * MINUTE;
    let accuracy = match usec {
        0..MINUTE => 1_000,
        MINUTE..HOUR => USEC_PER_SEC,
        _ if usec < 48 * HOUR => MINUTE,
        _ if usec < 60 * 24 * HOUR => HOUR,
        _ => 24 * HOUR,
    };
    // What is finer is not said; less than the finest is.
    format_usec(usec - if usec >= accuracy { usec % accuracy } else { 0 }, accuracy)
}
