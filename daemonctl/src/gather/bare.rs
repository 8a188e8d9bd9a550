//! A process that belongs to no service, looked at as if it were one.

use insight::snapshot::{Manager, Service, State};

use super::log::{self, Subject};
use super::processes::{self, Depth};
use super::service::pid_files;
use super::{Gatherer, cgroup};
use crate::context::Context;
use crate::logs::own_files;

/// The pid that a word is, if such a process runs.
pub fn pid_of(context: &Context, word: &str) -> Option<u32> {
    let pid = word.parse().ok()?;
    pid_files::name(context, pid).map(|_| pid)
}

/// A process as a service of nobody.
pub fn service(gatherer: &Gatherer<'_>, pid: u32) -> Option<Service> {
    let process = processes::gather(gatherer.context, &[pid], Depth::Diagnose).pop()?;
    let mut service = Service {
        name: format!("{} (pid {pid})", process.name),
        description: process.command.clone(),
        manager: Manager::Nobody,
        state: State::Running,
        native: "of no service".to_owned(),
        since_usec: Some(process.start_usec),
        main_pid: Some(pid),
        gone_files: processes::gone_files(gatherer.context, &[pid]),
        ..Service::default()
    };
    let files = gatherer
        .context
        .proc()
        .map(|proc| own_files::of_pids(&gatherer.root(), &proc, &[pid]))
        .unwrap_or_default();
    let subject = Subject {
        name: process.name.clone(),
        pids: vec![pid],
        start_usec: Some(process.start_usec),
        identifiers: vec![process.name.clone()],
        files,
        ..Subject::default()
    };
    service.log = log::of_service(gatherer, &subject).log;
    let group = std::fs::read_to_string(
        gatherer.context.common.proc_root.join(pid.to_string()).join("cgroup"),
    );
    let group = group.unwrap_or_default();
    let group = group.lines().find_map(|line| line.strip_prefix("0::"));
    service.cgroup = group
        .filter(|group| group.len() > 1)
        .and_then(|group| cgroup::read(gatherer.context, group));
    service.processes = vec![process];
    Some(service)
}
