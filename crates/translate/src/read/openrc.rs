//! OpenRC service scripts (openrc-run(8)): variables that state what a service is, and the functions
//! that the man page documents.

use super::account::{account, mode, seconds, signal, ulimit};
use super::openrc_functions as functions;
use super::script::Script;
use super::ssd_options::{Opt, Options};
use super::start_stop::{apply, evaluated, fixed, no_new_privileges, set_retry, stream};
use super::{ReadError, Reading, Source};
use crate::shell::{Field, Node, words_of};
use crate::{Command, Definition, Level, Lost, Native, Readiness, RestartPolicy, System};

/// Variables that only OpenRC knows.
const NATIVES: [&str; 22] = [
    "required_dirs",
    "required_files",
    "output_logger",
    "error_logger",
    "capabilities",
    "secbits",
    "healthcheck_delay",
    "healthcheck_timer",
    "start_inactive",
    "in_background_fake",
    "command_progress",
    "notify",
    "rc_cgroup_settings",
    "rc_cgroup_cleanup",
    "rc_cgroup_cpu",
    "rc_cgroup_cpuset",
    "rc_cgroup_memory",
    "rc_cgroup_pids",
    "rc_send_sighup",
    "rc_timeout_stopsec",
    "rc_keyword",
    "rc_crashed_start",
];

/// Reads a script.
pub(super) fn read(source: &Source<'_>, name: Option<&str>) -> Result<Reading, ReadError> {
    let file_name = source.file_name().trim_end_matches(".initd").trim_end_matches(".in");
    let name = name.unwrap_or(file_name).to_owned();
    let conf_d = format!("/etc/conf.d/{name}");
    let mut script = Script::read(source, &name, Some(&conf_d));
    let mut definition = Definition::new(name);
    definition.levels = vec![Level::Normal];
    let mut lost = Vec::new();
    script.walk_top(&mut |script, call| {
        let arguments = call.arguments().unwrap_or_default();
        if call.name() == "ulimit" && !call.is_conditional && ulimit(&mut definition, &arguments) {
            return;
        }
        let why = "the script runs it whatever it is asked, which no other language does";
        lost.push(Lost::new(call.source, why).at(script.place(call.line)));
    });
    script.lost.append(&mut lost);
    let description = value(&mut script, "description").or_else(|| value(&mut script, "name"));
    definition.description = description.map(|text| one_line(&text));
    surroundings(&mut script, &mut definition);
    functions::depend(&mut script, &mut definition);
    let is_started = command(&mut script, &mut definition);
    supervision(&mut script, &mut definition);
    functions::hooks(&mut script, &mut definition);
    let is_started = functions::own(&mut script, &mut definition, is_started);
    natives(&mut script, &mut definition);
    exported(&mut script, &mut definition);
    if !is_started {
        let place = script.function_line("start").and_then(|line| script.place(line));
        let message = match place {
            Some(_) => "start() is a program of its own: what it starts is known only when it runs",
            None => "the script sets no command and has no start(): it starts nothing",
        };
        let help = "write command= and command_args= in place of start(), then convert that";
        let error = ReadError::new(message).at(place.or(source.place(1)));
        return Err(error.help(help).with(script.lost));
    }
    definition.lost = script.lost;
    Ok(Reading { definitions: vec![definition], lost: Vec::new() })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A variable's value as one text, with what is lost where it is not known.
fn value(script: &mut Script, name: &str) -> Option<String> {
    let field = script.variables.field(name)?.clone();
    let line = line_of(script, name);
    fixed(script, &field, line)
}

/// The same of a variable that openrc-run hands to `eval`: quotes in its value count.
fn evaluated_value(script: &mut Script, name: &str) -> Option<String> {
    let text = value(script, name)?;
    if !text.contains(['"', '\'', '\\', '$']) {
        return Some(text);
    }
    let words = words_of(&text).ok()?;
    let fields = script.variables.fields(&words);
    let line = line_of(script, name);
    match fields.as_slice() {
        [field] => fixed(script, field, line),
        _ => {
            lose(script, name, &text, "it is more than one word where one is wanted");
            None
        }
    }
}

/// Where a variable is assigned.
fn line_of(script: &Script, name: &str) -> u32 {
    // `: ${NAME:=value}` assigns, too.
    let default = format!("${{{name}:=");
    let assigns = |node: &Node| match node {
        Node::Simple(simple) => {
            simple.assignments.iter().any(|(known, _)| known == name)
                || simple.source.contains(&default)
        }
        _ => false,
    };
    script.items.iter().rev().find(|item| assigns(&item.node)).map_or(1, |item| item.line)
}

fn surroundings(script: &mut Script, definition: &mut Definition) {
    if let Some(text) = evaluated_value(script, "command_user") {
        account(definition, &text);
    }
    // A home is nobody's but the user's.
    let home = |path: String| if path.starts_with('~') { "~".to_owned() } else { path };
    definition.directory = evaluated_value(script, "directory").map(home);
    definition.root = evaluated_value(script, "chroot");
    definition.output = evaluated_value(script, "output_log").map(stream);
    definition.error = evaluated_value(script, "error_log").map(stream);
    if let Some(text) = value(script, "umask") {
        definition.umask = mode(&text);
        if definition.umask.is_none() {
            lose(script, "umask", &text, "it is no octal number");
        }
    }
    if let Some(limits) = value(script, "rc_ulimit") {
        let arguments: Vec<String> = limits.split_whitespace().map(str::to_owned).collect();
        if !ulimit(definition, &arguments) {
            lose(script, "rc_ulimit", &limits, "not all of it are limits that could be read");
        }
    }
    if let Some(text) = value(script, "stopsig") {
        definition.stop_signal = signal(&text);
        if definition.stop_signal.is_none() {
            lose(script, "stopsig", &text, "it is no signal's name");
        }
    }
    if let Some(text) = value(script, "retry")
        && !set_retry(definition, &text)
    {
        lose(script, "retry", &text, "only a signal, a time and a kill can be carried over");
    }
    let fields = [
        ("command_user", "user"),
        ("directory", "directory"),
        ("chroot", "root"),
        ("output_log", "output"),
        ("error_log", "error"),
        ("rc_ulimit", "limits"),
        ("pidfile", "pid_file"),
    ];
    for (variable, field) in fields {
        if script.variables.has(variable) {
            let place = script.place(line_of(script, variable));
            definition.places.extend(place.map(|place| (field, place)));
        }
    }
}

fn lose(script: &mut Script, name: &str, value: &str, why: &str) {
    let line = line_of(script, name);
    script.lose(format!("{name}={value}"), why, line);
}

fn is_yes(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        ["yes", "true", "on", "1"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
    })
}

/// The program and its arguments. `false`: none is named.
fn command(script: &mut Script, definition: &mut Definition) -> bool {
    definition.pid_file = evaluated_value(script, "pidfile");
    let supervised = value(script, "supervisor").is_some_and(|name| name == "supervise-daemon");
    let Some(field) = script.variables.field("command").cloned() else { return false };
    let line = line_of(script, "command");
    let Some(text) = fixed(script, &field, line) else { return false };
    definition.places.extend(script.place(line).map(|place| ("start", place)));
    let mut argv = evaluated(script, definition, &Field::known(&text), line);
    if argv.is_empty() {
        return false;
    }
    let is_background = is_yes(value(script, "command_background").as_deref());
    let more = match supervised {
        true => "command_args_foreground",
        false => "command_args_background",
    };
    for name in ["command_args", more] {
        if let Some(field) = script.variables.field(name).cloned() {
            let line = line_of(script, name);
            argv.extend(evaluated(script, definition, &field, line));
        }
    }
    definition.start = vec![Command { argv, ..Command::default() }];
    definition.readiness =
        if supervised || is_background { Readiness::Simple } else { Readiness::Forking };
    definition.is_pid_file_made = is_background && !supervised;
    if supervised {
        // It is the supervisor's own.
        definition.pid_file = None;
    }
    true
}

fn supervision(script: &mut Script, definition: &mut Definition) {
    let supervisor = value(script, "supervisor");
    if let Some(name) = supervisor.as_deref().filter(|name| *name != "supervise-daemon") {
        lose(script, "supervisor", name, "what that supervisor runs is said in its own folder");
    }
    let is_supervised = supervisor.as_deref() == Some("supervise-daemon");
    if is_supervised {
        let restart = &mut definition.restart;
        restart.policy = RestartPolicy::Always;
        restart.delay_usec = value(script, "respawn_delay").and_then(|text| seconds(&text));
        restart.burst = value(script, "respawn_max").and_then(|text| text.parse().ok());
        restart.interval_usec = value(script, "respawn_period").and_then(|text| seconds(&text));
        let place = script.place(line_of(script, "supervisor"));
        definition.places.extend(place.map(|place| ("restart", place)));
    }
    let has_own = script.variables.has("supervise_daemon_args");
    let (used, unused) = match is_supervised && has_own {
        true => ("supervise_daemon_args", "start_stop_daemon_args"),
        false => ("start_stop_daemon_args", "supervise_daemon_args"),
    };
    if let Some(field) = script.variables.field(used).cloned() {
        let line = line_of(script, used);
        match words_of(&field.to_source()) {
            Ok(words) => {
                let words = script.variables.fields(&words);
                let options = Options::of(&words, true);
                definition.is_pid_file_made |= options.has(Opt::MakePidFile) && !is_supervised;
                if options.has(Opt::Background) && !is_supervised {
                    definition.readiness = Readiness::Simple;
                }
                apply(script, definition, &options, line);
            }
            Err(_) => lose(script, used, &field.to_source(), "its quotes are not closed"),
        }
    }
    if let Some(text) = value(script, unused) {
        lose(script, unused, &text, "it is for the tool that the script does not use");
    }
}

fn natives(script: &mut Script, definition: &mut Definition) {
    for name in NATIVES {
        let Some(field) = script.variables.field(name) else { continue };
        let value = field.to_source();
        if value.trim().is_empty() {
            continue;
        }
        let place = script.place(line_of(script, name));
        let (system, section, key) = (System::OpenRc, String::new(), name.to_owned());
        definition.natives.push(Native { system, section, key, value, place });
    }
    if is_yes(value(script, "no_new_privs").as_deref()) {
        let place = script.place(line_of(script, "no_new_privs"));
        definition.natives.push(no_new_privileges(place));
    }
}

fn exported(script: &mut Script, definition: &mut Definition) {
    for name in script.exported.clone() {
        let is_known = definition.environment.iter().any(|(known, _)| *known == name);
        if let Some(text) = script.variables.exported(&name).filter(|_| !is_known) {
            definition.environment.push((name, text));
        }
    }
}
