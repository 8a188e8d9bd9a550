//! Init scripts on machines with systemd: `enable`, `disable` and `is-enabled` of units that have one
//! go to the helper that systemd brings for it.

use std::path::Path;
use std::process::Command;

use crate::names::systemctl::Tool;
use crate::names::systemctl::failure::{Failure, errno_text};
use crate::names::systemctl::offline;
use crate::names::systemctl::options::Scope;

/// Where the helper lies, by the paths that systemd is built with.
const HELPERS: [&str; 2] =
    ["/lib/systemd/systemd-sysv-install", "/usr/lib/systemd/systemd-sysv-install"];

const SCRIPTS: &str = "etc/init.d";

/// Whether init scripts concern this invocation: only where systemd runs the machine, or a tree
/// that it would run.
pub fn has_sysv(tool: &Tool) -> bool {
    let skips = std::env::var("SYSTEMCTL_SKIP_SYSV")
        .is_ok_and(|value| unit::values::scalar::parse_bool(&value) == Some(true));
    tool.options.scope == Scope::System
        && !skips
        && helper().is_some()
        && (offline::is_wanted(tool) || tool.source().is_ok_and(|source| source.bus().is_some()))
}

fn helper() -> Option<&'static str> {
    HELPERS.into_iter().find(|path| Path::new(path).exists())
}

/// Has the helper do it for those of `names` that have a script, and takes out of `names` those that
/// have nothing else. Whether one is enabled, for `is-enabled`.
///
/// # Errors
/// The helper failed.
pub fn by_sysv(tool: &Tool, verb: &str, names: &mut Vec<String>) -> Result<bool, Failure> {
    let Some(helper) = helper() else { return Ok(false) };
    let root = tool.options.root.as_deref().unwrap_or("/");
    let mut is_enabled = false;
    let mut native = Vec::new();
    for name in std::mem::take(names) {
        let Some(service) = name.strip_suffix(".service").filter(|name| !name.contains('/')) else {
            native.push(name);
            continue;
        };
        let is_native = offline::tree(tool)?.has_native(&name);
        let has_script = Path::new(root).join(SCRIPTS).join(service).exists();
        if !has_script || (is_native && verb == "is-enabled") {
            native.push(name);
            continue;
        }
        tool.note(&match is_native {
            true => {
                format!("Synchronizing state of {name} with SysV service script with {helper}.")
            }
            false => {
                format!("{name} is not a native service, redirecting to systemd-sysv-install.")
            }
        });
        let is_done = execute(tool, helper, verb, service)?;
        match verb {
            "is-enabled" => {
                if !tool.options.quiet {
                    tool.print(if is_done { "enabled\n" } else { "disabled\n" });
                }
                is_enabled |= is_done;
            }
            // The helper has said why.
            _ if !is_done => return Err(Failure::silent(1)),
            _ => {}
        }
        if is_native {
            native.push(name);
        }
    }
    *names = native;
    Ok(is_enabled)
}

/// Runs the helper, and gives whether it ended well.
fn execute(tool: &Tool, helper: &str, verb: &str, service: &str) -> Result<bool, Failure> {
    let mut args = Vec::new();
    if let Some(root) = &tool.options.root {
        args.push(format!("--root={root}"));
    }
    args.extend([verb.to_owned(), service.to_owned()]);
    tool.note(&format!("Executing: {helper} {}", args.join(" ")));
    tool.output.flush();
    let status = Command::new(helper).args(&args).status().map_err(|error| {
        Failure::new(format!("Failed to execute {helper}: {}", errno_text(&error)))
    })?;
    Ok(status.success())
}
