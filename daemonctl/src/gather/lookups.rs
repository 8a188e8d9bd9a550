//! Looks up what rules want to know by name: paths, accounts, programs, listeners.
//!
//! Whoever owns a folder decides what lies there, and we may be root: no name is followed that was not looked at,
//! only regular files are read, nothing is written and nothing run.

mod accounts;
mod acl;
mod filesystems;
mod listeners;
mod near;
mod packages;
pub mod paths;
mod programs;
mod texts;

use std::collections::BTreeSet;

use insight::snapshot::{FileKind, Filesystem, Lookups, PathFact, Seen, Unseen};
use insight::wanted::Wanted;

use crate::context::Context;
pub use accounts::Accounts;
pub use near::nearest;
use paths::{Found, Resolver};
use programs::{Programs, SEARCH_PATH};
pub use texts::{lines, start};

/// What a script's interpreter leads to is followed so far.
const DEPTH_MAX: usize = 5;

/// Looks up what is wanted and is not there yet.
pub fn fill(context: &Context, wanted: &Wanted, lookups: &mut Lookups, unseen: &mut Vec<Unseen>) {
    let Some(resolver) = Resolver::open(context) else {
        let what = context.common.system_root.display().to_string();
        unseen.push(Unseen { what, why: "cannot be opened".to_owned(), remedy: None });
        return;
    };
    for path in &wanted.paths {
        look(&resolver, path, lookups);
    }
    for path in new(&wanted.texts, |path| lookups.texts.contains_key(path)) {
        look(&resolver, &path, lookups);
        if let Some(lines) = texts::lines(&resolver, &path) {
            lookups.texts.insert(path, lines);
        }
    }
    fill_programs(&resolver, wanted, lookups, unseen);
    fill_accounts(context, &resolver, wanted, lookups);
    let hosts = new(&wanted.hosts, |name| lookups.hosts.contains_key(name));
    if !hosts.is_empty() {
        let table = texts::Hosts::read(&resolver);
        lookups.hosts.extend(hosts.into_iter().map(|name| (name.clone(), table.of(&name))));
    }
    if wanted.listeners && lookups.listeners == Seen::NotMeasured {
        lookups.listeners = listeners::all(context, unseen);
    }
    fill_locks(context, &resolver, wanted, lookups);
    fill_packages(&resolver, wanted, lookups);
    fill_near(&resolver, wanted, lookups);
}

/// The file systems that are mounted.
pub fn machine_filesystems(context: &Context) -> Vec<Filesystem> {
    filesystems::all(context)
}

/// What was not looked up before.
fn new(wanted: &BTreeSet<String>, is_known: impl Fn(&String) -> bool) -> Vec<String> {
    wanted.iter().filter(|name| !is_known(name)).cloned().collect()
}

fn look(resolver: &Resolver, path: &str, lookups: &mut Lookups) -> Option<Found> {
    if lookups.paths.contains_key(path) {
        return None;
    }
    let found = resolver.look(path);
    lookups.paths.insert(path.to_owned(), found.fact.clone());
    Some(found)
}

fn fill_programs(
    resolver: &Resolver,
    wanted: &Wanted,
    lookups: &mut Lookups,
    unseen: &mut Vec<Unseen>,
) {
    let mut left: Vec<(String, usize)> =
        new(&wanted.programs, |path| lookups.programs.contains_key(path))
            .into_iter()
            .map(|path| (path, 0))
            .collect();
    if left.is_empty() {
        return;
    }
    let mut folders: Vec<String> = wanted.library_paths.iter().cloned().collect();
    // Environment files are texts.
    let lines = lookups.texts.values().flatten();
    let values = lines.filter_map(|line| line.trim().strip_prefix("LD_LIBRARY_PATH="));
    folders.extend(
        values.flat_map(|value| value.trim_matches(['"', '\'']).split(':')).map(str::to_owned),
    );
    folders.retain(|folder| folder.starts_with('/'));
    let mut programs = Programs::new(resolver, folders);
    while let Some((name, depth)) = left.pop() {
        if lookups.programs.contains_key(&name) || depth > DEPTH_MAX {
            continue;
        }
        let found = in_search_path(resolver, &name);
        lookups.paths.insert(name.clone(), found.fact.clone());
        let Some(looked) = programs.look(&name, &found) else {
            let is_file = found.fact.target().is_some_and(|entry| entry.kind == FileKind::File);
            if is_file {
                unseen.push(Unseen {
                    what: name,
                    why: "it cannot be read".to_owned(),
                    remedy: Some("root".to_owned()),
                });
            }
            continue;
        };
        let further = looked.program.interpreter.clone().into_iter().chain(looked.by_env);
        left.extend(further.map(|path| (path, depth + 1)));
        lookups.programs.insert(name, looked.program);
    }
    for damaged in programs.damaged() {
        lookups.programs.entry(damaged.path.clone()).or_insert(damaged);
    }
}

/// A path as it is, and a name in the first folder that has it: as `env` and the managers look for it. A name that
/// is in none of them is missing under its own name.
fn in_search_path(resolver: &Resolver, name: &str) -> Found {
    if name.contains('/') {
        return resolver.look(name);
    }
    for folder in SEARCH_PATH {
        let found = resolver.look(&format!("{folder}/{name}"));
        if found.fact.target().is_some() {
            return found;
        }
    }
    let step = insight::snapshot::Step { path: name.to_owned(), entry: Seen::Absent, link: None };
    let fact = PathFact { path: name.to_owned(), steps: vec![step], is_loop: false };
    Found { fact, end: None }
}

fn fill_accounts(context: &Context, resolver: &Resolver, wanted: &Wanted, lookups: &mut Lookups) {
    let users = new(&wanted.users, |name| lookups.users.contains_key(name));
    let groups = new(&wanted.groups, |name| lookups.groups.contains_key(name));
    if users.is_empty() && groups.is_empty() {
        return;
    }
    let is_machine = context.common.system_root == std::path::Path::new("/");
    let accounts = Accounts::read(resolver, is_machine);
    for name in users {
        let user = accounts.user(&name);
        if user == Seen::Absent {
            lookups.near.insert(name.clone(), near::nearest(&name, accounts.user_names()));
        }
        lookups.users.insert(name, user);
    }
    for name in groups {
        let group = accounts.group(&name);
        if group == Seen::Absent {
            lookups.near.insert(name.clone(), near::nearest(&name, accounts.group_names()));
        }
        lookups.groups.insert(name, group);
    }
}

fn fill_locks(context: &Context, resolver: &Resolver, wanted: &Wanted, lookups: &mut Lookups) {
    let files = new(&wanted.lock_files, |path| lookups.lock_holders.contains_key(path));
    if files.is_empty() {
        return;
    }
    let locks = context.proc().ok().and_then(|proc| proc.read(c"locks").ok()).unwrap_or_default();
    let locks = String::from_utf8_lossy(&locks);
    for path in files {
        let found = resolver.look(&path);
        let identity = found.end.as_ref().map(|(_, identity)| *identity);
        lookups.paths.entry(path.clone()).or_insert(found.fact);
        let pids = identity.map(|file| texts::lockers(&locks, file)).unwrap_or_default();
        let holders = listeners::describe(context, pids).into_values().collect();
        lookups.lock_holders.insert(path, holders);
    }
}

/// Package lists are long: they are read only where a program or a library is missing.
fn fill_packages(resolver: &Resolver, wanted: &Wanted, lookups: &mut Lookups) {
    let is_missing = |path: &&String| {
        path.starts_with('/')
            && lookups.paths.get(*path).is_some_and(|fact| fact.missing().is_some())
    };
    let programs = wanted.programs.iter().filter(is_missing).cloned();
    let of_programs = lookups.programs.values();
    let libraries = of_programs.flat_map(|program| &program.missing_libraries);
    let names = programs
        .chain(libraries.map(|(library, _)| library.clone()))
        .chain(wanted.libraries.iter().cloned());
    let names: BTreeSet<String> =
        names.filter(|name| !lookups.packages.contains_key(name)).collect();
    let found = packages::of(resolver, &names);
    // What is in no list is remembered too, so as not to be looked for again.
    for name in names {
        let packages = found.get(&name).cloned().unwrap_or_default();
        lookups.packages.insert(name, packages);
    }
}

/// Names in the last folder that is there, where a program or a text is missing.
fn fill_near(resolver: &Resolver, wanted: &Wanted, lookups: &mut Lookups) {
    let names = wanted.programs.iter().chain(&wanted.texts).chain(&wanted.paths);
    for path in names.filter(|path| !lookups.near.contains_key(*path)).collect::<BTreeSet<_>>() {
        let Some(step) = lookups.paths.get(path).and_then(PathFact::missing) else { continue };
        let Some((folder, name)) = step.path.rsplit_once('/') else { continue };
        let there = resolver.list(if folder.is_empty() { "/" } else { folder }).unwrap_or_default();
        let found = near::nearest(name, there.iter().map(String::as_str));
        let full = found.into_iter().map(|name| format!("{folder}/{name}")).collect();
        lookups.near.insert(path.clone(), full);
    }
}

#[cfg(test)]
#[path = "lookups/tests.rs"]
mod tests;
