//! `daemonctl verify` against `systemd-analyze verify`, on the units of some 400 Debian packages and
//! on hundreds of copies of them with mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod units;

use std::{collections::HashSet, fs};
use testkit::corpus::{Class, Corpus, Finding, Manager};
use units::compare::{Differences, Measure, OnPurpose, compare};
use units::ours::{Ours, verify};

/// What differs on purpose: findings that systemd 252 does not make.
const ON_PURPOSE: &[OnPurpose] = &[
    OnPurpose {
        reason: "systemd 252 looks only at the first of several commands of one kind",
        is_one: is_later_command,
    },
    OnPurpose {
        reason: "systemd-analyze sees no cycle but among what the start of one unit brings with it",
        is_one: is_cycle_when_started_together,
    },
    OnPurpose {
        reason: "systemd-analyze does not look at values in [Install]",
        is_one: |_, own| {
            const KEYS: [&str; 6] =
                ["Alias=", "Also=", "DefaultInstance=", "RequiredBy=", "UpheldBy=", "WantedBy="];
            KEYS.iter().any(|key| own.message.starts_with(key))
        },
    },
    OnPurpose {
        reason: "systemd-analyze does not miss what a timer or a path is to start",
        is_one: |_, own| {
            own.code == "no-such-unit"
                && [".timer", ".path"].iter().any(|suffix| own.unit.ends_with(suffix))
        },
    },
    OnPurpose {
        reason: "systemd-analyze does not look for users",
        is_one: |_, own| own.code == "no-such-user",
    },
];

fn is_later_command(corpus: &Corpus, own: &Ours) -> bool {
    let Some((file, line)) = own.place.as_ref().filter(|_| own.code == "not-executable") else {
        return false;
    };
    let text = fs::read(corpus.root().join(file.trim_start_matches('/'))).unwrap();
    let text = String::from_utf8_lossy(&text);
    let keys: Vec<&str> =
        text.lines().take(*line).map(|line| line.split('=').next().unwrap().trim()).collect();
    let (key, earlier) = keys.split_last().unwrap();
    key.starts_with("Exec") && earlier.contains(key)
}

fn is_cycle_when_started_together(corpus: &Corpus, own: &Ours) -> bool {
    if own.code != "cycle" {
        return false;
    }
    let (_, circle) = own.message.split_once(": ").unwrap();
    let names: Vec<String> = circle.split(" before ").map(str::to_owned).collect();
    let said = corpus.together(Manager::System, &names).unwrap();
    said.iter().any(|finding| finding.class == Class::Cycle)
}

/// All differences in what is said of these units, not of those that they depend on.
fn judge(corpus: &Corpus, manager: Manager, names: &[String], measure: Measure) -> Differences {
    assert_eq!(corpus.reference_version().unwrap(), "252", "the differences are those from 252");
    let mut theirs = corpus.reference(manager, names).unwrap();
    let asked: HashSet<&str> = names.iter().map(String::as_str).collect();
    theirs.retain(|finding| match &finding.place {
        Some((file, _)) => {
            file.split('/').any(|name| asked.contains(name.strip_suffix(".d").unwrap_or(name)))
        }
        None => true,
    });
    let mut ours = verify(corpus, manager, names);
    // Whether systemd notices that a start contradicts itself hangs on the order in which it comes
    // upon the jobs, which is another one each time.
    ours.retain(|own| {
        let is_noticed =
            |finding: &Finding| finding.class == Class::Contradiction && finding.unit == own.unit;
        !own.message.contains("to be started and to be stopped") || theirs.iter().any(is_noticed)
    });
    println!("{}: {} findings of systemd's, {} of ours", manager.name(), theirs.len(), ours.len());
    let found = compare(corpus, &theirs, &ours, measure, ON_PURPOSE);
    for (known, count) in ON_PURPOSE.iter().zip(&found.on_purpose) {
        println!("{count} times on purpose: {}", known.reason);
    }
    print!("{} differences\n{}", found.count, found.text);
    found
}

#[test]
fn systems_units_have_the_findings_that_systemd_has() {
    let corpus = Corpus::get().unwrap();
    println!("no longer in the archive: {:?}", corpus.missing().unwrap());
    let names = corpus.units(Manager::System).unwrap();
    let of_packages = judge(&corpus, Manager::System, &names, Measure::Code);

    let corpus = Corpus::mutants().unwrap();
    let names: Vec<String> =
        corpus.mutated().unwrap().into_iter().map(|mutant| mutant.name).collect();
    assert!(names.len() >= 600, "{}", names.len());
    let of_mutants = judge(&corpus, Manager::System, &names, Measure::Place);
    assert_eq!((of_packages.count, of_mutants.count), (0, 0), "differences: see above");
    let seen = of_packages.on_purpose.iter().zip(&of_mutants.on_purpose);
    for (known, (here, there)) in ON_PURPOSE.iter().zip(seen) {
        assert!(here + there > 0, "a difference no more: {}", known.reason);
    }
}

#[test]
fn users_units_have_the_findings_that_systemd_has() {
    let corpus = Corpus::get().unwrap();
    let names = corpus.units(Manager::User).unwrap();
    let found = judge(&corpus, Manager::User, &names, Measure::Code);
    assert_eq!(found.count, 0, "differences: see above");
}
