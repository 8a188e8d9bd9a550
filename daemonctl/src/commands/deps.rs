//! `daemonctl deps`: what a unit or a service depends on, or what depends on it.

mod services;

use std::collections::HashSet;
use std::process::ExitCode;

use present::json::Document;
use present::{Style, Theme, style, text, tree};
use unit::UnitType;
use unit::graph::{Dependency, Edge, Graph, NodeId};

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{self, Which};
use crate::unit_graph::{self, Units};
use crate::unit_tree::TreeOptions;

const AFTER_HELP: &str = "\
Shown is what starting NAME brings with it, as systemctl list-dependencies does: targets are followed
by what they bring, other units only with --all. A unit that stood above is not followed again (…).
All units of the search path are looked at, running or not.
Where OpenRC or SysV init runs the machine: what the services' scripts say that they need, want and use
(--order: before and after what they start), and which service stands for a virtual name.

Examples:
  daemonctl deps nginx
  daemonctl deps nginx --reverse --why
  daemonctl deps multi-user.target --order
  daemonctl deps nginx --all --graph dot | dot -Tsvg > nginx.svg

Exit status: 0 done, 1 failed, 2 wrong usage, 4 no such unit.";

/// What a unit's name is asked for without.
const DEFAULT_TARGET: &str = "default.target";

/// Options of `deps`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Names of units, or paths of unit files.
    #[arg(value_name = "NAME", default_value = DEFAULT_TARGET)]
    what: Vec<String>,
    /// What brings NAME with it, not what NAME brings.
    #[arg(long, short)]
    reverse: bool,
    /// What starts before NAME: the order alone; with --reverse, what starts after it.
    #[arg(long)]
    order: bool,
    /// The same as --order, by the name of the setting.
    #[arg(long, conflicts_with_all = ["reverse", "before"])]
    after: bool,
    /// The same as --order --reverse.
    #[arg(long, conflicts_with = "order")]
    before: bool,
    /// Follow every unit, not targets alone.
    #[arg(long, short)]
    all: bool,
    /// Say of each dependency which kind it is and where it comes from.
    #[arg(long, short)]
    why: bool,
    /// How to draw it.
    #[arg(long, value_name = "FORM", default_value = "tree")]
    graph: Form,
    #[command(flatten)]
    tree: TreeOptions,
    /// Services of this manager, whatever runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager", conflicts_with = "root")]
    manager: Option<Which>,
}

/// How dependencies are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A tree, as text.
    Tree,
    /// The language of Graphviz.
    Dot,
    /// JSON (docs/json.md), the same as --json.
    Json,
}

/// Which way, and over which dependencies.
struct Direction {
    name: &'static str,
    kinds: Vec<Dependency>,
}

impl Args {
    fn direction(&self) -> Direction {
        let is_order = self.order || self.after;
        let (name, kinds) = match (is_order, self.reverse) {
            _ if self.before => ("before", vec![Dependency::Before]),
            (true, false) => ("after", vec![Dependency::After]),
            (true, true) => ("before", vec![Dependency::Before]),
            (false, false) => ("forward", Dependency::NEEDS.to_vec()),
            (false, true) => {
                ("reverse", Dependency::NEEDS.iter().map(|kind| kind.inverse()).collect())
            }
        };
        Direction { name, kinds }
    }
}

/// A line of the tree.
struct Line {
    node: NodeId,
    /// It stood above, with what hangs on it.
    is_known: bool,
    /// From the unit above.
    edges: Vec<Edge>,
}

/// Lines with the line that each hangs on.
struct Forest {
    lines: Vec<Line>,
    parents: Vec<Option<usize>>,
}

/// Shows what units depend on.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if managers::means_scripts(context, args.manager, &args.tree, &args.what) {
        return services::run(context, args);
    }
    let is_user = args.tree.user || args.manager == Some(Which::SystemdUser);
    let options = TreeOptions { user: is_user, ..args.tree.clone() };
    let units = Units::load(&options, &args.what)?;
    let graph = units.graph();
    let asked = units.find(&graph)?;
    let direction = args.direction();
    let forest = forest(&graph, &asked, &direction.kinds, args.all);
    if context.common.json || args.graph == Form::Json {
        json(&graph, &asked, &direction, &forest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    match args.graph {
        Form::Dot => dot(&graph, &asked, &forest, &mut out),
        _ => draw(&graph, &forest, args.why, &context.layout().theme, &mut out),
    }
    context.print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// What hangs on units, depth first. Each unit is followed once, so that what is shown is no longer
/// than there are dependencies.
fn forest(graph: &Graph<'_>, asked: &[NodeId], kinds: &[Dependency], all: bool) -> Forest {
    let mut forest = Forest { lines: Vec::new(), parents: Vec::new() };
    let mut followed: HashSet<NodeId> = HashSet::new();
    let root = |node: &NodeId| (Line { node: *node, is_known: false, edges: Vec::new() }, None);
    let mut open: Vec<(Line, Option<usize>)> = asked.iter().rev().map(root).collect();
    while let Some((mut line, parent)) = open.pop() {
        let place = forest.lines.len();
        let is_target = graph.name(line.node).ends_with(".target");
        let follows = parent.is_none() || all || is_target;
        let others = if follows { others(graph, line.node, kinds) } else { Vec::new() };
        line.is_known = follows && !followed.insert(line.node) && !others.is_empty();
        if !line.is_known {
            let child = |(node, edges)| (Line { node, is_known: false, edges }, Some(place));
            open.extend(others.into_iter().rev().map(child));
        }
        forest.lines.push(line);
        forest.parents.push(parent);
    }
    forest
}

/// The units at the other end, as systemctl sorts them: targets last, else by name.
fn others(graph: &Graph<'_>, node: NodeId, kinds: &[Dependency]) -> Vec<(NodeId, Vec<Edge>)> {
    let mut edges: Vec<(NodeId, Edge)> = kinds
        .iter()
        .flat_map(|kind| {
            let other = |edge: &Edge| if kind.is_stored() { edge.to } else { edge.from };
            graph.edges(node, *kind).map(move |edge| (other(edge), *edge))
        })
        .collect();
    edges.sort_by_key(|(other, _)| *other);
    let mut others: Vec<(NodeId, Vec<Edge>)> = edges
        .chunk_by(|left, right| left.0 == right.0)
        .filter_map(|same| Some((same.first()?.0, same.iter().map(|(_, edge)| *edge).collect())))
        .collect();
    others.sort_by_cached_key(|(other, _)| {
        let name = graph.name(*other);
        (name.ends_with(".target"), name.to_ascii_lowercase(), name.to_owned())
    });
    others
}

fn draw(graph: &Graph<'_>, forest: &Forest, why: bool, theme: &Theme, out: &mut String) {
    let branches = tree::layout(&forest.parents);
    let label = |row: usize, out: &mut String| {
        let Some(line) = forest.lines.get(row) else { return };
        text::clean_into(graph.name(line.node).as_bytes(), out);
        if line.is_known {
            out.push_str(if theme.unicode { " …" } else { " ..." });
        }
        if let Some(trouble) = unit_graph::trouble(graph.state(line.node)) {
            out.push(' ');
            style::paint(&format!("({trouble})"), Style::Warn, theme, out);
        }
        if why && !line.edges.is_empty() {
            out.push_str("  ");
            let reasons = text::clean(reasons(graph, &line.edges).as_bytes()).into_owned();
            style::paint(&reasons, Style::Dim, theme, out);
        }
    };
    tree::render(&branches, label, theme, out);
}

/// `Wants: a link in x.target.wants/; Requires= in FILE:3`
fn reasons(graph: &Graph<'_>, edges: &[Edge]) -> String {
    let reason = |edge: &Edge| {
        let (kind, text) = (edge.as_held().name(), graph.explain(edge));
        let says_kind = text.strip_prefix(kind).is_some_and(|rest| rest.starts_with('='));
        if says_kind { text } else { format!("{kind}: {text}") }
    };
    edges.iter().map(reason).collect::<Vec<_>>().join("; ")
}

/// All dependencies of the lines, each reason once.
fn edges(forest: &Forest) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut seen = HashSet::new();
    for edge in forest.lines.iter().flat_map(|line| &line.edges) {
        if seen.insert((edge.from, edge.kind, edge.to, edge.turned, edge.why)) {
            edges.push(*edge);
        }
    }
    edges
}

/// The units of the lines, each once.
fn nodes(forest: &Forest) -> Vec<NodeId> {
    let mut seen = HashSet::new();
    forest.lines.iter().map(|line| line.node).filter(|node| seen.insert(*node)).collect()
}

fn dot(graph: &Graph<'_>, asked: &[NodeId], forest: &Forest, out: &mut String) {
    let quoted = |id: NodeId| format!("\"{}\"", graph.name(id).replace('\\', "\\\\"));
    out.push_str("digraph dependencies {\n    rankdir=LR;\n    node [shape=box];\n");
    for node in nodes(forest) {
        let is_target = graph.node(node).is_some_and(|n| n.name.unit_type() == UnitType::Target);
        let shape = if is_target { " shape=ellipse" } else { "" };
        let bold = if asked.contains(&node) { " style=bold" } else { "" };
        let dashed = match unit_graph::trouble(graph.state(node)) {
            Some(trouble) => format!(" style=dashed tooltip=\"{trouble}\""),
            None => String::new(),
        };
        out.push_str(&format!(
            "    {} [{}];\n",
            quoted(node),
            format!("{shape}{bold}{dashed}").trim()
        ));
    }
    let mut drawn = HashSet::new();
    for edge in edges(forest) {
        if drawn.insert((edge.from, edge.kind, edge.to)) {
            out.push_str(&format!(
                "    {} -> {} [color={} tooltip=\"{}\"];\n",
                quoted(edge.from),
                quoted(edge.to),
                colour(edge.kind),
                edge.kind.name(),
            ));
        }
    }
    out.push_str("}\n");
}

const fn colour(kind: Dependency) -> &'static str {
    match kind {
        Dependency::Requires | Dependency::BindsTo => "black",
        Dependency::Requisite => "darkblue",
        Dependency::Wants | Dependency::Upholds => "gray50",
        Dependency::PartOf => "purple",
        _ => "darkgreen",
    }
}

fn json(
    graph: &Graph<'_>,
    asked: &[NodeId],
    direction: &Direction,
    forest: &Forest,
) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "deps")?;
    document.put_json("direction", &direction.name.into())?;
    document.put_json("asked", &asked.iter().map(|id| graph.name(*id)).collect())?;
    document.array("units")?;
    for node in nodes(forest) {
        document.item(unit_graph::unit_json(graph, node))?;
    }
    document.array("dependencies")?;
    for edge in edges(forest) {
        document.item(unit_graph::edge_json(graph, &edge))?;
    }
    document.finish(&[])?;
    Ok(())
}
