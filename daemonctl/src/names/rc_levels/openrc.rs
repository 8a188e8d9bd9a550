//! Runlevels as OpenRC itself keeps them: folders below `/etc/runlevels`, and below `/run/openrc`
//! what it is doing.

use std::collections::BTreeMap;
use std::path::Path;

use host::{HostError, Service};

use super::super::common::World;
use super::super::hand_over::is_executable;
use super::order::{Order, Tree};
use super::{DEFAULT, Entry, Levels, State, state_of};

/// Reads them.
pub fn read(world: &World) -> Result<Levels, Box<HostError>> {
    let levels_folder = world.root.join("etc/runlevels");
    let state_folder = world.root.join("run/openrc");
    let names: Vec<String> = names(&levels_folder)
        .into_iter()
        .filter(|name| levels_folder.join(name).is_dir())
        .collect();
    let softlevel = std::fs::read_to_string(state_folder.join("softlevel")).unwrap_or_default();
    let current = Some(softlevel.trim()).filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
    let mut levels = Levels { current: current.to_owned(), ..Levels::default() };
    let of: BTreeMap<String, Service> =
        world.services()?.into_iter().map(|service| (service.name.clone(), service)).collect();
    let mut found: Vec<(String, Vec<String>)> =
        scripts(world).into_iter().map(|name| (name, Vec::new())).collect();
    // In the order of the runlevels' own folders: the original starts from that.
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for level in &names {
        for name in self::names(&levels_folder.join(level)) {
            if levels_folder.join(level).join(&name).is_dir() {
                levels.stacks.push((name, level.clone()));
            } else if levels_folder.join(level).join(&name).exists() {
                members.entry(level.clone()).or_default().push(name.clone());
                match found.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, own)) => own.push(level.clone()),
                    None => found.push((name, vec![level.clone()])),
                }
            }
        }
    }
    levels.names = names;
    let tree = Tree::read(&state_folder.join("deptree"));
    levels.entries = found
        .into_iter()
        .map(|(name, own)| entry(&state_folder, &tree, of.get(&name), name, own))
        .collect();
    levels.members = members
        .into_iter()
        .map(|(level, names)| {
            let order = Order::new(&tree, &levels, &level).of(&names);
            (level, order)
        })
        .collect();
    levels.tree = tree;
    Ok(levels)
}

fn entry(
    state_folder: &Path,
    tree: &Tree,
    service: Option<&Service>,
    name: String,
    levels: Vec<String>,
) -> Entry {
    let mut state = service.map_or(State::Stopped, state_of);
    if state == State::Stopped && scheduled(state_folder, &name) {
        state = State::Scheduled;
    }
    let option = |option: &str| state_folder.join("options").join(&name).join(option).exists();
    let supervised = state.is_started() && option("child_pid");
    if state == State::Crashed && supervised && option("start_time") {
        state = State::Unsupervised;
    }
    if let State::Started(Some(_)) = state
        && !supervised
    {
        state = State::Started(None);
    }
    let hotplugged = state_folder.join("hotplugged").join(&name).exists();
    let needed = tree.is_needed(&name);
    Entry { name, levels, state, supervised, hotplugged, needed }
}

/// It waits for another service, which has a folder here with its name in it.
fn scheduled(state_folder: &Path, name: &str) -> bool {
    let folder = state_folder.join("scheduled");
    names(&folder).iter().any(|other| folder.join(other).join(name).exists())
}

/// What is in a folder, in the folder's own order.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect()
}

/// The scripts that can be run, in their folders' own order.
pub fn scripts(world: &World) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for folder in ["usr/local/etc/init.d", "etc/init.d"] {
        let folder = world.root.join(folder);
        let own = names(&folder).into_iter().filter(|name| is_executable(&folder.join(name)));
        all.extend(own);
    }
    all
}
