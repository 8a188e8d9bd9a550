//! `cat`: unit files and drop-ins as they lie on disk.

use std::path::Path;

use bus::wire::Value;

use super::failure::{Failure, errno_text};
use super::options::Scope;
use super::source::Source;
use super::{Tool, names};
use crate::unit_tree::{TreeOptions, UnitTree};

/// `cat`
///
/// # Errors
/// A file can't be read, or nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let mut names = all_states(tool, words)?;
    if tool.options.with_dependencies {
        names = super::dependencies::with(tool, &names)?;
    }
    let (mut is_first, mut status) = (true, 0);
    for name in &names {
        let files = match files_of(tool, source, name)? {
            Found::Nothing => {
                status = 1;
                continue;
            }
            Found::Said => continue,
            Found::Files(files) => files,
        };
        if !std::mem::take(&mut is_first) {
            tool.print("\n");
        }
        if source.needs_reload(name) {
            warn_changed(tool, name);
        }
        for (index, file) in files.iter().enumerate() {
            if index > 0 {
                tool.print("\n");
            }
            print_file(tool, Path::new(file))?;
        }
    }
    Ok(status)
}

/// Patterns stand for units in any state here.
fn all_states(tool: &Tool, words: &[String]) -> Result<Vec<String>, Failure> {
    let written = words.get(1..).unwrap_or_default();
    names::expand_any(tool, written).map(|expanded| expanded.names)
}

enum Found {
    Files(Vec<String>),
    /// It is masked or can't be loaded, and that was said.
    Said,
    Nothing,
}

fn files_of(tool: &Tool, source: &dyn Source, name: &str) -> Result<Found, Failure> {
    if let Ok(template) = name.parse::<unit::Name>()
        && template.is_template()
    {
        return Ok(found(tool, name, files_of_template(tool, &template)));
    }
    let get = |property: &str| {
        source
            .unit_property(name, "Unit", property)
            .map_err(|error| Failure::new(format!("Failed to get {property}: {}", error.message)))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = match &*text(&get("LoadState")?) {
        "masked" => {
            tool.print(&format!("# Unit {name} is masked.\n"));
            return Ok(Found::Said);
        }
        "loaded" | "bad-setting" => {
            let fragment = text(&get("FragmentPath")?);
            let drop_ins = get("DropInPaths")?;
            let drop_ins = drop_ins.as_strings().unwrap_or_default();
            let all = [&*fragment].into_iter().chain(drop_ins);
            all.filter(|path| !path.is_empty()).map(str::to_owned).collect()
        }
        "not-found" => Vec::new(),
        _ => {
            tool.print(&format!("# Unit {name} could not be loaded.\n"));
            return Ok(Found::Said);
        }
    };
    Ok(found(tool, name, files))
}

/// A template is never loaded: its files are looked for where the manager would.
fn files_of_template(tool: &Tool, name: &unit::Name) -> Vec<String> {
    let options = TreeOptions { root: None, user: tool.options.scope != Scope::System };
    let Ok(tree) = UnitTree::open(&options) else { return Vec::new() };
    let files = tree.loader().load(name).files;
    files.iter().filter(|path| !path.is_empty()).map(|path| path.to_string()).collect()
}

fn found(tool: &Tool, name: &str, files: Vec<String>) -> Found {
    if !files.is_empty() {
        return Found::Files(files);
    }
    if tool.options.force == 0 {
        tool.say(&format!("No files found for {name}."));
    }
    Found::Nothing
}

fn print_file(tool: &Tool, path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(format!("Failed to cat {shown}: {}", errno_text(&error))))?;
    tool.print(&format!("# {shown}\n"));
    tool.print(&String::from_utf8_lossy(&bytes));
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        tool.print("\n");
    }
    Ok(())
}

fn warn_changed(tool: &Tool, name: &str) {
    tool.say(&format!(
        "# Warning: {name} changed on disk, the version systemd has loaded is outdated.\n\
         # This output shows the current version of the unit's original fragment and drop-in \
         files.\n\
         # If fragments or drop-ins were added or removed, they are not properly reflected in this \
         output.\n\
         # Run 'systemctl{} daemon-reload' to reload units.",
        tool.options.scope_words()
    ));
}
