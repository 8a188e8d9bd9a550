//! Why a unit is as it is, in sentences: what a manager keeps in words and numbers.

use bus::wire::Value;
use unit::time::span::format_usec;
use unit::values::scalar::{exit_status_name, signal_name};

use super::properties::{Properties, number, rows, signed, text, word};
use crate::RefusalKind;

/// `CLD_EXITED` of waitid(2).
const EXITED: i64 = 1;
/// `CLD_KILLED`.
const KILLED: i64 = 2;
/// `CLD_DUMPED`.
const DUMPED: i64 = 3;

/// The commands that a unit may have, in the order in which they run. A leading `-` of the command
/// is the manager's to heed: such a command is not listed as failed.
const COMMANDS: [&str; 16] = [
    "ExecCondition",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPre",
    "ExecStopPost",
    "ExecMount",
    "ExecUnmount",
    "ExecRemount",
    "ExecActivate",
    "ExecDeactivate",
    "ExecStopPostEx",
    "ExecReloadPost",
    "ExecReloadPostEx",
];

/// How a process ended, in words: `ended with status 203 (EXEC)`, `was killed by SIGSEGV`.
pub(super) fn ended(code: i64, status: i64) -> Option<String> {
    let signal = || i32::try_from(status).map_or_else(|_| status.to_string().into(), signal_name);
    Some(match code {
        EXITED => {
            let name = u8::try_from(status).ok().and_then(exit_status_name);
            match name.filter(|_| status >= 2) {
                Some(name) => format!("ended with status {status} ({name})"),
                None => format!("ended with status {status}"),
            }
        }
        KILLED => format!("was killed by {}", signal()),
        DUMPED => format!("was killed by {} and dumped core", signal()),
        _ => return None,
    })
}

/// The command that failed last.
struct FailedCommand {
    /// Where it stands: `ExecStartPre`.
    property: &'static str,
    path: String,
    ended: String,
    status: i64,
    code: i64,
    exit_usec: u64,
}

fn failed_command(properties: &Properties) -> Option<FailedCommand> {
    COMMANDS
        .iter()
        .flat_map(|property| {
            rows(properties, property).iter().filter_map(|row| read_command(property, row))
        })
        .max_by_key(|command| command.exit_usec)
}

fn read_command(property: &'static str, row: &Value) -> Option<FailedCommand> {
    let ignored = row.field(2)?.as_bool()?;
    let exit_usec = row.field(6)?.as_u64()?;
    let (code, status) = (row.field(8)?.as_i64()?, row.field(9)?.as_i64()?);
    if ignored || exit_usec == 0 || (code == EXITED && status == 0) {
        return None;
    }
    let path = row.field(0)?.as_str()?.to_owned();
    Some(FailedCommand { property, path, ended: ended(code, status)?, status, code, exit_usec })
}

/// What systemd itself could not do for a process before it ran, by its exit status
/// (systemd.exec(5), "Process Exit Codes").
fn before_it_ran(status: i64) -> Option<&'static str> {
    Some(match status {
        200 => "its working directory can't be entered",
        203 => "the program can't be executed: it is missing, is no program, or may not be run",
        216 => "its group is not known or can't be set",
        217 => "its user is not known or can't be set",
        226 => "its mount namespace can't be set up: a path that it names may be missing",
        228 => "its system call filter can't be set",
        233 | 238..=241 => "one of its directories can't be made",
        243 => "its credentials can't be set up",
        _ => return None,
    })
}

/// Why a unit failed: what kind of reason, and a sentence without the unit's name. `None` where
/// the manager says that it succeeded. `property` is `Result` or `ReloadResult`.
pub(super) fn failure(properties: &Properties, property: &str) -> Option<(RefusalKind, String)> {
    let result = word(properties, property).filter(|result| *result != "success")?;
    let sentence = match result {
        "exit-code" | "signal" | "core-dump" => process_failed(properties, result),
        "timeout" => return Some((RefusalKind::TimedOut, timed_out(properties))),
        "watchdog" => format!(
            "it sent no watchdog ping within {} (WatchdogSec=) and was killed",
            span(properties, "WatchdogUSec")
        ),
        "start-limit-hit" | "start-limit" => {
            let burst = number(properties, "StartLimitBurst").unwrap_or_default();
            let interval = span(properties, "StartLimitIntervalUSec");
            return Some((
                RefusalKind::Refused,
                format!(
                    "it was started too often: more than {burst} times within {interval} \
                     (StartLimitBurst=, StartLimitIntervalSec=)"
                ),
            ));
        }
        "resources" => "systemd could not set it up (\"resources\"): a file that it names is \
                        missing, or the machine lacks memory, processes or descriptors; its log \
                        says which"
            .to_owned(),
        "protocol" => protocol(properties),
        "oom-kill" => "the kernel killed it: out of memory".to_owned(),
        "exec-condition" => match process_end(properties) {
            Some(end) => format!("its ExecCondition= forbids it: it {end}"),
            None => "its ExecCondition= forbids it".to_owned(),
        },
        "service-start-limit-hit" => "the service that it starts was started too often".to_owned(),
        "trigger-limit-hit" => "it was triggered too often (TriggerLimitBurst=)".to_owned(),
        other => format!("systemd calls its result \"{other}\""),
    };
    Some((RefusalKind::Failed, sentence))
}

fn process_failed(properties: &Properties, result: &str) -> String {
    if let Some(command) = failed_command(properties) {
        let why = (command.code == EXITED).then(|| before_it_ran(command.status)).flatten();
        let main = command.property == "ExecStart";
        let who = match main && text(properties, "Type") != Some("oneshot") {
            true => format!("its main process {}", command.path),
            false => format!("{}={}", command.property, command.path),
        };
        let FailedCommand { ended, .. } = command;
        return match why {
            Some(why) => format!("{who} {ended}: {why}"),
            None => format!("{who} {ended}"),
        };
    }
    match process_end(properties) {
        Some(end) => format!("its main process {end}"),
        None if result == "exit-code" => "a process of it ended with an error".to_owned(),
        None => "a process of it was killed by a signal".to_owned(),
    }
}

/// How the main process ended, where it ended badly.
fn process_end(properties: &Properties) -> Option<String> {
    let code = signed(properties, "ExecMainCode")?;
    let status = signed(properties, "ExecMainStatus")?;
    if code == EXITED && status == 0 { None } else { ended(code, status) }
}

fn timed_out(properties: &Properties) -> String {
    let after = |name| span(properties, name);
    let at = |name| number(properties, name).filter(|usec| *usec != 0);
    let ran = at("ActiveExitTimestampMonotonic")
        .zip(at("ActiveEnterTimestampMonotonic"))
        .map(|(end, start)| end.saturating_sub(start));
    if let (Some(ran), Some(most)) = (ran, at("RuntimeMaxUSec"))
        && ran >= most
    {
        return format!("it ran longer than {} (RuntimeMaxSec=)", after("RuntimeMaxUSec"));
    }
    if text(properties, "SubState").is_some_and(|sub| sub.starts_with("stop"))
        || properties_say_stopped(properties)
    {
        return format!(
            "it did not stop within {} (TimeoutStopSec=) and was killed",
            after("TimeoutStopUSec")
        );
    }
    let limit = after("TimeoutStartUSec");
    match text(properties, "Type") {
        Some(kind @ ("notify" | "notify-reload")) => format!(
            "it did not report that it is ready within {limit} (Type={kind}: READY=1 of \
             sd_notify(3); TimeoutStartSec=)"
        ),
        Some("dbus") => format!(
            "it did not take its name on the bus within {limit} (Type=dbus; TimeoutStartSec=)"
        ),
        Some("forking") => {
            format!("its first process did not end within {limit} (Type=forking; TimeoutStartSec=)")
        }
        _ => format!("it was not up within {limit} (TimeoutStartSec=)"),
    }
}

/// It had become active after it was last started, so that what timed out was its stop.
fn properties_say_stopped(properties: &Properties) -> bool {
    let at = |name| number(properties, name).unwrap_or_default();
    at("ActiveEnterTimestampMonotonic") > at("InactiveExitTimestampMonotonic")
        || (at("ActiveEnterTimestampMonotonic") != 0
            && at("ActiveEnterTimestampMonotonic") == at("InactiveExitTimestampMonotonic"))
}

fn protocol(properties: &Properties) -> String {
    match text(properties, "Type") {
        Some("forking") => match word(properties, "PIDFile") {
            Some(file) => format!(
                "it ended without a main process left behind: no usable pid in {file} \
                 (Type=forking, PIDFile=)"
            ),
            None => "it left no main process behind (Type=forking)".to_owned(),
        },
        Some(kind @ ("notify" | "notify-reload")) => {
            format!("it ended before it reported that it is ready (Type={kind})")
        }
        Some("dbus") => "it ended before it took its name on the bus (Type=dbus)".to_owned(),
        Some(kind) => format!("it did not do what Type={kind} demands"),
        None => "it did not do what its type demands".to_owned(),
    }
}

/// A time span property in words.
pub(super) fn span(properties: &Properties, name: &str) -> String {
    number(properties, name).map_or_else(|| "its time".to_owned(), |usec| format_usec(usec, 1))
}

/// Why a unit's definition could not be loaded.
pub(super) fn load_error(properties: &Properties) -> Option<String> {
    let error = properties.get("LoadError")?.as_ref().ok()?;
    let message = error.field(1)?.as_str()?.trim_end_matches('.');
    (!message.is_empty()).then(|| message.to_owned())
}

/// The conditions (or assertions) that did not hold when they were last looked at, as they are
/// written: `ConditionPathExists=/x`. `property` is `Conditions` or `Asserts`.
pub(super) fn not_met(properties: &Properties, property: &str) -> Vec<String> {
    conditions(properties, property, |state| state < 0)
}

/// In a sentence, which of the conditions (or assertions) did not hold, where it is known that one
/// did not. A unit that was unloaded meanwhile has forgotten which.
pub(super) fn unmet(properties: &Properties, property: &str) -> String {
    let known = not_met(properties, property);
    let all = conditions(properties, property, |_| true);
    match (known.as_slice(), all.as_slice()) {
        ([], [one]) => format!("{one} does not hold"),
        ([], []) => "a condition of its definition does not hold".to_owned(),
        ([], all) => format!("not all of these hold: {}", all.join(", ")),
        ([one], _) => format!("{one} does not hold"),
        (several, _) => format!("{} do not hold", several.join(", ")),
    }
}

/// Conditions as they are written. Their state is 1 for held, 0 for not looked at, below 0 for not
/// held.
fn conditions(
    properties: &Properties,
    property: &str,
    wanted: impl Fn(i64) -> bool,
) -> Vec<String> {
    let sign = |is: bool, sign: &'static str| if is { sign } else { "" };
    rows(properties, property)
        .iter()
        .filter_map(|row| {
            let kind = row.field(0)?.as_str()?;
            let (triggering, negated) = (row.field(1)?.as_bool()?, row.field(2)?.as_bool()?);
            let parameter = row.field(3)?.as_str()?;
            wanted(row.field(4)?.as_i64()?).then(|| {
                format!("{kind}={}{}{parameter}", sign(triggering, "|"), sign(negated, "!"))
            })
        })
        .collect()
}
