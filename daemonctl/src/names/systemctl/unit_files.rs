//! Unit files: `list-unit-files`, `enable` and its kin.

mod by_manager;
mod sysv;

use by_manager::add_dependency;
pub use by_manager::{by_manager, created, removed, say_changes, say_nothing_to_install};
pub use sysv::{by_sysv, has_sysv};

use super::failure::Failure;
use super::source::UnitFile;
use super::table::{Cell, Table};
use super::vocabulary::type_of;
use super::{Tool, borrowed, names, offline};

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
