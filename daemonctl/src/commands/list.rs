//! `daemonctl list`: the services of every manager.

mod gather;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use present::json::Document;
use present::{View, table};

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers};
use crate::options::{TableOptions, render_notes};
use crate::service_view::columns::{COLUMNS, NARROW, Services};
use crate::service_view::fill::need;
use crate::service_view::json;
use crate::watch::WatchArgs;
use gather::Listed;

const AFTER_HELP: &str = "\
Without WHAT, --state and --all: what is started or should be; services that are stopped, and what is
installed and not loaded, come with --all. Where no manager runs, the daemons that the processes show
are listed, without a manager. What a manager does not know is filled in from the processes: the
start of a SysV service, the state of one whose script tells of no pid file.

systemd lists services with their states in one answer, and is asked for each of the rest by itself:
since when, main process and restarts are shown with --long and --json, and where --columns, --sort or
--filter name them (age, since, pid, restarts). Whether services are enabled comes with --long, --all
or --columns +enabled: it takes longer than all the rest. Other managers tell all of it at once.

Examples:
  daemonctl list
  daemonctl list --long
  daemonctl list --state failed
  daemonctl list 'php*' redis --columns +ports,+rss
  daemonctl list --all --filter 'enabled = enabled and state = stopped'
  daemonctl list --type timer
  daemonctl list --watch --sort -restarts

`daemonctl list --columns help` lists the columns.

Exit status: 0 done, 1 a manager could not be asked, 2 wrong usage, 4 no such service.";

/// Options of `list`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only these: names, 'patterns*', pids, :ports, /paths.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Only those in one of these states, comma-separated: running, failed …, or in a manager's own
    /// words.
    #[arg(long, value_name = "STATES", value_delimiter = ',')]
    state: Vec<String>,
    /// Units of these types, comma-separated: service (the default), socket, timer … or all.
    #[arg(long, short, value_name = "TYPES", value_delimiter = ',')]
    r#type: Vec<String>,
    /// Stopped ones too, and what is installed and not loaded.
    #[arg(long, short)]
    all: bool,
    /// On systemd: also since when, whether enabled, main process and restarts, which take longer.
    #[arg(long, short)]
    long: bool,
    #[command(flatten)]
    managers: ManagerOptions,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

/// Lists services.
///
/// # Errors
/// No manager could be asked, or a word means no service.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let managers = Managers::open_any(context, &args.managers)?;
    let view = view(context, args, managers.as_ref())?;
    // Programs find in the document what they always found there.
    let needs = view.needs() | if context.common.json { need::TOLD } else { 0 };
    let mut is_whole = true;
    let done = crate::watch::repeat(&args.watch, context, |out| {
        let listed = gather::gather(context, managers.as_ref(), args, needs)?;
        is_whole = listed.is_whole;
        let order = view.select(&listed.views);
        if context.common.json {
            return write_json(&view, &listed, &order, out);
        }
        table::render(&view, &listed.views, &order, &context.layout(), out);
        footer(context, args, &listed, order.len(), out);
        Ok(())
    })?;
    Ok(if is_whole { done } else { ExitCode::FAILURE })
}

fn view(
    context: &Context,
    args: &Args,
    managers: Option<&Managers>,
) -> Result<View<Services>, Failure> {
    let several = managers.is_none_or(|managers| managers.all.len() > 1);
    let restarts = managers.is_some_and(|managers| managers.words("") != "sysv");
    let width = context.layout().width;
    let narrow = NARROW.iter().find(|(below, _)| width.is_some_and(|width| width < *below));
    // Columns in which no row could have anything are left out.
    // systemd is asked for the age, the pid and the restarts of each service by itself, and knows whether
    // services are enabled by their files only: to read all of these takes longer than all the rest.
    let long = args.long || managers.is_none_or(|managers| !are_systemds(managers));
    let columns = [
        ("-manager", several),
        ("-restarts", restarts && long),
        ("-enabled", args.all || long),
        ("-age", long),
        ("-pid", long),
    ];
    let mut changed: Vec<&str> =
        columns.iter().filter_map(|(column, is_of_use)| (!is_of_use).then_some(*column)).collect();
    if args.r#type.iter().any(|word| word != "service") {
        // `running` says little of a timer or a socket.
        changed.push("+sub");
    }
    let changes = match narrow {
        Some((_, fitting)) if args.table.columns.is_none() => {
            let is_of_use = |name: &&str| {
                !changed.iter().any(|left_out| left_out.strip_prefix('-') == Some(*name))
            };
            fitting.split(',').filter(is_of_use).collect::<Vec<_>>().join(",")
        }
        _ => changed.join(","),
    };
    args.table.view(COLUMNS, &changes, Some("service,manager"))
}

fn are_systemds(managers: &Managers) -> bool {
    managers.indices().all(|index| managers.word(index).starts_with("systemd"))
}

/// What is not in the table, for people.
fn footer(context: &Context, args: &Args, listed: &Listed, shown: usize, out: &mut String) {
    let layout = context.layout();
    if layout.header && std::io::stdout().is_terminal() && !args.watch.is_on() {
        let plural = if shown == 1 { "" } else { "s" };
        let mut line = format!("{shown} service{plural}");
        if listed.failed > 0 {
            line.push_str(&format!(", {} in trouble", listed.failed));
        }
        if listed.hidden > 0 {
            line.push_str(&format!(
                "; {} more are stopped, not loaded or scripts of the boot (--all)",
                listed.hidden
            ));
        }
        out.push('\n');
        present::style::paint(&line, present::Style::Dim, &layout.theme, out);
        out.push('\n');
    }
    render_notes(&listed.notes, &layout.theme, out);
}

fn write_json(
    view: &View<Services>,
    listed: &Listed,
    order: &[usize],
    out: &mut String,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "list")?;
    document.array("services")?;
    for service in order.iter().filter_map(|&index| listed.views.get(index)) {
        document.item(json::listed(service, view.columns()))?;
    }
    document.end_array()?;
    document.finish(&listed.notes)?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}
