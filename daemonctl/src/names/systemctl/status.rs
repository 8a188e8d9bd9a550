//! `status`: how units are, for people.
//!
//! [`mod@unit`] writes what is known of one, from its properties; [`resources`] what it uses,
//! [`processes`] the tree of its processes, [`log`] the last lines that it logged.

mod condition;
mod log;
mod processes;
mod resources;
mod system;
mod unit;

use bus::wire::{Typed, Value};

use super::failure::Failure;
use super::source::{Object, Property, Source};
use super::{Tool, names, show, start};

/// `systemctl status`: not running.
const NOT_RUNNING: u8 = 3;
/// There is no such unit.
const UNKNOWN: u8 = 4;

/// Properties, by their names.
pub struct Properties(Vec<Property>);

impl Properties {
    fn get(&self, name: &str) -> Option<&Typed> {
        self.0.iter().find(|property| property.name == name).map(|property| &property.value)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name).map(Typed::value)
    }

    /// A text that is not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        self.value(name).and_then(Value::as_strings).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_u64()
    }

    /// A number that is set: not the largest.
    fn amount(&self, name: &str) -> Option<u64> {
        self.number(name).filter(|number| *number != u64::MAX)
    }

    fn signed(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool) == Some(true)
    }
}

/// `status`
///
/// # Errors
/// Nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let written = words.get(1..).unwrap_or_default();
    let mut shown = Shown { tool, source, is_first: true, status: 0 };
    if written.is_empty() {
        let options = &tool.options;
        let chooses = !options.states.is_empty() || !options.types.is_empty();
        if !chooses {
            system::show(tool, source)?;
            shown.is_first = false;
        }
        if chooses || options.all {
            let mut rows = names::listed(tool, &[])?;
            names::sort(&mut rows);
            rows.iter().try_for_each(|row| shown.one(&row.id))?;
        }
        return Ok(shown.status);
    }
    let (pids, patterns): (Vec<String>, Vec<String>) =
        written.iter().cloned().partition(|word| word.parse::<u32>().is_ok());
    for pid in pids {
        match source.unit_of_pid(pid.parse().unwrap_or_default()) {
            Ok(unit) => shown.one(&unit)?,
            Err(error) => {
                tool.say(&format!("Failed to get unit for PID {pid}: {}", error.message));
                shown.status = 1;
            }
        }
    }
    let mut units = names::services(tool, &patterns)?;
    if tool.options.with_dependencies {
        units = super::dependencies::with(tool, &units)?;
    }
    units.iter().try_for_each(|unit| shown.one(unit))?;
    Ok(shown.status)
}

struct Shown<'t> {
    tool: &'t Tool,
    source: &'t dyn Source,
    is_first: bool,
    status: u8,
}

impl Shown<'_> {
    fn one(&mut self, name: &str) -> Result<(), Failure> {
        let properties = Properties(
            self.source.properties(Object::Unit(name)).map_err(|error| show::failed(&error))?,
        );
        let active = properties.text("ActiveState").unwrap_or_default();
        if active == "inactive" && properties.text("LoadState") == Some("not-found") {
            self.tool.say(&format!("Unit {name} could not be found."));
            self.ends(UNKNOWN);
            return Ok(());
        }
        if !std::mem::take(&mut self.is_first) {
            self.tool.print("\n");
        }
        self.tool.print(&unit::text(self.tool, self.source, &properties));
        log::print(self.tool, self.source, &properties);
        if properties.flag("NeedDaemonReload") {
            start::warn_changed(self.tool, properties.text("Id").unwrap_or(name));
        }
        if !matches!(active, "active" | "reloading") {
            self.ends(NOT_RUNNING);
        }
        Ok(())
    }

    /// The first status that is none of success stays.
    fn ends(&mut self, status: u8) {
        if self.status == 0 {
            self.status = status;
        }
    }
}

/// `help`: where units are documented. Manual pages are named, not opened.
///
/// # Errors
/// Nobody can be asked.
pub fn documentation(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let written = words.get(1..).unwrap_or_default();
    if written.is_empty() {
        return Err(Failure::new(
            "'help' command expects one or more unit names.\n\
             (Alternatively, help for systemctl itself may be shown with --help)",
        ));
    }
    for name in names::services(tool, written)? {
        let documentation = tool
            .source()?
            .unit_property(&name, "Unit", "Documentation")
            .map_err(|error| show::failed(&error))?;
        let places = documentation.as_strings().unwrap_or_default();
        if places.is_empty() {
            tool.say(&format!("Documentation for {name} not known."));
        }
        for place in places {
            tool.print(&format!("{place}\n"));
        }
    }
    Ok(0)
}
