//! Which jobs a request needs.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Action, Dropped, Ignored, Job, Refusal, Verb};
use crate::{
    graph::{Dependency, Edge, Graph, NodeId, rules},
    unit::LoadState,
};

/// A job before it is in order.
pub(super) struct Draft {
    pub node: NodeId,
    pub action: Action,
    pub is_asked: bool,
    pub is_dropped: bool,
    pub matters: bool,
}

/// One job pulls in another.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub by: usize,
    pub to: usize,
    pub edge: Edge,
    /// The one that pulls fails without the other.
    pub matters: bool,
    /// The other stops since the two conflict.
    pub conflicts: bool,
}

/// All jobs and what pulls them in.
pub(super) struct Work {
    pub jobs: Vec<Draft>,
    pub links: Vec<Link>,
    pub dropped: Vec<Dropped>,
    by_key: HashMap<(NodeId, Action), usize>,
}

/// Units that can't be started, each with the dependency that it fails for; `None` where the unit
/// itself is at fault.
pub(super) struct Blocked(HashMap<NodeId, Option<Edge>>);

impl Blocked {
    /// Looks at all units that a start of these leads to.
    pub(super) fn find(graph: &Graph<'_>, verb: Verb, units: &[NodeId]) -> Blocked {
        let mut blocked = HashMap::new();
        if verb == Verb::Stop {
            return Blocked(blocked);
        }
        let mut seen: HashSet<NodeId> = units.iter().copied().collect();
        let mut open: Vec<NodeId> = units.to_vec();
        let mut front: VecDeque<NodeId> = VecDeque::new();
        while let Some(id) = open.pop() {
            if !can_load(graph, id) {
                blocked.insert(id, None);
                front.push_back(id);
                continue;
            }
            for edge in graph.edges_from(id).iter().filter(|edge| pulls(edge.kind)) {
                if seen.insert(edge.to) {
                    open.push(edge.to);
                }
            }
        }
        // Whoever needs one that is blocked is blocked: breadth first, so that the reason is short.
        while let Some(id) = front.pop_front() {
            let is_at_fault = blocked.get(&id) == Some(&None);
            for edge in graph.edges_to(id) {
                let needs = edge.kind.pulls_start()
                    // A Requisite is only looked at, so its own needs do not count.
                    || edge.kind == Dependency::Requisite && is_at_fault;
                if needs && seen.contains(&edge.from) && !blocked.contains_key(&edge.from) {
                    blocked.insert(edge.from, Some(*edge));
                    front.push_back(edge.from);
                }
            }
        }
        Blocked(blocked)
    }

    pub(super) fn contains(&self, id: NodeId) -> bool {
        self.0.contains_key(&id)
    }

    /// The dependencies from a unit to the one at fault.
    pub(super) fn chain(&self, id: NodeId) -> Vec<Edge> {
        let mut chain = Vec::new();
        let mut at = id;
        while let Some(Some(edge)) = self.0.get(&at) {
            chain.push(*edge);
            at = edge.to;
        }
        chain
    }

    pub(super) fn refusal(&self, graph: &Graph<'_>, id: NodeId) -> Option<Refusal> {
        self.0.get(&id)?;
        let chain = self.chain(id);
        let node = chain.last().map_or(id, |edge| edge.to);
        Some(Refusal::NotLoadable { chain, node, state: graph.state(node) })
    }
}

fn pulls(kind: Dependency) -> bool {
    kind.pulls_start() || kind.pulls_start_if_possible() || kind == Dependency::Requisite
}

fn can_load(graph: &Graph<'_>, id: NodeId) -> bool {
    graph.state(id) == LoadState::Loaded
}

pub(super) fn is_perpetual(graph: &Graph<'_>, id: NodeId) -> bool {
    graph.node(id).is_some_and(|node| rules::is_perpetual(&node.name))
}

/// The jobs that a request needs, those first that are fewer steps away.
pub(super) fn collect(graph: &Graph<'_>, verb: Verb, units: &[NodeId], blocked: &Blocked) -> Work {
    let mut work =
        Work { jobs: Vec::new(), links: Vec::new(), dropped: Vec::new(), by_key: HashMap::new() };
    let action = match verb {
        Verb::Start => Action::Start,
        Verb::Stop => Action::Stop,
        Verb::Restart => Action::Restart,
    };
    for unit in units {
        let at = work.job(*unit, action);
        if let Some(job) = work.jobs.get_mut(at) {
            job.is_asked = true;
        }
    }
    let mut at = 0;
    while let Some(job) = work.jobs.get(at) {
        let (node, action) = (job.node, job.action);
        work.expand(graph, at, node, action, blocked);
        at += 1;
    }
    work
}

impl Work {
    fn job(&mut self, node: NodeId, action: Action) -> usize {
        let next = self.jobs.len();
        let at = *self.by_key.entry((node, action)).or_insert(next);
        if at == next {
            let (is_asked, is_dropped, matters) = (false, false, false);
            self.jobs.push(Draft { node, action, is_asked, is_dropped, matters });
        }
        at
    }

    fn pull(&mut self, by: usize, edge: &Edge, node: NodeId, action: Action, matters: bool) {
        let to = self.job(node, action);
        let conflicts = action == Action::Stop && edge.kind == Dependency::Conflicts && matters;
        self.links.push(Link { by, to, edge: *edge, matters, conflicts });
    }

    fn expand(
        &mut self,
        graph: &Graph<'_>,
        at: usize,
        node: NodeId,
        action: Action,
        blocked: &Blocked,
    ) {
        match action {
            Action::Start => self.expand_start(graph, at, node, blocked),
            Action::Restart => {
                self.expand_start(graph, at, node, blocked);
                self.propagate(graph, at, node, Dependency::propagates_restart, Action::TryRestart);
            }
            Action::Stop => {
                self.propagate(graph, at, node, Dependency::propagates_stop, Action::Stop);
            }
            // What is restarted since it runs has all that it needs.
            Action::TryRestart => {
                self.propagate(graph, at, node, Dependency::propagates_restart, Action::TryRestart);
            }
            Action::Verify => {}
        }
    }

    fn expand_start(&mut self, graph: &Graph<'_>, at: usize, node: NodeId, blocked: &Blocked) {
        // What never stops need not be started.
        let edges = graph.edges_from(node).iter().filter(|edge| !is_perpetual(graph, edge.to));
        for edge in edges {
            let kind = edge.kind;
            if kind.pulls_start() || kind.pulls_start_if_possible() && !blocked.contains(edge.to) {
                self.pull(at, edge, edge.to, Action::Start, kind.pulls_start());
            } else if kind == Dependency::Requisite {
                self.pull(at, edge, edge.to, Action::Verify, true);
            } else if kind == Dependency::Conflicts && can_stop(graph, edge.to) {
                self.pull(at, edge, edge.to, Action::Stop, true);
            }
        }
        for edge in graph.edges(node, Dependency::ConflictedBy) {
            if can_stop(graph, edge.from) {
                self.pull(at, edge, edge.from, Action::Stop, false);
            }
        }
    }

    fn propagate(
        &mut self,
        graph: &Graph<'_>,
        at: usize,
        node: NodeId,
        follows: fn(Dependency) -> bool,
        action: Action,
    ) {
        let incoming = graph.edges_to(node).map(|edge| (edge.kind.inverse(), edge.from, edge));
        let outgoing = graph.edges_from(node).iter().map(|edge| (edge.kind, edge.to, edge));
        for (kind, other, edge) in incoming.chain(outgoing) {
            if follows(kind) && can_stop(graph, other) {
                self.pull(at, edge, other, action, true);
            }
        }
    }

    /// Dependencies of the units that are started, on what can't be.
    pub(super) fn ignored(
        &self,
        graph: &Graph<'_>,
        blocked: &Blocked,
        jobs: &[Job],
    ) -> Vec<Ignored> {
        let starts =
            jobs.iter().filter(|job| matches!(job.action, Action::Start | Action::Restart));
        let edges = starts.flat_map(|job| graph.edges_from(job.node));
        let mut seen = HashSet::new();
        edges
            .filter(|edge| edge.kind.pulls_start_if_possible() && blocked.contains(edge.to))
            .filter(|edge| seen.insert((edge.from, edge.to)))
            .map(|edge| Ignored { edge: *edge, node: edge.to, chain: blocked.chain(edge.to) })
            .collect()
    }
}

/// What has no file does not run, and some units never stop.
fn can_stop(graph: &Graph<'_>, id: NodeId) -> bool {
    graph.state(id) != LoadState::NotFound && !is_perpetual(graph, id)
}
