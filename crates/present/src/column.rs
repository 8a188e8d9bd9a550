//! The one table of columns from which everything else about a listing follows.

use crate::error::{Part, Problem, QueryError, nearest};
use crate::glance::Block;
use crate::style::{Style, Theme};
use crate::table::Layout;
use crate::value::Value;
use std::fmt;

/// A kind of row. The implementing type is a marker and is never made; the row itself may borrow:
///
/// ```
/// struct Process { pid: u32 }
/// struct Row<'a> { process: &'a Process, boot_seconds: f64 }
/// enum Processes {}
/// impl present::Rows for Processes {
///     type Row<'a> = Row<'a>;
/// }
/// ```
pub trait Rows: 'static {
    /// What the functions of the columns are given. A struct without lifetime will do.
    type Row<'a>;
}

/// What a column holds: decides alignment, and how filters read the other side of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, or foreign bytes.
    Text,
    /// A number without unit.
    Number,
    /// A size in bytes.
    Bytes,
    /// A length of time in seconds.
    Seconds,
    /// A percentage.
    Percent,
    /// Yes or no.
    Bool,
    /// A point in time.
    Time,
    /// Several values.
    List,
}

/// On which side of a column its values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// One column: what it is called, what it means, and where its value comes from.
///
/// Made in a `static` table with [`Column::new`] and the methods after it.
pub struct Column<K: Rows> {
    /// Its name in `--columns`, `--sort` and `--filter`.
    pub key: &'static str,
    /// Its key in JSON and CSV.
    pub json: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// One line of help.
    pub doc: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// On which side its values stand.
    pub align: Align,
    /// Shown when nothing else is asked for.
    pub default: bool,
    /// May be made as narrow as this to fit the terminal.
    pub flexible: Option<usize>,
    /// Never wider than this on a terminal.
    pub max_width: Option<usize>,
    /// Carries the branches when the rows are shown as a tree.
    pub branches: bool,
    /// What must be measured to fill it; the bits mean what the caller wants them to.
    pub needs: u64,
    /// Where the value comes from.
    pub value: for<'a> fn(&'a K::Row<'a>) -> Value<'a>,
    /// How the value is to be coloured.
    pub style: Option<for<'a> fn(&'a K::Row<'a>) -> Style>,
}

/// Its key: functions have nothing to show.
impl<K: Rows> fmt::Debug for Column<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.key).finish()
    }
}

impl<K: Rows> Column<K> {
    /// A column. `value` is a function or a closure without captures.
    #[must_use]
    pub const fn new(
        key: &'static str,
        title: &'static str,
        kind: Kind,
        doc: &'static str,
        value: for<'a> fn(&'a K::Row<'a>) -> Value<'a>,
    ) -> Self {
        let align = match kind {
            Kind::Number | Kind::Bytes | Kind::Seconds | Kind::Percent => Align::Right,
            Kind::Text | Kind::Bool | Kind::Time | Kind::List => Align::Left,
        };
        Self {
            key,
            json: key,
            title,
            doc,
            kind,
            align,
            default: false,
            flexible: None,
            max_width: None,
            branches: false,
            needs: 0,
            value,
            style: None,
        }
    }

    /// Shown by default.
    #[must_use]
    pub const fn shown(mut self) -> Self {
        self.default = true;
        self
    }

    /// Has another key in JSON, usually with its unit: `rss_bytes`.
    #[must_use]
    pub const fn json(mut self, key: &'static str) -> Self {
        self.json = key;
        self
    }

    /// Stands on this side.
    #[must_use]
    pub const fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// May be cut down to `min` terminal columns where the line is too long.
    #[must_use]
    pub const fn flexible(mut self, min: usize) -> Self {
        self.flexible = Some(min);
        self
    }

    /// Is cut to `max` terminal columns on a terminal.
    #[must_use]
    pub const fn max_width(mut self, max: usize) -> Self {
        self.max_width = Some(max);
        self
    }

    /// Carries the branches of a tree.
    #[must_use]
    pub const fn branches(mut self) -> Self {
        self.branches = true;
        self
    }

    /// Must have these things measured.
    #[must_use]
    pub const fn needs(mut self, bits: u64) -> Self {
        self.needs = bits;
        self
    }

    /// Is coloured by `style`.
    #[must_use]
    pub const fn style(mut self, style: for<'a> fn(&'a K::Row<'a>) -> Style) -> Self {
        self.style = Some(style);
        self
    }

    fn is_called(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name) || self.json == name
    }
}

/// Reads `--columns`: `pid,user,args`, or changes to what is shown by default (`+rss,-tty`), or
/// `all`. A column named twice is shown once.
///
/// # Errors
/// An unknown name, a gap between commas, or nothing left.
pub fn select<K: Rows>(
    source: &str,
    table: &'static [Column<K>],
) -> Result<Vec<&'static Column<K>>, QueryError> {
    let changes = source.trim_start().starts_with(['+', '-']);
    let mut chosen = if changes { defaults(table) } else { Vec::new() };
    for (start, item) in items(source) {
        let removed = item.starts_with('-');
        let signs = usize::from(item.starts_with(['+', '-']));
        let name = item.get(signs..).unwrap_or("");
        let named: Vec<_> = if name.eq_ignore_ascii_case("all") {
            table.iter().collect()
        } else {
            vec![find(name, table, Part::Columns, source, start + signs)?]
        };
        for column in named {
            chosen.retain(|other| !removed || other.key != column.key);
            if !removed && chosen.iter().all(|other| other.key != column.key) {
                chosen.push(column);
            }
        }
    }
    if chosen.is_empty() {
        let whole = 0..source.len();
        return Err(QueryError::new(Problem::NoColumns, Part::Columns, source, whole));
    }
    Ok(chosen)
}

/// The columns shown when nothing else is asked for.
#[must_use]
pub fn defaults<K: Rows>(table: &'static [Column<K>]) -> Vec<&'static Column<K>> {
    table.iter().filter(|column| column.default).collect()
}

/// A list of all columns for `--help`: key and meaning, aligned, wrapped to `width`.
#[must_use]
pub fn help<K: Rows>(table: &'static [Column<K>], width: usize) -> String {
    let mut block = Block::new();
    for column in table {
        let mark = if column.default { " (shown by default)" } else { "" };
        block = block.row(column.key, &format!("{}{mark}", column.doc));
    }
    let mut out = String::new();
    let layout = Layout { width: Some(width), header: true, theme: Theme::plain() };
    block.render(&layout, &mut out);
    out
}

/// The parts between commas, without blanks around them, and where each begins.
pub(crate) fn items(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    source.split(',').map(move |item| {
        let start = at + (item.len() - item.trim_start().len());
        at += item.len() + 1;
        (start, item.trim())
    })
}

/// The column that `name`, at byte `start` of `source`, stands for.
pub(crate) fn find<K: Rows>(
    name: &str,
    table: &'static [Column<K>],
    part: Part,
    source: &str,
    start: usize,
) -> Result<&'static Column<K>, QueryError> {
    if let Some(column) = table.iter().find(|column| column.is_called(name)) {
        return Ok(column);
    }
    let known: Vec<_> = table.iter().map(|column| column.key).collect();
    let problem = if name.is_empty() {
        let found = source.get(start..).and_then(|rest| rest.get(..1)).unwrap_or("");
        Problem::Expected { wanted: "the name of a column", found: found.to_owned() }
    } else {
        let nearest = nearest(name, &known);
        Problem::UnknownColumn { name: name.to_owned(), nearest, known }
    };
    Err(QueryError::new(problem, part, source, start..start + name.len()))
}
