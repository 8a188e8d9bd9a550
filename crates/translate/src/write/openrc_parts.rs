//! The functions of an OpenRC script.

use super::sh;
use super::unsaid::Unsaid;
use crate::shell::quote;
use crate::{Command, Definition, Directory, Lost, Output, Readiness, RestartPolicy};

/// All functions but `depend`.
pub(super) fn functions(
    definition: &Definition,
    is_supervised: bool,
    lost: &mut Vec<Lost>,
) -> Vec<String> {
    let mut functions = Vec::new();
    let before = before(definition, lost);
    if !before.is_empty() {
        functions.push(function("start_pre", &before));
    }
    if definition.readiness == Readiness::Oneshot {
        functions.push(function("start", &oneshot(definition)));
        let mut stop = vec![format!("ebegin \"Stopping ${{RC_SVCNAME}}\"")];
        stop.extend(steps(definition, &definition.stop, false));
        stop.push("eend 0".to_owned());
        functions.push(function("stop", &stop));
    }
    let pid = main_pid(is_supervised);
    let groups = [
        ("start_post", &definition.post),
        ("stop_pre", &definition.stop),
        ("stop_post", &definition.after_stop),
    ];
    for (name, commands) in groups {
        let is_done = name == "stop_pre" && definition.readiness == Readiness::Oneshot;
        if commands.is_empty() || is_done {
            continue;
        }
        let mut lines = Vec::new();
        if sh::wants_main_pid(commands) {
            lines.extend(pid.iter().map(|line| (*line).to_owned()));
        }
        lines.extend(steps(definition, commands, name == "start_post"));
        if name != "start_post" {
            // A stop goes on, whatever its commands say.
            lines.push("return 0".to_owned());
        }
        functions.push(function(name, &lines));
    }
    if !definition.reload.is_empty() {
        let mut lines = vec!["ebegin \"Reloading ${RC_SVCNAME}\"".to_owned()];
        if sh::wants_main_pid(&definition.reload) {
            lines.extend(pid.iter().map(|line| (*line).to_owned()));
        }
        let commands: Vec<String> = definition
            .reload
            .iter()
            .map(|command| match command.ignores_failure {
                true => format!("{{ {} || true; }}", sh::step(definition, command)),
                false => sh::step(definition, command),
            })
            .collect();
        lines.push(commands.join(" &&\n        "));
        lines.push("eend $?".to_owned());
        functions.push(function("reload", &lines));
    }
    functions
}

fn function(name: &str, lines: &[String]) -> String {
    format!("{name}() {{\n    {}\n}}\n", lines.join("\n    "))
}

/// Lines that find the main process.
fn main_pid(is_supervised: bool) -> [&'static str; 2] {
    match is_supervised {
        true => ["MAINPID=$(service_get_value child_pid)", "export MAINPID"],
        false => ["MAINPID=$(cat \"${pidfile}\")", "export MAINPID"],
    }
}

/// Commands one after another; one that fails ends the start.
fn steps(definition: &Definition, commands: &[Command], fails: bool) -> Vec<String> {
    let end = |command| if fails { sh::or_fail(command) } else { "" };
    let line = |command| format!("{}{}", sh::step(definition, command), end(command));
    commands.iter().map(line).collect()
}

/// What runs before the start.
fn before(definition: &Definition, lost: &mut Vec<Lost>) -> Vec<String> {
    let mut lines = Vec::new();
    for condition in &definition.conditions {
        let test = sh::test(condition);
        lines.push(format!(
            "if ! {test}; then\n        eerror \"${{RC_SVCNAME}} is not started: this does not \
             hold: \"{}\n        return 1\n    fi",
            quote(&test)
        ));
        if !condition.is_assertion {
            let why = "OpenRC skips no service: where that does not hold the start fails";
            lost.push(Lost::change(format!("the condition {test}"), why));
        }
    }
    lines.extend(definition.directories.iter().map(|folder| checkpath(definition, folder)));
    lines.extend(sh::limits(definition, lost));
    if let Some(score) = definition.oom_score_adjust {
        lines.push(format!("echo {score} > /proc/self/oom_score_adj"));
    }
    let outputs = [&definition.output, &definition.error];
    for output in outputs {
        if let Some(Output::Truncate(path)) = output {
            lines.push(format!(": > {}", quote(path)));
        }
    }
    lines.extend(steps(definition, &definition.pre, true));
    if !lines.is_empty() {
        // The last line's outcome is the function's.
        lines.push("return 0".to_owned());
    }
    lines
}

fn checkpath(definition: &Definition, directory: &Directory) -> String {
    let mode = directory.mode.unwrap_or(0o755);
    let owner = directory.owner.as_deref().or(definition.user.as_deref()).unwrap_or("root");
    let group = match directory.owner {
        None => directory.group.as_deref().or(definition.group.as_deref()),
        Some(_) => directory.group.as_deref(),
    };
    let account = match group {
        Some(group) => format!("{owner}:{group}"),
        None => owner.to_owned(),
    };
    let (account, path) = (quote(&account), quote(&directory.path));
    format!("checkpath -d -m {mode:04o} -o {account} {path} || return 1")
}

/// The start of a service that leaves no process.
fn oneshot(definition: &Definition) -> Vec<String> {
    let mut lines = vec!["ebegin \"Starting ${RC_SVCNAME}\"".to_owned()];
    let mut inner = Vec::new();
    match definition.directory.as_deref() {
        Some("~") => inner.push("cd".to_owned()),
        Some(path) => inner.push(format!("cd {}", quote(path))),
        None => {}
    }
    if let Some(umask) = definition.umask {
        inner.push(format!("umask {umask:04o}"));
    }
    for command in &definition.start {
        let text = sh::step(definition, command);
        inner.push(match command.ignores_failure {
            true => format!("{{ {text} || true; }}"),
            false => text,
        });
    }
    if inner.is_empty() {
        inner.push(":".to_owned());
    }
    // In a shell of its own, so that the folder and the mask stay there.
    let streams = streams(definition);
    lines.push(format!("(\n        {}\n    ){streams}", inner.join(" &&\n        ")));
    lines.push("eend $?".to_owned());
    lines
}

/// Redirections.
fn streams(definition: &Definition) -> String {
    let mut text = String::new();
    for (number, output) in [("", &definition.output), ("2", &definition.error)] {
        match output {
            Some(Output::Append(path)) => text.push_str(&format!(" {number}>>{}", quote(path))),
            Some(Output::Truncate(path)) => text.push_str(&format!(" {number}>{}", quote(path))),
            Some(Output::Null) => text.push_str(&format!(" {number}>/dev/null")),
            Some(Output::Same) => text.push_str(" 2>&1"),
            Some(Output::Log) | None => {}
        }
    }
    text
}

/// What no OpenRC script can say.
pub(super) fn unsaid(definition: &Definition, lost: &mut Vec<Lost>) {
    let words = Unsaid {
        start_timeout: "OpenRC waits for a start as long as it takes",
        documentation: "a script has no place for it",
    };
    words.add(definition, lost);
    let mut lose = |what: &str, why: &str, field: &str| {
        lost.push(Lost::new(what, why).at(definition.place(field)));
    };
    if let Some((policy, _)) = &definition.cpu_scheduling {
        let what = format!("CPUSchedulingPolicy={policy}");
        lose(&what, "not every start-stop-daemon of OpenRC can set that", "cpu_scheduling");
    }
    if definition.readiness == Readiness::Oneshot && definition.restart.policy != RestartPolicy::No
    {
        lose("Restart=", "what leaves no process is not watched", "restart");
    }
    let change = match definition.readiness {
        Readiness::Notify | Readiness::NotifyReload | Readiness::Dbus(_) => {
            "OpenRC takes a service for started as soon as its process is there"
        }
        Readiness::Oneshot if !definition.remains && definition.schedule.is_none() => {
            "OpenRC takes a service for started until it is stopped"
        }
        _ => return,
    };
    let what = match &definition.readiness {
        Readiness::Notify => "Type=notify",
        Readiness::NotifyReload => "Type=notify-reload",
        Readiness::Oneshot => "Type=oneshot",
        _ => "Type=dbus",
    };
    lost.push(Lost::change(what, change).at(definition.place("readiness")));
}
