//! What is wrong between units: requirements that can't be met, circles, dependencies without order.

use std::collections::VecDeque;

use crate::{
    diagnostic::{Code, Diagnostic, Place, Severity},
    graph::{
        Class, Cycle, Dependency, Edge, Graph, NodeId, Verb,
        plan::{Refusal, plan},
    },
    unit::LoadState,
};

use super::references::{Surroundings, needs_a_file};

/// What a start fails without.
const NEEDED: [Dependency; 3] = [Dependency::Requires, Dependency::BindsTo, Dependency::Requisite];
/// What a start brings with it.
const BROUGHT: [Dependency; 4] =
    [Dependency::Requires, Dependency::BindsTo, Dependency::Wants, Dependency::Upholds];

/// What is wrong between the units asked for and those that starting them brings with it. Linear in
/// the size of the graph.
pub fn of(graph: &Graph<'_>, asked: &[NodeId], around: &dyn Surroundings) -> Vec<Diagnostic> {
    let mut found = unmet(graph, asked, around);
    found.extend(circles(graph, asked));
    found.extend(contradictions(graph, asked));
    for id in asked {
        unordered(graph, *id, &mut found);
    }
    found
}

/// Units that can't start because something that they require by way of others is not there. What
/// they name themselves is said by [`references`](super::references).
fn unmet(graph: &Graph<'_>, asked: &[NodeId], around: &dyn Surroundings) -> Vec<Diagnostic> {
    // From every unit that can't be had, backwards to those that need it: the next unit on the way.
    let mut next: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    let mut queue: VecDeque<NodeId> = graph.ids().filter(|id| is_bad(graph, *id, around)).collect();
    let mut is_start = vec![false; graph.nodes().len()];
    for id in &queue {
        if let Some(slot) = is_start.get_mut(id.index()) {
            *slot = true;
        }
    }
    while let Some(id) = queue.pop_front() {
        for kind in NEEDED {
            for needing in graph.neighbours(id, kind.inverse()) {
                let Some(slot) = next.get_mut(needing.index()) else { continue };
                if slot.is_none() && is_start.get(needing.index()) == Some(&false) {
                    *slot = Some(id);
                    queue.push_back(needing);
                }
            }
        }
    }
    let mut found = Vec::new();
    for id in asked {
        let mut way = Vec::new();
        let mut at = next.get(id.index()).copied().flatten();
        while let Some(step) = at {
            way.push(step);
            at = next.get(step.index()).copied().flatten();
        }
        let Some(last) = way.last().copied() else { continue };
        if way.len() == 1
            && graph.state(last) != LoadState::BadSetting
            && graph.state(last) != LoadState::Error
        {
            continue;
        }
        let chain: Vec<&str> = way.iter().take(8).map(|step| graph.name(*step)).collect();
        let message = format!(
            "it can't start: it requires {}, which {}",
            chain.join(", which requires "),
            what_is_wrong(graph.state(last)),
        );
        found.push(
            Diagnostic::new(Severity::Error, Code::NoSuchUnit, message)
                .about(graph.name(*id))
                .with_help(format!("mend {}, or require it no longer", graph.name(last))),
        );
    }
    found
}

fn is_bad(graph: &Graph<'_>, id: NodeId, around: &dyn Surroundings) -> bool {
    let is_named = |id| {
        graph
            .node(id)
            .is_some_and(|node| needs_a_file(&node.name) && !around.is_mounted(&node.name))
    };
    match graph.state(id) {
        LoadState::Loaded => false,
        LoadState::NotFound => is_named(id),
        LoadState::Masked | LoadState::BadSetting | LoadState::Error => true,
    }
}

const fn what_is_wrong(state: LoadState) -> &'static str {
    match state {
        LoadState::NotFound => "does not exist",
        LoadState::Masked => "is masked",
        LoadState::BadSetting => "has settings with which it is refused",
        LoadState::Error => "could not be read",
        LoadState::Loaded => "is there",
    }
}

/// Circles among the units that are brought along.
fn circles(graph: &Graph<'_>, asked: &[NodeId]) -> Vec<Diagnostic> {
    let mut is_brought = vec![false; graph.nodes().len()];
    let mut queue: VecDeque<NodeId> = asked.iter().copied().collect();
    while let Some(id) = queue.pop_front() {
        match is_brought.get_mut(id.index()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        queue.extend(BROUGHT.into_iter().flat_map(|kind| graph.neighbours(id, kind)));
    }
    let is_whole = |cycle: &Cycle| {
        cycle.units().all(|id| is_brought.get(id.index()).copied().unwrap_or_default())
    };
    graph
        .cycles()
        .iter()
        .filter(|cycle| is_whole(cycle))
        .map(|cycle| circle(graph, cycle))
        .collect()
}

fn circle(graph: &Graph<'_>, cycle: &Cycle) -> Diagnostic {
    let message = format!("units wait for each other: {}", cycle.describe(graph));
    let help = format!("{}; {}", cycle.verdict(graph), cycle.fix(graph));
    let blamed = cycle.blamed();
    let holder = blamed.map(|edge| graph.name(edge.holder())).unwrap_or_default();
    Diagnostic::new(Severity::Error, Code::Cycle, message)
        .at(blamed.and_then(|edge| place(graph, edge)))
        .about(holder)
        .with_help(help)
}

/// Units whose start needs a unit started and another one that it conflicts with. A plan tells; it is
/// made for units that need one that others conflict with, which are few.
fn contradictions(graph: &Graph<'_>, asked: &[NodeId]) -> Vec<Diagnostic> {
    /// How many plans are made at most.
    const MAX_PLANS: usize = 256;
    let mut is_candidate = vec![false; graph.nodes().len()];
    let conflicts = graph.all_edges().iter().filter(|edge| edge.kind == Dependency::Conflicts);
    let mut queue: VecDeque<NodeId> = conflicts.map(|edge| edge.to).collect();
    while let Some(id) = queue.pop_front() {
        match is_candidate.get_mut(id.index()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        queue.extend(NEEDED.into_iter().flat_map(|kind| graph.neighbours(id, kind.inverse())));
    }
    let is_candidate = |id: &&NodeId| is_candidate.get(id.index()).copied().unwrap_or_default();
    let refusals = asked.iter().filter(is_candidate).take(MAX_PLANS).filter_map(|id| {
        match plan(graph, Verb::Start, &[*id]) {
            Err(Refusal::Contradiction { node, start, stop }) => Some((*id, node, start, stop)),
            _ => None,
        }
    });
    refusals
        .map(|(id, node, start, stop)| {
            let name = graph.name(node);
            let way = |edges: &[Edge]| {
                let steps: Vec<String> =
                    edges.iter().take(6).map(|edge| step(graph, edge)).collect();
                if steps.is_empty() { "it is asked for".to_owned() } else { steps.join(", ") }
            };
            let message =
                format!("its start needs {name} to be started and to be stopped: {}", way(&start));
            let edge = stop.last().or(start.last());
            Diagnostic::new(Severity::Error, Code::Contradiction, message)
                .at(edge.and_then(|edge| place(graph, edge)))
                .about(graph.name(id))
                .with_help(format!("take a dependency away; the stop comes by: {}", way(&stop)))
        })
        .collect()
}

fn step(graph: &Graph<'_>, edge: &Edge) -> String {
    format!("{} {}={}", graph.name(edge.holder()), edge.as_held().name(), graph.name(edge.other()))
}

fn place(graph: &Graph<'_>, edge: &Edge) -> Option<Place> {
    let (file, line) = graph.place(edge)?;
    Some(Place { file: file.clone(), line, columns: 0..0, text: "".into(), from: 0 })
}

/// A unit that needs another one and may start before it: mostly not what was meant.
fn unordered(graph: &Graph<'_>, id: NodeId, found: &mut Vec<Diagnostic>) {
    for kind in NEEDED {
        for other in graph.neighbours(id, kind) {
            let is_written = graph
                .reasons(id, kind, other)
                .find(|edge| edge.why.rule.class() == Class::Written && edge.holder() == id);
            let Some(edge) = is_written else { continue };
            let is_ordered = |order| graph.neighbours(id, order).any(|seen| seen == other);
            if graph.state(other) != LoadState::Loaded
                || is_ordered(Dependency::After)
                || is_ordered(Dependency::Before)
            {
                continue;
            }
            let name = graph.name(other);
            let message =
                format!("{}={name} without After={name}: both start at the same time", kind.name());
            found.push(
                Diagnostic::new(Severity::Hint, Code::Unordered, message)
                    .at(place(graph, edge))
                    .about(graph.name(id))
                    .with_help(format!("add After={name}")),
            );
        }
    }
}
