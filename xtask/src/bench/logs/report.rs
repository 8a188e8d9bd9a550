//! The figures of reading logs, as tables and as JSON.

use std::fmt;

use serde_json::{Value, json};

use super::OWN_MEMORY_KIB;
use crate::bench::{machine::Machine, measure::Spread};

/// What the runs of one program had in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// From start to end, in microseconds.
    pub wall: Spread,
    /// Of all processors, in microseconds.
    pub cpu: Spread,
}

/// One question, answered by one of our programs and by the reference.
pub struct Line {
    /// What was asked.
    pub question: String,
    /// Which of ours answered.
    pub command: String,
    /// The reference.
    pub reference: Option<Answer>,
    /// Ours, with all cores.
    pub own: Option<Answer>,
    /// Ours, with one.
    pub alone: Option<Answer>,
    /// The most memory of its own, in KiB.
    pub own_kib: Option<u64>,
    /// The wall time, as a part of the reference's, at most.
    pub limit: Option<f64>,
}

impl Line {
    /// What a program needs that promises nothing.
    pub fn floor(name: &str, answer: Option<Answer>) -> Line {
        Line {
            question: name.to_owned(),
            command: String::new(),
            reference: None,
            own: answer,
            alone: None,
            own_kib: None,
            limit: None,
        }
    }

    /// Wall time as a part of the reference's.
    fn ratio(&self, own: Option<Answer>) -> Option<f64> {
        Some(own?.wall.median / self.reference?.wall.median)
    }

    /// Whether time and memory are within what is promised; nothing without a promise.
    pub fn is_kept(&self) -> Option<bool> {
        let ratio = self.ratio(self.own)?;
        Some(ratio <= self.limit? && self.own_kib.is_none_or(|kib| kib < OWN_MEMORY_KIB))
    }
}

/// Questions about the same data.
pub struct Table {
    /// What the data are.
    pub title: String,
    /// Who is compared with.
    pub reference: &'static str,
    /// The answers.
    pub lines: Vec<Line>,
}

impl Table {
    /// A table without lines.
    pub fn new(title: String, reference: &'static str) -> Table {
        Table { title, reference, lines: Vec::new() }
    }
}

/// Everything that the bench has to say.
pub struct Report {
    /// Of which machine.
    pub machine: Machine,
    /// The figures.
    pub tables: Vec<Table>,
    /// What one has to know to read them.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether every promise is kept.
    pub fn is_kept(&self) -> bool {
        let mut lines = self.tables.iter().flat_map(|table| &table.lines);
        lines.all(|line| line.is_kept() != Some(false))
    }

    /// For machines to read: `daemond.bench.logs` version 1.
    pub fn json(&self) -> Value {
        let tables: Vec<Value> = self.tables.iter().map(table_json).collect();
        json!({
            "schema": "daemond.bench.logs",
            "version": 1,
            "machine": self.machine.json(),
            "tables": tables,
            "own_memory_limit_kib": OWN_MEMORY_KIB,
            "kept": self.is_kept(),
            "notes": self.notes,
        })
    }
}

fn table_json(table: &Table) -> Value {
    let lines: Vec<Value> = table.lines.iter().map(line_json).collect();
    json!({ "title": table.title, "reference": table.reference, "lines": lines })
}

fn line_json(line: &Line) -> Value {
    let spread = |s: Spread| json!({ "median": s.median, "min": s.min, "max": s.max });
    let answer = |answer: Option<Answer>| {
        answer.map(|a| json!({ "wall_usec": spread(a.wall), "cpu_usec": spread(a.cpu) }))
    };
    json!({
        "question": line.question,
        "command": line.command,
        "reference": answer(line.reference),
        "own": answer(line.own),
        "own_on_one_core": answer(line.alone),
        "own_memory_kib": line.own_kib,
        "ratio": line.ratio(line.own),
        "ratio_on_one_core": line.ratio(line.alone),
        "limit": line.limit,
        "kept": line.is_kept(),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.machine)?;
        for table in &self.tables {
            write_table(f, table)?;
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))
    }
}

fn write_table(f: &mut fmt::Formatter<'_>, table: &Table) -> fmt::Result {
    writeln!(f, "\n{}", table.title)?;
    writeln!(
        f,
        "{:<5} {:<22} {:<15} {:>10} {:>26} {:>6} {:>6} {:>9} {:>9} {:>6} {:>6}",
        "",
        "",
        "",
        table.reference,
        "wall ms (min – max)",
        "×",
        "limit",
        "CPU ms",
        "1 core",
        "×",
        "MiB",
    )?;
    table.lines.iter().try_for_each(|line| write_line(f, line))
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &Line) -> fmt::Result {
    let word = match line.is_kept() {
        Some(true) => "PASS",
        Some(false) => "MISS",
        None => "",
    };
    let msec = |usec: Option<f64>| optional(usec.map(|usec| usec / 1e3), 1);
    let wall = |answer: Option<Answer>| msec(answer.map(|answer| answer.wall.median));
    let spread = line.own.map_or_else(String::new, |Answer { wall, .. }| {
        format!("{:.1} ({:.1} – {:.1})", wall.median / 1e3, wall.min / 1e3, wall.max / 1e3)
    });
    writeln!(
        f,
        "{word:<5} {:<22} {:<15} {:>10} {spread:>26} {:>6} {:>6} {:>9} {:>9} {:>6} {:>6}",
        line.question,
        line.command,
        wall(line.reference),
        optional(line.ratio(line.own), 3),
        optional(line.limit, 2),
        msec(line.own.map(|own| own.cpu.median)),
        wall(line.alone),
        optional(line.ratio(line.alone), 3),
        optional(line.own_kib.map(|kib| kib as f64 / 1024.0), 1),
    )
}

fn optional(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Line};
    use crate::bench::measure::Spread;

    fn answer(usec: f64) -> Option<Answer> {
        let spread = Spread { median: usec, min: usec, max: usec };
        Some(Answer { wall: spread, cpu: spread })
    }

    #[test]
    fn promises_are_of_time_and_of_memory() {
        let kept = |usec, own_kib| {
            let line = Line {
                reference: answer(2_000_000.0),
                own_kib: Some(own_kib),
                limit: Some(0.07),
                ..Line::floor("-o cat", answer(usec))
            };
            line.is_kept()
        };
        assert_eq!(kept(140_000.0, 30 << 10), Some(true));
        assert_eq!(kept(141_000.0, 30 << 10), Some(false));
        assert_eq!(kept(140_000.0, 64 << 10), Some(false));
        assert_eq!(Line::floor("cat", answer(1.0)).is_kept(), None);
    }
}
