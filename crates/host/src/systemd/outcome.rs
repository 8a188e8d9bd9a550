//! What became of a job, told by its result and by the state that its unit is in.

use bus::{BusError, Manager, Property, Unit};

use super::blame::{DEEPEST, blame, runs_already, still_triggered};
use super::properties::{Properties, everything, flag, number, text};
use super::why;
use crate::{Done, Refusal, RefusalKind, Verb};

/// How a unit was before its job was queued.
pub(super) struct Before {
    pub unit: Option<Unit>,
    /// Its object.
    path: Option<String>,
    /// What is asked for is so already.
    pub is_so_already: bool,
}

impl Before {
    pub(super) fn new(verb: Verb, unit: Option<Unit>) -> Before {
        let is_so_already = unit.as_ref().is_some_and(|unit| {
            let active = unit.active_state.as_str();
            let is_down = matches!(active, "inactive" | "failed");
            unit.job_id == 0
                && match verb {
                    Verb::Start => matches!(active, "active" | "reloading" | "refreshing"),
                    Verb::Stop | Verb::TryRestart | Verb::TryReloadOrRestart => is_down,
                    _ => false,
                }
        });
        let path = unit.as_ref().map(|unit| unit.path.clone());
        Before { unit, path, is_so_already }
    }

    /// Of a unit that was not loaded yet, where a manager before systemd 230 could not list it.
    pub(super) fn now_at(&mut self, path: String) {
        self.path = Some(path);
    }

    pub(super) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Its object, or one that every bus has and that tells nothing: an empty path is none, and a
    /// manager hangs up on it.
    pub(super) fn path_or_none(&self) -> &str {
        self.path().unwrap_or("/")
    }

    pub(super) fn sub_state(&self) -> &str {
        self.unit.as_ref().map_or("", |unit| &unit.sub_state)
    }
}

/// How a job ended.
#[derive(Clone, Debug)]
pub(super) enum Ended {
    /// With this result, as the manager told.
    Told(String),
    /// It is gone, and its end was not heard.
    Unheard,
}

/// Why a unit's definition could not be loaded.
pub(super) fn load_error(manager: &mut Manager, unit: &Unit) -> Option<String> {
    let properties = everything(manager, &unit.name, &unit.path).ok()?;
    why::load_error(&properties)
}

/// What nearly every outcome can be told by: some 15 µs of the manager's time each, where all that it
/// knows of a service takes it a hundred times as long.
const AT_A_GLANCE: [&str; 7] = [
    "ActiveState",
    "SubState",
    "ConditionResult",
    "ConditionTimestamp",
    "NeedDaemonReload",
    "StateChangeTimestampMonotonic",
    "TriggeredBy",
];

/// The little that nearly every outcome can be told by, of several units in one pipeline.
///
/// # Errors
/// The manager can't be asked now.
pub(super) fn glance(manager: &mut Manager, paths: &[String]) -> Result<Vec<Properties>, BusError> {
    let wanted: Vec<Property<'_>> = paths
        .iter()
        .flat_map(|path| AT_A_GLANCE.map(|name| Property::of_unit(path, name)))
        .collect();
    let mut values = manager.properties(&wanted)?.into_iter();
    let names = || AT_A_GLANCE.iter().map(|name| (*name).to_owned());
    Ok(paths.iter().map(|_| names().zip(values.by_ref()).collect()).collect())
}

/// What is known at a glance is enough to tell the outcome.
pub(super) fn is_plain(verb: Verb, ended: &Ended, properties: &Properties) -> bool {
    let went_well =
        matches!(ended, Ended::Told(word) if matches!(word.as_str(), "done" | "skipped"));
    let state = text(properties, "ActiveState").unwrap_or_default();
    let is_usual = match state {
        "active" | "reloading" | "refreshing" | "deactivating" => true,
        "inactive" => was_checked(properties, "Condition") != Some(false),
        _ => false,
    };
    went_well && (is_usual || !starts(verb))
}

/// All that the manager tells of a unit.
///
/// # Errors
/// The manager can't be asked now.
pub(super) fn properties(
    manager: &mut Manager,
    name: &str,
    before: &Before,
) -> Result<Properties, BusError> {
    let Some(path) = before.path() else { return Ok(Properties::new()) };
    match everything(manager, name, path) {
        // A transient unit may be gone with its job.
        Err(e) if e.said().is_some() => Ok(Properties::new()),
        other => other,
    }
}

/// A unit that nothing needs any more is unloaded as soon as its job is done. What is asked
/// then is the unit loaded anew, without a past; what was heard before is its past.
pub(super) fn complete(properties: &mut Properties, heard: &Properties) {
    let has_past = number(properties, "StateChangeTimestampMonotonic").unwrap_or_default() != 0;
    if !has_past {
        let told = heard
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), Ok(value.as_ref().ok()?.clone()))));
        properties.extend(told);
    }
}

/// What to tell of a job that ended.
pub(super) fn of(
    manager: &mut Manager,
    verb: Verb,
    name: &str,
    before: &Before,
    ended: &Ended,
    properties: &Properties,
) -> Result<Done, Refusal> {
    let word = match ended {
        Ended::Told(word) => word.as_str(),
        Ended::Unheard => guess(verb, properties),
    };
    if matches!(word, "done" | "skipped") {
        let mut done = done(verb, before, properties);
        if verb == Verb::Stop {
            // A note more or less: that the manager can't be asked is no reason to fail.
            done.notes.extend(still_triggered(manager, properties).unwrap_or_default());
        }
        return Ok(done);
    }
    let mut refusal = refused(verb, name, word, properties);
    if word == "failed"
        && name.ends_with(".socket")
        && let Ok(Some(service)) = runs_already(manager, properties)
    {
        refusal.message = format!("its service {service} runs already, without it");
        refusal.hint = Some(format!("daemonctl stop {service}, then start the socket"));
    }
    if word == "dependency"
        && let Ok(Some((chain, culprit))) = blame(manager, properties, DEEPEST)
    {
        refusal.message = chain;
        refusal.hint = Some(format!("daemonctl status {culprit}"));
    }
    Err(refusal)
}

/// The result that a job must have had whose end was not heard.
fn guess(verb: Verb, properties: &Properties) -> &'static str {
    let failed = text(properties, "ActiveState") == Some("failed");
    match verb {
        Verb::Stop => "done",
        Verb::Reload if word_is_bad(properties, "ReloadResult") => "failed",
        _ if failed => "failed",
        _ => "done",
    }
}

fn word_is_bad(properties: &Properties, name: &str) -> bool {
    text(properties, name).is_some_and(|word| !word.is_empty() && word != "success")
}

/// Whether the conditions (or assertions) held when they were last looked at; `None`: never.
/// `which` is `Condition` or `Assert`.
pub(super) fn was_checked(properties: &Properties, which: &str) -> Option<bool> {
    number(properties, &format!("{which}Timestamp")).filter(|usec| *usec != 0)?;
    flag(properties, &format!("{which}Result"))
}

fn starts(verb: Verb) -> bool {
    !matches!(verb, Verb::Stop | Verb::Reload)
}

fn done(verb: Verb, before: &Before, properties: &Properties) -> Done {
    let mut done = Done { nothing_to_do: before.is_so_already, ..Done::default() };
    if flag(properties, "NeedDaemonReload") == Some(true) {
        done.notes.push(
            "its definition on disk is newer than what systemd has loaded: daemonctl daemon-reload"
                .to_owned(),
        );
    }
    if !starts(verb) || done.nothing_to_do {
        return done;
    }
    match text(properties, "ActiveState") {
        Some("inactive") if was_checked(properties, "Condition") == Some(false) => {
            done.nothing_to_do = true;
            done.notes.push(format!("not started: {}", why::unmet(properties, "Conditions")));
        }
        Some("failed") => done.notes.push(match why::failure(properties, "Result") {
            Some((_, why)) => format!("it was started and has failed since: {why}"),
            None => "it was started and has failed since".to_owned(),
        }),
        Some("activating")
            if text(properties, "SubState").is_some_and(|s| s.starts_with("auto-restart")) =>
        {
            let why = why::failure(properties, "Result")
                .map_or_else(|| "it ended at once".to_owned(), |(_, why)| why);
            done.notes.push(format!("it was started and ended: {why}; systemd will restart it"));
        }
        _ => {}
    }
    done
}

fn refused(verb: Verb, name: &str, word: &str, properties: &Properties) -> Refusal {
    let status = format!("daemonctl status {name}");
    let mut refusal = match word {
        "failed" => failed(verb, name, properties),
        "dependency" => {
            Refusal::new(RefusalKind::DependencyFailed, "something that it requires failed")
                .hint(format!("daemonctl deps {name}"))
        }
        "timeout" => Refusal::new(
            RefusalKind::TimedOut,
            "its job was not done in time (JobTimeoutSec=, JobRunningTimeoutSec=)",
        )
        .hint(status),
        "canceled" => Refusal::new(
            RefusalKind::Cancelled,
            "its job was cancelled: another request took its place",
        )
        .hint("see what is queued: daemonctl jobs"),
        "collected" => {
            Refusal::new(RefusalKind::Cancelled, "its job was dropped: nothing needed it any more")
        }
        "invalid" => {
            Refusal::new(RefusalKind::Refused, "it does not run: there is nothing to reload")
                .hint(format!("daemonctl reload-or-restart {name}"))
        }
        "assert" => Refusal::new(RefusalKind::Refused, why::unmet(properties, "Asserts")),
        "unsupported" => Refusal::new(
            RefusalKind::NotSupported,
            "units of its kind are not supported on this machine",
        ),
        "once" => Refusal::new(
            RefusalKind::Refused,
            "it was started already and can be started once only",
        ),
        other => Refusal::new(RefusalKind::Failed, format!("systemd calls the job \"{other}\""))
            .hint(status),
    };
    refusal.native = Some(match (word, text(properties, "Result")) {
        ("failed", Some(result)) => format!("failed/{result}"),
        _ => word.to_owned(),
    });
    refusal
}

fn failed(verb: Verb, name: &str, properties: &Properties) -> Refusal {
    let reload = verb == Verb::Reload
        || text(properties, "ActiveState").is_some_and(|active| active == "active");
    let why = reload
        .then(|| why::failure(properties, "ReloadResult"))
        .flatten()
        .or_else(|| why::failure(properties, "Result"));
    let (kind, message) = why.unwrap_or_else(|| {
        (RefusalKind::Failed, "systemd does not say why; its log may".to_owned())
    });
    let hint = match kind {
        RefusalKind::Refused => format!("daemonctl reset-failed {name}, then start it again"),
        _ => format!("daemonctl status {name}; daemonctl logs {name}"),
    };
    Refusal::new(kind, message).hint(hint)
}
