//! docs/json.md held against what commands print on a machine that systemd runs; `docs_json.rs` has
//! all else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod cmd_support;
mod docs_json_support;

use std::collections::BTreeSet;

use docs_json_support::schema::{Check, Schema};

#[test]
fn what_systemd_tells_is_documented() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let plan = testkit::boxes::Plan::new(testkit::boxes::Kind::Systemd);
    let machine = plan.put(program, "/usr/bin/daemonctl").unwrap().boot().unwrap();
    let observed = [
        "audit nginx",
        "audit --observe 1s --restart --fix --dry-run nginx",
        "audit --observe 1s cron",
    ];
    for line in docs_json_support::OF_SYSTEMD.iter().chain(&observed) {
        let words: Vec<&str> = ["daemonctl", "--json"].into_iter().chain(line.split(' ')).collect();
        let output = machine.exec(&words).unwrap();
        let document = serde_json::from_slice(&output.stdout);
        check.document(&document.unwrap_or_else(|e| panic!("{line}: {e}: {}", output.describe())));
    }
    assert!(check.wrong.is_empty(), "{:#?}", check.wrong);
    for heading in [
        "Transient service.",
        "Native properties.",
        "Job besides.",
        "Proposed setting.",
        "Observation.",
        "Fix.",
    ] {
        assert!(check.seen.iter().any(|key| key.starts_with(heading)), "{heading}");
    }
}
