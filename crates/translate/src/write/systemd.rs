//! Unit files.

use unit::Value;
use unit::table::{Group, Kind};

use super::systemd_text::Text;
use super::{OutFile, Unwritable, Written, depend, systemd_exec, systemd_timer};
use crate::facility::name_in;
use crate::{Definition, Level, Link, Lost, Readiness, RestartPolicy, System};

pub(super) fn write(definition: &Definition, written: &mut Written) -> Result<(), Unwritable> {
    let mut text = Text::default();
    unit_section(definition, &mut text, &mut written.lost)?;
    service_section(definition, &mut text, &mut written.lost)?;
    match definition.schedule {
        Some(_) => {}
        None => install_section(definition, &mut text, &mut written.lost),
    }
    let path = format!("/etc/systemd/system/{}.service", definition.name);
    written.files.push(OutFile { path, text: text.done(), mode: 0o644 });
    if let Some(schedule) = &definition.schedule {
        written.files.push(systemd_timer::write(definition, schedule)?);
    }
    Ok(())
}

/// A description fits into a line, whatever it holds.
pub(super) fn description(definition: &Definition) -> Option<String> {
    let text = super::sh::one_line(definition.description.as_deref()?);
    // A backslash at the end would join the next line to it.
    let text = text.trim_end_matches(|c: char| c == '\\' || c.is_whitespace()).to_owned();
    (!text.is_empty()).then_some(text)
}

fn unit_section(
    definition: &Definition,
    text: &mut Text,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    text.section("Unit");
    if let Some(description) = description(definition) {
        text.text(Group::Unit, "Description", &description)?;
    }
    if !definition.documentation.is_empty() {
        let list = definition.documentation.iter().map(|uri| Box::from(uri.as_str())).collect();
        text.put("Documentation", Kind::Documentation, &Value::List(list))?;
    }
    let is_native = |key: &str| {
        let natives = definition.natives.iter();
        natives.clone().any(|native| native.system == System::Systemd && native.key == key)
    };
    if definition.levels.contains(&Level::Early) && !is_native("DefaultDependencies") {
        // What is wanted before the basic system is up can't come after it.
        text.raw("DefaultDependencies", "no");
        text.raw("Conflicts", "shutdown.target");
        text.raw("Before", "sysinit.target shutdown.target");
        text.raw("After", "local-fs.target");
    }
    dependencies(definition, text, lost);
    for condition in &definition.conditions {
        let name = match condition.test {
            'd' => "PathIsDirectory",
            'h' => "PathIsSymbolicLink",
            's' => "FileNotEmpty",
            'x' => "FileIsExecutable",
            _ => "PathExists",
        };
        let key = if condition.is_assertion { "Assert" } else { "Condition" };
        let negation = if condition.is_negated { "!" } else { "" };
        let path = condition.path.replace('%', "%%");
        text.raw(&format!("{key}{name}"), &format!("{negation}{path}"));
    }
    if let Some(usec) = definition.restart.interval_usec {
        text.span("StartLimitIntervalSec", usec);
    }
    if let Some(burst) = definition.restart.burst {
        text.raw("StartLimitBurst", &burst.to_string());
    }
    text.natives(definition, "Unit");
    Ok(())
}

fn dependencies(definition: &Definition, text: &mut Text, lost: &mut Vec<Lost>) {
    let mut of = |link| depend::names(definition, System::Systemd, link, lost);
    let (needs, mut wants) = (of(Link::Needs), of(Link::Wants));
    let (mut after, before, conflicts) = (of(Link::After), of(Link::Before), of(Link::Conflicts));
    // Targets can't fail, and that the network is managed is nothing to be started.
    let is_target = |name: &String| name.ends_with(".target");
    wants.extend(needs.iter().filter(|name| is_target(name)).cloned());
    wants.retain(|name| name != "network.target");
    let required: Vec<String> = needs.iter().filter(|name| !is_target(name)).cloned().collect();
    after.extend(needs);
    let rows = [
        ("Requires", required),
        ("Wants", wants),
        ("After", after),
        ("Before", before),
        ("Conflicts", conflicts),
    ];
    for (key, names) in rows {
        let mut unique: Vec<String> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        if !unique.is_empty() {
            text.raw(key, &unique.join(" "));
        }
    }
}

fn service_section(
    definition: &Definition,
    text: &mut Text,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    text.section("Service");
    let kind = match &definition.readiness {
        Readiness::Simple => "simple",
        Readiness::Exec => "exec",
        Readiness::Forking => "forking",
        Readiness::Notify => "notify",
        Readiness::NotifyReload => "notify-reload",
        Readiness::Oneshot => "oneshot",
        Readiness::Dbus(_) => "dbus",
        Readiness::Idle => "idle",
    };
    text.raw("Type", kind);
    if let Readiness::Dbus(name) = &definition.readiness {
        text.raw("BusName", name);
    }
    if definition.remains {
        text.raw("RemainAfterExit", "yes");
    }
    pid_file(definition, text, lost)?;
    systemd_exec::write(definition, text, lost)?;
    let groups = [
        ("ExecStart", &definition.start),
        ("ExecStartPost", &definition.post),
        ("ExecReload", &definition.reload),
        ("ExecStop", &definition.stop),
        ("ExecStopPost", &definition.after_stop),
    ];
    for (key, commands) in groups {
        for command in commands {
            text.command(definition, key, command)?;
        }
    }
    restart(definition, text);
    if let Some(usec) = definition.start_timeout_usec {
        text.span("TimeoutStartSec", usec);
    }
    if let Some(usec) = definition.stop_timeout_usec {
        text.span("TimeoutStopSec", usec);
    }
    if let Some(signal) = definition.stop_signal.as_deref().filter(|signal| *signal != "SIGTERM") {
        text.raw("KillSignal", signal);
    }
    text.natives(definition, "Service");
    Ok(())
}

fn pid_file(
    definition: &Definition,
    text: &mut Text,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    let Some(path) = &definition.pid_file else { return Ok(()) };
    if definition.is_pid_file_made || definition.readiness == Readiness::Simple {
        let why = "systemd follows the process itself and writes no PID file";
        let change = Lost::change(format!("the PID file {path}"), why);
        let place = definition.place("pid_file").or_else(|| definition.place("start"));
        lost.push(change.at(place));
        return Ok(());
    }
    // systemd warns of the old place, and takes the new one.
    let rest = path.strip_prefix("/var/run/");
    let path = rest.map_or_else(|| path.clone(), |rest| format!("/run/{rest}"));
    text.text(Group::Service, "PIDFile", &path)
}

fn restart(definition: &Definition, text: &mut Text) {
    let restart = &definition.restart;
    if restart.policy != RestartPolicy::No {
        // A service that ends by itself has not failed.
        let word = match (restart.policy, &definition.readiness) {
            (RestartPolicy::Always | RestartPolicy::OnSuccess, Readiness::Oneshot) => "on-failure",
            (policy, _) => policy.word(),
        };
        text.raw("Restart", word);
        if let Some(usec) = restart.delay_usec {
            text.span("RestartSec", usec);
        }
    }
}

fn install_section(definition: &Definition, text: &mut Text, lost: &mut Vec<Lost>) {
    let mut targets: Vec<&str> = Vec::new();
    for level in &definition.levels {
        let target = match level {
            Level::Early => "sysinit.target",
            Level::Normal => "multi-user.target",
            Level::Graphical => "graphical.target",
        };
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let mut aliases = Vec::new();
    for name in definition.provides.iter().filter(|name| **name != definition.name) {
        let facility = crate::facility::of_openrc(name);
        let is_service =
            matches!(&facility, crate::facility::Meaning::Name(known) if known == name);
        match name_in(System::Systemd, name).filter(|_| is_service) {
            Some(unit) if unit.ends_with(".service") => aliases.push(unit),
            _ => {
                let why = "systemd has targets for that, which a service does not become";
                lost.push(Lost::new(format!("provide {name}"), why));
            }
        }
    }
    let natives = definition.natives.iter();
    let has_natives =
        natives.clone().any(|n| n.system == System::Systemd && n.section == "Install");
    if targets.is_empty() && aliases.is_empty() && !has_natives {
        return;
    }
    text.section("Install");
    for (key, names) in [("WantedBy", targets.join(" ")), ("Alias", aliases.join(" "))] {
        if !names.is_empty() {
            text.raw(key, &names);
        }
    }
    text.natives(definition, "Install");
}
