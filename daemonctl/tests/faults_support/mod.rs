//! The fault table on one init: what `daemonctl diagnose` says first, held against what was done.

use std::path::Path;

use testkit::faults::{Init, Row, Score, campaign, cases};

/// Boxes at a time: most of a case is waiting for a daemon to end.
const BOXES: usize = 3;

/// Tries every case that the init can have, but those that wait for half a minute.
pub fn causes_come_first(init: Init) {
    let mut table = cases().unwrap();
    table.retain(|case| !case.is_slow);
    let daemonctl = Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let rows = campaign(init, daemonctl, &table, BOXES).unwrap_or_else(|error| panic!("{error}"));
    let score = Score::of(&rows);
    println!("{init}: {score}");
    for row in rows.iter().filter(|row| !row.is_right()) {
        println!("{init} {}: {}", row.case.name, row.why_not().unwrap_or_default());
    }
    let unfit = rows.iter().find(|row| row.trial.is_err());
    assert!(unfit.is_none(), "a box was of no use after {:?}", unfit.map(name));
    assert!(score.is_kept(), "{init}: {score}");
}

fn name(row: &Row) -> &str {
    &row.case.name
}
