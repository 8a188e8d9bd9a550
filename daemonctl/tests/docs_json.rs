//! docs/json.md is the schema: its tables are read here and held against what every command
//! prints, key by key, type by type, word by word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
mod docs_json_support;
mod host_read_support;
mod install_support;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixListener;
use std::process::Command;

use cmd_support::{Folder, Running, daemonctl, json, text};
use process::verdict::{Confidence, Kind, SubKind};
use serde_json::Value;

/// What a key may hold.
#[derive(Debug, Clone)]
enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Time,
    Word(String),
    Object(Vec<String>),
    /// An object with keys of somebody else's.
    Foreign,
    List(Box<Type>),
    /// Or null; `true`: with its reason under `unavailable`.
    OrNull(Box<Type>, bool),
}

/// A row of a table of keys.
#[derive(Debug)]
struct Key {
    holds: Type,
    always: bool,
}

/// The tables of the page, by the heading that they stand under.
#[derive(Default)]
struct Schema {
    objects: BTreeMap<String, BTreeMap<String, Key>>,
    words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Schema {
    fn read() -> Schema {
        let mut schema = Schema::default();
        let (mut heading, mut columns) = (String::new(), Vec::new());
        for line in include_str!("../../docs/json.md").lines() {
            if line.starts_with('#') {
                heading = line.trim_start_matches('#').trim().to_owned();
                columns = Vec::new();
            } else if let Some(row) = line.strip_prefix("| ") {
                let row = row.trim_end_matches('|').trim_end();
                let cells: Vec<String> = row.split(" |").map(|cell| cell.trim().into()).collect();
                if columns.is_empty() {
                    columns = cells;
                } else {
                    schema.add(&heading, &columns, &cells);
                }
            }
        }
        schema
    }

    fn add(&mut self, heading: &str, columns: &[String], cells: &[String]) {
        let name = cells[0].trim_matches('`').to_owned();
        let twice = match columns[0].as_str() {
            "word" => {
                let table = self.words.entry(heading.to_owned()).or_default();
                table.insert(name, cells[1..].to_vec()).is_some()
            }
            "key" => {
                assert_eq!(columns, ["key", "type", "when", "meaning"], "{heading}");
                let key = Key { holds: read_type(&cells[1]), always: cells[2] == "always" };
                self.objects.entry(heading.to_owned()).or_default().insert(name, key).is_some()
            }
            other => panic!("{heading}: a table of `{other}`"),
        };
        assert!(!twice, "{heading}: `{}` stands twice", cells[0]);
    }
}

/// Reads a type, as `list of [Process](#process) with [Explanation](#explanation) or null`.
fn read_type(text: &str) -> Type {
    if let Some(inner) = text.strip_suffix(" or plain null") {
        return Type::OrNull(Box::new(read_type(inner)), false);
    }
    if let Some(inner) = text.strip_suffix(" or null") {
        return Type::OrNull(Box::new(read_type(inner)), true);
    }
    if let Some(inner) = text.strip_prefix("list of ") {
        return Type::List(Box::new(read_type(inner)));
    }
    match text {
        "string" => Type::Text,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "time" => Type::Time,
        "object" => Type::Foreign,
        _ => match text.strip_prefix("word of ") {
            Some(link) => Type::Word(linked(link)),
            None => Type::Object(text.split(" with ").map(linked).collect()),
        },
    }
}

/// The heading that a link leads to.
fn linked(link: &str) -> String {
    let (name, anchor) = link
        .strip_prefix('[')
        .and_then(|link| link.strip_suffix(')'))
        .and_then(|link| link.split_once("](#"))
        .unwrap_or_else(|| panic!("`{link}` is no type"));
    let kept = name.chars().filter(|symbol| symbol.is_alphanumeric() || " -".contains(*symbol));
    let expected: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
    assert_eq!(anchor, expected, "the link of `{name}`");
    name.to_owned()
}

/// Holds documents against the schema and gathers all that differs.
struct Check<'a> {
    schema: &'a Schema,
    wrong: BTreeSet<String>,
    /// Which keys were seen, as `Heading.key`.
    seen: BTreeSet<String>,
}

impl Check<'_> {
    fn document(&mut self, document: &Value) {
        let command = document["command"].as_str().unwrap().to_owned();
        assert_eq!(document["schema"], "daemonctl/1");
        self.object(document, &["Every document".to_owned(), command.clone()], &command);
    }

    fn object(&mut self, value: &Value, headings: &[String], place: &str) {
        let Some(object) = value.as_object() else {
            self.wrong.insert(format!("{place}: {value} is no object"));
            return;
        };
        for heading in headings {
            let keys = &self.schema.objects[heading];
            for (name, _) in
                keys.iter().filter(|(name, key)| key.always && !object.contains_key(*name))
            {
                self.wrong.insert(format!("{place}: `{name}` of {heading} is not there"));
            }
        }
        for (name, value) in object.iter().filter(|(name, _)| *name != "unavailable") {
            let plain = name.strip_suffix("_hex").filter(|plain| object.contains_key(*plain));
            if let Some(plain) = plain {
                self.hexadecimal(value, &object[plain], &format!("{place}.{name}"));
                continue;
            }
            let find = |heading: &&String| self.schema.objects[*heading].contains_key(name);
            let Some(heading) = headings.iter().find(find) else {
                self.wrong.insert(format!("{place}.{name} does not stand in docs/json.md"));
                continue;
            };
            self.seen.insert(format!("{heading}.{name}"));
            let reason = object.get("unavailable").and_then(|reasons| reasons.get(name));
            let holds = self.schema.objects[heading][name].holds.clone();
            self.value(value, &holds, reason, &format!("{place}.{name}"));
        }
        self.reasons(object, place);
    }

    /// Every reason belongs to a key that is null.
    fn reasons(&mut self, object: &serde_json::Map<String, Value>, place: &str) {
        let Some(reasons) = object.get("unavailable") else { return };
        for (name, reason) in reasons.as_object().unwrap() {
            if !object.get(name).is_some_and(Value::is_null) {
                self.wrong.insert(format!("{place}.{name} is not null and has a reason"));
            }
            self.value(
                reason,
                &Type::Word("Reasons".to_owned()),
                None,
                &format!("{place}.unavailable"),
            );
        }
    }

    fn hexadecimal(&mut self, value: &Value, of: &Value, place: &str) {
        let fits = match (value, of) {
            (Value::String(hex), Value::String(_)) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
            (Value::Array(hex), Value::Array(of)) => hex.len() == of.len(),
            _ => false,
        };
        if !fits {
            self.wrong.insert(format!("{place} is not the bytes of its key"));
        }
    }

    fn value(&mut self, value: &Value, holds: &Type, reason: Option<&Value>, place: &str) {
        let fits = match holds {
            Type::OrNull(_, wants_reason) if value.is_null() => reason.is_some() == *wants_reason,
            Type::OrNull(inner, _) => return self.value(value, inner, reason, place),
            Type::Object(headings) => return self.object(value, headings, place),
            Type::List(inner) => {
                let Some(items) = value.as_array() else {
                    self.wrong.insert(format!("{place}: {value} is no list"));
                    return;
                };
                for item in items {
                    self.value(item, inner, None, place);
                }
                true
            }
            Type::Word(heading) => {
                value.as_str().is_some_and(|word| self.schema.words[heading].contains_key(word))
            }
            Type::Text => value.is_string(),
            Type::Integer => value.is_i64() || value.is_u64(),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::Foreign => value.is_object(),
            Type::Time => {
                value.as_str().is_some_and(|time| time.len() == 20 && time.ends_with('Z'))
            }
        };
        if !fits {
            self.wrong.insert(format!("{place}: {value} is not {holds:?}"));
        }
    }
}

/// `+` and every column that the command's help lists.
fn all_columns(command: &[&str]) -> String {
    let listed = text(&daemonctl(&[command, &["--columns", "help"]].concat()));
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<String> =
        names.filter(|name| !name.is_empty()).map(|n| format!("+{n}")).collect();
    assert!(names.len() > 5, "{listed}");
    names.join(",")
}

#[test]
fn what_is_printed_is_what_is_documented() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    // Something of everything: sockets of both families, a path, bytes that are not UTF-8.
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _other_end = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _unix = UnixListener::bind(folder.path().join("socket")).unwrap();
    let _open = std::fs::File::create(folder.path().join("open")).unwrap();
    let odd = Running::start(Command::new("sh").args([
        OsStr::new("-c"),
        OsStr::new("echo ready; read line"),
        OsStr::from_bytes(b"\xff"),
    ]));
    let (odd, own) = (odd.pid(), std::process::id().to_string());
    let (all, files, lines) = (all_columns(&["ps"]), all_columns(&["files"]), all_columns(&[]));
    let units = dependent_units();
    let root = units.path().to_str().unwrap();
    let installed = install_support::small_tree();
    let image = installed.path().to_str().unwrap();
    of_services(&mut check);
    docs_json_support::documents().iter().for_each(|document| check.document(document));
    let commands: &[&[&str]] = &[
        &["ps"],
        &["ps", "--columns", &all],
        &["tree"],
        &["tree", "--normal", "--columns", &all],
        &["explain", "1", &own, &odd],
        &["files", &own, "1"],
        &["files", &own, "--all", "--columns", &files],
        &["files", folder.path().to_str().unwrap(), "--below"],
        &["ports"],
        &["ports", "--connected", "--unix"],
        &["maps", &own],
        &["maps", &own, &odd, "--full"],
        &["signals", &own, "1"],
        &["signals", &odd, "--all"],
        &["kill", &own, "TERM", "--dry-run"],
        &["enable", "a", "b", "d", "--root", image, "--dry-run"],
        &["enable", "a", "b", "d", "--force", "--root", image],
        &["enable", "gone", "--root", image],
        &["disable", "a", "gone", "--root", image],
        &["mask", "c", "b", "--root", image],
        &["unmask", "c", "--root", image],
        &["preset", "--all", "--root", image],
        &["directives"],
        &["escape", "a b", "/c"],
        &[],
        &["--columns", &lines],
        &["calendar", "daily", "Mon 12:00 UTC", "2001-1-1"],
        &["timespan", "1h 30min", "infinity"],
        &["verify", "--root", root, "--all", "--hints"],
        &["cat", "--root", root, "a", "bad"],
        &["deps", "--root", root, "a"],
        &["deps", "--root", root, "b", "--before"],
        &["plan", "--root", root, "start", "a"],
        &["plan", "--root", root, "stop", "b"],
    ];
    for command in commands {
        check.document(&json(command));
    }
    let wrong: Vec<String> = check.wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    unseen(&schema, &check.seen);
}

#[test]
fn what_systemd_tells_is_documented() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let plan = testkit::boxes::Plan::new(testkit::boxes::Kind::Systemd);
    let machine = plan.put(program, "/usr/bin/daemonctl").unwrap().boot().unwrap();
    for line in docs_json_support::OF_SYSTEMD {
        let words: Vec<&str> = ["daemonctl", "--json"].into_iter().chain(line.split(' ')).collect();
        let output = machine.exec(&words).unwrap();
        let document = serde_json::from_slice(&output.stdout);
        check.document(&document.unwrap_or_else(|e| panic!("{line}: {e}: {}", output.describe())));
    }
    assert!(check.wrong.is_empty(), "{:#?}", check.wrong);
    for heading in ["Transient service.", "Native properties.", "Job besides."] {
        assert!(check.seen.iter().any(|key| key.starts_with(heading)), "{heading}");
    }
}

/// What commands on services print, of a machine that SysV init runs.
fn of_services(check: &mut Check<'_>) {
    let machine = host_read_support::Machine::busy();
    let proc = machine.root().join("proc").display().to_string();
    let root_of = machine.root().display().to_string();
    let on = |args: &[&str]| -> Value {
        json(&[&["--system-root", &root_of, "--proc-root", &proc], args].concat())
    };
    let services = all_columns(&["list"]);
    for command in [
        &["list"][..],
        &["list", "--all", "--columns", &services],
        &["status"],
        &["status", "nginx", "redis", "cron"],
        &["show", "nginx"],
        &["is-active", "nginx", "mysql"],
        &["is-enabled", "nginx"],
        &["is-failed", "cron"],
        &["jobs"],
        &["cat", "nginx"],
        &["deps", "nginx"],
    ] {
        check.document(&on(command));
    }
}

/// Units whose plans have something of everything: wants of what does not exist, or needs what does
/// not, a contradiction, a trigger that stays.
fn dependent_units() -> Folder {
    let folder = Folder::new();
    let units = folder.path().join("etc/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    let start = "[Service]\nExecStart=/bin/true\n";
    for (name, lines) in [
        ("a.service", "Wants=c.service gone.service lost.service\nRequires=b.service"),
        ("b.service", ""),
        ("c.service", "Conflicts=b.service"),
        ("lost.service", "Requires=gone.service"),
    ] {
        let text = format!("[Unit]\nDefaultDependencies=no\n{lines}\n{start}");
        std::fs::write(units.join(name), text).unwrap();
    }
    let bad = "[Service]\nType=oneshot\nExecStart=/bin/true\nNonsense=1\n";
    std::fs::write(units.join("bad.service"), bad).unwrap();
    std::fs::write(units.join("b.timer"), "[Timer]\nOnBootSec=1\n").unwrap();
    folder
}

/// A key that is documented and that nothing prints is a promise that nobody keeps. Left out is
/// what a machine need not have.
fn unseen(schema: &Schema, seen: &BTreeSet<String>) {
    const RARE: [&str; 19] = [
        "Trouble.",
        "Port.",
        "Service.",
        "Container.",
        "Note.",
        "Line.",
        "Endpoint.",
        "File.match",
        // What systemd and scripts of some services have.
        "show.native",
        "Native properties.",
        "Script command.",
        "Script's status.",
        "Relation of services.",
        "Holder of a relation.",
        "Queued job.",
        "Holder of a job.",
        // What systemd alone does.
        "Job besides.",
        "run.",
        "Transient service.",
    ];
    let every = schema
        .objects
        .iter()
        .flat_map(|(heading, keys)| keys.keys().map(move |key| format!("{heading}.{key}")));
    let missing: Vec<String> = every
        .filter(|name| !seen.contains(name) && !RARE.iter().any(|rare| name.starts_with(rare)))
        .collect();
    assert!(missing.is_empty(), "documented and printed by nothing: {missing:?}");
}

#[test]
fn every_word_of_a_verdict_is_documented() {
    let schema = Schema::read();
    let found: Vec<_> = SubKind::ALL
        .iter()
        .map(|sub| {
            let kind = format!("`{}`", sub.kind().word());
            (sub.word().to_owned(), vec![kind, sub.sentence().to_owned()])
        })
        .collect();
    let documented = &schema.words["Sub-kinds"];
    for (word, cells) in &found {
        assert_eq!(documented.get(word), Some(cells), "`{word}` in docs/json.md");
        let rules = include_str!("../../docs/verdicts.md");
        assert!(
            rules.contains(&format!("`{word}`")),
            "`{word}` does not stand in docs/verdicts.md"
        );
    }
    assert_eq!(documented.len(), found.len(), "docs/json.md has sub-kinds that the code has not");
    for confidence in [Confidence::Certain, Confidence::High, Confidence::Medium, Confidence::Low] {
        assert!(schema.words["Confidence"].contains_key(confidence.word()));
    }
    for kind in [Kind::Kernel, Kind::Daemon, Kind::Normal, Kind::Unknown] {
        assert!(schema.words["Kinds"].contains_key(kind.word()));
    }
}

#[test]
fn every_kind_of_finding_is_documented() {
    let schema = Schema::read();
    let documented: Vec<&String> = schema.words["Kinds of findings"].keys().collect();
    let mut codes: Vec<&str> = unit::Code::ALL.iter().map(|code| code.name()).collect();
    codes.sort_unstable();
    assert_eq!(documented, codes);
}

#[test]
fn a_difference_is_found() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    let document = r#"{"schema": "daemonctl/1", "command": "signals", "notes": [{"what": "x",
        "reason": "tired", "detail": 1, "more": 2}], "signals": {}}"#;
    check.document(&serde_json::from_str(document).unwrap());
    let found: Vec<&str> =
        check.wrong.iter().filter_map(|wrong| wrong.split([':', ' ']).next()).collect();
    assert_eq!(
        found,
        ["signals.notes.detail", "signals.notes.more", "signals.notes.reason", "signals.signals"]
    );
}
