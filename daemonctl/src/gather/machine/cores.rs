//! What becomes of core dumps: core(5), coredump.conf(5).

use std::path::{Path, PathBuf};

use insight::snapshot::CoreSetup;
use process::procfs::ProcFs;

/// Where coredump.conf and its drop-ins lie; a later one holds more.
const FOLDERS: [&str; 4] =
    ["usr/lib/systemd", "usr/local/lib/systemd", "run/systemd", "etc/systemd"];
/// No such file is longer.
const CONFIGURATION_BYTES_MAX: u64 = 256 * 1024;

/// How this machine is set up.
pub(super) fn setup(proc: &ProcFs, root: &Path, pattern: Option<&str>) -> CoreSetup {
    let mut setup = CoreSetup {
        uses_pid: super::number::<u32>(proc, c"sys/kernel/core_uses_pid") == Some(1),
        handler: pattern.and_then(|pattern| handler(root, pattern)),
        ..CoreSetup::default()
    };
    let Some((program, true)) = &setup.handler else { return setup };
    if program.ends_with("systemd-coredump") {
        for file in files(root) {
            configuration(&file, root, &mut setup);
        }
    }
    setup
}

/// The program behind `|`, and whether it is there.
fn handler(root: &Path, pattern: &str) -> Option<(String, bool)> {
    let program = pattern.strip_prefix('|')?.split_whitespace().next()?;
    Some((program.to_owned(), root.join(program.trim_start_matches('/')).exists()))
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let main = |folder: &str| root.join(folder).join("coredump.conf");
    files.extend(FOLDERS.iter().map(|folder| main(folder)).rfind(|file| file.exists()));
    let mut drop_ins: Vec<PathBuf> = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(root.join(folder).join("coredump.conf.d")) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "conf") {
                // A file of the same name in a folder that counts more takes its place.
                drop_ins.retain(|other| other.file_name() != path.file_name());
                drop_ins.push(path);
            }
        }
    }
    drop_ins.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    files.extend(drop_ins);
    files
}

fn configuration(file: &Path, root: &Path, setup: &mut CoreSetup) {
    let small = |meta: &std::fs::Metadata| meta.is_file() && meta.len() < CONFIGURATION_BYTES_MAX;
    if !std::fs::metadata(file).is_ok_and(|meta| small(&meta)) {
        return;
    }
    let Ok(text) = std::fs::read_to_string(file) else { return };
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        let size = || size(value);
        match key.trim() {
            "Storage" => setup.storage = Some(value.to_owned()).filter(|value| !value.is_empty()),
            "ProcessSizeMax" => setup.process_size_max_bytes = size(),
            "ExternalSizeMax" => setup.external_size_max_bytes = size(),
            _ => continue,
        }
        let shown = file.strip_prefix(root).unwrap_or(file);
        let path = Path::new("/").join(shown).display().to_string();
        setup.configured_at = Some((path, u32::try_from(number + 1).unwrap_or(u32::MAX)));
    }
}

/// Bytes with a suffix to the base 1024; `infinity` and nonsense are no limit.
fn size(value: &str) -> Option<u64> {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().ok()?;
    let power = match value.get(digits.len()..)?.trim() {
        "" | "B" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        "P" => 5,
        "E" => 6,
        _ => return None,
    };
    number.checked_mul(1024u64.checked_pow(power)?)
}
