//! What is known of one unit.

use unit::time::span::format_usec;
use unit::values::scalar::exit_status_name;

use super::{Properties, condition, processes, resources};
use crate::names::systemctl::show::exec::{Command, code_name, commands, signal_text};
use crate::names::systemctl::source::Source;
use crate::names::systemctl::unit_files::shows_preset;
use crate::names::systemctl::{Tool, times};

/// Everything that `status` says of a unit.
pub fn text(tool: &Tool, source: &dyn Source, properties: &Properties) -> String {
    let mut out = String::new();
    head(&mut out, tool, properties);
    drop_ins(&mut out, tool, properties);
    active(&mut out, tool, properties);
    triggers(&mut out, tool, source, properties);
    condition::write(&mut out, tool, properties);
    about(&mut out, properties);
    commands_and_pids(&mut out, properties);
    if let Some(text) = properties.text("StatusText") {
        out.push_str(&format!("     Status: \"{text}\"\n"));
    }
    if let Some(errno) = properties.signed("StatusErrno").filter(|errno| *errno > 0) {
        let error = i32::try_from(errno).unwrap_or_default();
        let error = std::io::Error::from_raw_os_error(error);
        let text = crate::names::systemctl::failure::errno_text(&error);
        out.push_str(&format!("      Error: {errno} ({text})\n"));
    }
    resources::write(&mut out, properties);
    if let Some(group) = properties.text("ControlGroup") {
        out.push_str(&format!("     CGroup: {group}\n"));
        let id = properties.text("Id").unwrap_or_default();
        processes::write(&mut out, tool, source, id, group, "             ");
    }
    out
}

fn head(out: &mut String, tool: &Tool, properties: &Properties) {
    let state = properties.text("ActiveState").unwrap_or_default();
    let id = properties.text("Id").unwrap_or("n/a");
    out.push_str(&format!("{} {id}", tool.glyphs.of_state(state)));
    if let Some(description) = properties.text("Description").filter(|text| *text != id) {
        out.push_str(&format!(" - {description}"));
    }
    out.push('\n');
    if let Some(following) = properties.text("Following") {
        out.push_str(&format!("    Follows: unit currently follows state of {following}\n"));
    }
    let load = properties.text("LoadState").unwrap_or("n/a");
    out.push_str(&format!("     Loaded: {load}"));
    let error = properties.value("LoadError").and_then(|error| error.field(1)?.as_str());
    let path = properties.text("SourcePath").or(properties.text("FragmentPath"));
    match (error.filter(|error| !error.is_empty()), path, properties.text("UnitFileState")) {
        (Some(error), _, _) => out.push_str(&format!(" (Reason: {error})")),
        (None, Some(path), Some(state)) => {
            out.push_str(&format!(" ({path}; {state}"));
            if let Some(preset) = properties.text("UnitFilePreset").filter(|_| shows_preset(state))
            {
                out.push_str(&format!("; preset: {preset}"));
            }
            out.push(')');
        }
        (None, Some(path), None) => out.push_str(&format!(" ({path})")),
        (None, None, _) => {}
    }
    out.push('\n');
    if properties.flag("Transient") {
        out.push_str("  Transient: yes\n");
    }
}

/// The drop-ins, folder by folder.
fn drop_ins(out: &mut String, tool: &Tool, properties: &Properties) {
    let paths = properties.texts("DropInPaths");
    let mut open: Option<&str> = None;
    let mut is_first = true;
    for (index, path) in paths.iter().enumerate() {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = *open.get_or_insert_with(|| {
            let head = if is_first { "    Drop-In: " } else { "             " };
            out.push_str(&format!("{head}{folder}\n             {}", tool.glyphs.last));
            is_first = false;
            folder
        });
        let continues = paths.get(index + 1).is_some_and(|next| next.starts_with(folder));
        out.push_str(name);
        out.push_str(if continues { ", " } else { "\n" });
        if !continues {
            open = None;
        }
    }
}

fn active(out: &mut String, tool: &Tool, properties: &Properties) {
    let state = properties.text("ActiveState").unwrap_or("n/a");
    out.push_str(&format!("     Active: {state}"));
    if let Some(sub) = properties.text("SubState").filter(|sub| *sub != state) {
        out.push_str(&format!(" ({sub})"));
    }
    if let Some(freezer) = properties.text("FreezerState").filter(|state| *state != "running") {
        out.push_str(&format!(" ({freezer})"));
    }
    if let Some(result) = properties.text("Result").filter(|result| *result != "success") {
        out.push_str(&format!(" (Result: {result})"));
    }
    let time = |name| properties.number(name).unwrap_or_default();
    let since = time(match state {
        "active" | "reloading" => "ActiveEnterTimestamp",
        "inactive" | "failed" => "InactiveEnterTimestamp",
        "activating" => "InactiveExitTimestamp",
        _ => "ActiveExitTimestamp",
    });
    let Some(point) = point(tool, since) else {
        out.push('\n');
        return;
    };
    out.push_str(&format!(" since {point}\n"));
    let limit = properties.amount("RuntimeMaxUSec");
    if let Some(until) =
        limit.filter(|_| state == "active").and_then(|l| self::point(tool, since.saturating_add(l)))
    {
        out.push_str(&format!("      Until: {until}\n"));
    }
    let (entered, left) = (time("ActiveEnterTimestamp"), time("ActiveExitTimestamp"));
    let is_target = properties.text("Id").is_some_and(|id| id.ends_with(".target"));
    let has_run = times::is_set(entered) && times::is_set(left) && left >= entered;
    if matches!(state, "inactive" | "failed") && !is_target && has_run {
        out.push_str(&format!("   Duration: {}\n", format_usec(left - entered, 1000)));
    }
}

/// A point in time, and how far away it is.
pub fn point(tool: &Tool, usec: u64) -> Option<String> {
    let absolute = times::absolute(usec, tool.options.time)?;
    Some(format!("{absolute}; {}", times::relative(usec, times::now_usec())?))
}

fn triggers(out: &mut String, tool: &Tool, source: &dyn Source, properties: &Properties) {
    for (index, unit) in properties.texts("TriggeredBy").into_iter().enumerate() {
        let state = source.unit_property(unit, "Unit", "ActiveState").ok();
        let state = state.as_ref().and_then(|state| state.as_str()).unwrap_or_default();
        let head = if index == 0 { "TriggeredBy:" } else { "            " };
        out.push_str(&format!("{head} {} {unit}\n", tool.glyphs.of_state(state)));
    }
    if properties.text("Id").is_some_and(|id| id.ends_with(".timer")) {
        let time = |name| properties.number(name).unwrap_or_default();
        let next = times::next_elapse(
            time("NextElapseUSecRealtime"),
            time("NextElapseUSecMonotonic"),
            times::now_usec(),
            times::monotonic_usec(),
        );
        let next = point(tool, next).unwrap_or_else(|| "n/a".to_owned());
        out.push_str(&format!("    Trigger: {next}\n"));
    }
    for (index, unit) in properties.texts("Triggers").into_iter().enumerate() {
        let head = if index == 0 { "   Triggers:" } else { "            " };
        out.push_str(&format!("{head} {} {unit}\n", tool.glyphs.circle));
    }
}

/// What it is about, and where that is written.
fn about(out: &mut String, properties: &Properties) {
    for (name, head) in [("SysFSPath", "Device"), ("Where", "Where"), ("What", "What")] {
        if let Some(text) = properties.text(name) {
            out.push_str(&format!("{head:>11}: {text}\n"));
        }
    }
    for (index, place) in properties.texts("Documentation").into_iter().enumerate() {
        let head = if index == 0 { "Docs:" } else { "" };
        out.push_str(&format!("{head:>12} {place}\n"));
    }
    let listen = properties.value("Listen").and_then(|rows| rows.as_array()).unwrap_or_default();
    for (index, row) in listen.iter().enumerate() {
        let text = |at| row.field(at).and_then(|field| field.as_str()).unwrap_or_default();
        let head = if index == 0 { "Listen:" } else { "" };
        out.push_str(&format!("{head:>12} {} ({})\n", text(1), text(0)));
    }
    if properties.flag("Accept") {
        let count = |name| properties.number(name).unwrap_or_default();
        let (accepted, connected) = (count("NAccepted"), count("NConnections"));
        out.push_str(&format!("   Accepted: {accepted}; Connected: {connected};"));
        if count("NRefused") > 0 {
            out.push_str(&format!("   Refused: {}", count("NRefused")));
        }
        out.push('\n');
    }
}

const COMMANDS: [&str; 8] = [
    "ExecCondition",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStopPre",
    "ExecStop",
    "ExecStopPost",
];

/// Commands that have ended, and the processes that run.
fn commands_and_pids(out: &mut String, properties: &Properties) {
    let mut main = properties.number("ExecMainPID").or(properties.number("MainPID")).unwrap_or(0);
    let mut control = properties.number("ControlPID").unwrap_or(0);
    let time = |name| properties.number(name).unwrap_or_default();
    let (start, exit) = (time("ExecMainStartTimestamp"), time("ExecMainExitTimestamp"));
    let ran = properties.0.iter().filter(|property| COMMANDS.contains(&&*property.name));
    for property in ran {
        for command in commands(&property.value).unwrap_or_default() {
            if command.code == 0 {
                continue;
            }
            out.push_str(&ended(&property.name, &command));
            let is_main = command.pid == main && command.start_usec == start;
            if is_main && exit == command.start_usec {
                main = 0;
            }
            if command.pid == control {
                control = 0;
            }
        }
    }
    if main == 0 && control == 0 {
        return;
    }
    if main > 0 {
        out.push_str(&format!("   Main PID: {main}"));
        let code = properties.signed("ExecMainCode").unwrap_or_default();
        if properties.number("MainPID").unwrap_or_default() > 0 {
            out.push_str(&comm(main));
        } else if code > 0 {
            let status = properties.signed("ExecMainStatus").unwrap_or_default();
            out.push_str(&format!(" ({})", how(code, status)));
        }
    }
    if control > 0 {
        out.push_str(if main > 0 { "; Control PID: " } else { "Cntrl PID: " });
        out.push_str(&format!("{control}{}", comm(control)));
    }
    out.push('\n');
}

fn ended(name: &str, command: &Command) -> String {
    let argv = command.argv.join(" ");
    format!("    Process: {} {name}={argv} ({})\n", command.pid, how(command.code, command.status))
}

/// How a process ended: `code=exited, status=1/FAILURE`.
fn how(code: i64, status: i64) -> String {
    const EXITED: i64 = 1;
    let word = code_name(code).unwrap_or("n/a");
    if code != EXITED {
        return format!("code={word}, signal={}", signal_text(status));
    }
    let name = u8::try_from(status).ok().filter(|status| !matches!(status, 2..=199));
    let name = name.and_then(exit_status_name).map_or(String::new(), |name| format!("/{name}"));
    format!("code={word}, status={status}{name}")
}

/// A process's name, in brackets.
fn comm(pid: u64) -> String {
    match std::fs::read(format!("/proc/{pid}/comm")) {
        Ok(bytes) => format!(" ({})", String::from_utf8_lossy(bytes.trim_ascii_end())),
        Err(_) => String::new(),
    }
}
