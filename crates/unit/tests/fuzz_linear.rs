//! Time grows with the text and no faster, for every grammar and every kind of value: a text eight
//! times as long may take some twenty times as long, not sixty-four.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod fuzz_support;

use std::time::{Duration, Instant};

use fuzz_support::grammars;
use unit::{
    Name, escape,
    load::{Catalogue, Loader, SearchPath},
    memory::MemoryFiles,
    time::{Calendar, OnlyUtc, span, timestamp},
};

const SHORT: usize = 1 << 10;
const LONG: usize = 8 << 10;
/// What is done in that time is not worth measuring.
const AT_ONCE: Duration = Duration::from_millis(40);

/// Repeated, these have brought parsers to their knees.
const PIECES: [&str; 34] = [
    "a ",
    "a",
    " ",
    "\"",
    "'a' ",
    "\\",
    "\\x41",
    "\\ ",
    "%",
    "%%",
    "%i",
    "%n ",
    ":",
    "a:b ",
    ",",
    "1,",
    "0-1 ",
    "~",
    "-",
    "/",
    "/a",
    "/../",
    "=",
    "A=b ",
    "; ",
    "$A ",
    "1us ",
    "1",
    "*-",
    "1..2,",
    ".",
    "@",
    "a.service ",
    "\u{e9}",
];

fn best_of_three(mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..3).map(time).min().unwrap()
}

/// Fails where a long text takes longer than its length allows.
fn check(what: &str, piece: &str, mut run: impl FnMut(&str)) {
    let text = |size: usize| piece.repeat(size / piece.len());
    let long = text(LONG);
    let begun = Instant::now();
    run(&long);
    if begun.elapsed() < AT_ONCE {
        return;
    }
    let short = text(SHORT);
    let (short, long) = (best_of_three(|| run(&short)), best_of_three(|| run(&long)));
    let allowed = short * 20 + AT_ONCE;
    assert!(long < allowed, "{what} of {piece:?}: {short:?} for 1 KiB, {long:?} for 8 KiB");
}

#[test]
fn values_of_every_kind() {
    for (unit, directive) in grammars::kinds() {
        for piece in PIECES {
            check(directive.name, piece, |text| drop(grammars::parse(unit, directive, text)));
        }
    }
}

#[test]
fn texts_of_every_grammar() {
    for piece in PIECES {
        check("a calendar event", piece, |text| drop(Calendar::parse(text)));
        check("a time span", piece, |text| drop(span::parse_usec(text, 1)));
        check("a timestamp", piece, |text| drop(timestamp::parse(text, 0, &OnlyUtc)));
        check("an escaped text", piece, |text| drop(escape::unescape(escape::escape(text))));
        check("a path", piece, |text| drop(escape::escape_path(text)));
        check("a name", piece, |text| drop(text.parse::<Name>()));
    }
}

#[test]
fn files() {
    const LINES: [&str; 12] = [
        "A=b\n",
        "[Unit]\n",
        "[Service]\nX-A=1\n",
        "# c\n",
        "\\\n",
        "After=a.service\n",
        "After=\n",
        "Environment=A=b\n",
        "Environment=\n",
        "ExecStart=/b\n",
        "A=\\\n# c\n",
        "[X-a]\nno\n",
    ];
    let facts = grammars::facts();
    for line in LINES {
        check("a file", line, |text| {
            let text = format!("[Unit]\nDescription=x\n[Service]\n{text}");
            let files = MemoryFiles::new().with("/u/a.service", text);
            let (catalogue, _) = Catalogue::read(&files, SearchPath::of(&["/u"]));
            drop(Loader::new(&files, &catalogue, &facts).load(&"a.service".parse().unwrap()));
        });
    }
}
