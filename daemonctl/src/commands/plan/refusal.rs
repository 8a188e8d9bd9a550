//! Why a plan can't be: in words.

use unit::LoadState;
use unit::graph::plan::Refusal;
use unit::graph::{Edge, Graph, Verb};

use crate::failure::Failure;
use crate::unit_graph;

/// What can't be done, why, and what helps.
pub fn failure(graph: &Graph<'_>, verb: Verb, refusal: &Refusal) -> Failure {
    let way = |chain: &[Edge]| way(graph, chain);
    match refusal {
        Refusal::NotLoadable { chain, node, state } => {
            let what = unit_graph::trouble(*state).unwrap_or("can't be loaded");
            let message = format!("{}: {what}{}", graph.name(*node), way(chain));
            let failure = match (chain.is_empty(), state) {
                (true, LoadState::NotFound) => Failure::not_found(message),
                _ => Failure::failed(message),
            };
            failure.hint(format!("see: daemonctl verify {}", graph.name(*node)))
        }
        Refusal::NotByHand(node) => {
            let name = graph.name(*node);
            let capital = if verb == Verb::Stop { "Stop" } else { "Start" };
            Failure::failed(format!("{name} is not to be handled alone (RefuseManual{capital}=)"))
                .hint("it comes and goes with others: see daemonctl deps --reverse")
        }
        Refusal::Perpetual(node) => Failure::failed(format!("{} never stops", graph.name(*node))),
        Refusal::Contradiction { node, start, stop } => Failure::failed(format!(
            "{} would have to be started and stopped\nits start:{}\nits stop:{}",
            graph.name(*node),
            or_asked(way(start)),
            or_asked(way(stop)),
        ))
        .hint("take one of these dependencies away"),
        Refusal::Cycle(cycle) => {
            Failure::failed(format!("units wait for each other:{}", way(&cycle.edges)))
                .hint(format!("{}: {}", cycle.verdict(graph), cycle.fix(graph)))
        }
    }
}

/// Dependencies, a line each. Of a circle of a thousand units the first are enough.
fn way(graph: &Graph<'_>, chain: &[Edge]) -> String {
    const SHOWN: usize = 20;
    let mut text = String::new();
    for edge in chain.iter().take(SHOWN) {
        text.push_str(&format!("\n  {}", unit_graph::sentence(graph, edge)));
    }
    match chain.len().saturating_sub(SHOWN) {
        0 => {}
        more => text.push_str(&format!("\n  and {more} more")),
    }
    text
}

fn or_asked(way: String) -> String {
    if way.is_empty() { " it was asked for".to_owned() } else { way }
}
