//! `invoke-rc.d`, as Debian's invoke-rc.d(8) has it: runs a service's script unless the runlevel or
//! the administrator's policy (`/usr/sbin/policy-rc.d`) forbids it.

mod action;
mod grammar;
mod policy;

use std::ffi::OsString;
use std::process::ExitCode;

use super::common::{Init, World};
use super::hand_over;
use super::service::script_of;
use super::{runlevel, terminal};
use grammar::{Asked, Invocation};

/// Statuses of the original's own.
pub mod status {
    /// It may not be done.
    pub const DENIED: u8 = 101;
    /// A part of the machinery does not work.
    pub const SUBSYSTEM: u8 = 102;
    /// The command line makes no sense.
    pub const SYNTAX: u8 = 103;
    /// It may be done.
    pub const ALLOWED: u8 = 104;
    /// Nobody says whether it may.
    pub const UNDEFINED: u8 = 105;
    /// Something else is to be done instead.
    pub const FALLBACK: u8 = 106;
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let mut invocation = match grammar::ask(args) {
        Asked::Help => {
            terminal::out_text(grammar::HELP);
            return ExitCode::SUCCESS;
        }
        Asked::Problem { text, help, quiet } => {
            complain(quiet, &text);
            if help {
                terminal::out_text(grammar::HELP);
            }
            return ExitCode::from(status::SYNTAX);
        }
        Asked::Invoke(invocation) => *invocation,
    };
    let world = World::open();
    let level = level(&world, &invocation);
    let shutting_down = matches!(level, Some('0' | '6'));
    if shutting_down {
        invocation.force = true;
        invocation.retry = true;
        invocation.quiet = false;
        warn_of_shutdown(&invocation);
    }
    ExitCode::from(match decide(&world, &mut invocation, level, !shutting_down) {
        Ok(verdict) => finish(&world, &invocation, verdict),
        Err(status) => status,
    })
}

fn complain(quiet: bool, text: &str) {
    if !quiet {
        terminal::err(&format!("invoke-rc.d: {text}"));
    }
}

impl Invocation {
    fn complain(&self, text: &str) {
        complain(self.quiet, text);
    }
}

/// The runlevel, by which links are looked for.
fn level(world: &World, invocation: &Invocation) -> Option<char> {
    let script = world.root.join("etc/init.d").join(&invocation.service);
    if world.init() == Init::Scripts && !script.is_file() {
        invocation.complain(&format!(
            "unknown initscript, /etc/init.d/{} not found.",
            invocation.service
        ));
    }
    let level = runlevel::current(&world.root);
    match level {
        // Past its early boot systemd counts as being in a working runlevel.
        None if world.init() == Init::Systemd => Some('5'),
        None => {
            invocation.complain("could not determine current runlevel");
            None
        }
        level => level,
    }
}

fn warn_of_shutdown(invocation: &Invocation) {
    let rule = "-".repeat(53);
    invocation.complain(&rule);
    invocation.complain(&format!(
        "WARNING: 'invoke-rc.d {} {}' called",
        invocation.service,
        invocation.actions.join(" ")
    ));
    invocation.complain("during shutdown sequence.");
    invocation.complain("enabling safe mode: initscript policy layer disabled");
    invocation.complain(&rule);
}

/// Whether it may be done: 101 or 104, with `--query` also the policy's own words. `Err`: the status
/// to end with.
fn decide(
    world: &World,
    invocation: &mut Invocation,
    level: Option<char>,
    with_policy: bool,
) -> Result<u8, u8> {
    let mut verdict = policy::by_runlevel(world, invocation, level)?;
    let runnable = world.init() == Init::Systemd || script_of(world, &invocation.service).is_some();
    if !runnable {
        // A script that can't be executed is a way to say: don't.
        verdict = Some(status::DENIED);
    } else {
        if verdict.is_none() && invocation.query {
            verdict = Some(status::UNDEFINED);
        }
        let policy = with_policy.then(|| world.root.join("usr/sbin/policy-rc.d"));
        let policy = policy.filter(|path| hand_over::is_executable(path));
        verdict = Some(match policy {
            Some(path) => policy::ask(invocation, &path, verdict, level),
            None => policy::without(world, invocation, verdict),
        });
        if let Some(odd) = verdict.filter(|v| !matches!(*v, status::DENIED | status::ALLOWED))
            && !invocation.query
        {
            invocation.complain(&format!("policy-rc.d returned error status {odd}"));
            if !invocation.retry {
                return Err(odd);
            }
            verdict = Some(status::SUBSYSTEM);
        }
    }
    let verdict = verdict.unwrap_or(status::ALLOWED);
    if invocation.query { Err(verdict) } else { Ok(verdict) }
}

fn finish(world: &World, invocation: &Invocation, verdict: u8) -> u8 {
    if invocation.force || verdict == status::ALLOWED {
        let runnable =
            world.init() == Init::Systemd || script_of(world, &invocation.service).is_some();
        return if runnable { action::try_all(world, invocation) } else { status::SUBSYSTEM };
    }
    if verdict == status::DENIED && !invocation.disclose {
        if invocation.actions.first().is_some_and(|action| action == "status") {
            invocation.complain("emulating initscript action \"status\", returning \"unknown\"");
            return super::common::lsb::UNKNOWN;
        }
        return 0;
    }
    let (word, listed) = policy::listed(&invocation.actions);
    invocation.complain(&format!("initscript {word} \"{listed}\" not executed."));
    verdict
}
