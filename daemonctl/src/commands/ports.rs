//! `daemonctl ports`: which sockets listen, and who serves them.

mod collect;
mod columns;

use std::process::ExitCode;

use present::json::Document;
use present::table;
use process::needs::Needs;
use process::sockets::{Protocols, Wanted};

use crate::context::Context;
use crate::failure::Failure;
use crate::options::{TableOptions, render_notes};
use crate::snapshot::Snapshot;
use crate::targets::Targets;
use crate::watch::{self, WatchArgs};
use crate::what::What;
use collect::Found;
use columns::COLUMNS;

const AFTER_HELP: &str = "\
Without WHAT: the whole machine, its other network namespaces (containers) included. ACCEPT shows
connections that wait to be accepted, and how many may.

Examples:
  daemonctl ports
  daemonctl ports nginx
  daemonctl ports :443 --connected
  daemonctl ports --filter 'address ~ \"0.0.0.0*\" and user = root'
  daemonctl ports --unix --columns +inode

`daemonctl ports --columns help` lists the columns.";

/// Columns for connected sockets.
const CONNECTED: &str =
    "proto,state,address,remote,receive,send,accept,pids,program,user,service,netns";

/// Options of `ports`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only of these: pids, names, services; `:port`: only this port.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Connected sockets too.
    #[arg(long, short)]
    connected: bool,
    /// Unix sockets too.
    #[arg(long, short)]
    unix: bool,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

/// Which sockets the arguments mean.
pub struct Chosen {
    /// Ports.
    ports: Vec<u16>,
    /// Names of unix sockets.
    paths: Vec<Vec<u8>>,
    /// Processes of the snapshot.
    processes: Vec<usize>,
    /// No WHAT was given.
    everything: bool,
}

/// Runs `ports`.
///
/// # Errors
/// `/proc` can't be read, WHAT names nothing, or no sockets may be seen.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    args.table.view(COLUMNS, "", None)?;
    watch::repeat(&args.watch, context, |out| once(context, args, out))
}

fn once(context: &Context, args: &Args, out: &mut String) -> Result<(), Failure> {
    let (snapshot, chosen) = choose(context, args)?;
    let wanted = Wanted {
        listening: true,
        connected: args.connected,
        tcp_info: false,
        time_wait: false,
        protocols: Protocols {
            tcp: true,
            udp: true,
            udplite: true,
            raw: true,
            unix: args.unix || !chosen.paths.is_empty(),
        },
    };
    let found = collect::collect(context, &snapshot, &chosen, &wanted)?;
    let changes = if args.connected { CONNECTED } else { "" };
    let view = args.table.view(COLUMNS, changes, None)?;
    let order = view.select(&found.rows);
    if order.is_empty() && !chosen.everything && args.table.filter.is_none() {
        return Err(nothing(args));
    }
    if context.common.json {
        return write_json(&found, &order, out);
    }
    let layout = context.layout();
    table::render(&view, &found.rows, &order, &layout, out);
    render_notes(&found.notes, &layout.theme, out);
    Ok(())
}

fn choose(context: &Context, args: &Args) -> Result<(Snapshot, Chosen), Failure> {
    let mut chosen = Chosen {
        ports: Vec::new(),
        paths: Vec::new(),
        processes: Vec::new(),
        everything: args.what.is_empty(),
    };
    let mut others = Vec::new();
    for text in &args.what {
        match What::parse(text)? {
            What::Port(port) => chosen.ports.push(port),
            What::Path(path) => chosen.paths.push(path),
            _ => others.push(text.clone()),
        }
    }
    if others.len() == args.what.len() && !others.is_empty() {
        let targets = Targets::find(context, &others, Needs::NOTHING)?;
        chosen.processes = targets.chosen;
        return Ok((targets.snapshot, chosen));
    }
    let snapshot = Snapshot::take(context, Needs::NOTHING)?;
    if !others.is_empty() {
        chosen.processes = crate::what::find(context, &snapshot, &others)?.into_iter().collect();
    }
    Ok((snapshot, chosen))
}

fn nothing(args: &Args) -> Failure {
    let failure = Failure::not_found(format_args!("nothing listens for {}", args.what.join(", ")));
    match args.connected {
        true => failure,
        false => failure.hint("--connected shows connected sockets too, --unix unix sockets"),
    }
}

fn write_json(found: &Found<'_>, order: &[usize], out: &mut String) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "ports")?;
    document.array("sockets")?;
    for row in order.iter().filter_map(|&index| found.rows.get(index)) {
        document.item(columns::json(row))?;
    }
    document.end_array()?;
    document.finish(&found.notes)?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}
