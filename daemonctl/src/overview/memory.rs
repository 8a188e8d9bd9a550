//! What a service's control group is charged for.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use process::fact::Fact;

use super::group::{Row, RowKind};

/// Reads `memory.current` (cgroup-v2.rst, "Memory Interface Files") of each service's group.
pub fn read(root: &Path, rows: &mut [Row]) {
    let mounted = root.join("sys/fs/cgroup");
    for row in rows {
        let group = row.cgroup.as_deref().filter(|_| row.kind == RowKind::Service);
        row.cgroup_memory = match group.and_then(|group| group_of(group, &row.name)) {
            Some(group) => current(&mounted.join(group).join("memory.current")),
            None => Fact::NotApplicable,
        };
    }
}

fn current(path: &Path) -> Fact<u64> {
    match std::fs::read_to_string(path) {
        Ok(text) => Fact::from(text.trim().parse().ok()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Fact::NotPermitted,
        // Version 1, or the controller is not on: nobody counts.
        Err(_) => Fact::NotMeasured,
    }
}

/// The part of a process's group that is its service's, without what the service made below it;
/// `None` where the group is not the service's own.
pub fn group_of(group: &[u8], name: &str) -> Option<PathBuf> {
    let group = Path::new(std::ffi::OsStr::from_bytes(group)).strip_prefix("/").ok()?;
    let openrc = format!("openrc.{name}");
    let own = |part: &std::ffi::OsStr| part == name || part == openrc.as_str();
    let mut path = PathBuf::new();
    for part in group {
        path.push(part);
        if own(part) {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_own_group_counts() {
        let part = |group: &str, name| {
            group_of(group.as_bytes(), name).map(|path| path.display().to_string())
        };
        assert_eq!(
            part("/system.slice/a.service/sub", "a.service").as_deref(),
            Some("system.slice/a.service")
        );
        assert_eq!(part("/openrc.nginx", "nginx").as_deref(), Some("openrc.nginx"));
        assert_eq!(part("/user.slice/session-1.scope", "a.service"), None);
        assert_eq!(part("/", "a.service"), None);
    }
}
