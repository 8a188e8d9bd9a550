//! `rc-service`, as OpenRC's rc-service(8) has it: finds a service's script and gives it a command.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use host::{Done, Refusal, RefusalKind, Verb};

use super::common::{Init, World, explain, lsb, plain};
use super::einfo::{COMMON, Voice, line};
use super::getopt::{Line, Opt, flag, valued};
use super::rc_levels::{Levels, State, state_of};
use super::{hand_over, openrc_script, service, terminal};

const USAGE: &str = "\
Usage: rc-service [options] [-i] <service> <cmd>...
   or: rc-service [options] -e <service>
   or: rc-service [options] -l
   or: rc-service [options] -r <service>";

const OPTIONS: &[Opt] = &[
    flag('d', "debug", "set xtrace when running the command"),
    flag('D', "nodeps", "ignore dependencies"),
    valued('e', "exists", "tests if the service exists or not"),
    flag('c', "ifcrashed", "if the service is crashed run the command"),
    flag('i', "ifexists", "if the service exists run the command"),
    flag('I', "ifinactive", "if the service is inactive run the command"),
    flag('N', "ifnotstarted", "if the service is not started run the command"),
    flag('s', "ifstarted", "if the service is started run the command"),
    flag('S', "ifstopped", "if the service is stopped run the command"),
    flag('l', "list", "list all available services"),
    valued('r', "resolve", "resolve the service name to an init script"),
    flag('Z', "dry-run", "dry run (show what would happen)"),
    COMMON[0],
    COMMON[1],
    COMMON[2],
    COMMON[3],
    COMMON[4],
];

/// Options that concern the command, not whether it is run.
const PASSED_ON: [char; 6] = ['d', 'D', 'Z', 'C', 'v', 'q'];

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let line = match line("rc-service", USAGE, "cdDe:ilr:INsSZ", OPTIONS, args) {
        Ok(line) => line,
        Err(status) => return ExitCode::from(status),
    };
    let voice = Voice::new("rc-service", &line);
    let world = World::open();
    if let Some(status) = question(&world, voice, &line) {
        return ExitCode::from(status);
    }
    let mut words = line.words.iter();
    let Some(name) = words.next().map(|name| name.to_string_lossy().into_owned()) else {
        voice.error("rc-service: you need to specify a service");
        return ExitCode::FAILURE;
    };
    let Some(definition) = resolve(&world, &name) else {
        if line.has('i') {
            return ExitCode::SUCCESS;
        }
        voice.error(&format!("rc-service: service `{name}' does not exist"));
        return ExitCode::FAILURE;
    };
    if !wanted(&world, &line, &name) {
        return ExitCode::SUCCESS;
    }
    let command: Vec<OsString> = words.cloned().collect();
    match world.init() {
        Init::OpenRc => openrc_script::run(&definition, &options(&line), &command),
        Init::Scripts if line.has('Z') => dry_run(voice, &name, &command),
        Init::Scripts if command == ["status"] => {
            ExitCode::from(status_of_script(&world, voice, plain(&name), &definition))
        }
        Init::Scripts => hand_over::to_script(&definition, &command),
        Init::Systemd if line.has('Z') => dry_run(voice, &name, &command),
        Init::Systemd => ExitCode::from(unit(&world, voice, plain(&name), &command)),
    }
}

/// `-e`, `-l` and `-r`: the first of them is answered, and nothing else is done.
fn question(world: &World, voice: Voice, line: &Line) -> Option<u8> {
    let asked = line.options.iter().find(|(_, letter, _)| matches!(letter, 'e' | 'l' | 'r'))?;
    let name = asked.2.as_ref().map(|name| name.to_string_lossy().into_owned());
    Some(match (asked.1, name) {
        ('e', Some(name)) => u8::from(resolve(world, &name).is_none()),
        ('r', Some(name)) => match resolve(world, &name) {
            Some(path) => {
                terminal::out(&path.to_string_lossy());
                0
            }
            None => 1,
        },
        _ => list(world, voice),
    })
}

fn list(world: &World, voice: Voice) -> u8 {
    let levels = match Levels::read(world) {
        Ok(levels) => levels,
        Err(error) => {
            voice.error(&format!("rc-service: {error}"));
            return 1;
        }
    };
    let mut names = match world.init() {
        Init::Systemd => levels.entries.into_iter().map(|entry| entry.name).collect(),
        Init::OpenRc | Init::Scripts => super::rc_levels::scripts(world),
    };
    names.sort_unstable();
    names.dedup();
    names.iter().for_each(|name| terminal::out(name));
    u8::from(names.is_empty())
}

/// Where a service is defined.
fn resolve(world: &World, name: &str) -> Option<PathBuf> {
    let local = world.root.join("usr/local/etc/init.d").join(plain(name));
    if !name.contains('/') && hand_over::is_executable(&local) {
        return Some(local);
    }
    match world.init() {
        Init::Systemd => world.service(name).ok()?.definition,
        Init::OpenRc | Init::Scripts => service::script_of(world, plain(name)),
    }
}

/// Whether the command is to be run in the state that the service is in.
fn wanted(world: &World, line: &Line, name: &str) -> bool {
    if !['c', 'I', 'N', 's', 'S'].iter().any(|letter| line.has(*letter)) {
        return true;
    }
    let state = world.service(name).map_or(State::Stopped, |service| state_of(&service));
    let crashed = matches!(state, State::Crashed | State::Unsupervised);
    let stopped = matches!(state, State::Stopped | State::Failed | State::Scheduled);
    (!line.has('c') || crashed)
        && (!line.has('I') || state == State::Inactive)
        && (!line.has('N') || !state.is_started())
        && (!line.has('s') || state.is_started())
        && (!line.has('S') || stopped)
}

fn options(line: &Line) -> Vec<OsString> {
    let given = line.options.iter().map(|(_, letter, _)| *letter);
    given
        .filter(|letter| PASSED_ON.contains(letter))
        .map(|letter| OsString::from(format!("-{letter}")))
        .collect()
}

fn dry_run(voice: Voice, name: &str, command: &[OsString]) -> ExitCode {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    voice.info(&format!("{name}: would {}", words.join(" ")));
    ExitCode::SUCCESS
}

/// How a script's service is, in OpenRC's words: who asks by this name looks for them.
fn status_of_script(world: &World, voice: Voice, name: &str, script: &Path) -> u8 {
    let known = world.service(name).map_or(State::Unknown, |service| state_of(&service));
    let state = match known {
        State::Unknown => {
            let mut command = hand_over::script(script, &["status"]);
            let command = command.stdin(Stdio::null()).stdout(Stdio::null());
            match hand_over::wait_for(command.stderr(Stdio::null())) {
                Ok(0) => State::Started(None),
                Ok(1 | 2) => State::Crashed,
                Ok(3) => State::Stopped,
                _ => State::Unknown,
            }
        }
        known => known,
    };
    tell(voice, state)
}

/// Tells a state as openrc-run(8) does.
fn tell(voice: Voice, state: State) -> u8 {
    let (word, status) = state.status();
    match state {
        State::Started(_) | State::Stopped | State::Scheduled => {
            voice.info(&format!("status: {word}"));
        }
        _ => voice.error(&format!("status: {word}")),
    }
    status
}

/// Commands for a unit, with the messages and exit statuses of openrc-run(8).
fn unit(world: &World, voice: Voice, name: &str, commands: &[OsString]) -> u8 {
    if commands.is_empty() {
        terminal::err(&format!("Usage: {name} stop | start | restart | reload | status | zap"));
        return lsb::FAILED;
    }
    let mut status = 0;
    for command in commands {
        status = one_command(world, voice, name, &command.to_string_lossy());
        if status != 0 {
            break;
        }
    }
    status
}

fn one_command(world: &World, voice: Voice, name: &str, command: &str) -> u8 {
    let state = match world.service(name) {
        Ok(service) => state_of(&service),
        Err(error) => {
            voice.error(&format!("rc-service: {error}"));
            return lsb::FAILED;
        }
    };
    match command {
        "status" => tell(voice, state),
        "start" if matches!(state, State::Started(_)) => {
            voice.warn(&format!("WARNING: {name} has already been started"));
            0
        }
        "stop" if state == State::Stopped => {
            voice.warn(&format!("WARNING: {name} is already stopped"));
            0
        }
        "start" => act(world, voice, name, Verb::Start, "Starting"),
        "stop" => act(world, voice, name, Verb::Stop, "Stopping"),
        "restart" => act(world, voice, name, Verb::Restart, "Restarting"),
        "condrestart" | "conditionalrestart" if !state.is_started() => 0,
        "condrestart" | "conditionalrestart" => {
            act(world, voice, name, Verb::TryRestart, "Restarting")
        }
        "condstop" | "conditionalstop" if !state.is_started() => 0,
        "condstop" | "conditionalstop" => act(world, voice, name, Verb::Stop, "Stopping"),
        "reload" if !state.is_started() => {
            voice.error(&format!("{name}: cannot `reload' as it has not been started"));
            lsb::FAILED
        }
        "reload" => act(world, voice, name, Verb::Reload, "Reloading"),
        "zap" => zap(world, voice, name, state),
        "describe" => {
            let described = world.service(name).map(|service| service.description);
            voice.info(&described.unwrap_or_default());
            0
        }
        _ => own_command(world, voice, name, command),
    }
}

/// A command that units don't have: the service's script may.
fn own_command(world: &World, voice: Voice, name: &str, command: &str) -> u8 {
    let Some(script) = service::script_of(world, name) else {
        voice.error(&format!("{name}: unknown function `{command}'"));
        return lsb::FAILED;
    };
    hand_over::wait_for(&mut hand_over::script(&script, &[command])).unwrap_or_else(|error| {
        voice.error(&format!("{}: {}", script.display(), hand_over::why(&script, &error)));
        hand_over::status_of(&error)
    })
}

fn act(world: &World, voice: Voice, name: &str, verb: Verb, doing: &str) -> u8 {
    voice.begin(&format!("{doing} {name}"));
    let done = world.act_quietly(verb, name, &[]);
    voice.end(done.is_ok());
    report(voice, name, &done)
}

fn report(voice: Voice, name: &str, done: &Result<Done, Refusal>) -> u8 {
    let Err(refusal) = done else { return 0 };
    refusal.output.iter().for_each(|line| terminal::err(line));
    voice.error(&format!("{name}: {}", explain(refusal)));
    match refusal.kind {
        RefusalKind::NotSupported => lsb::UNIMPLEMENTED,
        RefusalKind::NotPermitted => lsb::NOT_PERMITTED,
        RefusalKind::NoSuchService => lsb::NOT_INSTALLED,
        _ => lsb::FAILED,
    }
}

/// Forgets the state: of a unit, that it failed.
fn zap(world: &World, voice: Voice, name: &str, state: State) -> u8 {
    if state == State::Stopped {
        voice.info(&format!("Manually resetting {name} to stopped state"));
        return 0;
    }
    if state.is_started() {
        voice.error(&format!(
            "{name}: systemd knows that it runs, and can't be made to forget that; stop it instead"
        ));
        return lsb::UNIMPLEMENTED;
    }
    voice.info(&format!("Manually resetting {name} to stopped state"));
    report(voice, name, &world.act_quietly(Verb::ResetFailed, name, &[]))
}
