//! What `daemonctl` promises, in one table, and whether it keeps it.

mod host;
mod insight;
pub mod names;

pub use host::{HOST_OPENRC, HOST_SYSTEMD, HOST_SYSV};
pub use insight::{INSIGHT, SERVICES};

use super::measure::Run;
use super::report::{Figures, Row};

/// System calls that `daemonctl ps` makes for each process, at most: opening the process's folder,
/// three for each file that is read, one for the link and one for the owner are 13. The suite counts
/// a debug build, in which the standard library looks at each of the four descriptors with fcntl(2)
/// before it closes it: 17. One call more would be 18.
pub const CALLS_A_PROCESS: f64 = 17.5;

/// System calls that `daemonctl verify` makes for each unit, at most. Half of the units have a
/// drop-in: one and a half files and half a folder to a unit. In a debug build, as above, closing a
/// descriptor takes one more.
pub const CALLS_A_UNIT: f64 = 11.5;

/// What a bench is about.
pub struct Subject {
    /// What is counted, in the plural.
    pub many: &'static str,
    /// One of them, short, for the heads of tables.
    pub one: &'static str,
    /// The contestant that the others are compared with.
    pub reference: &'static str,
    /// It, short.
    pub short_reference: &'static str,
    /// All promises.
    pub targets: &'static [Target],
}

/// Listing processes.
pub const PROCESS: Subject = Subject {
    many: "processes",
    one: "proc",
    reference: names::REFERENCE,
    short_reference: "ps",
    targets: PROCESS_TARGETS,
};

/// Loading and checking units.
pub const UNIT: Subject = Subject {
    many: "units",
    one: "unit",
    reference: names::ANALYZE,
    short_reference: "sd",
    targets: UNIT_TARGETS,
};

/// A promise: a figure and its limit.
pub struct Target {
    /// What is promised.
    pub promise: &'static str,
    /// At which populations.
    pub populations: &'static [usize],
    /// The figure must not be higher.
    pub limit: f64,
    /// Its unit; empty for a ratio.
    pub unit: &'static str,
    /// The figure of a contestant at a population, if it was measured.
    pub figure: fn(&Figures, usize, &str) -> Option<f64>,
    /// Whose figure.
    pub subject: &'static str,
}

const ALL: &[usize] = &[100, 1_000, 10_000];

/// The promises of listing processes.
const PROCESS_TARGETS: &[Target] = &[
    Target {
        promise: "CPU against ps aux",
        populations: ALL,
        limit: 0.9,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::REFERENCE, Row::cpu_usec),
        subject: names::PS,
    },
    Target {
        promise: "wall against ps aux",
        populations: ALL,
        limit: 0.6,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::REFERENCE, Row::wall_usec),
        subject: names::PS,
    },
    Target {
        promise: "CPU against the floor",
        populations: ALL,
        limit: 1.15,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::FLOOR, Row::cpu_usec),
        subject: names::PS,
    },
    Target {
        promise: "CPU against procs",
        populations: ALL,
        limit: 0.5,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::PROCS, Row::cpu_usec),
        subject: names::PS,
    },
    Target {
        promise: "CPU a process against that at 1,000",
        populations: &[10_000],
        limit: 1.15,
        unit: "",
        figure: |figures, at, who| linearity(figures, at, who, 1_000),
        subject: names::PS,
    },
    Target {
        promise: "memory a process, beyond that at 100",
        populations: &[10_000],
        limit: 2048.0,
        unit: "B",
        figure: |figures, at, who| memory_each(figures, at, who, 100),
        subject: names::PS,
    },
    Target {
        promise: "the machine at a glance, wall",
        populations: &[500],
        limit: 50.0,
        unit: "ms",
        figure: wall_msec,
        subject: names::GLANCE,
    },
    Target {
        promise: "one process explained, wall",
        populations: ALL,
        limit: 10.0,
        unit: "ms",
        figure: wall_msec,
        subject: names::EXPLAIN,
    },
    Target {
        promise: "one refresh a second, of a core",
        populations: &[1_000],
        limit: 2.0,
        unit: "%",
        figure: share_of_a_core,
        subject: names::WATCH,
    },
];

/// The promises of loading and checking units.
const UNIT_TARGETS: &[Target] = &[
    Target {
        promise: "load and check all, wall",
        populations: &[10_000],
        limit: 500.0,
        unit: "ms",
        figure: wall_msec,
        subject: names::VERIFY,
    },
    Target {
        promise: "CPU against systemd-analyze verify",
        populations: &[1_000, 10_000],
        limit: 0.1,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::ANALYZE, Row::cpu_usec),
        subject: names::VERIFY,
    },
    Target {
        promise: "CPU a unit against that at 1,000",
        populations: &[10_000],
        limit: 1.2,
        unit: "",
        figure: |figures, at, who| linearity(figures, at, who, 1_000),
        subject: names::VERIFY,
    },
    Target {
        promise: "memory a unit, beyond that at 1,000",
        populations: &[10_000],
        limit: 4096.0,
        unit: "B",
        figure: |figures, at, who| memory_each(figures, at, who, 1_000),
        subject: names::VERIFY,
    },
];

fn ratio(
    figures: &Figures,
    at: usize,
    who: &str,
    reference: &str,
    median: fn(&Row) -> Option<f64>,
) -> Option<f64> {
    let (own, its) = (figures.row(at, who)?, figures.row(at, reference)?);
    Some(median(own)? / median(its)?)
}

fn linearity(figures: &Figures, at: usize, who: &str, from: usize) -> Option<f64> {
    let each = |at| Some(figures.row(at, who)?.cpu_usec()? / figures.count(at)?);
    Some(each(at)? / each(from)?)
}

fn memory_each(figures: &Figures, at: usize, who: &str, from: usize) -> Option<f64> {
    let peak_bytes = |at| Some(figures.row(at, who)?.peak_rss_kib()? * 1024.0);
    let more = figures.count(at)? - figures.count(from)?;
    (more > 0.0).then_some((peak_bytes(at)? - peak_bytes(from)?) / more)
}

fn wall_msec(figures: &Figures, at: usize, who: &str) -> Option<f64> {
    Some(figures.row(at, who)?.wall_usec()? / 1000.0)
}

fn share_of_a_core(figures: &Figures, at: usize, who: &str) -> Option<f64> {
    let run: &Run = figures.row(at, who)?.runs.first()?;
    Some(run.cpu_usec as f64 * 100.0 / run.wall_usec as f64)
}

/// A promise at one population, judged.
pub struct Judgement {
    /// The promise.
    pub target: &'static Target,
    /// The population.
    pub population: usize,
    /// The figure, if it was measured.
    pub figure: Option<f64>,
    /// What the floor alone would reach: where that is beyond the limit, nothing can keep it.
    pub floor: Option<f64>,
}

impl Judgement {
    /// Whether the promise is kept.
    pub fn is_kept(&self) -> Option<bool> {
        self.figure.map(|figure| figure <= self.target.limit)
    }
}

/// Every promise at every population that was measured.
pub fn judge(figures: &Figures, subject: &Subject) -> Vec<Judgement> {
    let judgement = |target: &'static Target, population: usize| Judgement {
        target,
        population,
        figure: (target.figure)(figures, population, target.subject),
        floor: (target.subject == names::PS)
            .then(|| (target.figure)(figures, population, names::FLOOR))
            .flatten(),
    };
    let mut judgements = Vec::new();
    for target in subject.targets {
        let measured = target.populations.iter().filter(|at| figures.count(**at).is_some());
        judgements.extend(measured.map(|&at| judgement(target, at)));
    }
    judgements
}

#[cfg(test)]
mod tests {
    use super::{PROCESS, UNIT, judge, names};
    use crate::bench::{
        measure::Run,
        report::{Figures, Row, Section},
    };

    fn row(name: &str, cpu_usec: u64, peak_rss_kib: u64) -> Row {
        let run = Run { wall_usec: cpu_usec, cpu_usec, peak_rss_kib, status: 0 };
        Row { name: name.into(), runs: vec![run], ..Row::default() }
    }

    fn section(wanted: usize, cpu_usec: u64, peak_rss_kib: u64) -> Section {
        let rows = vec![
            row(names::PS, cpu_usec, peak_rss_kib),
            row(names::REFERENCE, 1_000 * wanted as u64, 1),
        ];
        Section { wanted, count: wanted, rows }
    }

    #[test]
    fn promises_are_judged() {
        let figures = Figures {
            sections: vec![
                section(100, 80_000, 1_000),
                section(1_000, 900_000, 2_000),
                section(10_000, 9_100_000, 21_900),
            ],
        };
        let kept = |promise: &str, at: usize| {
            let found = judge(&figures, &PROCESS)
                .into_iter()
                .find(|j| j.target.promise.starts_with(promise) && j.population == at);
            found.and_then(|judgement| judgement.is_kept())
        };
        assert_eq!(kept("CPU against ps", 100), Some(true));
        assert_eq!(kept("CPU against ps", 1_000), Some(true));
        assert_eq!(kept("CPU against ps", 10_000), Some(false));
        assert_eq!(kept("CPU against procs", 100), None, "not measured");
        assert_eq!(kept("CPU a process", 10_000), Some(true));
        // 20,900 KiB for 9,900 more processes: 2,162 bytes each.
        assert_eq!(kept("memory", 10_000), Some(false));
        assert_eq!(kept("the machine at a glance", 500), None, "no such population");
    }

    #[test]
    fn promises_of_units_are_judged() {
        let at = |wanted: usize, cpu_usec: u64, peak_rss_kib: u64| {
            let rows = vec![
                row(names::VERIFY, cpu_usec, peak_rss_kib),
                row(names::ANALYZE, 400 * wanted as u64, 1),
            ];
            Section { wanted, count: wanted, rows }
        };
        let figures =
            Figures { sections: vec![at(1_000, 39_000, 9_000), at(10_000, 480_000, 45_500)] };
        let kept = |promise: &str, at: usize| {
            let found = judge(&figures, &UNIT)
                .into_iter()
                .find(|j| j.target.promise.starts_with(promise) && j.population == at);
            found.and_then(|judgement| judgement.is_kept())
        };
        assert_eq!(kept("load and check all", 10_000), Some(true));
        assert_eq!(kept("CPU against", 1_000), Some(true));
        assert_eq!(kept("CPU against", 10_000), Some(false));
        assert_eq!(kept("CPU a unit", 10_000), Some(false));
        // 36,500 KiB for 9,000 more units: 4,153 bytes each.
        assert_eq!(kept("memory", 10_000), Some(false));
    }
}
