//! How units are put together, held against a real systemd: what it says of every name in made-up
//! trees of files in which all that decides about loading meets.
//!
//! `UNIT_LOAD_SEED=N` makes another tree; a failure names the seed and what lies there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod load_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use files::{Disk, Whose};
use load_support::{Random, Thing, Tree};
use testkit::boxes::{self, Kind};
use unit::load::{Catalogue, Loader, SearchPath};
use unit::table::{Group, Id};
use unit::unit::FolderKind;
use unit::{LoadState, Unit, Value};

const PROPERTIES: &str = "Id,Names,LoadState,FragmentPath,DropInPaths,Environment,Wants,Requires,Description,Documentation";

type Shown = BTreeMap<String, String>;

/// The answer to one `systemctl show` of many names, in their order.
fn shown(text: &str) -> Vec<Shown> {
    let unit = |block: &str| {
        let lines = block.lines().filter_map(|line| line.split_once('='));
        lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    text.trim_end().split("\n\n").map(unit).collect()
}

fn sorted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

/// Of all dependencies those that files say: they are called so.
fn written(names: &str) -> String {
    sorted(names.split_whitespace().filter(|name| name.starts_with("dep")))
}

fn texts(unit: &Unit, group: Group, key: &str) -> Vec<String> {
    let id = Id::look_up(group, key).unwrap();
    unit.settings.texts(id).map(|(text, _)| text.to_owned()).collect()
}

fn dependencies(unit: &Unit, key: &str, folder: FolderKind) -> String {
    let id = Id::look_up(Group::Unit, key).unwrap();
    let own = unit.settings.names(id).map(|(name, _)| name.as_str());
    let linked = unit.folders.iter().filter(|(kind, _)| *kind == folder);
    written(&own.chain(linked.map(|(_, name)| name.as_str())).collect::<Vec<_>>().join(" "))
}

/// What `systemctl show` would say of our unit.
fn ours(unit: &Unit) -> Shown {
    let id = Id::look_up(Group::Exec, "Environment").unwrap();
    let mut environment: Vec<(String, String)> = Vec::new();
    for setting in unit.settings.all(id) {
        let Value::Pairs(pairs) = &setting.value else { continue };
        for (name, value) in pairs {
            environment.retain(|(known, _)| **known != **name);
            environment.push((name.to_string(), value.to_string()));
        }
    }
    let environment: Vec<String> =
        environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let names = unit.aliases.iter().map(|name| name.as_str());
    let description = texts(unit, Group::Unit, "Description").pop();
    let drop_ins: Vec<&str> = unit.drop_ins().iter().map(|path| &**path).collect();
    [
        ("Id", unit.name.to_string()),
        ("Names", sorted(names.chain([unit.name.as_str()]))),
        ("LoadState", unit.state.word().to_owned()),
        ("FragmentPath", unit.fragment().map(|path| path.to_string()).unwrap_or_default()),
        ("DropInPaths", drop_ins.join(" ")),
        ("Environment", environment.join(" ")),
        ("Wants", dependencies(unit, "Wants", FolderKind::Wants)),
        ("Requires", dependencies(unit, "Requires", FolderKind::Requires)),
        ("Description", description.unwrap_or_else(|| unit.name.to_string())),
        ("Documentation", texts(unit, Group::Unit, "Documentation").join(" ")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// What of a unit can be compared, as systemd says it.
fn theirs(mut unit: Shown) -> Shown {
    for key in PROPERTIES.split(',') {
        unit.entry(key.to_owned()).or_default();
    }
    let names = sorted(unit["Names"].split_whitespace());
    unit.insert("Names".into(), names);
    for key in ["Wants", "Requires"] {
        let names = written(&unit[key]);
        unit.insert(key.into(), names);
    }
    let documentation = unit["Documentation"].replace('"', "");
    unit.insert("Documentation".into(), documentation);
    unit
}

/// Leaves of texts with specifiers in them what tells their files.
fn marks(unit: &mut Shown) {
    let description = unit["Description"].split(' ').next().unwrap().to_owned();
    let is_mark = description.starts_with('F');
    unit.insert("Description".into(), if is_mark { description } else { String::new() });
    let names = unit["Environment"].split(' ').map(|pair| pair.split('=').next().unwrap());
    let names = names.collect::<Vec<_>>().join(" ");
    unit.insert("Environment".into(), names);
}

fn seed() -> u64 {
    std::env::var("UNIT_LOAD_SEED").map_or(1, |seed| seed.parse().unwrap())
}

#[test]
fn every_name_is_loaded_as_systemd_loads_it() {
    let seed = seed();
    let tree = Tree::made(&mut Random::new(seed), 6, 45);
    let machine = boxes::boot(Kind::Systemd).unwrap();
    machine.write("/root/make", tree.script().as_bytes()).unwrap();
    machine.shell("sh /root/make && systemctl daemon-reload").unwrap();
    let names = tree.names.join("' '");
    let said = machine.shell(&format!("systemctl show -p {PROPERTIES} -- '{names}'")).unwrap();
    let said = shown(&said);
    assert_eq!(said.len(), tree.names.len());

    let disk = Disk::below(machine.root().to_str().unwrap()).unwrap();
    let facts = files::facts(&disk, Whose::System);
    let (catalogue, _) = Catalogue::read(&disk, SearchPath::system(true));
    let loader = Loader::new(&disk, &catalogue, &facts);
    let mut differences = String::new();
    let (mut count, mut tangled) = (0, 0);
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for (name, said) in tree.names.iter().zip(said) {
        let unit = loader.load(&name.parse().unwrap());
        let (mut theirs, mut ours) = (theirs(said), ours(&unit));
        if unit.name.as_str() != name {
            // It reads the file by the name that was asked for first, and says that name for `%n`;
            // we read it by the unit's own. Which files they are can be told all the same.
            marks(&mut theirs);
            marks(&mut ours);
        }
        *states.entry(theirs["LoadState"].clone()).or_default() += 1;
        // Which instances it joins hangs on the order in which it was asked for them, where several
        // links lead to one instance.
        let is_tangled = name.contains('@') && theirs["Names"] != ours["Names"];
        tangled += usize::from(is_tangled);
        for key in PROPERTIES.split(',') {
            if is_tangled && !["LoadState", "FragmentPath"].contains(&key) {
                continue;
            }
            if theirs[key] != ours[key] && !is_on_purpose(key, name, &unit, &theirs) {
                count += 1;
                writeln!(
                    differences,
                    "{name} {key}\n    theirs {}\n    ours   {}",
                    theirs[key], ours[key]
                )
                .unwrap();
            }
        }
    }
    assert!(tangled < 12, "{tangled} instances have other names");
    for state in ["loaded", "not-found", "masked", "bad-setting"] {
        assert!(states.contains_key(state), "no unit is {state}: {states:?}");
    }
    if count > 0 {
        let things = tree.things.iter().map(|(path, thing)| match thing {
            Thing::Link(target) => format!("{path} -> {target}\n"),
            _ => format!("{path}\n"),
        });
        panic!(
            "UNIT_LOAD_SEED={seed}: {count} differences\n{differences}\n{}",
            things.collect::<String>()
        );
    }
}

/// Where we say more than systemd: of what it does not load it shows nothing.
fn is_on_purpose(key: &str, name: &str, unit: &Unit, theirs: &Shown) -> bool {
    let is_loaded = matches!(unit.state, LoadState::Loaded | LoadState::Masked);
    let is_refused = matches!(unit.state, LoadState::Error | LoadState::BadSetting);
    match key {
        "LoadState" => false,
        // It joins no names to a unit whose file it refuses, and to one that is masked or missing
        // only the one that was asked for.
        "Id" | "Names" => {
            is_refused
                || (!is_loaded || unit.name.as_str() != name) && unit.state != LoadState::Loaded
        }
        // What it reads by way of an alias it reads as that one, and keeps both.
        "Wants" | "Requires"
            if unit.name.as_str() != name
                && theirs[key].contains(name.rsplit_once('.').unwrap().0) =>
        {
            true
        }
        "FragmentPath" => unit.state == LoadState::NotFound && theirs["FragmentPath"].is_empty(),
        // What a drop-in of an alias adds follows from whether it was joined.
        _ => {
            !is_loaded && (is_refused || theirs["DropInPaths"].is_empty())
                || (unit.state == LoadState::Masked && unit.name.as_str() != name)
        }
    }
}
