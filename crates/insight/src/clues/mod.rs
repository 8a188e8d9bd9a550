//! What lines of logs mean: the one table of patterns.
//!
//! Start reading at [`Kind`], what a line can mean, and at the rows of the [`table`]. [`Clues`] holds the table ready
//! for use: one of it serves a whole run. A line means at most one thing: the first row that matches.

mod burst;
mod kind;
mod needles;
mod pattern;
mod repeats;
pub mod table;
mod trace;

use std::cell::OnceCell;

use needles::Needles;
use regex::bytes::Regex;
use repeats::{Repeats, Turn};

pub use kind::Kind;
pub use table::{Grade, Row};

use crate::finding::{Evidence, Source};
use crate::snapshot::{ConfigTest, Level, Line, LogSource, Service, TestEnd};

/// Where a clue stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Said<'l> {
    /// A line of a log.
    Log(&'l Line),
    /// A line that the daemon's test of its configuration wrote.
    Test(&'l ConfigTest, &'l str),
}

/// A line that means something.
#[derive(Clone, Debug, PartialEq)]
pub struct Clue<'l> {
    /// What.
    pub kind: Kind,
    /// How much it says about the end of the service.
    pub grade: Grade,
    /// The line.
    pub said: Said<'l>,
    /// What it names: `path`, `port`, `user` … and their values.
    values: Vec<(&'static str, String)>,
    /// So many lines like it were passed over.
    more: usize,
}

impl<'l> Clue<'l> {
    /// What the line names under this word: `path`, `port`, `address`, `user`, `library`, `file`, `line`, `message` …
    pub fn get(&self, word: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| *name == word).map(|(_, value)| value.as_str())
    }

    /// For how many lines it stands: itself, and those like it that were passed over.
    pub fn times(&self) -> usize {
        1 + self.more
    }

    /// It is of the last run, or of a test that was run just now.
    pub fn is_current(&self) -> bool {
        match self.said {
            Said::Log(line) => line.is_of_last_run,
            Said::Test(..) => true,
        }
    }

    /// It is of a log file, which does not say of which run its lines are.
    pub fn is_of_file(&self) -> bool {
        matches!(self.said, Said::Log(line) if burst::is_of_file(line))
    }

    /// It is of a test that was run just now.
    pub fn is_of_test(&self) -> bool {
        matches!(self.said, Said::Test(..))
    }

    /// What the line says.
    pub fn message(&self) -> &'l str {
        match self.said {
            Said::Log(line) => &line.message,
            Said::Test(_, text) => text,
        }
    }

    /// When it was said, in microseconds since 1970.
    pub fn time_usec(&self) -> Option<u64> {
        match self.said {
            Said::Log(line) => line.time_usec,
            Said::Test(..) => None,
        }
    }

    /// The line as a proof.
    pub fn evidence(&self) -> Evidence {
        match self.said {
            Said::Log(line) => Evidence::log(line),
            Said::Test(test, text) => Evidence {
                source: Source::Test { command: test.command.clone() },
                text: text.to_owned(),
            },
        }
    }
}

/// The table, ready for use.
///
/// A line is first held against all rows' needles at once; only rows whose needle is in it are tried, and only their
/// patterns are ever compiled.
#[derive(Debug)]
pub struct Clues {
    rows: Vec<&'static Row>,
    needles: Needles,
    patterns: Vec<OnceCell<Option<Regex>>>,
}

impl Default for Clues {
    fn default() -> Self {
        Self::new()
    }
}

impl Clues {
    /// Ready for use.
    pub fn new() -> Self {
        let rows: Vec<&'static Row> = table::rows().collect();
        let needles = Needles::new(rows.iter().map(|row| row.needle));
        let patterns = rows.iter().map(|_| OnceCell::new()).collect();
        Clues { rows, needles, patterns }
    }

    /// What the lines of the last run mean, oldest first; then those of the test of its configuration, if that failed.
    pub fn of_service<'l>(&self, service: &'l Service) -> Vec<Clue<'l>> {
        let current = |line: &&Line| line.is_of_last_run;
        let mut clues = self.of_lines(burst::last(&service.log.lines).map(Said::Log));
        clues.extend(self.of_lines(service.log.kernel.iter().filter(current).map(Said::Log)));
        if let Some(test) = &service.config_test
            && matches!(test.end, TestEnd::Failed(_))
        {
            clues.extend(self.of_lines(test.output.iter().map(|text| Said::Test(test, text))));
        }
        clues
    }

    fn of_lines<'l>(&self, lines: impl Iterator<Item = Said<'l>>) -> Vec<Clue<'l>> {
        let lines: Vec<Said<'l>> = lines.collect();
        let mut repeats = Repeats::of(lines.iter().map(|said| text_of(*said)));
        let mut clues: Vec<Clue<'l>> = Vec::new();
        let mut traces = trace::Traces::default();
        for said in lines {
            let text = text_of(said);
            match repeats.next(text, clues.len()) {
                Turn::Read => {}
                Turn::Passed(of) => {
                    let clue = of.and_then(|of| clues.get_mut(of));
                    if let Some(clue) = clue.filter(|clue| repeats::is_alike(clue.message(), text))
                    {
                        clue.more += 1;
                    }
                    continue;
                }
            }
            if !is_of_others(said) {
                traces.line(said, text, &mut clues);
            }
            if let Some(clue) = self.of_line(said, text) {
                clues.push(clue);
                traces.clue(&mut clues);
            }
        }
        clues
    }

    fn of_line<'l>(&self, said: Said<'l>, text: &str) -> Option<Clue<'l>> {
        let (row, values) = self.read(text)?;
        if row.grade == Grade::Nothing || is_of_others(said) && !MANAGERS.contains(&row.from) {
            return None;
        }
        let grade = match said {
            Said::Log(line) if line.level == Some(Level::Debug) => Grade::Hint,
            _ => row.grade,
        };
        Some(Clue { kind: row.kind, grade, said, values, more: 0 })
    }

    /// The first row that a text matches, and what it names.
    fn read(&self, text: &str) -> Option<(&'static Row, Vec<(&'static str, String)>)> {
        for index in self.needles.of(text) {
            let (Some(row), Some(cell)) = (self.rows.get(index), self.patterns.get(index)) else {
                continue;
            };
            let pattern = cell.get_or_init(|| pattern::compile(row.pattern));
            // Most that hold the needle do not match, and that is told faster than what was captured.
            let matching = pattern.as_ref().filter(|regex| regex.is_match(text.as_bytes()));
            let Some(found) = matching.and_then(|regex| regex.captures(text.as_bytes())) else {
                continue;
            };
            let values = pattern::WORDS.iter().filter_map(|word| {
                let value = found.name(word)?;
                let value = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
                (!value.is_empty()).then_some((*word, value))
            });
            return Some((row, values.collect()));
        }
        None
    }
}

/// Who speaks about services, not as one.
const MANAGERS: [&str; 5] = ["systemd", "openrc", "start-stop-daemon", "checkpath", "kernel"];

/// A line that another wrote about the service: its manager, the kernel.
fn is_of_others(said: Said<'_>) -> bool {
    matches!(said, Said::Log(line) if line.source != LogSource::Service)
}

fn text_of<'l>(said: Said<'l>) -> &'l str {
    match said {
        Said::Log(line) => &line.message,
        Said::Test(_, text) => text,
    }
}

#[cfg(test)]
mod tests;
