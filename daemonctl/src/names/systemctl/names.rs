//! Names of units as people write them, made into names: `nginx`, `/home`, `ssh*`.

use unit::UnitType;
use unit::name::{is_pattern, mangle};

use super::failure::Failure;
use super::source::{Source, UnitRow};
use super::vocabulary::type_of;
use super::{Tool, borrowed};

/// Names for `written`, those that patterns stand for among them.
pub struct Expanded {
    pub names: Vec<String>,
    /// There were patterns.
    pub had_patterns: bool,
}

/// Makes names; patterns become the loaded units that they fit. A name without a type is one of
/// `default`.
///
/// # Errors
/// Something is no name, or nobody can be asked.
pub fn expand(tool: &Tool, written: &[String], default: UnitType) -> Result<Expanded, Failure> {
    expand_by(tool, written, default, tool.options.all)
}

/// The same for services, where patterns stand for units in any state unless states are asked for.
///
/// # Errors
/// As [`expand`].
pub fn expand_any(tool: &Tool, written: &[String]) -> Result<Expanded, Failure> {
    let all = tool.options.all || tool.options.states.is_empty();
    expand_by(tool, written, UnitType::Service, all)
}

fn expand_by(
    tool: &Tool,
    written: &[String],
    default: UnitType,
    all: bool,
) -> Result<Expanded, Failure> {
    let mut names = Vec::new();
    let mut patterns = Vec::new();
    for text in written {
        let name = one(tool, text, default, None).map_err(|why| {
            Failure::new(format!("Failed to mangle name: {why}\nFailed to expand names: {why}"))
        })?;
        if is_pattern(&name) { patterns.push(name) } else { names.push(name) }
    }
    let had_patterns = !patterns.is_empty();
    if had_patterns {
        let rows = listed_by(tool, tool.source()?, &borrowed(&patterns), all)?;
        names.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(Expanded { names, had_patterns })
}

/// The same for what takes names only.
///
/// # Errors
/// As [`expand`].
pub fn services(tool: &Tool, written: &[String]) -> Result<Vec<String>, Failure> {
    expand(tool, written, UnitType::Service).map(|expanded| expanded.names)
}

/// Names or paths for `enable` and its kin: no patterns. `operation` is for the warning.
///
/// # Errors
/// Something is no name.
pub fn of_files(tool: &Tool, operation: &str, written: &[String]) -> Result<Vec<String>, Failure> {
    let name = |text: &String| {
        if text.contains('/') {
            return Ok(absolute(text));
        }
        one(tool, text, UnitType::Service, Some(operation)).map_err(|why| {
            Failure::new(format!("Failed to mangle unit name or path '{text}': {why}"))
        })
    };
    written.iter().map(name).collect()
}

/// One name of a type, without patterns.
///
/// # Errors
/// It is none.
pub fn single(
    tool: &Tool,
    operation: &str,
    text: &str,
    default: UnitType,
) -> Result<String, Failure> {
    one(tool, text, default, Some(operation))
        .map_err(|why| Failure::new(format!("Failed to mangle unit name: {why}")))
}

/// A path that is relative becomes one below the current folder.
pub fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let folder = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix("./").unwrap_or(path);
    folder.join(path).to_string_lossy().into_owned()
}

/// With an `operation`, patterns are none.
fn one(
    tool: &Tool,
    text: &str,
    default: UnitType,
    operation: Option<&str>,
) -> Result<String, &'static str> {
    let patterns = operation.is_none();
    let name = mangle(text.as_bytes(), default, patterns).map_err(|_| "Invalid argument")?;
    let is_pattern_byte = |byte| b"[]!-*?".contains(&byte);
    let stays = |byte| is_of_name(byte) || (patterns && is_pattern_byte(byte));
    if text.starts_with('/') || text.bytes().all(stays) {
        return Ok(name);
    }
    // What was escaped is said without the type that was added.
    let has_type = UnitType::of_suffix(type_of(text)).is_some();
    let escaped = match name.strip_suffix(&format!(".{}", default.suffix())) {
        Some(stem) if !has_type => stem,
        _ => &name,
    };
    let is_glob = text.bytes().all(|byte| is_of_name(byte) || is_pattern_byte(byte));
    if let (true, Some(operation)) = (is_glob && is_pattern(text), operation) {
        let operation = if operation.is_empty() { String::new() } else { format!(" {operation}") };
        tool.note(&format!(
            "Glob pattern passed{operation}, but globs are not supported for this."
        ));
    }
    let advice = if is_glob { "" } else { " (maybe you should use systemd-escape?)" };
    tool.note(&format!("Invalid unit name \"{text}\" escaped as \"{escaped}\"{advice}."));
    Ok(name)
}

/// What a name holds as it is.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte)
}

/// The loaded units that options and patterns choose.
///
/// # Errors
/// Nobody can be asked.
pub fn listed(tool: &Tool, patterns: &[&str]) -> Result<Vec<UnitRow>, Failure> {
    listed_by(tool, tool.source()?, patterns, tool.options.all)
}

/// The same with `all` apart: `cat` shows units in any state.
///
/// # Errors
/// As [`listed`].
pub fn listed_by(
    tool: &Tool,
    source: &dyn Source,
    patterns: &[&str],
    all: bool,
) -> Result<Vec<UnitRow>, Failure> {
    let options = &tool.options;
    let mut rows = source
        .units(&borrowed(&options.states), patterns)
        .map_err(|error| Failure::new(format!("Failed to list units: {}", error.message)))?;
    rows.retain(|row| {
        let of_type = options.types.is_empty()
            || options.types.iter().any(|wanted| wanted == type_of(&row.id));
        let shown = all
            || (row.following.is_empty()
                && (!options.states.is_empty() || row.job_id > 0 || row.active != "inactive"));
        of_type && shown
    });
    Ok(rows)
}

/// The order of lists: by type, then by name.
pub fn sort(rows: &mut [UnitRow]) {
    let key = |row: &UnitRow| {
        let kind = type_of(&row.id).to_ascii_lowercase();
        (kind, row.id.to_ascii_lowercase())
    };
    rows.sort_by_cached_key(key);
}
