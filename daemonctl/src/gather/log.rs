//! What a service logged: the journal's entries of it and about it, else syslog files, and the files that it writes
//! itself. Read from the newest backward, and no more than is needed.

pub mod identifiers;
pub mod journal;
mod kernel;
pub mod since;
mod texts;

use std::path::PathBuf;

use insight::snapshot::{Line, Log, LogSource, Manager, PidFile, Run};

use super::Gatherer;
use super::history;

/// Lines that were logged within that time before now are counted.
const LATELY_SECONDS: u32 = 60;
/// Clocks of text files count whole seconds.
const SLACK_USEC: u64 = 1_000_000;
/// Where nobody knows when a service was started last: what its log says within that time before its newest line.
const BURST_USEC: u64 = 30_000_000;

/// Whose log is read.
#[derive(Debug, Default)]
pub struct Subject {
    /// The service's name.
    pub name: String,
    /// Whose it is.
    pub manager: Manager,
    /// systemd's id of its last start.
    pub invocation: Option<String>,
    /// When it was started last, in microseconds since 1970.
    pub start_usec: Option<u64>,
    /// Where that is not known: older lines than that can't be of the last run.
    pub earliest_usec: Option<u64>,
    /// Its pid files, where scripts start it and nothing else tells of its starts.
    pub pid_files: Vec<PidFile>,
    /// It was tried, and does not run: lines that nobody owns may be its own.
    pub has_ended: bool,
    /// Its processes, and the main one of the last start.
    pub pids: Vec<u32>,
    /// What its programs are called: identifiers in syslog.
    pub identifiers: Vec<String>,
    /// Log files of its own.
    pub files: Vec<PathBuf>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Told {
    /// The lines.
    pub log: Log,
    /// Its runs, as far as its manager logged them.
    pub runs: Vec<Run>,
    /// What its manager logged of jobs and stops.
    pub facts: history::Facts,
}

/// Reads the log of a service.
pub fn of_service(gatherer: &Gatherer<'_>, subject: &Subject) -> Told {
    let max = gatherer.options.log_lines_max;
    let mut told = Told::default();
    if max == 0 {
        return told;
    }
    let set = gatherer.journal();
    let is_systemds = matches!(subject.manager, Manager::Systemd | Manager::SystemdUser);
    if !set.is_empty() && is_systemds {
        let entries = journal::entries(set, subject, max);
        told.log.is_cut = entries.len() >= max;
        told.runs = history::runs(&entries, gatherer.now_usec);
        told.facts = history::facts(&entries);
        told.log.lines = entries.into_iter().map(|entry| entry.line).collect();
        told.log.origins.push("journal".to_owned());
        told.log.lately = Some((
            journal::count_since(set, subject, gatherer.now_usec, LATELY_SECONDS),
            LATELY_SECONDS,
        ));
    }
    let texts = texts::lines(gatherer, subject, set.is_empty(), max);
    told.log.is_cut |= texts.is_cut;
    told.log.origins.extend(texts.origins);
    let mut lines = texts.lines;
    // What is older than a run of which nobody knows says nothing.
    let unsure = since::unsure(&subject.pid_files, &lines, gatherer.now_usec).unwrap_or(0);
    mark(&mut lines, subject, gatherer.boot_usec().max(unsure));
    if told.runs.is_empty() {
        // Runs of what the definition said before it was changed are another program's.
        let from = subject.earliest_usec.unwrap_or(0).max(gatherer.boot_usec());
        told.runs = history::runs_of_supervisor(&lines, from);
    }
    if told.log.lately.is_none() && !told.log.origins.is_empty() {
        let from = gatherer.now_usec.saturating_sub(u64::from(LATELY_SECONDS) * 1_000_000);
        let count = lines.iter().filter(|line| line.time_usec.is_some_and(|at| at >= from)).count();
        told.log.lately = Some((count as u64, LATELY_SECONDS));
    }
    told.log.lines.append(&mut lines);
    told.log.lines.sort_by_key(|line| line.time_usec.unwrap_or(0));
    told.log.kernel = kernel::lines(gatherer, subject);
    told
}

/// Marks the lines of a text that are of the last run.
fn mark(lines: &mut [Line], subject: &Subject, boot_usec: u64) {
    let newest = lines
        .iter()
        .filter(|line| line.source == LogSource::Service)
        .filter_map(|line| line.time_usec)
        .max();
    let from = match subject.start_usec {
        Some(start) => start.saturating_sub(SLACK_USEC),
        // A log that ends before the machine was started says nothing of now.
        None => newest
            .map_or(u64::MAX, |newest| newest.saturating_sub(BURST_USEC))
            .max(boot_usec)
            .max(subject.earliest_usec.unwrap_or(0)),
    };
    for line in lines {
        line.is_of_last_run = line.time_usec.is_some_and(|at| at >= from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(time_usec: u64) -> Line {
        Line {
            time_usec: Some(time_usec),
            source: LogSource::Service,
            origin: String::new(),
            level: None,
            pid: None,
            identifier: None,
            message_id: None,
            message: String::new(),
            is_of_last_run: false,
        }
    }

    fn marked(lines: &[u64], start: Option<u64>, boot: u64) -> Vec<u64> {
        let mut lines: Vec<Line> = lines.iter().map(|at| line(*at)).collect();
        let subject = Subject { start_usec: start, ..Subject::default() };
        mark(&mut lines, &subject, boot);
        let marked = lines.iter().filter(|line| line.is_of_last_run);
        marked.filter_map(|line| line.time_usec).collect()
    }

    #[test]
    fn lines_of_the_last_run_are_those_since_its_start() {
        let second = 1_000_000;
        let all = [1, 100, 130, 150].map(|at| at * second);
        assert_eq!(marked(&all, Some(130 * second + 400_000), 0), [130 * second, 150 * second]);
        // Nobody knows when it was started: the last burst of lines.
        assert_eq!(marked(&all, None, 0), [130 * second, 150 * second]);
        assert_eq!(marked(&all, None, 140 * second), [150 * second]);
        assert_eq!(marked(&all, None, 200 * second), Vec::<u64>::new());
    }
}
