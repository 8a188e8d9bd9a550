//! The file that is converted, and those that belong to it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use translate::{Format, Source};

use crate::failure::Failure;

/// No definition is larger.
const MOST_BYTES: u64 = 16 << 20;

/// A file that was read.
pub struct Input {
    /// Its path: as it was given, or absolute where that says more.
    pub path: String,
    /// Its text.
    pub bytes: Vec<u8>,
}

impl Input {
    /// As the room of languages takes it.
    pub fn source(&self) -> Source<'_> {
        Source { path: &self.path, text: &self.bytes }
    }
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// It is not there, may not be read, or is too large.
pub fn read(file: &str) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    let size = match file {
        "-" => std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes),
        _ => std::fs::File::open(file).and_then(|opened| {
            // A device or a pipe may never end.
            if !opened.metadata()?.is_file() {
                return Err(std::io::Error::other("it is no regular file"));
            }
            opened.take(MOST_BYTES + 1).read_to_end(&mut bytes)
        }),
    };
    let size = size.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_found(format_args!("{file}: {error}")),
        std::io::ErrorKind::PermissionDenied => {
            Failure::failed(format_args!("{file}: {error}")).hint("root may read it: sudo")
        }
        _ => Failure::failed(format_args!("{file}: {error}")),
    })?;
    if size as u64 > MOST_BYTES {
        return Err(Failure::failed(format_args!("{file}: it has more than 16 MiB")));
    }
    let path = if file == "-" { "stdin".to_owned() } else { file.to_owned() };
    // The folder of a Procfile is where its processes run.
    let is_procfile = translate::detect(&path, &bytes) == Some(Format::Procfile);
    let absolute = std::path::absolute(file).ok().filter(|_| is_procfile && file != "-");
    let path = absolute.map_or(path, |absolute| absolute.to_string_lossy().into_owned());
    Ok(Input { path, bytes })
}

/// The drop-ins of a unit, and the service that a timer starts with its own.
pub fn others(main: &Input, format: Format) -> Vec<Input> {
    let path = Path::new(&main.path);
    if format != Format::Systemd || main.path == "stdin" {
        return Vec::new();
    }
    let mut others = drop_ins(path);
    if path.extension().is_some_and(|end| end == "timer") {
        for service in services(path, &main.bytes) {
            if let Ok(input) = read(&service.to_string_lossy()) {
                others.push(input);
                others.extend(drop_ins(&service));
            }
        }
    }
    others
}

/// The services that a timer may start: the one of its name, and those that `Unit=` names.
fn services(timer: &Path, text: &[u8]) -> Vec<PathBuf> {
    let mut found = vec![timer.with_extension("service")];
    for line in String::from_utf8_lossy(text).lines() {
        let name = line.trim().strip_prefix("Unit").map(str::trim_start);
        let name = name.and_then(|rest| rest.strip_prefix('=')).map(str::trim);
        if let Some(name) = name.filter(|name| name.ends_with(".service") && !name.contains('/')) {
            found.push(timer.with_file_name(name));
        }
    }
    found
}

fn drop_ins(unit: &Path) -> Vec<Input> {
    let mut folder = unit.as_os_str().to_owned();
    folder.push(".d");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "conf"));
    paths.sort();
    paths.iter().filter_map(|path| read(&path.to_string_lossy()).ok()).collect()
}
