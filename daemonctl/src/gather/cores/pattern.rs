//! Files that the kernel wrote by `kernel.core_pattern` (core(5)).

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use insight::snapshot::CoreDump;
use regex::Regex;

use super::{NAMES_MAX, base_name, is_comm_of};

/// The dumps in the folders where such a pattern puts those of these programs.
pub(super) fn of(
    root: &Path,
    pattern: &str,
    uses_pid: bool,
    programs: &[String],
    directories: &[String],
) -> Vec<CoreDump> {
    let (folder, name) = pattern.rsplit_once('/').map_or(("", pattern), |(folder, name)| {
        (if folder.is_empty() { "/" } else { folder }, name)
    });
    // What changes from dump to dump in the folder's name can't be found by looking.
    if folder.contains('%') || name.is_empty() {
        return Vec::new();
    }
    let Some(shape) = shape(name, uses_pid) else { return Vec::new() };
    let folders: Vec<PathBuf> = if folder.starts_with('/') {
        vec![root.join(folder.trim_start_matches('/'))]
    } else {
        let places = directories.iter().map(|place| root.join(place.trim_start_matches('/')));
        places.map(|place| place.join(folder)).collect()
    };
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten().take(NAMES_MAX) {
            let name = entry.file_name();
            let Some(parts) = name.to_str().and_then(|name| shape.captures(name)) else { continue };
            let part = |key: &str| parts.name(key).map(|found| found.as_str());
            let said = part("comm").or(part("exe").map(base_name_of_escaped));
            let is_ours = said.is_none_or(|said| {
                programs.iter().any(|program| is_comm_of(said, base_name(program)))
            });
            let Ok(meta) = entry.metadata() else { continue };
            // A core dump is a regular file, never a link that somebody put there.
            if !is_ours || !meta.is_file() {
                continue;
            }
            let modified = u64::try_from(meta.mtime()).unwrap_or(0).saturating_mul(1_000_000);
            let time = part("time").and_then(|digits| digits.parse::<u64>().ok());
            found.push(CoreDump {
                time_usec: time.map_or(modified, |seconds| seconds.saturating_mul(1_000_000)),
                program: said.unwrap_or_default().to_owned(),
                pid: part("pid").and_then(|digits| digits.parse().ok()),
                signal: part("signal").and_then(|digits| digits.parse().ok()),
                file: Some(entry.path().display().to_string()),
                ..CoreDump::default()
            });
        }
    }
    found
}

/// `%E` has `!` for each slash.
fn base_name_of_escaped(exe: &str) -> &str {
    exe.rsplit('!').next().unwrap_or(exe)
}

/// The pattern as an expression; `None`: it is none that the kernel would take.
fn shape(name: &str, uses_pid: bool) -> Option<Regex> {
    let mut text = String::from("^");
    let mut named: Vec<char> = Vec::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
            continue;
        }
        let what = letters.next()?;
        // A name may stand for a group once only.
        let again = named.contains(&what);
        named.push(what);
        text.push_str(match what {
            _ if again => ".*",
            '%' => "%",
            'p' => "(?P<pid>[0-9]+)",
            'P' if !named.contains(&'p') => "(?P<pid>[0-9]+)",
            's' => "(?P<signal>[0-9]+)",
            't' => "(?P<time>[0-9]+)",
            'e' => "(?P<comm>.+)",
            'E' => "(?P<exe>.+)",
            _ => ".*",
        });
    }
    // The kernel appends the pid where the pattern has none.
    if uses_pid && !named.contains(&'p') {
        text.push_str("(?:\\.(?P<pid>[0-9]+))?");
    }
    text.push('$');
    Regex::new(&text).ok()
}
