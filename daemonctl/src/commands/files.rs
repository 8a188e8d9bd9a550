//! `daemonctl files`: what processes have open, and who has a path open.

mod collect;
mod columns;
mod row;
mod sockets;

use std::process::ExitCode;

use present::json::{Document, Note};
use present::{View, Why, table};
use process::holders::Scope;
use process::needs::Needs;

use crate::context::Context;
use crate::failure::Failure;
use crate::options::{TableOptions, refused, render_notes};
use crate::snapshot::Snapshot;
use crate::targets::Targets;
use crate::watch::{self, WatchArgs};
use crate::what::What;
use collect::Collection;
use columns::{COLUMNS, Files, Flagged};
use row::Options;

const AFTER_HELP: &str = "\
WHAT is a pid, a name, a service or `:port`: what these processes have open. A /path: who has
that file open, runs it, maps it or is in it.

FD is the descriptor's number, or cwd (working directory), root, exe (program), mem (mapped).
A deleted file takes up space on its disk until all its descriptors are closed.

Examples:
  daemonctl files 1234
  daemonctl files nginx --filter 'type = socket'
  daemonctl files /var/log/syslog        who has it open
  daemonctl files /mnt/data --below      who keeps it from being unmounted
  daemonctl files --deleted              what takes space that du(1) does not see
  daemonctl files 1234 --columns +pos,+flags,+locks

`daemonctl files --columns help` lists the columns.";

/// Options of `files`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pids, names, services, :ports: what they have open. /paths: who has them open.
    #[arg(value_name = "WHAT", required_unless_present_any = ["deleted", "columns"])]
    what: Vec<String>,
    /// Every mapped file too, not only deleted ones.
    #[arg(long, short)]
    all: bool,
    /// Only deleted files; of all processes if no WHAT is given.
    #[arg(long)]
    deleted: bool,
    /// For a directory: what is open below it, too.
    #[arg(long, short, conflicts_with = "filesystem")]
    below: bool,
    /// For any path: everything that is open on the same file system.
    #[arg(long)]
    filesystem: bool,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

impl Args {
    fn scope(&self) -> Scope {
        match (self.below, self.filesystem) {
            (true, _) => Scope::Below,
            (_, true) => Scope::FileSystem,
            _ => Scope::Exactly,
        }
    }
}

/// Runs `files`.
///
/// # Errors
/// `/proc` can't be read, WHAT names nothing, or nothing of it may be seen.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    // Wrong options are found before anything is read.
    args.table.view(COLUMNS, "", None)?;
    watch::repeat(&args.watch, context, |out| once(context, args, out))
}

fn once(context: &Context, args: &Args, out: &mut String) -> Result<(), Failure> {
    let (paths, others) = split(&args.what)?;
    let (snapshot, chosen) = if args.what.is_empty() || !paths.is_empty() {
        let snapshot = Snapshot::take(context, Needs::NOTHING)?;
        let chosen = match (others.is_empty(), args.what.is_empty()) {
            (_, true) => (0..snapshot.sample.processes.len()).collect(),
            (true, _) => Vec::new(),
            _ => crate::what::find(context, &snapshot, &others)?.into_iter().collect(),
        };
        (snapshot, chosen)
    } else {
        let targets = Targets::find(context, &others, Needs::NOTHING)?;
        (targets.snapshot, targets.chosen)
    };
    let single = paths.is_empty() && chosen.len() == 1;
    let view = args.table.view(COLUMNS, if single { "-pid,-program" } else { "" }, None)?;
    let options = Options { all: args.all, deleted_only: args.deleted, needs: view.needs() };
    let mut files = Collection::new(context, &snapshot, options)?;
    for path in &paths {
        files.of_path(path, args.scope())?;
    }
    files.of_processes(&chosen)?;
    let found = files.finish();
    let notes = notes(&found);
    if !chosen.is_empty() && found.refused == chosen.len() && found.rows.is_empty() {
        return Err(Failure::failed("not permitted to see what is open there")
            .hint(crate::options::refusal(found.refused)));
    }
    show(context, &view, &found, &notes, out)
}

/// Paths, and the other arguments.
fn split(what: &[String]) -> Result<(Vec<Vec<u8>>, Vec<String>), Failure> {
    let (mut paths, mut others) = (Vec::new(), Vec::new());
    for text in what {
        match What::parse(text)? {
            What::Path(path) => paths.push(path),
            _ => others.push(text.clone()),
        }
    }
    Ok((paths, others))
}

fn show(
    context: &Context,
    view: &View<Files>,
    found: &collect::Found<'_>,
    notes: &[Note],
    out: &mut String,
) -> Result<(), Failure> {
    let order = view.select(&found.rows);
    if context.common.json {
        return write_json(view, found, &order, notes, out);
    }
    let layout = context.layout();
    if !order.is_empty() {
        table::render(view, &found.rows, &order, &layout, out);
    }
    let rows = || order.iter().filter_map(|&index| found.rows.get(index));
    let deleted = rows().filter(|row| row.flagged == Flagged::Deleted);
    let bytes: u64 = collect::deleted_bytes(deleted);
    if bytes > 0 {
        out.push_str(&format!(
            "deleted files that are still open hold {} of disk or memory\n",
            present::units::bytes(bytes)
        ));
    }
    render_notes(notes, &layout.theme, out);
    Ok(())
}

fn write_json(
    view: &View<Files>,
    found: &collect::Found<'_>,
    order: &[usize],
    notes: &[Note],
    out: &mut String,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "files")?;
    document.array("files")?;
    for row in order.iter().filter_map(|&index| found.rows.get(index)) {
        document.item(columns::json(row, view.columns()))?;
    }
    document.end_array()?;
    document.finish(notes)?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

fn notes(found: &collect::Found<'_>) -> Vec<Note> {
    let mut notes = found.notes.clone();
    notes.extend(refused("open files", found.refused));
    let unasked = found.rows.iter().filter(|row| row.unasked).count();
    if unasked > 0 {
        notes.push(Note {
            what: format!("size and type of {unasked} files"),
            reason: Why::NotMeasured,
            detail: "they are on network file systems, which may hang when asked".to_owned(),
        });
    }
    notes
}
