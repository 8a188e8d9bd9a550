//! A unit as systemd tells of it: its state, how its last start went, its conditions and dependencies.

use bus::wire::Value;
use insight::snapshot::{
    Condition, Dependency, Exit, Load, Manager, Relation, Service, State, Unit,
};

use crate::gather::native::Native;

/// Commands whose ends systemd keeps, in the order in which they are run.
const COMMANDS: [&str; 7] = [
    "ExecCondition",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
];

/// Relations that matter to whether a unit runs, with the property that lists them.
const RELATIONS: [(&str, Relation); 8] = [
    ("Requires", Relation::Needs),
    ("Requisite", Relation::Needs),
    ("BindsTo", Relation::Needs),
    ("Wants", Relation::Wants),
    ("After", Relation::After),
    ("TriggeredBy", Relation::TriggeredBy),
    ("Conflicts", Relation::Conflicts),
    ("PartOf", Relation::After),
];

/// Units of these types are there or not; nobody looks for a fault in them.
const PASSIVE: [&str; 5] = [".target", ".slice", ".device", ".scope", ".swap"];

/// A unit, as far as systemd itself tells.
pub fn service(name: &str, manager: Manager, native: &Native) -> Service {
    let unit = unit(native);
    let enablement = native.text("UnitFileState").map(str::to_owned);
    Service {
        name: native.text("Id").unwrap_or(name).to_owned(),
        description: native.word("Description"),
        manager,
        state: state(native, &unit),
        native: words(&unit),
        load: load(native),
        enablement,
        since_usec: since(native, &unit),
        last_exit: last_exit(native, &unit),
        conditions: conditions(native),
        dependencies: dependencies(native),
        main_pid: native
            .number("MainPID")
            .and_then(|pid| u32::try_from(pid).ok())
            .filter(|p| *p != 0),
        unit,
        ..Service::default()
    }
}

/// `failed (exit-code)`, as people know it from systemctl(1).
fn words(unit: &Unit) -> String {
    match unit.result.as_str() {
        "" | "success" => format!("{} ({})", unit.active, unit.sub),
        result if unit.active == "failed" => format!("failed ({result})"),
        result => format!("{} ({}), {result}", unit.active, unit.sub),
    }
}

fn load(native: &Native) -> Load {
    match native.text("LoadState").unwrap_or("loaded") {
        "not-found" => Load::NotFound,
        "bad-setting" => Load::BadSetting,
        "error" => Load::Error,
        "masked" => Load::Masked,
        _ => Load::Loaded,
    }
}

fn state(native: &Native, unit: &Unit) -> State {
    let ended_badly = !matches!(unit.result.as_str(), "" | "success");
    match (unit.active.as_str(), unit.sub.as_str()) {
        ("active", "exited") => State::Exited,
        ("active" | "reloading" | "refreshing", _) => State::Running,
        // Whatever it ended with, it is gone and will be started again.
        ("activating", "auto-restart" | "auto-restart-queued") if ended_badly => State::Crashed,
        ("activating", "auto-restart" | "auto-restart-queued") => match native.text("Type") {
            Some("oneshot") => State::Starting,
            _ => State::Crashed,
        },
        ("activating", _) => State::Starting,
        ("deactivating", _) => State::Stopping,
        ("failed", _) => State::Failed,
        ("inactive", _) => State::Stopped,
        _ => State::Unknown,
    }
}

fn since(native: &Native, unit: &Unit) -> Option<u64> {
    native.time(match unit.active.as_str() {
        "active" | "reloading" | "refreshing" => "ActiveEnterTimestamp",
        "inactive" | "failed" => "InactiveEnterTimestamp",
        "activating" => "InactiveExitTimestamp",
        _ => "ActiveExitTimestamp",
    })
}

fn unit(native: &Native) -> Unit {
    let invocation = native.bytes("InvocationID").filter(|id| id.len() == 16);
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Unit {
        active: native.word("ActiveState"),
        sub: native.word("SubState"),
        result: native.word("Result"),
        restarts: native.number("NRestarts").and_then(|count| u32::try_from(count).ok()),
        invocation: invocation.map(hex).filter(|id| id.bytes().any(|byte| byte != b'0')),
        status_text: status_text(native),
        load_error: load_error(native),
        needs_daemon_reload: native.flag("NeedDaemonReload"),
        job: None,
        command_ends: command_ends(native),
        main_start_usec: native.time("ExecMainStartTimestamp"),
        main_exit_usec: native.time("ExecMainExitTimestamp"),
        active_enter_usec: native.time("ActiveEnterTimestamp"),
        state_change_usec: native.time("StateChangeTimestamp"),
    }
}

/// When its last start began.
pub fn last_start(native: &Native) -> Option<u64> {
    let main = native.time("ExecMainStartTimestamp");
    let began = native.time("InactiveExitTimestamp");
    // A restart leaves "inactive" only where it was inactive between.
    match (began, main) {
        (Some(began), Some(main)) if main > began => {
            Some(began.max(commands_began(native).unwrap_or(main)).min(main))
        }
        (Some(began), _) => Some(began),
        (None, main) => main,
    }
}

/// When the first command of the last start began: systemd forgets those of earlier starts.
fn commands_began(native: &Native) -> Option<u64> {
    ["ExecCondition", "ExecStartPre", "ExecStart"]
        .iter()
        .flat_map(|name| native.rows(name))
        .filter_map(|row| row.field(3)?.as_u64())
        .filter(|usec| *usec != 0)
        .min()
}

fn status_text(native: &Native) -> Option<String> {
    let text = native.text("StatusText").map(str::to_owned);
    let errno = native.signed("StatusErrno").filter(|errno| *errno != 0)?;
    let error = std::io::Error::from_raw_os_error(i32::try_from(errno).ok()?);
    Some(text.map_or_else(|| error.to_string(), |text| format!("{text} ({error})")))
        .or_else(|| native.text("StatusText").map(str::to_owned))
}

/// `LoadError` is a name of D-Bus and a sentence.
fn load_error(native: &Native) -> Option<String> {
    let text = native.value("LoadError")?.field(1)?.as_str()?;
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// `CLD_EXITED`, `CLD_KILLED`, `CLD_DUMPED` of waitid(2), with the status or signal.
fn exit(code: i64, status: i64) -> Option<Exit> {
    let number = i32::try_from(status).ok()?;
    match code {
        1 => Some(Exit::Status(number)),
        2 => Some(Exit::Signal { number, dumped: false }),
        3 => Some(Exit::Signal { number, dumped: true }),
        _ => None,
    }
}

/// A command: where it stands, its arguments, how it ended.
type CommandEnd = (String, Vec<String>, Exit);

fn command_ends(native: &Native) -> Vec<CommandEnd> {
    let mut ends: Vec<(u64, CommandEnd)> = Vec::new();
    for name in COMMANDS {
        for row in native.rows(name) {
            let end = || {
                let ended_usec = row.field(5)?.as_u64().filter(|usec| *usec != 0)?;
                let argv = row.field(1)?.as_strings()?.into_iter().map(str::to_owned).collect();
                let exit = exit(row.field(8)?.as_i64()?, row.field(9)?.as_i64()?)?;
                Some((ended_usec, (name.to_owned(), argv, exit)))
            };
            ends.extend(end());
        }
    }
    ends.sort_by_key(|(usec, _)| *usec);
    ends.into_iter().map(|(_, end)| end).collect()
}

/// How its main process ended or, where there was none in the last start, the command that failed.
fn last_exit(native: &Native, unit: &Unit) -> Option<Exit> {
    let is_of_this_start = unit.main_start_usec >= commands_began(native);
    let main = native
        .time("ExecMainExitTimestamp")
        .filter(|_| is_of_this_start)
        .and_then(|_| exit(native.signed("ExecMainCode")?, native.signed("ExecMainStatus")?));
    main.or_else(|| {
        let failed = unit.command_ends.iter().rev().find(|(.., exit)| *exit != Exit::Status(0));
        failed.map(|(.., exit)| *exit)
    })
}

fn conditions(native: &Native) -> Vec<Condition> {
    let rows = |name: &str| native.rows(name).iter().filter_map(condition).collect::<Vec<_>>();
    let mut all = rows("Conditions");
    all.extend(rows("Asserts"));
    all
}

fn condition(row: &Value) -> Option<Condition> {
    let held = match row.field(4)?.as_i64()? {
        0 => None,
        state => Some(state > 0),
    };
    Some(Condition {
        name: row.field(0)?.as_str()?.to_owned(),
        trigger: row.field(1)?.as_bool()?,
        negated: row.field(2)?.as_bool()?,
        parameter: row.field(3)?.as_str()?.to_owned(),
        held,
        place: None,
    })
}

fn dependencies(native: &Native) -> Vec<Dependency> {
    let mut all: Vec<Dependency> = Vec::new();
    for (property, relation) in RELATIONS {
        for name in native.texts(property) {
            let is_known = all.iter().any(|known| known.name == name);
            let is_passive = PASSIVE.iter().any(|suffix| name.ends_with(suffix));
            if is_known || is_passive && relation != Relation::Needs {
                continue;
            }
            all.push(Dependency {
                relation,
                name,
                state: State::Unknown,
                load: Load::Loaded,
                place: None,
            });
        }
    }
    all
}

/// A state by the words of a list of units.
pub fn listed_state(active: &str, sub: &str) -> State {
    match (active, sub) {
        ("active", "exited") => State::Exited,
        ("active" | "reloading" | "refreshing", _) => State::Running,
        ("activating", "auto-restart") => State::Crashed,
        ("activating", _) => State::Starting,
        ("deactivating", _) => State::Stopping,
        ("failed", _) => State::Failed,
        ("inactive", _) => State::Stopped,
        _ => State::Unknown,
    }
}

/// A load state by its word.
pub fn listed_load(word: &str) -> Load {
    match word {
        "not-found" => Load::NotFound,
        "bad-setting" => Load::BadSetting,
        "error" => Load::Error,
        "masked" => Load::Masked,
        _ => Load::Loaded,
    }
}
