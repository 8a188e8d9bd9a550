//! How the last run of a service ended, by what its manager says, its records, and lines of its log.

use super::words::base_name;
use crate::clues::Kind;
use crate::finding::{Evidence, shell};
use crate::rules::Case;
use crate::snapshot::{Exit, Limit, Manager, Run, RunEnd};

/// A little time between what the kernel logs and what a manager does about it.
const SLACK_USEC: u64 = 3_000_000;

/// A signal that ended the main process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Killed {
    /// Its number.
    pub number: i32,
    /// With a core dump.
    pub dumped: bool,
}

/// The signal that ended the last run, if one did.
pub(in crate::rules) fn killed(case: &Case<'_>) -> Option<Killed> {
    let service = case.service;
    if let Some(Exit::Signal { number, dumped }) = service.last_exit {
        return Some(Killed { number, dumped });
    }
    let of_run = |run: &Run| match run.end {
        RunEnd::Exit(Exit::Signal { number, dumped }) => Some(Killed { number, dumped }),
        _ => None,
    };
    // A shell that runs the daemon, and supervise-daemon, tell a signal as 128 more than its number.
    if let Some(Exit::Status(status @ 129..=159)) = service.last_exit {
        return Some(Killed { number: status - 128, dumped: false });
    }
    // A loop is between two runs, or in one that has not ended yet.
    let last = service.runs.iter().rev().find(|run| !matches!(run.end, RunEnd::Running));
    last.and_then(of_run).or_else(|| said(case))
}

/// What a line of the last run says of the main process: `main process exited, code=killed, status=9/KILL`.
fn said(case: &Case<'_>) -> Option<Killed> {
    let clue = case.clues_of(Kind::ProcessEnded).next_back()?;
    let code = clue.get("code")?;
    if !matches!(code, "killed" | "dumped") {
        return None;
    }
    let digits = clue.get("status")?.split('/').next()?;
    Some(Killed { number: digits.trim().parse().ok()?, dumped: code == "dumped" })
}

/// How the manager shows the end: a proof to begin with.
pub(in crate::rules) fn evidence(case: &Case<'_>, killed: Killed) -> Evidence {
    if let Some(clue) = case.clues_of(Kind::ProcessEnded).next_back() {
        return clue.evidence();
    }
    let (name, _) = super::words::signal(killed.number);
    let dumped = if killed.dumped { ", core dumped" } else { "" };
    let result = &case.service.unit.result;
    let property = if result.is_empty() { "last exit" } else { "ExecMainStatus" };
    Evidence::manager(property, format!("{} ({name}{dumped})", killed.number))
}

/// It is broken, and this is how the run that made it so ended.
pub(in crate::rules) fn broken_by_signal(case: &Case<'_>) -> Option<Killed> {
    let killed = killed(case).filter(|_| case.is_broken())?;
    // Result=success with a signal: one of those that a unit counts as clean (SIGTERM, SuccessExitStatus=).
    (case.service.unit.result != "success" || case.service.is_looping).then_some(killed)
}

/// Names that its processes have in the kernel's log (at most 15 bytes), and their programs.
pub(in crate::rules) fn program_names<'s>(case: &Case<'s>) -> Vec<&'s str> {
    let mut names: Vec<&str> = Vec::new();
    if let Some(definition) = case.definition() {
        names.extend(definition.commands.iter().map(|command| base_name(&command.program)));
    }
    for process in &case.service.processes {
        names.push(&process.name);
        names.extend(process.program.known().map(|program| base_name(program)));
    }
    for (_, argv, _) in &case.service.unit.command_ends {
        names.extend(argv.first().map(|program| base_name(program)));
    }
    // What runs other people's scripts says nothing; the service's own name does.
    const RUNNERS: [&str; 10] = [
        "sh",
        "bash",
        "dash",
        "env",
        "python3",
        "perl",
        "ruby",
        "node",
        "java",
        "start-stop-daemon",
    ];
    let stem = case.service.name.trim_end_matches(".service");
    names.push(stem.split('@').next().unwrap_or(stem));
    names.retain(|name| !name.is_empty() && !RUNNERS.contains(name));
    names.sort_unstable();
    names.dedup();
    names
}

/// Pids that are known to have been its own: of its processes, its log, its pid files.
pub(in crate::rules) fn pids(case: &Case<'_>) -> Vec<u32> {
    let service = case.service;
    let mut pids: Vec<u32> = service.processes.iter().map(|process| process.pid).collect();
    pids.extend(service.main_pid);
    pids.extend(service.log.lines.iter().filter(|line| is_own(line)).filter_map(|line| line.pid));
    pids.extend(service.pid_files.iter().filter_map(|file| file.pid.known()));
    pids.retain(|pid| *pid > 1);
    pids.sort_unstable();
    pids.dedup();
    pids
}

fn is_own(line: &crate::snapshot::Line) -> bool {
    line.source == crate::snapshot::LogSource::Service
}

/// From when on something can have ended the run that matters: its start, in a loop that of the first run on record
/// that ended badly; microseconds since 1970.
pub(in crate::rules) fn since(case: &Case<'_>) -> Option<u64> {
    let service = case.service;
    let loops = service.is_looping || service.unit.sub == "auto-restart";
    let first = service.runs.iter().find_map(|run| run.start_usec);
    let last = service.runs.iter().rev().find_map(|run| run.start_usec);
    let start = if loops { first } else { last };
    let start = start.or(service.unit.main_start_usec).or(service.since_usec.filter(|_| {
        // Of a service that is gone, `since` is when it went.
        !case.is_broken()
    }));
    start.map(|usec| usec.saturating_sub(SLACK_USEC))
}

/// When its last run ended, in microseconds since 1970.
pub(in crate::rules) fn ended(case: &Case<'_>) -> Option<u64> {
    let service = case.service;
    let last = service.runs.iter().rev().find_map(|run| run.end_usec);
    last.or(service.unit.main_exit_usec)
}

/// A limit of getrlimit(2) as the service has it: of a running process, else of its definition (`LimitCORE=`).
/// `Some(None)`: unlimited.
pub(in crate::rules) fn limit(
    case: &Case<'_>,
    kernel: &str,
    directive: &str,
) -> Option<Option<u64>> {
    let of_process = |limits: &Vec<Limit>| {
        limits.iter().find(|limit| limit.name == kernel).map(|limit| limit.soft)
    };
    let running = case.service.processes.first().and_then(|process| process.limits.known());
    running.and_then(of_process).or_else(|| {
        let setting = case.definition()?.setting(directive)?;
        let soft = setting.value.split(':').next().unwrap_or_default().trim();
        match soft {
            "infinity" => Some(None),
            text => size(text).map(Some),
        }
    })
}

/// Bytes with a suffix to the base 1024, as systemd's limits have them.
pub(in crate::rules) fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.trim().parse().ok()?;
    let power = match text.get(digits.len()..)?.trim() {
        "" | "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    let value = number * (1u64 << power) as f64;
    (value >= 0.0 && value < u64::MAX as f64).then_some(value as u64)
}

/// The setting of its definition that makes a limit, as a proof.
pub(in crate::rules) fn limit_setting(case: &Case<'_>, directive: &str) -> Option<Evidence> {
    let setting = case.definition()?.setting(directive)?;
    Some(Evidence::place(&setting.place, format!("{}={}", setting.key, setting.value)))
}

/// It is one of systemd's.
pub(in crate::rules) fn is_systemd(case: &Case<'_>) -> bool {
    matches!(case.service.manager, Manager::Systemd | Manager::SystemdUser)
}

/// The command that starts it again.
pub(in crate::rules) fn restart(case: &Case<'_>) -> String {
    let user = if case.service.manager == Manager::SystemdUser { "--user " } else { "" };
    format!("daemonctl {user}restart {}", shell(&case.service.name))
}

/// The command that shows its log.
pub(in crate::rules) fn logs(case: &Case<'_>) -> String {
    let user = if case.service.manager == Manager::SystemdUser { "--user " } else { "" };
    format!("daemonctl {user}logs {}", shell(&case.service.name))
}
