//! Properties in the words of `systemctl show`, of units in memory. What a real systemd shows is
//! held against them in `daemonctl/tests/box_units_show.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod graph_support;

use graph_support::Tree;
use proptest::prelude::*;
use unit::graph::{Graph, Options};
use unit::load::ManagerDefaults;
use unit::show::{Context, Decided, Machine, Property, UNPRINTABLE, properties, quote};
use unit::table::{Group, Status};
use unit::{Facts, UnitType};

/// A machine of which all is known.
fn machine() -> Machine {
    Machine {
        last_capability: Some(40),
        memory_bytes: Some(1 << 30),
        page_bytes: Some(4096),
        tasks: Some(1000),
        limits: Vec::new(),
        timer_slack_nsec: Some(50_000),
        oom_score_adjust: Some(0),
        coredump_filter: Some(0x33),
        has_ipv6: Some(true),
        unsupported: Vec::new(),
    }
}

/// The properties of one unit of a tree.
fn shown(files: &[(&str, &str)], unit: &str, version: u16, machine: &Machine) -> Vec<Property> {
    let tree = Tree::of(files);
    let options = Options { version, ..Options::default() };
    let units = tree.units(&options);
    let graph = Graph::build(&units, &options);
    let found = units.iter().find(|found| found.name.as_str() == unit).unwrap();
    let context = Context {
        options: &options,
        facts: &Facts::default(),
        manager: &ManagerDefaults::read(&tree, false),
        machine,
        install: None,
        presets: None,
    };
    properties(found, &graph, &context)
}

/// The lines of a property; none where it is empty, `None` where it is left out.
fn lines(all: &[Property], name: &str) -> Option<Vec<String>> {
    let found: Vec<&Property> = all.iter().filter(|property| property.name == name).collect();
    (!found.is_empty()).then(|| found.iter().filter_map(|found| found.text.clone()).collect())
}

fn line(all: &[Property], name: &str) -> String {
    let lines = lines(all, name).unwrap_or_else(|| panic!("{name} is left out"));
    assert!(lines.len() < 2, "{name}: {lines:?}");
    lines.into_iter().next().unwrap_or_default()
}

#[test]
fn words_of_a_service() {
    let text = "[Unit]\nDocumentation=man:a(8)\n[Service]\nExecStart=-/bin/a \"b c\"\n\
        RestartSec=90\nEnvironment=A=1 \"B=two words\"\nEnvironment=A=3\nMemoryMax=25%\n\
        TasksMax=10%\nCPUQuota=20%\nLimitNOFILE=10:20\nPrivateTmp=yes\nUMask=27\nDelegate=cpu\n\
        StandardInputText=x\nCapabilityBoundingSet=CAP_CHOWN CAP_KILL\nSuccessExitStatus=SIGINT 3\n";
    let all = shown(&[("a.service", text)], "a.service", 252, &machine());
    let line = |name| line(&all, name);
    assert_eq!(line("Documentation"), "\"man:a(8)\"");
    assert_eq!(line("ExecStart"), "{ path=/bin/a ; argv[]=/bin/a b c ; ignore_errors=yes }");
    assert_eq!(line("ExecStartEx"), "{ path=/bin/a ; argv[]=/bin/a b c ; flags=ignore-failure }");
    assert_eq!(line("RestartUSec"), "1min 30s");
    assert_eq!(line("Environment"), "A=3 \"B=two words\"");
    assert_eq!((line("MemoryMax"), line("TasksMax")), ("268435456".into(), "100".into()));
    assert_eq!(line("CPUQuotaPerSecUSec"), "200ms");
    assert_eq!((line("LimitNOFILE"), line("LimitNOFILESoft")), ("20".into(), "10".into()));
    assert_eq!(line("UMask"), "0027");
    assert_eq!((line("Delegate"), line("DelegateControllers")), ("yes".into(), "cpu".into()));
    assert_eq!((line("StandardInput"), line("StandardInputData")), ("data".into(), "eAo=".into()));
    assert_eq!(line("CapabilityBoundingSet"), "cap_chown cap_kill");
    assert_eq!(line("SuccessExitStatus"), "3 INT");
    assert_eq!((line("Type"), line("OOMPolicy")), ("simple".into(), "continue".into()));
    assert_eq!((line("Id"), line("LoadState")), ("a.service".into(), "loaded".into()));
    let decided = |name| all.iter().find(|property| property.name == name).unwrap().decided;
    assert_eq!(decided("RestartUSec"), Decided::File);
    assert_eq!(decided("TimeoutStopUSec"), Decided::Manager);
    assert_eq!(decided("Type"), Decided::Implied);
    assert_eq!(decided("SendSIGKILL"), Decided::Default);
}

#[test]
fn versions_have_properties_of_their_own() {
    let files = [("a.service", "[Service]\nExecStart=/bin/a\nPrivateTmp=disconnected\n")];
    let (old, new) =
        [252, 262].map(|version| shown(&files, "a.service", version, &machine())).into();
    assert_eq!((line(&old, "PrivateTmp"), line(&new, "PrivateTmp")), ("yes".into(), "yes".into()));
    assert_eq!(lines(&old, "PrivateTmpEx"), None);
    assert_eq!(line(&new, "PrivateTmpEx"), "disconnected");
    assert_eq!(lines(&old, "RestartSteps"), None);
    assert_eq!(line(&new, "RestartSteps"), "0");
}

#[test]
fn what_is_not_known_is_left_out() {
    let text = "[Service]\nExecStart=/bin/a\nMemoryMax=25%\nMemoryHigh=1M\n";
    let all = shown(&[("a.service", text)], "a.service", 252, &Machine::default());
    for name in ["MemoryMax", "TasksMax", "CapabilityBoundingSet", "LimitNOFILE", "TimerSlackNSec"]
    {
        assert_eq!(lines(&all, name), None, "{name}");
    }
    assert_eq!(line(&all, "MemoryHigh"), "1048576");
}

#[test]
fn a_unit_that_is_not_there_has_no_settings() {
    let files = [("a.service", "[Unit]\nWants=b.service\n[Service]\nExecStart=/bin/a\n")];
    let all = shown(&files, "b.service", 252, &machine());
    assert_eq!(line(&all, "LoadState"), "not-found");
    assert_eq!(line(&all, "WantedBy"), "a.service");
    assert_eq!(lines(&all, "ExecStart"), None);
}

/// Every row of the table that names a property gives one, for every type of unit that has the row.
#[test]
fn every_row_is_shown() {
    let units = [
        ("a.service", "[Service]\nExecStart=/bin/a\n"),
        ("a.socket", "[Socket]\nListenStream=1\n"),
        ("a.timer", "[Timer]\nOnBootSec=1\n"),
        ("a.path", "[Path]\nPathExists=/a\n"),
        ("a.mount", "[Mount]\nWhat=a\nWhere=/a\n"),
        ("a.automount", "[Automount]\nWhere=/a\n"),
        ("a.swap", "[Swap]\nWhat=/a\n"),
        ("a.slice", "[Slice]\nMemoryMax=1\n"),
    ];
    let limits = Group::Exec.rows().iter().filter(|row| row.bus.starts_with("Limit"));
    let limit = unit::values::Limit { soft: 1, hard: 2 };
    let limits = limits.map(|row| (row.name.into(), limit)).collect();
    let machine = Machine { limits, ..machine() };
    for (name, _) in units {
        let all = shown(&units, name, 252, &machine);
        let unit_type = UnitType::of_suffix(name.rsplit_once('.').unwrap().1).unwrap();
        let section = unit_type.section().unwrap();
        for group in [Group::Unit].iter().chain(Group::of_section(section, unit_type)) {
            for row in group.rows() {
                let is_own = matches!(
                    row.status,
                    Status::Current | Status::Superseded(_) | Status::Deprecated(_)
                );
                let is_hidden = row.bus == "PermissionsStartOnly";
                if is_own && !row.bus.is_empty() && row.since <= 252 && !is_hidden {
                    assert!(lines(&all, row.bus).is_some(), "{} of {name}", row.name);
                }
            }
        }
        let once = |property: &&Property| !UNPRINTABLE.contains(&property.name);
        assert!(all.iter().filter(once).count() > 60, "{name}: {}", all.len());
    }
}

proptest! {
    /// A quoted word has no blank outside quotes and no control character.
    #[test]
    fn quoted_words_are_one_word(word in any::<String>()) {
        let quoted = quote(&word);
        prop_assert!(!quoted.contains(|char: char| char.is_ascii_control()));
        prop_assert!(quoted.starts_with('"') || !quoted.contains([' ', '$', '`', '"', '\\']));
    }

    /// Whatever stands in a unit, it is shown without a panic.
    #[test]
    fn anything_is_shown(
        values in proptest::collection::vec((0_usize..400, "[ -~]{0,20}"), 1..40),
    ) {
        let rows: Vec<&str> = [Group::Service, Group::Exec, Group::Kill, Group::Resource]
            .iter()
            .flat_map(|group| group.rows())
            .map(|row| row.name)
            .collect();
        let mut text = "[Service]\nExecStart=/bin/a\n".to_owned();
        for (row, value) in values {
            let name = rows.get(row % rows.len()).unwrap();
            text.push_str(&format!("{name}={value}\n"));
        }
        for version in [252, 262] {
            let all = shown(&[("a.service", &text)], "a.service", version, &machine());
            prop_assert!(all.len() > 30, "{}", all.len());
        }
    }
}
