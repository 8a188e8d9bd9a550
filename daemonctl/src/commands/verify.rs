//! `daemonctl verify`: what is wrong with unit files.

use std::process::ExitCode;

use present::Style;
use present::json::Document;
use unit::graph::{self, Graph};
use unit::load::ManagerDefaults;
use unit::{Code, Diagnostic, LoadState, Name, Severity, Unit, check};

use crate::context::Context;
use crate::failure::Failure;
use crate::findings;
use crate::surroundings::OnDisk;
use crate::unit_names;
use crate::unit_tree::{TreeOptions, UnitTree};

const AFTER_HELP: &str = "\
A path names a file; its folder then comes first in the search path. Templates are checked as an
instance named \"i\". Errors keep a unit from loading or starting; warnings are parts that systemd
ignores, or settings that contradict each other; hints are what could be better.

Examples:
  daemonctl verify ./my.service
  daemonctl verify nginx.service ssh
  daemonctl verify --all --hints
  daemonctl verify --root /mnt/image --all --json

Exit status: 0 nothing found, 1 errors or warnings (with --strict: hints too), 2 wrong usage,
4 no such unit.";

/// Options of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Unit files, or names of units.
    #[arg(value_name = "FILE|NAME", required_unless_present = "all")]
    what: Vec<String>,
    /// All units of the search path.
    #[arg(long, conflicts_with = "what")]
    all: bool,
    /// Show hints too.
    #[arg(long)]
    hints: bool,
    /// Hints count as errors.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    tree: TreeOptions,
}

/// Checks units and prints what is wrong.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let (tree, names) = open(args)?;
    let mut units = load(&tree, &names);
    let is_missing =
        |unit: &&Unit| unit.state == LoadState::NotFound && unit.diagnostics.is_empty();
    if let Some(missing) = units.iter().find(is_missing) {
        let name = &missing.name;
        return Err(Failure::not_found(format!("there is no unit {name}")).hint(
            "give the path of a file, or see which units there are with: daemonctl verify --all",
        ));
    }
    let mut findings = Found::new(args.hints || args.strict);
    findings.take(tree.problems.clone());
    for unit in &mut units {
        findings.take(std::mem::take(&mut unit.diagnostics));
    }
    beyond_files(&tree, &names, units, &mut findings);
    let Found { mut found, hints, keeps_hints } = findings;
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    found.dedup();
    let unseen = if keeps_hints { 0 } else { hints };
    findings::with_texts(&tree.disk, &mut found);
    let is_bad = found.iter().any(|finding| args.strict || finding.severity > Severity::Hint);
    match context.common.json {
        true => json(&names, &found)?,
        false => text(context, &names, &found, unseen)?,
    }
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Findings. Hints that nobody asked for are counted and not kept: there may be one for every unit.
struct Found {
    found: Vec<Diagnostic>,
    hints: usize,
    keeps_hints: bool,
}

impl Found {
    fn new(keeps_hints: bool) -> Found {
        Found { found: Vec::new(), hints: 0, keeps_hints }
    }

    fn take(&mut self, findings: Vec<Diagnostic>) {
        for finding in findings {
            let is_hint = finding.severity == Severity::Hint;
            self.hints += usize::from(is_hint);
            if self.keeps_hints || !is_hint {
                self.found.push(finding);
            }
        }
    }
}

/// By unit file and line; what has no file comes behind what has.
fn key(finding: &Diagnostic) -> (bool, &str, u32, u32, &str, &str) {
    let place = finding.place.as_ref();
    (
        place.is_none(),
        place.map_or("", |place| &*place.file),
        place.map_or(0, |place| place.line),
        place.map_or(0, |place| place.columns.start),
        finding.unit.as_deref().unwrap_or_default(),
        &finding.message,
    )
}

fn open(args: &Args) -> Result<(UnitTree, Vec<Name>), Failure> {
    if args.all {
        let tree = UnitTree::open(&args.tree)?;
        let names = tree.catalogue.own_names().into_iter().cloned();
        let names = names.filter_map(unit_names::instantiated).collect();
        return Ok((tree, names));
    }
    unit_names::open(&args.what, &args.tree)
}

/// Loads units, on all processors where there are many.
fn load(tree: &UnitTree, names: &[Name]) -> Vec<Unit> {
    const WORTH_A_THREAD: usize = 256;
    let loader = tree.loader();
    let one_by_one = |names: &[Name]| names.iter().map(|name| loader.load(name)).collect();
    let threads = match names.len() {
        0..WORTH_A_THREAD => 1,
        _ => std::thread::available_parallelism().map_or(1, |count| count.get()),
    };
    if threads == 1 {
        return one_by_one(names);
    }
    std::thread::scope(|scope| {
        let parts = names.chunks(names.len().div_ceil(threads));
        let started: Vec<_> = parts.map(|part| scope.spawn(|| one_by_one(part))).collect();
        // A thread that panicked would have said so; what the others found is still worth showing.
        started.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect::<Vec<Unit>>()
    })
}

/// What can be seen only with other units and the machine at hand.
fn beyond_files(tree: &UnitTree, names: &[Name], mut units: Vec<Unit>, found: &mut Found) {
    let loader = tree.loader();
    let manager = ManagerDefaults::read(&tree.disk, tree.facts.is_user);
    let options = graph::Options::of(&tree.facts).under(&manager);
    units.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    units.dedup_by(|a, b| a.name == b.name);
    let known: Vec<Name> = units.iter().map(|unit| unit.name.clone()).collect();
    let mut units: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
    let gathered = graph::gather(names.iter().cloned(), &options, |name| {
        let at = known.binary_search(name).ok();
        let loaded = at.and_then(|at| units.get_mut(at)).and_then(Option::take);
        loaded.unwrap_or_else(|| loader.load(name))
    });
    drop((known, units));
    if gathered.len() >= graph::gather::MAX_UNITS {
        let message = "dependencies lead to more units than are looked at; the rest is not known";
        let help = "templates that name each other, or themselves, with ever longer instances?";
        let more = Diagnostic::new(Severity::Warning, Code::NoSuchUnit, message);
        found.take(vec![more.with_help(help)]);
    }
    let graph = Graph::build(&gathered, &options);
    let asked: Vec<_> = names.iter().filter_map(|name| graph.find(name.as_str())).collect();
    let around = OnDisk::new(&tree.disk);
    for id in &asked {
        let Some(unit) = graph.node(*id).and_then(|node| node.unit) else { continue };
        if unit.state == LoadState::Loaded {
            found.take(check::settings::of(unit));
            found.take(check::references::of(unit, &tree.catalogue, &around));
        }
    }
    found.take(check::relations::of(&graph, &asked, &around));
}

fn json(names: &[Name], found: &[Diagnostic]) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "verify")?;
    document.put_json("units", &names.iter().map(Name::as_str).collect())?;
    document.array("findings")?;
    for finding in found {
        document.item(findings::json(finding))?;
    }
    document.finish(&[])?;
    Ok(())
}

fn text(
    context: &Context,
    names: &[Name],
    found: &[Diagnostic],
    unseen: usize,
) -> Result<(), Failure> {
    let theme = context.layout().theme;
    let mut out = String::new();
    for finding in found {
        findings::draw(finding, &theme, &mut out);
        out.push('\n');
    }
    let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let many = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut parts = Vec::new();
    let style = match (errors, warnings) {
        (0, 0) => Style::Good,
        (0, _) => Style::Warn,
        _ => Style::Bad,
    };
    for (count, word) in [(errors, "error"), (warnings, "warning")] {
        if count > 0 {
            parts.push(many(count, word));
        }
    }
    if parts.is_empty() {
        parts.push("nothing wrong".to_owned());
    }
    let hints = unseen + count(Severity::Hint);
    if hints > 0 {
        let how = if unseen > 0 { " (shown with --hints)" } else { "" };
        parts.push(format!("{}{how}", many(hints, "hint")));
    }
    out.push_str(&format!("{}: ", many(names.len(), "unit")));
    present::style::paint(&parts.join(", "), style, &theme, &mut out);
    out.push('\n');
    context.print(&out)?;
    Ok(())
}
