//! Questions that are answered by a word and an exit status: `is-active`, `is-failed`,
//! `is-enabled`, `is-system-running`.

use std::time::Duration;

use bus::Arg;
use bus::wire::Value;
use unit::install::Install;

use super::failure::Failure;
use super::source::systemd::Bus;
use super::{Tool, names, offline};

/// `is-active`
///
/// # Errors
/// Nobody can be asked.
pub fn is_active(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    states(tool, words, &["active", "reloading"], 3)
}

/// `is-failed`
///
/// # Errors
/// Nobody can be asked.
pub fn is_failed(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    states(tool, words, &["failed"], 1)
}

/// Prints the state of each unit; the status is 0 where one is among `wanted`.
fn states(tool: &Tool, words: &[String], wanted: &[&str], otherwise: u8) -> Result<u8, Failure> {
    let source = tool.source()?;
    let mut is_so = false;
    for name in names::services(tool, words.get(1..).unwrap_or_default())? {
        let value = source.unit_property(&name, "Unit", "ActiveState").map_err(|error| {
            Failure::new(format!("Failed to retrieve unit state: {}", error.message))
        })?;
        let state = value.as_str().unwrap_or_default();
        if !tool.options.quiet {
            tool.print(&format!("{state}\n"));
        }
        is_so |= wanted.contains(&state);
    }
    Ok(if is_so { 0 } else { otherwise })
}

/// `is-enabled`
///
/// # Errors
/// There is no such unit, or nobody can be asked.
pub fn is_enabled(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let mut names = names::of_files(tool, "to check", words.get(1..).unwrap_or_default())?;
    let mut is_so = false;
    if super::unit_files::has_sysv(tool) {
        is_so = super::unit_files::by_sysv(tool, "is-enabled", &mut names)?;
    }
    for name in &names {
        let state = match offline::is_wanted(tool) {
            true => offline::tree(tool)?.with(|tree| state_in_tree(tree, name)),
            false => tool.source()?.unit_file_state(name).map_err(|error| error.message),
        };
        let state = state.map_err(|why| {
            Failure::new(format!("Failed to get unit file state for {name}: {why}"))
        })?;
        is_so |= matches!(
            &*state,
            "enabled" | "enabled-runtime" | "static" | "alias" | "indirect" | "generated"
        );
        if !tool.options.quiet {
            tool.print(&format!("{state}\n"));
            if tool.options.full && !offline::is_wanted(tool) {
                links(tool, name)?;
            }
        }
    }
    Ok(u8::from(!is_so))
}

fn state_in_tree(tree: &Install<'_>, name: &str) -> Result<String, String> {
    let state = tree.state(name).map_err(|failure| offline::errno(&failure).to_owned())?;
    Ok(state.word().to_owned())
}

/// The links that enable a unit.
fn links(tool: &Tool, name: &str) -> Result<(), Failure> {
    let Some(bus) = tool.source()?.bus() else { return Ok(()) };
    let args = [Arg::Str(name), Arg::Bool(tool.options.runtime)];
    let values = bus.call("GetUnitFileLinks", &args).map_err(|error| {
        Failure::new(format!("Failed to get unit file links for {name}: {}", error.message))
    })?;
    for link in values.first().and_then(Value::as_strings).unwrap_or_default() {
        tool.print(&format!("  {link}\n"));
    }
    Ok(())
}

/// `is-system-running`
///
/// # Errors
/// Never: it has a word for everything.
pub fn is_system_running(tool: &Tool, _words: &[String]) -> Result<u8, Failure> {
    let answer = |state: &str| {
        if !tool.options.quiet {
            tool.print(&format!("{state}\n"));
        }
        Ok(u8::from(state != "running"))
    };
    if super::is_offline() {
        return answer("offline");
    }
    let source = match tool.source() {
        Ok(source) => source,
        Err(_) if tool.options.scope == super::options::Scope::System => return answer("offline"),
        Err(failure) => return Err(failure),
    };
    let Some(bus) = source.bus() else {
        let failed = source.units(&["failed"], &[]).is_ok_and(|rows| !rows.is_empty());
        return answer(if failed { "degraded" } else { "running" });
    };
    let state = || -> Result<String, Failure> {
        let value = bus.manager_property("SystemState").map_err(|error| {
            Failure::new(format!("Failed to query system state: {}", error.message))
        })?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    };
    match wait_until_started(tool, bus, state) {
        Ok(state) => answer(&state),
        Err(failure) => {
            tool.say(&failure.text);
            answer("unknown")
        }
    }
}

/// With `--wait`, the state once everything has been started.
fn wait_until_started(
    tool: &Tool,
    _bus: &Bus,
    state: impl Fn() -> Result<String, Failure>,
) -> Result<String, Failure> {
    loop {
        let now = state()?;
        if !tool.options.wait || !matches!(&*now, "initializing" | "starting") {
            return Ok(now);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
