//! What was asked of one unit.

use std::collections::HashMap;
use std::path::PathBuf;

use bus::wire::Value;
use bus::{BusError, Manager};

use super::names::{UNIT, interface_of};

/// Properties by name; an error where a manager did not tell.
pub(super) type Properties = HashMap<String, Result<Value, BusError>>;

pub(super) fn value<'p>(properties: &'p Properties, name: &str) -> Option<&'p Value> {
    properties.get(name)?.as_ref().ok()
}

pub(super) fn number(properties: &Properties, name: &str) -> Option<u64> {
    value(properties, name)?.as_u64()
}

pub(super) fn signed(properties: &Properties, name: &str) -> Option<i64> {
    value(properties, name)?.as_i64()
}

pub(super) fn flag(properties: &Properties, name: &str) -> Option<bool> {
    value(properties, name)?.as_bool()
}

pub(super) fn text<'p>(properties: &'p Properties, name: &str) -> Option<&'p str> {
    value(properties, name)?.as_str()
}

/// A text that is not empty.
pub(super) fn word<'p>(properties: &'p Properties, name: &str) -> Option<&'p str> {
    text(properties, name).filter(|text| !text.is_empty())
}

pub(super) fn strings(properties: &Properties, name: &str) -> Option<Vec<String>> {
    let texts = value(properties, name)?.as_strings()?;
    Some(texts.into_iter().map(str::to_owned).collect())
}

pub(super) fn paths(properties: &Properties, name: &str) -> Vec<PathBuf> {
    strings(properties, name).unwrap_or_default().into_iter().map(PathBuf::from).collect()
}

pub(super) fn rows<'p>(properties: &'p Properties, name: &str) -> &'p [Value] {
    value(properties, name).and_then(Value::as_array).unwrap_or_default()
}

/// Everything that the manager tells of a unit: slower for it than a few properties, and two
/// exchanges at most.
pub(super) fn everything(
    manager: &mut Manager,
    name: &str,
    path: &str,
) -> Result<Properties, BusError> {
    let mut interfaces = vec![UNIT];
    interfaces.extend(interface_of(name));
    let mut properties = Properties::new();
    for named in manager.all_properties(path, &interfaces)? {
        let named = named?.into_iter().map(|(name, typed)| (name, Ok(typed.into_value())));
        properties.extend(named);
    }
    Ok(properties)
}
