//! Running contestants in turns and keeping what each run cost.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::error::{Error, Result};

/// A program that is measured.
pub struct Contestant {
    /// Its name in the tables.
    pub name: String,
    /// Program and arguments.
    pub argv: Vec<String>,
}

impl Contestant {
    /// A contestant from its words.
    pub fn new(name: &str, argv: &[&str]) -> Contestant {
        let argv = argv.iter().map(|&word| word.to_owned()).collect();
        Contestant { name: name.to_owned(), argv }
    }

    /// The words as one line.
    pub fn line(&self) -> String {
        self.argv.join(" ")
    }
}

/// What one run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// From start to end, in microseconds.
    pub wall_usec: u64,
    /// User and system time of all its threads, in microseconds.
    pub cpu_usec: u64,
    /// The highest resident set, in KiB.
    pub peak_rss_kib: u64,
    /// The exit status, or 128 and the number of the signal.
    pub status: i32,
}

/// What several values have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Half are lower.
    pub median: f64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl Iterator<Item = u64>) -> Option<Spread> {
        let mut sorted: Vec<u64> = values.collect();
        sorted.sort_unstable();
        let (min, max) = (*sorted.first()? as f64, *sorted.last()? as f64);
        let upper = *sorted.get(sorted.len() / 2)? as f64;
        let lower = *sorted.get((sorted.len() - 1) / 2)? as f64;
        Some(Spread { median: (lower + upper) / 2.0, min, max })
    }
}

/// Runs commands through the program `measure`.
pub struct Meter<'a> {
    /// The path of that program.
    pub program: &'a Path,
}

impl Meter<'_> {
    /// One run.
    pub fn run(&self, argv: &[String], stop_after_msec: Option<u64>) -> Result<Run> {
        let delay = stop_after_msec.map(|delay| delay.to_string());
        let options = delay.iter().flat_map(|delay| ["--stop-after", delay]);
        self.run_with(options, argv)
    }

    /// One run, of which the resident set is that of memory that belongs to no file.
    pub fn own_memory(&self, argv: &[String]) -> Result<Run> {
        self.run_with(["--own-memory"], argv)
    }

    fn run_with<'o>(
        &self,
        options: impl IntoIterator<Item = &'o str>,
        argv: &[String],
    ) -> Result<Run> {
        let line = argv.join(" ");
        let output = Command::new(self.program)
            .args(options)
            .args(argv)
            .stdin(Stdio::null())
            .output()
            .map_err(Error::io(format!("measure `{line}`")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Command { line, outcome: format!("could not be measured: {said}") });
        }
        parse(&String::from_utf8_lossy(&output.stdout))
            .ok_or_else(|| Error::malformed("measure", format!("said nothing usable of `{line}`")))
    }

    /// `turns` runs of each in turns, after one that is not counted. A contestant whose run fails
    /// is an error: figures of failures compare nothing.
    pub fn turns(&self, contestants: &[Contestant], turns: usize) -> Result<Vec<Vec<Run>>> {
        let mut runs = vec![Vec::with_capacity(turns); contestants.len()];
        for turn in 0..=turns {
            for (contestant, kept) in contestants.iter().zip(&mut runs) {
                let run = self.run(&contestant.argv, None)?;
                if run.status != 0 {
                    let outcome = format!("ended with status {}", run.status);
                    return Err(Error::Command { line: contestant.line(), outcome });
                }
                if turn > 0 {
                    kept.push(run);
                }
            }
        }
        Ok(runs)
    }
}

/// The line that `measure` prints.
pub fn parse(line: &str) -> Option<Run> {
    let mut words = line.split_whitespace();
    let mut number = || words.next()?.parse::<u64>().ok();
    let (wall_nsec, user, system, peak_rss_kib) = (number()?, number()?, number()?, number()?);
    let status = i32::try_from(number()?).ok()?;
    Some(Run { wall_usec: wall_nsec / 1000, cpu_usec: user + system, peak_rss_kib, status })
}

#[cfg(test)]
mod tests {
    use super::{Run, Spread, parse};

    #[test]
    fn a_line_of_measure() {
        let run = Run { wall_usec: 1500, cpu_usec: 30, peak_rss_kib: 4, status: 143 };
        assert_eq!(parse("1500999 10 20 4 143\n"), Some(run));
        assert_eq!(parse("1500999 10 20 4"), None);
    }

    #[test]
    fn medians() {
        let median = |values: &[u64]| Spread::of(values.iter().copied()).map(|s| s.median);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3, 1, 2]), Some(2.0));
        assert_eq!(median(&[4, 1, 2, 3]), Some(2.5));
    }
}
