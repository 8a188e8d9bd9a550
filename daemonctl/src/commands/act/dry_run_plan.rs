//! What else systemd would start or stop: its unit files and what runs now, as `daemonctl plan`
//! computes it. A guess that is said to be one: generators and units made at run time have no files
//! here.

use std::collections::BTreeSet;

use host::{ManagerKind, ServiceManager, Verb};
use unit::graph::Edge;
use unit::graph::plan::{Action, Job, plan_on};
use unit::graph::{Graph, NodeId};

use crate::commands::plan::refusal;
use crate::unit_graph::{self, Units};
use crate::unit_tree::TreeOptions;

/// One thing more that would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// To which unit.
    pub unit: String,
    /// `start`, `stop`, `restart` …; `refuse` where systemd would not do it at all.
    pub action: String,
    /// Why.
    pub because: String,
}

/// What systemd would do besides; nothing where its files don't tell.
pub fn steps(manager: &dyn ServiceManager, verb: Verb, names: &[String]) -> Vec<Step> {
    let verb = match verb {
        Verb::Start => unit::graph::Verb::Start,
        Verb::Stop => unit::graph::Verb::Stop,
        Verb::Restart | Verb::TryRestart => unit::graph::Verb::Restart,
        _ => return Vec::new(),
    };
    let tree = TreeOptions { root: None, user: manager.kind() == ManagerKind::SystemdUser };
    // A unit that has no file is none that files can tell about.
    let (Ok(units), Ok(known)) = (Units::load(&tree, names), manager.units()) else {
        return Vec::new();
    };
    let running: BTreeSet<String> = known
        .into_iter()
        .filter(|unit| {
            ["active", "activating", "reloading"].contains(&unit.unit_state().active.as_str())
        })
        .map(|unit| unit.name)
        .collect();
    let graph = units.graph();
    let Ok(asked) = units.find(&graph) else { return Vec::new() };
    let runs = |node: NodeId| running.contains(graph.name(node));
    match plan_on(&graph, verb, &asked, runs) {
        Ok(plan) => plan
            .jobs
            .iter()
            .filter(|job| job.because.is_some() && !plan.is_routine(job))
            .map(|job| step(&graph, job))
            .collect(),
        Err(refused) => vec![Step {
            unit: names.join(", "),
            action: "refuse".to_owned(),
            because: refusal::failure(&graph, verb, &refused).message().replace('\n', " "),
        }],
    }
}

fn step(graph: &Graph<'_>, job: &Job) -> Step {
    let action = match job.action {
        Action::TryRestart => "restart",
        Action::Verify => "need running",
        action => action.word(),
    };
    let unit = graph.name(job.node);
    let because = |(_, edge): &(usize, Edge)| {
        let sentence = unit_graph::sentence(graph, edge);
        let own = sentence.strip_prefix(unit).and_then(|rest| rest.strip_prefix(": "));
        own.map(str::to_owned).unwrap_or(sentence)
    };
    Step {
        unit: unit.to_owned(),
        action: action.to_owned(),
        because: job.because.as_ref().map(because).unwrap_or_default(),
    }
}
