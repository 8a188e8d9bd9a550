//! `daemonctl` alone: the machine at a glance.

use std::process::ExitCode;

use present::{Query, View};
use process::needs::Needs;

use crate::context::Context;
use crate::failure::Failure;
use crate::overview::ask::Asking;
use crate::overview::columns::{COLUMNS, MEDIUM, NARROW, Services};
use crate::overview::{Overview, json, page};

/// Options of `daemonctl` without a subcommand.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "At a glance, without a command")]
pub struct Args {
    /// Only services for which the expression holds, as `state = failed` or `cpu > 5`.
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// By which columns, comma-separated; `-` before one for the largest first.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Which columns, comma-separated; `+memory,-user` adds and leaves out; `help` lists them.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    pub columns: Option<String>,
    /// How to repeat.
    #[command(flatten)]
    pub watch: crate::watch::WatchArgs,
}

impl Args {
    /// Refuses options that stand before a subcommand: they would do nothing.
    ///
    /// # Errors
    /// One is there.
    pub fn must_be_absent(&self) -> Result<(), Failure> {
        let given = [
            ("--filter", self.filter.is_some()),
            ("--sort", self.sort.is_some()),
            ("--columns", self.columns.is_some()),
            ("--watch", self.watch.is_on()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Failure::usage(format_args!(
                "{option} stands before the command"
            ))
            .hint(format_args!("write it behind the command: daemonctl COMMAND {option} …"))),
            None => Ok(()),
        }
    }

    fn view(&self, width: Option<usize>, managed: bool) -> Result<View<Services>, Failure> {
        // Where no manager is, the column of its words would be empty.
        let widest = if managed {
            width
        } else {
            Some(width.map_or(MEDIUM - 1, |width| width.min(MEDIUM - 1)))
        };
        let fitting = NARROW.iter().find(|(below, _)| widest.is_some_and(|width| width < *below));
        let columns = self.columns.as_deref().or(fitting.map(|(_, columns)| *columns));
        Ok(View::parse(
            COLUMNS,
            &Query { columns, sort: self.sort.as_deref(), filter: self.filter.as_deref() },
        )?)
    }
}

/// Shows the machine at a glance.
///
/// # Errors
/// `/proc` can't be read, or the query makes no sense.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let layout = context.layout();
    if let Some(done) = context.columns_help(args.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let json = context.common.json;
    let mut asking = Asking::new(&context.common.system_root);
    let view = args.view(layout.width.filter(|_| !json), json || !asking.is_empty())?;
    let needs = Needs(view.needs());
    let mut before = None;
    crate::watch::repeat(&args.watch, context, |out| {
        let overview = Overview::take(context, &mut asking, needs, before.take())?;
        let order = view.select(&overview.rows);
        if json {
            json::write(&overview, &view, &order, out)?;
        } else {
            // The terminal may have another size by now.
            page::render(&overview, &view, &order, &context.layout(), out);
        }
        if args.watch.is_on() {
            before = Some(overview.snapshot);
        }
        Ok(())
    })
}
