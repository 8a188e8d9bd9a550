//! Carrying out what is allowed: one action after the other, until one succeeds.

use std::ffi::OsString;
use std::process::ExitCode;

use super::super::common::{Init, World, unit_of};
use super::super::service::script_of;
use super::super::{hand_over, openrc_script, systemctl};
use super::grammar::Invocation;
use super::status;

/// Tries all actions; the exit status of the one that succeeded, else of the last.
pub fn try_all(world: &World, invocation: &Invocation) -> u8 {
    let mut result = status::SUBSYSTEM;
    let several = invocation.actions.len() > 1;
    let mut actions = invocation.actions.iter().peekable();
    let mut last = "";
    while let Some(action) = actions.next() {
        last = action;
        if several {
            invocation.complain(&format!("executing initscript action \"{action}\"..."));
        }
        result = match world.init() {
            Init::Systemd => on_systemd(world, invocation, action),
            Init::OpenRc | Init::Scripts => via_script(world, invocation, action),
        };
        if result == 0 {
            return 0;
        }
        if actions.peek().is_some() {
            invocation.complain(&format!("action \"{action}\" failed, trying next action..."));
        }
    }
    invocation.complain(&format!("initscript {}, action \"{last}\" failed.", invocation.service));
    if world.init() == Init::Systemd && matches!(last, "start" | "restart" | "try-restart") {
        let unit = unit_of(&invocation.service);
        let _shown = systemctl::run(&hand_over::words(&["status", "--full", "--no-pager", &unit]));
    }
    result
}

fn via_script(world: &World, invocation: &Invocation, action: &str) -> u8 {
    let Some(script) = script_of(world, &invocation.service) else { return status::SUBSYSTEM };
    let mut args = vec![OsString::from(action)];
    if world.init() == Init::OpenRc {
        return openrc_script::wait(&script, &[], &args);
    }
    args.extend(invocation.extra.iter().cloned());
    // With the caller's own environment, as the original runs it.
    let mut command = std::process::Command::new(&script);
    hand_over::wait_for(command.args(args)).unwrap_or_else(|error| {
        let why = hand_over::why(&script, &error);
        invocation.complain(&format!("{}: {why}", script.display()));
        hand_over::status_of(&error)
    })
}

fn on_systemd(world: &World, invocation: &Invocation, action: &str) -> u8 {
    let unit = unit_of(&invocation.service);
    let service = world.service(&invocation.service).ok();
    let generated = service.as_ref().is_some_and(|service| {
        let path = service.definition.as_deref();
        path.is_some_and(|path| path.starts_with("/run/systemd/generator"))
            || service.enablement.as_deref() == Some("generated")
    });
    if invocation.skip_native && service.is_some() && !generated {
        return 0;
    }
    let masked = service.as_ref().is_some_and(|service| service.unit_state().load == "masked");
    let can_reload = service.and_then(|service| service.details?.can_reload);
    let words: &[&str] = match action {
        "start" | "restart" | "try-restart" | "reload" | "force-reload" if masked => return 0,
        "start" | "restart" | "try-restart" | "stop" | "status" => &[action, &unit],
        "reload" if can_reload != Some(false) => &["reload", &unit],
        "force-reload" if can_reload == Some(false) => &["restart", &unit],
        "force-reload" => &["reload", &unit],
        "force-stop" => &["--signal=KILL", "kill", &unit],
        _ => return via_script(world, invocation, action),
    };
    // Its exit status can't be looked into; what counts is whether it is success.
    let code = systemctl::run(&hand_over::words(words));
    (1..=u8::MAX).find(|status| code == ExitCode::from(*status)).unwrap_or(0)
}
