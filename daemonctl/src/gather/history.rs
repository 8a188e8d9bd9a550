//! Runs of a service over time, from what its manager logged: the crash loop shows in them.

use insight::snapshot::{Exit, Line, LogSource, Run, RunEnd, Service, State};

use super::log::journal::Entry;

/// systemd's ids of messages (systemd.journal-fields(7), `journalctl --catalog`).
mod id {
    /// A process of the unit ended.
    pub const PROCESS_EXIT: &str = "98e322203f7a4ed290d09fe03c09fe15";
    /// It ended with a result other than success.
    pub const FAILURE_RESULT: &str = "d9b373ed55a64feb8242e02dbe79a49c";
    /// It ended with success.
    pub const SUCCESS: &str = "7ad2d189f7e94e70a38c781354912448";
    /// Somebody asked to stop it.
    pub const STOPPING: &str = "de5b426a63be47a7b6ac3eaac82e2f6f";
    /// A job to start it failed.
    pub const JOB_FAILED: &str = "be02cf6855d2428ba40df7e9d022f03d";
    /// It was started.
    pub const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";
}

/// So many runs are enough.
const RUNS_MAX: usize = 200;

/// What its manager logged of jobs and stops.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When somebody last asked to stop it.
    pub stopping_usec: Option<u64>,
    /// When it was last up.
    pub started_usec: Option<u64>,
    /// The last job that did not do what it should: when, and how it ended (`failed`, `dependency`).
    pub job: Option<(u64, String)>,
    /// A job of it was deleted to break a circle of ordering, or refused for one that can't be broken, at that time.
    pub dropped_usec: Option<u64>,
}

/// What the entries say of jobs and stops.
pub fn facts(entries: &[Entry]) -> Facts {
    let mut facts = Facts::default();
    for entry in entries.iter().filter(|entry| entry.line.source == LogSource::Manager) {
        let at = entry.line.time_usec.unwrap_or(0);
        match entry.line.message_id.as_deref() {
            Some(id::STOPPING) => facts.stopping_usec = Some(at),
            Some(id::STARTED) => facts.started_usec = Some(at),
            _ => {}
        }
        if let Some((kind, result)) = &entry.job
            && kind != "stop"
        {
            let is_bad = !matches!(result.as_str(), "done" | "skipped" | "canceled");
            facts.job = is_bad.then(|| (at, result.clone()));
        }
        let message = &entry.line.message;
        if message.contains("deleted to break ordering cycle")
            || message.contains("Unable to break cycle")
        {
            facts.dropped_usec = Some(at);
        }
    }
    facts
}

/// The runs that systemd logged, oldest first: entries with one id of a start are of one run.
pub fn runs(entries: &[Entry], now_usec: u64) -> Vec<Run> {
    let mut all: Vec<(String, Run)> = Vec::new();
    let of_manager = entries.iter().filter(|entry| entry.line.source == LogSource::Manager);
    for entry in of_manager {
        let (Some(invocation), Some(at)) = (&entry.invocation, entry.line.time_usec) else {
            continue;
        };
        if at > now_usec.saturating_add(60_000_000) {
            continue;
        }
        let known = all.iter().rposition(|(id, _)| id == invocation);
        let run = match known {
            Some(at) => all.get_mut(at).map(|(_, run)| run),
            None => {
                let run = Run { start_usec: Some(at), end_usec: None, end: RunEnd::Running };
                all.push((invocation.clone(), run));
                all.last_mut().map(|(_, run)| run)
            }
        };
        if let Some(run) = run {
            note(run, entry, at);
        }
    }
    let skip = all.len().saturating_sub(RUNS_MAX);
    all.into_iter().skip(skip).map(|(_, run)| run).collect()
}

/// What an entry says of how its run ended.
fn note(run: &mut Run, entry: &Entry, at: u64) {
    let is_main = entry.line.message.contains("Main process") || run.end == RunEnd::Running;
    match entry.line.message_id.as_deref() {
        Some(id::PROCESS_EXIT) if is_main => {
            if let Some(exit) = entry.exit {
                (run.end, run.end_usec) = (RunEnd::Exit(exit), Some(at));
            }
        }
        Some(id::STOPPING) => {
            (run.end, run.end_usec) = (RunEnd::Ended("by request".to_owned()), Some(at));
        }
        Some(id::FAILURE_RESULT) => {
            let result = entry.result.clone().unwrap_or_default();
            match result.as_str() {
                "exit-code" | "signal" | "core-dump" if run.end != RunEnd::Running => {}
                _ => run.end = RunEnd::Ended(result),
            }
            run.end_usec.get_or_insert(at);
        }
        Some(id::SUCCESS) if run.end == RunEnd::Running => {
            (run.end, run.end_usec) = (RunEnd::Exit(Exit::Status(0)), Some(at));
        }
        Some(id::JOB_FAILED) if run.end == RunEnd::Running => {
            let result = entry.job.as_ref().map(|(_, result)| result.clone()).unwrap_or_default();
            (run.end, run.end_usec) = (RunEnd::NotStarted(result), Some(at));
        }
        _ => {}
    }
}

/// A run that nobody logged the end of has one all the same, where the service does not run.
pub fn close(runs: &mut Vec<Run>, service: &Service) {
    let unit = &service.unit;
    if runs.is_empty() && unit.main_start_usec.is_some() {
        runs.push(Run {
            start_usec: unit.main_start_usec,
            end_usec: unit.main_exit_usec,
            end: RunEnd::Running,
        });
    }
    let Some(last) = runs.last_mut().filter(|run| run.end == RunEnd::Running) else { return };
    let has_ended = matches!(service.state, State::Failed | State::Crashed | State::Stopped);
    if has_ended && let Some(exit) = service.last_exit {
        (last.end, last.end_usec) = (RunEnd::Exit(exit), last.end_usec.or(unit.main_exit_usec));
    }
}

/// The runs that supervise-daemon(8) logged since then, oldest first: `/usr/sbin/nginx, pid 812, exited with return code 1`.
pub fn runs_of_supervisor(lines: &[Line], from_usec: u64) -> Vec<Run> {
    let mut ends: Vec<(Option<u64>, RunEnd)> = lines
        .iter()
        .filter(|line| line.source == LogSource::Manager)
        .filter(|line| line.time_usec.is_none_or(|at| at >= from_usec))
        .filter_map(|line| Some((line.time_usec, RunEnd::Exit(supervised_end(&line.message)?))))
        .collect();
    ends.sort_by_key(|(at, _)| *at);
    let skip = ends.len().saturating_sub(RUNS_MAX);
    let mut start = None;
    let mut runs = Vec::new();
    for (end_usec, end) in ends.into_iter().skip(skip) {
        runs.push(Run { start_usec: start, end_usec, end });
        start = end_usec;
    }
    runs
}

fn supervised_end(message: &str) -> Option<Exit> {
    let number = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit()).find(|w| !w.is_empty())?.parse().ok()
    };
    if let Some((_, rest)) = message.split_once("exited with return code ") {
        return Some(Exit::Status(number(rest)?));
    }
    let (_, rest) = message.split_once("terminated by signal ")?;
    Some(Exit::Signal { number: number(rest)?, dumped: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: u64, message: &str) -> Line {
        Line {
            time_usec: Some(at),
            source: LogSource::Manager,
            origin: "journal".to_owned(),
            level: None,
            pid: Some(1),
            identifier: None,
            message_id: None,
            message: message.to_owned(),
            is_of_last_run: true,
        }
    }

    fn entry(at: u64, invocation: &str, id: &str, message: &str) -> Entry {
        let mut line = line(at, message);
        line.message_id = Some(id.to_owned());
        let invocation = Some(invocation.to_owned());
        Entry { line, invocation, exit: None, result: None, job: None }
    }

    #[test]
    fn runs_are_told_by_the_id_of_the_start() {
        let exit = |at, id| Entry {
            exit: Some(Exit::Status(1)),
            ..entry(at, id, id::PROCESS_EXIT, "x.service: Main process exited, code=exited")
        };
        let failed = |at, id, result: &str| Entry {
            result: Some(result.to_owned()),
            ..entry(at, id, id::FAILURE_RESULT, "x.service: Failed with result")
        };
        let entries = [
            entry(10, "a", id::STARTED, "Started x"),
            exit(20, "a"),
            failed(21, "a", "exit-code"),
            entry(30, "b", id::STARTED, "Started x"),
            failed(40, "b", "timeout"),
            entry(50, "c", id::STARTED, "Started x"),
        ];
        let found = runs(&entries, 100);
        let ends: Vec<_> =
            found.iter().map(|run| (run.start_usec, run.end_usec, &run.end)).collect();
        assert_eq!(ends[0], (Some(10), Some(20), &RunEnd::Exit(Exit::Status(1))));
        assert_eq!(ends[1], (Some(30), Some(40), &RunEnd::Ended("timeout".to_owned())));
        assert_eq!(ends[2], (Some(50), None, &RunEnd::Running));
    }

    #[test]
    fn jobs_and_stops_are_told() {
        let mut job = entry(30, "a", id::JOB_FAILED, "Dependency failed for x");
        job.job = Some(("start".to_owned(), "dependency".to_owned()));
        let found =
            facts(&[entry(10, "a", id::STARTED, ""), entry(20, "a", id::STOPPING, ""), job]);
        assert_eq!((found.started_usec, found.stopping_usec), (Some(10), Some(20)));
        assert_eq!(found.job, Some((30, "dependency".to_owned())));
    }

    #[test]
    fn a_supervisors_words_are_understood() {
        let lines = [
            line(5, "/usr/sbin/nginx, pid 812, terminated by signal 9"),
            line(1, "/usr/sbin/nginx, pid 811, exited with return code 1"),
            line(3, "anything else"),
        ];
        let found = runs_of_supervisor(&lines, 0);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].end, RunEnd::Exit(Exit::Status(1)));
        assert_eq!(found[1].end, RunEnd::Exit(Exit::Signal { number: 9, dumped: false }));
        assert_eq!((found[1].start_usec, found[1].end_usec), (Some(1), Some(5)));
    }
}
