//! OpenRC's own picture of dependencies: `/run/openrc/deptree`, which it writes anew when a script
//! changed. Lines of a shell's assignments: `depinfo_3_ineed_0='net'`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::look::Look;
use crate::{Dependency, Relation, read};

/// Longest cache that is read, in bytes.
const LONGEST: u64 = 16 << 20;
/// What every script of another kind provides, on Debian: no name of anything.
const EVERYTHING: &str = "_all";

/// Who depends on what.
#[derive(Clone, Debug, Default)]
pub(super) struct DepTree {
    /// Service → its dependencies, in order.
    services: BTreeMap<String, Vec<(Relation, String)>>,
    /// Name → the services that provide it.
    providers: BTreeMap<String, Vec<String>>,
}

impl DepTree {
    /// `None` where there is no cache.
    pub(super) fn load(root: &Path) -> Option<DepTree> {
        let text = read::text(&root.join("run/openrc/deptree"), LONGEST).ok()?;
        Some(DepTree::parse(&text))
    }

    fn parse(text: &str) -> DepTree {
        let mut tree = DepTree::default();
        let mut current: Option<String> = None;
        for line in text.lines() {
            let Some((key, value)) = line.strip_prefix("depinfo_").and_then(|l| l.split_once('='))
            else {
                continue;
            };
            let value = value.trim_matches('\'');
            // Number of the service, kind of the line, number of the line.
            let mut parts = key.split('_').skip(1);
            let (Some(kind), false) = (parts.next(), value.is_empty()) else { continue };
            if kind == "service" {
                tree.services.entry(value.to_owned()).or_default();
                current = Some(value.to_owned());
                continue;
            }
            let (Some(relation), Some(service)) = (relation(kind), &current) else { continue };
            if value == EVERYTHING {
                continue;
            }
            if relation == Relation::Provides {
                tree.providers.entry(value.to_owned()).or_default().push(service.clone());
            }
            let dependencies = tree.services.entry(service.clone()).or_default();
            dependencies.push((relation, value.to_owned()));
        }
        tree
    }

    /// What a service depends on; `None` where the cache does not know it.
    pub(super) fn of(&self, service: &str, look: &Look<'_>) -> Option<Vec<Dependency>> {
        let found = self.services.get(service)?.iter().map(|(relation, name)| Dependency {
            relation: *relation,
            name: name.clone(),
            resolved: None,
        });
        let mut found: Vec<Dependency> = found.collect();
        self.resolve_all(&mut found, look);
        Some(found)
    }

    /// Finds the service that stands for each virtual name.
    pub(super) fn resolve_all(&self, dependencies: &mut [Dependency], look: &Look<'_>) {
        for dependency in dependencies.iter_mut().filter(|d| d.relation != Relation::Provides) {
            dependency.resolved = self.resolve(&dependency.name, look);
        }
    }

    /// What depends on a service, by its name or by one that it provides.
    pub(super) fn on(&self, service: &str) -> Vec<Dependency> {
        let mut found: Vec<Dependency> = Vec::new();
        for (name, dependencies) in &self.services {
            for (relation, wanted) in dependencies {
                let is_meant = wanted == service
                    || self.providers.get(wanted).is_some_and(|p| p.iter().any(|p| p == service));
                let known = |d: &Dependency| d.relation == *relation && d.name == *name;
                if is_meant && *relation != Relation::Provides && !found.iter().any(known) {
                    let (relation, name) = (*relation, name.clone());
                    found.push(Dependency { relation, name, resolved: None });
                }
            }
        }
        found
    }

    /// Services that need each other in a circle, as far as a start of `service` would run into it:
    /// the first stands at the end again. OpenRC itself waits a minute for the one that waits for it.
    pub(super) fn circle(&self, service: &str, look: &Look<'_>) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        // A service on the way, and those it needs that are still to be looked at.
        let mut way = vec![(service.to_owned(), self.needs(service, look))];
        while let Some((current, rest)) = way.last_mut() {
            let Some(next) = rest.pop() else {
                done.insert(current.clone());
                way.pop();
                continue;
            };
            if let Some(start) = way.iter().position(|(name, _)| *name == next) {
                let mut circle: Vec<String> =
                    way.iter().skip(start).map(|(name, _)| name.clone()).collect();
                circle.push(next);
                return Some(circle);
            }
            if !done.contains(&next) {
                let needs = self.needs(&next, look);
                way.push((next, needs));
            }
        }
        None
    }

    /// What must be started first: what a service needs and is not started.
    fn needs(&self, service: &str, look: &Look<'_>) -> Vec<String> {
        let needs = self.services.get(service).into_iter().flatten();
        let needs = needs.filter(|(relation, _)| *relation == Relation::Needs);
        needs
            .map(|(_, name)| self.resolve(name, look).unwrap_or_else(|| name.clone()))
            .filter(|name| look.folder(name) != Some("started"))
            .collect()
    }

    /// Of those that provide a name OpenRC takes one that is started, then one that is under way,
    /// then one of the runlevels, then the first by name.
    fn resolve(&self, name: &str, look: &Look<'_>) -> Option<String> {
        let providers = self.providers.get(name)?;
        let rank = |service: &&String| match look.folder(service) {
            Some("started") => 0,
            Some("starting" | "inactive" | "stopping") => 1,
            _ if !look.runlevels().linked(service).is_empty() => 2,
            _ => 3,
        };
        let best = providers.iter().min_by_key(|service| (rank(service), (*service).clone()));
        best.filter(|service| *service != name).cloned()
    }
}

fn relation(kind: &str) -> Option<Relation> {
    Some(match kind {
        "ineed" => Relation::Needs,
        "iwant" => Relation::Wants,
        "iuse" => Relation::Uses,
        "ibefore" => Relation::Before,
        "iafter" => Relation::After,
        "iprovide" => Relation::Provides,
        // The same again, seen from the other side.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_read() {
        let tree = DepTree::parse(
            "depinfo_0_service='net.lo'\ndepinfo_0_iprovide_0='net'\ndepinfo_0_needsme_0='a_b'\n\
             depinfo_1_service='a_b'\ndepinfo_1_ineed_0='net'\ndepinfo_1_iprovide_0='_all'\n\
             garbage\ndepinfo_\ndepinfo_2_service=''\ndepinfo_2_iafter_0='x'\n",
        );
        assert_eq!(tree.services.len(), 2);
        let of = |name: &str| tree.services.get(name).cloned().unwrap_or_default();
        // A line of a service without a name belongs to the one before it.
        let expected = [(Relation::Needs, "net".to_owned()), (Relation::After, "x".to_owned())];
        assert_eq!(of("a_b"), expected);
        assert_eq!(tree.providers.get("net").map(Vec::len), Some(1));
    }
}
