//! What the tests of values of sandboxes, resources and sockets share.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]
#![allow(dead_code, reason = "not every test uses all of it")]

use unit::{
    Facts, Name, UnitType, Value,
    diagnostic::Problem,
    specifier::Expander,
    table::{Directive, Id, Kind},
    values::{self, Context, Parsed},
};

/// The row of a directive in the unit's own section.
pub fn directive(unit: UnitType, key: &str) -> &'static Directive {
    let section = unit.section().unwrap_or_default();
    match Id::in_section(section, unit, key) {
        Some((_, directive)) => directive,
        None => panic!("no directive {key} in [{section}]"),
    }
}

/// Parses `text` as the value of `key` in `a@b.service` or its kin.
pub fn parse(unit: UnitType, key: &str, text: &str) -> (Parsed, Vec<Problem>) {
    let facts = Facts::default();
    let name: Name = format!("a@b.{}", unit.suffix()).parse().expect("a name");
    let expander = Expander::new(&facts, &name);
    let context = Context { directive: directive(unit, key), unit, expander: &expander };
    let mut problems = Vec::new();
    let parsed = values::parse(text, &context, &mut problems);
    for problem in &problems {
        let range = problem.at.clone();
        assert!(text.get(range).is_some(), "{key}={text}: bad range in {problem:?}");
    }
    (parsed, problems)
}

/// The value as it is written.
pub fn print(kind: Kind, value: &Value) -> String {
    value.written(kind).to_string()
}
