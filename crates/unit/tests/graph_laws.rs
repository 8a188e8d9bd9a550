//! Laws of any graph: a dependency and its inverse are one, circles are circles, plans keep the
//! order; and size.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod graph_support;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use graph_support::Tree;
use proptest::prelude::*;
use unit::graph::plan::{Action, plan};
use unit::graph::{Dependency, Edge, Graph, Options, Refusal, Verb};

const KINDS: [&str; 14] = [
    "Requires",
    "Requisite",
    "Wants",
    "BindsTo",
    "PartOf",
    "Upholds",
    "Conflicts",
    "Before",
    "After",
    "After",
    "OnFailure",
    "PropagatesStopTo",
    "StopPropagatedFrom",
    "JoinsNamespaceOf",
];
const COUNT: usize = 12;

fn name(number: usize) -> String {
    // Some do not exist; one is a target, one a slice.
    match number {
        0 => "t.target".to_owned(),
        1 => "s.slice".to_owned(),
        _ => format!("u{number}.service"),
    }
}

fn tree(edges: &[(usize, usize, usize)], missing: usize, defaults: bool) -> Tree {
    let mut tree = Tree::default();
    for number in (0..COUNT).filter(|number| *number != missing) {
        let mut text = "[Unit]\n".to_owned();
        if !defaults {
            text.push_str("DefaultDependencies=no\n");
        }
        for (_, kind, to) in edges.iter().filter(|(from, ..)| *from == number) {
            text.push_str(&format!("{}={}\n", KINDS[*kind], name(*to)));
        }
        if number > 1 {
            text.push_str("[Service]\nExecStart=/bin/true\n");
        }
        tree.add(&name(number), &text);
    }
    tree
}

fn edges() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    prop::collection::vec((0..COUNT, 0..KINDS.len(), 0..COUNT), 0..40)
}

/// Each edge begins where the one before ends.
fn assert_circle(edges: &[Edge]) {
    assert!(edges.len() > 1);
    for (edge, next) in edges.iter().zip(edges.iter().cycle().skip(1)) {
        assert_eq!(edge.kind, Dependency::Before);
        // Where units are stopped the order is turned round, and so is the circle.
        assert!(edge.to == next.from || edge.from == next.to);
    }
}

proptest! {
    #[test]
    fn inverses_are_inverses(edges in edges(), missing in 0..COUNT, defaults: bool) {
        let units = tree(&edges, missing, defaults).units(&Options::default());
        let graph = Graph::build(&units, &Options::default());
        for id in graph.ids() {
            for kind in Dependency::ALL {
                for other in graph.neighbours(id, *kind) {
                    prop_assert!(graph.neighbours(other, kind.inverse()).any(|back| back == id));
                    prop_assert!(graph.reasons(id, *kind, other).count() > 0);
                    prop_assert_ne!(other, id);
                }
            }
        }
        let outgoing: usize = graph.ids().map(|id| graph.edges_from(id).len()).sum();
        let incoming: usize = graph.ids().map(|id| graph.edges_to(id).count()).sum();
        prop_assert_eq!(outgoing, graph.all_edges().len());
        prop_assert_eq!(incoming, graph.all_edges().len());
    }

    #[test]
    fn circles_are_circles_and_all_are_found(edges in edges()) {
        let units = tree(&edges, COUNT, false).units(&Options::default());
        let graph = Graph::build(&units, &Options::default());
        let cycles = graph.cycles();
        for cycle in &cycles {
            for (edge, next) in cycle.edges.iter().zip(cycle.edges.iter().cycle().skip(1)) {
                prop_assert_eq!(edge.to, next.from);
                prop_assert!(graph.all_edges().contains(edge));
            }
            prop_assert!(cycle.tangled >= cycle.edges.len());
            let mut units: Vec<_> = cycle.units().collect();
            units.sort_unstable();
            units.dedup();
            prop_assert_eq!(units.len(), cycle.edges.len());
            prop_assert!(cycle.blamed().is_some());
            prop_assert!(!cycle.verdict(&graph).is_empty() && !cycle.fix(&graph).is_empty());
        }
        prop_assert_eq!(cycles.is_empty(), is_acyclic(&graph));
    }

    #[test]
    fn plans_keep_the_order(
        edges in edges(),
        missing in 0..COUNT,
        asked in 0..COUNT,
        verb in prop::sample::select(vec![Verb::Start, Verb::Stop, Verb::Restart]),
        defaults: bool,
    ) {
        let units = tree(&edges, missing, defaults).units(&Options::default());
        let graph = Graph::build(&units, &Options::default());
        let Some(id) = graph.find(&name(asked)) else { return Ok(()) };
        match plan(&graph, verb, &[id]) {
            Ok(plan) => {
                let jobs: HashMap<_, _> = plan.jobs.iter().map(|job| (job.node, job)).collect();
                prop_assert_eq!(jobs.len(), plan.jobs.len());
                prop_assert!(jobs.contains_key(&id));
                let stops = |action| !matches!(action, Action::Start | Action::Verify);
                for edge in graph.all_edges().iter().filter(|edge| edge.kind == Dependency::Before) {
                    let (Some(first), Some(then)) = (jobs.get(&edge.from), jobs.get(&edge.to)) else { continue };
                    // Circles of what a start stops by the way do not count.
                    if verb == Verb::Stop || !stops(first.action) || !stops(then.action) {
                        let turned = stops(then.action);
                        let (first, then) = if turned { (then, first) } else { (first, then) };
                        if first.action != Action::Stop && then.action != Action::Stop || verb == Verb::Stop {
                            prop_assert!(first.wave < then.wave);
                        }
                    }
                }
                for job in &plan.jobs {
                    let chain = plan.chain(job);
                    prop_assert_eq!(chain.is_empty(), job.node == id);
                    let mut at = id;
                    for (node, edge) in chain {
                        prop_assert!((edge.from, edge.to) == (at, node) || (edge.to, edge.from) == (at, node));
                        at = node;
                    }
                    prop_assert_eq!(at, job.node);
                }
            }
            Err(Refusal::Cycle(cycle)) => assert_circle(&cycle.edges),
            Err(_) => {}
        }
    }
}

/// Takes away units that nothing is before, until none is left.
fn is_acyclic(graph: &Graph<'_>) -> bool {
    let mut left: Vec<_> = graph.ids().collect();
    loop {
        let before = left.len();
        let has_earlier = |id: &unit::graph::NodeId| {
            graph.neighbours(*id, Dependency::After).any(|other| left.contains(&other))
        };
        let keep: Vec<_> = left.iter().filter(|id| has_earlier(id)).copied().collect();
        left = keep;
        if left.is_empty() || left.len() == before {
            return left.is_empty();
        }
    }
}

#[test]
fn a_thousand_units_in_a_circle_and_many_circles_at_once() {
    let mut tree = Tree::default();
    let service = |lines: &str| {
        format!("[Unit]\nDefaultDependencies=no\n{lines}[Service]\nExecStart=/bin/true\n")
    };
    for number in 0..1_000 {
        let next = (number + 1) % 1_000;
        tree.add(
            &format!("u{number}.service"),
            &service(&format!("After=u{next}.service\nWants=u{next}.service\n")),
        );
    }
    let options = Options::default();
    let units = tree.units(&options);
    let graph = Graph::build(&units, &options);
    let cycles = graph.cycles();
    assert_eq!(cycles.len(), 1);
    assert_eq!(cycles[0].edges.len(), 1_000);
    assert!(cycles[0].describe(&graph).len() < 500);
    let start = graph.find("u7.service").unwrap();
    assert!(matches!(plan(&graph, Verb::Start, &[start]), Err(Refusal::Cycle(_))));

    // Everybody before everybody else: as many circles as there are subsets.
    let all: String = (0..150).map(|number| format!("After=d{number}.service\n")).collect();
    let mut tree = Tree::default();
    for number in 0..150 {
        tree.add(&format!("d{number}.service"), &service(&all));
    }
    let units = tree.units(&options);
    let graph = Graph::build(&units, &options);
    let begin = Instant::now();
    let cycles = graph.cycles();
    assert!((1..=16).contains(&cycles.len()));
    assert!(cycles.iter().all(|cycle| cycle.edges.len() == 2 && cycle.tangled <= 150));
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn an_edge_is_small() {
    assert!(size_of::<Edge>() <= 32, "{}", size_of::<Edge>());
}

/// Time grows as the number of units does, and not faster.
#[test]
fn ten_times_the_units_take_ten_times_the_time() {
    let options = Options::default();
    let measure = |count: usize| {
        let mut tree = Tree::default();
        for number in 0..count {
            let other = (number * 7919 + 1) % count;
            let order = if other > number { "Before" } else { "After" };
            let text = format!(
                "[Unit]\nWants=u{other}.service\n{order}=u{other}.service\nRequiresMountsFor=/var/lib/x\n[Service]\nExecStart=/bin/true\n"
            );
            tree.add(&format!("u{number}.service"), &text);
            if number % 10 == 0 {
                tree.add(
                    &format!("all.target.wants/u{number}.service"),
                    &format!("-> ../u{number}.service"),
                );
            }
        }
        for name in ["all.target", "sysinit.target", "basic.target", "shutdown.target"] {
            tree.add(name, "[Unit]\n");
        }
        let units = tree.units(&options);
        let begin = Instant::now();
        let graph = Graph::build(&units, &options);
        assert_eq!(graph.cycles(), []);
        let target = graph.find("all.target").unwrap();
        assert!(plan(&graph, Verb::Start, &[target]).unwrap().jobs.len() > count / 10);
        let shutdown = graph.find("shutdown.target").unwrap();
        assert!(plan(&graph, Verb::Start, &[shutdown]).unwrap().jobs.len() > count);
        begin.elapsed()
    };
    measure(200);
    // The shortest of several: other tests run meanwhile.
    let few = (0..5).map(|_| measure(200)).min().unwrap();
    let many = (0..5).map(|_| measure(2_000)).min().unwrap();
    assert!(many < few * 60, "200 units: {few:?}, 2,000 units: {many:?}");
}
