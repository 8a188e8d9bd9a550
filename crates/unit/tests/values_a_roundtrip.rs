//! What a value prints parses to the same value: for the texts of `values_a_cases.txt` and for
//! random ones, in a directive of every kind. No text panics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use proptest::prelude::*;
use unit::{
    Facts, Name, UnitType,
    specifier::{Directories, Expander},
    table::{Directive, Group, Kind},
    values::{self, Context, Parsed},
};

const CASES: &str = include_str!("values_a_cases.txt");

/// One directive of each kind, and those with rules of their own.
fn directives() -> Vec<&'static Directive> {
    let mut directives: Vec<&Directive> = Vec::new();
    for row in Group::ALL.iter().flat_map(|group| group.rows()) {
        let is_special = matches!(row.name, "MemoryMin" | "Symlinks" | "RebootArgument" | "Alias");
        let is_new = directives.iter().all(|known| known.kind != row.kind);
        if row.kind != Kind::Anything && (is_new || is_special) {
            directives.push(row);
        }
    }
    directives
}

fn check(directive: &'static Directive, text: &str) -> Result<(), String> {
    let facts = Facts {
        directories: Directories::of_system(),
        architecture: Some("x86-64".into()),
        ..Facts::default()
    };
    let name: Name = "foo-bar@inst.service".parse().unwrap();
    let expander = Expander::new(&facts, &name);
    let context = Context { directive, unit: UnitType::Service, expander: &expander };
    let mut problems = Vec::new();
    let parsed = values::parse(text, &context, &mut problems);
    for problem in &problems {
        if text.get(problem.at.clone()).is_none() {
            return Err(format!("{}={text:?} points at {problem:?}", directive.name));
        }
    }
    let Parsed::Value(value) = parsed else {
        // A list of nothing with its inversion says nothing; systemd has no word for it either.
        let is_quiet = parsed == Parsed::Ignored && problems.is_empty() && text != "~";
        return match is_quiet {
            true => Err(format!("{}={text:?} is ignored without a word", directive.name)),
            false => Ok(()),
        };
    };
    let written = value.written(directive.kind).to_string();
    let mut more = Vec::new();
    let again = values::parse(&written, &context, &mut more);
    match again == Parsed::Value(value) {
        true => Ok(()),
        false => {
            Err(format!("{}={text:?} is written {written:?}: {again:?} {more:?}", directive.name))
        }
    }
}

#[test]
fn every_kind_is_read() {
    let kinds = directives();
    assert!(kinds.len() > 90, "{}", kinds.len());
}

#[test]
fn the_cases_are_read_back() {
    for directive in directives() {
        for text in CASES.lines().filter(|line| !line.starts_with("# ")) {
            check(directive, text.trim()).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn random_texts_are_read_back(
        directive in proptest::sample::select(directives()),
        text in "\\PC{0,24}|[-@:+!|/a-c .;%i=$\"'\\\\\t\n0-9]{0,24}|/[a-c/. %\"'\\\\:]{0,12}",
    ) {
        check(directive, text.trim()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn random_words_are_read_back(
        directive in proptest::sample::select(directives()),
        words in proptest::collection::vec(
            "[A-C]=[a %'\"\\\\]{0,6}|[a-c]{1,3}\\.service|/[a-c ]{1,4}|[0-9]{1,5}[KMG%s]?|[a-c]{1,4}",
            1..4,
        ),
        quotes in "[ \"']{1}",
    ) {
        let text = words.iter().map(|word| format!("{quotes}{word}{quotes}")).collect::<Vec<_>>();
        check(directive, text.join(" ").trim()).map_err(TestCaseError::fail)?;
    }
}
