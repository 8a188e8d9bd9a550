//! How a row's pattern is written: regular expressions with words for what occurs in many rows.

use regex::bytes::{Regex, RegexBuilder};

/// A pattern, ready for use; `None`: it is malformed, which a test excludes.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let pattern = expand(pattern);
    RegexBuilder::new(&pattern).unicode(false).case_insensitive(true).build().ok()
}

fn expand(pattern: &str) -> String {
    let mut text = pattern.to_owned();
    for (word, meaning) in ABBREVIATIONS {
        if text.contains(word) {
            text = text.replace(word, meaning);
        }
    }
    text
}

/// Words of patterns and what they stand for.
const ABBREVIATIONS: &[(&str, &str)] = &[
    // An absolute path without blanks; a point or colon that ends the sentence is not its.
    ("{path}", r#"(?P<path>/(?:[^\s"'`:;,()\[\]<>]*[^\s"'`:;,.()\[\]<>])?)"#),
    ("{file}", r#"(?P<file>/(?:[^\s"'`:;,()\[\]<>]*[^\s"'`:;,.()\[\]<>])?)"#),
    ("{program}", r#"(?P<program>(?:[^\s"'`:;,()\[\]<>]*[^\s"'`:;,.()\[\]<>]))"#),
    // What stands in quotes.
    ("{quoted}", r#"["'`](?P<path>[^"'`]+)["'`]"#),
    // 0.0.0.0:80, [::]:80, :::80, *:80, :80, localhost:80.
    ("{address}", r"(?P<address>\[[^\]\s]*\]|[\w.:*%-]*):(?P<port>[0-9]{1,5})"),
    ("{ip}", r"(?P<address>[0-9a-f.:*]+)"),
    ("{port}", r"(?P<port>[0-9]{1,5})"),
    ("{line}", r"(?P<line>[0-9]+)"),
    ("{pid}", r"(?P<pid>[0-9]+)"),
    ("{user}", r"(?P<user>[\w.$-]+)"),
    ("{group}", r"(?P<group>[\w.$-]+)"),
    ("{host}", r"(?P<host>[\w.-]+)"),
    ("{library}", r"(?P<library>[^\s:'`]+)"),
    ("{message}", r"(?P<message>\S.*)"),
    ("{unit}", r"(?P<unit>[\w@:.\\-]+)"),
    // errno(3), as strerror(3) has it, or by its symbol.
    ("{inuse}", r"(?:address (?:is )?already in use|address in use|EADDRINUSE)"),
    (
        "{notours}",
        r"(?:cannot assign requested address|can't assign requested address|EADDRNOTAVAIL|address not available)",
    ),
    ("{denied}", r"(?:permission denied|access denied|EACCES)"),
    ("{absent}", r"(?:no such file or directory|ENOENT|file not found|directory nonexistent)"),
];

/// The words under which values can stand.
pub(super) const WORDS: &[&str] = &[
    "path",
    "address",
    "port",
    "file",
    "line",
    "message",
    "library",
    "version",
    "program",
    "module",
    "host",
    "user",
    "group",
    "pid",
    "found",
    "wanted",
    "place",
    "step",
    "unit",
    "option",
    "variable",
    "limit",
    "database",
    "offset",
    "code",
    "status",
    "command",
    "operation",
];
