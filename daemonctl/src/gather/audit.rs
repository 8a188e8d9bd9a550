//! What `audit` asks for beyond what `diagnose` does, and without what that asks for: logs, dependencies, tests.
//!
//! Services of one machine are gathered together: processes, sockets and deleted files are read once for all of them.

mod accounts;
mod declared;
mod files;
mod folders;
mod jobs;
mod look;
mod options;
mod read;
mod secrets;
mod services;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use insight::exposure::Facts;
use insight::snapshot::{FileRole, Manager, Process, Seen, Service, Snapshot, Unseen};
use insight::wanted::Wanted;

use super::lookups::{self, paths::Resolver};
use super::processes::{self, Depth};
use super::{Gatherer, Options, meant};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
use read::Reader;
use services::Found;

/// More processes of one service are not looked at one by one.
const PIDS_MAX: usize = 256;

/// A daemon that no manager looks after.
#[derive(Debug, Clone)]
pub struct Loose {
    /// What it is called.
    pub name: String,
    /// Its processes, the main one first.
    pub pids: Vec<u32>,
}

/// The snapshot that `audit` judges: services, and behind them daemons that no manager looks after.
///
/// # Errors
/// A manager that does not answer.
pub fn gather(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    loose: &[Loose],
) -> Result<Snapshot, Failure> {
    let options = Options::audit();
    let gatherer = Gatherer::new(context, managers, &options);
    let mut found = services::chosen(&gatherer, chosen)?;
    found.extend(loose.iter().map(services::of_loose));
    attach_processes(context, &mut found);
    let mut snapshot = Snapshot {
        now_usec: gatherer.now_usec,
        asker_uid: rustix::process::geteuid().as_raw(),
        asked: found.len(),
        machine: gatherer.machine().clone(),
        ..Snapshot::default()
    };
    for one in &mut found {
        meant::fill(&gatherer, &mut one.service);
    }
    if let Some(resolver) = Resolver::open(context) {
        snapshot.accounts = accounts::read(&resolver);
        let mut reader = Reader::new(&resolver);
        for one in &mut found {
            look::at_files(&mut reader, &mut one.service, &snapshot.accounts);
        }
        snapshot.unseen.extend(unread(&reader));
    }
    snapshot.services = found.into_iter().map(|one| one.service).collect();
    same_users(&mut snapshot.services);
    look_up(context, &mut snapshot);
    for service in &mut snapshot.services {
        drop_shared_folders(service);
    }
    snapshot.unseen.extend(gatherer.take_unseen());
    snapshot.unseen.extend(hidden_processes(&context.common.proc_root));
    Ok(snapshot)
}

/// Where others' processes are hidden, there may be daemons of which nothing is known.
fn hidden_processes(proc_root: &Path) -> Option<Unseen> {
    // The first process is always there, and may be seen by everybody unless they are hidden: proc(5).
    std::fs::metadata(proc_root.join("1/stat")).is_err().then(|| Unseen {
        what: "other users' processes".to_owned(),
        why: "they are hidden (hidepid, proc(5))".to_owned(),
        remedy: Some("root".to_owned()),
    })
}

/// Reads the processes of all services at once.
fn attach_processes(context: &Context, found: &mut [Found]) {
    let pids: Vec<u32> =
        found.iter().flat_map(|one| one.pids.iter().take(PIDS_MAX)).copied().collect();
    let read = processes::gather(context, &pids, Depth::Audit);
    let mut by_pid: HashMap<u32, Process> =
        read.into_iter().map(|process| (process.pid, process)).collect();
    own_filters(context, &mut by_pid);
    let gone = processes::gone_files(context, &pids);
    for one in found {
        one.service.processes = one.pids.iter().filter_map(|pid| by_pid.remove(pid)).collect();
        let own = |pids: &[u32]| -> Vec<u32> {
            pids.iter().filter(|pid| one.pids.contains(pid)).copied().collect()
        };
        let files = gone.iter().filter_map(|file| {
            let pids = own(&file.pids);
            (!pids.is_empty()).then(|| insight::snapshot::GoneFile { pids, ..file.clone() })
        });
        one.service.gone_files = files.collect();
    }
}

/// In a container every process has the filters of system calls that the container was started with: they are none of
/// the service's own.
fn own_filters(context: &Context, processes: &mut HashMap<u32, Process>) {
    let root = &context.common.proc_root;
    let filters = |pid: u32| -> Option<u32> {
        let text = std::fs::read_to_string(root.join(pid.to_string()).join("status")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("Seccomp_filters:"))?.trim().parse().ok()
    };
    let Some(first) = filters(1).filter(|count| *count > 0) else { return };
    for process in processes.values_mut() {
        if filters(process.pid).is_some_and(|count| count <= first) {
            process.seccomp = Seen::Known(0);
        }
    }
}

/// Who runs as the same user, and as which.
fn same_users(services: &mut [Service]) {
    let user = |service: &Service| {
        let main = service.processes.iter().filter(|process| process.uids[1] != 0);
        main.map(|process| process.uids[1]).next()
    };
    let of: Vec<(String, Option<u32>)> =
        services.iter().map(|service| (service.name.clone(), user(service))).collect();
    for (service, (own, uid)) in services.iter_mut().zip(&of) {
        if uid.is_none() || service.manager == Manager::SystemdUser {
            continue;
        }
        let others = of.iter().filter(|(name, other)| other == uid && name != own);
        service.audit.same_user = others.map(|(name, _)| name.clone()).collect();
    }
}

fn look_up(context: &Context, snapshot: &mut Snapshot) {
    let mut wanted = Wanted { listeners: true, ..Wanted::default() };
    for service in &snapshot.services {
        let audit = &service.audit;
        wanted.paths.extend(audit.files.iter().map(|file| file.path.clone()));
        wanted.paths.extend(audit.folders.iter().map(|look| look.path.clone()));
        let open = audit.folders.iter().flat_map(|look| look.open.iter().take(5));
        wanted.paths.extend(open.cloned());
        wanted.paths.extend(
            audit
                .secrets
                .iter()
                .map(|secret| secret.place.path.clone())
                .filter(|path| !path.is_empty()),
        );
    }
    lookups::fill(context, &wanted, &mut snapshot.lookups, &mut snapshot.unseen);
    let own: BTreeSet<u32> = snapshot
        .services
        .iter()
        .flat_map(|service| service.processes.iter().map(|process| process.pid))
        .collect();
    let Seen::Known(listeners) = &snapshot.lookups.listeners else { return };
    let sockets = listeners
        .iter()
        .filter(|listener| listener.holders.iter().any(|holder| own.contains(&holder.pid)));
    let paths =
        sockets.filter_map(|listener| listener.path.clone()).filter(|path| path.starts_with('/'));
    let further = Wanted { paths: paths.collect(), ..Wanted::default() };
    lookups::fill(context, &further, &mut snapshot.lookups, &mut snapshot.unseen);
}

/// Folders that are everybody's say nothing of one service, though its configuration may name them.
fn drop_shared_folders(service: &mut Service) {
    service.audit.files.retain(|file| {
        let is_folder = matches!(file.role, FileRole::Folder | FileRole::Data);
        !(is_folder && files::is_shared(&file.path))
    });
}

fn unread(reader: &Reader<'_>) -> Option<Unseen> {
    let first = reader.denied.first()?;
    let more = reader.denied.len() - 1;
    let others = if more == 0 { String::new() } else { format!(" and {more} more files") };
    Some(Unseen {
        what: format!("{first}{others}"),
        why: "not permitted".to_owned(),
        remedy: Some("root".to_owned()),
    })
}

/// What would be declared of a service whose manager has no sandbox.
pub fn bare_facts(service: &Service) -> Facts {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    let main = main.or(service.processes.first());
    let user =
        main.filter(|process| process.uids[1] != 0).map(|process| process.uids[1].to_string());
    let user = match main.map(|process| process.uids[1]) {
        Some(insight::snapshot::NOBODY) => Some("nobody".to_owned()),
        _ => user,
    };
    Facts::bare(
        user.as_deref().unwrap_or_default(),
        main.and_then(|process| process.umask).unwrap_or(0o022),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn hidden_processes_are_told_of() {
        let root = std::env::temp_dir().join(format!("audit-hidden-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        assert_eq!(hidden_processes(&root).unwrap().what, "other users' processes");
        std::fs::create_dir_all(root.join("1")).unwrap();
        std::fs::write(root.join("1/stat"), "1 (init)").unwrap();
        assert_eq!(hidden_processes(&root), None);
        std::fs::remove_dir_all(root).unwrap();
    }
}
