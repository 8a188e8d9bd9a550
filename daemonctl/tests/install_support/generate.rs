//! Trees and operations made up from a seed: every form of `[Install]`, and what goes wrong.

#![allow(dead_code, reason = "each test uses a part")]

use super::install_support::{Dice, Node, Spec};

const VENDOR: &str = "/usr/lib/systemd/system";
const ETC: &str = "/etc/systemd/system";
const RUN: &str = "/run/systemd/system";

const UNITS: [&str; 14] = [
    "a.service",
    "b.service",
    "c.service",
    "d-e-f.service",
    "g.socket",
    "h.timer",
    "i.path",
    "j.target",
    "k.slice",
    "m.mount",
    "t@.service",
    "u@.service",
    "v@.socket",
    "w\\x2dw.service",
];

/// One command.
#[derive(Debug)]
pub struct Operation {
    pub verb: &'static str,
    pub flags: Vec<&'static str>,
    pub units: Vec<String>,
}

fn instance(unit: &str, dice: &mut Dice) -> String {
    unit.replace("@.", dice.pick(&["@one.", "@two.", "@a-b."]))
}

fn owners(dice: &mut Dice) -> String {
    let pool = [
        "multi-user.target",
        "graphical.target",
        "j.target",
        "missing.target",
        "t@one.service",
        "%p-x.target",
        "%j.target",
        "x@%i.target",
        "x@.target",
        "'j.target'",
        "a.service",
    ];
    let bad = ["nodot", "bad/slash.target", "%zz.target", "%p"];
    let mut words = Vec::new();
    for _ in 0..=dice.below(3) {
        words.push(if dice.once_in(25) { dice.pick(&bad) } else { dice.pick(&pool) });
    }
    words.join(" ")
}

fn aliases(unit: &str, dice: &mut Dice) -> String {
    let (stem, kind) = unit.rsplit_once('.').unwrap();
    let mut words = Vec::new();
    for _ in 0..=dice.below(2) {
        let at = if stem.contains('@') { "@" } else { "" };
        let number = dice.below(3);
        words.push(match dice.below(24) {
            0 => unit.to_owned(),
            1 => format!("other{number}.target"),
            2 => format!("plain{number}.{kind}"),
            3 => format!("temp{number}@.{kind}"),
            4 => format!("inst{number}@one.{kind}"),
            5 => format!("multi-user.target.wants/{unit}"),
            6 => format!("multi-user.target.wants/{}", instance(unit, dice)),
            7 => "nodot".to_owned(),
            8 => "b.service".to_owned(),
            9 => format!("%p{number}{at}.{kind}"),
            _ => format!("alias{number}{at}.{kind}"),
        });
    }
    words.join(" ")
}

fn install(unit: &str, dice: &mut Dice) -> String {
    let mut text = String::from("[Unit]\nDescription=x\nWants=y.service\n[Install]\n");
    for _ in 0..dice.below(5) {
        let line = match dice.below(12) {
            0..=4 => format!("WantedBy={}", owners(dice)),
            5 => format!("RequiredBy={}", owners(dice)),
            6 | 7 => format!("Alias={}", aliases(unit, dice)),
            8 | 9 => {
                // The last one has a backslash in its name: see `also_keeps_backslashes`.
                let units = &UNITS[..UNITS.len() - 1];
                let mut others = vec![dice.pick(units).to_owned()];
                if dice.once_in(3) {
                    others.push(instance(dice.pick(units), dice));
                }
                if dice.once_in(10) {
                    others.push(dice.pick(&["gone.service", "%p.socket"]).to_owned());
                }
                format!("Also={}", others.join(" "))
            }
            10 => format!("DefaultInstance={}", dice.pick(&["one", "two", "%p", ""])),
            _ => dice.pick(&["WantedBy=", "# comment", "X-A=b", "Unknown=1", "Alias="]).to_owned(),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// A tree.
pub fn tree(dice: &mut Dice) -> Spec {
    let mut spec = Spec::default();
    for target in ["multi-user.target", "graphical.target"] {
        spec.file(&format!("{VENDOR}/{target}"), "[Unit]\n");
    }
    for unit in UNITS {
        if dice.once_in(4) {
            continue;
        }
        let folder = if dice.once_in(6) { ETC } else { VENDOR };
        spec.file(&format!("{folder}/{unit}"), &install(unit, dice));
        match dice.below(30) {
            0 => drop(spec.link(&format!("{ETC}/{unit}"), "/dev/null")),
            1 => drop(spec.link(&format!("{RUN}/{unit}"), "/dev/null")),
            2 => drop(spec.file(&format!("{ETC}/{unit}"), "")),
            3 => drop(spec.file(&format!("{ETC}/{unit}"), &install(unit, dice))),
            4 => drop(spec.link(&format!("{VENDOR}/{unit}"), "/dev/null")),
            _ => {}
        }
        if dice.once_in(6) {
            let folder = dice.pick(&[ETC, RUN, VENDOR]);
            let text = format!("[Install]\nWantedBy={}\n", owners(dice));
            spec.file(&format!("{folder}/{unit}.d/10-more.conf"), &text);
        }
        if dice.once_in(12) {
            let named = instance(unit, dice);
            spec.file(&format!("{ETC}/{named}.d/20-reset.conf"), "[Install]\nWantedBy=\nAlias=\n");
        }
        links(&mut spec, unit, folder, dice);
    }
    for unit in ["linked.service", "linked@.service"] {
        let file = format!("/opt/units/{unit}");
        spec.file(&file, "[Install]\nWantedBy=multi-user.target\n");
        if dice.once_in(2) {
            spec.link(&format!("{ETC}/{unit}"), &file);
        }
    }
    if dice.once_in(3) {
        spec.link(&format!("{VENDOR}/vendor-alias.service"), "a.service");
    }
    if dice.once_in(6) {
        spec.link(&format!("{ETC}/etc-alias.service"), &format!("{VENDOR}/b.service"));
    }
    if dice.once_in(8) {
        spec.link(&format!("{ETC}/dangling.service"), &format!("{VENDOR}/nothing.service"));
    }
    presets(&mut spec, dice);
    spec
}

/// Links that are there already: as they should be, and not.
fn links(spec: &mut Spec, unit: &str, folder: &str, dice: &mut Dice) {
    if dice.once_in(5) {
        let named = instance(unit, dice);
        let config = dice.pick(&[ETC, ETC, RUN]);
        let kind = dice.pick(&["wants", "wants", "requires"]);
        let target = match dice.below(5) {
            0 => format!("../{unit}"),
            1 => "/usr/lib/systemd/system/c.service".to_owned(),
            _ => format!("{folder}/{unit}"),
        };
        spec.link(&format!("{config}/j.target.{kind}/{named}"), &target);
    }
    if dice.once_in(10) && unit.ends_with(".service") {
        let at = if unit.contains('@') { "@" } else { "" };
        let target = dice.pick(&["a.service", "t@.service"]);
        // One that leads nowhere: see `an_alias_that_leads_nowhere_is_replaced`.
        let exists = spec.0.contains_key(&format!("{VENDOR}/{target}"));
        if exists && target.contains('@') == unit.contains('@') {
            let number = dice.below(3);
            spec.link(&format!("{ETC}/alias{number}{at}.service"), &format!("{VENDOR}/{target}"));
        }
    }
}

fn presets(spec: &mut Spec, dice: &mut Dice) {
    let rules = [
        "enable a.service",
        "disable a.service",
        "enable *.socket",
        "disable *.timer",
        "enable t@.service one two",
        "disable t@*.service",
        "enable u@.service",
        "disable [b-d]*",
        "enable ?.service",
        "disable w\\x2dw.service",
        "# comment",
        "; comment",
        "nonsense",
        "enable a.service with instances",
        "disable linked.service",
    ];
    let files = [
        "/etc/systemd/system-preset/50-a.preset",
        "/usr/lib/systemd/system-preset/50-a.preset",
        "/usr/lib/systemd/system-preset/10-b.preset",
        "/run/systemd/system-preset/90-c.preset",
    ];
    for file in files {
        if dice.once_in(2) {
            let mut text = String::new();
            for _ in 0..dice.below(6) {
                text.push_str(dice.pick(&rules));
                text.push('\n');
            }
            spec.file(file, &text);
        }
    }
    if dice.once_in(2) {
        spec.file("/usr/lib/systemd/system-preset/99-end.preset", "disable *\n");
    }
    if dice.once_in(12) {
        spec.link("/etc/systemd/system-preset/10-b.preset", "/dev/null");
    }
}

/// Takes out of a tree what an operation is known to do otherwise with: the tests of differences in
/// `install_differences.rs` are about that.
pub fn settle(spec: &mut Spec, operation: &Operation) {
    if !matches!(operation.verb, "preset-all" | "reenable") {
        return;
    }
    for alias in ["vendor-alias.service", "etc-alias.service", "dangling.service"] {
        for folder in [VENDOR, ETC] {
            let path = format!("{folder}/{alias}");
            let Some(Node::Link(target)) = spec.0.get(&path) else { continue };
            let file = target.rsplit('/').next().unwrap();
            if ![VENDOR, ETC, RUN].iter().any(|at| spec.0.contains_key(&format!("{at}/{file}"))) {
                spec.0.remove(&path);
            }
        }
    }
    // Which of two units comes first is up to the file system there: which of them gets an alias
    // that both want, and whether one counts as named by the other's Also= only.
    for (path, node) in &mut spec.0 {
        if let (Node::File(text), "preset-all") = (node, operation.verb) {
            *text = text.replace("Also=", "X-Also=");
            if !["/a.service", "/g.socket", "/u@.service"].iter().any(|unit| path.ends_with(unit)) {
                *text = text.replace("Alias=", "X-Alias=");
            }
        }
    }
}

/// A command for a tree.
pub fn operation(dice: &mut Dice) -> Operation {
    let verb = dice.pick(&[
        "enable",
        "enable",
        "enable",
        "disable",
        "disable",
        "reenable",
        "mask",
        "unmask",
        "preset",
        "preset-all",
    ]);
    let mut flags = Vec::new();
    if dice.once_in(5) {
        flags.push("--runtime");
    }
    if dice.once_in(5) {
        flags.push("--force");
    }
    if verb.starts_with("preset") && dice.once_in(4) {
        flags.push(dice.pick(&["--preset-mode=enable-only", "--preset-mode=disable-only"]));
    }
    let mut units = Vec::new();
    if verb != "preset-all" {
        for _ in 0..=(dice.below(6) / 3) {
            units.push(unit(verb, dice));
        }
    }
    Operation { verb, flags, units }
}

fn unit(verb: &str, dice: &mut Dice) -> String {
    match dice.below(20) {
        0 => "linked.service".to_owned(),
        1 => "vendor-alias.service".to_owned(),
        2 => "etc-alias.service".to_owned(),
        3 => "gone.service".to_owned(),
        4 if verb == "enable" => "/opt/units/linked.service".to_owned(),
        5 if verb == "enable" => "/usr/lib/systemd/system/b.service".to_owned(),
        6 => "alias1.service".to_owned(),
        7 => "dangling.service".to_owned(),
        8 if verb != "reenable" => "linked@one.service".to_owned(),
        _ => {
            let unit = dice.pick(&UNITS);
            let is_named = verb != "reenable" && dice.once_in(2);
            if is_named { instance(unit, dice) } else { unit.to_owned() }
        }
    }
}
