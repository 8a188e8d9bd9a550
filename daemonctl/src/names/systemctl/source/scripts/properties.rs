//! What is known of a service, as properties of a unit: those that clients read.

use bus::wire::{Typed, Value};
use host::{Ability, Relation, Service, ServiceState, Verb};

use super::{CallError, Property, Scripts, failed, unit_of};

/// The version whose interface this is.
const VERSION: &str = "252";

fn text(name: &str, text: impl Into<String>) -> Property {
    Property { name: name.to_owned(), value: Typed::text(text) }
}

fn flag(name: &str, flag: bool) -> Property {
    Property { name: name.to_owned(), value: Typed::flag(flag) }
}

fn number(name: &str, number: u32) -> Property {
    Property { name: name.to_owned(), value: Typed::u32(number) }
}

fn signed(name: &str, number: i32) -> Property {
    Property { name: name.to_owned(), value: Typed::i32(number) }
}

fn time(name: &str, usec: u64) -> Property {
    Property { name: name.to_owned(), value: Typed::u64(usec) }
}

fn texts(name: &str, texts: impl IntoIterator<Item = String>) -> Property {
    Property { name: name.to_owned(), value: Typed::texts(texts) }
}

/// What there is to say of a unit that does not exist.
pub fn of_nothing(unit: &str) -> Vec<Property> {
    let error = Value::Struct(vec![
        Value::Text("org.freedesktop.systemd1.NoSuchUnit".to_owned()),
        Value::Text(format!("Unit {unit} not found.")),
    ]);
    let mut properties = vec![
        text("Id", unit),
        texts("Names", [unit.to_owned()]),
        text("Description", unit),
        text("LoadState", "not-found"),
        text("ActiveState", "inactive"),
        text("SubState", "dead"),
        text("FragmentPath", ""),
        text("UnitFileState", ""),
        text("UnitFilePreset", ""),
        flag("CanStart", true),
        flag("CanStop", true),
        flag("CanReload", false),
        flag("NeedDaemonReload", false),
        number("MainPID", 0),
    ];
    if let Ok(value) = Typed::new("(ss)", error) {
        properties.push(Property { name: "LoadError".to_owned(), value });
    }
    properties
}

/// What is known of a service, in the order in which systemd tells it.
pub fn of_service(service: &Service) -> Vec<Property> {
    let unit = unit_of(&service.name);
    let words = service.unit_state();
    let details = service.details.as_deref();
    let (code, status) = ended(service.result.as_deref());
    let failed = matches!(service.state, ServiceState::Failed | ServiceState::Crashed);
    let restart = details.and_then(|details| details.restart_policy.clone());
    let main = service.main_pid.unwrap_or_default();
    let mut all = vec![
        text("Type", "forking"),
        text("Restart", restart.unwrap_or_else(|| "no".to_owned())),
        text("PIDFile", path(service.pid_files.first())),
        number("MainPID", main),
        text("Result", if failed { "exit-code" } else { "success" }),
        number("NRestarts", service.restarts.unwrap_or_default()),
        number("ExecMainPID", main),
        signed("ExecMainCode", code),
        signed("ExecMainStatus", status),
        text("ControlGroup", service.control_group.clone().unwrap_or_default()),
        text("Id", &*unit),
        texts("Names", names(service, &unit)),
    ];
    all.extend(dependencies(service));
    all.push(texts("Documentation", details.map(|d| d.documentation.clone()).unwrap_or_default()));
    all.extend([
        text("Description", &*service.description),
        text("LoadState", words.load),
        text("ActiveState", &*words.active),
        text("SubState", words.sub),
        text("FragmentPath", path(service.definition.as_ref())),
        texts(
            "DropInPaths",
            details.iter().flat_map(|d| d.drop_ins.iter().map(|path| path.display().to_string())),
        ),
        text("UnitFileState", service.enablement.clone().unwrap_or_default()),
        text("UnitFilePreset", ""),
    ]);
    all.extend(times(service, &words.active));
    all.extend([
        flag("CanStart", true),
        flag("CanStop", true),
        flag("CanReload", details.and_then(|details| details.can_reload) == Some(true)),
        flag("CanIsolate", false),
        flag("NeedDaemonReload", details.is_some_and(|details| details.needs_daemon_reload)),
        flag("ConditionResult", details.is_none_or(|details| details.condition.is_none())),
        flag("AssertResult", true),
        flag("Transient", false),
    ]);
    all
}

fn path(path: Option<&std::path::PathBuf>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

/// The unit's own name first, then those that it answers for besides.
fn names(service: &Service, unit: &str) -> Vec<String> {
    let provided = service.details.iter().flat_map(|details| details.provides.iter());
    let mut names = vec![unit.to_owned()];
    for name in provided.map(|name| unit_of(name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn dependencies(service: &Service) -> Vec<Property> {
    let all = service.details.as_deref().map(|details| &*details.dependencies).unwrap_or_default();
    let list = |name: &str, relations: &[Relation]| {
        let wanted = all.iter().filter(|dependency| relations.contains(&dependency.relation));
        texts(name, wanted.filter_map(|dependency| dependency_unit(&dependency.name)))
    };
    let wanted_by = service.enabled_in.clone().unwrap_or_default();
    vec![
        list("Requires", &[Relation::Needs]),
        list("Wants", &[Relation::Wants, Relation::Uses]),
        // Runlevels are no units, but what they are to a service is what targets are.
        texts("WantedBy", wanted_by.into_iter().map(|level| runlevel(&level))),
        list("Conflicts", &[Relation::Conflicts]),
        list("Before", &[Relation::Before]),
        list("After", &[Relation::After]),
    ]
}

/// LSB's facilities, as the targets that systemd takes them for; nothing where it needs none.
const FACILITIES: &[(&str, Option<&str>)] = &[
    ("$local_fs", None),
    ("$syslog", None),
    ("$all", None),
    ("$network", Some("network-online.target")),
    ("$named", Some("nss-lookup.target")),
    ("$portmap", Some("rpcbind.target")),
    ("$remote_fs", Some("remote-fs.target")),
    ("$time", Some("time-sync.target")),
];

fn dependency_unit(name: &str) -> Option<String> {
    match FACILITIES.iter().find(|(facility, _)| *facility == name) {
        Some((_, target)) => target.map(str::to_owned),
        None => Some(unit_of(name.strip_prefix('$').unwrap_or(name))),
    }
}

/// A runlevel's target: `runlevel3.target`, `default.target`.
fn runlevel(level: &str) -> String {
    match level.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("runlevel{level}.target"),
        false => format!("{level}.target"),
    }
}

/// Since when it is in its state, under the name that this has in that state.
fn times(service: &Service, active: &str) -> Vec<Property> {
    let since = service.since_unix_usec.unwrap_or_default();
    let at = |is: bool| if is { since } else { 0 };
    let is_active = matches!(active, "active" | "reloading");
    let is_down = matches!(active, "inactive" | "failed");
    vec![
        time("StateChangeTimestamp", since),
        time("InactiveExitTimestamp", at(active == "activating")),
        time("ActiveEnterTimestamp", at(is_active)),
        time("ActiveExitTimestamp", at(active == "deactivating")),
        time("InactiveEnterTimestamp", at(is_down)),
    ]
}

/// How it ended, from the words for it: `exit code 3`, `killed by signal 9`.
fn ended(result: Option<&str>) -> (i32, i32) {
    const EXITED: i32 = 1;
    const KILLED: i32 = 2;
    let after = |head: &str| {
        let rest = result?.strip_prefix(head)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    match (after("exit code "), after("killed by signal ")) {
        (Some(status), _) => (EXITED, status),
        (None, Some(signal)) => (KILLED, signal),
        (None, None) => (0, 0),
    }
}

/// What is known of the manager.
pub fn of_manager(scripts: &Scripts) -> Result<Vec<Property>, CallError> {
    let services = scripts.manager.services().map_err(|error| failed(&error))?;
    let jobs = scripts.manager.jobs().map_err(|error| failed(&error))?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let failed = services.iter().filter(|service| service.state.is_trouble()).count();
    let reloads = scripts.manager.ability(Verb::Reload) == Ability::Can;
    let state = if failed > 0 { "degraded" } else { "running" };
    Ok(vec![
        text("Version", VERSION),
        number("NNames", count(services.len())),
        number("NFailedUnits", count(failed)),
        number("NJobs", count(jobs.len())),
        text("SystemState", state),
        flag("CanReload", reloads),
    ])
}
