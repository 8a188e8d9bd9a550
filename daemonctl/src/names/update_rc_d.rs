//! `update-rc.d`, as Debian's update-rc.d(8) has it: whether services start at boot.
//!
//! Where the machine has that tool and the service has a script, the tool itself does it: it knows the
//! links. Elsewhere the same is done through the machine's manager.

use std::ffi::OsString;
use std::process::ExitCode;

use host::{Refusal, RefusalKind, Verb};

use super::common::{Init, World, explain, plain};
use super::{chkconfig, hand_over, service, systemctl, terminal};

const USAGE: &str = "\
usage: update-rc.d [-f] <basename> remove
       update-rc.d [-f] <basename> defaults
       update-rc.d [-f] <basename> defaults-disabled
       update-rc.d <basename> disable|enable [S|2|3|4|5]
\t\t-f: force

The disable|enable API is not stable and might change in the future.";

/// What is to become of a service.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    /// All its links go.
    Remove,
    /// Links as its header says, where there are none yet.
    Defaults,
    /// The same, all of them to stop it.
    DefaultsDisabled,
    /// It starts, in these runlevels or in those of its header.
    Enable(Vec<String>),
    /// It doesn't.
    Disable(Vec<String>),
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let (name, action) = match ask(args) {
        Ok(asked) => asked,
        Err(problem) => return usage(&problem),
    };
    let world = World::open();
    let has_script = service::script_of(&world, &name).is_some() || action == Action::Remove;
    if has_script && let Some(tool) = hand_over::own_tool("update-rc.d") {
        return hand_over::to_tool(&tool, args);
    }
    ExitCode::from(carry_out(&world, &name, &action))
}

fn usage(problem: &str) -> ExitCode {
    if !problem.is_empty() {
        terminal::err(&format!("update-rc.d: error: {problem}"));
    }
    terminal::err_text(USAGE);
    ExitCode::FAILURE
}

fn error(problem: &str) -> u8 {
    terminal::err(&format!("update-rc.d: error: {problem}"));
    1
}

/// What the arguments mean; the problem is empty where only the usage is shown.
fn ask(args: &[OsString]) -> Result<(String, Action), String> {
    let texts: Vec<_> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let mut words = texts.iter().map(String::as_str).peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        match option {
            "-f" => {}
            "-h" | "--help" => return Err(String::new()),
            _ => return Err("unknown option".to_owned()),
        }
    }
    let (Some(name), Some(action)) = (words.next(), words.next()) else {
        return Err("not enough arguments".to_owned());
    };
    let levels = || words.map(str::to_owned).collect();
    let action = match action {
        "remove" => Action::Remove,
        // What stands behind the old words has long been ignored.
        "defaults" | "start" | "stop" => Action::Defaults,
        "defaults-disabled" => Action::DefaultsDisabled,
        "enable" => Action::Enable(levels()),
        "disable" => Action::Disable(levels()),
        _ => return Err(String::new()),
    };
    Ok((plain(name).to_owned(), action))
}

/// Without the tool itself.
fn carry_out(world: &World, name: &str, action: &Action) -> u8 {
    if world.init() == Init::Systemd {
        return on_systemd(world, name, action);
    }
    if *action != Action::Remove && service::script_of(world, name).is_none() {
        return error(&format!("initscript does not exist: /etc/init.d/{name}"));
    }
    match action {
        Action::Remove => act(world, Verb::Disable, name, &[]),
        Action::Defaults if chkconfig::is_set_up(world, name) => 0,
        Action::Defaults => act(world, Verb::Enable, name, &[]),
        Action::DefaultsDisabled => 0,
        Action::Enable(levels) => toggle(world, Verb::Enable, "enable", name, levels),
        Action::Disable(levels) => toggle(world, Verb::Disable, "disable", name, levels),
    }
}

fn toggle(world: &World, verb: Verb, word: &str, name: &str, levels: &[String]) -> u8 {
    let known = |level: &&String| matches!(level.as_str(), "S" | "2" | "3" | "4" | "5");
    for level in levels.iter().filter(|level| !known(level)) {
        terminal::err(&format!(
            "update-rc.d: warning: {word} action will have no effect on runlevel {level}"
        ));
    }
    let kept: Vec<String> = levels.iter().filter(known).cloned().collect();
    if kept.is_empty() && !levels.is_empty() {
        return error("no runlevel symlinks to modify, aborting!");
    }
    let places = match world.init() {
        Init::OpenRc if !kept.is_empty() => openrc(&kept),
        _ => kept,
    };
    act(world, verb, name, &places)
}

/// The runlevels of OpenRC's that numbers stand for, as the original translates them.
fn openrc(levels: &[String]) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for level in levels {
        let place = if level == "S" { "sysinit" } else { "default" };
        if !places.iter().any(|known| known == place) {
            places.push(place.to_owned());
        }
    }
    places
}

fn act(world: &World, verb: Verb, name: &str, levels: &[String]) -> u8 {
    match world.act(verb, name, levels) {
        Ok(_) => 0,
        Err(refusal) => refused(name, &refusal),
    }
}

fn refused(name: &str, refusal: &Refusal) -> u8 {
    match refusal.kind {
        RefusalKind::NoSuchService => {
            error(&format!("initscript does not exist: /etc/init.d/{name}"))
        }
        _ => error(&explain(refusal)),
    }
}

/// A unit's own sections say where it starts, so that runlevels don't matter.
fn on_systemd(world: &World, name: &str, action: &Action) -> u8 {
    if world.service(name).is_err() {
        return match action {
            Action::Remove => reload(world),
            _ => error(&format!("initscript does not exist: /etc/init.d/{name}")),
        };
    }
    let verb = match action {
        Action::Defaults | Action::Enable(_) => "enable",
        Action::Remove | Action::Disable(_) => "disable",
        Action::DefaultsDisabled => return reload(world),
    };
    if let Action::Enable(levels) | Action::Disable(levels) = action
        && !levels.is_empty()
    {
        terminal::err(&format!(
            "update-rc.d: warning: {name} is a unit: it is {verb}d where its [Install] section says, not in runlevel {}",
            levels.join(" ")
        ));
    }
    let args = hand_over::words(&["--quiet", verb, &super::common::unit_of(name)]);
    u8::from(systemctl::run(&args) != ExitCode::SUCCESS)
}

fn reload(world: &World) -> u8 {
    match world.reload_definitions() {
        Ok(_) => 0,
        Err(refusal) => error(&explain(&refusal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_update_rc_ds() {
        let asked = |args: &[&str]| ask(&hand_over::words(args));
        let nginx = |action| Ok(("nginx".to_owned(), action));
        assert_eq!(asked(&["nginx", "defaults"]), nginx(Action::Defaults));
        assert_eq!(asked(&["nginx", "start", "20", "2", "."]), nginx(Action::Defaults));
        assert_eq!(asked(&["-f", "nginx", "remove"]), nginx(Action::Remove));
        assert_eq!(
            asked(&["nginx", "disable", "2", "S"]),
            nginx(Action::Disable(vec!["2".to_owned(), "S".to_owned()]))
        );
        assert_eq!(asked(&["nginx"]), Err("not enough arguments".to_owned()));
        assert_eq!(asked(&["-n", "nginx", "defaults"]), Err("unknown option".to_owned()));
        assert_eq!(asked(&["nginx", "bogus"]), Err(String::new()));
        assert_eq!(asked(&["-h"]), Err(String::new()));
    }

    #[test]
    fn numbers_stand_for_openrcs_runlevels_once_each() {
        let levels = ["2", "3", "S"].map(str::to_owned);
        assert_eq!(openrc(&levels), ["default", "sysinit"]);
    }
}
