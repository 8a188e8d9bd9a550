//! What would be declared with a drop-in more.

use unit::graph::{Graph, Options};
use unit::load::{Catalogue, Loader, ManagerDefaults, SearchPath};
use unit::memory::MemoryFiles;
use unit::show::{self, Context, Decided, Machine, Property};
use unit::specifier::Facts as UnitFacts;
use unit::{Name, Unit};

use super::facts::{Facts, PROPERTIES};

const NAME: &str = "overlay.service";

impl Facts {
    /// What files decide of a unit, as [`show::properties`] gives it. `implied`: with what settings imply, as
    /// `systemd-analyze security` counts for units that are loaded; without, as for files alone (`--offline=yes`).
    pub fn of_properties(properties: &[Property], implied: bool) -> Facts {
        Facts::of(
            |name| {
                let mut found =
                    properties.iter().filter(|property| property.name == name).peekable();
                found.peek()?;
                let lines: Vec<&str> = found.filter_map(|one| one.text.as_deref()).collect();
                // A line without words is a list that allows nothing; no line is no list.
                Some(if lines == [""] { "none".to_owned() } else { lines.join(" ") })
            },
            implied,
        )
    }

    /// What a drop-in of these assignments (section, `KEY=VALUE`) makes of it. Lists are taken as written in the
    /// drop-in alone, but for sets that only take away (`~`): these take away from what is left.
    #[must_use]
    pub fn with(&self, assignments: &[(String, String)], version: u16) -> Facts {
        let shown = shown(assignments, version);
        let added = Facts::of_properties(&shown, true);
        let is_written = |name: &str| {
            shown.iter().any(|property| property.name == name && property.decided == Decided::File)
        };
        let mut facts = self.clone();
        for name in PROPERTIES.iter().filter(|name| is_written(name)) {
            facts.put(name, added.text(name).to_owned());
        }
        let takes_away = |key: &str| {
            let mut of_key = assignments
                .iter()
                .filter_map(|(_, text)| text.split_once('='))
                .filter(|(k, _)| k.trim() == key)
                .peekable();
            of_key.peek().is_some() && of_key.all(|(_, value)| value.trim_start().starts_with('~'))
        };
        let before = self.clone();
        facts.take_apart();
        if !is_written("CapabilityBoundingSet") {
            facts.capabilities = before.capabilities;
        } else if takes_away("CapabilityBoundingSet") {
            facts.capabilities &= before.capabilities;
        }
        if takes_away("SystemCallFilter") {
            facts.system_calls = both(&before.system_calls, &facts.system_calls);
        }
        if takes_away("RestrictAddressFamilies") {
            facts.families = both(&before.families, &facts.families);
        }
        if let (Some(before), true) = (&before.namespaces, takes_away("RestrictNamespaces")) {
            let left = facts.namespaces.take().unwrap_or_default();
            facts.namespaces = Some(before.intersection(&left).cloned().collect());
        }
        facts.imply();
        facts
    }
}

/// A filter, and one that denies besides.
fn both(before: &super::Choice, denied: &super::Choice) -> super::Choice {
    let mut after = before.clone();
    for word in &denied.words {
        if before.allows {
            after.words.remove(word);
        } else {
            after.words.insert(word.clone());
        }
    }
    after
}

/// The properties of a unit that has these assignments and nothing else.
fn shown(assignments: &[(String, String)], version: u16) -> Vec<Property> {
    let mut text = "[Service]\nExecStart=/bin/true\n".to_owned();
    for (section, assignment) in assignments {
        // One line each: what would break out of it is no assignment.
        if !assignment.contains('\n') && !section.contains(['\n', ']']) {
            text.push_str(&format!("[{section}]\n{assignment}\n"));
        }
    }
    let folder = "/etc/systemd/system";
    let files = MemoryFiles::new().with(&format!("{folder}/{NAME}"), text);
    let (catalogue, _) = Catalogue::read(&files, SearchPath::system(false));
    let facts = UnitFacts::default();
    let Ok(name) = NAME.parse::<Name>() else { return Vec::new() };
    let units: Vec<Unit> = vec![Loader::new(&files, &catalogue, &facts).load(&name)];
    let manager = ManagerDefaults::default();
    let options = Options { version, ..Options::of(&facts) };
    let graph = Graph::build(&units, &options);
    let context = Context {
        options: &options,
        facts: &facts,
        manager: &manager,
        machine: &Machine { last_capability: Some(40), ..Machine::default() },
        install: None,
        presets: None,
    };
    units.first().map_or_else(Vec::new, |unit| show::properties(unit, &graph, &context))
}
