//! One job for each unit: jobs that go together are made one, of those that contradict each other
//! one is dropped.

use std::collections::{HashMap, HashSet};

use super::{
    Action, Dropped, Job, Refusal,
    collect::{Link, Work},
};
use crate::graph::{Edge, NodeId};

/// Drops jobs until none contradict each other.
///
/// # Errors
/// What was asked for needs both a unit's start and its stop.
pub(super) fn settle(work: &mut Work) -> Result<(), Refusal> {
    let mut incoming = Incoming::new();
    for (number, link) in work.links.iter().enumerate() {
        incoming.entry(link.to).or_default().push(number);
    }
    // Each turn drops one job at least.
    for _ in 0..=work.jobs.len() {
        mark(work);
        let clashes = clashes(work);
        if clashes.is_empty() {
            return Ok(());
        }
        let hopeless: Vec<(usize, usize)> = clashes
            .iter()
            .filter(|(start, stop)| choose(work, &incoming, *start, *stop).is_none())
            .copied()
            .collect();
        if let Some(refusal) = contradiction(work, &hopeless) {
            return Err(refusal);
        }
        for (start, stop) in clashes {
            let Some(dropped) = choose(work, &incoming, start, stop) else { continue };
            drop_job(work, &incoming, dropped);
        }
    }
    Ok(())
}

/// Drops the jobs of units none of whose jobs changes anything.
pub(super) fn drop_redundant(work: &mut Work, runs: &dyn Fn(NodeId) -> bool) {
    let changes: HashSet<NodeId> = work
        .jobs
        .iter()
        .filter(|job| {
            job.is_asked
                || match job.action {
                    Action::Start | Action::Verify => !runs(job.node),
                    Action::Stop | Action::TryRestart => runs(job.node),
                    Action::Restart => true,
                }
        })
        .map(|job| job.node)
        .collect();
    for job in &mut work.jobs {
        job.is_dropped |= !changes.contains(&job.node);
    }
}

/// Which jobs are still reached from what was asked for, and which of them matter to it.
fn mark(work: &mut Work) {
    let set = |found: Vec<Reached>| found.into_iter().map(|(at, _)| at).collect::<HashSet<_>>();
    let reached = set(reach(work, |_| true));
    let matter = set(reach(work, |link| link.matters));
    for (at, job) in work.jobs.iter_mut().enumerate() {
        job.is_dropped |= !reached.contains(&at);
        job.matters = matter.contains(&at);
    }
}

/// A job, and the link it was reached by.
type Reached = (usize, Option<usize>);

/// The jobs that lead from what was asked for over these links, breadth first.
fn reach(work: &Work, follows: impl Fn(&Link) -> bool) -> Vec<Reached> {
    let is_in = |at: usize| work.jobs.get(at).is_some_and(|job| !job.is_dropped);
    let mut outgoing: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, link) in work.links.iter().enumerate() {
        if is_in(link.by) && is_in(link.to) && follows(link) {
            outgoing.entry(link.by).or_default().push(number);
        }
    }
    let asked = work.jobs.iter().enumerate().filter(|(at, job)| job.is_asked && is_in(*at));
    let mut found: Vec<Reached> = asked.map(|(at, _)| (at, None)).collect();
    let mut seen: HashSet<usize> = found.iter().map(|(at, _)| *at).collect();
    let mut next = 0;
    while let Some((at, _)) = found.get(next).copied() {
        next += 1;
        for number in outgoing.get(&at).into_iter().flatten() {
            let Some(link) = work.links.get(*number) else { continue };
            if seen.insert(link.to) {
                found.push((link.to, Some(*number)));
            }
        }
    }
    found
}

/// Units with a stop and something else, as the places of the two jobs.
fn clashes(work: &Work) -> Vec<(usize, usize)> {
    let live = || work.jobs.iter().enumerate().filter(|(_, job)| !job.is_dropped);
    let stops: HashMap<NodeId, usize> = live()
        .filter(|(_, job)| job.action == Action::Stop)
        .map(|(at, job)| (job.node, at))
        .collect();
    live()
        .filter(|(_, job)| job.action != Action::Stop)
        .filter_map(|(at, job)| Some((at, *stops.get(&job.node)?)))
        .collect()
}

/// Which of two jobs goes: the one that does not matter. Where neither does, rather the stop,
/// unless it is there for a conflict.
fn choose(work: &Work, incoming: &Incoming, start: usize, stop: usize) -> Option<usize> {
    let matters = |at: usize| work.jobs.get(at).is_some_and(|job| job.matters);
    match (matters(start), matters(stop)) {
        (true, true) => None,
        (true, false) => Some(stop),
        (false, true) => Some(start),
        (false, false) => {
            let for_conflict = links_to(work, incoming, stop).any(|link| link.conflicts);
            Some(if for_conflict { start } else { stop })
        }
    }
}

/// The links that lead to each job.
type Incoming = HashMap<usize, Vec<usize>>;

fn links_to<'w>(
    work: &'w Work,
    incoming: &'w Incoming,
    to: usize,
) -> impl Iterator<Item = &'w Link> {
    incoming.get(&to).into_iter().flatten().filter_map(|number| work.links.get(*number))
}

/// Drops a job and all that fail without it.
fn drop_job(work: &mut Work, incoming: &Incoming, at: usize) {
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        let Some(job) = work.jobs.get_mut(at).filter(|job| !job.is_dropped) else { continue };
        job.is_dropped = true;
        work.dropped.push(Dropped { node: job.node, action: job.action });
        open.extend(links_to(work, incoming, at).filter(|link| link.matters).map(|link| link.by));
    }
}

/// The contradiction that is the most direct: the one whose stop is the fewest steps away.
fn contradiction(work: &Work, clashes: &[(usize, usize)]) -> Option<Refusal> {
    if clashes.is_empty() {
        return None;
    }
    let reached: HashMap<usize, Option<usize>> = reach(work, |_| true).into_iter().collect();
    let (start, stop) = clashes.iter().min_by_key(|(_, stop)| way(work, &reached, *stop).len())?;
    let node = work.jobs.get(*start)?.node;
    let (start, stop) = (way(work, &reached, *start), way(work, &reached, *stop));
    Some(Refusal::Contradiction { node, start, stop })
}

/// The shortest way from what was asked for to a job.
fn way(work: &Work, reached: &HashMap<usize, Option<usize>>, to: usize) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut at = to;
    while let Some(link) =
        reached.get(&at).copied().flatten().and_then(|number| work.links.get(number))
    {
        edges.push(link.edge);
        at = link.by;
    }
    edges.reverse();
    edges
}

/// What one unit's jobs come to: of several, the one that does most.
pub(super) fn merged(work: &Work) -> HashMap<NodeId, (Action, bool)> {
    let mut merged: HashMap<NodeId, (Action, bool)> = HashMap::new();
    for job in work.jobs.iter().filter(|job| !job.is_dropped) {
        let slot = merged.entry(job.node).or_insert((job.action, false));
        slot.0 = match (slot.0, job.action) {
            (Action::Start, Action::TryRestart) | (Action::TryRestart, Action::Start) => {
                Action::Restart
            }
            (one, other) => one.max(other),
        };
        slot.1 |= job.matters;
    }
    merged
}

/// Fills in what pulled each job in: of the jobs of a unit that were made one, the one that is the
/// fewest steps away tells.
pub(super) fn explain(work: &Work, jobs: &mut [Job]) {
    let places: HashMap<NodeId, usize> =
        jobs.iter().enumerate().map(|(place, job)| (job.node, place)).collect();
    let place_of = |at: usize| places.get(&work.jobs.get(at)?.node).copied();
    let mut told = HashSet::new();
    for (at, number) in reach(work, |_| true) {
        let Some(place) = place_of(at).filter(|place| told.insert(*place)) else { continue };
        let link = number.and_then(|number| work.links.get(number));
        if let Some(job) = jobs.get_mut(place) {
            job.because = link.and_then(|link| Some((place_of(link.by)?, link.edge)));
        }
    }
}
