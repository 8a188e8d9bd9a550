//! Laws of loading: which files a unit is made of and what they say together, held against a naive
//! model of systemd.unit(5) that is written apart from the loader.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use unit::{
    Facts, LoadState, Name, Unit, Value,
    load::{Catalogue, Loader, SearchPath},
    memory::MemoryFiles,
    table::{Group, Id},
};

const FOLDERS: [&str; 3] = ["/etc/u", "/run/u", "/usr/u"];
const ENVIRONMENT: Id = Id::of(Group::Exec, "Environment");
const DESCRIPTION: Id = Id::of(Group::Unit, "Description");

fn load(files: &MemoryFiles, name: &str) -> Unit {
    let (catalogue, problems) = Catalogue::read(files, SearchPath::of(&FOLDERS));
    assert_eq!(problems, []);
    let facts = Facts::default();
    Loader::new(files, &catalogue, &facts).load(&name.parse().unwrap())
}

/// What one file says: a list that adds up, a text of which the last one holds, and resets.
#[derive(Clone, Debug)]
struct Says {
    resets_list: bool,
    adds: bool,
    describes: Option<bool>,
}

/// What lies in a drop-in's place.
#[derive(Clone, Debug)]
enum Lies {
    File(Says),
    Empty,
    Mask,
}

#[derive(Clone, Debug)]
struct DropIn {
    folder: usize,
    stem: &'static str,
    file: &'static str,
    lies: Lies,
}

/// The names of the folders of `a-b@i.service` and `a-b.service`, the most specific first; what is
/// not one of a name's own counts for nothing.
const STEMS: [&str; 9] = [
    "a-b@i.service",
    "a-b@.service",
    "a-.service",
    "a-@i.service",
    "a-@.service",
    "service",
    "a-b.service",
    "other.service",
    "a.service",
];

fn stems(name: &str) -> &'static [&'static str] {
    match name {
        "a-b@i.service" => {
            &["a-b@i.service", "a-b@.service", "a-.service", "a-@i.service", "a-@.service"]
        }
        "a-b.service" => &["a-b.service", "a-.service"],
        _ => panic!("no such name here"),
    }
}

fn text(mark: usize, says: &Says) -> String {
    let mut text = String::from("[Unit]\n");
    match says.describes {
        Some(true) => text.push_str(&format!("Description=d{mark}\n")),
        Some(false) => text.push_str("Description=\n"),
        None => {}
    }
    text.push_str("[Service]\n");
    if says.resets_list {
        text.push_str("Environment=\n");
    }
    if says.adds {
        text.push_str(&format!("Environment=M{mark}=1\n"));
    }
    text
}

fn tree(drop_ins: &[DropIn]) -> MemoryFiles {
    let fragment = "[Unit]\nDescription=own\n[Service]\nExecStart=/bin/true\nEnvironment=OWN=1\n";
    let mut files = MemoryFiles::new()
        .with("/usr/u/a-b@.service", fragment)
        .with("/usr/u/a-b.service", fragment);
    for folder in FOLDERS {
        files.folder(folder);
    }
    for (mark, drop_in) in drop_ins.iter().enumerate() {
        let path = format!("{}/{}.d/{}", FOLDERS[drop_in.folder], drop_in.stem, drop_in.file);
        match &drop_in.lies {
            Lies::File(says) => files.write(&path, text(mark, says)),
            Lies::Empty => files.write(&path, ""),
            Lies::Mask => files.link(&path, "/dev/null"),
        }
    }
    files
}

/// What systemd.unit(5) says: of files of one name the one counts whose folder comes first; in each
/// folder of the search path what is more specific comes first, and what is for all units of a type
/// comes behind all others. Then they are read by name.
fn model(drop_ins: &[DropIn], name: &str) -> (Vec<String>, String) {
    let own = stems(name);
    let place = |drop_in: &DropIn| {
        let rank = own.iter().position(|stem| *stem == drop_in.stem);
        match (rank, drop_in.stem) {
            (Some(rank), _) => Some((0, drop_in.folder, rank)),
            (None, "service") => Some((1, drop_in.folder, 0)),
            _ => None,
        }
    };
    // Of two with one path the later one was written over the other.
    let mut first: BTreeMap<&str, ((usize, usize, usize), usize)> = BTreeMap::new();
    for (mark, drop_in) in drop_ins.iter().enumerate() {
        let Some(place) = place(drop_in).filter(|_| drop_in.file.ends_with(".conf")) else {
            continue;
        };
        match first.get(drop_in.file) {
            Some((before, _)) if *before < place => {}
            _ => drop(first.insert(drop_in.file, (place, mark))),
        }
    }
    let mut list = vec!["OWN".to_owned()];
    let mut description = "own".to_owned();
    for (_, mark) in first.values() {
        let Lies::File(says) = &drop_ins[*mark].lies else { continue };
        match says.describes {
            Some(true) => description = format!("d{mark}"),
            Some(false) => description = String::new(),
            None => {}
        }
        if says.resets_list {
            list.clear();
        }
        if says.adds {
            list.push(format!("M{mark}"));
        }
    }
    (list, description)
}

fn said(unit: &Unit) -> (Vec<String>, String) {
    let mut list = Vec::new();
    for setting in unit.settings.all(ENVIRONMENT) {
        let Value::Pairs(pairs) = &setting.value else { panic!("{setting:?}") };
        list.extend(pairs.iter().map(|(name, _)| name.to_string()));
    }
    (list, unit.settings.text(DESCRIPTION).unwrap_or_default().to_owned())
}

fn drop_in() -> impl Strategy<Value = DropIn> {
    let file = prop::sample::select(vec!["10.conf", "20.conf", "3.conf", "B.conf", "a.conf", "x"]);
    let says = (any::<bool>(), any::<bool>(), any::<Option<bool>>()).prop_map(
        |(reset, adds, describes)| Lies::File(Says { resets_list: reset && adds, adds, describes }),
    );
    let lies = prop_oneof![8 => says, 1 => Just(Lies::Empty), 1 => Just(Lies::Mask)];
    (0..FOLDERS.len(), prop::sample::select(&STEMS[..]), file, lies)
        .prop_map(|(folder, stem, file, lies)| DropIn { folder, stem, file, lies })
}

proptest! {
    #[test]
    fn drop_ins_say_what_the_model_says(drop_ins in prop::collection::vec(drop_in(), 0..14)) {
        let files = tree(&drop_ins);
        for name in ["a-b@i.service", "a-b.service"] {
            let unit = load(&files, name);
            prop_assert_eq!(unit.state, LoadState::Loaded);
            prop_assert_eq!(said(&unit), model(&drop_ins, name), "{}: {:?}", name, unit.files);
            // Reading twice gives the same.
            let again = load(&files, name);
            prop_assert_eq!(&again.settings, &unit.settings);
            prop_assert_eq!(&again.files, &unit.files);
        }
    }

    /// A drop-in of a name that sorts last and that assigns one thing changes that thing alone.
    #[test]
    fn one_more_drop_in_changes_what_it_assigns(drop_ins in prop::collection::vec(drop_in(), 0..10)) {
        let mut files = tree(&drop_ins);
        let before = load(&files, "a-b.service");
        files.write("/run/u/a-b.service.d/zz.conf", "[Unit]\nDescription=new\n");
        let after = load(&files, "a-b.service");
        prop_assert_eq!(after.settings.text(DESCRIPTION), Some("new"));
        let others = |unit: &Unit| {
            let settings = unit.settings.settings().iter();
            let others = settings.filter(|setting| setting.id != DESCRIPTION);
            others.map(|setting| (setting.id, setting.value.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(others(&before), others(&after));
    }

    /// An alias is the unit: its files, its settings, its drop-ins too.
    #[test]
    fn an_alias_gives_the_same(drop_ins in prop::collection::vec(drop_in(), 0..10), hops in 1_usize..6) {
        let mut files = tree(&drop_ins);
        for hop in 0..hops {
            let target = if hop == 0 { "a-b.service".to_owned() } else { format!("n{}.service", hop - 1) };
            files.link(&format!("{}/n{hop}.service", FOLDERS[hop % 3]), &target);
        }
        files.write("/etc/u/n0.service.d/zzz.conf", "[Service]\nEnvironment=ALIAS=1\n");
        let unit = load(&files, "a-b.service");
        let last = said(&unit).0.pop();
        prop_assert_eq!(last.as_deref(), Some("ALIAS"));
        for hop in 0..hops {
            let alias = load(&files, &format!("n{hop}.service"));
            prop_assert_eq!(&alias.name, &unit.name);
            prop_assert_eq!(&alias.settings, &unit.settings);
            prop_assert_eq!(&alias.files, &unit.files);
            prop_assert_eq!(&alias.aliases, &unit.aliases);
        }
    }

    /// The folder that comes first has the fragment, be it a file, a mask or a link.
    #[test]
    fn the_first_folder_wins(present in prop::collection::vec(0_usize..4, 3)) {
        let mut files = MemoryFiles::new();
        for (folder, what) in present.iter().enumerate() {
            files.folder(FOLDERS[folder]);
            let path = format!("{}/x.service", FOLDERS[folder]);
            match what {
                1 => files.write(&path, format!("[Service]\nExecStart=/bin/{folder}\n")),
                2 => files.link(&path, "/dev/null"),
                3 => files.write(&path, ""),
                _ => {}
            }
        }
        let unit = load(&files, "x.service");
        let first = present.iter().position(|what| *what > 0);
        let state = match first.map(|first| present[first]) {
            None => LoadState::NotFound,
            Some(1) => LoadState::Loaded,
            Some(_) => LoadState::Masked,
        };
        prop_assert_eq!(unit.state, state);
        let path = first.map(|first| format!("{}/x.service", FOLDERS[first]));
        prop_assert_eq!(unit.fragment().map(|path| path.to_string()), path);
    }
}

const PLAIN: &str = "[Service]\nExecStart=/bin/true\n";

#[test]
fn an_instance_comes_before_its_template() {
    let mut files = MemoryFiles::new().with("/usr/u/t@.service", PLAIN);
    let path = |files: &MemoryFiles, name: &str| load(files, name).fragment().unwrap().to_string();
    assert_eq!(path(&files, "t@i.service"), "/usr/u/t@.service");
    files.write("/usr/u/t@i.service", PLAIN);
    // Even where the template lies in a folder that comes first.
    files.write("/etc/u/t@.service", PLAIN);
    assert_eq!(path(&files, "t@i.service"), "/usr/u/t@i.service");
    assert_eq!(path(&files, "t@j.service"), "/etc/u/t@.service");
}

#[test]
fn an_alias_of_a_template_is_one_of_each_instance() {
    let mut files = MemoryFiles::new()
        .with("/usr/u/t@.service", PLAIN)
        .with_link("/etc/u/s@.service", "t@.service");
    let unit = load(&files, "s@i.service");
    assert_eq!((unit.name.as_str(), unit.aliases.len()), ("t@i.service", 1));
    assert_eq!(load(&files, "t@i.service").aliases, ["s@i.service".parse::<Name>().unwrap()]);
    // An instance with a file of its own is another unit, and so is what an alias led to before.
    files.write("/usr/u/t@i.service", PLAIN);
    assert_eq!(load(&files, "t@i.service").aliases, []);
    let alias = load(&files, "s@i.service");
    assert_eq!(
        (alias.name.as_str(), &**alias.fragment().unwrap()),
        ("s@i.service", "/usr/u/t@.service")
    );
}

#[test]
fn chains_of_aliases_end_somewhere() {
    let mut files = MemoryFiles::new().with("/usr/u/n0.service", PLAIN);
    for hop in 1..30 {
        files.link(&format!("/usr/u/n{hop}.service"), &format!("n{}.service", hop - 1));
    }
    assert_eq!(load(&files, "n7.service").name.as_str(), "n0.service");
    assert_eq!(load(&files, "n8.service").state, LoadState::NotFound);
    files.link("/etc/u/a.service", "b.service");
    files.link("/etc/u/b.service", "a.service");
    assert_eq!(load(&files, "a.service").state, LoadState::NotFound);
}

#[test]
fn a_mask_has_no_other_names_and_keeps_its_drop_ins() {
    let files = MemoryFiles::new()
        .with_link("/etc/u/m.service", "/dev/null")
        .with_link("/usr/u/n.service", "m.service")
        .with("/usr/u/m.service", PLAIN)
        .with("/usr/u/m.service.d/a.conf", "[Unit]\nDescription=still\n");
    let unit = load(&files, "m.service");
    assert_eq!((unit.state, unit.aliases.len()), (LoadState::Masked, 0));
    assert_eq!(unit.settings.text(DESCRIPTION), Some("still"));
    assert_eq!(load(&files, "n.service").state, LoadState::Masked);
}

#[test]
fn a_fatal_line_of_a_drop_in_costs_what_stands_behind_it() {
    let files = MemoryFiles::new()
        .with("/usr/u/f.service", PLAIN)
        .with(
            "/etc/u/f.service.d/a.conf",
            "[Service]\nEnvironment=A=1\nWorkingDirectory=relative\nEnvironment=B=1\n",
        )
        .with("/etc/u/f.service.d/b.conf", "[Service]\nEnvironment=C=1\n");
    let unit = load(&files, "f.service");
    assert_eq!(
        (unit.state, said(&unit).0),
        (LoadState::Loaded, vec!["A".to_owned(), "C".to_owned()])
    );
    let messages: Vec<&str> = unit.diagnostics.iter().map(|found| &*found.message).collect();
    assert!(messages.iter().any(|said| said.ends_with("read no further")), "{messages:?}");
}

#[test]
fn what_others_left_behind_is_no_drop_in() {
    let mut files = MemoryFiles::new().with("/usr/u/x.service", PLAIN);
    for name in
        [".a.conf", "a.conf~", "a.conf.dpkg-old", "a.conf.rpmsave", "README", "conf", ".conf"]
    {
        files.write(&format!("/etc/u/x.service.d/{name}"), "[Unit]\nDescription=left over\n");
    }
    let unit = load(&files, "x.service");
    assert_eq!(unit.drop_ins(), []);
    assert_eq!(unit.diagnostics, []);
}

#[test]
fn without_a_file_drop_ins_make_no_unit() {
    let files = MemoryFiles::new()
        .with("/etc/u/x.service.d/a.conf", "[Unit]\nDescription=x\nWants=y.service\n")
        .with("/etc/u/x.slice.d/a.conf", "[Unit]\nDescription=x\n");
    let unit = load(&files, "x.service");
    assert_eq!((unit.state, unit.drop_ins().len()), (LoadState::NotFound, 1));
    assert_eq!(unit.settings.settings(), []);
    assert!(load(&files, "x.slice").settings.has(DESCRIPTION));
}

#[test]
fn links_in_folders_of_dependencies() {
    let files = MemoryFiles::new()
        .with("/usr/u/g.service", PLAIN)
        .with("/usr/u/masked-here.service", "")
        .with_link("/etc/u/g.service.wants/t@.service", "../t@.service")
        .with_link("/etc/u/g.service.wants/masked-here.service", "/usr/u/masked-here.service")
        .with_link("/etc/u/g.service.wants/gone.service", "../gone.service")
        .with_link("/etc/u/g.service.wants/null.service", "/dev/null")
        .with_link("/usr/u/g.service.wants/null.service", "../null.service")
        .with("/etc/u/g.service.wants/file.service", PLAIN);
    let unit = load(&files, "g.service");
    let names: Vec<&str> = unit.folders.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["gone.service", "t@g.service"]);
    assert_eq!(unit.diagnostics.len(), 1, "{:?}", unit.diagnostics);
}
