//! `daemonctl ps`: processes, each with its verdict.

use std::process::ExitCode;

use present::json::Document;
use present::{Query, View, csv, table};
use process::verdict::Kind;

use crate::columns::{COLUMNS, Processes};
use crate::context::Context;
use crate::failure::Failure;
use crate::json;
use crate::snapshot::{Row, Snapshot};
use crate::users::Users;
use crate::what;

const AFTER_HELP: &str = "\
A filter compares columns: cpu > 5 and user = root; rss > 100M or not (kind = daemon);
name ~ 'ngin*'; service in (cron.service, ssh.service); age < 2h; swap is unknown.

Examples:
  daemonctl ps --daemons --sort -rss
  daemonctl ps --filter 'cpu > 5 and user = root'
  daemonctl ps nginx :5432 --columns +pss,+fds
  daemonctl ps --normal --watch

`daemonctl ps --columns help` lists the columns.";

/// Options of `ps`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only these: pids, names, services, :ports, /paths.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
    /// Which of them, in which form.
    #[command(flatten)]
    pub selection: Selection,
    /// Comma-separated values instead of a table.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// How to repeat.
    #[command(flatten)]
    pub watch: crate::watch::WatchArgs,
}

/// Which processes, and what of them; shared by `ps` and `tree`.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// Only daemons.
    #[arg(long, group = "kinds")]
    pub daemons: bool,
    /// Only normal processes.
    #[arg(long, group = "kinds")]
    pub normal: bool,
    /// Only threads of the kernel.
    #[arg(long, group = "kinds")]
    pub kernel: bool,
    /// Only of this user, by name or number.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only of this service.
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Only those for which the expression holds.
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// By which columns, comma-separated; `-` before one for the largest first.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Which columns, comma-separated; `+pss,-tty` adds and leaves out; `help` lists them.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    pub columns: Option<String>,
}

impl Selection {
    /// What the options ask of the table of columns.
    ///
    /// # Errors
    /// An unknown column or a filter that makes no sense.
    pub fn view(&self, context: &Context) -> Result<View<Processes>, Failure> {
        self.check_user(context)?;
        let query = Query {
            columns: self.columns.as_deref(),
            sort: self.sort.as_deref(),
            filter: self.filter.as_deref(),
        };
        Ok(View::parse(COLUMNS, &query)?)
    }

    /// Like [`Selection::view`], with these columns in place of the table's own choice.
    ///
    /// # Errors
    /// An unknown column or a filter that makes no sense.
    pub fn view_or(&self, context: &Context, columns: &str) -> Result<View<Processes>, Failure> {
        self.check_user(context)?;
        let changed = match &self.columns {
            // `+x` and `-x` change what would be shown.
            Some(asked) if asked.starts_with(['+', '-']) => format!("{columns},{asked}"),
            Some(asked) => asked.clone(),
            None => columns.to_owned(),
        };
        let query = Query {
            columns: Some(&changed),
            sort: self.sort.as_deref(),
            filter: self.filter.as_deref(),
        };
        Ok(View::parse(COLUMNS, &query)?)
    }

    fn check_user(&self, context: &Context) -> Result<(), Failure> {
        match &self.user {
            Some(user) if !Users::exists(user, &context.common.system_root) => {
                Err(Failure::not_found(format_args!(
                    "no user is called `{}`",
                    present::text::clean(user.as_bytes())
                ))
                .hint("give a name or a number"))
            }
            _ => Ok(()),
        }
    }

    /// Whether any process belongs to the service asked for.
    ///
    /// # Errors
    /// None does.
    pub fn check_service(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        let Some(name) = &self.service else { return Ok(()) };
        if snapshot
            .judgement
            .services
            .iter()
            .any(|service| what::names_service(name, &service.name))
        {
            return Ok(());
        }
        let shown = present::text::clean(name.as_bytes());
        Err(Failure::not_found(format_args!("no process belongs to a service called `{shown}`"))
            .hint("`daemonctl` lists the services that run"))
    }

    /// Whether a row is of the kind, user and service asked for.
    pub fn admits(&self, row: &Row<'_>) -> bool {
        let kind = row.verdict.kind();
        let kind_fits = match (self.daemons, self.normal, self.kernel) {
            (true, ..) => kind == Kind::Daemon,
            (_, true, _) => kind == Kind::Normal,
            (.., true) => kind == Kind::Kernel,
            _ => true,
        };
        let user_fits = self.user.as_deref().is_none_or(|user| {
            row.user() == Some(user)
                || user.parse::<u32>().is_ok_and(|uid| row.process.euid.known() == Some(&uid))
        });
        let service_fits = self.service.as_deref().is_none_or(|name| {
            row.service().is_some_and(|service| what::names_service(name, &service.name))
        });
        kind_fits && user_fits && service_fits
    }
}

/// Runs `ps`.
///
/// # Errors
/// `/proc` can't be read, or the query makes no sense.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.selection.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let view = args.selection.view(context)?;
    let needs = context.needs(view.needs());
    let mut before = None;
    crate::watch::repeat(&args.watch, context, |out| {
        let snapshot = Snapshot::take_after(context, needs, before.take())?;
        let rows = chosen(context, &snapshot, args)?;
        let order = view.select(&rows);
        if context.common.json {
            write_json(&snapshot, &view, &rows, &order, out)?;
        } else if args.csv {
            csv::render(&view, &rows, &order, !context.common.no_header, out);
        } else {
            table::render(&view, &rows, &order, &context.layout(), out);
        }
        drop(rows);
        snapshot.say_unreadable()?;
        if args.watch.is_on() {
            before = Some(snapshot);
        }
        Ok(())
    })
}

fn chosen<'a>(
    context: &Context,
    snapshot: &'a Snapshot,
    args: &Args,
) -> Result<Vec<Row<'a>>, Failure> {
    let mut rows = snapshot.rows();
    args.selection.check_service(snapshot)?;
    rows.retain(|row| args.selection.admits(row));
    if !args.what.is_empty() {
        let found = what::find(context, snapshot, &args.what)?;
        rows.retain(|row| found.contains(&row.index));
    }
    Ok(rows)
}

fn write_json(
    snapshot: &Snapshot,
    view: &View<Processes>,
    rows: &[Row<'_>],
    order: &[usize],
    out: &mut String,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "ps")?;
    document.put_json("machine", &json::machine(&snapshot.machine))?;
    document.array("processes")?;
    for row in order.iter().filter_map(|&index| rows.get(index)) {
        document.item(json::process(row, view.columns()))?;
    }
    document.end_array()?;
    document.finish(&json::notes(snapshot))?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}
