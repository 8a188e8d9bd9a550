//! Whether a service ends badly and is started again, over and over, up to now.

use insight::snapshot::{Exit, Relation, Run, RunEnd, Service, State};

/// So many bad ends in a row are a loop.
const ENDS_MIN: usize = 3;
/// A run that is older than that, and older than those before it were, is none of the loop any more, microseconds.
const YOUNG_USEC: u64 = 60_000_000;
/// The last end of a loop is not longer ago than that, microseconds: `RestartSec=` is shorter.
const RECENT_USEC: u64 = 900_000_000;
/// Without any record of ends, so many restarts of a service whose process is that young are a loop.
const RESTARTS_MIN: u32 = 5;
/// See above, microseconds.
const VERY_YOUNG_USEC: u64 = 30_000_000;

/// Three bad ends in a row, and the run that may be going on now is younger than those before it lasted, or than a
/// minute. What its manager gave up on is no loop: it has failed.
pub fn is_looping(service: &Service, now_usec: u64) -> bool {
    if !matches!(service.state, State::Running | State::Starting | State::Crashed | State::Unknown)
    {
        return false;
    }
    if was_started_anew(service) {
        return false;
    }
    let waits = service.unit.sub == "auto-restart";
    let restarts = service.unit.restarts.unwrap_or(0);
    let is_counted = |least: u32| restarts >= least;
    if waits && is_counted(ENDS_MIN as u32) {
        return true;
    }
    let age = age(service, now_usec);
    let bad = bad_ends(&service.runs);
    if bad.is_empty() {
        return is_counted(RESTARTS_MIN) && age.is_some_and(|age| age < VERY_YOUNG_USEC);
    }
    let longest = bad.iter().filter_map(|run| run.end_usec?.checked_sub(run.start_usec?)).max();
    let young = YOUNG_USEC.max(longest.unwrap_or(0));
    let last = bad.first().and_then(|run| run.end_usec);
    bad.len() >= ENDS_MIN
        && last.is_none_or(|end| end.saturating_add(RECENT_USEC) >= now_usec)
        && (waits || age.is_none_or(|age| age < young))
}

/// It runs, and systemd has counted too few restarts for a loop since somebody last started it: the ends before were of
/// other starts. A service that is started by its socket or timer each time is counted as little.
fn was_started_anew(service: &Service) -> bool {
    let mut dependencies = service.dependencies.iter();
    service.state == State::Running
        && service.unit.restarts.is_some_and(|times| times as usize + 1 < ENDS_MIN)
        && !dependencies.any(|other| other.relation == Relation::TriggeredBy)
}

/// The bad ends in a row up to now, newest first.
fn bad_ends(runs: &[Run]) -> Vec<&Run> {
    let done = runs.iter().rev().filter(|run| run.end != RunEnd::Running);
    done.take_while(|run| is_bad(run)).collect()
}

fn is_bad(run: &Run) -> bool {
    match &run.end {
        RunEnd::Exit(Exit::Status(status)) => *status != 0,
        RunEnd::Exit(Exit::Signal { .. }) | RunEnd::NotStarted(_) => true,
        RunEnd::Ended(how) => how != "by request" && how != "success",
        RunEnd::Running => false,
    }
}

/// For how long its main process has run.
fn age(service: &Service, now_usec: u64) -> Option<u64> {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    let start = main.or(service.processes.first()).map(|process| process.start_usec);
    // The supervisor of an OpenRC service is older than what it supervises.
    let youngest = service.processes.iter().map(|process| process.start_usec).max();
    let is_supervised =
        service.processes.iter().any(|process| process.name.starts_with("supervise"));
    let start = if is_supervised { youngest } else { start };
    let start = start.filter(|start| *start > 0).or(service.unit.main_start_usec)?;
    now_usec.checked_sub(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::snapshot::Process;

    const SECOND: u64 = 1_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;

    fn run(from: u64, to: u64, end: RunEnd) -> Run {
        Run { start_usec: Some(NOW - from * SECOND), end_usec: Some(NOW - to * SECOND), end }
    }

    fn failing(state: State, ends: usize, age: u64) -> Service {
        let bad = || RunEnd::Exit(Exit::Status(1));
        let start = NOW - age * SECOND;
        Service {
            state,
            main_pid: Some(7),
            processes: vec![Process { pid: 7, start_usec: start, ..Process::default() }],
            runs: (0..ends as u64).rev().map(|at| run(at * 10 + 12, at * 10 + 5, bad())).collect(),
            ..Service::default()
        }
    }

    #[test]
    fn three_in_a_row_and_a_young_run() {
        assert!(is_looping(&failing(State::Running, 3, 1), NOW));
        assert!(is_looping(&failing(State::Starting, 5, 1), NOW));
        assert!(!is_looping(&failing(State::Running, 2, 1), NOW));
        // It has held for an hour since.
        assert!(!is_looping(&failing(State::Running, 9, 3600), NOW));
        // Its manager gave up.
        assert!(!is_looping(&failing(State::Failed, 9, 1), NOW));
    }

    #[test]
    fn restarts_by_hand_and_ends_of_yesterday_are_no_loop() {
        let mut service = failing(State::Running, 2, 1);
        service.runs.push(run(4, 3, RunEnd::Ended("by request".to_owned())));
        service.runs.push(run(2, 1, RunEnd::Exit(Exit::Status(1))));
        assert!(!is_looping(&service, NOW));
        let mut service = failing(State::Running, 0, 1);
        let day = 86_400;
        service.runs = (0..4).map(|at| run(day + at, day, RunEnd::Exit(Exit::Status(1)))).collect();
        assert!(!is_looping(&service, NOW));
    }

    #[test]
    fn who_starts_it_by_hand_begins_anew() {
        let mut service = failing(State::Running, 4, 3);
        service.unit.restarts = Some(0);
        assert!(!is_looping(&service, NOW));
        service.unit.restarts = Some(1);
        assert!(!is_looping(&service, NOW), "it has ended badly once since");
        service.unit.restarts = Some(2);
        assert!(is_looping(&service, NOW));
        service.unit.restarts = Some(0);
        service.dependencies.push(insight::snapshot::Dependency {
            relation: Relation::TriggeredBy,
            name: "x.socket".to_owned(),
            state: State::Running,
            load: insight::snapshot::Load::Loaded,
            place: None,
        });
        assert!(is_looping(&service, NOW));
    }

    #[test]
    fn counters_where_nothing_was_logged() {
        let mut service = failing(State::Starting, 0, 1);
        service.unit.sub = "auto-restart".to_owned();
        service.unit.restarts = Some(3);
        assert!(is_looping(&service, NOW));
        let mut service = failing(State::Running, 0, 2);
        service.unit.restarts = Some(9);
        assert!(is_looping(&service, NOW));
        let mut service = failing(State::Running, 0, 100);
        service.unit.restarts = Some(9);
        assert!(!is_looping(&service, NOW));
    }
}
