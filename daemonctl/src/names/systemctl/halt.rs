//! Turning the machine off and on, and entering targets that stop everything else.

use bus::Arg;
use bus::wire::{Typed, Value};

use super::failure::Failure;
use super::options::Scope;
use super::{Tool, start};

/// A verb, its target, how the job treats others, and the manager's method that asks nobody.
struct Action {
    verb: &'static str,
    target: &'static str,
    mode: &'static str,
    at_once: Option<&'static str>,
    /// A user's manager can do it too.
    of_users: bool,
}

const IRREVERSIBLY: &str = "replace-irreversibly";

const fn ends(verb: &'static str, target: &'static str, at_once: Option<&'static str>) -> Action {
    Action { verb, target, mode: IRREVERSIBLY, at_once, of_users: false }
}

const fn enters(verb: &'static str, target: &'static str, of_users: bool) -> Action {
    Action { verb, target, mode: "isolate", at_once: None, of_users }
}

const ACTIONS: &[Action] = &[
    ends("halt", "halt.target", Some("Halt")),
    ends("poweroff", "poweroff.target", Some("PowerOff")),
    ends("reboot", "reboot.target", Some("Reboot")),
    ends("kexec", "kexec.target", Some("KExec")),
    ends("suspend", "suspend.target", None),
    ends("hibernate", "hibernate.target", None),
    ends("hybrid-sleep", "hybrid-sleep.target", None),
    ends("suspend-then-hibernate", "suspend-then-hibernate.target", None),
    enters("default", "default.target", true),
    enters("rescue", "rescue.target", false),
    enters("emergency", "emergency.target", false),
    Action {
        verb: "exit",
        target: "exit.target",
        mode: IRREVERSIBLY,
        at_once: Some("Exit"),
        of_users: true,
    },
];

/// `poweroff`, `reboot`, `rescue` …
///
/// # Errors
/// It can't be done, or not by us.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let Some(action) = ACTIONS.iter().find(|action| action.verb == verb) else {
        return Err(Failure::new(format!("Unknown command verb {verb}.")));
    };
    if tool.options.scope != Scope::System && !action.of_users {
        let scope = if tool.options.scope == Scope::User { "--user" } else { "--global" };
        return Err(Failure::new(format!("Bad action for {scope} mode.")));
    }
    if tool.options.force > 1 {
        return Err(Failure::new(format!(
            "--force --force is not supported: call the machine's own {verb} -ff."
        )));
    }
    let source = tool.source()?;
    let Some(bus) = source.bus() else {
        return Err(Failure::new(format!(
            "Verb '{verb}' is not supported: {} runs this machine. Call shutdown(8), or the \
             machine's own {verb}.",
            source.name()
        )));
    };
    if let (Some(status), "exit") = (words.get(1), verb) {
        let status: u8 = status.parse().map_err(|_| Failure::new("Invalid exit code."))?;
        let typed = Typed::new("y", Value::Byte(status))
            .map_err(|error| Failure::new(error.to_string()))?;
        bus.call("SetExitCode", &[Arg::Typed(&typed)])
            .map_err(|error| Failure::new(format!("Failed to set exit code: {}", error.message)))?;
    }
    if tool.options.dry_run {
        return Ok(0);
    }
    if let (Some(member), 1) = (action.at_once, tool.options.force) {
        return bus.call(member, &[]).map(|_| 0).map_err(|error| {
            Failure::new(format!("Failed to execute operation: {}", error.message))
        });
    }
    // What ends the manager is not waited for.
    let waits = action.mode != IRREVERSIBLY && !tool.options.no_block;
    if waits {
        bus.manager()
            .subscribe()
            .map_err(|error| Failure::new(format!("Could not watch jobs: {error}")))?;
    }
    start::target(tool, bus, action.target, action.mode, waits)
}
