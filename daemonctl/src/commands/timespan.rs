//! `daemonctl timespan`: what a time span means, as systemd-analyze(1) `timespan`.

use std::process::ExitCode;

use present::glance::Block;
use present::json::{Document, Object};
use present::{Style, Theme, Value};
use unit::time::span::{INFINITY, USEC_PER_SEC, format_usec, parse_usec};

use crate::context::Context;
use crate::expression;
use crate::failure::Failure;

const AFTER_HELP: &str = "\
Units are us, ms, s, min, h, d, w, month (30.44 days) and y (365.25 days), and longer names of them;
a number without one is seconds. What is written is added up.

Examples:
  daemonctl timespan '1h 30min'
  daemonctl timespan 90 1.5d '2 weeks'
  daemonctl timespan infinity

Exit status: 0 all are time spans, 1 one is not.";

/// Options of `timespan`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Time spans, as in unit files.
    #[arg(value_name = "SPAN", required = true)]
    spans: Vec<String>,
}

/// Runs `timespan`.
///
/// # Errors
/// One of the texts is no time span; then nothing is printed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let read = |text| parse_usec(text, USEC_PER_SEC);
    let usecs = match expression::all(&args.spans, read) {
        Ok(usecs) => usecs,
        Err(code) => return Ok(code),
    };
    let spans = args.spans.iter().zip(usecs);
    if context.common.json {
        let mut document = Document::begin(std::io::stdout().lock(), "timespan")?;
        document.array("spans")?;
        for (text, usec) in spans {
            document.item(json(text, usec))?;
        }
        document.finish(&[])?;
        return Ok(ExitCode::SUCCESS);
    }
    let layout = context.layout();
    let mut page = String::new();
    for (text, usec) in spans {
        title(text, &layout.theme, &mut page);
        let count = if usec == INFINITY { "without end".to_owned() } else { usec.to_string() };
        Block::new()
            .row("microseconds", &count)
            .styled("in words", &format_usec(usec, 1), Style::Good)
            .render(&layout, &mut page);
    }
    context.print(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// The expression as it was written, above what is said of it.
pub fn title(expression: &str, theme: &Theme, page: &mut String) {
    let shown = if expression.is_empty() { "\"\"" } else { expression };
    present::glance::heading(shown, theme, page);
}

fn json(text: &str, usec: u64) -> Object {
    let mut object = Object::new();
    object.put("span", Value::text(text.to_owned()));
    match usec {
        INFINITY => object.put_json("usec", serde_json::Value::Null),
        usec => object.put("usec", usec),
    };
    object.put("text", format_usec(usec, 1));
    object
}
