//! What all commands that have a manager do something share on the command line.

use std::time::Duration;

use unit::time::span::{INFINITY, USEC_PER_SEC, parse_usec};

/// What all examples of these commands say at their end.
pub const EXIT_STATUS: &str = "\
Exit status: 0 done, or nothing to do; 1 failed; 2 wrong usage, or not confirmed; 3 the manager or
the service has no such thing; 4 not permitted; 5 no such service; 6 it is not configured, 7 it
does not run (where its script says so). With several services, that of the first that was not
done.";

/// systemd's words for it, as `StartUnit()` takes them.
const JOB_MODES: [&str; 9] = [
    "replace",
    "fail",
    "replace-irreversibly",
    "isolate",
    "ignore-dependencies",
    "ignore-requirements",
    "flush",
    "triggering",
    "restart-dependencies",
];

/// Options of all commands that have a manager do something.
#[derive(Debug, Clone, clap::Args)]
pub struct DoOptions {
    /// Say what would be done, and do nothing.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Return as soon as it is under way.
    #[arg(long, visible_alias = "no-block")]
    pub no_wait: bool,
    /// Wait so long for each service (`30s`, `5min`): a script is ended then, systemd's job goes on.
    /// Without it 90 s for a script, and as long as systemd itself waits.
    #[arg(long, value_name = "SPAN", value_parser = span, conflicts_with = "no_wait")]
    pub timeout: Option<Duration>,
    /// How jobs that are queued already, and dependencies, are treated: systemctl(1) (systemd).
    #[arg(
        long,
        value_name = "MODE",
        default_value = "replace",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = JOB_MODES
    )]
    pub job_mode: String,
    /// Never ask for a password (polkit).
    #[arg(long)]
    pub no_ask_password: bool,
    /// Say only what went wrong.
    #[arg(long, short)]
    pub quiet: bool,
    /// Show what scripts write.
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
}

fn span(text: &str) -> Result<Duration, String> {
    let usec = parse_usec(text, USEC_PER_SEC).map_err(|problem| problem.message)?;
    match usec {
        0 => Err("no time at all: --no-wait does not wait".to_owned()),
        INFINITY => Ok(Duration::MAX),
        usec => Ok(Duration::from_micros(usec)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_those_of_unit_files() {
        assert_eq!(span("1min 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2"), Ok(Duration::from_secs(2)));
        assert_eq!(span("infinity"), Ok(Duration::MAX));
        assert!(span("0").is_err() && span("soon").is_err() && span("-1").is_err());
    }
}
