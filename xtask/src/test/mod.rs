//! `cargo xtask test`: everything that has to hold, step by step, with a summary at the end.
//!
//! Every step runs, even after another has failed, unless it means nothing without it: without
//! a build there are no tests. Nothing is left out silently: a step or a test that did not run
//! stands in the summary with its reason. The last line has the totals of the tests alone.

mod ignored;
mod packages;
mod runner;
mod steps;
mod summary;

use std::{
    io::{IsTerminal, Write},
    time::Instant,
};

use crate::{error::Error, workspace::Workspace};
pub use steps::Step;
use summary::{Record, Summary};

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Leave out the tests that boot boxes
    #[arg(long)]
    skip_boxes: bool,
    /// Leave out a step; may be given several times
    #[arg(long, value_name = "STEP", value_enum)]
    skip: Vec<Step>,
    /// Run these steps alone; may be given several times
    #[arg(long, value_name = "STEP", value_enum, conflicts_with = "skip")]
    only: Vec<Step>,
    /// Run only the tests with this in their names, and no other checks
    filter: Option<String>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Well.
    Passed,
    /// Badly: how.
    Failed(String),
    /// Not run: why.
    Skipped(String),
}

/// How many tests ended how, and which did not pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that did not run: name and reason.
    pub skipped: Vec<(String, String)>,
    /// The names of those that failed, as far as they are known.
    pub failures: Vec<String>,
}

/// What a step gives back.
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// The tests in it, for steps that run tests.
    pub tally: Option<Tally>,
}

impl Outcome {
    /// A step without tests that passed if `is_good`.
    pub fn of(is_good: bool) -> Outcome {
        let verdict = match is_good {
            true => Verdict::Passed,
            false => Verdict::Failed("see above".into()),
        };
        Outcome { verdict, tally: None }
    }

    /// A step that could not be done. Where it would have run tests it counts as a failed one, so
    /// that the totals can't look clean.
    fn broken(step: Step, error: &Error) -> Outcome {
        let failures = vec![format!("{} could not be run", step.name())];
        let tally = step.runs_tests().then(|| Tally { failed: 1, failures, ..Tally::default() });
        Outcome { verdict: Verdict::Failed(error.to_string()), tally }
    }

    /// A step that was not run.
    pub fn skipped(reason: impl Into<String>) -> Outcome {
        Outcome { verdict: Verdict::Skipped(reason.into()), tally: None }
    }
}

/// Runs the steps and prints the summary; whether nothing failed.
pub fn run(workspace: &Workspace, args: &Args) -> bool {
    let mut summary = Summary::default();
    let mut build_failed = false;
    for step in Step::ALL {
        let start = Instant::now();
        let outcome = match unwanted(args, *step, build_failed) {
            Some(reason) => Outcome::skipped(reason),
            None => {
                heading(step.name());
                let filter = args.filter.as_deref();
                step.run(workspace, filter).unwrap_or_else(|error| Outcome::broken(*step, &error))
            }
        };
        if let Verdict::Failed(why) = &outcome.verdict {
            build_failed |= *step == Step::Build;
            println!("{} failed: {why}", step.name());
        }
        summary.records.push(Record { step: *step, outcome, elapsed: start.elapsed() });
    }
    heading("summary");
    print!("{summary}");
    let _ = std::io::stdout().flush();
    !summary.has_failed()
}

/// Why a step is not to run, if so.
fn unwanted(args: &Args, step: Step, build_failed: bool) -> Option<String> {
    if !args.only.is_empty() && !args.only.contains(&step) {
        return Some("not among those asked for with --only".into());
    }
    if args.skip.contains(&step) {
        return Some("left out with --skip".into());
    }
    if args.skip_boxes && step == Step::Boxes {
        return Some("left out with --skip-boxes".into());
    }
    if args.filter.is_some() && !step.runs_tests() {
        return Some("a filter asks for tests alone".into());
    }
    if build_failed && step.needs_build() {
        return Some("the workspace does not build".into());
    }
    None
}

fn heading(text: &str) {
    if std::io::stdout().is_terminal() {
        println!("\n\x1b[1m== {text}\x1b[0m");
    } else {
        println!("\n== {text}");
    }
    let _ = std::io::stdout().flush();
}

#[cfg(test)]
mod tests {
    use super::{Args, Step, unwanted};

    fn args() -> Args {
        Args { skip_boxes: false, skip: Vec::new(), only: Vec::new(), filter: None }
    }

    #[test]
    fn a_failed_build_leaves_the_checks_of_text() {
        let runs = |step| unwanted(&args(), step, true).is_none();
        assert!(runs(Step::Format) && runs(Step::Tidy) && runs(Step::Dependencies));
        assert!(!runs(Step::Tests) && !runs(Step::Boxes) && !runs(Step::Generated));
    }

    #[test]
    fn what_is_left_out_has_a_reason() {
        let boxes = Args { skip_boxes: true, ..args() };
        assert!(unwanted(&boxes, Step::Boxes, false).is_some());
        assert!(unwanted(&boxes, Step::Tests, false).is_none());
        let filtered = Args { filter: Some("x".into()), ..args() };
        assert!(unwanted(&filtered, Step::Clippy, false).is_some());
        assert!(unwanted(&filtered, Step::Boxes, false).is_none());
        assert!(unwanted(&filtered, Step::Build, false).is_none());
    }
}
