//! Which settings of a unit hide a path from its service, or make it read-only for it (systemd.exec(5), "Sandboxing").

use super::Want;
use crate::snapshot::{Definition, Language, Setting};

/// The setting that stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard<'d> {
    /// Which.
    pub setting: &'d Setting,
    /// It hides the path; else it makes it read-only (or not executable).
    pub hides: bool,
}

/// The setting that keeps a service from what it wants with a path, if one does. The path is meant as it is after links
/// are followed. Where settings are too entangled to tell, none is named.
pub fn guard<'d>(definition: &'d Definition, path: &str, want: Want) -> Option<Guard<'d>> {
    if definition.language != Language::Unit {
        return None;
    }
    let listed = nearest_listed(definition, path);
    if let Some((setting, kind, _)) = listed {
        return match (kind, want) {
            (Listed::Inaccessible, _) => Some(Guard { setting, hides: true }),
            (Listed::ReadOnly, Want::Write | Want::WriteOrMake) => {
                Some(Guard { setting, hides: false })
            }
            (Listed::NoExec, Want::Execute) => Some(Guard { setting, hides: false }),
            _ => None,
        };
    }
    if is_managed(definition, path) {
        return None;
    }
    whole(definition, path, want)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    Inaccessible,
    ReadOnly,
    ReadWrite,
    NoExec,
}

const LISTS: [(&str, Listed); 9] = [
    ("InaccessiblePaths", Listed::Inaccessible),
    ("InaccessibleDirectories", Listed::Inaccessible),
    ("ReadOnlyPaths", Listed::ReadOnly),
    ("ReadOnlyDirectories", Listed::ReadOnly),
    ("BindReadOnlyPaths", Listed::ReadOnly),
    ("ReadWritePaths", Listed::ReadWrite),
    ("ReadWriteDirectories", Listed::ReadWrite),
    ("BindPaths", Listed::ReadWrite),
    ("NoExecPaths", Listed::NoExec),
];

/// The listed path that is the longest one above `path`.
fn nearest_listed<'d>(
    definition: &'d Definition,
    path: &str,
) -> Option<(&'d Setting, Listed, usize)> {
    let mut nearest: Option<(&Setting, Listed, usize)> = None;
    for setting in &definition.settings {
        let Some((_, kind)) = LISTS.iter().find(|(key, _)| *key == setting.key) else { continue };
        if setting.value.trim().is_empty() {
            // An empty assignment undoes those of the same list.
            nearest = nearest.filter(|(_, known, _)| known != kind);
            continue;
        }
        for word in setting.value.split_whitespace() {
            let word = word.trim_start_matches(['-', '+']);
            // Of `source:destination` the service sees the destination.
            let seen = word.split(':').nth(1).unwrap_or(word);
            let is_nearer = nearest.is_none_or(|(_, _, length)| seen.len() >= length);
            if is_below(path, seen) && is_nearer {
                nearest = Some((setting, *kind, seen.len()));
            }
        }
    }
    nearest
}

/// Directories that the manager makes for the service stay writable.
fn is_managed(definition: &Definition, path: &str) -> bool {
    definition.directories.iter().any(|directory| is_below(path, &directory.path))
}

fn whole<'d>(definition: &'d Definition, path: &str, want: Want) -> Option<Guard<'d>> {
    let writes = matches!(want, Want::Write | Want::WriteOrMake);
    let is_in = |tops: &[&str]| tops.iter().any(|top| is_below(path, top));
    if let Some(setting) = definition.setting("ProtectHome")
        && is_in(&["/home", "/root", "/run/user"])
    {
        match setting.value.as_str() {
            "read-only" if writes => return Some(Guard { setting, hides: false }),
            "read-only" => {}
            "tmpfs" => return Some(Guard { setting, hides: true }),
            value if is_true(value) => return Some(Guard { setting, hides: true }),
            _ => {}
        }
    }
    let setting = definition.setting("ProtectSystem").filter(|_| writes)?;
    let holds = match setting.value.as_str() {
        // The kernel's and devices' trees, temporary directories of its own and homes with a setting of theirs are
        // not covered.
        "strict" => {
            let has_own_tmp = definition.setting("PrivateTmp").is_some_and(|s| s.value != "no");
            !(is_in(&["/dev", "/proc", "/sys"]) || (has_own_tmp && is_in(&["/tmp", "/var/tmp"])))
        }
        "full" => is_in(&["/usr", "/boot", "/efi", "/etc", "/bin", "/sbin", "/lib", "/lib64"]),
        value if is_true(value) => {
            is_in(&["/usr", "/boot", "/efi", "/bin", "/sbin", "/lib", "/lib64"])
        }
        _ => false,
    };
    holds.then_some(Guard { setting, hides: false })
}

fn is_true(value: &str) -> bool {
    ["1", "yes", "y", "true", "t", "on"].contains(&value.to_ascii_lowercase().as_str())
}

/// Whether a path is another one or below it.
pub(crate) fn is_below(path: &str, top: &str) -> bool {
    let top = top.trim_end_matches('/');
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
