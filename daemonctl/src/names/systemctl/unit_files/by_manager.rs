//! `enable` and its kin, done by systemd; and what is said of it.

use bus::Arg;
use bus::wire::Value;
use unit::UnitType;

use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::source::Source as _;
use crate::names::systemctl::source::systemd::Bus;
use crate::names::systemctl::{Tool, borrowed, names, offline};

const NOTHING_TO_INSTALL: &str = "\
The unit files have no installation config (WantedBy=, RequiredBy=, Also=,
Alias= settings in the [Install] section, and DefaultInstance= for template
units). This means they are not meant to be enabled using systemctl.
 
Possible reasons for having this kind of units are:
@ A unit may be statically enabled by being symlinked from another unit's
  .wants/ or .requires/ directory.
@ A unit's purpose may be to act as a helper for some other unit which has
  a requirement dependency on it.
@ A unit may be started when needed via activation (socket, path, timer,
  D-Bus, udev, scripted systemctl call, ...).
@ In case of template units, the unit is meant to be enabled with some
  instance name specified.";

/// What is done with unit files: the verb and the manager's method; whether that takes `runtime`
/// and `force`, and whether it tells if there was anything to install.
struct Method {
    verb: &'static str,
    member: &'static str,
    takes_runtime: bool,
    takes_force: bool,
    tells: bool,
}

const fn method(
    verb: &'static str,
    member: &'static str,
    takes: (bool, bool),
    tells: bool,
) -> Method {
    Method { verb, member, takes_runtime: takes.0, takes_force: takes.1, tells }
}

const METHODS: &[Method] = &[
    method("enable", "EnableUnitFiles", (true, true), true),
    method("disable", "DisableUnitFiles", (true, false), false),
    method("reenable", "ReenableUnitFiles", (true, true), true),
    method("link", "LinkUnitFiles", (true, true), false),
    method("preset", "PresetUnitFilesWithMode", (true, true), true),
    method("mask", "MaskUnitFiles", (true, true), false),
    method("unmask", "UnmaskUnitFiles", (true, false), false),
    method("revert", "RevertUnitFiles", (false, false), false),
];

/// Has systemd do it.
///
/// # Errors
/// It was refused.
pub fn by_manager(tool: &Tool, bus: &Bus, verb: &str, names: &[String]) -> Result<u8, Failure> {
    if verb == "preset-all" {
        return preset_all(tool, bus);
    }
    let Some(method) = METHODS.iter().find(|method| method.verb == verb) else {
        return Err(Failure::new(format!("Unknown command verb {verb}.")));
    };
    if matches!(verb, "mask" | "unmask") {
        names.iter().filter(|name| !exists(bus, name)).for_each(|name| {
            tool.say(&format!("Unit {name} does not exist, proceeding anyway."));
        });
    }
    let files = borrowed(names);
    let mode = tool.options.preset_mode.as_deref();
    let mut args = vec![Arg::Strings(&files)];
    let member = match mode {
        Some(mode) if verb == "preset" => {
            args.push(Arg::Str(mode));
            method.member
        }
        _ if verb == "preset" => "PresetUnitFiles",
        _ => method.member,
    };
    if method.takes_runtime {
        args.push(Arg::Bool(tool.options.runtime));
    }
    if method.takes_force {
        args.push(Arg::Bool(tool.options.force > 0));
    }
    let values = bus
        .call(member, &args)
        .map_err(|error| Failure::new(format!("Failed to {verb} unit: {}", error.message)))?;
    let carries = values.first().filter(|_| method.tells).and_then(Value::as_bool);
    say_changes(tool, values.get(usize::from(method.tells)));
    if !tool.options.no_reload {
        bus.reload(tool, false)?;
    }
    if carries == Some(false) && verb != "preset" && !tool.options.no_warn {
        say_nothing_to_install(tool);
    }
    Ok(0)
}

/// Says that there is no `[Install]` section.
pub fn say_nothing_to_install(tool: &Tool) {
    tool.note(&NOTHING_TO_INSTALL.replace('@', tool.glyphs.bullet));
}

/// Whether the manager knows such a unit.
fn exists(bus: &Bus, name: &str) -> bool {
    if name.parse::<unit::Name>().is_ok_and(|name| name.is_template()) {
        return bus.unit_files(&[], &[name]).is_ok_and(|files| !files.is_empty());
    }
    let is = |property, word| {
        let value = bus.unit_property(name, "Unit", property);
        value.is_ok_and(|value| value.as_str() == Some(word))
    };
    !(is("LoadState", "not-found") && is("ActiveState", "inactive"))
}

fn preset_all(tool: &Tool, bus: &Bus) -> Result<u8, Failure> {
    let mode = tool.options.preset_mode.as_deref().unwrap_or("full");
    let args = [Arg::Str(mode), Arg::Bool(tool.options.runtime), Arg::Bool(tool.options.force > 0)];
    let values = bus
        .call("PresetAllUnitFiles", &args)
        .map_err(|error| Failure::new(format!("Failed to preset all units: {}", error.message)))?;
    finish(tool, bus, values.first())
}

/// `add-wants`, `add-requires`
///
/// # Errors
/// It was refused.
pub fn add_dependency(tool: &Tool, verb: &str, written: &[String]) -> Result<u8, Failure> {
    let target = written.first().map_or("", String::as_str);
    let target = names::single(tool, "as target", target, UnitType::Target)?;
    let units = names::of_files(tool, "as dependency", written.get(1..).unwrap_or_default())?;
    let kind = if verb == "add-wants" { "Wants" } else { "Requires" };
    if offline::is_wanted(tool) {
        return offline::tree(tool)?.add_dependency(tool, &target, kind, &units);
    }
    let bus = tool.bus(verb)?;
    let units = borrowed(&units);
    let args = [
        Arg::Strings(&units),
        Arg::Str(&target),
        Arg::Str(kind),
        Arg::Bool(tool.options.runtime),
        Arg::Bool(tool.options.force > 0),
    ];
    let values = bus
        .call("AddDependencyUnitFiles", &args)
        .map_err(|error| Failure::new(format!("Failed to add dependency: {}", error.message)))?;
    finish(tool, bus, values.first())
}

fn finish(tool: &Tool, bus: &Bus, changes: Option<&Value>) -> Result<u8, Failure> {
    say_changes(tool, changes);
    if !tool.options.no_reload {
        bus.reload(tool, false)?;
    }
    Ok(0)
}

/// Says what the manager has changed.
pub fn say_changes(tool: &Tool, changes: Option<&Value>) {
    for row in changes.and_then(Value::as_array).unwrap_or_default() {
        let text = |at| row.field(at).and_then(Value::as_str).unwrap_or_default();
        let (path, source) = (text(1), text(2));
        tool.note(&match text(0) {
            "symlink" => created(tool, path, source),
            "unlink" => removed(path),
            "masked" => format!("Unit {path} is masked, ignoring."),
            "masked by generator" => {
                format!("Unit {path} is masked via a generator and cannot be unmasked.")
            }
            "dangling" => {
                format!("Unit {path} is an alias to a unit that is not present, ignoring.")
            }
            "destination not present" => {
                format!("Unit {source} is added as a dependency to a non-existent unit {path}.")
            }
            "auxiliary unit failed" => {
                format!("Failed to enable auxiliary unit {source}, ignoring.")
            }
            other => {
                format!("Manager reported unknown change type \"{other}\" for path \"{path}\", ignoring.")
            }
        });
    }
}

/// What is said of a link that was made.
pub fn created(tool: &Tool, path: &str, target: &str) -> String {
    format!("Created symlink {path} {} {target}.", tool.glyphs.arrow)
}

/// What is said of a link that was removed.
pub fn removed(path: &str) -> String {
    format!("Removed \"{path}\".")
}
