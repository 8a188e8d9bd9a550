//! OpenRC service scripts.

use super::openrc_parts as parts;
use super::openrc_words::Script;
use super::{OutFile, Unwritable, Written, depend, sh};
use crate::shell::quote;
use crate::{Command, Definition, Link, Lost, Output, Readiness, RestartPolicy, System, Word};

pub(super) fn write(definition: &Definition, written: &mut Written) -> Result<(), Unwritable> {
    let lost = &mut written.lost;
    let is_supervised =
        definition.stays_in_foreground() && definition.restart.policy != RestartPolicy::No;
    let mut script = Script { head: Vec::new(), held: Vec::new(), is_supervised };
    if let Some(description) = &definition.description {
        script.set("description", &sh::one_line(description));
    }
    let environment = sh::environment(definition, lost);
    script.head.extend(environment);
    if definition.readiness != Readiness::Oneshot {
        start(definition, &mut script, lost)?;
        surroundings(definition, &mut script, lost);
        supervision(definition, &mut script, lost);
    }
    natives(definition, &mut script);
    if !definition.reload.is_empty() {
        script.set("extra_started_commands", "reload");
    }
    let mut text = String::from("#!/sbin/openrc-run\n");
    if let Some(at) = script.head.iter().position(|line| line.contains("\"${word_")) {
        script.head.splice(at..at, script.held.iter().cloned());
    }
    text.push('\n');
    for line in &script.head {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&depend_function(definition, lost));
    for function in parts::functions(definition, is_supervised, lost) {
        text.push('\n');
        text.push_str(&function);
    }
    parts::unsaid(definition, lost);
    // An @ or a blank is no letter of OpenRC's names, and a dot has a meaning in them.
    let name = definition.name.replace(['@', ':', '\\', '+'], "-");
    written.files.push(OutFile { path: format!("/etc/init.d/{name}"), text, mode: 0o755 });
    Ok(())
}

fn start(
    definition: &Definition,
    script: &mut Script,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    let Some(command) = definition.start.first() else { return Ok(()) };
    if definition.start.len() > 1 {
        let why = "only a oneshot runs several commands; the first is taken";
        lost.push(Lost::new("ExecStart=", why).at(definition.place("start")));
    }
    if command.argv0.is_some() {
        let why = "start-stop-daemon gives a program its own name";
        lost.push(Lost::new("the program's other name", why).at(definition.place("start")));
    }
    let (program, arguments) = program(definition, command, script.is_supervised)?;
    let mut words = Vec::new();
    for word in &arguments {
        words.push(script.for_eval(word));
    }
    if script.is_supervised {
        script.set("supervisor", "supervise-daemon");
    }
    script.set_for_eval("command", &program);
    if !words.is_empty() {
        script.set("command_args", &words.join(" "));
    }
    match &definition.pid_file {
        _ if script.is_supervised => {}
        Some(path) => script.set_for_eval("pidfile", path),
        None if definition.stays_in_foreground() => {
            script.head.push("pidfile=\"/run/${RC_SVCNAME}.pid\"".to_owned());
        }
        None => {}
    }
    if definition.stays_in_foreground() && !script.is_supervised {
        script.set("command_background", "true");
    }
    Ok(())
}

/// The program as OpenRC finds it, and its arguments.
fn program(
    definition: &Definition,
    command: &Command,
    is_supervised: bool,
) -> Result<(String, Vec<Word>), Unwritable> {
    let arguments = command.arguments().to_vec();
    match command.program() {
        // The stop looks for a program of that very name, unquoted.
        Some(program) if !is_supervised && quote(&program) != program => {
            if !definition.stays_in_foreground() {
                let message =
                    format!("OpenRC finds no program called \"{}\" again", program.escape_debug());
                return Err(Unwritable::new(message).at(definition.place("start")));
            }
            let mut all = vec![Word::text(program)];
            all.extend(arguments);
            Ok(("/usr/bin/env".to_owned(), all))
        }
        Some(program) if program.starts_with('/') => Ok((program, arguments)),
        Some(program) if !program.contains('/') => {
            let mut all = vec![Word::text(program)];
            all.extend(arguments);
            Ok(("/usr/bin/env".to_owned(), all))
        }
        // A relative path, or a variable: a shell finds it.
        _ => {
            let mut all: Vec<Word> = ["-c", "exec \"$@\"", "sh"].map(Word::text).to_vec();
            all.extend(command.argv.iter().cloned());
            Ok(("/bin/sh".to_owned(), all))
        }
    }
}

fn surroundings(definition: &Definition, script: &mut Script, lost: &mut Vec<Lost>) {
    if let Some(account) = definition.account() {
        script.set_for_eval("command_user", &account);
    }
    match definition.directory.as_deref() {
        Some("~") => {
            let user = definition.user.as_deref().unwrap_or("root");
            script.head.push(format!("directory=~{user}"));
        }
        Some(path) => script.set_for_eval("directory", path),
        None => {}
    }
    if let Some(root) = &definition.root {
        script.set_for_eval("chroot", root);
    }
    if let Some(umask) = definition.umask {
        script.set("umask", &format!("{umask:04o}"));
    }
    let mut options = Vec::new();
    if let Some(nice) = definition.nice {
        options.push(format!("--nicelevel {nice}"));
    }
    if let Some((class, priority)) = &definition.io_scheduling {
        let class = match class.as_str() {
            "realtime" => 1,
            "idle" => 3,
            _ => 2,
        };
        options.push(match priority {
            Some(priority) => format!("--ionice {class}:{priority}"),
            None => format!("--ionice {class}"),
        });
    }
    if !options.is_empty() {
        let name = match script.is_supervised {
            true => "supervise_daemon_args",
            false => "start_stop_daemon_args",
        };
        script.set(name, &options.join(" "));
    }
    let streams = [
        ("output_log", "StandardOutput", "output", &definition.output),
        ("error_log", "StandardError", "error", &definition.error),
    ];
    for (name, what, field, output) in streams {
        let same = if *output == Some(Output::Same) { &definition.output } else { output };
        match same {
            None | Some(Output::Null | Output::Same) => {}
            Some(Output::Append(path) | Output::Truncate(path)) => {
                script.set_for_eval(name, path);
            }
            Some(Output::Log) => {
                let why = "OpenRC throws away what a service writes, unless it goes to a file";
                let unsaid = Lost::new(format!("{what}=journal"), why).at(definition.place(field));
                lost.push(
                    unsaid.instead(format!("{name}=FILE, or let the program write to syslog")),
                );
            }
        }
    }
}

fn supervision(definition: &Definition, script: &mut Script, lost: &mut Vec<Lost>) {
    script.set("retry", &sh::retry(definition, if script.is_supervised { 90 } else { 30 }));
    if !script.is_supervised {
        if definition.restart.policy != RestartPolicy::No {
            let why = "supervise-daemon watches only what stays in the foreground";
            let unsaid = Lost::new(format!("Restart={}", definition.restart.policy.word()), why);
            let instead = "start the program with its option for the foreground, as Type=simple";
            lost.push(unsaid.at(definition.place("restart")).instead(instead));
        }
        return;
    }
    let restart = &definition.restart;
    if restart.policy != RestartPolicy::Always {
        let why = "supervise-daemon starts a service again after every end";
        let change = Lost::change(format!("Restart={}", restart.policy.word()), why);
        lost.push(change.at(definition.place("restart")));
    }
    if let Some(usec) = restart.delay_usec {
        script.set("respawn_delay", &sh::seconds(usec).to_string());
    }
    if restart.burst == Some(0) || restart.interval_usec == Some(0) {
        script.set("respawn_max", "0");
        return;
    }
    if let Some(burst) = restart.burst {
        script.set("respawn_max", &burst.to_string());
    }
    if let Some(usec) = restart.interval_usec {
        script.set("respawn_period", &sh::seconds(usec).to_string());
    }
}

fn natives(definition: &Definition, script: &mut Script) {
    for native in definition.natives.iter().filter(|native| native.system == System::OpenRc) {
        if native.section.is_empty() {
            script.set(&native.key, &native.value);
        }
    }
}

fn depend_function(definition: &Definition, lost: &mut Vec<Lost>) -> String {
    let mut lines = Vec::new();
    let links = [
        ("need", Link::Needs),
        ("want", Link::Wants),
        ("after", Link::After),
        ("before", Link::Before),
    ];
    let mut said: Vec<String> = Vec::new();
    for (verb, link) in links {
        let mut names = depend::names(definition, System::OpenRc, link, lost);
        if link == Link::Before {
            said.clear();
        }
        // What is needed is started before anyway.
        names.retain(|name| !said.contains(name) && *name != definition.name);
        if !names.is_empty() {
            lines.push(format!("{verb} {}", names.join(" ")));
        }
        said.extend(names);
    }
    for name in depend::names(definition, System::OpenRc, Link::Conflicts, lost) {
        let why = "OpenRC has no services that exclude each other";
        lost.push(Lost::new(format!("Conflicts={name}"), why));
    }
    let provides: Vec<&str> = definition.provides.iter().map(String::as_str).collect();
    if !provides.is_empty() {
        lines.push(format!("provide {}", provides.join(" ")));
    }
    for native in &definition.natives {
        if native.system == System::OpenRc && native.section == "depend" {
            lines.push(format!("{} {}", native.key, native.value));
        }
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("\ndepend() {{\n    {}\n}}\n", lines.join("\n    ")),
    }
}
