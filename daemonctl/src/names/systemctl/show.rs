//! `show`: properties, each on a line of its own.
//!
//! [`property`] writes one as systemctl does: [`special`] by its name where it has a form of its
//! own, else [`plain`] by its type. [`exec`] and [`addresses`] are forms that need more words.

mod addresses;
pub mod exec;
mod plain;
mod special;

use bus::wire::Typed;

use super::failure::Failure;
use super::options::{Options, TimeStyle};
use super::source::{CallError, Object, Property};
use super::{Tool, names};

/// How properties are written.
#[derive(Clone, Debug)]
pub struct Form<'o> {
    /// Empty ones too.
    show_empty: bool,
    /// Values without names.
    only_value: bool,
    time: TimeStyle,
    /// `-p NAME=VALUE`: only what has that value.
    expected: Option<&'o str>,
}

/// `show`
///
/// # Errors
/// Nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let written = words.get(1..).unwrap_or_default();
    let options = &tool.options;
    let mut shown = Shown { tool, is_first: true };
    if written.is_empty() {
        if options.states.is_empty() && options.types.is_empty() {
            shown.one(Object::Manager)?;
        } else {
            let mut rows = names::listed(tool, &[])?;
            names::sort(&mut rows);
            rows.iter().try_for_each(|row| shown.one(Object::Unit(&row.id)))?;
        }
        return Ok(0);
    }
    let is_number = |word: &&String| word.parse::<u32>().is_ok();
    for id in written.iter().filter(is_number) {
        shown.one(Object::Job(id.parse().unwrap_or_default()))?;
    }
    let patterns: Vec<String> = written.iter().filter(|word| !is_number(word)).cloned().collect();
    let mut units = names::services(tool, &patterns)?;
    if options.with_dependencies {
        units = super::dependencies::with(tool, &units)?;
    }
    units.iter().try_for_each(|unit| shown.one(Object::Unit(unit)))?;
    Ok(0)
}

struct Shown<'t> {
    tool: &'t Tool,
    is_first: bool,
}

impl Shown<'_> {
    fn one(&mut self, object: Object<'_>) -> Result<(), Failure> {
        let properties = self.tool.source()?.properties(object).map_err(|error| failed(&error))?;
        if !std::mem::take(&mut self.is_first) {
            self.tool.print("\n");
        }
        self.tool.print(&text(&properties, &self.tool.options));
        Ok(())
    }
}

/// What is said where properties can't be had.
pub fn failed(error: &CallError) -> Failure {
    Failure::new(format!("Failed to get properties: {}", error.message))
}

/// The properties that are asked for, written as `show` does.
pub fn text(properties: &[Property], options: &Options) -> String {
    let mut out = String::new();
    for Property { name, value } in properties {
        let Some(expected) = wanted(name, options) else { continue };
        let form = Form {
            show_empty: options.show_empty,
            only_value: options.only_value,
            time: options.time,
            expected,
        };
        property(&mut out, &form, name, value);
    }
    out
}

/// Whether a property is asked for, and with which value only.
fn wanted<'o>(name: &str, options: &'o Options) -> Option<Option<&'o str>> {
    let Some(filter) = &options.properties else { return Some(None) };
    if filter.iter().any(|wanted| wanted == name) {
        return Some(None);
    }
    filter.iter().find_map(|wanted| Some(Some(wanted.strip_prefix(name)?.strip_prefix('=')?)))
}

fn property(out: &mut String, form: &Form<'_>, name: &str, value: &Typed) {
    let is_done = special::write(out, form, name, value) || plain::write(out, form, name, value);
    if !is_done && form.show_empty && form.expected.is_none() {
        out.push_str(&format!("{name}=[unprintable]\n"));
    }
}

impl Form<'_> {
    /// One line, unless it is empty or not what was asked for.
    fn line(&self, out: &mut String, name: &str, text: &str) {
        if self.expected.is_some_and(|expected| expected != text) {
            return;
        }
        if text.is_empty() && !self.show_empty {
            return;
        }
        self.begin(out, name);
        out.push_str(text);
        out.push('\n');
    }

    fn begin(&self, out: &mut String, name: &str) {
        if !self.only_value {
            out.push_str(name);
            out.push('=');
        }
    }
}

#[cfg(test)]
mod tests;
