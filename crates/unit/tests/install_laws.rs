//! Laws of enabling and disabling, on trees in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable,
    reason = "a test"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use unit::files::{Content, Entry, EntryKind, FileError, Files};
use unit::install::{Change, Install, Plan, PresetMode, State, Was, Why};
use unit::load::SearchPath;
use unit::specifier::Facts;

/// Files and links by path; folders are made up from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tree(BTreeMap<String, Node>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File(String),
    Link(String),
}

impl Files for Tree {
    fn list(&self, folder: &str) -> Result<Vec<Entry>, FileError> {
        let start = if folder == "/" { "/".to_owned() } else { format!("{folder}/") };
        let mut entries: BTreeMap<&str, EntryKind> = BTreeMap::new();
        for (path, node) in &self.0 {
            let Some(rest) = path.strip_prefix(&start) else { continue };
            let (name, kind) = match (rest.split_once('/'), node) {
                (Some((name, _)), _) => (name, EntryKind::Folder),
                (None, Node::File(_)) => (rest, EntryKind::File),
                (None, Node::Link(target)) => (rest, EntryKind::Link(target.as_str().into())),
            };
            entries.insert(name, kind);
        }
        if entries.is_empty() {
            return Err(FileError::Missing);
        }
        let entry = |(name, kind): (&str, EntryKind)| Entry { name: name.into(), kind };
        Ok(entries.into_iter().map(entry).collect())
    }

    fn read(&self, path: &str) -> Result<Content, FileError> {
        match self.0.get(path) {
            Some(Node::File(text)) => Ok(Content { bytes: text.clone().into_bytes(), mode: 0o644 }),
            _ => Err(FileError::Missing),
        }
    }

    fn resolve(&self, _: &str) -> Result<String, FileError> {
        unreachable!("links are followed on the draft")
    }
}

impl Tree {
    fn file(mut self, path: &str, text: &str) -> Tree {
        self.0.insert(path.into(), Node::File(text.into()));
        self
    }

    fn link(mut self, path: &str, target: &str) -> Tree {
        self.0.insert(path.into(), Node::Link(target.into()));
        self
    }

    fn unit(self, name: &str, install: &str) -> Tree {
        self.file(&format!("/usr/lib/systemd/system/{name}"), &format!("[Install]\n{install}\n"))
    }

    fn plan(&self, operation: impl FnOnce(Install<'_>) -> Plan) -> Plan {
        let (search, facts) = (SearchPath::system(false), Facts::default());
        operation(Install::new(self, &search, &facts))
    }

    /// Does it, and says whether all could be done.
    fn run(&mut self, operation: impl FnOnce(Install<'_>) -> Plan) -> Plan {
        let plan = self.plan(operation);
        for change in &plan.changes {
            self.apply(change);
        }
        plan
    }

    /// Each change must fit what is there.
    fn apply(&mut self, change: &Change) {
        let link = |text: &str| Some(Node::Link(text.to_owned()));
        match change {
            Change::Link { path, target } => {
                assert_eq!(self.0.insert(path.to_string(), Node::Link(target.to_string())), None);
            }
            Change::Replace { path, target, was } => {
                let before = self.0.insert(path.to_string(), Node::Link(target.to_string()));
                assert_eq!(before, link(was));
            }
            Change::Unlink { path, was: Was::Link(was) } => {
                assert_eq!(self.0.remove(&**path), link(was));
            }
            Change::Unlink { path, was: Was::EmptyFile } => {
                assert_eq!(self.0.remove(&**path), Some(Node::File(String::new())));
            }
            Change::RemoveFolder { path } => assert_eq!(self.list(path), Err(FileError::Missing)),
        }
    }

    fn has_alias_of_a_unit(&self) -> bool {
        let aliases = UNITS.map(|unit| format!("Alias={unit}"));
        let is_one = |line: &str| aliases.iter().any(|alias| line == alias);
        self.0.values().any(|node| matches!(node, Node::File(text) if text.lines().any(is_one)))
    }

    fn state(&self, unit: &str) -> Result<State, Why> {
        let (search, facts) = (SearchPath::system(false), Facts::default());
        Install::new(self, &search, &facts).state(unit).map_err(|failure| failure.why)
    }
}

const UNITS: [&str; 5] = ["a.service", "b-c.service", "s.socket", "t@.service", "u@.service"];

fn line() -> impl Strategy<Value = String> {
    let owner = prop::sample::select(vec![
        "x.target",
        "x@.target",
        "%p-y.target",
        "a.service",
        "t@one.service",
        "nodot",
        "%q",
    ]);
    let other = prop::sample::select(UNITS.to_vec());
    prop_oneof![
        4 => owner.clone().prop_map(|owner| format!("WantedBy={owner}")),
        1 => owner.clone().prop_map(|owner| format!("RequiredBy={owner}")),
        1 => owner.prop_map(|owner| format!("UpheldBy={owner}")),
        2 => "[a-c]{1,2}(@|@one|)\\.(service|socket)".prop_map(|name| format!("Alias={name}")),
        2 => other.prop_map(|name| format!("Also={name}")),
        1 => "(one|two|%p|)".prop_map(|text| format!("DefaultInstance={text}")),
        1 => ".{0,12}".prop_map(|text| text.replace(['\n', '['], "")),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    prop::collection::vec(prop::collection::vec(line(), 0..4), UNITS.len()).prop_map(|texts| {
        UNITS
            .iter()
            .zip(texts)
            .fold(Tree::default(), |tree, (unit, lines)| tree.unit(unit, &lines.join("\n")))
    })
}

fn unit() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a.service",
        "b-c.service",
        "s.socket",
        "t@.service",
        "t@one.service",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn disable_undoes_enable(before in tree(), unit in unit()) {
        // An alias may take another unit's name; what that unit was enabled by is then found no more,
        // by systemd neither.
        prop_assume!(!before.has_alias_of_a_unit());
        let mut tree = before.clone();
        tree.run(|install| install.enable(&[unit]));
        let plan = tree.run(|install| install.disable(&[unit]));
        prop_assert!(plan.is_complete(), "{:?}", plan);
        prop_assert_eq!(tree, before);
    }

    #[test]
    fn enabling_twice_changes_nothing_more(before in tree(), unit in unit()) {
        let mut tree = before;
        if tree.run(|install| install.enable(&[unit])).is_complete() {
            let again = tree.plan(|install| install.enable(&[unit]));
            prop_assert_eq!(again.changes, []);
            let enabled = tree.clone();
            tree.run(|install| install.reenable(&[unit]));
            prop_assert_eq!(tree, enabled);
        }
    }

    #[test]
    fn an_enabled_unit_is_enabled(before in tree(), unit in unit()) {
        prop_assume!(!before.has_alias_of_a_unit());
        let mut tree = before;
        let plan = tree.run(|install| install.enable(&[unit]));
        let own = |change: &Change| change.path().ends_with(&format!("/{unit}"));
        if plan.changes.iter().any(own) {
            prop_assert_eq!(tree.state(unit), Ok(State::Enabled));
        }
    }

    #[test]
    fn unmask_undoes_mask(before in tree(), unit in unit(), runtime: bool) {
        let mut tree = before.clone();
        tree.run(|install| install.runtime(runtime).mask(&[unit]));
        let state = if runtime { State::MaskedRuntime } else { State::Masked };
        prop_assert_eq!(tree.state(unit), Ok(state));
        prop_assert_eq!(&tree.plan(|install| install.enable(&[unit])).failures[0].why, &Why::Masked);
        tree.run(|install| install.runtime(runtime).unmask(&[unit]));
        prop_assert_eq!(tree, before);
    }

    /// What a preset comes to does not depend on what was enabled before.
    #[test]
    fn presets_settle(before in tree(), rules in "((enable|disable) [abst*?.@]{1,4}\n){0,4}") {
        let mut tree = before.file("/etc/systemd/system-preset/1.preset", &rules);
        let first = tree.run(|install| install.preset_all(PresetMode::Full));
        if first.is_complete() {
            let settled = tree.clone();
            tree.run(|install| install.preset_all(PresetMode::Full));
            prop_assert_eq!(tree, settled);
        }
    }

    /// Any bytes, any names, any links: an answer, and changes that fit.
    #[test]
    fn nothing_panics(
        text in "(\\[Install\\]\n)?(WantedBy|Alias|Also|DefaultInstance)=.{0,30}\n.{0,20}",
        name in "[a-z@.%\\\\]{0,6}(@|@.)?\\.(service|socket|slice|x)",
        target in "(/|\\.\\./|\\./){0,3}[a-z]{0,2}(/[a-z.]{1,9}){0,4}",
        given in ".{0,20}",
    ) {
        let mut tree = Tree::default()
            .file(&format!("/usr/lib/systemd/system/{name}"), &text)
            .file(&format!("/etc/systemd/system/{name}.d/x.conf"), &text)
            .link("/etc/systemd/system/l.service", &target)
            .link("/etc/systemd/system/x.target.wants/l.service", &target);
        let units = [name.as_str(), "l.service", &given];
        for unit in units {
            tree.run(|install| install.enable(&[unit]));
            tree.run(|install| install.mask(&[unit]));
            tree.run(|install| install.unmask(&[unit]));
            tree.run(|install| install.reenable(&[unit]));
            tree.run(|install| install.link(&[unit]));
            tree.run(|install| install.preset(&[unit], PresetMode::Full));
            let _ = tree.state(unit);
            tree.run(|install| install.disable(&[unit]));
        }
        tree.run(|install| install.force(true).preset_all(PresetMode::Full));
    }
}

/// The last part of a link that was made, and where it points.
fn made(plan: &Plan) -> Vec<String> {
    plan.changes
        .iter()
        .map(|change| match change {
            Change::Link { path, target } => format!("{path} -> {target}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn upheld_by_is_a_folder_of_its_own() {
    let tree = Tree::default().unit("a.service", "UpheldBy=b.service").unit("b.service", "");
    let plan = tree.plan(|install| install.enable(&["a.service"]));
    assert_eq!(
        made(&plan),
        ["/etc/systemd/system/b.service.upholds/a.service -> /usr/lib/systemd/system/a.service"]
    );
    assert_eq!(plan.notes, []);
}

#[test]
fn a_file_from_elsewhere_is_linked_and_its_alias_leads_to_that_link() {
    let mut tree =
        Tree::default().file("/opt/a.service", "[Install]\nAlias=b.service\nWantedBy=x.target\n");
    let plan = tree.run(|install| install.enable(&["/opt/a.service"]));
    assert_eq!(
        made(&plan),
        [
            "/etc/systemd/system/a.service -> /opt/a.service",
            "/etc/systemd/system/b.service -> /etc/systemd/system/a.service",
            "/etc/systemd/system/x.target.wants/a.service -> /opt/a.service",
        ]
    );
    assert_eq!(tree.state("a.service"), Ok(State::Enabled));
    assert_eq!(tree.state("b.service"), Ok(State::Alias));
    let before =
        Tree::default().file("/opt/a.service", "[Install]\nAlias=b.service\nWantedBy=x.target\n");
    tree.run(|install| install.disable(&["a.service"]));
    assert_eq!(tree, before);
}

#[test]
fn presets_may_say_ignore() {
    let tree = Tree::default()
        .unit("a.service", "WantedBy=x.target")
        .link("/etc/systemd/system/y.target.wants/a.service", "/usr/lib/systemd/system/a.service")
        .file("/usr/lib/systemd/system-preset/1.preset", "ignore a.*\ndisable *\n");
    assert_eq!(tree.plan(|install| install.preset_all(PresetMode::Full)).changes, []);
}

#[test]
fn links_in_a_circle_harm_nobody_else() {
    let mut tree = Tree::default()
        .unit("a.service", "WantedBy=x.target")
        .link("/etc/systemd/system/l.service", "m.service")
        .link("/etc/systemd/system/m.service", "l.service");
    assert!(tree.run(|install| install.enable(&["a.service"])).is_complete());
    let plan = tree.run(|install| install.disable(&["a.service"]));
    assert!(plan.is_complete());
    assert_eq!(plan.changes.len(), 2, "the link and its folder: {plan:?}");
    assert_eq!(plan.notes.len(), 2, "{plan:?}");
    let refused = tree.plan(|install| install.enable(&["l.service"]));
    assert!(!refused.is_complete() && refused.changes.is_empty(), "{refused:?}");
}

#[test]
fn long_names_and_circles_of_also() {
    let name = format!("{}.service", "n".repeat(247));
    let long = Tree::default().unit(&name, "WantedBy=%p%p.target\nAlias=%n");
    let plan = long.plan(|install| install.enable(&[&name]));
    assert!(!plan.is_complete() && plan.changes.is_empty(), "{plan:?}");
    let circle = (0..1000).fold(Tree::default(), |tree, number| {
        let next = (number + 1) % 1000;
        tree.unit(
            &format!("u{number}.service"),
            &format!("WantedBy=x.target\nAlso=u{next}.service"),
        )
    });
    let plan = circle.plan(|install| install.enable(&["u500.service"]));
    assert_eq!((plan.changes.len(), plan.failures.len()), (1000, 0));
}
