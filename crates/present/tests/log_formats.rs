//! Entries rendered as journalctl 252 rendered them.
//!
//! `log_formats/entries.export` is a journal of odd entries, exported; each other file is what
//! journalctl printed of that journal in the format and with the options that its name tells.
//! The order of keys in JSON is left to chance by journalctl, and not compared.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers"
)]

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use present::log::{
    Colours, Entry, Extras, Field, Format, Links, LocalOffset, LocalTime, Options, Renderer, Wants,
    push_boot,
};

/// An entry of an export.
#[derive(Default)]
struct Exported {
    realtime_usec: u64,
    monotonic_usec: u64,
    /// The numbers of the cursor, by their letters.
    cursor: HashMap<u8, u128>,
    /// Name, value and id.
    fields: Vec<(String, Vec<u8>, u64)>,
    /// The names that a renderer wants; all fields have an index then.
    wanted: Option<Vec<Vec<u8>>>,
}

impl Exported {
    fn number(&self, letter: u8) -> u128 {
        self.cursor[&letter]
    }
}

impl Entry for Exported {
    fn realtime_usec(&self) -> u64 {
        self.realtime_usec
    }
    fn monotonic_usec(&self) -> u64 {
        self.monotonic_usec
    }
    fn boot_id(&self) -> [u8; 16] {
        self.number(b'b').to_be_bytes()
    }
    fn seqnum(&self) -> u64 {
        self.number(b'i') as u64
    }
    fn seqnum_id(&self) -> [u8; 16] {
        self.number(b's').to_be_bytes()
    }
    fn xor_hash(&self) -> u64 {
        self.number(b'x') as u64
    }
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().filter_map(|(name, value, id)| {
            let name = name.as_bytes();
            let index = match &self.wanted {
                Some(wanted) => wanted.iter().position(|wanted| wanted == name)? as u16,
                None => Field::UNLISTED,
            };
            Some(Field { index, name, value, id: *id })
        })
    }
}

/// Central European time around the end of summer time of 2026.
struct Berlin;

impl LocalTime for Berlin {
    fn at(&self, unix_seconds: i64) -> LocalOffset {
        let (summer, change) = (unix_seconds < 1_792_890_000, 1_792_890_000);
        LocalOffset {
            east_seconds: if summer { 7200 } else { 3600 },
            name: if summer { "CEST" } else { "CET" }.to_owned(),
            from: if summer { i64::MIN } else { change },
            until: if summer { change - 1 } else { i64::MAX },
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log_formats")
}

/// Reads the journal export format.
fn entries() -> Vec<Exported> {
    let bytes = fs::read(folder().join("entries.export")).unwrap();
    let mut rest = bytes.as_slice();
    let mut ids = HashMap::new();
    let mut entries = vec![Exported::default()];
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            entries.push(Exported::default());
            continue;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b'=') {
            Some(equals) => (&line[..equals], &line[equals + 1..]),
            None => {
                let (length, data) = rest.split_first_chunk().unwrap();
                let (value, after) = data.split_at(u64::from_le_bytes(*length) as usize);
                rest = &after[1..];
                (line, value)
            }
        };
        let next = ids.len() as u64 + 1;
        let id = *ids.entry((name, value)).or_insert(next) * 8;
        take(entries.last_mut().unwrap(), name, value, id);
    }
    entries.pop();
    entries
}

fn take(entry: &mut Exported, name: &[u8], value: &[u8], id: u64) {
    let name = String::from_utf8(name.to_vec()).unwrap();
    let text = String::from_utf8_lossy(value);
    match name.as_str() {
        "__REALTIME_TIMESTAMP" => entry.realtime_usec = text.parse().unwrap(),
        "__MONOTONIC_TIMESTAMP" => entry.monotonic_usec = text.parse().unwrap(),
        "__CURSOR" => {
            for part in text.split(';') {
                let number = u128::from_str_radix(&part[2..], 16).unwrap();
                entry.cursor.insert(part.as_bytes()[0], number);
            }
        }
        _ => entry.fields.push((name, value.to_vec(), id)),
    }
}

/// How a file was made, by its name.
struct Case {
    format: Format,
    options: Options,
    berlin: bool,
    matching: bool,
}

impl Case {
    fn of(name: &str) -> Self {
        let mut parts = name.strip_suffix(".txt").unwrap().split(',');
        let format = parts.next().unwrap().parse().unwrap();
        let options = Options::default();
        let mut case = Self { format, options, berlin: false, matching: false };
        for part in parts {
            case.apply(part);
        }
        case
    }

    fn apply(&mut self, part: &str) {
        let options = &mut self.options;
        match part.split_once('=').unwrap_or((part, "")) {
            ("all", _) => options.all = true,
            ("berlin", _) => self.berlin = true,
            ("columns", width) => {
                (options.full_width, options.columns) = (false, width.parse().unwrap());
            }
            ("utf8", _) => options.utf8 = true,
            ("no-hostname", _) => options.no_hostname = true,
            ("colours", _) => options.colours = Colours::Many,
            ("colours16", _) => options.colours = Colours::Sixteen,
            ("matching", _) => self.matching = true,
            ("links", _) => {
                options.links = Some(Links { host: b"HOST".to_vec(), directory: b"/".to_vec() });
            }
            ("fields", names) => {
                options.output_fields =
                    names.split('+').map(|name| name.as_bytes().to_vec()).collect();
            }
            _ => panic!("{part}"),
        }
    }

    fn renderer(&self) -> Renderer {
        if self.berlin {
            Renderer::new(self.format, self.options.clone(), Berlin)
        } else {
            Renderer::new(self.format, self.options.clone(), present::log::Utc)
        }
    }

    /// What was searched for with `--grep=matching` in the entry; none if it is not shown.
    fn found(&self, entry: &Exported) -> Option<Option<Range<usize>>> {
        if !self.matching {
            return Some(None);
        }
        let (_, message, _) = entry.fields.iter().find(|(name, ..)| name == "MESSAGE")?;
        let at = memchr::memmem::find(message, b"matching")?;
        Some(Some(at..at + b"matching".len()))
    }

    fn render(&self, entries: &[Exported], rounds: usize) -> Vec<u8> {
        let mut renderer = self.renderer();
        let mut out = Vec::new();
        for _ in 0..rounds {
            // Of the last round only: what is kept of fields must not change what is printed.
            out.clear();
            renderer = if self.format.needs_order() { self.renderer() } else { renderer };
            let mut boot = None;
            for entry in entries {
                let Some(highlight) = self.found(entry) else {
                    if !self.format.is_quiet() {
                        self.push_boot(&mut boot, entry, &mut out);
                    }
                    continue;
                };
                if !self.format.is_quiet() {
                    self.push_boot(&mut boot, entry, &mut out);
                }
                renderer.write_with(entry, &Extras { highlight, catalog: None }, &mut out);
            }
        }
        out
    }

    fn push_boot(&self, last: &mut Option<[u8; 16]>, entry: &Exported, out: &mut Vec<u8>) {
        if last.replace(entry.boot_id()).is_some_and(|last| last != entry.boot_id()) {
            push_boot(entry.boot_id(), self.options.colours, out);
        }
    }

    /// What is compared.
    fn compared(&self, out: &[u8]) -> Vec<Vec<u8>> {
        let lines = out.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
        match self.format {
            // The boot's place among the fields is not in the export.
            Format::Verbose => lines.filter(|line| !line.starts_with(b"    _BOOT_ID=")).collect(),
            _ if self.format.is_json() => {
                let mut lines: Vec<Vec<u8>> = lines
                    .flat_map(|line| {
                        if self.format == Format::JsonPretty {
                            vec![line.strip_suffix(b",").unwrap_or(&line).to_vec()]
                        } else {
                            members(&line)
                        }
                    })
                    .collect();
                lines.sort();
                lines
            }
            _ => lines.collect(),
        }
    }
}

/// The members of an object on a line, and what stands around it.
fn members(line: &[u8]) -> Vec<Vec<u8>> {
    let Some(start) = line.iter().position(|byte| *byte == b'{') else {
        return vec![line.to_vec()];
    };
    let text = std::str::from_utf8(&line[start..]).unwrap();
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
    let mut members = vec![line[..start].to_vec(), line.len().to_string().into_bytes()];
    members.extend(object.iter().map(|(key, value)| format!("{key}:{value}").into_bytes()));
    members
}

fn check(name: &str, wanted: bool) {
    let case = Case::of(name);
    let mut entries = entries();
    if wanted && let Wants::These(names) = case.renderer().wants() {
        for entry in &mut entries {
            entry.wanted = Some(names.clone());
        }
    }
    let expected = case.compared(&fs::read(folder().join(name)).unwrap());
    // In the last rounds, all fields come out of the store.
    for rounds in [1, 20] {
        let rendered = case.compared(&case.render(&entries, rounds));
        for (line, (ours, theirs)) in rendered.iter().zip(&expected).enumerate() {
            assert_eq!(
                ours.escape_ascii().to_string(),
                theirs.escape_ascii().to_string(),
                "{name}, line {line}, round {rounds}, indexed {wanted}"
            );
        }
        assert_eq!(rendered.len(), expected.len(), "{name}");
    }
}

#[test]
fn every_file_is_what_we_print() {
    let mut count = 0;
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".txt") {
            check(&name, false);
            check(&name, true);
            count += 1;
        }
    }
    assert!(count > 40, "only {count} files");
}

#[test]
fn an_export_is_what_was_exported() {
    let entries = entries();
    let mut renderer = Renderer::new(Format::Export, Options::default(), present::log::Utc);
    let mut out = Vec::new();
    for entry in &entries {
        renderer.write(entry, &mut out);
    }
    assert!(out == fs::read(folder().join("entries.export")).unwrap());
    assert!(entries.len() > 15);
}
