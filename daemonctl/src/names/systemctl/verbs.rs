//! systemctl's verbs: one row each.

use super::failure::Failure;
use super::{
    Tool, cat, check, default_target, dependencies, environment, halt, jobs, kill, list, manager,
    resources, set_property, show, start, status, unit_files,
};

/// What carries out a verb: its name and its arguments come as words. Gives the exit status.
pub type Run = fn(&Tool, &[String]) -> Result<u8, Failure>;

/// A verb.
pub struct Verb {
    pub name: &'static str,
    /// How many words there must be, the verb itself among them, and how many may.
    least: usize,
    most: usize,
    /// It asks a manager, so that it means nothing for a tree that is not running.
    pub online: bool,
    pub run: Run,
    /// What follows it, for help.
    pub arguments: &'static str,
    /// What it does; empty for old names.
    pub help: &'static str,
}

const ANY: usize = usize::MAX;

const fn online(
    name: &'static str,
    range: (usize, usize),
    run: Run,
    arguments: &'static str,
    help: &'static str,
) -> Verb {
    Verb { name, least: range.0, most: range.1, online: true, run, arguments, help }
}

const fn offline(
    name: &'static str,
    range: (usize, usize),
    run: Run,
    arguments: &'static str,
    help: &'static str,
) -> Verb {
    Verb { name, least: range.0, most: range.1, online: false, run, arguments, help }
}

const FREE: (usize, usize) = (0, ANY);
const ALONE: (usize, usize) = (0, 1);
const SOME: (usize, usize) = (2, ANY);

/// The verbs; the first is what happens where none is given.
pub const VERBS: &[Verb] = &[
    online("list-units", FREE, list::units, "[PATTERN...]", "units in memory"),
    offline("list-unit-files", FREE, unit_files::list, "[PATTERN...]", "unit files"),
    online("list-automounts", FREE, list::automounts, "[PATTERN...]", "automounts, by path"),
    online("list-sockets", FREE, list::sockets, "[PATTERN...]", "sockets, by address"),
    online("list-timers", FREE, list::timers, "[PATTERN...]", "timers, by when they elapse"),
    online("list-jobs", FREE, jobs::list, "[PATTERN...]", "queued jobs"),
    online("list-machines", FREE, manager::machines, "", ""),
    online("clear-jobs", ALONE, jobs::cancel, "", ""),
    online("cancel", FREE, jobs::cancel, "[JOB...]", "cancel jobs"),
    online("start", SOME, start::run, "UNIT...", "start units"),
    online("stop", SOME, start::run, "UNIT...", "stop units"),
    online("condstop", SOME, start::run, "", ""),
    online("reload", SOME, start::run, "UNIT...", "have units read their configuration"),
    online("restart", SOME, start::run, "UNIT...", "stop and start units"),
    online("try-restart", SOME, start::run, "UNIT...", "the same where they run"),
    online("reload-or-restart", FREE, start::run, "UNIT...", "reload, or restart what can't"),
    online("reload-or-try-restart", SOME, start::run, "", ""),
    online("try-reload-or-restart", SOME, start::run, "UNIT...", "the same where they run"),
    online("force-reload", SOME, start::run, "", ""),
    online("condreload", SOME, start::run, "", ""),
    online("condrestart", SOME, start::run, "", ""),
    online("isolate", (2, 2), start::run, "UNIT", "start a unit, and stop all others"),
    online("kill", SOME, kill::run, "UNIT...", "send a signal to processes of units"),
    online("clean", SOME, resources::run, "UNIT...", "remove what units have left behind"),
    online("freeze", SOME, resources::run, "PATTERN...", "freeze processes of units"),
    online("thaw", SOME, resources::run, "PATTERN...", "let them go on"),
    online("is-active", SOME, check::is_active, "PATTERN...", "whether units are active"),
    online("check", SOME, check::is_active, "", ""),
    online("is-failed", SOME, check::is_failed, "PATTERN...", "whether units have failed"),
    online("show", FREE, show::run, "[PATTERN...|JOB...]", "properties"),
    online("cat", SOME, cat::run, "PATTERN...", "unit files and what completes them"),
    online("status", FREE, status::run, "[PATTERN...|PID...]", "how units are"),
    online("help", FREE, status::documentation, "PATTERN...|PID...", "where units are documented"),
    online("daemon-reload", (1, 1), manager::reload, "", "have the manager read its files"),
    online("daemon-reexec", (1, 1), manager::reload, "", "have the manager start itself anew"),
    online("log-level", (0, 2), manager::log_setting, "[LEVEL]", "how much the manager logs"),
    online("log-target", (0, 2), manager::log_setting, "[TARGET]", "where the manager logs"),
    online("service-log-level", (2, 3), manager::service_log, "SERVICE [LEVEL]", ""),
    online("service-log-target", (2, 3), manager::service_log, "SERVICE [TARGET]", ""),
    online("service-watchdogs", (0, 2), manager::watchdogs, "[BOOL]", "whether watchdogs bite"),
    online("show-environment", ALONE, environment::show, "", "the manager's environment"),
    online("set-environment", SOME, environment::set, "NAME=VALUE...", "change it"),
    online("unset-environment", SOME, environment::set, "NAME...", "take variables out"),
    online("import-environment", FREE, environment::import, "NAME...", "give it ours"),
    online("halt", ALONE, halt::run, "", "halt the machine"),
    online("poweroff", ALONE, halt::run, "", "turn it off"),
    online("reboot", (0, 2), halt::run, "", "boot it anew"),
    online("kexec", ALONE, halt::run, "", ""),
    online("suspend", ALONE, halt::run, "", ""),
    online("hibernate", ALONE, halt::run, "", ""),
    online("hybrid-sleep", ALONE, halt::run, "", ""),
    online("suspend-then-hibernate", ALONE, halt::run, "", ""),
    online("default", ALONE, halt::run, "", "enter the default target"),
    online("rescue", ALONE, halt::run, "", "enter the rescue target"),
    online("emergency", ALONE, halt::run, "", "enter the emergency target"),
    online("exit", (0, 2), halt::run, "[STATUS]", ""),
    online("reset-failed", FREE, kill::reset_failed, "[PATTERN...]", "forget failures"),
    offline("enable", SOME, unit_files::change, "UNIT...|PATH...", "start units at boot"),
    offline("disable", SOME, unit_files::change, "UNIT...", "start them at boot no more"),
    offline("is-enabled", SOME, check::is_enabled, "UNIT...", "whether units are enabled"),
    offline("reenable", SOME, unit_files::change, "UNIT...", "disable and enable"),
    offline("preset", SOME, unit_files::change, "UNIT...", "enable or disable, by presets"),
    offline("preset-all", ALONE, unit_files::change, "", "the same for all units"),
    offline("mask", SOME, unit_files::change, "UNIT...", "make units impossible to start"),
    offline("unmask", SOME, unit_files::change, "UNIT...", "undo that"),
    offline("link", SOME, unit_files::change, "PATH...", "make unit files known"),
    offline("revert", SOME, unit_files::change, "UNIT...", "back to the vendor's files"),
    online("switch-root", SOME, manager::not_here, "", ""),
    online("list-dependencies", FREE, dependencies::run, "[UNIT...]", "what units need"),
    offline("set-default", (2, 2), default_target::set, "TARGET", "what is booted into"),
    offline("get-default", ALONE, default_target::get, "", "the same, said"),
    online("set-property", (3, ANY), set_property::run, "UNIT NAME=VALUE...", "set properties"),
    offline("is-system-running", ALONE, check::is_system_running, "", "whether all is up"),
    offline(
        "add-wants",
        (3, ANY),
        unit_files::change,
        "TARGET UNIT...",
        "have a target want units",
    ),
    offline("add-requires", (3, ANY), unit_files::change, "TARGET UNIT...", "or require them"),
    online("edit", SOME, manager::not_here, "", ""),
    online("bind", (3, 4), resources::bind, "UNIT PATH [PATH]", "mount a path into a unit's view"),
    online("mount-image", (4, 5), manager::not_here, "", ""),
];

/// Finds what a command line's words mean, and checks how many there are.
///
/// # Errors
/// There is no such verb, or the number of its arguments is wrong.
pub fn find(words: &[String]) -> Result<&'static Verb, Failure> {
    let verb = match words.first() {
        None => VERBS.first(),
        Some(word) => VERBS.iter().find(|verb| verb.name == word),
    };
    let Some(verb) = verb else {
        let word = words.first().map_or("", String::as_str);
        return Err(Failure::new(format!("Unknown command verb {word}.")));
    };
    let count = words.len().max(1);
    if verb.least > 0 && count < verb.least {
        return Err(Failure::new("Too few arguments."));
    }
    if count > verb.most {
        return Err(Failure::new("Too many arguments."));
    }
    Ok(verb)
}

#[cfg(test)]
mod tests {
    use super::{VERBS, find};

    fn found(line: &str) -> Result<&'static str, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        find(&words).map(|verb| verb.name).map_err(|failure| failure.text)
    }

    #[test]
    fn the_number_of_arguments_is_checked() {
        assert_eq!(found(""), Ok("list-units"));
        assert_eq!(found("reload-or-restart"), Ok("reload-or-restart"));
        assert_eq!(found("start"), Err("Too few arguments.".to_owned()));
        assert_eq!(found("isolate a b"), Err("Too many arguments.".to_owned()));
        assert_eq!(found("daemon-reload x"), Err("Too many arguments.".to_owned()));
        assert_eq!(found("frobnicate"), Err("Unknown command verb frobnicate.".to_owned()));
    }

    #[test]
    fn no_verb_stands_twice() {
        let mut names: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
