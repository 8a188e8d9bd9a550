//! What a start or stop brings with it, by systemd's rules of transactions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod graph_support;

use graph_support::Tree;
use unit::Unit;
use unit::graph::plan::{plan, plan_on};
use unit::graph::{Dependency, Graph, NodeId, Options, Plan, Refusal, Verb};

const BARE: &str = "DefaultDependencies=no\n";

/// A service without any dependency that nobody wrote but that on its slice.
fn bare(lines: &str) -> String {
    format!("[Unit]\n{BARE}{lines}\n[Service]\nStandardOutput=null\nExecStart=/bin/true\n")
}

fn units(files: &[(&str, &str)]) -> Vec<Unit> {
    let mut tree = Tree::default();
    for (name, lines) in files {
        tree.add(&format!("{name}.service"), &bare(lines));
    }
    tree.units(&Options::default())
}

fn asked(graph: &Graph<'_>, names: &[&str]) -> Vec<NodeId> {
    names.iter().map(|name| graph.find(&format!("{name}.service")).unwrap()).collect()
}

/// The plan, a wave a line, slices left out.
fn draw(graph: &Graph<'_>, plan: &Plan) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut wave = None;
    for job in &plan.jobs {
        let name = graph.name(job.node);
        if name.ends_with(".slice") {
            continue;
        }
        let name = name.trim_end_matches(".service");
        let text = format!("{} {name}", job.action.word());
        match lines.last_mut().filter(|_| wave == Some(job.wave)) {
            Some(line) => line.push_str(&format!(", {text}")),
            None => lines.push(text),
        }
        wave = Some(job.wave);
    }
    lines.join("\n")
}

fn drawn(files: &[(&str, &str)], verb: Verb, names: &[&str]) -> String {
    let units = units(files);
    let options = Options::default();
    let graph = Graph::build(&units, &options);
    let plan = plan(&graph, verb, &asked(&graph, names)).unwrap();
    draw(&graph, &plan)
}

fn refused(files: &[(&str, &str)], verb: Verb, names: &[&str]) -> String {
    let units = units(files);
    let graph = Graph::build(&units, &Options::default());
    let names_of = |edges: &[unit::graph::Edge]| -> String {
        edges.iter().map(|edge| format!(" {} {}", edge.kind.name(), graph.name(edge.to))).collect()
    };
    match plan(&graph, verb, &asked(&graph, names)).unwrap_err() {
        Refusal::NotLoadable { chain, node, state } => {
            format!("{}{}: {}", graph.name(node), names_of(&chain), state.word())
        }
        Refusal::NotByHand(node) => format!("{} not by hand", graph.name(node)),
        Refusal::Perpetual(node) => format!("{} perpetual", graph.name(node)),
        Refusal::Contradiction { node, start, stop } => {
            format!("{}: start{}; stop{}", graph.name(node), names_of(&start), names_of(&stop))
        }
        Refusal::Cycle(cycle) => cycle.describe(&graph),
    }
}

#[test]
fn a_start_brings_what_it_needs_and_what_it_wants() {
    let files = [
        (
            "a",
            "After=b.service\nRequires=b.service\nWants=c.service gone.service\nBefore=c.service",
        ),
        ("b", "BindsTo=d.service\nAfter=d.service"),
        ("c", "Upholds=e.service"),
        ("d", ""),
        ("e", ""),
        ("f", "PartOf=a.service"),
    ];
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["a"]), @r"
    start d, start e
    start b
    start a
    start c
    ");
    let units = units(&files);
    let graph = Graph::build(&units, &Options::default());
    let plan = plan(&graph, Verb::Start, &asked(&graph, &["a"])).unwrap();
    let gone: Vec<_> = plan.ignored.iter().map(|ignored| graph.name(ignored.node)).collect();
    assert_eq!(gone, ["gone.service"]);
    let job = plan.jobs.iter().find(|job| graph.name(job.node) == "d.service").unwrap();
    let chain: Vec<_> = plan
        .chain(job)
        .iter()
        .map(|(node, edge)| format!("{} {}", edge.kind.name(), graph.name(*node)))
        .collect();
    assert_eq!(chain, ["Requires b.service", "BindsTo d.service"]);
    assert!(job.matters);
    let wanted = plan.jobs.iter().find(|job| graph.name(job.node) == "c.service").unwrap();
    assert!(!wanted.matters);
}

#[test]
fn a_stop_goes_backwards_and_takes_dependents_along() {
    let files = [
        ("a", "Requires=b.service\nAfter=b.service"),
        ("b", "After=z.service\nPropagatesStopTo=p.service"),
        ("part", "PartOf=b.service"),
        ("wants", "Wants=b.service"),
        ("bound", "BindsTo=a.service\nAfter=a.service"),
        ("p", "Before=b.service"),
        ("z", ""),
    ];
    insta::assert_snapshot!(drawn(&files, Verb::Stop, &["b"]), @r"
    stop bound, stop part
    stop a
    stop b
    stop p
    ");
    insta::assert_snapshot!(drawn(&files, Verb::Restart, &["b"]), @r"
    try-restart bound, try-restart part
    try-restart a
    restart b
    ");
}

#[test]
fn conflicts_stop_the_other_first() {
    let files = [
        ("a", "Conflicts=b.service\nAfter=b.service"),
        ("b", ""),
        ("c", "Conflicts=a.service\nAfter=a.service"),
        ("d", "Requires=b.service"),
    ];
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["a"]), @r"
    stop b, stop c, stop d
    start a
    ");
}

#[test]
fn of_two_that_contradict_the_one_that_matters_less_goes() {
    let files = [
        ("a", "Requires=b.service\nWants=c.service"),
        ("b", ""),
        ("c", "Conflicts=b.service\nAfter=b.service"),
    ];
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["a"]), @"start a, start b");
    let files = [("a", "Requires=b.service\nConflicts=b.service"), ("b", "")];
    insta::assert_snapshot!(
        refused(&files, Verb::Start, &["a"]),
        @"b.service: start Requires b.service; stop Conflicts b.service"
    );
    let files = [("a", "Wants=b.service c.service"), ("b", "Conflicts=c.service"), ("c", "")];
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["a"]), @"stop c, start a, start b");
}

#[test]
fn what_can_not_be() {
    let files = [
        ("a", "Requires=b.service"),
        ("b", "Requisite=c.service"),
        ("c", "Requires=gone.service"),
        ("d", "Wants=a.service"),
        ("hand", "RefuseManualStart=yes"),
        ("keep", "RefuseManualStop=yes"),
    ];
    // A Requisite is only looked at: what it needs itself does not count.
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["a"]), @"start a, start b, verify-active c");
    insta::assert_snapshot!(
        refused(&files, Verb::Start, &["c"]),
        @"gone.service Requires gone.service: not-found"
    );
    let files =
        [&files[..], &[("e", "Requires=c.service"), ("f", "Requisite=gone.service")]].concat();
    insta::assert_snapshot!(
        refused(&files, Verb::Start, &["e"]),
        @"gone.service Requires c.service Requires gone.service: not-found"
    );
    insta::assert_snapshot!(
        refused(&files, Verb::Start, &["f"]),
        @"gone.service Requisite gone.service: not-found"
    );
    insta::assert_snapshot!(refused(&files, Verb::Start, &["hand"]), @"hand.service not by hand");
    insta::assert_snapshot!(refused(&files, Verb::Restart, &["keep"]), @"keep.service not by hand");
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["keep"]), @"start keep");
}

#[test]
fn a_circle_is_refused_and_named() {
    let files = [
        ("a", "Wants=b.service\nAfter=b.service"),
        ("b", "Wants=c.service\nAfter=c.service"),
        ("c", "After=a.service"),
        ("out", "Wants=c.service"),
    ];
    insta::assert_snapshot!(
        refused(&files, Verb::Start, &["a"]),
        @"b.service before a.service before c.service before b.service"
    );
    insta::assert_snapshot!(drawn(&files, Verb::Start, &["out"]), @"start c, start out");
}

#[test]
fn what_may_start_again_is_told() {
    let mut tree = Tree::of(&[("t.timer", "[Timer]\nOnBootSec=1\n")]);
    tree.add("t.service", &bare(""));
    let units = tree.units(&Options::default());
    let graph = Graph::build(&units, &Options::default());
    let plan = plan(&graph, Verb::Stop, &asked(&graph, &["t"])).unwrap();
    let triggers: Vec<_> = plan.triggers.iter().map(|edge| graph.name(edge.from)).collect();
    assert_eq!(triggers, ["t.timer"]);
    assert!(plan.triggers.iter().all(|edge| edge.kind == Dependency::Triggers));
}

/// What runs is left alone, and what only it would bring is not brought.
#[test]
fn what_runs_is_known() {
    let files = [
        ("a", "Requires=b.service\nAfter=b.service\nConflicts=x.service y.service"),
        ("b", "Wants=c.service"),
        ("c", ""),
        ("x", ""),
        ("y", ""),
    ];
    let units = units(&files);
    let graph = Graph::build(&units, &Options::default());
    let on = |running: &[&str]| {
        let runs = |id: NodeId| running.contains(&graph.name(id).trim_end_matches(".service"));
        draw(&graph, &plan_on(&graph, Verb::Start, &asked(&graph, &["a"]), runs).unwrap())
    };
    insta::assert_snapshot!(on(&["b", "x"]), @"stop x, start a");
    insta::assert_snapshot!(on(&["a", "b"]), @"start a");
    insta::assert_snapshot!(on(&[]), @r"
    start b, start c
    start a
    ");
}
