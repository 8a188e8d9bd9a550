//! `--watch`: the same again, every so often.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::failure::Failure;

/// Options of commands that can repeat.
#[derive(Debug, Clone, clap::Args)]
pub struct WatchArgs {
    /// Show it again every second, or every so many (`--watch=5`, `--watch=0.5`).
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = seconds)]
    pub watch: Option<Duration>,
    /// Stop after so many times.
    #[arg(long, value_name = "TIMES", requires = "watch", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
}

impl WatchArgs {
    /// Whether it repeats.
    pub fn is_on(&self) -> bool {
        self.watch.is_some()
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    if !(0.1..=86_400.0).contains(&seconds) {
        return Err("an interval is 0.1 to 86400 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// Prints what `draw` writes, once or again and again. On a terminal each picture replaces the one
/// before; elsewhere they follow each other.
///
/// # Errors
/// Those of `draw`, and a closed output, which ends it quietly.
pub fn repeat(
    args: &WatchArgs,
    context: &Context,
    mut draw: impl FnMut(&mut String) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let mut out = String::new();
    let Some(interval) = args.watch else {
        draw(&mut out)?;
        context.print(&out)?;
        return Ok(ExitCode::SUCCESS);
    };
    let screen = std::io::stdout().is_terminal();
    let mut left = args.count;
    let mut next = Instant::now();
    loop {
        out.clear();
        draw(&mut out)?;
        let mut stdout = std::io::stdout().lock();
        if screen {
            stdout.write_all(picture(&out).as_bytes())?;
        } else {
            stdout.write_all(out.as_bytes())?;
        }
        stdout.flush()?;
        drop(stdout);
        if let Some(left) = &mut left {
            *left -= 1;
            if *left == 0 {
                return Ok(ExitCode::SUCCESS);
            }
        }
        // A machine that slept, or a look that took longer than the interval, does not make us hurry.
        next = (next + interval).max(Instant::now());
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// The text as a picture that replaces the one before without flicker: cursor home, each line
/// cleared to its end, the rest of the screen cleared; what does not fit is left out.
fn picture(text: &str) -> String {
    let rows = rustix::termios::tcgetwinsize(std::io::stdout())
        .map_or(24, |size| usize::from(size.ws_row))
        .max(2);
    let mut out = String::with_capacity(text.len() + 1024);
    out.push_str("\x1b[H");
    for line in text.lines().take(rows - 1) {
        out.push_str(line);
        out.push_str("\x1b[K\r\n");
    }
    out.push_str("\x1b[J");
    out
}
