//! Commands that scripts run before and after their program.

use super::account::{mode, ulimit};
use super::call::Call;
use super::folders;
use super::script::Script;
use super::start_stop::words;
use crate::shell::Field;
use crate::{Command, Definition};

/// Commands that only speak to people, or mark what a manager keeps of a state.
const NOISE: [&str; 48] = [
    "ebegin",
    "eend",
    "ewend",
    "einfo",
    "einfon",
    "ewarn",
    "ewarnn",
    "eerror",
    "eerrorn",
    "vebegin",
    "veend",
    "vewend",
    "veinfo",
    "vewarn",
    "eindent",
    "eoutdent",
    "esyslog",
    "echo",
    "printf",
    "mark_service_starting",
    "mark_service_started",
    "mark_service_stopped",
    "service_set_value",
    "default_start",
    "default_stop",
    "default_status",
    "sleep",
    "success",
    "failure",
    "passed",
    "warning",
    "logger",
    "status_of_proc",
    "pidofproc",
    "status",
    "rc_status",
    "rc_reset",
    "rc_exit",
    "cat",
    "init_is_upstart",
    "log_daemon_msg",
    "log_end_msg",
    "log_progress_msg",
    "log_failure_msg",
    "log_success_msg",
    "log_warning_msg",
    "log_begin_msg",
    "usage",
];

/// When a command runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    BeforeStart,
    AfterStart,
    BeforeStop,
    AfterStop,
}

/// Whether a command means nothing for what a service is.
pub(super) fn is_noise(call: &Call) -> bool {
    let name = call.name();
    name.is_empty() || NOISE.contains(&name.as_str()) || name.starts_with("log_")
}

/// What a function does is known only when it runs.
pub(super) fn own_program(script: &mut Script, source: &str, line: u32, whose: &str) {
    let why = format!("{whose} is a program of its own: what this does is known only when it runs");
    script.lose(source, why, line);
}

/// One command of a hook; `whose` names the function for messages.
pub(super) fn step(
    script: &mut Script,
    definition: &mut Definition,
    call: &Call,
    when: When,
    whose: &str,
) {
    if is_noise(call) || is_of_pid_file(definition, call) {
        return;
    }
    let arguments = call.arguments();
    let before = when == When::BeforeStart;
    let is_done = match (call.name().as_str(), &arguments) {
        _ if !before => false,
        ("ulimit", Some(arguments)) => ulimit(definition, arguments),
        ("umask", Some(arguments)) => {
            definition.umask = arguments.first().and_then(|text| mode(text));
            definition.umask.is_some()
        }
        ("cd", Some(arguments)) => {
            definition.directory = arguments.first().cloned();
            definition.directory.is_some()
        }
        (_, Some(arguments)) => folders::take(definition, call, arguments),
        _ => false,
    };
    if is_done {
        return;
    }
    const OF_THE_SHELL: [&str; 9] =
        ["eval", "exec", "checkpath", "cd", "read", "ulimit", "umask", "daemon", "killproc"];
    let name = call.words.first().and_then(Field::fixed).unwrap_or_default();
    let is_program = !name.is_empty() && !OF_THE_SHELL.contains(&name.as_str());
    if call.is_conditional || call.is_redirected || !is_program || !call.is_whole() {
        own_program(script, &call.source, call.line, whose);
        return;
    }
    let argv = words(script, definition, &call.words, call.line);
    let command = Command { argv, as_root: true, ..Command::default() };
    match when {
        When::BeforeStart => definition.pre.push(command),
        When::AfterStart => definition.post.push(command),
        When::BeforeStop => definition.stop.push(command),
        When::AfterStop => definition.after_stop.push(command),
    }
}

/// `rm -f "$PIDFILE"`, `touch /var/lock/subsys/x`: what managers see to themselves.
fn is_of_pid_file(definition: &Definition, call: &Call) -> bool {
    if !matches!(call.name().as_str(), "rm" | "touch") {
        return false;
    }
    let is_kept = |path: &String| {
        path.starts_with('-')
            || path.contains("/lock/")
            || path.ends_with(".pid")
            || Some(path) == definition.pid_file.as_ref()
    };
    call.arguments().is_some_and(|arguments| arguments.iter().all(is_kept))
}
