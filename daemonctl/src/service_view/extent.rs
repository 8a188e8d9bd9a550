//! How much of the machine must be looked at for the processes of some services.

use std::path::Path;

use host::{ManagerKind, Service};

use crate::context::Context;

/// What must be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing: the services have no processes.
    Nothing,
    /// This process, and those around it.
    Near(u32),
    /// All processes.
    Everything,
}

/// Where control group hierarchies are mounted: unified, hybrid, version 1.
const HIERARCHIES: [&str; 3] = ["", "unified", "systemd"];
/// So many members of a group are looked at with one of them (`process::nearby`).
const FEW: usize = 16;

/// What must be looked at for these services.
pub(super) fn of(context: &Context, services: &[Service]) -> Extent {
    let mut extent = Extent::Nothing;
    for service in services {
        extent = match (extent, of_one(context, service)) {
            (extent, Extent::Nothing) => extent,
            (Extent::Nothing, extent) => extent,
            _ => return Extent::Everything,
        };
    }
    extent
}

/// systemd names the control group of each service, and the kernel the processes in it; of the others'
/// services nobody knows beforehand which processes they have.
fn of_one(context: &Context, service: &Service) -> Extent {
    if !matches!(service.manager, ManagerKind::Systemd | ManagerKind::SystemdUser) {
        return Extent::Everything;
    }
    let Some(group) = service.control_group.as_deref() else {
        // A manager that tells of no group has not been asked for it, or has made none.
        return match (service.main_pid, service.details.is_some()) {
            (None, true) => Extent::Nothing,
            _ => Extent::Everything,
        };
    };
    let group = group.trim_start_matches('/');
    if group.is_empty() {
        return Extent::Everything;
    }
    let mounted = context.common.system_root.join("sys/fs/cgroup");
    let folders = HIERARCHIES.map(|hierarchy| mounted.join(hierarchy).join(group));
    let Some((folder, pids)) = folders.iter().find_map(|folder| Some((folder, pids(folder)?)))
    else {
        // systemd removes the group of what has ended.
        return if service.main_pid.is_none() { Extent::Nothing } else { Extent::Everything };
    };
    match (pids.as_slice(), has_groups(folder)) {
        ([], false) => Extent::Nothing,
        ([first, ..], false) if pids.len() <= FEW => {
            Extent::Near(service.main_pid.filter(|pid| pids.contains(pid)).unwrap_or(*first))
        }
        _ => Extent::Everything,
    }
}

fn pids(folder: &Path) -> Option<Vec<u32>> {
    let text = std::fs::read_to_string(folder.join("cgroup.procs")).ok()?;
    Some(text.lines().filter_map(|line| line.parse().ok()).collect())
}

fn has_groups(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return true };
    entries.flatten().any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn no_more_is_looked_at_than_has_to_be() {
        let root = std::env::temp_dir().join(format!("extent-{}", std::process::id()));
        let folder = root.join("sys/fs/cgroup/systemd/system.slice/a.service");
        std::fs::create_dir_all(&folder).unwrap();
        let shown = root.display().to_string();
        let cli =
            crate::cli::Cli::try_parse_from(["daemonctl", "--system-root", &shown, "ps"]).unwrap();
        let context = Context::new(cli.common);
        let mut service = Service::new("a.service", ManagerKind::Systemd);
        assert_eq!(of(&context, std::slice::from_ref(&service)), Extent::Everything);
        service.control_group = Some("/system.slice/a.service".into());
        for (procs, extent) in [
            ("", Extent::Nothing),
            ("7\n8\n", Extent::Near(7)),
            (&"1\n".repeat(17)[..], Extent::Everything),
        ] {
            std::fs::write(folder.join("cgroup.procs"), procs).unwrap();
            assert_eq!(of(&context, std::slice::from_ref(&service)), extent, "{procs:?}");
        }
        std::fs::write(folder.join("cgroup.procs"), "7\n8\n").unwrap();
        service.main_pid = Some(8);
        assert_eq!(of(&context, std::slice::from_ref(&service)), Extent::Near(8));
        assert_eq!(of(&context, &[service.clone(), service.clone()]), Extent::Everything);
        std::fs::create_dir(folder.join("below")).unwrap();
        assert_eq!(of(&context, std::slice::from_ref(&service)), Extent::Everything);
        let _ = std::fs::remove_dir_all(&root);
    }
}
