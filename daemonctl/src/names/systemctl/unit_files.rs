//! Unit files: `list-unit-files`, `enable` and its kin.

mod sysv;

use bus::Arg;
use bus::wire::Value;

pub use sysv::{by_sysv, has_sysv};

use super::failure::Failure;
use super::source::systemd::Bus;
use super::source::{Source as _, UnitFile};
use super::table::{Cell, Table};
use super::vocabulary::type_of;
use super::{Tool, borrowed, names, offline};
use unit::UnitType;

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

/// `list-unit-files`
///
/// # Errors
/// Nobody can be asked.
pub fn list(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let mut patterns = words.get(1..).unwrap_or_default().to_vec();
    if tool.options.with_dependencies {
        patterns = super::dependencies::with(tool, &patterns)?;
    }
    let (states, patterns) = (borrowed(&tool.options.states), borrowed(&patterns));
    let mut files = match offline::is_wanted(tool) {
        true => offline::tree(tool)?.unit_files(&states, &patterns),
        false => tool.source()?.unit_files(&states, &patterns).map_err(|error| {
            Failure::new(format!("Failed to list unit files: {}", error.message))
        })?,
    };
    let types = &tool.options.types;
    files.retain(|file| types.is_empty() || types.iter().any(|kind| kind == type_of(&file.path)));
    files.sort_by_cached_key(|file| {
        let name = name_of(&file.path).to_ascii_lowercase();
        (type_of(&file.path).to_ascii_lowercase(), name)
    });
    fill_presets(tool, &mut files);
    let mut table = Table::new(&["unit file", "state", "preset"]);
    for file in &files {
        let preset = match &file.preset {
            Some(preset) if shows_preset(&file.state) => Cell::text(&**preset),
            _ => Cell::nothing(),
        };
        table.row(vec![Cell::text(name_of(&file.path)), Cell::text(&*file.state), preset]);
    }
    tool.print_table(&table);
    if tool.options.legend() {
        tool.print(&format!("\n{} unit files listed.\n", files.len()));
    }
    Ok(u8::from(files.is_empty()))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Units that can't be enabled are enabled by no preset.
pub fn shows_preset(state: &str) -> bool {
    !matches!(state, "alias" | "static" | "generated" | "transient")
}

/// What the presets want is read from their files: the manager does not tell it.
fn fill_presets(tool: &Tool, files: &mut [UnitFile]) {
    if files.iter().all(|file| file.preset.is_some()) {
        return;
    }
    let is_systemd =
        offline::is_wanted(tool) || tool.source().is_ok_and(|source| source.bus().is_some());
    let Some(tree) = Some(()).filter(|()| is_systemd).and_then(|()| offline::tree(tool).ok())
    else {
        return;
    };
    let presets = tree.with(|install| install.presets());
    for file in files.iter_mut().filter(|file| file.preset.is_none()) {
        let wants = match name_of(&file.path).parse() {
            Ok(name) => presets.wants(&name).unwrap_or(true),
            Err(_) => continue,
        };
        file.preset = Some(if wants { "enabled" } else { "disabled" }.to_owned());
    }
}

/// `enable`, `disable`, `mask` … and `preset-all`, `add-wants`, `add-requires`.
///
/// # Errors
/// Something was refused, or nobody can be asked.
pub fn change(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let written = words.get(1..).unwrap_or_default();
    if matches!(verb, "add-wants" | "add-requires") {
        return add_dependency(tool, verb, written);
    }
    let mut names = names::of_files(tool, "to enable", written)?;
    if matches!(verb, "enable" | "disable") && has_sysv(tool) {
        by_sysv(tool, verb, &mut names)?;
        if names.is_empty() {
            if !tool.options.no_reload && !offline::is_wanted(tool) {
                tool.source()?.reload(tool, false)?;
            }
            return Ok(0);
        }
    }
    match verb {
        "disable" => without_paths(tool, &mut names),
        "link" => check_paths(tool, written)?,
        _ => {}
    }
    if offline::is_wanted(tool) {
        return offline::tree(tool)?.change(tool, verb, &names);
    }
    let status = tool.source()?.change_files(tool, verb, &names)?;
    if status != 0 || !tool.options.now {
        return Ok(status);
    }
    let then = match verb {
        "enable" => "start",
        "disable" | "mask" => "stop",
        _ => return Ok(status),
    };
    let names: Vec<String> = names.iter().map(|name| name_of(name).to_owned()).collect();
    tool.source()?.start(tool, then, &names)
}

fn without_paths(tool: &Tool, names: &mut [String]) {
    let mut had_paths = false;
    for name in names.iter_mut().filter(|name| name.contains('/')) {
        *name = name_of(name).to_owned();
        had_paths = true;
    }
    if had_paths {
        tool.say(
            "Warning: Can't execute disable on the unit file path. Proceeding with the unit name.",
        );
    }
}

fn check_paths(tool: &Tool, written: &[String]) -> Result<(), Failure> {
    for path in written.iter().filter(|path| !path.starts_with('/')) {
        if tool.options.root.is_some() {
            return Err(Failure::new(format!(
                "Non-absolute paths are not allowed when --root is used: {path}"
            )));
        }
        if !path.contains('/') {
            return Err(Failure::new(format!(
                "Link argument must contain at least one directory separator.\n\
                 If you intended to link a file in the current directory, try ./{path} instead."
            )));
        }
    }
    Ok(())
}

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

fn add_dependency(tool: &Tool, verb: &str, written: &[String]) -> Result<u8, Failure> {
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
