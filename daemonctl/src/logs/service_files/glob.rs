//! Files by pattern, as configuration files name them: glob(7) in each part of a path.

use std::path::{Component, Path, PathBuf};

use crate::resolve::{Pattern, is_pattern};

/// A pattern gives no more files than this.
const FOUND_MAX: usize = 1024;

/// An absolute path below a root.
pub fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// The files below `root` that an absolute pattern fits.
pub fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    expand_below(&below(root, pattern))
}

/// The files that a pattern fits, sorted. One without special characters fits itself, if it is there.
pub fn expand_below(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        found = match part {
            Component::Normal(name) if name.to_str().is_some_and(is_pattern) => {
                let pattern = Pattern::new(&name.to_string_lossy());
                let fits = |path: &PathBuf| {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    !name.starts_with('.') && pattern.matches(&name)
                };
                let inside = found.iter().flat_map(|folder| list(folder));
                inside.filter(fits).take(FOUND_MAX).collect()
            }
            part => found.into_iter().map(|path| path.join(part)).collect(),
        };
    }
    found.retain(|path| path.exists());
    found
}

/// What a folder holds, sorted; of an empty path, the working directory.
pub fn list(folder: &Path) -> Vec<PathBuf> {
    let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(read) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().take(FOUND_MAX).map(|entry| folder.join(entry.file_name())).collect();
    found.sort();
    found
}
