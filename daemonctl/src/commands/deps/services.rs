//! Dependencies of services that scripts start, as their manager tells them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::ExitCode;

use host::{Dependency, Relation};
use present::json::Document;
use present::{Style, Theme, style, text, tree};

use super::{Args, DEFAULT_TARGET, Form};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, ManagerOptions, Managers};
use crate::resolve::{Options, resolve};
use crate::service_view::json::dependency_of;

/// Most lines of a tree.
const MOST_LINES: usize = 10_000;

/// A line of the tree.
struct Line {
    name: String,
    /// What hangs on it stood above.
    is_known: bool,
    is_installed: bool,
    /// How the line above is tied to this.
    ties: Vec<Dependency>,
}

struct Forest {
    lines: Vec<Line>,
    parents: Vec<Option<usize>>,
    /// Every dependency that was followed, with who has it.
    followed: Vec<(String, Dependency)>,
}

/// Shows what services depend on.
///
/// # Errors
/// A name means no service, or the manager could not be asked.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if args.what == [DEFAULT_TARGET] {
        return Err(Failure::usage("a service's name is missing").hint(
            "targets are systemd's; daemonctl list --all lists the services of this machine",
        ));
    }
    let asked = ManagerOptions { manager: args.manager, user: false };
    let managers = Managers::open(context, &asked)?;
    let options = Options { every_manager: true, verb: "deps", ..Options::default() };
    let roots = resolve(context, &managers, &args.what, &options)?;
    let direction = direction(args);
    let forest = forest(context, &managers, &roots, &direction, args.all)?;
    if context.common.json || args.graph == Form::Json {
        json(&roots, direction.name, &forest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    match args.graph {
        Form::Dot => dot(&forest, direction.is_backward(), &mut out),
        _ => draw(&forest, &context.layout().theme, &mut out),
    }
    context.print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Which way relations are followed.
struct Direction {
    /// Its name in JSON.
    name: &'static str,
    /// Relations that a service itself has.
    forward: Vec<Relation>,
    /// Relations that others have to it.
    backward: Vec<Relation>,
}

impl Direction {
    fn is_backward(&self) -> bool {
        matches!(self.name, "reverse" | "before")
    }
}

fn direction(args: &Args) -> Direction {
    let needs = vec![Relation::Needs, Relation::Requisite, Relation::Wants, Relation::Uses];
    // What a service needs, wants or uses starts before it, on OpenRC and by the LSB.
    let after: Vec<Relation> = needs.iter().copied().chain([Relation::After]).collect();
    let before = vec![Relation::Before];
    let is_order = args.order || args.after || args.before;
    let is_before = args.before || (is_order && args.reverse);
    match (is_order, is_before, args.reverse) {
        (true, true, _) => Direction { name: "before", forward: before, backward: after },
        (true, false, _) => Direction { name: "after", forward: after, backward: before },
        (false, _, false) => Direction { name: "forward", forward: needs, backward: Vec::new() },
        (false, _, true) => Direction { name: "reverse", forward: Vec::new(), backward: needs },
    }
}

/// The services of a manager, and what was asked of them.
struct Source<'a> {
    root: &'a Path,
    managers: &'a Managers,
    direction: &'a Direction,
    /// What is installed, by manager.
    installed: HashMap<usize, HashSet<String>>,
    known: HashMap<(usize, String), Vec<Dependency>>,
    /// Show what is wanted or used and not installed too.
    all: bool,
}

impl Source<'_> {
    fn is_installed(&mut self, manager: usize, name: &str) -> Result<bool, Failure> {
        if !self.installed.contains_key(&manager) {
            let services = self.managers.ask(manager, |m| m.services())?;
            let mut names: HashSet<String> = services.into_iter().map(|s| s.name).collect();
            // Scripts of the runlevels' own machinery are no services, and there all the same.
            let index = host::script_index(self.root);
            names.extend(index.scripts.into_iter().map(|script| script.name));
            self.installed.insert(manager, names);
        }
        Ok(self.installed.get(&manager).is_some_and(|names| names.contains(name)))
    }

    /// The services at the other end, by name, each with its ties.
    fn others(&mut self, manager: usize, name: &str, is_root: bool) -> Result<Vec<Other>, Failure> {
        let key = (manager, name.to_owned());
        if !self.known.contains_key(&key) {
            let mut found = Vec::new();
            for (reverse, relations) in
                [(false, &self.direction.forward), (true, &self.direction.backward)]
            {
                if relations.is_empty() {
                    continue;
                }
                match self.managers.ask(manager, |m| m.dependencies(name, reverse)) {
                    Ok(all) => found
                        .extend(all.into_iter().filter(|tie| relations.contains(&tie.relation))),
                    // A virtual name for which nothing stands, or a service that there is not.
                    Err(error) if error.is_no_such_service() && !is_root => {}
                    Err(error) => return Err(error.into()),
                }
            }
            self.known.insert(key.clone(), found);
        }
        let ties = self.known.get(&key).cloned().unwrap_or_default();
        let mut others: Vec<Other> = Vec::new();
        for tie in ties {
            let name = tie.resolved.clone().unwrap_or_else(|| tie.name.clone());
            let is_installed = self.is_installed(manager, &name)?;
            let is_needed = matches!(tie.relation, Relation::Needs | Relation::Requisite);
            if !is_installed && !is_needed && !self.all {
                continue;
            }
            match others.iter_mut().find(|other| other.name == name) {
                Some(other) => other.ties.push(tie),
                None => others.push(Other { name, is_installed, ties: vec![tie] }),
            }
        }
        others.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(others)
    }
}

/// A service at the other end.
struct Other {
    name: String,
    is_installed: bool,
    ties: Vec<Dependency>,
}

/// What hangs on services, depth first. Each is followed once: loops end, and what is shown is no
/// longer than there are dependencies.
fn forest(
    context: &Context,
    managers: &Managers,
    roots: &[Chosen],
    direction: &Direction,
    all: bool,
) -> Result<Forest, Failure> {
    let mut forest = Forest { lines: Vec::new(), parents: Vec::new(), followed: Vec::new() };
    let (installed, known) = (HashMap::new(), HashMap::new());
    let root = context.common.system_root.as_path();
    let mut source = Source { root, managers, direction, installed, known, all };
    let mut done: HashSet<(usize, String)> = HashSet::new();
    let root = |chosen: &Chosen| {
        let name = chosen.name.clone();
        (chosen.manager, Other { name, is_installed: true, ties: Vec::new() }, None::<usize>)
    };
    let mut open: Vec<_> = roots.iter().rev().map(root).collect();
    while let Some((manager, at, parent)) = open.pop() {
        if forest.lines.len() >= MOST_LINES {
            break;
        }
        let below = source.others(manager, &at.name, parent.is_none())?;
        let place = forest.lines.len();
        let is_known = !done.insert((manager, at.name.clone())) && !below.is_empty();
        if !is_known {
            for other in below.into_iter().rev() {
                let ties = other.ties.iter().map(|tie| (at.name.clone(), tie.clone()));
                forest.followed.extend(ties);
                open.push((manager, other, Some(place)));
            }
        }
        let Other { name, is_installed, ties } = at;
        forest.lines.push(Line { name, is_known, is_installed, ties });
        forest.parents.push(parent);
    }
    Ok(forest)
}

fn draw(forest: &Forest, theme: &Theme, out: &mut String) {
    let branches = tree::layout(&forest.parents);
    let label = |row: usize, out: &mut String| {
        let Some(line) = forest.lines.get(row) else { return };
        text::clean_into(line.name.as_bytes(), out);
        if line.is_known {
            out.push_str(if theme.unicode { " …" } else { " ..." });
        }
        if !line.is_installed {
            let what =
                if line.name.starts_with('$') { "nothing stands for it" } else { "not installed" };
            out.push(' ');
            style::paint(&format!("({what})"), Style::Warn, theme, out);
        }
        if line.ties.is_empty() {
            return;
        }
        let mut words: Vec<String> = Vec::new();
        for tie in &line.ties {
            let word = match &tie.resolved {
                Some(resolved) if *resolved != tie.name => {
                    format!("{} {}", tie.relation.word(), tie.name)
                }
                _ => tie.relation.word().to_owned(),
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let words = format!("  {}", text::clean(words.join(", ").as_bytes()));
        style::paint(&words, Style::Dim, theme, out);
    };
    tree::render(&branches, label, theme, out);
}

fn dot(forest: &Forest, reverse: bool, out: &mut String) {
    let quoted = |name: &str| {
        let name = text::clean(name.as_bytes()).replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{name}\"")
    };
    out.push_str("digraph dependencies {\n    rankdir=LR;\n    node [shape=box];\n");
    let mut drawn = HashSet::new();
    for (holder, tie) in &forest.followed {
        let other = tie.resolved.as_ref().unwrap_or(&tie.name);
        let (from, to) = if reverse { (other, holder) } else { (holder, other) };
        let line = format!(
            "    {} -> {} [tooltip=\"{}\"];\n",
            quoted(from),
            quoted(to),
            tie.relation.word()
        );
        if !drawn.contains(&line) {
            out.push_str(&line);
            drawn.insert(line);
        }
    }
    out.push_str("}\n");
}

fn json(roots: &[Chosen], direction: &str, forest: &Forest) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "deps")?;
    document.put_json("direction", &direction.into())?;
    let asked: Vec<&str> = roots.iter().map(|root| root.name.as_str()).collect();
    document.put_json("asked", &asked.into())?;
    document.put_json("units", &serde_json::Value::Array(Vec::new()))?;
    document.put_json("dependencies", &serde_json::Value::Array(Vec::new()))?;
    document.array("relations")?;
    for (holder, tie) in &forest.followed {
        let mut object = dependency_of(tie);
        object.put("service", holder.as_str());
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    Ok(())
}
