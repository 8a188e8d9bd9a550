//! The functions of an init script.

use super::{Unwritable, sh};
use crate::shell::quote;
use crate::{Command, Definition, Directory, Lost, Output, Readiness, Word};

/// `do_start`, `do_stop`, `do_reload`, `do_status`.
pub(super) fn functions(
    definition: &Definition,
    lost: &mut Vec<Lost>,
) -> Result<Vec<String>, Unwritable> {
    let is_oneshot = definition.readiness == Readiness::Oneshot;
    let mut before = before(definition, lost);
    let mut functions = Vec::new();
    let (mut start, mut stop, status) = match is_oneshot {
        true => {
            before.insert(0, "[ ! -e \"$PIDFILE\" ] || return 0".to_owned());
            (oneshot(definition), vec!["rm -f \"$PIDFILE\"".to_owned()], ONESHOT_STATUS.to_owned())
        }
        false => {
            let running = format!("start-stop-daemon --status {}", found(definition));
            before.insert(0, format!("{running} && return 0"));
            let status = STATUS.replace("RUNNING", &running);
            (started(definition, &running)?, vec![stopped(definition)], status)
        }
    };
    let mut lines = before;
    lines.append(&mut start);
    lines.extend(steps(definition, &definition.post, true));
    lines.push("return 0".to_owned());
    functions.push(function("do_start", &lines));
    let mut lines = Vec::new();
    if sh::wants_main_pid(&definition.stop) {
        lines.extend(MAIN_PID.map(str::to_owned));
    }
    lines.extend(steps(definition, &definition.stop, false));
    lines.append(&mut stop);
    if !definition.after_stop.is_empty() {
        lines.push("stopped=$?".to_owned());
        lines.extend(steps(definition, &definition.after_stop, false));
        lines.push("return $stopped".to_owned());
    }
    functions.push(function("do_stop", &lines));
    if !definition.reload.is_empty() {
        let mut lines = Vec::new();
        if sh::wants_main_pid(&definition.reload) {
            lines.extend(MAIN_PID.map(str::to_owned));
        }
        lines.extend(steps(definition, &definition.reload, true));
        lines.push("return 0".to_owned());
        functions.push(function("do_reload", &lines));
    }
    functions.push(status);
    Ok(functions)
}

/// The LSB's exit statuses of `status`.
const STATUS: &str = "\
do_status() {
    RUNNING
    case $? in
        0) echo \"$NAME is running\"; return 0 ;;
        1) echo \"$NAME is dead, and its PID file exists\"; return 1 ;;
        3) echo \"$NAME is not running\"; return 3 ;;
        *) echo \"$NAME: it could not be found out whether it runs\"; return 4 ;;
    esac
}
";

const ONESHOT_STATUS: &str = "\
do_status() {
    if [ -e \"$PIDFILE\" ]; then
        echo \"$NAME was started\"
        return 0
    fi
    echo \"$NAME was not started\"
    return 3
}
";

const MAIN_PID: [&str; 2] =
    ["MAINPID=$(cat \"$PIDFILE\" 2>/dev/null) || return 7", "export MAINPID"];

fn function(name: &str, lines: &[String]) -> String {
    format!("{name}() {{\n    {}\n}}\n", lines.join("\n    "))
}

fn steps(definition: &Definition, commands: &[Command], fails: bool) -> Vec<String> {
    let end = |command| if fails { sh::or_fail(command) } else { "" };
    let line = |command| format!("{}{}", sh::step(definition, command), end(command));
    commands.iter().map(line).collect()
}

/// What start-stop-daemon finds the process by. A PID file that is not root's own is not enough for
/// it, so the program of a daemon that writes its own is named, too.
fn found(definition: &Definition) -> String {
    let program = definition.start.first().and_then(Command::program);
    match program.filter(|program| program.starts_with('/')) {
        Some(program) if definition.readiness == Readiness::Forking => {
            let pid_file = definition.pid_file.as_ref().map_or("", |_| "--pidfile \"$PIDFILE\" ");
            format!("{pid_file}--exec {}", quote(&program))
        }
        _ => "--pidfile \"$PIDFILE\"".to_owned(),
    }
}

fn before(definition: &Definition, lost: &mut Vec<Lost>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(definition.directories.iter().map(|folder| made(definition, folder)));
    lines.extend(sh::limits(definition, lost));
    if let Some(score) = definition.oom_score_adjust {
        lines.push(format!("echo {score} > /proc/self/oom_score_adj"));
    }
    for output in [&definition.output, &definition.error] {
        // systemd opens it as root; here it is opened as whom the service runs.
        if let (Some(Output::Append(path) | Output::Truncate(path)), Some(account)) =
            (output, definition.account())
        {
            let path = quote(path);
            lines.push(format!("[ -e {path} ] || : > {path}"));
            lines.push(format!("chown {} {path}", quote(&account)));
        }
    }
    lines.extend(steps(definition, &definition.pre, true));
    lines
}

fn made(definition: &Definition, directory: &Directory) -> String {
    let mode = directory.mode.unwrap_or(0o755);
    let owner = directory.owner.as_deref().or(definition.user.as_deref()).unwrap_or("root");
    let group = match directory.owner {
        None => directory.group.as_deref().or(definition.group.as_deref()),
        Some(_) => directory.group.as_deref(),
    };
    let group = group.map_or(String::new(), |group| format!(" -g {}", quote(group)));
    let (owner, path) = (quote(owner), quote(&directory.path));
    format!("install -d -m {mode:04o} -o {owner}{group} {path} || return 1")
}

/// The start of a program that becomes, or is made, a daemon.
fn started(definition: &Definition, running: &str) -> Result<Vec<String>, Unwritable> {
    let Some(command) = definition.start.first() else {
        return Err(Unwritable::new(format!("{} starts no command", definition.name)));
    };
    let mut options: Vec<String> = vec!["--start --quiet".to_owned(), found(definition)];
    if definition.stays_in_foreground() {
        options.push("--make-pidfile --background".to_owned());
    }
    if let Some(account) = definition.account() {
        options.push(format!("--chuid {}", quote(&account)));
    }
    match definition.directory.as_deref() {
        Some("~") => {
            let user = definition.user.as_deref().unwrap_or("root");
            options.push(format!("--chdir ~{user}"));
        }
        Some(path) => options.push(format!("--chdir {}", quote(path))),
        None => {}
    }
    if let Some(root) = &definition.root {
        options.push(format!("--chroot {}", quote(root)));
    }
    if let Some(umask) = definition.umask {
        options.push(format!("--umask {umask:04o}"));
    }
    if let Some(nice) = definition.nice {
        options.push(format!("--nicelevel {nice}"));
    }
    let rows =
        [("--procsched", &definition.cpu_scheduling), ("--iosched", &definition.io_scheduling)];
    for (option, value) in rows {
        if let Some((name, priority)) = value {
            let name = if name == "realtime" { "real-time" } else { name };
            let priority = priority.map_or(String::new(), |priority| format!(":{priority}"));
            options.push(format!("{option} {name}{priority}"));
        }
    }
    let mut argv = argv(command);
    if let Some(streams) = streams(definition) {
        let mut all: Vec<Word> =
            ["/bin/sh", "-c", &format!("exec \"$0\" \"$@\" {streams}")].map(Word::text).to_vec();
        all.append(&mut argv);
        argv = all;
    }
    let program = argv.first().map(sh::word).unwrap_or_default();
    let arguments = sh::line(argv.get(1..).unwrap_or_default());
    let end =
        if arguments.is_empty() { String::new() } else { format!(" \\\n        -- {arguments}") };
    let mut lines = vec![format!(
        "start-stop-daemon {} \\\n        --startas {program}{end} || return 1",
        options.join(" ")
    )];
    if definition.stays_in_foreground() {
        // In the background nobody tells whether the program could be run at all.
        lines.push("sleep 1".to_owned());
        lines.push(format!(
            "{running} || {{ rm -f \"$PIDFILE\"; echo \"$NAME has ended at once\" >&2; return 1; }}"
        ));
    }
    Ok(lines)
}

/// The words, the first an absolute path: start-stop-daemon searches no folders.
fn argv(command: &Command) -> Vec<Word> {
    let mut argv: Vec<Word> = match command.program() {
        Some(program) if program.starts_with('/') => Vec::new(),
        Some(program) if !program.contains('/') => vec![Word::text("/usr/bin/env")],
        _ => ["/bin/sh", "-c", "exec \"$@\"", "sh"].map(Word::text).to_vec(),
    };
    argv.extend(command.argv.iter().cloned());
    argv
}

/// Redirections of a program in the background.
fn streams(definition: &Definition) -> Option<String> {
    let stream = |number: &str, output: &Option<Output>| match output {
        Some(Output::Append(path)) => Some(format!("{number}>>{}", quote(path))),
        Some(Output::Truncate(path)) => Some(format!("{number}>{}", quote(path))),
        _ => None,
    };
    let output = stream("", &definition.output);
    let error = match (&definition.error, &output) {
        (Some(Output::Same), Some(_)) => Some("2>&1".to_owned()),
        (error, _) => stream("2", error),
    };
    let all: Vec<String> = output.into_iter().chain(error).collect();
    (!all.is_empty() && definition.stays_in_foreground()).then(|| all.join(" "))
}

fn stopped(definition: &Definition) -> String {
    let retry = sh::retry(definition, 30);
    let found = found(definition);
    let remove = if definition.stays_in_foreground() { " --remove-pidfile" } else { "" };
    format!("start-stop-daemon --stop --quiet --oknodo{remove} --retry={retry} {found}")
}

/// The start of a service that leaves no process.
fn oneshot(definition: &Definition) -> Vec<String> {
    let mut inner = Vec::new();
    match definition.directory.as_deref() {
        Some("~") => inner.push("cd".to_owned()),
        Some(path) => inner.push(format!("cd {} || exit 1", quote(path))),
        None => {}
    }
    if let Some(umask) = definition.umask {
        inner.push(format!("umask {umask:04o}"));
    }
    for command in &definition.start {
        let end = if command.ignores_failure { " || true" } else { " || exit 1" };
        inner.push(format!("{}{end}", sh::step(definition, command)));
    }
    vec![
        format!("(\n        {}\n    ) || return 1", inner.join("\n        ")),
        ": > \"$PIDFILE\"".to_owned(),
    ]
}
