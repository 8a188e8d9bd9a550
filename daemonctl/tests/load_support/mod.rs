//! Made-up trees of unit files in which everything that decides about loading meets: fragments,
//! drop-ins in all kinds of folders, aliases and chains of them, masks, linked units, folders that
//! add dependencies, links that lead nowhere or in circles. The same seed makes the same tree.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Random numbers (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What lies at a path.
#[derive(Clone, Debug)]
pub enum Thing {
    File(String),
    Link(String),
    Folder,
}

/// A tree, and the names to ask for.
pub struct Tree {
    pub things: BTreeMap<String, Thing>,
    pub names: Vec<String>,
}

const FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
];
const TYPES: &[&str] = &["service", "service", "service", "service", "target", "target", "timer"];
const DROP_INS: &[&str] = &[
    "10-a.conf",
    "10-a.conf",
    "20-b.conf",
    "30-c.conf",
    "Z.conf",
    "\u{e4}.conf",
    ".hidden.conf",
    "10-a.conf~",
    "10-a.conf.dpkg-old",
    "readme",
];

/// Names of a set: it is small so that things meet, and there are several sets.
fn stem(random: &mut Random, set: usize) -> String {
    let prefix = random.one(&["", "-a", "-a-b", "-a-b-", "--q", "-w", "-v"]);
    match random.below(10) {
        0..5 => format!("z{set}{prefix}"),
        5..7 => format!("z{set}{prefix}@"),
        7..9 => format!("z{set}{prefix}@{}", random.one(&["i", "j-k"])),
        _ => format!("z{set}{prefix}@l"),
    }
}

fn name(random: &mut Random, set: usize) -> String {
    let stem = stem(random, set);
    format!("{stem}.{}", random.one(TYPES))
}

/// A name that the given one can be an alias of, mostly.
fn partner(random: &mut Random, set: usize, of: &str) -> String {
    if random.chance(15) {
        return name(random, set);
    }
    let (own, kind) = of.rsplit_once('.').unwrap();
    let other = loop {
        let other = stem(random, set);
        if !other.contains('@') {
            break other;
        }
    };
    match own.split_once('@') {
        Some((_, "")) => format!("{other}@.{kind}"),
        Some((_, _)) if random.chance(50) => format!("{other}@.{kind}"),
        Some((_, instance)) => format!("{other}@{instance}.{kind}"),
        None => format!("{other}.{kind}"),
    }
}

fn settings(random: &mut Random, mark: usize, kind: &str, is_fragment: bool) -> String {
    let mut text = String::from("[Unit]\n");
    if is_fragment || random.chance(40) {
        writeln!(text, "Description=F{mark} %n %p %i %j").unwrap();
    }
    if random.chance(15) {
        text.push_str("Documentation=\n");
    }
    writeln!(text, "Documentation=man:m{mark}(1)").unwrap();
    if random.chance(25) {
        writeln!(text, "Wants=dep-{mark}.service dep@.service").unwrap();
    }
    if random.chance(10) {
        text.push_str("Wants=\nRequires=dep-kept.service\n");
    }
    if kind == "service" {
        text.push_str("[Service]\n");
        if is_fragment {
            text.push_str("Type=oneshot\nExecStart=/bin/true\n");
        }
        if random.chance(15) {
            text.push_str("Environment=\n");
        }
        writeln!(text, "Environment=M{mark}=%p-%i").unwrap();
        if random.chance(6) {
            writeln!(text, "WorkingDirectory=relative\nEnvironment=BEHIND=1").unwrap();
        }
    }
    if kind == "timer" && is_fragment {
        text.push_str("[Timer]\nOnBootSec=1d\n");
    }
    if random.chance(3) {
        text.push_str("[Broken\n[Unit]\nDescription=behind a broken header\n");
    }
    if random.chance(10) {
        text.push_str("[X-Mine]\nDescription=not this\n[Nonsense]\nDescription=nor this\n");
    }
    text
}

fn link(random: &mut Random, folder: &str, target: &str) -> String {
    let other = random.one(FOLDERS);
    match random.below(5) {
        0 => format!("{other}/{target}"),
        1 => format!("{folder}/../system/./{target}"),
        2 => format!("../../../..{other}/{target}"),
        _ => target.to_owned(),
    }
}

impl Tree {
    /// Sets of names, each with about `count` things.
    pub fn made(random: &mut Random, sets: usize, count: usize) -> Tree {
        let mut tree = Tree { things: BTreeMap::new(), names: Vec::new() };
        tree.put("/opt/units/empty.service", Thing::File(String::new()));
        tree.put("/etc/systemd/system/dep-masked.service", Thing::Link("/dev/null".into()));
        tree.put("/etc/systemd/system/dep-empty.service", Thing::File(String::new()));
        for set in 0..sets {
            for mark in 0..count {
                tree.add(random, set, set * 1000 + mark);
            }
            // All names there may be; systemctl takes no template.
            for kind in ["service", "target", "timer"] {
                for prefix in ["", "-a", "-a-b", "-a-b-", "--q", "-w", "-v"] {
                    for instance in ["", "@i", "@j-k", "@l"] {
                        tree.names.push(format!("z{set}{prefix}{instance}.{kind}"));
                    }
                }
            }
        }
        tree
    }

    fn put(&mut self, path: &str, thing: Thing) {
        // Below a file or a link nothing can lie, and what is there stays.
        let is_taken = path.match_indices('/').any(|(end, _)| {
            matches!(self.things.get(&path[..end]), Some(Thing::File(_) | Thing::Link(_)))
        });
        let below = format!("{path}/");
        let has_more = self.things.range(below.clone()..).next();
        let has_more = has_more.is_some_and(|(more, _)| more.starts_with(&below));
        if !is_taken && (!has_more || matches!(thing, Thing::Folder)) {
            self.things.entry(path.to_owned()).or_insert(thing);
        }
    }

    fn add(&mut self, random: &mut Random, set: usize, mark: usize) {
        let folder = random.one(FOLDERS);
        let name = name(random, set);
        let kind = name.rsplit_once('.').unwrap().1;
        let path = format!("{folder}/{name}");
        match random.below(100) {
            0..30 => {
                let text = match random.below(20) {
                    0 => String::new(),
                    1 => format!("[Unit]\nDescription=lacks what it needs {mark}\n"),
                    _ => settings(random, mark, kind, true),
                };
                self.put(&path, Thing::File(text));
            }
            30..62 => self.drop_in(random, set, mark, folder, &name),
            62..78 => {
                let target = partner(random, set, &name);
                let target = link(random, folder, &target);
                self.put(&path, Thing::Link(target));
            }
            78..81 => self.put(&path, Thing::Link("/dev/null".into())),
            81..86 => self.linked(random, mark, &path, kind),
            86..87 => self.put(&path, Thing::Folder),
            _ => self.dependency(random, mark, folder, &name),
        }
    }

    fn drop_in(&mut self, random: &mut Random, set: usize, mark: usize, folder: &str, name: &str) {
        let kind = name.rsplit_once('.').unwrap().1;
        let stem = match random.below(10) {
            0 => kind.to_owned(),
            1 => format!("z{set}-.{kind}"),
            2 => format!("z{set}-a-.{kind}"),
            3 => format!("z{set}-@i.{kind}"),
            4 => format!("z{set}-a-@.{kind}"),
            _ => name.to_owned(),
        };
        let below = format!("{folder}/{stem}.d");
        if random.chance(5) {
            let elsewhere = format!("/opt/drop-ins/{mark}.d");
            let text = settings(random, mark, kind, false);
            self.put(&format!("{elsewhere}/15-e.conf"), Thing::File(text));
            return self.put(&below, Thing::Link(elsewhere));
        }
        let path = format!("{below}/{}", random.one(DROP_INS));
        let thing = match random.below(20) {
            0 => Thing::File(String::new()),
            1 => Thing::Link("/dev/null".into()),
            2 => Thing::Link("../nowhere".into()),
            3 => Thing::Folder,
            4 => {
                let target = format!("/opt/confs/{mark}");
                let text = settings(random, mark, kind, false);
                self.put(&target, Thing::File(text));
                Thing::Link(target)
            }
            _ => Thing::File(settings(random, mark, kind, false)),
        };
        self.put(&path, thing);
    }

    /// A unit whose file lies elsewhere, perhaps by another name.
    fn linked(&mut self, random: &mut Random, mark: usize, path: &str, kind: &str) {
        let target = match random.below(6) {
            0 => "/opt/units/nowhere.service".to_owned(),
            1 => "/opt/units/empty.service".to_owned(),
            2 => path.to_owned(),
            3 => "../../../../dev/./null".to_owned(),
            4 => "/opt/units".to_owned(),
            _ => format!("/opt/units/linked-{mark}.{kind}"),
        };
        if target.contains("linked") {
            let text = settings(random, mark, kind, true);
            self.put(&target, Thing::File(text));
        }
        self.put(path, Thing::Link(target));
    }

    fn dependency(&mut self, random: &mut Random, mark: usize, folder: &str, name: &str) {
        let stem = match random.chance(20) {
            true => name.rsplit_once('.').unwrap().1,
            false => name,
        };
        let below = format!("{folder}/{stem}.{}", random.one(&["wants", "requires"]));
        let own = format!("dep-{}.service", mark % 7);
        let (entry, thing) = match random.below(12) {
            0 => ("dep@.service".to_owned(), Thing::Link("../dep@.service".into())),
            1 => ("dep@x.service".to_owned(), Thing::Link("../dep@.service".into())),
            2 => ("dep-1.service".to_owned(), Thing::Link("/dev/null".into())),
            3 => ("dep-2.service".to_owned(), Thing::File(String::new())),
            4 => ("dep-3.service".to_owned(), Thing::File("[Unit]\n".into())),
            5 => ("dep-4".to_owned(), Thing::Link("../dep-4.service".into())),
            6 => ("dep-masked.service".to_owned(), Thing::Link("../dep-masked.service".into())),
            7 => {
                let target = "/etc/systemd/system/dep-empty.service".to_owned();
                ("dep-empty.service".to_owned(), Thing::Link(target))
            }
            8 => (own, Thing::Link("/usr/lib/systemd/system/another.service".into())),
            9 => ("dep-5.service".to_owned(), Thing::Folder),
            _ => (own.clone(), Thing::Link(format!("../{own}"))),
        };
        self.put(&format!("{below}/{entry}"), thing);
    }

    /// A script that makes it.
    pub fn script(&self) -> String {
        let mut script = String::from("set -eu\n");
        for (path, thing) in &self.things {
            let parent = path.rsplit_once('/').unwrap().0;
            match thing {
                Thing::File(text) => {
                    let text = text.replace('%', "%%").replace('\n', "\\n");
                    writeln!(script, "mkdir -p '{parent}'; printf '{text}' > '{path}'").unwrap();
                }
                Thing::Link(target) => {
                    writeln!(script, "mkdir -p '{parent}'; ln -s '{target}' '{path}'").unwrap();
                }
                Thing::Folder => writeln!(script, "mkdir -p '{path}'").unwrap(),
            }
        }
        script
    }
}
