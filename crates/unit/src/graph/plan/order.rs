//! In which order jobs go.

use std::collections::HashMap;

use super::{Action, Job, Refusal, collect::Work, settle::merged};
use crate::graph::{
    Dependency, Graph, NodeId,
    cycles::{self, Arc},
};

/// The jobs with their waves.
///
/// # Errors
/// Jobs that wait for each other.
pub(super) fn order(graph: &Graph<'_>, work: &Work) -> Result<Vec<Job>, Refusal> {
    let mut nodes: Vec<(NodeId, Action, bool)> =
        merged(work).into_iter().map(|(node, (action, matters))| (node, action, matters)).collect();
    nodes.sort_unstable_by_key(|(node, ..)| *node);
    let asked_to_stop = work.jobs.iter().any(|job| job.is_asked && job.action == Action::Stop);
    let arcs = arcs(graph, &nodes);
    let waves = match waves(nodes.len(), &arcs) {
        Ok(waves) => waves,
        Err(_) => {
            // What a start stops is stopped only if it runs, so a circle among such does not count:
            // systemd forgets jobs that change nothing before it looks.
            let may_count = |at: u32| {
                let action = nodes.get(at as usize).map(|(_, action, _)| *action);
                asked_to_stop || action != Some(Action::Stop)
            };
            let kept: Vec<Arc> = arcs
                .into_iter()
                .filter(|(from, to, _)| may_count(*from) && may_count(*to))
                .collect();
            match waves(nodes.len(), &kept) {
                Ok(waves) => waves,
                Err(_) => {
                    let cycle = cycles::find(graph, nodes.len(), &kept).into_iter().next();
                    return cycle.map_or(Ok(Vec::new()), |cycle| Err(Refusal::Cycle(cycle)));
                }
            }
        }
    };
    let job = |((node, action, matters), wave)| Job { node, action, because: None, matters, wave };
    Ok(nodes.into_iter().zip(waves).map(job).collect())
}

/// Which job waits for which. Stops go before starts, and among stops the order is turned round; a
/// restart counts as a stop.
fn arcs(graph: &Graph<'_>, nodes: &[(NodeId, Action, bool)]) -> Vec<Arc> {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let places: HashMap<NodeId, usize> =
        nodes.iter().enumerate().map(|(at, (node, ..))| (*node, at)).collect();
    let mut arcs = Vec::new();
    for (at, (node, ..)) in nodes.iter().enumerate() {
        for edge in graph.edges(*node, Dependency::Before) {
            let Some((other, (_, action, _))) =
                places.get(&edge.to).and_then(|place| Some((*place, nodes.get(*place)?)))
            else {
                continue;
            };
            let (first, then) = if action.stops() { (other, at) } else { (at, other) };
            arcs.push((number(first), number(then), *edge));
        }
    }
    arcs
}

/// When it is each one's turn; how many never have one, where they wait for each other.
fn waves(count: usize, arcs: &[Arc]) -> Result<Vec<u32>, usize> {
    let mut waits = vec![0_u32; count];
    let mut outgoing: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (first, then, _) in arcs {
        if let (Some(out), Some(waits)) =
            (outgoing.get_mut(*first as usize), waits.get_mut(*then as usize))
        {
            out.push(*then);
            *waits += 1;
        }
    }
    let mut waves = vec![0_u32; count];
    let mut front: Vec<usize> =
        waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(at, _)| at).collect();
    let (mut wave, mut done) = (0_u32, 0_usize);
    while !front.is_empty() {
        let mut next = Vec::new();
        for at in front {
            done += 1;
            if let Some(slot) = waves.get_mut(at) {
                *slot = wave;
            }
            for then in outgoing.get(at).into_iter().flatten() {
                if let Some(waits) = waits.get_mut(*then as usize) {
                    *waits -= 1;
                    if *waits == 0 {
                        next.push(*then as usize);
                    }
                }
            }
        }
        front = next;
        wave += 1;
    }
    if done == count { Ok(waves) } else { Err(count - done) }
}
