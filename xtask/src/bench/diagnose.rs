//! Faults in real daemons, and daemons without: what `daemonctl diagnose` says first.

use std::fmt::Write as _;

use serde_json::{Value, json};
use testkit::faults::{Init, Row, Score, campaign, cases};

use crate::{
    assets,
    error::{Error, Result},
    workspace::Workspace,
};

/// Boxes at a time.
const BOXES: usize = 2;

/// Every case on every init that can have it.
pub struct Report {
    rows: Vec<Row>,
}

/// Tries the whole table, or every tenth case of it.
pub fn run(workspace: &Workspace, is_quick: bool) -> Result<Report> {
    let daemonctl = assets::build(workspace, true)?;
    let mut table = cases().map_err(|why| Error::malformed("the table of faults", why))?;
    if is_quick {
        table = table.into_iter().step_by(10).collect();
    }
    let mut rows = Vec::new();
    for init in Init::ALL {
        eprintln!("diagnose: faults on {init}");
        let more = campaign(init, &daemonctl, &table, BOXES);
        rows.extend(more.map_err(|error| Error::malformed("a box", error.to_string()))?);
    }
    Ok(Report { rows })
}

impl Report {
    /// Whether the causes were found, and nothing else was.
    pub fn is_kept(&self) -> bool {
        Score::of(&self.rows).is_kept()
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(row_json).collect();
        let score = Score::of(&self.rows);
        json!({
            "rows": rows, "faults": score.faults, "found": score.found,
            "controls": score.controls, "quiet": score.quiet,
        })
    }
}

fn row_json(row: &Row) -> Value {
    json!({
        "case": row.case.name, "init": row.init.name(), "expected": row.case.rules,
        "words": row.case.words, "got": got(row), "right": row.is_right(),
        "why_not": row.why_not(), "msec": msec(row),
    })
}

/// The rule that was found first.
fn got(row: &Row) -> &str {
    let first = row.trial.as_ref().ok().and_then(|trial| trial.answer.findings.first());
    first.map_or("-", |first| &first.rule)
}

fn msec(row: &Row) -> Option<u128> {
    row.trial.as_ref().ok().map(|trial| trial.elapsed.as_millis())
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{:44} {:8} {:26} {:26} {:5} {:>5}",
            "case", "init", "expected", "first", "right", "ms"
        )?;
        for row in &self.rows {
            let mut expected = row.case.rules.join(" ");
            if expected.is_empty() {
                expected.push_str("no error");
            }
            let mut line = String::new();
            write!(line, "{:44} {:8} {:26} ", row.case.name, row.init.name(), shorten(&expected))?;
            let right = if row.is_right() { "yes" } else { "NO" };
            let msec = msec(row).map_or_else(|| "-".to_owned(), |msec| msec.to_string());
            writeln!(f, "{line}{:26} {right:5} {msec:>5}", shorten(got(row)))?;
        }
        for row in self.rows.iter().filter(|row| !row.is_right()) {
            writeln!(f, "{} {}: {}", row.init, row.case.name, row.why_not().unwrap_or_default())?;
        }
        for init in Init::ALL {
            let score = Score::of(self.rows.iter().filter(|row| row.init == init));
            writeln!(f, "{init}: {score}")?;
        }
        writeln!(f, "all: {}", Score::of(&self.rows))
    }
}

/// At most 26 characters.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(25) {
        Some((end, _)) if text.chars().count() > 26 => {
            format!("{}…", text.get(..end).unwrap_or(text))
        }
        _ => text.to_owned(),
    }
}
