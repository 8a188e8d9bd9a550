//! Units that wait for each other in a circle, and which dependency to blame.

use std::collections::HashMap;

use super::{Class, Dependency, Edge, Graph, NodeId};
use crate::name::UnitType;

/// How many circles are looked for in units that are all tied together. Each further one is often
/// only another way round.
pub const MAX_IN_TANGLE: usize = 16;

/// How many circles are looked for in all.
pub const MAX_CYCLES: usize = 256;

/// One circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The edges, each an order between two units that are started or stopped one after the other:
    /// each begins where the one before ends, and the first where the last one ends.
    pub edges: Vec<Edge>,
    /// Which of them is the likeliest mistake.
    pub blame: usize,
    /// How many units hang together in this and other circles.
    pub tangled: usize,
}

/// An order between two of a set: the first number comes before the second because of the edge.
pub(super) type Arc = (u32, u32, Edge);

impl Graph<'_> {
    /// The circles in the order of all units. Units of a circle need not ever be started together:
    /// what that brings, a [plan](super::plan::plan) says.
    pub fn cycles(&self) -> Vec<Cycle> {
        let waits = self.never_free();
        let is_stuck = |id: NodeId| waits.get(id.index()).is_some_and(|count| *count > 0);
        let arcs: Vec<Arc> = self
            .all_edges()
            .iter()
            .filter(|edge| edge.kind == Dependency::Before)
            .filter(|edge| is_stuck(edge.from) && is_stuck(edge.to))
            .map(|edge| (edge.from.0, edge.to.0, *edge))
            .collect();
        find(self, self.nodes().len(), &arcs)
    }

    /// For how many orders each unit would wait for ever if one after the other came up: 0 for most,
    /// so that circles are looked for among the others alone.
    fn never_free(&self) -> Vec<u32> {
        let mut waits = vec![0_u32; self.nodes().len()];
        let orders = |edge: &&Edge| edge.kind == Dependency::Before;
        for edge in self.all_edges().iter().filter(orders) {
            if let Some(count) = waits.get_mut(edge.to.index()) {
                *count = count.saturating_add(1);
            }
        }
        let is_free = |id: &NodeId| waits.get(id.index()) == Some(&0);
        let mut free: Vec<NodeId> = self.ids().filter(is_free).collect();
        while let Some(id) = free.pop() {
            for edge in self.edges_from(id).iter().filter(orders) {
                if let Some(count) = waits.get_mut(edge.to.index()) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        free.push(edge.to);
                    }
                }
            }
        }
        waits
    }
}

/// The circles among numbered things. Of each tangle the edge that is the likeliest mistake is
/// taken, the shortest circle through it reported, the edge left out, and what remains looked at
/// again.
pub(super) fn find(graph: &Graph<'_>, count: usize, arcs: &[Arc]) -> Vec<Cycle> {
    let mut found = Vec::new();
    if arcs.is_empty() {
        return found;
    }
    for tangle in tangles(count, arcs) {
        let room = MAX_CYCLES.saturating_sub(found.len()).min(MAX_IN_TANGLE);
        untangle(graph, tangle, room, &mut found);
    }
    found
}

fn untangle(graph: &Graph<'_>, tangle: Vec<Arc>, room: usize, found: &mut Vec<Cycle>) {
    let tangled = compact(&tangle).1;
    let end = found.len().saturating_add(room);
    let mut open = vec![tangle];
    while let Some(tangle) = open.pop() {
        if found.len() >= end {
            break;
        }
        let Some((worst, path)) = worst_circle(graph, &tangle) else { continue };
        found.push(cycle(graph, path, tangled));
        let rest: Vec<Arc> =
            tangle.into_iter().filter(|(from, to, _)| (*from, *to) != worst).collect();
        let (rest, nodes) = compact(&rest);
        open.extend(tangles(nodes, &rest).into_iter().rev());
    }
}

fn cycle(graph: &Graph<'_>, path: Vec<Edge>, tangled: usize) -> Cycle {
    let blame = path
        .iter()
        .enumerate()
        .min_by_key(|(_, edge)| rank(graph, edge))
        .map_or(0, |(place, _)| place);
    Cycle { edges: path, blame, tangled }
}

/// How little an edge is to blame: what is written before what follows from it, the administrator's
/// files before the system's, and of two units the one that less depends on.
fn rank(graph: &Graph<'_>, edge: &Edge) -> (Class, u8, bool, usize) {
    let holder = edge.holder();
    let place = match graph.place(edge) {
        Some((file, _)) if file.starts_with("/etc/") => 0,
        Some((file, _)) if file.starts_with("/run/") => 1,
        _ => 2,
    };
    let is_shared = graph
        .node(holder)
        .is_some_and(|node| matches!(node.name.unit_type(), UnitType::Target | UnitType::Slice));
    (edge.why.rule.class(), place, is_shared, graph.numbers_to(holder).len())
}

/// Numbers things anew, without gaps, and says how many there are. Nothing but the numbers changes.
fn compact(arcs: &[Arc]) -> (Vec<Arc>, usize) {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let mut number = |old: u32| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(old).or_insert(next)
    };
    let arcs = arcs.iter().map(|(from, to, edge)| (number(*from), number(*to), *edge)).collect();
    (arcs, numbers.len())
}

/// The arcs within each set of things that wait for each other, set by set.
fn tangles(count: usize, arcs: &[Arc]) -> Vec<Vec<Arc>> {
    let components = components(count, arcs);
    let of = |number: u32| components.get(number as usize).copied();
    let mut inner: Vec<(u32, Arc)> = arcs
        .iter()
        .filter(|(from, to, _)| from == to || of(*from) == of(*to))
        .filter_map(|arc| Some((of(arc.0)?, *arc)))
        .collect();
    inner.sort_by_key(|(component, _)| *component);
    inner
        .chunk_by(|left, right| left.0 == right.0)
        .map(|tangle| tangle.iter().map(|(_, arc)| *arc).collect())
        .collect()
}

/// The two ends of the arc that is the likeliest mistake, and the shortest circle through it.
fn worst_circle(graph: &Graph<'_>, tangle: &[Arc]) -> Option<((u32, u32), Vec<Edge>)> {
    // Two units may have several reasons for the same order; the order goes only when all go, so
    // the strongest counts.
    let mut pairs: HashMap<(u32, u32), _> = HashMap::new();
    for (from, to, edge) in tangle {
        let rank = rank(graph, edge);
        let strongest = pairs.entry((*from, *to)).or_insert(rank);
        *strongest = rank.max(*strongest);
    }
    let name = |(from, to): (u32, u32)| {
        let arc = tangle.iter().find(|arc| (arc.0, arc.1) == (from, to));
        arc.map(|(_, _, edge)| (graph.name(edge.from), graph.name(edge.to)))
    };
    let lowest = *pairs.values().min()?;
    let mut worst: Vec<(u32, u32)> =
        pairs.iter().filter(|(_, rank)| **rank == lowest).map(|(pair, _)| *pair).collect();
    worst.sort_unstable();
    // Names only where there are few to choose from: the search above is linear.
    let worst = match worst.len() {
        0..=8 => worst.into_iter().min_by_key(|pair| name(*pair))?,
        _ => *worst.first()?,
    };
    let first = tangle
        .iter()
        .filter(|arc| (arc.0, arc.1) == worst)
        .max_by_key(|(_, _, edge)| rank(graph, edge))?;
    let mut path = vec![first.2];
    path.extend(shortest(tangle, worst.1, worst.0)?);
    Some((worst, path))
}

/// The shortest way from one thing to another, breadth first.
fn shortest(arcs: &[Arc], start: u32, end: u32) -> Option<Vec<Edge>> {
    let mut outgoing: HashMap<u32, Vec<&Arc>> = HashMap::new();
    for arc in arcs {
        outgoing.entry(arc.0).or_default().push(arc);
    }
    let mut came: HashMap<u32, &Arc> = HashMap::new();
    let mut front = vec![start];
    while !front.is_empty() && start != end && !came.contains_key(&end) {
        let mut next = Vec::new();
        for arc in front.iter().filter_map(|at| outgoing.get(at)).flatten() {
            if arc.1 != start && !came.contains_key(&arc.1) {
                came.insert(arc.1, arc);
                next.push(arc.1);
            }
        }
        front = next;
    }
    let mut path = Vec::new();
    let mut at = end;
    while at != start {
        let arc = came.get(&at)?;
        path.push(arc.2);
        at = arc.0;
    }
    path.reverse();
    Some(path)
}

/// Which set of things that wait for each other each belongs to (Tarjan's algorithm, with a stack
/// of its own instead of recursion).
fn components(count: usize, arcs: &[Arc]) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let (starts, targets) = adjacency(count, arcs);
    let mut order = vec![NEW; count];
    let mut low = vec![NEW; count];
    let mut component = vec![NEW; count];
    let mut stack: Vec<u32> = Vec::new();
    let mut open: Vec<(u32, u32)> = Vec::new();
    let (mut next_order, mut next_component) = (0_u32, 0_u32);
    let get = |list: &[u32], at: u32| list.get(at as usize).copied().unwrap_or(NEW);
    for root in 0..u32::try_from(count).unwrap_or(NEW) {
        if get(&order, root) != NEW {
            continue;
        }
        open.push((root, get(&starts, root)));
        while let Some((at, edge)) = open.pop() {
            if get(&order, at) == NEW {
                set(&mut order, at, next_order);
                set(&mut low, at, next_order);
                next_order = next_order.saturating_add(1);
                stack.push(at);
            }
            if edge < get(&starts, at.saturating_add(1)) {
                open.push((at, edge.saturating_add(1)));
                let target = get(&targets, edge);
                if get(&order, target) == NEW {
                    open.push((target, get(&starts, target)));
                } else if get(&component, target) == NEW {
                    let lowest = get(&low, at).min(get(&order, target));
                    set(&mut low, at, lowest);
                }
                continue;
            }
            if let Some((parent, _)) = open.last() {
                let lowest = get(&low, *parent).min(get(&low, at));
                set(&mut low, *parent, lowest);
            }
            if get(&low, at) == get(&order, at) {
                while let Some(member) = stack.pop() {
                    set(&mut component, member, next_component);
                    if member == at {
                        break;
                    }
                }
                next_component = next_component.saturating_add(1);
            }
        }
    }
    component
}

fn set(list: &mut [u32], at: u32, value: u32) {
    if let Some(slot) = list.get_mut(at as usize) {
        *slot = value;
    }
}

/// Where each thing's targets begin, and the targets.
fn adjacency(count: usize, arcs: &[Arc]) -> (Vec<u32>, Vec<u32>) {
    let mut sorted: Vec<(u32, u32)> = arcs.iter().map(|(from, to, _)| (*from, *to)).collect();
    sorted.sort_unstable();
    let mut starts = vec![0_u32; count.saturating_add(1)];
    for (from, _) in &sorted {
        if let Some(start) = starts.get_mut(*from as usize + 1) {
            *start = start.saturating_add(1);
        }
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        sum = sum.saturating_add(*start);
        *start = sum;
    }
    (starts, sorted.into_iter().map(|(_, to)| to).collect())
}
