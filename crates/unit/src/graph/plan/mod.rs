//! What a start, stop or restart brings with it: systemd's transactions (systemd.unit(5), the
//! dependencies; job mode `replace`), on files alone.
//!
//! Which units run is not known here, unless [`plan_on`] is told. So every unit that a start pulls in is listed, although those
//! that run are left alone; and what a conflict or a stop takes along is listed, although it is
//! stopped only if it runs.
//!
//! Unlike systemd, which deletes jobs until no circle is left, a plan is refused where units wait
//! for each other.

mod collect;
mod order;
mod settle;

use super::{Cycle, Edge, Graph, NodeId, Rule};
use crate::unit::LoadState;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// `systemctl start`
    Start,
    /// `systemctl stop`
    Stop,
    /// `systemctl restart`
    Restart,
}

impl Verb {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Start => "start",
            Verb::Stop => "stop",
            Verb::Restart => "restart",
        }
    }
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Stops it, if it runs.
    Stop,
    /// Fails if it does not run.
    Verify,
    /// Starts it, unless it runs.
    Start,
    /// Restarts it, if it runs.
    TryRestart,
    /// Stops it, if it runs, and starts it.
    Restart,
}

impl Action {
    /// systemd's word for the job's type.
    pub const fn word(self) -> &'static str {
        match self {
            Action::Stop => "stop",
            Action::Verify => "verify-active",
            Action::Start => "start",
            Action::TryRestart => "try-restart",
            Action::Restart => "restart",
        }
    }

    /// A restart stops first, so it counts as a stop where jobs are put in order.
    const fn stops(self) -> bool {
        matches!(self, Action::Stop | Action::Restart | Action::TryRestart)
    }
}

/// One unit's part in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The unit.
    pub node: NodeId,
    /// What is done.
    pub action: Action,
    /// The job that pulled it in, by its place in [`Plan::jobs`], and the dependency. `None` for
    /// what was asked for.
    pub because: Option<(usize, Edge)>,
    /// Whether what was asked for fails without it.
    pub matters: bool,
    /// When it is its turn, from 0: jobs of one wave go at the same time.
    pub wave: u32,
}

/// A dependency that is passed over: what it leads to can't be started, and need not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The dependency.
    pub edge: Edge,
    /// What can't be started.
    pub node: NodeId,
    /// Why it can't: what it needs, and so on, to the unit that is at fault. Empty where it is that
    /// unit itself.
    pub chain: Vec<Edge>,
}

/// A job that is left out since another contradicts it and matters more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The unit.
    pub node: NodeId,
    /// What is not done with it.
    pub action: Action,
}

/// What would happen, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What was asked for.
    pub verb: Verb,
    /// The jobs, by wave and name; one for each unit.
    pub jobs: Vec<Job>,
    /// What is passed over.
    pub ignored: Vec<Ignored>,
    /// What is left out.
    pub dropped: Vec<Dropped>,
    /// Of a stop: units that go on running and may start again what is stopped, with the dependency.
    pub triggers: Vec<Edge>,
}

/// Why it can't be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A unit can't be loaded: the way to it by dependencies that must be met, and the unit.
    NotLoadable {
        /// From what was asked for to the unit; empty where it is the same.
        chain: Vec<Edge>,
        /// The unit.
        node: NodeId,
        /// What is wrong with it.
        state: LoadState,
    },
    /// `RefuseManualStart=` or `RefuseManualStop=`.
    NotByHand(NodeId),
    /// systemd never stops it.
    Perpetual(NodeId),
    /// A unit would have to be started and stopped: the ways to both.
    Contradiction {
        /// The unit.
        node: NodeId,
        /// From what was asked for to its start.
        start: Vec<Edge>,
        /// From what was asked for to its stop.
        stop: Vec<Edge>,
    },
    /// Units wait for each other.
    Cycle(Cycle),
}

impl Plan {
    /// Why a job is there: the dependencies from what was asked for to it, each with the unit that
    /// it leads to.
    pub fn chain(&self, job: &Job) -> Vec<(NodeId, Edge)> {
        let mut chain = Vec::new();
        let mut at = Some(job);
        while let Some((by, edge)) = at.and_then(|job| job.because) {
            let node = at.map_or(edge.to, |job| job.node);
            chain.push((node, edge));
            // A way without circles is no longer than there are jobs.
            if chain.len() > self.jobs.len() {
                break;
            }
            at = self.jobs.get(by);
        }
        chain.reverse();
        chain
    }

    /// Whether a job is there only since every unit ends at shutdown: of no interest, unless the
    /// machine goes down just now.
    pub fn is_routine(&self, job: &Job) -> bool {
        job.action == Action::Stop
            && self.chain(job).iter().any(|(_, edge)| {
                matches!(edge.why.rule, Rule::ShutdownDefault | Rule::UnmountDefault)
            })
            && self.verb != Verb::Stop
    }
}

/// What it brings with it to do that to these units.
///
/// # Errors
/// Why it can't be done.
pub fn plan(graph: &Graph<'_>, verb: Verb, units: &[NodeId]) -> Result<Plan, Refusal> {
    make(graph, verb, units, None)
}

/// The same where it is known which units run: jobs that change nothing fall away, and with them
/// what only they bring. What was asked for stays.
///
/// # Errors
/// Why it can't be done.
pub fn plan_on(
    graph: &Graph<'_>,
    verb: Verb,
    units: &[NodeId],
    runs: impl Fn(NodeId) -> bool,
) -> Result<Plan, Refusal> {
    make(graph, verb, units, Some(&runs))
}

fn make(
    graph: &Graph<'_>,
    verb: Verb,
    units: &[NodeId],
    runs: Option<&dyn Fn(NodeId) -> bool>,
) -> Result<Plan, Refusal> {
    let blocked = collect::Blocked::find(graph, verb, units);
    for unit in units {
        allowed(graph, verb, *unit, &blocked)?;
    }
    let mut work = collect::collect(graph, verb, units, &blocked);
    if let Some(runs) = runs {
        settle::drop_redundant(&mut work, runs);
    }
    settle::settle(&mut work)?;
    let mut jobs = order::order(graph, &work)?;
    jobs.sort_by(|left, right| {
        let key = |job: &Job| (job.wave, !job.action.stops());
        (key(left), graph.name(left.node)).cmp(&(key(right), graph.name(right.node)))
    });
    settle::explain(&work, &mut jobs);
    let ignored = work.ignored(graph, &blocked, &jobs);
    let triggers = triggers(graph, verb, &jobs);
    Ok(Plan { verb, jobs, ignored, dropped: work.dropped, triggers })
}

fn allowed(
    graph: &Graph<'_>,
    verb: Verb,
    unit: NodeId,
    blocked: &collect::Blocked,
) -> Result<(), Refusal> {
    use crate::table::{Group, Id};
    const NO_START: Id = Id::of(Group::Unit, "RefuseManualStart");
    const NO_STOP: Id = Id::of(Group::Unit, "RefuseManualStop");

    let set = |id: Id| {
        let unit = graph.node(unit).and_then(|node| node.unit);
        unit.and_then(|unit| unit.settings.flag(id)).unwrap_or(false)
    };
    if verb != Verb::Stop {
        if let Some(refusal) = blocked.refusal(graph, unit) {
            return Err(refusal);
        }
    } else if graph.state(unit) == LoadState::NotFound {
        return Err(Refusal::NotLoadable {
            chain: Vec::new(),
            node: unit,
            state: LoadState::NotFound,
        });
    }
    if verb != Verb::Start && collect::is_perpetual(graph, unit) {
        return Err(Refusal::Perpetual(unit));
    }
    let by_hand = (verb == Verb::Stop || !set(NO_START)) && (verb == Verb::Start || !set(NO_STOP));
    if by_hand { Ok(()) } else { Err(Refusal::NotByHand(unit)) }
}

/// What starts a unit again that a plan stops.
fn triggers(graph: &Graph<'_>, verb: Verb, jobs: &[Job]) -> Vec<Edge> {
    use super::Dependency::TriggeredBy;
    if verb != Verb::Stop {
        return Vec::new();
    }
    let stopped: std::collections::HashSet<NodeId> = jobs.iter().map(|job| job.node).collect();
    jobs.iter()
        .flat_map(|job| graph.edges(job.node, TriggeredBy))
        .filter(|edge| !stopped.contains(&edge.from))
        .copied()
        .collect()
}
