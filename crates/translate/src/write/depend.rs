//! Dependencies by the names that a language has for them.

use crate::facility::name_in;
use crate::{Definition, Link, Lost, System};

/// The names of a kind of dependency; those that the language has no name for are told of.
pub(super) fn names(
    definition: &Definition,
    system: System,
    link: Link,
    lost: &mut Vec<Lost>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for dependency in definition.dependencies.iter().filter(|known| known.link == link) {
        match name_in(system, &dependency.name) {
            Some(name) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            // These are always there where no name is needed for them.
            None if matches!(dependency.name.as_str(), "$syslog" | "$local_fs") => {}
            None => {
                let why = format!("{} has no name for it", system.name());
                lost.push(Lost::new(dependency.name.clone(), why).at(dependency.place.clone()));
            }
        }
    }
    names
}
