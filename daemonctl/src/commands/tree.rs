//! `daemonctl tree`: processes below the ones that started them.

use std::collections::HashMap;
use std::process::ExitCode;

use present::json::Document;
use present::{table, tree};

use super::ps::Selection;
use crate::columns::COLUMNS;
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::snapshot::{Row, Snapshot};
use crate::what;

const AFTER_HELP: &str = "\
With WHAT: those processes, all below them, and the line of their ancestors.

Examples:
  daemonctl tree
  daemonctl tree sshd
  daemonctl tree --daemons --columns pid,sub,rss,args";

/// Columns of a tree, unless others are asked for.
const COLUMNS_SHOWN: &str = "pid,user,kind,sub,tty,service,args";

/// Options of `tree`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only these, their descendants and their ancestors: pids, names, services, :ports, /paths.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
    /// Which of them, in which form.
    #[command(flatten)]
    pub selection: Selection,
    /// How to repeat.
    #[command(flatten)]
    pub watch: crate::watch::WatchArgs,
}

/// Runs `tree`.
///
/// # Errors
/// `/proc` can't be read, or the query makes no sense.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.selection.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let view = args.selection.view_or(context, COLUMNS_SHOWN)?;
    let needs = context.needs(view.needs());
    let mut before = None;
    crate::watch::repeat(&args.watch, context, |out| {
        let snapshot = Snapshot::take_after(context, needs, before.take())?;
        let mut rows = snapshot.rows();
        args.selection.check_service(&snapshot)?;
        rows.retain(|row| args.selection.admits(row));
        if !args.what.is_empty() {
            let family = family(context, &snapshot, &args.what)?;
            rows.retain(|row| family.contains(&row.index));
        }
        let order = view.select(&rows);
        let chosen: Vec<Row<'_>> =
            order.iter().filter_map(|&index| rows.get(index).copied()).collect();
        let parents = nearest_shown_parents(&snapshot, &chosen);
        if context.common.json {
            write_json(&snapshot, &chosen, &parents, &view, out)?;
        } else {
            let branches = tree::layout(&parents);
            table::render_tree(&view, &chosen, &branches, &context.layout(), out);
            snapshot.say_unreadable()?;
        }
        drop((rows, chosen));
        if args.watch.is_on() {
            before = Some(snapshot);
        }
        Ok(())
    })
}

/// What is named, all below it, and the line above it.
fn family(context: &Context, snapshot: &Snapshot, texts: &[String]) -> Result<Vec<usize>, Failure> {
    let named = what::find(context, snapshot, texts)?;
    let mut family: Vec<usize> = named.iter().copied().collect();
    let mut at = 0;
    let mut seen = vec![false; snapshot.sample.processes.len()];
    while let Some(&index) = family.get(at) {
        at += 1;
        match seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        family.extend(snapshot.tree.children(index).iter().map(|&child| child as usize));
    }
    for index in named {
        family.extend(snapshot.tree.ancestors(index));
    }
    family.sort_unstable();
    family.dedup();
    Ok(family)
}

/// Where a parent is filtered out, its children hang from the next ancestor that is shown.
fn nearest_shown_parents(snapshot: &Snapshot, chosen: &[Row<'_>]) -> Vec<Option<usize>> {
    let place: HashMap<usize, usize> =
        chosen.iter().enumerate().map(|(place, row)| (row.index, place)).collect();
    chosen
        .iter()
        .map(|row| {
            snapshot.tree.ancestors(row.index).find_map(|ancestor| place.get(&ancestor).copied())
        })
        .collect()
}

fn write_json(
    snapshot: &Snapshot,
    chosen: &[Row<'_>],
    parents: &[Option<usize>],
    view: &present::View<crate::columns::Processes>,
    out: &mut String,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "tree")?;
    document.put_json("machine", &json::machine(&snapshot.machine))?;
    document.array("processes")?;
    for (row, parent) in chosen.iter().zip(parents) {
        let mut object = json::process(row, view.columns());
        let pid = parent.and_then(|place| chosen.get(place)).map(|row| row.process.pid());
        object.put("shown_below_pid", present::Value::or_missing(pid, present::Why::NotApplicable));
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&json::notes(snapshot))?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}
