//! `get-default` and `set-default`.

use bus::Arg;
use bus::wire::Value;
use unit::UnitType;

use super::failure::Failure;
use super::{Tool, names, offline, unit_files};

/// `get-default`
///
/// # Errors
/// It can't be known.
pub fn get(tool: &Tool, _words: &[String]) -> Result<u8, Failure> {
    let target = current(tool)?;
    tool.print(&format!("{target}\n"));
    Ok(0)
}

fn current(tool: &Tool) -> Result<String, Failure> {
    let failed = |why: &str| Failure::new(format!("Failed to get default target: {why}"));
    if offline::is_wanted(tool) {
        return offline::tree(tool)?.default_target().map_err(|why| failed(&why));
    }
    let bus = tool.bus("get-default")?;
    let values = bus.call("GetDefaultTarget", &[]).map_err(|error| failed(&error.message))?;
    Ok(values.first().and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// `set-default`
///
/// # Errors
/// There is no such target, or it may not be one.
pub fn set(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let written = words.get(1).map_or("", String::as_str);
    let name = names::single(tool, "set-default", written, UnitType::Target)?;
    if offline::is_wanted(tool) {
        return offline::tree(tool)?.set_default_target(tool, &name);
    }
    let bus = tool.bus("set-default")?;
    let values =
        bus.call("SetDefaultTarget", &[Arg::Str(&name), Arg::Bool(true)]).map_err(|error| {
            Failure::new(format!("Failed to set default target: {}", error.message))
        })?;
    unit_files::say_changes(tool, values.first());
    if !tool.options.no_reload {
        super::manager::reload_by_bus(bus, false)?;
    }
    let now = current(tool)?;
    if now != name {
        tool.note(&format!("Note: \"{now}\" is the default unit (possibly a runtime override)."));
    }
    Ok(0)
}
