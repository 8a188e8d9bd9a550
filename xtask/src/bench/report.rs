//! The figures, as tables and as JSON.

use std::fmt;

use serde_json::{Value, json};

use super::{
    machine::Machine,
    measure::{Run, Spread},
    targets::{Judgement, Subject, judge},
};

/// What was measured of one contestant at one population.
#[derive(Default)]
pub struct Row {
    /// The contestant.
    pub name: String,
    /// Its command line.
    pub line: String,
    /// Every run that counts.
    pub runs: Vec<Run>,
    /// System calls, if they were counted.
    pub syscalls: Option<u64>,
    /// Instructions in user mode, if they were counted.
    pub instructions: Option<u64>,
}

impl Row {
    fn spread(&self, value: impl Fn(&Run) -> u64) -> Option<Spread> {
        Spread::of(self.runs.iter().map(value))
    }

    /// Median wall time, in microseconds.
    pub fn wall_usec(&self) -> Option<f64> {
        self.spread(|run| run.wall_usec).map(|spread| spread.median)
    }

    /// Median CPU time, in microseconds.
    pub fn cpu_usec(&self) -> Option<f64> {
        self.spread(|run| run.cpu_usec).map(|spread| spread.median)
    }

    /// Median peak resident set, in KiB.
    pub fn peak_rss_kib(&self) -> Option<f64> {
        self.spread(|run| run.peak_rss_kib).map(|spread| spread.median)
    }
}

/// One population.
pub struct Section {
    /// How many there were to be: processes of the machine, units in a tree.
    pub wanted: usize,
    /// How many there were.
    pub count: usize,
    /// The contestants.
    pub rows: Vec<Row>,
}

/// All populations.
#[derive(Default)]
pub struct Figures {
    /// In ascending order.
    pub sections: Vec<Section>,
}

impl Figures {
    fn section(&self, wanted: usize) -> Option<&Section> {
        self.sections.iter().find(|section| section.wanted == wanted)
    }

    /// The row of a contestant.
    pub fn row(&self, wanted: usize, name: &str) -> Option<&Row> {
        self.section(wanted)?.rows.iter().find(|row| row.name == name)
    }

    /// How many there were at this population.
    pub fn count(&self, wanted: usize) -> Option<f64> {
        self.section(wanted).map(|section| section.count as f64)
    }
}

/// Everything that a bench has to say.
pub struct Report {
    /// What it is about.
    pub subject: &'static Subject,
    /// Of which machine.
    pub machine: Machine,
    /// The figures.
    pub figures: Figures,
    /// What one has to know to read them.
    pub notes: Vec<String>,
}

impl Report {
    /// For machines to read: `daemond.bench` version 1.
    pub fn json(&self) -> Value {
        let sections: Vec<Value> = self
            .figures
            .sections
            .iter()
            .map(|section| section_json(section, self.subject))
            .collect();
        let targets: Vec<Value> =
            judge(&self.figures, self.subject).iter().map(judgement_json).collect();
        json!({
            "schema": "daemond.bench",
            "version": 1,
            "machine": self.machine.json(),
            "populations": sections,
            "targets": targets,
            "notes": self.notes,
        })
    }
}

fn section_json(section: &Section, subject: &Subject) -> Value {
    let rows: Vec<Value> = section.rows.iter().map(row_json).collect();
    json!({ "wanted": section.wanted, subject.many: section.count, "contestants": rows })
}

fn row_json(row: &Row) -> Value {
    let spread = |value: fn(&Run) -> u64| {
        row.spread(value).map(|s| json!({ "median": s.median, "min": s.min, "max": s.max }))
    };
    json!({
        "name": row.name,
        "command": row.line,
        "runs": row.runs.len(),
        "wall_usec": spread(|run| run.wall_usec),
        "cpu_usec": spread(|run| run.cpu_usec),
        "peak_rss_kib": spread(|run| run.peak_rss_kib),
        "syscalls": row.syscalls,
        "user_instructions": row.instructions,
    })
}

fn judgement_json(judgement: &Judgement) -> Value {
    json!({
        "promise": judgement.target.promise,
        "population": judgement.population,
        "figure": judgement.figure,
        "limit": judgement.target.limit,
        "unit": judgement.target.unit,
        "floor": judgement.floor,
        "kept": judgement.is_kept(),
    })
}

impl Report {
    fn write_section(&self, f: &mut fmt::Formatter<'_>, section: &Section) -> fmt::Result {
        let Subject { many, one, reference, short_reference, .. } = self.subject;
        writeln!(f, "\n{} {many}", section.count)?;
        writeln!(
            f,
            "{:<21} {:>5} {:>27} {:>6} {:>27} {:>6} {:>8} {:>7} {:>8} {:>9}",
            "",
            "runs",
            "wall ms (min – max)",
            format!("×{short_reference}"),
            "CPU ms (min – max)",
            format!("×{short_reference}"),
            format!("µs/{one}"),
            "MiB",
            "calls/1",
            "instr/1",
        )?;
        let count = section.count as f64;
        let reference = self.figures.row(section.wanted, reference);
        for row in &section.rows {
            let against = |median: fn(&Row) -> Option<f64>| {
                let ratio = reference.and_then(|its| Some(median(row)? / median(its)?));
                optional(ratio, 2)
            };
            writeln!(
                f,
                "{:<21} {:>5} {:>27} {:>6} {:>27} {:>6} {:>8} {:>7} {:>8} {:>9}",
                row.name,
                row.runs.len(),
                spread_msec(row.spread(|run| run.wall_usec)),
                against(Row::wall_usec),
                spread_msec(row.spread(|run| run.cpu_usec)),
                against(Row::cpu_usec),
                optional(row.cpu_usec().map(|usec| usec / count), 1),
                optional(row.peak_rss_kib().filter(|kib| *kib > 0.0).map(|kib| kib / 1024.0), 1),
                optional(row.syscalls.map(|calls| calls as f64 / count), 1),
                optional(row.instructions.map(|instructions| instructions as f64 / count), 0),
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.machine)?;
        for section in &self.figures.sections {
            self.write_section(f, section)?;
        }
        writeln!(
            f,
            "\n{:<7} {:<38} {:>9} {:>10} {:>10} {:>8}",
            "", "promise", self.subject.many, "measured", "limit", "floor"
        )?;
        for judgement in judge(&self.figures, self.subject) {
            write_judgement(f, &judgement)?;
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))
    }
}

fn write_judgement(f: &mut fmt::Formatter<'_>, judgement: &Judgement) -> fmt::Result {
    let Judgement { target, population, figure, floor } = judgement;
    let word = match judgement.is_kept() {
        Some(true) => "PASS",
        Some(false) => "MISS",
        None => "not run",
    };
    let with_unit = |value: Option<f64>| match value {
        Some(value) if target.unit.is_empty() => format!("{value:.2}"),
        Some(value) => format!("{value:.1} {}", target.unit),
        None => "-".into(),
    };
    writeln!(
        f,
        "{word:<7} {:<38} {population:>9} {:>10} {:>10} {:>8}",
        target.promise,
        with_unit(*figure),
        with_unit(Some(target.limit)),
        with_unit(*floor),
    )
}

fn optional(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.decimals$}"))
}

fn spread_msec(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "-".into(),
        |Spread { median, min, max }| {
            format!("{:.1} ({:.1} – {:.1})", median / 1e3, min / 1e3, max / 1e3)
        },
    )
}
