//! Patterns of paths, as configurations include files by them.

use crate::gather::Gatherer;

/// More paths of one folder are not taken.
const PATHS_MAX: usize = 256;

/// The paths that a pattern stands for, sorted; without `*` the path itself, if it is there.
pub fn expand(gatherer: &Gatherer<'_>, pattern: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for path in &found {
            if !part.contains('*') {
                next.push(format!("{path}/{part}"));
                continue;
            }
            let folder = gatherer.inside(if path.is_empty() { "/" } else { path });
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
            let mut names: Vec<String> =
                names.filter(|name| !name.starts_with('.') && fits(part, name)).collect();
            names.sort();
            next.extend(names.into_iter().take(PATHS_MAX).map(|name| format!("{path}/{name}")));
        }
        found = next;
    }
    found.retain(|path| gatherer.inside(path).symlink_metadata().is_ok());
    found
}

/// Whether a name fits a pattern with stars.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    last.is_none_or(|last| name.ends_with(last)) && (last.is_some() || rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, is_fit) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.bak", false),
            ("*", "x", true),
            ("a*b", "acb", true),
            ("a*b", "ac", false),
            ("abc", "abcd", false),
        ] {
            assert_eq!(fits(pattern, name), is_fit, "{pattern} {name}");
        }
    }
}
