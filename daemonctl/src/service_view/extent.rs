//! How much of the machine must be looked at for the processes of some services.

mod scripts;

use std::path::Path;

use host::{ManagerKind, Service};

use super::fill::is_scripts;
use crate::context::Context;

/// What must be looked at.
#[derive(Debug, Clone)]
pub(super) enum Extent {
    /// Nothing: the services have no processes.
    Nothing,
    /// These processes, and those around them.
    Near(Vec<u32>),
    /// The same, for services of managers that run scripts.
    OfScripts(scripts::Near),
    /// All processes.
    Everything,
}

/// Where control group hierarchies are mounted: unified, hybrid, version 1.
const HIERARCHIES: [&str; 3] = ["", "unified", "systemd"];
/// So many members of a group are looked at with one of them (`process::nearby`).
const FEW: usize = 16;
/// Of more services than these, all processes are looked at: it is faster than one by one.
const FEW_SERVICES: usize = 16;

/// What must be looked at for these services.
pub(super) fn of(context: &Context, services: &[Service]) -> Extent {
    if services.len() > FEW_SERVICES {
        return Extent::Everything;
    }
    if !services.is_empty() && services.iter().all(is_scripts) {
        return scripts::near(context, services).map_or(Extent::Everything, Extent::OfScripts);
    }
    let mut pids = Vec::new();
    for service in services {
        match of_one(context, service) {
            Extent::Nothing => {}
            Extent::Near(more) => pids.extend(more),
            Extent::OfScripts(_) | Extent::Everything => return Extent::Everything,
        }
    }
    pids.sort_unstable();
    pids.dedup();
    if pids.is_empty() { Extent::Nothing } else { Extent::Near(pids) }
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
            let main = service.main_pid.filter(|pid| pids.contains(pid));
            Extent::Near(vec![main.unwrap_or(*first)])
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
        let extent_of = |services: &[Service]| match of(&context, services) {
            Extent::Near(pids) => Some(pids),
            Extent::Nothing => Some(Vec::new()),
            Extent::OfScripts(_) | Extent::Everything => None,
        };
        assert_eq!(extent_of(std::slice::from_ref(&service)), None);
        service.control_group = Some("/system.slice/a.service".into());
        for (procs, extent) in
            [("", Some(vec![])), ("7\n8\n", Some(vec![7])), (&"1\n".repeat(17)[..], None)]
        {
            std::fs::write(folder.join("cgroup.procs"), procs).unwrap();
            assert_eq!(extent_of(std::slice::from_ref(&service)), extent, "{procs:?}");
        }
        std::fs::write(folder.join("cgroup.procs"), "7\n8\n").unwrap();
        service.main_pid = Some(8);
        assert_eq!(extent_of(std::slice::from_ref(&service)), Some(vec![8]));
        let mut other = service.clone();
        other.control_group = Some("/system.slice/b.service".into());
        other.main_pid = Some(9);
        let folder_b = root.join("sys/fs/cgroup/systemd/system.slice/b.service");
        std::fs::create_dir_all(&folder_b).unwrap();
        std::fs::write(folder_b.join("cgroup.procs"), "9\n").unwrap();
        assert_eq!(extent_of(&[other.clone(), service.clone()]), Some(vec![8, 9]));
        assert_eq!(extent_of(&vec![other; FEW_SERVICES + 1]), None);
        std::fs::create_dir(folder.join("below")).unwrap();
        assert_eq!(extent_of(std::slice::from_ref(&service)), None);
        let _ = std::fs::remove_dir_all(&root);
    }
}
