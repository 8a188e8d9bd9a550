//! `clean`, `freeze`, `thaw` and `bind`.

use std::time::Duration;

use bus::Arg;

use super::failure::Failure;
use super::source::Source as _;
use super::source::systemd::Bus;
use super::{Tool, borrowed, names};
use unit::UnitType;

/// `clean`, `freeze`, `thaw`
///
/// # Errors
/// Nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let bus = tool.bus(verb)?;
    let names = names::services(tool, words.get(1..).unwrap_or_default())?;
    let method = match verb {
        "clean" => "CleanUnit",
        "freeze" => "FreezeUnit",
        _ => "ThawUnit",
    };
    let what = match tool.options.what.is_empty() {
        true => vec!["cache", "runtime"],
        false => borrowed(&tool.options.what),
    };
    let mut status = 0;
    for name in &names {
        let mut args = vec![Arg::Str(name)];
        if verb == "clean" {
            args.push(Arg::Strings(&what));
        }
        match bus.call(method, &args) {
            Ok(_) if !tool.options.no_block => wait_for_maintenance(bus, name),
            Ok(_) => {}
            Err(error) => {
                tool.say(&format!("Failed to {verb} unit {name}: {}", error.message));
                status = 1;
            }
        }
    }
    Ok(status)
}

/// While it is cleaned, a unit is in maintenance.
fn wait_for_maintenance(bus: &Bus, name: &str) {
    let is_at_it = || {
        let state = bus.unit_property(name, "Unit", "ActiveState");
        state.is_ok_and(|state| state.as_str() == Some("maintenance"))
    };
    while is_at_it() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `bind`
///
/// # Errors
/// The manager does not do it.
pub fn bind(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let bus = tool.bus("bind")?;
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let name = names::single(tool, "", word(1), UnitType::Service)?;
    let args = [
        Arg::Str(&name),
        Arg::Str(word(2)),
        Arg::Str(word(3)),
        Arg::Bool(tool.options.read_only),
        Arg::Bool(tool.options.mkdir),
    ];
    let done = bus.call("BindMountUnit", &args);
    done.map(|_| 0)
        .map_err(|error| Failure::new(format!("Failed to bind mount: {}", error.message)))
}
