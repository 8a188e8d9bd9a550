//! `rc-update`, as OpenRC's rc-update(8) has it: services into runlevels and out of them.

use std::ffi::OsString;
use std::process::ExitCode;

use host::{RefusalKind, Verb};

use super::common::{Init, World, explain, plain};
use super::einfo::{COMMON, Voice, line};
use super::getopt::{Line, Opt, flag};
use super::rc_levels::{DEFAULT, Levels, numbers_of};
use super::{hand_over, service, terminal};

const USAGE: &str = "\
Usage: rc-update [options] add <service> [<runlevel>...]
   or: rc-update [options] del <service> [<runlevel>...]
   or: rc-update [options] [show [<runlevel>...]]";

const OPTIONS: &[Opt] = &[
    flag('a', "all", "Process all runlevels"),
    flag('s', "stack", "Stack a runlevel instead of a service"),
    flag('u', "update", "Force an update of the dependency tree"),
    COMMON[0],
    COMMON[1],
    COMMON[2],
    COMMON[3],
    COMMON[4],
];

/// Width of the names in the table: the original's.
const NAME_WIDTH: usize = 20;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Add,
    Delete,
    Show,
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let line = match line("rc-update", USAGE, "asu", OPTIONS, args) {
        Ok(line) => line,
        Err(status) => return ExitCode::from(status),
    };
    let voice = Voice::new("rc-update", &line);
    let world = World::open();
    ExitCode::from(match carry_out(&world, voice, &line, args) {
        Ok(status) => status,
        Err(problem) => {
            voice.error(&format!("rc-update: {problem}"));
            1
        }
    })
}

fn action_of(words: &mut Vec<String>) -> Result<Action, String> {
    if words.is_empty() {
        return Ok(Action::Show);
    }
    let word = words.remove(0);
    match word.as_str() {
        "add" => Ok(Action::Add),
        "delete" | "del" => Ok(Action::Delete),
        "show" => Ok(Action::Show),
        _ => Err(format!("invalid command `{word}'")),
    }
}

fn carry_out(world: &World, voice: Voice, line: &Line, args: &[OsString]) -> Result<u8, String> {
    if line.has('u') {
        return update(world, voice, args);
    }
    let mut words = line.texts();
    let action = action_of(&mut words)?;
    let levels = Levels::read(world).map_err(|error| error.to_string())?;
    if action == Action::Show {
        if let Some(unknown) = words.iter().skip(1).find(|name| !levels.has(name)) {
            return Err(format!("`{unknown}' is not a valid runlevel"));
        }
        show(&levels, words, line.has('v'));
        return Ok(0);
    }
    if words.is_empty() {
        return Err("no service specified".to_owned());
    }
    let service = words.remove(0);
    if let Some(unknown) = words.iter().find(|name| !levels.has(name)) {
        return Err(format!("`{unknown}' is not a valid runlevel"));
    }
    if action == Action::Add && line.has('a') {
        return Err("the -a option is invalid with add".to_owned());
    }
    if world.init() == Init::OpenRc
        && let Some(tool) = hand_over::own_tool("rc-update")
    {
        let _never = hand_over::to_tool(&tool, args);
        return Ok(1);
    }
    if line.has('s') {
        return Err("only OpenRC can stack runlevels, and it does not run this machine".to_owned());
    }
    if words.is_empty() {
        words = match line.has('a') {
            true => levels.names.clone(),
            false => vec![levels.current.clone()],
        };
    }
    let job = Job { world, voice, levels: &levels, service: plain(&service) };
    match action {
        Action::Add => job.add(&words),
        _ => job.delete(&words, line.has('a')),
    }
}

fn update(world: &World, voice: Voice, args: &[OsString]) -> Result<u8, String> {
    if world.init() == Init::OpenRc
        && let Some(tool) = hand_over::own_tool("rc-update")
    {
        let _never = hand_over::to_tool(&tool, args);
        return Ok(1);
    }
    voice.begin("Caching service dependencies");
    let done = world.reload_definitions();
    voice.end(done.is_ok());
    done.map(|_| 0).map_err(|refusal| explain(&refusal))
}

/// A service is put into runlevels, or taken out, on a machine that OpenRC doesn't run.
struct Job<'a> {
    world: &'a World,
    voice: Voice,
    levels: &'a Levels,
    service: &'a str,
}

impl Job<'_> {
    fn is_in(&self, level: &str) -> bool {
        self.levels.entry(self.service).is_some_and(|entry| entry.is_in(level))
    }

    /// The runlevel in which it is already. A unit that is enabled is where its own sections say:
    /// it can't be put anywhere else.
    fn already<'a>(&'a self, level: &'a str) -> Option<&'a str> {
        let entry = self.levels.entry(self.service)?;
        match self.world.init() {
            _ if entry.is_in(level) => Some(level),
            Init::Systemd => entry.levels.first().map(String::as_str),
            Init::OpenRc | Init::Scripts => None,
        }
    }

    fn exists(&self) -> bool {
        self.levels.entry(self.service).is_some()
            || self.world.service(self.service).is_ok()
            || service::script_of(self.world, self.service).is_some()
    }

    fn add(&self, levels: &[String]) -> Result<u8, String> {
        if !self.exists() {
            return Err(format!("service `{}' does not exist", self.service));
        }
        let mut status = 0;
        for level in levels {
            if let Some(own) = self.already(level) {
                self.voice.info(&format!(
                    "rc-update: {} already installed in runlevel `{own}'; skipping",
                    self.service
                ));
            } else if self.change(Verb::Enable, level, "add", "to") {
                self.voice.info(&format!("service {} added to runlevel {level}", self.service));
            } else {
                status = 1;
            }
        }
        Ok(status)
    }

    fn delete(&self, levels: &[String], all: bool) -> Result<u8, String> {
        let mut status = 0;
        let mut removed = false;
        for level in levels {
            if !self.is_in(level) {
                // The original complains of each runlevel; with all of them asked for, one
                // complaint is enough.
                if !all {
                    self.voice.error(&format!(
                        "rc-update: service `{}' is not in the runlevel `{level}'",
                        self.service
                    ));
                    status = 1;
                }
            } else if self.change(Verb::Disable, level, "delete", "from") {
                removed = true;
                self.voice.info(&format!("service {} removed from runlevel {level}", self.service));
            } else {
                status = 1;
            }
        }
        if all && !removed && status == 0 {
            return Err(format!(
                "service `{}' not found in any of the specified runlevels",
                self.service
            ));
        }
        Ok(status)
    }

    fn change(&self, verb: Verb, level: &str, doing: &str, preposition: &str) -> bool {
        let numbers = match self.world.init() {
            Init::Systemd => {
                self.note_targets(verb, level);
                Vec::new()
            }
            _ => numbers_of(level),
        };
        let refusal = match self.world.act_quietly(verb, self.service, &numbers) {
            Ok(_) => return true,
            Err(refusal) => refusal,
        };
        refusal.output.iter().for_each(|line| terminal::err(line));
        let service = self.service;
        self.voice.error(&match refusal.kind {
            RefusalKind::NoSuchService => format!("rc-update: service `{service}' does not exist"),
            _ => format!(
                "rc-update: failed to {doing} service `{service}' {preposition} runlevel `{level}': {}",
                explain(&refusal)
            ),
        });
        false
    }

    /// A unit says itself which targets it belongs to.
    fn note_targets(&self, verb: Verb, level: &str) {
        if verb == Verb::Enable && level != DEFAULT {
            self.voice.warn(&format!(
                "rc-update: systemd has no runlevel `{level}': {} is enabled where its [Install] section says",
                self.service
            ));
        }
    }
}

/// The table of services and their runlevels.
fn show(levels: &Levels, asked: Vec<String>, verbose: bool) {
    let mut columns = if asked.is_empty() { levels.names.clone() } else { asked };
    columns.sort_unstable();
    let mut entries: Vec<_> = levels.entries.iter().collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    for entry in entries {
        let mut shown = false;
        let mut row = format!(" {:>NAME_WIDTH$} |", entry.name);
        for level in &columns {
            row.push(' ');
            if entry.is_in(level) {
                shown = true;
                row.push_str(level);
            } else {
                row.extend(std::iter::repeat_n(' ', level.chars().count()));
            }
        }
        if shown || verbose {
            terminal::out(&row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_says_what_to_do() {
        let action = |words: &[&str]| {
            action_of(&mut words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(action(&[]), Ok(Action::Show));
        assert_eq!(action(&["del", "x"]), Ok(Action::Delete));
        assert_eq!(action(&["add", "x"]), Ok(Action::Add));
        assert_eq!(action(&["nginx", "add"]), Err("invalid command `nginx'".to_owned()));
    }
}
