//! Many cases, in several boxes at a time.

use super::{Arena, Case, Init, Trial, Verdict};
use crate::boxes::Error;
use std::fmt;
use std::path::Path;

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case.
    pub case: Case,
    /// Where it was tried.
    pub init: Init,
    /// How; or why its box was of no use after it.
    pub trial: Result<Trial, String>,
}

impl Row {
    /// Whether it came out as it should.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.trial.as_ref().is_ok_and(|trial| trial.verdict == Verdict::Right)
    }

    /// What is wrong, if something is.
    #[must_use]
    pub fn why_not(&self) -> Option<&str> {
        match &self.trial {
            Err(why) => Some(why),
            Ok(trial) => match &trial.verdict {
                Verdict::Right => None,
                Verdict::Wrong(why) | Verdict::Unfit(why) => Some(why),
            },
        }
    }
}

/// How many of the rows are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Faults.
    pub faults: usize,
    /// Of which the true cause was first, and named right.
    pub found: usize,
    /// Controls, in which nothing is wrong.
    pub controls: usize,
    /// In which nothing was called an error.
    pub quiet: usize,
}

impl Score {
    /// The score of some rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut score = Self::default();
        for row in rows {
            let (all, right) = if row.case.is_fault() {
                (&mut score.faults, &mut score.found)
            } else {
                (&mut score.controls, &mut score.quiet)
            };
            *all += 1;
            *right += usize::from(row.is_right());
        }
        score
    }

    /// At least 95 of 100 causes, and no false alarm.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.found * 100 >= self.faults * 95 && self.quiet == self.controls
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, found, controls, quiet } = self;
        let tenths = (found * 1000).checked_div(*faults).unwrap_or_default();
        write!(
            f,
            "{found} of {faults} causes first and named right ({}.{} %), \
             {quiet} of {controls} controls without an error",
            tenths / 10,
            tenths % 10
        )
    }
}

/// Tries the cases that an init can have, in that many boxes at a time. Each case always meets the
/// same predecessors: it is its place in the table that decides its box.
///
/// # Errors
/// When a box does not boot.
pub fn campaign(
    init: Init,
    daemonctl: &Path,
    cases: &[Case],
    boxes: usize,
) -> Result<Vec<Row>, Error> {
    let cases: Vec<&Case> = cases.iter().filter(|case| case.on.contains(&init)).collect();
    let boxes = boxes.clamp(1, cases.len().max(1));
    let part = |number: usize| {
        let cases: Vec<&Case> = cases.iter().skip(number).step_by(boxes).copied().collect();
        move || in_one_box(init, daemonctl, &cases)
    };
    let mut rows = Vec::new();
    std::thread::scope(|scope| -> Result<(), Error> {
        let parts: Vec<_> = (0..boxes).map(|number| scope.spawn(part(number))).collect();
        for part in parts {
            rows.push(part.join().map_err(|_| Error::Boot {
                waiting_for: "a thread that panicked".to_owned(),
                console: String::new(),
            })??);
        }
        Ok(())
    })?;
    Ok(in_turns(rows))
}

/// One of each, again and again: the order of the table.
fn in_turns(parts: Vec<Vec<Row>>) -> Vec<Row> {
    let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
    let mut rows = Vec::new();
    loop {
        let before = rows.len();
        rows.extend(parts.iter_mut().filter_map(Iterator::next));
        if rows.len() == before {
            return rows;
        }
    }
}

fn in_one_box(init: Init, daemonctl: &Path, cases: &[&Case]) -> Result<Vec<Row>, Error> {
    let mut arena = Arena::boot(init, daemonctl)?;
    let mut rows = Vec::new();
    for &case in cases {
        let trial = match arena.try_case(case) {
            Ok(trial) => Ok(trial),
            Err(error) => {
                arena = Arena::boot(init, daemonctl)?;
                Err(error.to_string())
            }
        };
        rows.push(Row { case: case.clone(), init, trial });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{Answer, cases_of};
    use std::time::Duration;

    fn row(case: &str, verdict: Verdict) -> Row {
        let case = cases_of("t", case).unwrap().remove(0);
        let (answer, time) = (Answer::default(), Duration::ZERO);
        let trial = Trial { verdict, answer, raw: String::new(), elapsed: time, whole: time };
        Row { case, init: Init::Sysv, trial: Ok(trial) }
    }

    #[test]
    fn a_score_needs_causes_and_silence() {
        let (fault, control) = ("[f]\nrules: x\nwords: y\n", "[c]\n");
        let mut rows: Vec<Row> = (0..19).map(|_| row(fault, Verdict::Right)).collect();
        rows.push(row(fault, Verdict::Unfit(String::new())));
        rows.push(row(control, Verdict::Right));
        let score = Score::of(&rows);
        assert!(score.is_kept(), "{score}");
        assert!(score.to_string().starts_with("19 of 20 causes first and named right (95.0 %)"));
        rows.push(row(fault, Verdict::Wrong("no finding".to_owned())));
        assert!(!Score::of(&rows).is_kept());
        rows.truncate(19);
        rows.push(row(control, Verdict::Wrong(String::new())));
        assert!(!Score::of(&rows).is_kept());
        assert_eq!(rows.last().unwrap().why_not(), Some(""));
    }

    #[test]
    fn parts_are_joined_in_the_tables_order() {
        let named = |name: &str| row(&format!("[{name}]\n"), Verdict::Right);
        let rows =
            in_turns(vec![vec![named("a"), named("c"), named("e")], vec![named("b"), named("d")]]);
        let names: String = rows.iter().map(|row| row.case.name.as_str()).collect();
        assert_eq!(names, "abcde");
    }
}
