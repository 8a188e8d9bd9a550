//! What the headers of scripts say of each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::read;
use crate::script::{Header, Source, all_headers, providers};
use crate::{Dependency, Relation};

/// Longest insserv.conf that is read, in bytes.
const LONGEST: u64 = 256 << 10;
/// Deepest nesting of facilities that is followed.
const DEEPEST: usize = 8;

/// The headers of all scripts, who provides what, and the facilities of insserv.conf(5).
#[derive(Clone, Debug)]
pub(crate) struct Names {
    headers: Vec<(String, Header)>,
    providers: BTreeMap<String, String>,
    facilities: BTreeMap<String, Vec<String>>,
}

impl Names {
    /// Of the machine whose tree is at `root`.
    pub(crate) fn read(root: &Path) -> Names {
        let mut facilities: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let folder = root.join("etc/insserv.conf.d");
        let more = read::names(&folder, 256).unwrap_or_default();
        let files = std::iter::once(root.join("etc/insserv.conf"));
        for file in files.chain(more.into_iter().map(|name| folder.join(name))) {
            let text = read::text(&file, LONGEST).unwrap_or_default();
            for line in text.lines().filter(|line| line.starts_with('$')) {
                let mut words = line.split_whitespace();
                let Some(facility) = words.next() else { continue };
                // A plus: optional.
                let members = words.map(|word| word.trim_start_matches('+').to_owned());
                facilities.entry(facility.to_owned()).or_default().extend(members);
            }
        }
        let headers = all_headers(root);
        Names { providers: providers(&headers), headers, facilities }
    }

    /// What a script depends on.
    pub(crate) fn of(&self, source: &Source) -> Vec<Dependency> {
        let mut found = Vec::new();
        self.add(&source.header, &mut found);
        for name in source.script.provides.iter().filter(|name| **name != source.script.name) {
            let name = name.clone();
            found.push(Dependency { relation: Relation::Provides, name, resolved: None });
        }
        found
    }

    /// What depends on a script.
    pub(crate) fn on(&self, source: &Source) -> Vec<Dependency> {
        let mut found: Vec<Dependency> = Vec::new();
        for (name, header) in &self.headers {
            let mut theirs = Vec::new();
            self.add(header, &mut theirs);
            for dependency in theirs {
                let meant = dependency.resolved.as_ref().unwrap_or(&dependency.name);
                let is_ours = *meant == source.script.name
                    || self.members(&dependency.name, DEEPEST).contains(&source.script.name);
                let relation = dependency.relation;
                let known = |d: &Dependency| d.relation == relation && d.name == *name;
                if is_ours && *name != source.script.name && !found.iter().any(known) {
                    found.push(Dependency { relation, name: name.clone(), resolved: None });
                }
            }
        }
        found
    }

    fn add(&self, header: &Header, found: &mut Vec<Dependency>) {
        for (relation, names) in [
            (Relation::Needs, &header.required_start),
            (Relation::Uses, &header.should_start),
            (Relation::Before, &header.start_before),
        ] {
            for name in names {
                let resolved = self.resolve(name).filter(|resolved| resolved != name);
                found.push(Dependency { relation, name: name.clone(), resolved });
            }
        }
    }

    /// The first script that stands for a name.
    fn resolve(&self, name: &str) -> Option<String> {
        self.members(name, DEEPEST).into_iter().next()
    }

    /// The scripts that stand for a name: for a facility all that are installed.
    fn members(&self, name: &str, depth: usize) -> Vec<String> {
        if let Some(provider) = self.providers.get(name) {
            return vec![provider.clone()];
        }
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let members = || self.facilities.get(name).into_iter().flatten();
        // Its own members before those of other facilities in it.
        let own = members().filter(|member| !member.starts_with('$'));
        let others = members().filter(|member| member.starts_with('$'));
        own.chain(others).flat_map(|member| self.members(member, depth)).collect()
    }
}
