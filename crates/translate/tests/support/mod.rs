//! What the tests share: definitions with any words, units loaded from texts, scripts run by a shell.

#![allow(dead_code, reason = "each test uses its own part")]

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use translate::{Definition, Format, Lost, OutFile, Reading, Source, System, Written};
use unit::load::{Catalogue, Loader, SearchPath};
use unit::memory::MemoryFiles;
use unit::{Diagnostic, Facts, Unit, check};

/// A folder of the test's own, gone when it is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("translate-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;

        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Words that scripts and unit files have trouble with.
pub fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~]{0,12}",
        "[$%\"'\\\\`*?~#;&|<>(){}!=\\[\\] \t\n-]{0,8}",
        "\\PC{0,6}",
        "-[a-z-]{0,4}",
        Just("$HOME".to_owned()),
        Just("${PATH}".to_owned()),
        Just("$(id)".to_owned()),
        Just("%n%%".to_owned()),
        Just(";".to_owned()),
        Just("--".to_owned()),
        Just("\\".to_owned()),
        Just("  a  b  ".to_owned()),
        Just("\u{1}\u{1b}[31m\u{7f}".to_owned()),
    ]
}

pub fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 0..6)
}

pub fn read(format: Format, path: &str, text: &str) -> Reading {
    let source = Source { path, text: text.as_bytes() };
    translate::read(format, &source, &[], None)
        .unwrap_or_else(|error| panic!("{error} {:?}", error.lost))
}

/// The one definition of a text.
pub fn one(format: Format, path: &str, text: &str) -> Definition {
    let mut reading = read(format, path, text);
    assert_eq!(reading.definitions.len(), 1, "{text}");
    let mut definition = reading.definitions.remove(0);
    definition.lost.append(&mut reading.lost);
    definition
}

pub fn write(definition: &Definition, system: System) -> Written {
    translate::write(definition, system).unwrap_or_else(|error| panic!("{error}"))
}

/// Loads one of the files that were written, as a unit.
pub fn load(file: &OutFile) -> Unit {
    let path = format!("/u/{}", file.name());
    let files = MemoryFiles::new().with(&path, &file.text);
    let (catalogue, problems) = Catalogue::read(&files, SearchPath::of(&["/u"]));
    assert_eq!(problems, []);
    let facts = Facts::default();
    Loader::new(&files, &catalogue, &facts).load(&file.name().parse().unwrap())
}

/// What is wrong with unit files that were written: nothing.
pub fn findings(written: &Written) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in &written.files {
        let unit = load(file);
        found.extend(check::settings::of(&unit));
        found.extend(unit.diagnostics);
    }
    found
}

/// What is lost, a line each.
pub fn told(lost: &[Lost]) -> Vec<String> {
    let line = |lost: &Lost| lost.place.as_ref().map_or(0, |place| place.line);
    lost.iter().map(|lost| format!("{}: {}: {}", line(lost), lost.word(), lost.what)).collect()
}

/// A tool that writes its arguments, each with a NUL behind it, to the file `$OUT`.
pub const FAKE: &str = "#!/bin/sh\nfor w; do printf '%s\\0' \"$w\"; done >> \"$OUT\"\n";

/// Runs a script by the shell; what the fake tools were given.
pub fn run(script: &Path, arguments: &[&str], folder: &Folder) -> Vec<String> {
    let out = folder.0.join("out");
    let _ = std::fs::remove_file(&out);
    let ended = Process::new("/bin/sh")
        .arg(script)
        .args(arguments)
        .env_clear()
        .env("OUT", &out)
        .env("PATH", format!("{}:/usr/bin:/bin", folder.0.display()))
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    let bytes = std::fs::read(&out).unwrap_or_else(|error| panic!("{error}: {errors}"));
    let text = String::from_utf8(bytes).unwrap();
    let mut words: Vec<String> = text.split('\0').map(str::to_owned).collect();
    words.pop();
    words
}
