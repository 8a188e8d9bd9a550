//! The order in which services start, by the dependencies that OpenRC worked out itself and wrote to
//! `/run/openrc/deptree`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Entry, Levels};

/// The dependencies of all services: by service, by kind (`ineed`, `iuse`, `iafter`, `iprovide` and
/// their other sides), in the order of the file.
#[derive(Debug, Default)]
pub struct Tree {
    services: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What comes before a service when it starts.
const BEFORE: [&str; 3] = ["ineed", "iuse", "iafter"];

impl Tree {
    /// Reads the file; empty where there is none.
    pub fn read(path: &Path) -> Tree {
        Tree::parse(&std::fs::read_to_string(path).unwrap_or_default())
    }

    /// Lines of shell assignments: `depinfo_7_service='x'` begins a service,
    /// `depinfo_7_ineed_0='y'` is one of its dependencies.
    fn parse(text: &str) -> Tree {
        let mut tree = Tree::default();
        let mut current = String::new();
        for line in text.lines() {
            let Some((key, value)) = line.strip_prefix("depinfo_").and_then(|l| l.split_once('='))
            else {
                continue;
            };
            let value = value.trim_matches('\'');
            let mut parts = key.split('_').skip(1);
            match parts.next() {
                Some("service") => {
                    value.clone_into(&mut current);
                    tree.services.entry(current.clone()).or_default();
                }
                Some(kind) => {
                    let service = tree.services.entry(current.clone()).or_default();
                    service.entry(kind.to_owned()).or_default().push(value.to_owned());
                }
                None => {}
            }
        }
        tree
    }

    fn all(&self, service: &str, kind: &str) -> &[String] {
        self.services.get(service).and_then(|kinds| kinds.get(kind)).map_or(&[], Vec::as_slice)
    }

    /// Whether another service needs or wants it, or what it stands for.
    pub fn is_needed(&self, service: &str) -> bool {
        let names = self.all(service, "iprovide").iter().map(String::as_str);
        names.chain([service]).any(|name| {
            ["needsme", "wantsme"].iter().any(|kind| {
                let others = self.all(name, kind);
                others.iter().any(|other| other != service && self.services.contains_key(other))
            })
        })
    }
}

/// A walk through the dependencies, as they are in one runlevel.
pub struct Order<'a> {
    tree: &'a Tree,
    levels: &'a Levels,
    runlevel: &'a str,
    visited: BTreeSet<String>,
    sorted: Vec<String>,
}

impl<'a> Order<'a> {
    /// Nothing is visited yet.
    pub fn new(tree: &'a Tree, levels: &'a Levels, runlevel: &'a str) -> Order<'a> {
        Order { tree, levels, runlevel, visited: BTreeSet::new(), sorted: Vec::new() }
    }

    /// These services, each behind what it waits for; as they are where nothing is known of their
    /// dependencies.
    pub fn of(mut self, names: &[String]) -> Vec<String> {
        if self.tree.services.is_empty() {
            return names.to_vec();
        }
        names.iter().for_each(|name| self.visit(name));
        self.sorted.retain(|name| names.contains(name));
        self.sorted
    }

    fn visit(&mut self, service: &str) {
        // A loop ends here: each is visited once.
        if !self.tree.services.contains_key(service) || !self.visited.insert(service.to_owned()) {
            return;
        }
        for kind in BEFORE {
            for other in self.tree.all(service, kind) {
                let providers = self.providers(other);
                if providers.is_empty() && self.counts(other, kind) {
                    self.visit(other);
                }
                for provider in providers {
                    if self.counts(&provider, kind) {
                        self.visit(&provider);
                    }
                }
            }
        }
        if self.tree.all(service, "providedby").is_empty() {
            self.sorted.push(service.to_owned());
        }
    }

    /// Those that stand for a virtual service: the runlevel's own, else the ones that run, else all.
    fn providers(&self, service: &str) -> Vec<String> {
        let all = self.tree.all(service, "providedby");
        let those = |test: &dyn Fn(&Entry) -> bool| -> Vec<String> {
            let entries = all.iter().filter_map(|name| self.levels.entry(name));
            entries.filter(|entry| test(entry)).map(|entry| entry.name.clone()).collect()
        };
        let own = those(&|entry| entry.is_in(self.runlevel));
        if !own.is_empty() {
            return own;
        }
        let started = those(&|entry| entry.state.is_started());
        if started.is_empty() { all.to_vec() } else { started }
    }

    /// What is needed counts always; what is only earlier counts where it starts here at all.
    fn counts(&self, service: &str, kind: &str) -> bool {
        kind == "ineed"
            || self.levels.entry(service).is_some_and(|entry| {
                entry.is_in(self.runlevel)
                    || entry.is_in("boot")
                    || entry.state.is_started()
                    || entry.hotplugged
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    const TEXT: &str = "\
depinfo_0_service='web'
depinfo_0_ineed_0='net'
depinfo_0_iafter_0='log'
depinfo_1_service='net'
depinfo_1_providedby_0='eth'
depinfo_1_needsme_0='web'
depinfo_2_service='eth'
depinfo_2_iprovide_0='net'
depinfo_3_service='log'
depinfo_3_iuse_0='loop'
depinfo_5_service='dhcp'
depinfo_5_iprovide_0='net'
depinfo_4_service='loop'
depinfo_4_iuse_0='log'
";

    #[test]
    fn what_is_waited_for_comes_first_and_loops_end() {
        let tree = Tree::parse(TEXT);
        let entry = |name: &str| Entry {
            name: name.to_owned(),
            levels: vec!["default".to_owned()],
            state: State::Started(None),
            ..Entry::default()
        };
        let entries = ["web", "loop", "log", "eth"].map(entry).to_vec();
        let levels = Levels { entries, ..Levels::default() };
        let names = ["web", "loop", "log", "eth"].map(str::to_owned);
        let order = Order::new(&tree, &levels, "default").of(&names);
        assert_eq!(order, ["eth", "loop", "log", "web"]);
        assert!(tree.is_needed("eth") && tree.is_needed("dhcp") && !tree.is_needed("web"));
    }
}
