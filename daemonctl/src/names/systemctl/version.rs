//! `--version`. Programs read the number in its first line to know which options there are.

use bus::wire::Value;

use super::options::Scope;
use super::source::Object;

/// The version of systemctl whose grammar this one has.
const GRAMMAR: u32 = 252;

/// What `--version` prints: the version of the manager that would be asked, where that is systemd.
pub fn text() -> String {
    let properties = super::open(Scope::System, true)
        .ok()
        .filter(|source| source.bus().is_some())
        .and_then(|source| source.properties(Object::Manager).ok())
        .unwrap_or_default();
    let find = |name: &str| match properties.iter().find(|property| property.name == name) {
        Some(property) => match property.value.value() {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        },
        None => None,
    };
    let Some(version) = find("Version") else {
        return format!("systemd {GRAMMAR} (daemonctl {})\n", env!("CARGO_PKG_VERSION"));
    };
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    let number = if digits.is_empty() { GRAMMAR.to_string() } else { digits };
    let features = find("Features").unwrap_or_default();
    format!("systemd {number} ({version})\n{features}\n")
}
