//! `daemonctl jobs`: what managers are about to do.

use std::process::ExitCode;

use host::Job;
use present::json::Document;
use present::{Column, Kind, Rows, Value, Why, table};

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers};
use crate::options::TableOptions;
use crate::resolve::Pattern;
use crate::service_view::json;
use crate::watch::WatchArgs;

const AFTER_HELP: &str = "\
Jobs are what a manager has been asked to do and has not done: starts that wait for others, stops that
take their time. OpenRC and SysV have no queue; OpenRC's services that are being started or stopped count
as running jobs.

Examples:
  daemonctl jobs
  daemonctl jobs --watch
  daemonctl jobs 'nginx*' --json

Exit status: 0 done, 1 a manager could not be asked, 2 wrong usage.";

/// Options of `jobs`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Only of these: names or 'patterns*'.
    #[arg(value_name = "NAME")]
    what: Vec<String>,
    #[command(flatten)]
    managers: ManagerOptions,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

/// A job and whose it is.
struct Queued {
    manager: &'static str,
    job: Job,
}

enum Jobs {}

impl Rows for Jobs {
    type Row<'a> = Queued;
}

type C = Column<Jobs>;

static COLUMNS: &[C] = &[
    C::new("id", "JOB", Kind::Number, "the manager's number for it", |r| {
        Value::or_missing(r.job.id, Why::NotApplicable)
    })
    .shown(),
    C::new("name", "UNIT", Kind::Text, "the service or other unit", |r| {
        Value::text(r.job.name.as_str())
    })
    .shown()
    .flexible(16),
    C::new("kind", "TYPE", Kind::Text, "start, stop, restart, reload …", |r| {
        Value::text(r.job.kind.as_str())
    })
    .shown(),
    C::new("state", "STATE", Kind::Text, "waiting or running", |r| {
        Value::text(r.job.state.as_str())
    })
    .shown(),
    C::new("manager", "MANAGER", Kind::Text, "whose it is", |r| Value::text(r.manager)).shown(),
];

/// Shows them.
///
/// # Errors
/// A manager could not be asked.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let managers = Managers::open(context, &args.managers)?;
    let changes = if managers.all.len() > 1 { "" } else { "-manager" };
    let view = args.table.view(COLUMNS, changes, None)?;
    let patterns: Vec<Pattern> = args.what.iter().map(|word| Pattern::new(word)).collect();
    crate::watch::repeat(&args.watch, context, |out| {
        let mut rows = Vec::new();
        for index in managers.indices() {
            let jobs = managers.ask(index, |manager| manager.jobs())?;
            let manager = managers.word(index);
            rows.extend(jobs.into_iter().map(|job| Queued { manager, job }));
        }
        rows.retain(|row| {
            patterns.is_empty() || patterns.iter().any(|p| p.matches_service(&row.job.name))
        });
        let order = view.select(&rows);
        if !context.common.json {
            if order.is_empty() && context.layout().header {
                out.push_str("no jobs\n");
            } else {
                table::render(&view, &rows, &order, &context.layout(), out);
            }
            return Ok(());
        }
        let mut bytes = Vec::new();
        let mut document = Document::begin(&mut bytes, "jobs")?;
        document.array("jobs")?;
        for row in order.iter().filter_map(|&index| rows.get(index)) {
            let mut object = json::job_of(&row.job);
            object.put("manager", row.manager);
            document.item(object)?;
        }
        document.end_array()?;
        document.finish(&[])?;
        out.push_str(&String::from_utf8_lossy(&bytes));
        Ok(())
    })
}
