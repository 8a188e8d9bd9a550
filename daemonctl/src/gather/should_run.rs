//! Whether a unit is meant to run now. systemd keeps no word for it: what was asked for, how its last start ended and
//! what enables it are put together.

use insight::snapshot::{Service, State};

use super::Gatherer;
use super::history::Facts;
use super::native::Native;
use super::service::pid_files;
use crate::context::Context;

/// Whether a unit is meant to run. Who was stopped by hand, or has done its work, is not.
pub fn of_unit(
    gatherer: &Gatherer<'_>,
    manager: usize,
    service: &Service,
    native: &Native,
    facts: &Facts,
) -> bool {
    match service.state {
        State::Running | State::Exited | State::Starting | State::Failed | State::Crashed => {
            return true;
        }
        State::Stopping | State::Unknown => return false,
        State::Stopped => {}
    }
    // A job to start it failed, and nothing happened since.
    let changed = native.time("InactiveEnterTimestamp").unwrap_or(0);
    let is_newer = |at: u64| at.saturating_add(1_000_000) >= changed;
    if facts.job.as_ref().is_some_and(|(at, _)| is_newer(*at)) {
        return true;
    }
    if facts.dropped_usec.is_some_and(is_newer) {
        return true;
    }
    let has_run = native.time("InactiveExitTimestamp").is_some();
    let is_enabled = is_wanted(gatherer, manager, native);
    match has_run {
        true => is_enabled && ended_by_itself(service, native, facts),
        // It was enabled before the machine was started, and nobody started it: a condition that does not hold is
        // meant so.
        false => {
            is_enabled
                && native.time("ConditionTimestamp").is_none()
                && was_enabled_at_boot(gatherer, native)
        }
    }
}

/// Its script says nothing of how it is (as that of a database without any cluster does), it is enabled, and it is
/// known to be a daemon of which no process runs.
pub fn is_silent_daemon(context: &Context, service: &Service) -> bool {
    let is_asked = service.state == State::Unknown
        && service.main_pid.is_none()
        && service.enablement.as_deref() == Some("enabled");
    let programs = super::meant::programs(service).filter(|_| is_asked);
    let Some((programs, entries)) = programs.zip(std::fs::read_dir(&context.common.proc_root).ok())
    else {
        return false;
    };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut names = pids.filter_map(|pid| pid_files::name(context, pid));
    !names
        .any(|name| programs.iter().any(|program| name.starts_with(program.trim_end_matches('*'))))
}

/// A daemon that ended although nobody asked for it.
fn ended_by_itself(service: &Service, native: &Native, facts: &Facts) -> bool {
    let is_daemon = !matches!(native.text("Type"), None | Some("oneshot"));
    let is_triggered = !native.texts("TriggeredBy").is_empty();
    let left = native.time("ActiveExitTimestamp").or(native.time("InactiveEnterTimestamp"));
    let began = native.time("ActiveEnterTimestamp").unwrap_or(0);
    let was_stopped = facts.stopping_usec.is_some_and(|at| at >= began);
    let was_told = !service.log.lines.is_empty() || facts.started_usec.is_some();
    is_daemon && !is_triggered && left.is_some() && was_told && !was_stopped
}

/// Something that is active wants it.
fn is_wanted(gatherer: &Gatherer<'_>, manager: usize, native: &Native) -> bool {
    let mut wanted = native.texts("WantedBy");
    wanted.extend(native.texts("RequiredBy"));
    wanted.extend(native.texts("UpheldBy"));
    let is_enabled =
        matches!(native.text("UnitFileState"), Some("enabled" | "enabled-runtime" | "generated"));
    if wanted.is_empty() || !is_enabled {
        return false;
    }
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let states = gatherer.unit_states(manager, &names);
    states.iter().any(|(_, state, _)| matches!(state, State::Running | State::Exited))
}

/// The links that enable it are older than this boot.
fn was_enabled_at_boot(gatherer: &Gatherer<'_>, native: &Native) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let name = native.word("Id");
    let links = native
        .texts("WantedBy")
        .into_iter()
        .map(|target| gatherer.inside(&format!("/etc/systemd/system/{target}.wants/{name}")));
    // A box or container shares the clock of its host: a few seconds before what its own manager says.
    let started = manager_start(gatherer).unwrap_or_else(|| gatherer.boot_usec());
    let is_older = |path: std::path::PathBuf| {
        let meta = std::fs::symlink_metadata(path).ok()?;
        let changed = u64::try_from(meta.ctime()).ok()?.saturating_mul(1_000_000);
        Some(changed < started)
    };
    links.filter_map(is_older).any(|is_older| is_older)
}

/// When process 1 was started, in microseconds since 1970: its folder in /proc is as old.
fn manager_start(gatherer: &Gatherer<'_>) -> Option<u64> {
    let stat = std::fs::read_to_string(gatherer.context.common.proc_root.join("1/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    let ticks: u64 = behind.split_whitespace().nth(19)?.parse().ok()?;
    Some(gatherer.boot_usec().saturating_add(ticks.saturating_mul(10_000)))
}
