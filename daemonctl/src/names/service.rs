//! `service`, as Debian's service(8) has it: runs a service's script in surroundings that can be
//! relied on, or asks systemd to do the same.

mod status_all;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::common::{Init, World, unit_of};
use super::{hand_over, openrc_script, systemctl, terminal};

const USAGE: &str =
    "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]";

/// What a command line of service(8) asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// It is shown how to ask, with this exit status.
    Usage(u8),
    /// The version.
    Version,
    /// How all services are.
    StatusAll,
    /// A service is stopped, then started.
    FullRestart(OsString),
    /// A command for a service, with its own arguments; without one, whatever the script says.
    Command { service: OsString, args: Vec<OsString> },
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    match ask(args) {
        Asked::Usage(status) => {
            terminal::err(USAGE);
            ExitCode::from(status)
        }
        Asked::Version => {
            terminal::err(concat!("service ver. ", env!("CARGO_PKG_VERSION"), " (daemonctl)"));
            ExitCode::SUCCESS
        }
        Asked::StatusAll => status_all::run(&World::open()),
        Asked::FullRestart(service) => full_restart(&World::open(), &service),
        Asked::Command { service, args } => command(&World::open(), &service, &args),
    }
}

/// What the arguments mean. `--help` and `--version` count wherever they stand.
fn ask(args: &[OsString]) -> Asked {
    if args.is_empty() {
        return Asked::Usage(1);
    }
    let mut words: Vec<OsString> = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        let text = arg.to_string_lossy();
        let left = args.len() - at;
        match text.as_ref() {
            "-h" => return Asked::Usage(0),
            help if help.starts_with("--h") => return Asked::Usage(0),
            "--version" | "-V" => return Asked::Version,
            "--status-all" if words.is_empty() && left == 1 => return Asked::StatusAll,
            _ => {}
        }
        if left == 2 && args.get(at + 1).is_some_and(|next| next == "--full-restart") {
            return Asked::FullRestart(arg.clone());
        }
        words.push(arg.clone());
    }
    let mut words = words.into_iter();
    let service = words.next().unwrap_or_default();
    Asked::Command { service, args: words.collect() }
}

/// The script of a service, if there is one that can be run.
pub fn script_of(world: &World, service: &str) -> Option<PathBuf> {
    // A name, never a path to elsewhere.
    if service.is_empty() || service.contains('/') || service.starts_with('.') {
        return None;
    }
    let path = world.root.join("etc/init.d").join(service);
    hand_over::is_executable(&path).then_some(path)
}

fn full_restart(world: &World, service: &OsString) -> ExitCode {
    if world.init() == Init::Systemd {
        return command(world, service, &[OsString::from("restart")]);
    }
    let name = service.to_string_lossy();
    let Some(script) = script_of(world, &name) else { return unrecognized(&name) };
    // As the original has it: what stopping came to does not matter.
    let _stopped = run_script(world, &script, &[OsString::from("stop")]);
    ExitCode::from(run_script(world, &script, &[OsString::from("start")]))
}

fn command(world: &World, service: &OsString, args: &[OsString]) -> ExitCode {
    let name = service.to_string_lossy();
    let verb = args.first().map(|arg| arg.to_string_lossy());
    match world.init() {
        Init::Systemd => on_systemd(world, &name, verb.as_deref().unwrap_or_default(), args),
        Init::OpenRc => {
            let Some(script) = script_of(world, super::common::plain(&name)) else {
                return unrecognized(&name);
            };
            openrc_script::run(&script, &[], &split(args))
        }
        Init::Scripts => via_script(world, &name, args),
    }
}

/// service(8) on a machine that systemd runs.
fn on_systemd(world: &World, name: &str, verb: &str, args: &[OsString]) -> ExitCode {
    let unit = unit_of(name);
    let words: &[&str] = match verb {
        "start" | "stop" => {
            sockets_too(world, verb, &unit);
            &[verb]
        }
        "restart" | "status" | "try-restart" => &[verb],
        "reload" if can_reload(world, name) == Some(false) => return via_script(world, name, args),
        "reload" => &["reload"],
        "force-reload" if can_reload(world, name) == Some(false) => &["restart"],
        "force-reload" => &["reload"],
        "force-stop" => &["--signal=KILL", "kill"],
        _ => return via_script(world, name, args),
    };
    let mut args = hand_over::words(words);
    args.push(unit.into());
    systemctl::run(&args)
}

/// Whether a unit can be reloaded. `None`: nobody knows.
fn can_reload(world: &World, name: &str) -> Option<bool> {
    world.service(name).ok()?.details.as_deref()?.can_reload
}

/// Who stops a service does not want the next connection to start it again: the sockets that do
/// that are stopped, and started, with it.
fn sockets_too(world: &World, verb: &str, unit: &str) {
    let triggers = world.service(unit).ok().and_then(|service| service.triggered_by);
    let sockets: Vec<OsString> = triggers
        .into_iter()
        .flatten()
        .filter(|trigger| trigger.ends_with(".socket"))
        .map(OsString::from)
        .collect();
    if !sockets.is_empty() {
        let args: Vec<OsString> = std::iter::once(OsString::from(verb)).chain(sockets).collect();
        let _done = systemctl::run(&args);
    }
}

fn via_script(world: &World, name: &str, args: &[OsString]) -> ExitCode {
    match script_of(world, name) {
        Some(script) => hand_over::to_script(&script, &split(args)),
        None => unrecognized(name),
    }
}

fn run_script(world: &World, script: &Path, args: &[OsString]) -> u8 {
    let mut command = match world.init() {
        Init::OpenRc => return openrc_script::wait(script, &[], args),
        Init::Systemd | Init::Scripts => hand_over::script(script, args),
    };
    hand_over::wait_for(&mut command).unwrap_or_else(|error| {
        terminal::err(&format!("{}: {}", script.display(), hand_over::why(script, &error)));
        hand_over::status_of(&error)
    })
}

/// The original hands its words on unquoted: blanks separate.
fn split(args: &[OsString]) -> Vec<OsString> {
    args.iter()
        .flat_map(|arg| {
            let text = arg.to_string_lossy();
            text.split_ascii_whitespace().map(OsString::from).collect::<Vec<_>>()
        })
        .collect()
}

fn unrecognized(name: &str) -> ExitCode {
    terminal::err(&format!("{name}: unrecognized service"));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Asked {
        ask(&hand_over::words(args))
    }

    fn command(service: &str, args: &[&str]) -> Asked {
        Asked::Command { service: service.into(), args: hand_over::words(args) }
    }

    #[test]
    fn the_grammar_is_service_8s() {
        assert_eq!(asked(&[]), Asked::Usage(1));
        assert_eq!(asked(&["--help"]), Asked::Usage(0));
        assert_eq!(asked(&["nginx", "start", "--hello"]), Asked::Usage(0));
        assert_eq!(asked(&["nginx", "-V"]), Asked::Version);
        assert_eq!(asked(&["--status-all"]), Asked::StatusAll);
        assert_eq!(asked(&["--status-all", "x"]), command("--status-all", &["x"]));
        assert_eq!(asked(&["nginx", "--full-restart"]), Asked::FullRestart("nginx".into()));
        assert_eq!(asked(&["a", "nginx", "--full-restart"]), Asked::FullRestart("nginx".into()));
        assert_eq!(asked(&["nginx"]), command("nginx", &[]));
        assert_eq!(asked(&["nginx", "upgrade", "-x"]), command("nginx", &["upgrade", "-x"]));
    }

    #[test]
    fn blanks_in_arguments_separate() {
        assert_eq!(split(&hand_over::words(&["a b", "c"])), hand_over::words(&["a", "b", "c"]));
    }
}
