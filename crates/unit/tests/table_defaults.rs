//! What the table says of values is what the parsers of values know.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use unit::{
    Code, Name, Severity, UnitType, Value,
    diagnostic::Problem,
    specifier::{Expander, Facts},
    table::{Default, Directive, Group, Id, Kind},
    values::{self, Context, Parsed},
};

/// Parses a value of a directive.
fn parse(directive: &'static Directive, text: &str) -> (Parsed, Vec<Problem>) {
    let facts = Facts::default();
    let name: Name = "a.service".parse().unwrap();
    let expander = Expander::new(&facts, &name);
    let mut problems = Vec::new();
    let context = Context { directive, unit: UnitType::Service, expander: &expander };
    let parsed = values::parse(text, &context, &mut problems);
    (parsed, problems)
}

fn value(directive: &'static Directive, text: &str) -> Value {
    match parse(directive, text) {
        (Parsed::Value(value), problems)
            if problems.iter().all(|problem| problem.code == Code::Deprecated) =>
        {
            value
        }
        wrong => panic!("{}={text}: {wrong:?}", directive.name),
    }
}

fn rows() -> impl Iterator<Item = &'static Directive> {
    Group::ALL.into_iter().flat_map(Group::rows)
}

#[test]
fn defaults_are_values_of_their_directive() {
    let mut seen = 0;
    for row in rows() {
        let Default::Is(text) = row.default else { continue };
        let parsed = value(row, text);
        // What is printed is the default too.
        assert_eq!(
            value(row, &parsed.written(row.kind).to_string()),
            parsed,
            "{}={text}",
            row.name
        );
        seen += 1;
    }
    assert!(seen > 100);
}

#[test]
fn words_of_the_table_are_read() {
    for row in rows() {
        let words = match row.kind {
            Kind::Choice(words) | Kind::BoolOr(words) | Kind::Weight(words) => words,
            Kind::ListOf(words) | Kind::PathOr(words) | Kind::CpusOr(words) => words,
            _ => continue,
        };
        for entry in words {
            let mut spellings = entry.split('|');
            let canonical = value(row, spellings.next().unwrap());
            for spelling in spellings {
                assert_eq!(value(row, spelling), canonical, "{}={spelling}", row.name);
            }
        }
    }
}

#[test]
fn every_kind_has_a_parser() {
    for row in rows().filter(|row| row.kind != Kind::Anything) {
        let (parsed, problems) = parse(row, "x");
        let unread = parsed == Parsed::Ignored && problems.is_empty();
        assert!(!unread, "{}: nothing reads {:?}", row.name, row.kind);
    }
}

#[test]
fn nonsense_is_refused_where_the_table_says_so() {
    for row in rows().filter(|row| row.fatal) {
        // Neither a path, a name, a boolean, a label nor a command.
        let (parsed, problems) = parse(row, "\u{1}/../%");
        let refused = problems
            .iter()
            .any(|problem| problem.severity == Severity::Error && problem.code == Code::BadSetting);
        let free = matches!(row.kind, Kind::Label);
        assert!(refused || free, "{}: {parsed:?} {problems:?}", row.name);
    }
}

#[test]
fn an_example_of_each_group() {
    let example = |group, name| Id::look_up(group, name).unwrap().directive();
    assert_eq!(value(example(Group::Exec, "UMask"), "0022"), Value::Mode(0o022));
    assert_eq!(value(example(Group::Kill, "SendSIGKILL"), "no"), Value::Flag(false));
    assert_eq!(value(example(Group::Service, "RestartSec"), "2min"), Value::Usec(120_000_000));
    assert_eq!(value(example(Group::Socket, "Timestamping"), "usec"), Value::Word("us"));
    assert_eq!(value(example(Group::Exec, "CPUSchedulingPolicy"), "1"), Value::Word("fifo"));
    assert_eq!(value(example(Group::Socket, "BindIPv6Only"), "yes"), Value::Word("ipv6-only"));
}
