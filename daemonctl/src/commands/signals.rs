//! `daemonctl signals`: what processes have arranged for signals, and what each would do.

use std::process::ExitCode;

use present::json::{Document, Object};
use present::{Column, Kind, Rows, Style, Value, Why, table};
use process::fact::Fact;
use process::raw::status::SignalSets;
use process::signals::{Consequence, Outcome, Receiver, Signal, Wait, consequence};

use crate::context::Context;
use crate::failure::Failure;
use crate::options::TableOptions;
use crate::receiver;
use crate::snapshot::Row;
use crate::targets::Targets;
use crate::watch::{self, WatchArgs};

const AFTER_HELP: &str = "\
Shown are the signals for which the process has arranged something, those that are pending, and
what HUP, INT, USR1, KILL and TERM would do. Nothing is sent.

Examples:
  daemonctl signals 1234
  daemonctl signals nginx --filter 'signal = HUP'
  daemonctl signals 1234 --all --columns +meaning,+number";

/// Shown of every process.
const USUAL: [Signal; 5] = [Signal::HUP, Signal::INT, Signal::USR1, Signal::KILL, Signal::TERM];

/// Options of `signals`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pids, names, services, :ports, /paths.
    #[arg(value_name = "WHAT", required_unless_present = "columns")]
    what: Vec<String>,
    /// All signals, real-time ones too.
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

/// A marker for the table.
pub enum Signals {}

impl Rows for Signals {
    type Row<'a> = SignalRow<'a>;
}

/// One signal of one process.
pub struct SignalRow<'a> {
    process: Row<'a>,
    sets: Fact<SignalSets>,
    consequence: Consequence,
}

impl SignalRow<'_> {
    fn signal(&self) -> Signal {
        self.consequence.signal
    }

    fn is_in(&self, mask: impl Fn(&SignalSets) -> u64) -> Value<'_> {
        crate::columns::fact(self.sets.as_ref(), |_| Value::Bool(self.has(&mask)))
    }

    fn has(&self, mask: impl Fn(&SignalSets) -> u64) -> bool {
        self.sets.is_known_and(|sets| mask(sets) & self.signal().bit() != 0)
    }

    fn disposition(&self) -> &'static str {
        match () {
            () if self.has(|sets| sets.caught) => "caught",
            () if self.has(|sets| sets.ignored) => "ignored",
            () => "default",
        }
    }

    /// Something was arranged, or waits.
    fn is_telling(&self) -> bool {
        self.has(|sets| sets.caught | sets.ignored | sets.blocked | pending(sets))
    }

    fn style(&self) -> Style {
        match self.consequence.outcome {
            Outcome::Handled | Outcome::Read => Style::Good,
            Outcome::Ends { .. } | Outcome::Stops => Style::Warn,
            _ => Style::Dim,
        }
    }
}

fn pending(sets: &SignalSets) -> u64 {
    sets.pending_thread | sets.pending_process
}

type C = Column<Signals>;

/// Columns of `signals`.
static COLUMNS: &[C] = &[
    C::new("pid", "PID", Kind::Number, "process id", |r| r.process.process.pid().into()).shown(),
    C::new("program", "PROGRAM", Kind::Text, "name of the process", |r| {
        Value::raw(&*r.process.process.comm)
    })
    .json("comm")
    .shown()
    .max_width(20),
    C::new("signal", "SIGNAL", Kind::Text, "name", |r| Value::text(r.signal().to_string())).shown(),
    C::new("number", "NUMBER", Kind::Number, "number", |r| r.signal().number().into()),
    C::new("state", "STATE", Kind::Text, "caught, ignored or default", |r| {
        crate::columns::fact(r.sets.as_ref(), |_| Value::text(r.disposition()))
    })
    .json("disposition")
    .shown(),
    C::new("blocked", "BLOCKED", Kind::Bool, "blocked in the main thread", |r| {
        r.is_in(|sets| sets.blocked)
    })
    .shown(),
    C::new("pending", "PENDING", Kind::Bool, "sent, and not taken yet", |r| r.is_in(pending))
        .shown(),
    C::new("meaning", "MEANING", Kind::Text, "why it is sent", |r| {
        Value::text(r.signal().meaning())
    }),
    C::new("default", "DEFAULT", Kind::Text, "what happens where nothing was arranged", |r| {
        Value::text(r.signal().default_action().name())
    }),
    C::new("effect", "EFFECT", Kind::Text, "what it would do now", |r| {
        Value::text(r.consequence.to_string())
    })
    .style(|r| r.style())
    .flexible(30)
    .shown(),
];

/// Runs `signals`.
///
/// # Errors
/// `/proc` can't be read, or WHAT names nothing.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    args.table.view(COLUMNS, "", None)?;
    watch::repeat(&args.watch, context, |out| {
        let targets = Targets::find(context, &args.what, receiver::NEEDS)?;
        let single = targets.chosen.len() == 1;
        let view = args.table.view(COLUMNS, if single { "-pid,-program" } else { "" }, None)?;
        let proc = context.proc()?;
        let receivers: Vec<(Row<'_>, Receiver)> = targets
            .rows()
            .map(|row| (row, receiver::of(&row, proc.process(row.process.pid()).ok().as_ref())))
            .collect();
        let rows: Vec<SignalRow<'_>> = receivers
            .iter()
            .flat_map(|(row, receiver)| rows_of(*row, receiver, args.all))
            .collect();
        let order = view.select(&rows);
        match context.common.json {
            true => write_json(&rows, &order, out),
            false => {
                table::render(&view, &rows, &order, &context.layout(), out);
                Ok(())
            }
        }
    })
}

fn rows_of<'a>(process: Row<'a>, receiver: &Receiver, all: bool) -> Vec<SignalRow<'a>> {
    let row = |signal| SignalRow {
        process,
        sets: receiver.signals,
        consequence: consequence(receiver, signal),
    };
    // A thread of the kernel has them all ignored, which says nothing of it.
    let telling = !receiver.kernel_thread;
    Signal::all()
        .map(row)
        .filter(|row| all || USUAL.contains(&row.signal()) || telling && row.is_telling())
        .collect()
}

fn write_json(rows: &[SignalRow<'_>], order: &[usize], out: &mut String) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "signals")?;
    document.array("signals")?;
    let columns: Vec<&'static C> = COLUMNS.iter().filter(|column| column.key != "effect").collect();
    for row in order.iter().filter_map(|&index| rows.get(index)) {
        let mut object = present::json::row(&columns, row);
        object.put("start_ticks", row.process.process.key.start_ticks);
        object.put_object("effect", effect(&row.consequence));
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

/// What a signal would do, as JSON; `kill` has the same.
pub fn effect(consequence: &Consequence) -> Object {
    let mut object = Object::new();
    object.put("outcome", consequence.outcome.name());
    let wait = consequence.wait.map(|wait| match wait {
        Wait::Blocked { .. } => "blocked",
        Wait::Stopped => "stopped",
        Wait::Uninterruptible => "uninterruptible",
        Wait::Traced { .. } => "traced",
    });
    object.put("waits", Value::or_missing(wait, Why::NotApplicable));
    object.put("text", consequence.to_string());
    object
}
