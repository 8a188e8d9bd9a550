//! Fuzzing: a short run of every grammar that unit files are made of, the same in every run.
//!
//! `UNIT_FUZZ_ROUNDS=1000 cargo test -p unit --test fuzz_grammars` runs a thousand times as many
//! inputs; `UNIT_FUZZ_SEED=N` begins with the input that a failure named. Seeds lie in
//! `tests/seeds/`; a file or line more there is a seed more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod fuzz_support;

use fuzz_support::{fuzz, grammars, seeds, trees};

/// A text as it can stand in a value: one line, no NUL, for that ends a line too.
fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).replace('\0', "")
}

#[test]
fn files() {
    fuzz("files", 600, &seeds::files(), trees::file);
}

#[test]
fn trees_of_files() {
    fuzz("trees", 60, &seeds::files(), trees::tree);
}

#[test]
fn values() {
    let directives = grammars::directives();
    let by_key: std::collections::HashMap<&str, usize> =
        directives.iter().enumerate().map(|(at, (_, row))| (row.name, at)).collect();
    let lines = seeds::lines(seeds::VALUES);
    let keys: Vec<usize> =
        lines.iter().map(|line| by_key[text(line).split('=').next().unwrap()]).collect();
    let values = seeds::values();
    fuzz("values", 6_000, &values, |random, input| {
        // A value of a kind, in a directive that has it and in any other.
        let (at, input) = match random.below(2) {
            0 => (random.below(directives.len()), input.to_vec()),
            _ => {
                let line = random.below(keys.len());
                (keys[line], fuzz_support::mutated(random, &values[line..=line]))
            }
        };
        let (unit, directive) = directives[at];
        let input = text(&input);
        grammars::value(unit, directive, &input).map_err(|why| format!("{input:?}: {why}"))
    });
}

#[test]
fn command_lines() {
    let directives = grammars::directives();
    let exec = directives.iter().find(|(_, row)| row.name == "ExecStart").copied().unwrap();
    fuzz("command lines", 3_000, &seeds::lines(seeds::COMMANDS), |_, input| {
        grammars::value(exec.0, exec.1, &text(input))
    });
}

#[test]
fn calendars() {
    fuzz("calendars", 4_000, &seeds::lines(seeds::CALENDARS), |_, input| {
        grammars::calendar(&text(input))
    });
}

#[test]
fn spans_and_timestamps() {
    fuzz("spans", 6_000, &seeds::lines(seeds::SPANS), |_, input| grammars::time_span(&text(input)));
    fuzz("timestamps", 6_000, &seeds::lines(seeds::TIMESTAMPS), |_, input| {
        grammars::instant(&text(input))
    });
}

#[test]
fn specifiers_and_words() {
    fuzz("specifiers", 3_000, &seeds::lines(seeds::SPECIFIERS), |_, input| {
        grammars::specifiers(&text(input))
    });
    let mut texts = seeds::lines(seeds::COMMANDS);
    texts.extend(seeds::values());
    fuzz("words", 3_000, &texts, |_, input| grammars::split(&text(input)));
}

#[test]
fn names_and_paths() {
    fuzz("names", 6_000, &seeds::lines(seeds::NAMES), |_, input| {
        // No argument and no path holds a NUL, and none is unescaped.
        let bytes: Vec<u8> = input.iter().copied().filter(|byte| *byte != 0).collect();
        grammars::names(&bytes)
    });
}

#[test]
fn preset_files() {
    let mut texts = seeds::lines(seeds::PRESETS);
    texts.push(seeds::PRESETS.as_bytes().to_vec());
    fuzz("presets", 60, &texts, |_, input| trees::presets(input));
}

/// What fell out of long runs.
#[test]
fn what_was_found_once() {
    let directives = grammars::directives();
    let cases = [
        ("ExecStart", "|//e/2"),
        ("ExecStart", "|/../a b"),
        ("ExecStart", r"/bin/a\U0010ffff"),
        ("RestrictNetworkInterfaces", r#""a::$$ ~b\\K""#),
        ("RestrictNetworkInterfaces", r#""~b\\K""#),
    ];
    for (key, text) in cases {
        let (unit, row) = directives.iter().find(|(_, row)| row.name == key).copied().unwrap();
        grammars::value(unit, row, text).unwrap_or_else(|why| panic!("{key}={text}: {why}"));
    }
}
