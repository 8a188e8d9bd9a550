//! Init scripts: the header says when, the `start-stop-daemon` lines (or those of Red Hat's and
//! LSB's functions) say what.

use super::account::{mode, signal, ulimit};
use super::script::Script;
use super::signals::signal_command;
use super::ssd_options::{Opt, Options};
use super::start_stop::{apply, evaluated, fixed};
use super::steps::is_noise;
use super::{ReadError, Reading, Source, lsb_actions as actions, lsb_header};
use crate::shell::Field;
use crate::{
    Command, Definition, EnvironmentFile, Level, Link, Lost, PathCondition, Readiness, Word,
};

/// Actions that every script has, or that mean the same everywhere.
const USUAL: [&str; 14] = [
    "start",
    "stop",
    "restart",
    "force-reload",
    "reload",
    "status",
    "try-restart",
    "condrestart",
    "force-restart",
    "*",
    "",
    "force-stop",
    "usage",
    "try-reload",
];

/// Reads a script.
pub(super) fn read(source: &Source<'_>, name: Option<&str>) -> Result<Reading, ReadError> {
    let file_name = source.file_name().trim_end_matches(".init").trim_end_matches(".sh");
    let name = name.unwrap_or(file_name).to_owned();
    let mut definition = Definition::new(name.clone());
    let (text, _) = source.text();
    if !lsb_header::read(source, &text, &mut definition) {
        let why = "the script does not say when it is started and after what";
        let lost = Lost::new("the LSB header", why).at(source.place(1));
        let instead = "it is taken to start after the network, at a normal boot";
        definition.lost.push(lost.instead(instead));
        definition.depends(Link::After, "$network", None);
    }
    if definition.levels.is_empty() && definition.place("levels").is_none() {
        definition.levels = vec![Level::Normal];
    }
    let mut script = Script::read(source, &name, None);
    top(&mut script, &mut definition);
    let mut is_started = declarative(&mut script, &mut definition, &text);
    is_started |= actions::start(&mut script, &mut definition, is_started);
    actions::stop(&mut script, &mut definition);
    actions::reload(&mut script, &mut definition);
    conditions(&mut script, &mut definition);
    own_actions(&mut script);
    for name in script.exported.clone() {
        let is_known = definition.environment.iter().any(|(known, _)| *known == name);
        if let Some(value) = script.variables.exported(&name).filter(|_| !is_known) {
            definition.environment.push((name, value));
        }
    }
    let mut lost = std::mem::take(&mut definition.lost);
    lost.append(&mut script.lost);
    if !is_started {
        let message = "no start-stop-daemon, daemon or startproc line says what it starts";
        let help = "what its start does is known only when it runs: make the start one \
                    start-stop-daemon line and convert that, or write the unit by hand";
        return Err(ReadError::new(message).at(source.place(1)).help(help).with(lost));
    }
    definition.lost = lost;
    Ok(Reading { definitions: vec![definition], lost: Vec::new() })
}

fn top(script: &mut Script, definition: &mut Definition) {
    let mut lost = Vec::new();
    script.walk_top(&mut |script, call| {
        if is_noise(&call) {
            return;
        }
        let arguments = call.arguments().unwrap_or_default();
        let is_done = match call.name().as_str() {
            "ulimit" => !call.is_conditional && ulimit(definition, &arguments),
            "umask" => {
                definition.umask = arguments.first().and_then(|text| mode(text));
                definition.umask.is_some()
            }
            "cd" => {
                definition.directory = arguments.first().cloned();
                definition.directory.is_some()
            }
            _ => false,
        };
        if !is_done {
            let why = "the script runs it whatever it is asked; what it does is known only then";
            lost.push(Lost::new(call.source, why).at(script.place(call.line)));
        }
    });
    script.lost.append(&mut lost);
}

/// Debian's `#!/lib/init/init-d-script`: variables alone. `false`: it is no such script.
fn declarative(script: &mut Script, definition: &mut Definition, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    if !first.contains("init-d-script") && !text.contains("/lib/init/init-d-script") {
        return false;
    }
    let path = format!("/etc/default/{}", definition.name);
    script.variables.files.push(EnvironmentFile { path, is_optional: true });
    let Some(field) = script.variables.field("DAEMON").cloned() else { return false };
    let Some(program) = fixed(script, &field, 1).filter(|program| program != "none") else {
        return false;
    };
    let base = program.rsplit_once('/').map_or(program.as_str(), |(_, base)| base).to_owned();
    let mut argv = vec![Word::text(program)];
    for name in ["DAEMON_ARGS", "DAEMON_OPTS"] {
        if let Some(field) = script.variables.field(name).cloned() {
            argv.extend(evaluated(script, definition, &field, 1));
        }
    }
    definition.start = vec![Command { argv, ..Command::default() }];
    definition.readiness = Readiness::Forking;
    let pid_file = script.variables.text("PIDFILE");
    definition.pid_file = match pid_file.as_deref() {
        Some("none") => None,
        Some(path) => Some(path.to_owned()),
        None => Some(format!("/run/{base}.pid")),
    };
    if let Some(args) = script.variables.field("START_ARGS").cloned() {
        let words = crate::shell::words_of(&args.to_source()).unwrap_or_default();
        let options = Options::of(&script.variables.fields(&words), false);
        definition.is_pid_file_made = options.has(Opt::MakePidFile);
        if options.has(Opt::Background) {
            definition.readiness = Readiness::Simple;
        }
        apply(script, definition, &options, 1);
    }
    if let Some(signal) = script.variables.text("RELOAD_SIGNAL").as_deref().and_then(signal) {
        definition.reload.push(signal_command(&signal));
    }
    for name in ["STOP_ARGS", "STOP_NAME"] {
        if let Some(text) = script.variables.text(name) {
            let why = "how it is stopped and found is left to the manager";
            script.lost.push(Lost::change(format!("{name}={text}"), why).at(script.place(1)));
        }
    }
    true
}

/// Tests behind which the script ends without having done anything.
fn conditions(script: &mut Script, definition: &mut Definition) {
    let program = definition.start.first().and_then(Command::program);
    for (words, source, line) in std::mem::take(&mut script.exits) {
        let texts: Option<Vec<String>> = words.iter().map(Field::fixed).collect();
        let texts = texts.unwrap_or_default();
        let texts: Vec<&str> =
            texts.iter().map(String::as_str).filter(|word| *word != "]").collect();
        match texts.as_slice() {
            ["[" | "test", "-x" | "-f" | "-e", path] if Some(*path) == program.as_deref() => {}
            ["[" | "test", test, path] if path.starts_with('/') && is_path_test(test) => {
                definition.conditions.push(PathCondition {
                    test: test.chars().nth(1).unwrap_or('e'),
                    path: (*path).to_owned(),
                    is_negated: false,
                    is_assertion: false,
                });
            }
            _ => {
                let why = "the script does nothing unless that holds, which is known only when \
                           it runs";
                script.lose(source, why, line);
            }
        }
    }
}

fn is_path_test(test: &str) -> bool {
    matches!(test, "-e" | "-f" | "-d" | "-x" | "-r" | "-s" | "-h")
}

/// Actions that only this script has.
fn own_actions(script: &mut Script) {
    for (patterns, body) in std::mem::take(&mut script.actions) {
        for pattern in patterns.iter().filter(|pattern| !USUAL.contains(&pattern.as_str())) {
            let line = body.first().map_or(1, |item| item.line);
            let why = "it is an action of the script's own, which only init scripts have";
            let lost = Lost::new(format!("the action {pattern}"), why).at(script.place(line));
            script.lost.push(lost.instead("run what it runs by hand, or as a service of its own"));
        }
    }
}
