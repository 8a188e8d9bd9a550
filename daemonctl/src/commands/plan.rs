//! `daemonctl plan`: what starting or stopping units would do, in which order, and why.

pub mod refusal;

use std::process::ExitCode;

use present::json::{Document, Object};
use present::{Column, Kind, Rows, Style, Value, View, Why, table};
use unit::graph::plan::{Action, Ignored, Job, Plan, plan};
use unit::graph::{Edge, Graph, NodeId, Verb};

use crate::context::Context;
use crate::failure::Failure;
use crate::unit_graph::{self, Units};
use crate::unit_tree::TreeOptions;

const AFTER_HELP: &str = "\
Nothing is done. Files alone are looked at: which units run is not known, so that starts of units that
run already, and stops of units that do not, are listed too. Steps of one number go at the same time.
What every start of the machine brings (sysinit.target and what hangs on it) is left out without --all.

Units that wait for each other are an error. systemd would leave out one of them, whichever it meets.

Examples:
  daemonctl plan start nginx
  daemonctl plan stop dbus.socket
  daemonctl plan start multi-user.target --root /mnt/image --all

Exit status: 0 it can be done, 1 it can't, 2 wrong usage, 4 no such unit.";

/// Options of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// What to do.
    #[arg(value_name = "VERB")]
    verb: Asked,
    /// Names of units, or paths of unit files.
    #[arg(value_name = "NAME", required = true)]
    what: Vec<String>,
    /// Every step, those too that each start of the machine takes.
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    tree: TreeOptions,
}

/// What to do with units.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Asked {
    /// Start them.
    Start,
    /// Stop them.
    Stop,
    /// Stop and start them.
    Restart,
}

impl From<Asked> for Verb {
    fn from(asked: Asked) -> Verb {
        match asked {
            Asked::Start => Verb::Start,
            Asked::Stop => Verb::Stop,
            Asked::Restart => Verb::Restart,
        }
    }
}

/// A marker for the table.
enum Steps {}

impl Rows for Steps {
    type Row<'a> = Step;
}

/// One row.
struct Step {
    number: u64,
    verb: Verb,
    action: Action,
    unit: String,
    matters: bool,
    because: String,
}

type C = Column<Steps>;

static COLUMNS: &[C] = &[
    C::new("step", "STEP", Kind::Number, "its turn", |r| Value::Uint(r.number)).shown(),
    C::new("action", "ACTION", Kind::Text, "what is done", |r| Value::text(said(r)))
        .style(|r| match r.action {
            Action::Stop => Style::Warn,
            Action::Start | Action::Verify => Style::Plain,
            Action::TryRestart | Action::Restart => Style::Good,
        })
        .shown(),
    C::new("unit", "UNIT", Kind::Text, "the unit", |r| Value::raw(r.unit.as_bytes())).shown(),
    C::new("need", "NEED", Kind::Text, "whether it may fail", |r| {
        Value::text(if r.matters { "must" } else { "may fail" })
    })
    .style(|r| if r.matters { Style::Plain } else { Style::Dim })
    .shown(),
    C::new("because", "BECAUSE", Kind::Text, "why it is in the plan", |r| {
        Value::raw(r.because.as_bytes())
    })
    .flexible(30)
    .shown(),
];

/// What is done, in words for people.
fn said(step: &Step) -> &'static str {
    match (step.action, step.verb) {
        (Action::Stop, Verb::Start) => "stop if running",
        (Action::TryRestart, _) => "restart if running",
        (Action::Verify, _) => "must run already",
        (action, _) => action.word(),
    }
}

/// Says what would happen.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let units = Units::load(&args.tree, &args.what)?;
    let graph = units.graph();
    let asked = units.find(&graph)?;
    let verb = Verb::from(args.verb);
    let plan =
        plan(&graph, verb, &asked).map_err(|refusal| refusal::failure(&graph, verb, &refusal))?;
    match context.common.json {
        true => json(&graph, &asked, &plan)?,
        false => show(context, args, &graph, &plan)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What every start of the machine brings, and so is there already on one that runs.
fn is_early(graph: &Graph<'_>, plan: &Plan, job: &Job) -> bool {
    let is_early = |id: NodeId| ["sysinit.target", "basic.target"].contains(&graph.name(id));
    plan.verb != Verb::Stop
        && job.because.is_some()
        && plan.chain(job).iter().any(|(node, _)| is_early(*node) && *node != job.node)
}

fn show(context: &Context, args: &Args, graph: &Graph<'_>, plan: &Plan) -> Result<(), Failure> {
    let hidden = |job: &&Job| !args.all && (is_early(graph, plan, job) || plan.is_routine(job));
    let shown: Vec<&Job> = plan.jobs.iter().filter(|job| !hidden(job)).collect();
    let mut rows: Vec<Step> = Vec::new();
    let (mut number, mut wave) = (0, None);
    for job in shown {
        if wave != Some(job.wave) {
            number += 1;
            wave = Some(job.wave);
        }
        rows.push(Step {
            number,
            verb: plan.verb,
            action: job.action,
            unit: graph.name(job.node).to_owned(),
            matters: job.matters,
            because: because(graph, job),
        });
    }
    let view = View::parse(COLUMNS, &present::Query { columns: None, sort: None, filter: None })?;
    let order: Vec<usize> = (0..rows.len()).collect();
    let mut out = String::new();
    table::render(&view, &rows, &order, &context.layout(), &mut out);
    let notes = notes(graph, plan, args.all);
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out.push_str(&present::text::clean(note.as_bytes()));
        out.push('\n');
    }
    context.print(&out)?;
    Ok(())
}

/// `Wants= in FILE:3 of a.service`, or that it was asked for.
fn because(graph: &Graph<'_>, job: &Job) -> String {
    let Some((_, edge)) = &job.because else { return "asked for".to_owned() };
    let puller = if edge.from == job.node { edge.to } else { edge.from };
    let kind = if edge.from == puller { edge.kind } else { edge.kind.inverse() };
    format!("{} {} it: {}", graph.name(puller), verb_of(kind.name()), graph.explain(edge))
}

/// A dependency's name as a word of a sentence: `PropagatesStopTo` as it is, `Wants` small.
fn verb_of(kind: &str) -> String {
    match kind {
        "Requires" | "Wants" | "Upholds" => kind.to_ascii_lowercase(),
        "Conflicts" => "conflicts with".to_owned(),
        "BindsTo" => "is bound to".to_owned(),
        "Requisite" => "needs running".to_owned(),
        "RequiredBy" => "is required by".to_owned(),
        "RequisiteOf" => "is needed running by".to_owned(),
        "BoundBy" => "binds".to_owned(),
        "ConsistsOf" => "has as a part".to_owned(),
        "ConflictedBy" => "is in conflict with".to_owned(),
        "PropagatesStopTo" => "stops with itself".to_owned(),
        other => other.to_owned(),
    }
}

fn notes(graph: &Graph<'_>, plan: &Plan, all: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let count = |hides: &dyn Fn(&Job) -> bool| plan.jobs.iter().filter(|job| hides(job)).count();
    let early = count(&|job| is_early(graph, plan, job));
    if early > 0 && !all {
        notes.push(format!(
            "Not shown: {early} steps that come with sysinit.target, which a running system has \
             taken (--all)."
        ));
    }
    if !all && count(&|job| plan.is_routine(job)) > 0 {
        notes.push("Not shown: a shutdown that is under way would be given up (--all).".to_owned());
    }
    for ignored in &plan.ignored {
        notes.push(format!("Passed over: {}.", passed_over(graph, ignored)));
    }
    for dropped in &plan.dropped {
        let name = graph.name(dropped.node);
        notes.push(format!(
            "Left out: {} of {name}, which contradicts the rest.",
            dropped.action.word()
        ));
    }
    for edge in &plan.triggers {
        let (from, to) = (graph.name(edge.from), graph.name(edge.to));
        notes.push(format!("{from} is not stopped and may start {to} again."));
    }
    notes
}

fn passed_over(graph: &Graph<'_>, ignored: &Ignored) -> String {
    let end = ignored.chain.last().map_or(ignored.node, |edge| edge.to);
    let state = unit_graph::trouble(graph.state(end)).unwrap_or("can't be started");
    let by = graph.name(ignored.edge.from);
    match ignored.chain.is_empty() {
        true => format!("{}, wanted by {by}: {state}", graph.name(end)),
        false => {
            let name = graph.name(ignored.node);
            format!("{name}, wanted by {by}: it needs {}: {state}", graph.name(end))
        }
    }
}

fn json(graph: &Graph<'_>, asked: &[NodeId], plan: &Plan) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "plan")?;
    document.put_json("verb", &plan.verb.word().into())?;
    document.put_json("asked", &asked.iter().map(|id| graph.name(*id)).collect())?;
    document.array("jobs")?;
    for job in &plan.jobs {
        document.item(job_json(graph, plan, job))?;
    }
    document.array("passed_over")?;
    for ignored in &plan.ignored {
        let mut object = Object::new();
        object.put("unit", graph.name(ignored.node));
        object.put_object("dependency", unit_graph::edge_json(graph, &ignored.edge));
        object.put_json("chain", chain_json(graph, ignored.chain.iter()));
        document.item(object)?;
    }
    document.array("left_out")?;
    for dropped in &plan.dropped {
        let mut object = Object::new();
        object.put("unit", graph.name(dropped.node)).put("action", dropped.action.word());
        document.item(object)?;
    }
    document.array("triggers")?;
    for edge in &plan.triggers {
        document.item(unit_graph::edge_json(graph, edge))?;
    }
    document.finish(&[])?;
    Ok(())
}

fn job_json(graph: &Graph<'_>, plan: &Plan, job: &Job) -> Object {
    let mut object = Object::new();
    object.put("unit", graph.name(job.node));
    object.put("action", job.action.word());
    object.put("step", job.wave + 1);
    object.put("must_succeed", job.matters);
    object.put("at_boot", is_early(graph, plan, job));
    object.put("routine", plan.is_routine(job));
    let edge = job.because.map(|(_, edge)| unit_graph::edge_json(graph, &edge));
    match edge {
        Some(edge) => object.put_object("because", edge),
        None => object.put("because", Value::Missing(Why::NotApplicable)),
    };
    let chain: Vec<&str> = plan.chain(job).into_iter().map(|(node, _)| graph.name(node)).collect();
    object.put_json("chain", chain);
    object
}

fn chain_json<'e>(graph: &Graph<'_>, chain: impl Iterator<Item = &'e Edge>) -> serde_json::Value {
    chain.map(|edge| unit_graph::edge_json(graph, edge).build()).collect()
}
