//! What `explain` knows of one process, before it is drawn.

mod bounds;
mod facts;
pub mod text;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use present::Why;
use present::json::{Note, Object};
use process::chain::{self, Link, Origin, Scene};
use process::evidence::{self, Evidence, Serving};
use process::fact::Fact;
use process::process::Extra;
use process::sockets::{self, SocketError, Wanted};
use process::verdict::ServiceRef;
use serde_json::json;

use crate::context::Context;
use crate::snapshot::{Row, Snapshot};

/// A manager that does not answer for so long is left out.
const MANAGER_TIMEOUT: Duration = Duration::from_millis(1_000);

/// One process, explained.
pub struct Explanation {
    /// The process and those around it.
    pub snapshot: Snapshot,
    /// Its place there.
    pub index: usize,
    /// What was observed.
    pub evidence: Vec<Evidence>,
    /// Why it runs.
    pub chain: Vec<Link>,
    /// What it listens on.
    pub serving: Serving,
    /// What its namespaces are compared with.
    around: bounds::Surroundings,
    /// What could not be looked at.
    pub notes: Vec<Note>,
}

impl Explanation {
    /// Gathers everything; `None` if the process is gone.
    pub fn of(context: &Context, snapshot: Snapshot, pid: u32) -> Option<Explanation> {
        let index = snapshot.sample.index_of(pid)?;
        let mut notes = Vec::new();
        let serving = serving(context, &snapshot, index, &mut notes);
        let evidence = evidence::gather(
            &snapshot.sample,
            &snapshot.tree,
            &snapshot.judgement,
            &snapshot.machine,
            index,
            &serving,
        );
        let trouble = RefCell::new(Vec::new());
        let origin = |service: &ServiceRef| origin(context, service, &mut trouble.borrow_mut());
        let scene = Scene {
            sample: &snapshot.sample,
            tree: &snapshot.tree,
            judgement: &snapshot.judgement,
            machine: &snapshot.machine,
            root: &context.common.system_root,
            origin: &origin,
        };
        let chain = chain::explain(&scene, index);
        notes.extend(trouble.into_inner());
        notes.extend(refused(&snapshot, index));
        let around = bounds::Surroundings::look(&context.proc().ok()?);
        Some(Explanation { snapshot, index, evidence, chain, serving, around, notes })
    }

    /// Its row in the snapshot.
    pub fn row(&self) -> Option<Row<'_>> {
        self.snapshot.row(self.index)
    }

    /// The process object with `evidence`, `chain` and `listens_on`.
    pub fn to_json(&self) -> Option<Object> {
        let row = self.row()?;
        let deep: Vec<_> =
            crate::columns::COLUMNS.iter().filter(|column| DEEP.contains(&column.key)).collect();
        let mut object = crate::json::process(&row, &deep);
        bounds::to_json(
            row.process.extra.as_deref().unwrap_or(&Extra::default()),
            &self.around,
            &mut object,
        );
        let evidence: Vec<_> = self
            .evidence
            .iter()
            .map(|each| {
                json!({
                    "aspect": each.aspect.word(),
                    "points_to": each.points_to.map_or("neither", |kind| kind.word()),
                    "strength": if each.hard { "hard" } else { "soft" },
                    "fact": each.fact,
                    "source": each.source,
                })
            })
            .collect();
        let chain: Vec<_> = self
            .chain
            .iter()
            .map(|link| json!({"kind": link.kind.word(), "name": link.name, "pid": link.pid, "how": link.how, "broken": link.broken}))
            .collect();
        object.put_json("evidence", evidence);
        object.put_json("chain", chain);
        if self.serving.seen {
            object.put_json("listens_on", self.serving.listens_on.clone());
        } else {
            object.put("listens_on", present::Value::Missing(Why::NotPermitted));
        }
        Some(object)
    }
}

/// Columns of JSON that `explain` has read anyway.
const DEEP: &[&str] = &[
    "io-read", "io-write", "swap", "peak", "switches", "caps", "seccomp", "filters", "nnp", "oom",
    "oom-adj", "fds", "exe", "cwd", "root",
];

/// What its service's manager says of where the service comes from.
fn origin(context: &Context, service: &ServiceRef, notes: &mut Vec<Note>) -> Origin {
    let options = host::Options { timeout: MANAGER_TIMEOUT, ..host::Options::default() };
    let managers = host::managers(&context.common.system_root, &options);
    let Some(manager) = managers.iter().find(|manager| manager.kind().name() == service.manager)
    else {
        return Origin::default();
    };
    match manager.service(&service.name) {
        Ok(found) => Origin {
            definition: found.definition.map(|path| path.to_string_lossy().into_owned()),
            enabled_in: found.enabled_in.unwrap_or_default(),
            triggered_by: found.triggered_by.unwrap_or_default(),
        },
        Err(error) => {
            let reason =
                if error.is_not_permitted() { Why::NotPermitted } else { Why::NotMeasured };
            notes.push(Note {
                what: format!("what enables {}", service.name),
                reason,
                detail: error.to_string(),
            });
            Origin::default()
        }
    }
}

/// Addresses that the process listens on, in its own network namespace.
fn serving(context: &Context, snapshot: &Snapshot, index: usize, notes: &mut Vec<Note>) -> Serving {
    let not_seen = Serving::default();
    let Some(process) = snapshot.sample.processes.get(index) else { return not_seen };
    if process.stat.is_kernel_thread() || process.stat.is_zombie() {
        return not_seen;
    }
    let Some(dir) = context.proc().ok().and_then(|proc| proc.process(process.pid()).ok()) else {
        return not_seen;
    };
    let mut inodes = BTreeSet::new();
    let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
        inodes.insert(inode);
        ControlFlow::Continue(())
    });
    match walked {
        Err(SocketError::Vanished { .. }) => return not_seen,
        Err(error) => {
            notes.push(Note {
                what: "its sockets".to_owned(),
                reason: Why::NotPermitted,
                detail: error.to_string(),
            });
            return not_seen;
        }
        Ok(_) if inodes.is_empty() => return Serving { listens_on: Vec::new(), seen: true },
        Ok(_) => {}
    }
    let own = sockets::own_netns_id().ok();
    let its = sockets::netns_id(dir.as_fd()).ok();
    let wanted = Wanted::listeners();
    let dump = if its.is_some() && its == own {
        sockets::dump(&wanted)
    } else {
        sockets::dump_in(dir.as_fd(), &wanted)
    };
    match dump {
        Ok(dump) => {
            let mut listens_on: Vec<String> = dump
                .sockets
                .iter()
                .filter(|socket| socket.is_listening() && inodes.contains(&socket.inode))
                .map(|socket| format!("{} {}", socket.protocol, socket.local))
                .collect();
            listens_on.sort();
            listens_on.dedup();
            Serving { listens_on, seen: true }
        }
        Err(error) => {
            notes.push(Note {
                what: "what it listens on".to_owned(),
                reason: Why::NotPermitted,
                detail: error.to_string(),
            });
            not_seen
        }
    }
}

/// What the kernel refused to show of the process itself.
fn refused(snapshot: &Snapshot, index: usize) -> Option<Note> {
    let process = snapshot.sample.processes.get(index)?;
    let extra = process.extra.as_deref()?;
    let refused = [
        ("executable", matches!(extra.exe, Fact::NotPermitted)),
        ("working directory", matches!(extra.cwd, Fact::NotPermitted)),
        ("root directory", matches!(extra.root, Fact::NotPermitted)),
        ("namespaces", matches!(extra.namespaces, Fact::NotPermitted)),
        (
            "descriptors",
            matches!(extra.stdio, [Fact::NotPermitted, ..])
                || matches!(extra.descriptors, Fact::NotPermitted),
        ),
        ("environment", matches!(extra.environ, Fact::NotPermitted)),
        ("input and output", matches!(extra.io, Fact::NotPermitted)),
    ];
    let names: Vec<&str> =
        refused.iter().filter(|(_, refused)| *refused).map(|(name, _)| *name).collect();
    if names.is_empty() {
        return None;
    }
    let detail = format!(
        "process {} is not yours: root (sudo daemonctl …) may see its {}",
        process.pid(),
        names.join(", ")
    );
    Some(Note { what: names.join(", "), reason: Why::NotPermitted, detail })
}
