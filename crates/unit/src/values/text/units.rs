//! Names of other units.

use std::ops::Range;

use super::expand_name;
use crate::{
    diagnostic::{Code, Problem},
    name::{Name, UnitType},
    values::{
        Context, Value,
        words::{Rules, Words, shown},
    },
};

/// The directives of `[Install]`: what they name is linked to, not loaded, and may be a template.
const OF_INSTALL: [&str; 5] = ["WantedBy", "RequiredBy", "UpheldBy", "Also", "Alias"];

fn wrong(at: Range<usize>, message: String, help: &str) -> Problem {
    Problem { code: Code::Name, ..Problem::value(at, message).with_help(help) }
}

/// Whether units of the type can have instances.
const fn has_instances(unit: UnitType) -> bool {
    use UnitType::{Path, Service, Socket, Target, Timer};
    matches!(unit, Service | Socket | Target | Timer | Path)
}

fn check(text: &str, at: &Range<usize>) -> Result<Name, Problem> {
    let name: Name = text.parse().map_err(|error| {
        wrong(
            at.clone(),
            format!("{} is not a unit name: {error}", shown(text)),
            "name it in full, such as foo.service",
        )
    })?;
    match name.instance().is_none() || has_instances(name.unit_type()) {
        true => Ok(name),
        false => {
            let message = format!("{} can't be: units of this type have no instances", shown(text));
            Err(wrong(at.clone(), message, "write the name without @"))
        }
    }
}

/// The instance of a template that a unit means: of its own instance, or named as it is.
fn instantiate(name: Name, at: &Range<usize>, context: &Context<'_>) -> Result<Name, Problem> {
    if !name.is_template() || OF_INSTALL.contains(&context.directive.name) {
        return Ok(name);
    }
    let instance = context.expander.expand("%i").unwrap_or_default();
    let own = match instance.is_empty() {
        true => context.expander.expand("%p").unwrap_or_default(),
        false => instance,
    };
    name.with_instance(&own).filter(|_| !own.is_empty()).ok_or_else(|| {
        let message = format!("{} is a template without an instance", shown(name.as_str()));
        wrong(at.clone(), message, "write an instance between @ and the dot, such as %i")
    })
}

fn is_of(name: &Name, suffix: &str) -> bool {
    name.as_str().ends_with(suffix)
}

fn wrong_type(name: &Name, suffix: &str, at: Range<usize>) -> Problem {
    let message = format!("{} is not of the type {suffix}", shown(name.as_str()));
    wrong(at, message, &format!("name a unit that ends in {suffix}"))
}

pub(super) fn several(
    suffix: &str,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let rules = if suffix.is_empty() { Rules::NAMES } else { Rules::PLAIN };
    let mut names = Vec::with_capacity(1);
    for word in Words::new(text, rules) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                problems.push(error.problem());
                break;
            }
        };
        let at = word.at;
        let name = expand_name(&word.text, at.clone(), context).and_then(|text| {
            let name = check(&text, &at)?;
            match is_of(&name, suffix) {
                true => instantiate(name, &at, context),
                false => Err(wrong_type(&name, suffix, at)),
            }
        });
        match name {
            Ok(name) => names.push(name),
            Err(problem) => problems.push(problem),
        }
    }
    (!names.is_empty()).then(|| Value::Names(names.into()))
}

pub(super) fn one(
    suffix: &str,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let at = 0..text.len();
    let name = expand_name(text, at.clone(), context).and_then(|text| {
        let name = check(&text, &at)?;
        if !is_of(&name, suffix) {
            return Err(wrong_type(&name, suffix, at));
        }
        match suffix {
            // What a timer or a path starts is a dependency, and completed like one.
            "" => instantiate(name, &at, context),
            _ if name.is_template() => {
                let message = format!("{} is a template without an instance", shown(&text));
                Err(wrong(at, message, "write an instance between @ and the dot"))
            }
            _ => Ok(name),
        }
    });
    let name = name.map_err(|problem| problems.push(problem)).ok()?;
    Some(Value::Names(Box::new([name])))
}
