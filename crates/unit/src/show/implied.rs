//! What no directive of its own decides: names, files, dependencies, what can be done with a unit.

use std::collections::BTreeSet;

use super::{Decided, Property, Show, one, sandbox, text, yes_no};
use crate::{
    graph::{
        Dependency,
        rules::{self, Need},
    },
    name::UnitType,
    table::{Group, Id},
    unit::LoadState,
};

const EXEC_RELOAD: Id = Id::of(Group::Service, "ExecReload");
const REFUSE_START: Id = Id::of(Group::Unit, "RefuseManualStart");
const REFUSE_STOP: Id = Id::of(Group::Unit, "RefuseManualStop");
const ALLOW_ISOLATE: Id = Id::of(Group::Unit, "AllowIsolate");
const PERSISTENT: Id = Id::of(Group::Timer, "Persistent");

/// Directories that can be cleaned, by the word for it.
const CLEANED: [(&str, Id); 5] = [
    ("runtime", Id::of(Group::Exec, "RuntimeDirectory")),
    ("state", Id::of(Group::Exec, "StateDirectory")),
    ("cache", Id::of(Group::Exec, "CacheDirectory")),
    ("logs", Id::of(Group::Exec, "LogsDirectory")),
    ("configuration", Id::of(Group::Exec, "ConfigurationDirectory")),
];

/// Which unit it is, and where it is from.
pub(super) fn identity(show: &Show<'_>, found: &mut Vec<Property>) {
    let unit = show.unit;
    let name = unit.name.as_str();
    let names = std::iter::once(name).chain(unit.aliases.iter().map(crate::name::Name::as_str));
    let state = show.node.map_or(unit.state, |node| show.graph.state(node));
    let fragment = unit.fragment().map(|path| &**path).unwrap_or_default();
    let drop_ins = unit.drop_ins().iter().map(|path| &**path);
    show.push(found, "Id", Decided::Implied, one(name));
    show.push(found, "Names", Decided::Implied, one(text::join(names)));
    // Only devices follow others.
    show.push(found, "Following", Decided::Default, one(""));
    show.push(found, "LoadState", Decided::Implied, one(state.word()));
    show.push(found, "FragmentPath", Decided::Implied, one(fragment));
    show.push(found, "DropInPaths", Decided::Implied, one(text::join(drop_ins)));
    show.push(found, "Perpetual", Decided::Implied, one(yes_no(rules::is_perpetual(&unit.name))));
    if let Some(install) = show.context.install
        && !fragment.is_empty()
        && let Ok(state) = install.state(name)
    {
        show.push(found, "UnitFileState", Decided::Implied, one(state.word()));
    }
    preset(show, fragment, found);
}

/// What presets say of the file: of an instance that is its template's.
fn preset(show: &Show<'_>, fragment: &str, found: &mut Vec<Property>) {
    let Some(presets) = show.context.presets else { return };
    let word = match fragment.rsplit_once('/').and_then(|(_, file)| file.parse().ok()) {
        Some(name) => match presets.wants(&name) {
            Some(true) => "enabled",
            Some(false) => "disabled",
            None => "ignored",
        },
        None => "",
    };
    show.push(found, "UnitFilePreset", Decided::Implied, one(word));
}

/// What can be done with a unit.
pub(super) fn abilities(show: &Show<'_>, found: &mut Vec<Property>) {
    let unit = show.unit;
    let unit_type = unit.name.unit_type();
    let is_supported = !show.context.machine.unsupported.contains(&unit_type);
    let is_loaded = show.is_loaded();
    // Devices can't be started or stopped.
    let can_act = is_supported && unit_type != UnitType::Device;
    let can_start = can_act && is_loaded;
    let can_stop = can_act && !rules::is_perpetual(&unit.name);
    let is_wanted = !show.flag(REFUSE_START);
    let mut push = |name, flag| show.push(found, name, Decided::Implied, one(yes_no(flag)));
    push("CanStart", can_start && is_wanted);
    push("CanStop", can_stop && !show.flag(REFUSE_STOP));
    push("CanIsolate", can_start && show.flag(ALLOW_ISOLATE) && is_wanted);
    push("CanReload", can_reload(show));
    if unit_type != UnitType::Slice {
        push("CanFreeze", matches!(unit_type, UnitType::Service | UnitType::Scope));
    }
    show.push(found, "CanClean", Decided::Implied, one(text::join(can_clean(show))));
}

/// Services with a command for it; mounts always; others where it is passed on.
fn can_reload(show: &Show<'_>) -> bool {
    let passes_on = || {
        let node = show.node;
        node.is_some_and(|id| {
            show.graph.neighbours(id, Dependency::PropagatesReloadTo).next().is_some()
        })
    };
    match show.unit.name.unit_type() {
        UnitType::Service => show.has(EXEC_RELOAD) || show.unit.service_type() == "notify-reload",
        UnitType::Mount => true,
        _ => passes_on(),
    }
}

fn can_clean(show: &Show<'_>) -> Vec<&'static str> {
    match show.unit.name.unit_type() {
        UnitType::Timer if show.flag(PERSISTENT) => vec!["state"],
        UnitType::Service | UnitType::Socket | UnitType::Mount | UnitType::Swap => CLEANED
            .iter()
            .filter(|(_, id)| !sandbox::directories(show, *id).is_empty())
            .map(|(word, _)| *word)
            .collect(),
        _ => Vec::new(),
    }
}

/// Dependencies, by name of the other unit, and the paths whose mounts a unit needs.
pub(super) fn dependencies(show: &Show<'_>, found: &mut Vec<Property>) {
    let Some(node) = show.node else { return };
    for kind in Dependency::ALL {
        let name = kind.bus();
        if name.is_empty() || *kind == Dependency::InSlice {
            continue;
        }
        let others: BTreeSet<&str> =
            show.graph.neighbours(node, *kind).map(|other| show.graph.name(other)).collect();
        let is_written = show.graph.edges(node, *kind).any(|edge| edge.why.setting.is_some());
        let decided = if is_written { Decided::File } else { Decided::Implied };
        show.push(found, name, decided, one(text::join(others)));
    }
    for (name, need, since) in
        [("RequiresMountsFor", Need::Requires, 0), ("WantsMountsFor", Need::Wants, 256)]
    {
        if since <= show.version() {
            let paths = mounts_for(show, need);
            let paths = one(text::join(paths.iter().map(String::as_str)));
            show.push(found, name, Decided::Implied, paths);
        }
    }
}

/// A path without doubled slashes and dots that mean nothing.
fn simplified(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let mut simple: String = parts.flat_map(|part| ["/", part]).collect();
    if simple.is_empty() {
        simple.push('/');
    }
    simple
}

fn mounts_for(show: &Show<'_>, need: Need) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    if show.is_loaded() || show.unit.state == LoadState::BadSetting {
        let mut add = |path: &str, found: Need, _| {
            if found == need && path.starts_with('/') {
                paths.insert(simplified(path));
            }
        };
        rules::paths(&show.unit.name, Some(show.unit), show.context.options, &mut add);
    }
    paths
}
