//! `[Unit]`, `[Service]` and `[Install]` of a unit file.

use unit::table::Group;
use unit::unit::Setting;
use unit::values::scalar::signal_name;
use unit::{Name, UnitType, Value};

use super::systemd::Loaded;
use super::systemd_words::commands;
use crate::facility::{self, Meaning};
use crate::{
    Command, Definition, Level, Link, Lost, Native, PathCondition, Readiness, RestartPolicy, System,
};

/// Where writers may have to say that something was said.
const FIELDS: [(&str, &str); 14] = [
    ("Type", "readiness"),
    ("Restart", "restart"),
    ("RestartSec", "restart_delay"),
    ("ExecStart", "start"),
    ("ExecStartPre", "pre"),
    ("ExecStartPost", "post"),
    ("ExecReload", "reload"),
    ("ExecStop", "stop"),
    ("TimeoutStartSec", "start_timeout"),
    ("PIDFile", "pid_file"),
    ("StartLimitBurst", "start_limit"),
    ("RemainAfterExit", "remains"),
    ("WantedBy", "levels"),
    ("Documentation", "documentation"),
];

/// Fills in what the three sections say.
pub(super) fn fill(loaded: &Loaded, definition: &mut Definition) {
    let settings = loaded.unit.settings.settings();
    let has = |name: &str| settings.iter().any(|setting| setting.id.name() == name);
    let mut bus_name = None;
    if !has("ExecStart") {
        definition.readiness = Readiness::Oneshot;
    }
    for setting in settings {
        let name = setting.id.name();
        let (section, is_known) = match setting.id.group() {
            Group::Unit => ("Unit", unit(loaded, definition, setting)),
            Group::Install => ("Install", install(definition, setting)),
            Group::Service if name == "BusName" => {
                bus_name = text(setting);
                ("Service", true)
            }
            Group::Service => ("Service", service(loaded, definition, setting)),
            Group::Kill => ("Service", kill(definition, setting)),
            // Seen to where the surroundings of processes are.
            Group::Exec => continue,
            _ => ("Service", false),
        };
        if !is_known {
            definition.natives.push(loaded.native(section, setting));
            continue;
        }
        let field = FIELDS.iter().find(|(known, _)| *known == name);
        if let (Some((_, field)), Some(place)) = (field, loaded.place(setting)) {
            definition.places.entry(field).or_insert(place);
        }
    }
    if let Some(name) = bus_name {
        let is_of_bus = matches!(definition.readiness, Readiness::Dbus(_)) || !has("Type");
        match is_of_bus {
            true => definition.readiness = Readiness::Dbus(name),
            false => definition.natives.push(Native {
                system: System::Systemd,
                section: "Service".to_owned(),
                key: "BusName".to_owned(),
                value: name,
                place: None,
            }),
        }
    }
}

pub(super) fn text(setting: &Setting) -> Option<String> {
    match &setting.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Word(word) => Some((*word).to_owned()),
        _ => None,
    }
}

pub(super) fn usec(setting: &Setting) -> Option<u64> {
    match setting.value {
        Value::Usec(usec) => Some(usec),
        _ => None,
    }
}

/// `false`: only systemd has such a thing.
fn unit(loaded: &Loaded, definition: &mut Definition, setting: &Setting) -> bool {
    match setting.id.name() {
        "Description" => definition.description = text(setting),
        "Documentation" => {
            if let Value::List(list) = &setting.value {
                definition.documentation.extend(list.iter().map(|uri| uri.to_string()));
            }
        }
        "Requires" | "BindsTo" | "Requisite" => depend(loaded, definition, setting, Link::Needs),
        "Wants" | "Upholds" => depend(loaded, definition, setting, Link::Wants),
        "After" => depend(loaded, definition, setting, Link::After),
        "Before" => depend(loaded, definition, setting, Link::Before),
        "Conflicts" => depend(loaded, definition, setting, Link::Conflicts),
        "DefaultDependencies" => return setting.value == Value::Flag(true),
        "StartLimitIntervalSec" => definition.restart.interval_usec = usec(setting),
        "StartLimitBurst" => {
            if let Value::Integer(count) = setting.value {
                definition.restart.burst = u64::try_from(count).ok();
            }
        }
        name => return condition(definition, setting, name.starts_with("Assert")),
    }
    true
}

fn condition(definition: &mut Definition, setting: &Setting, is_assertion: bool) -> bool {
    let Value::Condition(condition) = &setting.value else { return false };
    let test = match condition.kind {
        "PathExists" => 'e',
        "PathIsDirectory" => 'd',
        "PathIsSymbolicLink" => 'h',
        "FileNotEmpty" => 's',
        "FileIsExecutable" => 'x',
        _ => return false,
    };
    if condition.is_trigger {
        return false;
    }
    let (path, is_negated) = (condition.parameter.to_string(), condition.is_negated);
    definition.conditions.push(PathCondition { test, path, is_negated, is_assertion });
    true
}

fn depend(loaded: &Loaded, definition: &mut Definition, setting: &Setting, link: Link) {
    let Value::Names(names) = &setting.value else { return };
    let key = setting.id.name();
    for name in names {
        let place = loaded.place(setting);
        match facility::of_unit(name.as_str()) {
            Meaning::Name(known) => {
                if matches!(key, "BindsTo" | "Requisite" | "Upholds") {
                    let why = "there is only needing and wanting elsewhere; it becomes that";
                    let change = Lost::change(format!("{key}={name}"), why);
                    definition.lost.push(change.at(place.clone()));
                }
                definition.depends(link, known, place);
            }
            Meaning::Implied => {}
            Meaning::Foreign => definition.natives.push(Native {
                system: System::Systemd,
                section: "Unit".to_owned(),
                key: key.to_owned(),
                value: name.to_string(),
                place,
            }),
        }
    }
}

/// `false`: not all of it is known elsewhere.
fn install(definition: &mut Definition, setting: &Setting) -> bool {
    let names: Vec<&str> = match &setting.value {
        Value::Names(names) => names.iter().map(Name::as_str).collect(),
        Value::List(list) => list.iter().map(|name| &**name).collect(),
        _ => return false,
    };
    match setting.id.name() {
        "WantedBy" | "RequiredBy" => {
            let levels: Option<Vec<Level>> = names.into_iter().map(level).collect();
            let Some(levels) = levels else { return false };
            definition.levels.extend(levels);
        }
        "Alias" => {
            let stem = |name: &str| {
                let name = name.parse::<Name>().ok()?;
                (name.unit_type() == UnitType::Service).then(|| name.stem().to_owned())
            };
            let stems: Option<Vec<String>> = names.into_iter().map(stem).collect();
            let Some(stems) = stems else { return false };
            definition.provides.extend(stems);
        }
        _ => return false,
    }
    true
}

fn level(target: &str) -> Option<Level> {
    match target {
        "multi-user.target" | "default.target" | "network.target" | "network-online.target" => {
            Some(Level::Normal)
        }
        "graphical.target" | "display-manager.service" => Some(Level::Graphical),
        "sysinit.target" | "basic.target" | "local-fs.target" => Some(Level::Early),
        _ => None,
    }
}

fn service(loaded: &Loaded, definition: &mut Definition, setting: &Setting) -> bool {
    if let Value::Command(command) = &setting.value {
        let (found, is_odd) = commands(command);
        if is_odd {
            let why = "a command runs either as the service's user or as root; it runs as root";
            let what = format!("the prefix ! of {}=", setting.id.name());
            definition.lost.push(Lost::change(what, why).at(loaded.place(setting)));
        }
        return put(definition, setting.id.name(), found);
    }
    match setting.id.name() {
        "Type" => {
            definition.readiness = match text(setting).as_deref() {
                Some("exec") => Readiness::Exec,
                Some("forking") => Readiness::Forking,
                Some("oneshot") => Readiness::Oneshot,
                Some("dbus") => Readiness::Dbus(String::new()),
                Some("notify") => Readiness::Notify,
                Some("notify-reload") => Readiness::NotifyReload,
                Some("idle") => Readiness::Idle,
                _ => Readiness::Simple,
            };
        }
        "RemainAfterExit" => definition.remains = setting.value == Value::Flag(true),
        "GuessMainPID" => return setting.value == Value::Flag(true),
        "PIDFile" => {
            definition.pid_file = text(setting).map(|path| match path.starts_with('/') {
                true => path,
                false => format!("/run/{path}"),
            });
        }
        "Restart" => {
            let policy = text(setting).and_then(|word| RestartPolicy::named(&word));
            definition.restart.policy = policy.unwrap_or_default();
        }
        "RestartSec" => definition.restart.delay_usec = usec(setting),
        "TimeoutStartSec" => definition.start_timeout_usec = usec(setting),
        "TimeoutStopSec" => definition.stop_timeout_usec = usec(setting),
        "TimeoutSec" => {
            definition.start_timeout_usec = usec(setting);
            definition.stop_timeout_usec = usec(setting);
        }
        _ => return false,
    }
    true
}

fn put(definition: &mut Definition, name: &str, found: Vec<Command>) -> bool {
    let list = match name {
        "ExecStart" => &mut definition.start,
        "ExecStartPre" => &mut definition.pre,
        "ExecStartPost" => &mut definition.post,
        "ExecReload" => &mut definition.reload,
        "ExecStop" => &mut definition.stop,
        "ExecStopPost" => &mut definition.after_stop,
        _ => return false,
    };
    list.extend(found);
    true
}

fn kill(definition: &mut Definition, setting: &Setting) -> bool {
    match (setting.id.name(), &setting.value) {
        ("KillSignal", Value::Signal(signal)) => {
            definition.stop_signal = Some(signal_name(*signal).into_owned());
            true
        }
        // What is so anyway.
        ("KillMode", Value::Word("control-group")) | ("SendSIGKILL", Value::Flag(true)) => true,
        _ => false,
    }
}
