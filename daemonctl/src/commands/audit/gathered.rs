//! What is looked at: services that words name, or every daemon.

use insight::snapshot::Snapshot;
use process::needs::Needs;

use crate::context::Context;
use crate::failure::Failure;
use crate::gather::audit::{self, Loose};
use crate::gather::bare;
use crate::managers::{Chosen, Managers};
use crate::overview::Overview;
use crate::overview::ask::Asking;
use crate::overview::group::RowKind;
use crate::resolve::{self, Unresolved};

/// What was gathered.
pub struct Gathered {
    /// All that rules may know.
    pub snapshot: Snapshot,
    /// The services.
    pub chosen: Vec<Chosen>,
    /// Daemons that no manager looks after.
    pub loose: Vec<Loose>,
    /// Words that name nothing.
    pub unresolved: Vec<Unresolved>,
}

/// Every daemon: services with a process, and daemons that no manager looks after.
///
/// # Errors
/// `/proc` can't be read, or a manager does not answer.
pub fn everything(context: &Context, managers: &Managers) -> Result<Gathered, Failure> {
    let mut asking = Asking::new(&context.common.system_root);
    let overview = Overview::take(context, &mut asking, Needs::NOTHING, None)?;
    let own = std::process::id();
    let (mut chosen, mut loose) = (Vec::new(), Vec::new());
    for row in overview.rows.iter().filter(|row| !row.pids.is_empty() && !row.pids.contains(&own)) {
        match (row.kind, row.manager.and_then(|word| managers.called(word))) {
            (RowKind::Service, Some(manager)) => {
                chosen.push(Chosen { manager, name: row.name.clone() })
            }
            (RowKind::Detached | RowKind::Service, _) => {
                loose.push(Loose { name: row.name.clone(), pids: row.pids.clone() });
            }
            _ => {}
        }
    }
    let snapshot = audit::gather(context, managers, &chosen, &loose)?;
    Ok(Gathered { snapshot, chosen, loose, unresolved: Vec::new() })
}

/// What words name.
///
/// # Errors
/// A manager does not answer.
pub fn named(context: &Context, managers: &Managers, what: &[String]) -> Result<Gathered, Failure> {
    let asked =
        resolve::Options { every_manager: true, verb: "audit", ..resolve::Options::default() };
    let resolution = resolve::resolve_each(context, managers, what, &asked)?;
    let (mut loose, mut unresolved) = (Vec::new(), Vec::new());
    for word in resolution.unresolved {
        match bare::pid_of(context, &word.word) {
            Some(pid) => loose.push(Loose { name: format!("pid {pid}"), pids: vec![pid] }),
            None => unresolved.push(word),
        }
    }
    let snapshot = audit::gather(context, managers, &resolution.chosen, &loose)?;
    Ok(Gathered { snapshot, chosen: resolution.chosen, loose, unresolved })
}
