//! The table of directives: it is whole, and holds together.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::{BTreeMap, BTreeSet};

use unit::{
    UnitType,
    table::{Default, Group, Id, Kind, Merge, Status, kind},
};

/// The man pages, with the groups whose directives they describe.
const PAGES: [(&str, &[Group]); 13] = [
    ("systemd.unit(5)", &[Group::Unit, Group::Install]),
    ("systemd.service(5)", &[Group::Service]),
    ("systemd.exec(5)", &[Group::Exec]),
    ("systemd.kill(5)", &[Group::Kill]),
    ("systemd.resource-control(5)", &[Group::Resource]),
    ("systemd.socket(5)", &[Group::Socket]),
    ("systemd.timer(5)", &[Group::Timer]),
    ("systemd.path(5)", &[Group::Path]),
    ("systemd.slice(5)", &[Group::Slice]),
    ("systemd.scope(5)", &[Group::Scope]),
    ("systemd.mount(5)", &[Group::Mount]),
    ("systemd.automount(5)", &[Group::Automount]),
    ("systemd.swap(5)", &[Group::Swap]),
];

/// Names by man page.
fn documented() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut pages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut page = "";
    for line in include_str!("fixtures/directives-262.txt").lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => page = name,
            None if line.is_empty() || line.starts_with('#') => {}
            None => {
                pages.entry(page).or_default().insert(line);
            }
        }
    }
    pages
}

#[test]
fn every_documented_directive_has_a_row() {
    let documented = documented();
    assert_eq!(documented.len(), PAGES.len());
    assert!(documented.values().map(BTreeSet::len).sum::<usize>() > 450);
    for (page, groups) in PAGES {
        for name in &documented[page] {
            let row = groups.iter().find_map(|group| Id::look_up(*group, name));
            let row = row.unwrap_or_else(|| panic!("{page}: {name}= has no row"));
            assert!(row.directive().target().is_none(), "{page}: {name}= is no name of old");
        }
    }
}

#[test]
fn every_undocumented_row_is_known_to_be_one() {
    let documented = documented();
    let mut rest = BTreeSet::new();
    for (page, groups) in PAGES {
        for row in groups.iter().flat_map(|group| group.rows()) {
            if !documented[page].contains(row.name) && row.status == Status::Current {
                rest.insert(row.name);
            }
        }
    }
    let known = [
        "DefaultMemoryLow",
        "DefaultMemoryMin",
        "DefaultStartupMemoryLow",
        // Of [Scope].
        "TimeoutStopSec",
    ];
    assert_eq!(rest, BTreeSet::from(known), "rows in use that no man page describes");
}

#[test]
fn names_are_unique_within_a_section() {
    for unit in UnitType::ALL {
        for section in ["Unit", "Install"].into_iter().chain(unit.section()) {
            let mut seen = BTreeSet::new();
            for row in Group::of_section(section, unit).iter().flat_map(|group| group.rows()) {
                assert!(seen.insert(row.name), "[{section}] {}", row.name);
            }
        }
    }
}

#[test]
fn every_row_is_found_by_name_and_nothing_else_is() {
    for group in Group::ALL {
        for (at, row) in group.rows().iter().enumerate() {
            let id = Id::look_up(group, row.name).unwrap();
            assert_eq!((id.group(), usize::from(id.row()), id.name()), (group, at, row.name));
            let section = group.sections().next().unwrap();
            let unit = UnitType::ALL.into_iter().find(|unit| unit.section() == Some(section));
            let unit = unit.unwrap_or(UnitType::Service);
            let (found, written) = Id::in_section(section, unit, row.name).unwrap();
            assert_eq!(written.name, row.name);
            match row.target() {
                None => assert_eq!(found, id),
                Some(target) => assert_eq!(found.name(), target),
            }
            for wrong in
                [row.name.to_lowercase(), format!("{}x", row.name), format!(" {}", row.name)]
            {
                assert!(Id::in_section(section, unit, &wrong).is_none(), "{wrong}");
            }
        }
    }
    for key in ["", "a", "=", "\0", "Exec", "ExecStar", "日本", &"Wants".repeat(1000)] {
        assert!(Id::in_section("Service", UnitType::Service, key).is_none(), "{key}");
    }
}

#[test]
fn names_of_old_lead_to_a_row_of_the_same_shape() {
    let mut seen = 0;
    for group in Group::ALL {
        for row in group.rows() {
            let Some(target) = row.target() else { continue };
            let home = if group == Group::Service { Group::Unit } else { group };
            let target = Id::look_up(home, target).expect(row.name).directive();
            assert!(target.target().is_none(), "{}: a chain of names", row.name);
            assert_eq!(row.kind, target.kind, "{}", row.name);
            assert_eq!(row.merge, target.merge, "{}", row.name);
            assert_eq!(row.bus, target.bus, "{}", row.name);
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}

#[test]
fn old_names_in_the_service_section_mean_the_unit_section() {
    let in_service = |key| Id::in_section("Service", UnitType::Service, key).unwrap().0;
    assert_eq!(in_service("StartLimitInterval"), Id::of(Group::Unit, "StartLimitIntervalSec"));
    assert_eq!(in_service("StartLimitBurst"), Id::of(Group::Unit, "StartLimitBurst"));
    assert_eq!(in_service("FailureAction"), Id::of(Group::Unit, "FailureAction"));
    let in_unit = |key| Id::in_section("Unit", UnitType::Service, key).unwrap().0;
    assert_eq!(in_unit("BindTo"), Id::of(Group::Unit, "BindsTo"));
    assert_eq!(in_unit("RequiresOverridable"), Id::of(Group::Unit, "Requires"));
    assert_eq!(in_unit("FailureAction"), Id::of(Group::Unit, "FailureAction"));
    // A section's own row comes before a shared one.
    let (id, _) = Id::in_section("Socket", UnitType::Socket, "ExecStartPre").unwrap();
    assert_eq!(id.group(), Group::Socket);
}

#[test]
fn sections_hold_what_the_man_pages_say() {
    let knows = |section, unit, key| Id::in_section(section, unit, key).is_some();
    for unit in UnitType::ALL {
        assert!(knows("Unit", unit, "Description"));
        assert!(knows("Install", unit, "WantedBy"));
        assert!(!knows("Unit", unit, "ExecStart"));
        assert!(!knows("Nonsense", unit, "Description"));
    }
    for unit in [UnitType::Service, UnitType::Socket, UnitType::Mount, UnitType::Swap] {
        let section = unit.section().unwrap();
        assert!(knows(section, unit, "User") && knows(section, unit, "KillMode"));
        assert!(knows(section, unit, "MemoryMax"));
    }
    assert!(knows("Scope", UnitType::Scope, "KillMode"));
    assert!(!knows("Scope", UnitType::Scope, "User"));
    assert!(knows("Slice", UnitType::Slice, "MemoryMax"));
    assert!(!knows("Slice", UnitType::Slice, "KillMode"));
    assert!(!knows("Timer", UnitType::Timer, "MemoryMax"));
    assert!(!knows("Service", UnitType::Timer, "ExecStart"));
}

#[test]
fn words_stand_once_and_are_found() {
    for row in Group::ALL.into_iter().flat_map(Group::rows) {
        let (Kind::Choice(words)
        | Kind::BoolOr(words)
        | Kind::ListOf(words)
        | Kind::BoolOrSelection(words)
        | Kind::Weight(words)
        | Kind::PathOr(words)
        | Kind::CpusOr(words)) = row.kind
        else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for entry in words {
            let canonical = entry.split('|').next().unwrap();
            for spelling in entry.split('|') {
                assert!(!spelling.is_empty() && seen.insert(spelling), "{}: {spelling}", row.name);
                assert_eq!(kind::word(words, spelling), Some(canonical), "{}", row.name);
            }
            if entry.contains('|') {
                assert_eq!(kind::word(words, entry), None, "{}", row.name);
            }
        }
        assert_eq!(kind::word(words, "nonsense"), None);
        assert_eq!(kind::word(words, ""), None);
        assert_eq!(kind::canonical(words).count(), words.len());
        if let (Kind::Choice(words), Default::Is(value)) = (row.kind, row.default) {
            assert_eq!(kind::word(words, value), Some(value), "{}", row.name);
        }
    }
    let words: kind::Words = &["us|usec", "ns"];
    assert_eq!(kind::word(words, "usec"), Some("us"));
    assert_eq!(kind::canonical(words).collect::<Vec<_>>(), ["us", "ns"]);
}

#[test]
fn rows_are_well_formed() {
    for row in Group::ALL.into_iter().flat_map(Group::rows) {
        let name = row.name;
        assert!(name.starts_with(|first: char| first.is_ascii_uppercase()), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
        assert!(!row.doc.is_empty() && row.doc.len() <= 100, "{name}: {}", row.doc);
        assert!(!row.doc.ends_with('.') && !row.doc.contains('\n'), "{name}: {}", row.doc);
        assert!(row.doc.starts_with(|first: char| !first.is_lowercase()), "{name}: {}", row.doc);
        assert!(row.since == 0 || (184..=262).contains(&row.since), "{name}: {}", row.since);
        assert!(row.bus.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}: {}", row.bus);
        assert!(
            !row.bus.ends_with("Sec") || row.bus.ends_with("USec") || row.bus.ends_with("NSec"),
            "{name}: {}",
            row.bus
        );
        if let Default::Manager(setting) = row.default {
            assert!(setting.starts_with("Default"), "{name}: {setting}");
        }
        let obsolete = matches!(row.status, Status::Obsolete(_));
        assert_eq!(row.kind == Kind::Anything, obsolete, "{name}");
        let lists = matches!(row.kind, Kind::Units | Kind::UnitsOf(_) | Kind::Command);
        assert!(!lists || row.merge != Merge::Last, "{name}");
    }
}

#[test]
fn lists_that_are_emptied_together() {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in Group::ALL.into_iter().flat_map(Group::rows) {
        if let Merge::AppendTo(list) = row.merge {
            lists.entry(list).or_default().push(row.name);
        }
    }
    let count = |list| lists[list].len();
    assert_eq!(count("conditions"), 38);
    assert_eq!(count("asserts"), 37);
    assert_eq!((count("listen"), count("timers"), count("paths")), (8, 6, 5));
    assert_eq!(lists["binds"], ["BindPaths", "BindReadOnlyPaths"]);
    assert_eq!(lists["input"], ["StandardInputText", "StandardInputData"]);
    assert_eq!(lists["set-credential"], ["SetCredential", "SetCredentialEncrypted"]);
    assert_eq!(lists["load-credential"], ["LoadCredential", "LoadCredentialEncrypted"]);
    assert_eq!(lists.len(), 9);
}

#[test]
fn properties_by_example() {
    let bus = |group, name| Id::look_up(group, name).unwrap().directive().bus;
    assert_eq!(bus(Group::Service, "RestartSec"), "RestartUSec");
    assert_eq!(bus(Group::Service, "TimeoutSec"), "");
    assert_eq!(bus(Group::Unit, "StartLimitIntervalSec"), "StartLimitIntervalUSec");
    assert_eq!(bus(Group::Exec, "LimitNOFILE"), "LimitNOFILE");
    assert_eq!(bus(Group::Exec, "EnvironmentFile"), "EnvironmentFiles");
    assert_eq!(bus(Group::Exec, "TimerSlackNSec"), "TimerSlackNSec");
    assert_eq!(bus(Group::Resource, "CPUQuota"), "CPUQuotaPerSecUSec");
    assert_eq!(bus(Group::Timer, "OnCalendar"), "TimersCalendar");
    assert_eq!(bus(Group::Timer, "OnBootSec"), "TimersMonotonic");
    assert_eq!(bus(Group::Path, "PathExists"), "Paths");
    assert_eq!(bus(Group::Install, "WantedBy"), "");
}
