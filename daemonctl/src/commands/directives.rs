//! `daemonctl directives`: what directives of unit files are, as the table has them.

use std::process::ExitCode;

use present::glance::{self, Block};
use present::json::{self, Document, Object};
use present::{Column, Kind, Layout, Rows, Value, Why, table};
use serde_json::json;
use unit::table::{Default, Directive, Group, Merge, suggest_anywhere};

use crate::context::Context;
use crate::failure::Failure;
use crate::options::TableOptions;

const AFTER_HELP: &str = "\
A name is that of a directive, in any letter case, or that of the D-Bus property that shows it.
Without one all directives are listed.

Examples:
  daemonctl directives RestartSec
  daemonctl directives MemoryMax CPUQuotaPerSecUSec
  daemonctl directives --filter 'section = Timer'
  daemonctl directives --filter 'since > 252' --columns +since --sort -since";

/// Options of `directives`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Directives to explain.
    #[arg(value_name = "NAME", conflicts_with_all = ["filter", "sort", "columns"])]
    names: Vec<String>,
    #[command(flatten)]
    table: TableOptions,
}

/// A marker for the table.
pub enum Directives {}

impl Rows for Directives {
    type Row<'a> = Row;
}

/// One directive.
#[derive(Clone, Copy)]
pub struct Row {
    group: Group,
    directive: &'static Directive,
}

impl Row {
    fn all() -> impl Iterator<Item = Row> {
        Group::ALL
            .into_iter()
            .flat_map(|group| group.rows().iter().map(move |directive| Row { group, directive }))
    }

    fn sections(&self) -> String {
        self.group.sections().collect::<Vec<_>>().join(" ")
    }

    /// What it is, and what became of it.
    fn summary(&self) -> String {
        let remark = self.directive.remark();
        match remark.is_empty() {
            true => self.directive.doc.to_owned(),
            false => format!("{} ({remark})", self.directive.doc),
        }
    }

    fn is_meant_by(&self, name: &str) -> bool {
        self.directive.name.eq_ignore_ascii_case(name) || self.directive.bus == name
    }
}

type C = Column<Directives>;

/// Columns of `directives`.
static COLUMNS: &[C] = &[
    C::new("name", "NAME", Kind::Text, "name", |r| r.directive.name.into()).shown(),
    C::new("section", "SECTION", Kind::Text, "sections in which it stands", |r| {
        Value::text(r.sections())
    })
    .shown()
    .max_width(30),
    C::new("value", "VALUE", Kind::Text, "what its value looks like", |r| {
        Value::text(plain(&r.directive.kind))
    })
    .shown()
    .max_width(50)
    .flexible(16),
    C::new("default", "DEFAULT", Kind::Text, "what holds while nobody sets it", |r| {
        Value::text(plain(&r.directive.default))
    })
    .shown()
    .flexible(10),
    C::new("since", "SINCE", Kind::Number, "version of systemd that brought it", |r| {
        Value::or_missing(since(r.directive), Why::Unknown)
    }),
    C::new("bus", "D-BUS", Kind::Text, "D-Bus property that shows it", |r| r.directive.bus.into()),
    C::new("status", "STATUS", Kind::Text, "what became of it", |r| {
        r.directive.status.word().into()
    }),
    C::new("summary", "WHAT IT IS", Kind::Text, "what it is", |r| Value::text(r.summary()))
        .shown()
        .flexible(24),
];

/// The version that brought a directive; nothing where it is older than the man pages' records.
fn since(directive: &Directive) -> Option<u32> {
    (directive.since != 0).then_some(u32::from(directive.since))
}

/// Words stand in back quotes where they are part of documentation.
fn plain(text: &impl ToString) -> String {
    text.to_string().replace('`', "")
}

/// Runs `directives`.
///
/// # Errors
/// A name that is no directive's.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let view = args.table.view(COLUMNS, "", None)?;
    let rows = match args.names.is_empty() {
        true => Row::all().collect(),
        false => named(&args.names)?,
    };
    let order = view.select(&rows);
    let mut out = String::new();
    if context.common.json {
        write_json(order.iter().filter_map(|&at| rows.get(at)), &mut out)?;
    } else if args.names.is_empty() {
        table::render(&view, &rows, &order, &context.layout(), &mut out);
    } else {
        for row in &rows {
            explain(row, &context.layout(), &mut out);
        }
    }
    context.print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The directives that names mean, in the order of the names.
fn named(names: &[String]) -> Result<Vec<Row>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let name = name.split_once('=').map_or(name.as_str(), |(name, _)| name);
        let before = found.len();
        found.extend(Row::all().filter(|row| row.is_meant_by(name)));
        if found.len() == before {
            let failure = Failure::not_found(format_args!("there is no directive {name}="));
            return Err(match suggest_anywhere(name) {
                Some(near) => failure.hint(format_args!("did you mean {near}=?")),
                None => failure.hint("daemonctl directives lists them all"),
            });
        }
    }
    Ok(found)
}

fn explain(row: &Row, layout: &Layout, out: &mut String) {
    let Row { group, directive } = row;
    glance::heading(&format!("{}=", directive.name), &layout.theme, out);
    let sections: Vec<String> = group.sections().map(|section| format!("[{section}]")).collect();
    let mut block = Block::new();
    block = block.row("what it is", directive.doc);
    let remark = directive.remark();
    if !remark.is_empty() {
        block = block.row("status", &remark);
    }
    block = block.row("stands in", &sections.join(", "));
    block = block.row("value", &plain(&directive.kind));
    if directive.fatal {
        block = block.row("if wrong", "the unit is refused");
    }
    let default = plain(&directive.default);
    block = block.row("default", if default.is_empty() { "nothing" } else { &default });
    block = block.row("repeated", directive.merge.meaning());
    if let Merge::AppendTo(_) = directive.merge {
        block = block.row("its kin", &kin(directive.merge).join(", "));
    }
    if let Some(version) = since(directive) {
        block = block.row("since", &format!("systemd {version}"));
    }
    if !directive.bus.is_empty() {
        block = block.row("D-Bus", directive.bus);
    }
    block = block.row("support", "daemond's own supervisor does not exist yet");
    block = block.row("man page", group.man_page());
    block.render(layout, out);
}

/// The directives that are emptied together.
fn kin(list: Merge) -> Vec<String> {
    Row::all()
        .map(|row| row.directive)
        .filter(|directive| directive.merge == list)
        .map(|directive| format!("{}=", directive.name))
        .collect()
}

fn write_json<'a>(rows: impl Iterator<Item = &'a Row>, out: &mut String) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "directives")?;
    document.array("directives")?;
    for row in rows {
        document.item(object(row))?;
    }
    document.end_array()?;
    document.finish(&[])?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

fn object(row: &Row) -> Object {
    let Row { group, directive } = row;
    let mut object = json::Object::new();
    object.put("name", directive.name);
    object.put_json("sections", group.sections().collect::<Vec<_>>());
    object.put("man_page", group.man_page());
    object.put("value", plain(&directive.kind));
    let words: Option<Vec<&str>> = directive.kind.words().map(|words| words.collect());
    object.put_json("words", json!(words));
    let (value, source) = match directive.default {
        Default::None => (None, None),
        Default::Is(value) => (Some(value), None),
        Default::Manager(_) | Default::Computed(_) => (None, Some(plain(&directive.default))),
    };
    object.put_json("default", json!(value));
    object.put_json("default_text", json!(source));
    object.put("repeated", directive.merge.word());
    object.put("refuses", directive.fatal);
    object.put_json("since", json!(since(directive)));
    object.put("status", directive.status.word());
    object.put_json("instead", json!(directive.status.instead()));
    object.put_json("bus", json!((!directive.bus.is_empty()).then_some(directive.bus)));
    object.put("support", directive.support().word());
    object.put("summary", directive.doc);
    object
}
