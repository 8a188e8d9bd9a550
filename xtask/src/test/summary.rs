//! The table at the end.

use std::{fmt, time::Duration};

use super::{Outcome, Step, Tally, Verdict};

/// A step that is over.
pub struct Record {
    /// Which.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
}

impl Record {
    /// A step without tests that failed. It counts as a failed test, so that the totals can't look
    /// clean.
    fn is_a_failed_check(&self) -> bool {
        self.outcome.tally.is_none() && matches!(self.outcome.verdict, Verdict::Failed(_))
    }
}

/// All that are over.
#[derive(Default)]
pub struct Summary {
    /// In the order in which they ran.
    pub records: Vec<Record>,
}

impl Summary {
    /// Whether something failed.
    pub fn has_failed(&self) -> bool {
        self.records.iter().any(|record| matches!(record.outcome.verdict, Verdict::Failed(_)))
    }

    fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.records.iter().filter_map(|record| record.outcome.tally.as_ref())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<13} {:<8} {:>8}", "step", "result", "seconds")?;
        for Record { step, outcome, elapsed } in &self.records {
            let (result, detail) = match &outcome.verdict {
                Verdict::Passed => ("passed", ""),
                Verdict::Failed(why) => ("FAILED", why.lines().next().unwrap_or_default()),
                Verdict::Skipped(why) => ("skipped", why.as_str()),
            };
            let seconds = elapsed.as_secs_f64();
            let line = format!("{:<13} {result:<8} {seconds:>8.1}  {detail}", step.name());
            writeln!(f, "{}", line.trim_end())?;
        }
        let failures: Vec<&String> = self.tallies().flat_map(|tally| &tally.failures).collect();
        if !failures.is_empty() {
            writeln!(f, "\nfailed tests:")?;
            failures.iter().try_for_each(|name| writeln!(f, "  {name}"))?;
        }
        let skipped: Vec<_> = self.tallies().flat_map(|tally| &tally.skipped).collect();
        if !skipped.is_empty() {
            writeln!(f, "\nskipped tests:")?;
            skipped.iter().try_for_each(|(name, why)| writeln!(f, "  {name}: {why}"))?;
        }
        let (passed, failed) =
            self.tallies().fold((0, 0), |sum, tally| (sum.0 + tally.passed, sum.1 + tally.failed));
        let steps = self.records.iter().filter(|record| record.is_a_failed_check()).count();
        let failed = failed + steps;
        writeln!(f, "\n{passed} passed, {failed} failed, {} skipped", skipped.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Outcome, Record, Step, Summary, Tally, Verdict};

    fn record(step: Step, verdict: Verdict, tally: Option<Tally>) -> Record {
        Record { step, outcome: Outcome { verdict, tally }, elapsed: Duration::from_millis(1250) }
    }

    #[test]
    fn the_last_line_has_the_totals() {
        let skipped = vec![("a".to_owned(), "not root".to_owned())];
        let tests = Tally { passed: 7, failed: 1, skipped, failures: vec!["b".into()] };
        let summary = Summary {
            records: vec![
                record(Step::Format, Verdict::Skipped("no rustfmt".into()), None),
                record(Step::Counts, Verdict::Failed("see above".into()), None),
                record(Step::Tests, Verdict::Failed("1 test failed".into()), Some(tests)),
                record(
                    Step::Doctests,
                    Verdict::Passed,
                    Some(Tally { passed: 2, ..Tally::default() }),
                ),
            ],
        };
        let text = summary.to_string();
        assert!(summary.has_failed());
        assert_eq!(text.lines().last(), Some("9 passed, 2 failed, 1 skipped"));
        for line in ["format        skipped       1.2  no rustfmt", "  b", "  a: not root"] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
