//! systemd's figure of exposure: how much of what a service does not need is taken from it.
//!
//! The same checks, weights and rounding as `systemd-analyze security`, so that the numbers agree: 0.0 is a service
//! that can do next to nothing besides its work, 10.0 one that can do everything. Start reading at [`CHECKS`], one row
//! a check, and at [`Facts`], what a unit declares. [`assess`] gives the figure with every check, [`figure`] the
//! figure alone, [`Facts::with`] what would be declared with a drop-in more.
//!
//! The figure judges declarations only, not what a process can really do: that is for the rules of the audit.

mod checks;
mod facts;
mod judge;
mod overlay;
mod proposed;

#[cfg(test)]
mod tests;

pub use checks::CHECKS;
pub use facts::{Choice, Facts};
pub use judge::{Judge, Verdict};
pub use proposed::proposed;

/// When a check counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applies {
    /// For every service.
    Always,
    /// Not for services of early boot (`DefaultDependencies=no`), which run before there is anything to protect.
    WithDefaultDependencies,
    /// Not for services that run as root: what it checks does nothing there.
    WithoutRoot,
}

/// A check: one row of the table.
#[derive(Debug)]
pub struct Check {
    /// As `systemd-analyze security` prints it: `PrivateTmp=`, `CapabilityBoundingSet=~CAP_KILL`.
    pub id: &'static str,
    /// Its key in policies and in JSON of systemd-analyze: `CapabilityBoundingSet_CAP_KILL`.
    pub key: &'static str,
    /// How much it counts.
    pub weight: u64,
    /// Badness goes from 0 to this.
    pub range: u64,
    /// How it is judged.
    pub judge: Judge,
    /// What it means where all is well.
    pub good: &'static str,
    /// What it means where nothing is done.
    pub bad: &'static str,
    /// For which services it counts.
    pub applies: Applies,
    /// The setting that mends it, where one does without further thought: of section `Service`. `None`: it depends on
    /// the service (`User=`).
    pub mends: Option<&'static str>,
    /// The first version of systemd that has this check.
    pub since: u16,
}

/// How a check came out.
#[derive(Clone, Debug)]
pub struct Assessed {
    /// Which.
    pub check: &'static Check,
    /// From 0 to [`Check::range`]; `None`: it does not count here.
    pub badness: Option<u64>,
    /// What that means.
    pub meaning: String,
    /// What it adds to the figure, in tenths, as systemd-analyze prints it (each one is rounded up).
    pub tenths: u64,
}

/// The figure and how it came about.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// In tenths: 96 is printed as 9.6.
    pub tenths: u64,
    /// Every check, in the order of the table.
    pub checks: Vec<Assessed>,
}

impl Exposure {
    /// systemd-analyze's word for the figure.
    pub fn word(&self) -> &'static str {
        word(self.tenths)
    }
}

/// What figures are called, the worst first: from so many tenths on.
pub const WORDS: &[(u64, &str)] = &[
    (100, "DANGEROUS"),
    (90, "UNSAFE"),
    (75, "EXPOSED"),
    (50, "MEDIUM"),
    (10, "OK"),
    (1, "SAFE"),
    (0, "PERFECT"),
];

/// systemd-analyze's word for a figure in tenths.
pub fn word(tenths: u64) -> &'static str {
    WORDS.iter().find(|(from, _)| tenths >= *from).map_or("PERFECT", |(_, word)| word)
}

/// A figure as it is printed: `9.6`.
pub fn text(tenths: u64) -> String {
    format!("{}.{}", tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0))
}

/// The figure of a service that declares this, by the checks of that version of systemd.
pub fn figure(facts: &Facts, version: u16) -> u64 {
    let judged = judged(facts, version);
    tenths_of(&judged)
}

/// The same with every check.
pub fn assess(facts: &Facts, version: u16) -> Exposure {
    let judged = judged(facts, version);
    let all: u64 = counted(&judged).map(|(check, _)| check.weight).sum();
    let checks = judged.iter().map(|(check, verdict)| {
        let added = verdict.badness.unwrap_or(0).saturating_mul(check.weight).saturating_mul(100);
        let tenths = added.div_ceil(check.range.max(1)).div_ceil(all.max(1));
        Assessed { check, badness: verdict.badness, meaning: meaning(check, verdict), tenths }
    });
    Exposure { tenths: tenths_of(&judged), checks: checks.collect() }
}

type Judged = Vec<(&'static Check, Verdict)>;

fn judged(facts: &Facts, version: u16) -> Judged {
    let checks = CHECKS.iter().flat_map(|part| part.iter());
    checks
        .filter(|check| check.since <= version)
        .map(|check| (check, check.judge(facts, version)))
        .collect()
}

fn counted(judged: &Judged) -> impl Iterator<Item = (&'static Check, u64)> {
    judged.iter().filter_map(|(check, verdict)| Some((*check, verdict.badness?)))
}

fn tenths_of(judged: &Judged) -> u64 {
    let (mut bad, mut all) = (0_u64, 0_u64);
    for (check, badness) in counted(judged) {
        bad = bad.saturating_add(badness.saturating_mul(check.weight).div_ceil(check.range.max(1)));
        all = all.saturating_add(check.weight);
    }
    bad.saturating_mul(100).div_ceil(all.max(1))
}

fn meaning(check: &Check, verdict: &Verdict) -> String {
    match (&verdict.meaning, verdict.badness) {
        (Some(meaning), _) => meaning.clone(),
        (None, Some(0)) => check.good.to_owned(),
        (None, Some(_)) => check.bad.to_owned(),
        (None, None) => "does not count here".to_owned(),
    }
}

impl Check {
    fn judge(&self, facts: &Facts, version: u16) -> Verdict {
        let aside = |why: &str| Verdict { badness: None, meaning: Some(why.to_owned()) };
        match self.applies {
            Applies::WithDefaultDependencies if !facts.has_default_dependencies() => {
                aside("does not count: it runs in early boot")
            }
            Applies::WithoutRoot if facts.runs_as_root() => {
                aside("does not count: it runs as root, for whom this does nothing")
            }
            _ => self.judge.verdict(facts, self.range, version),
        }
    }
}
