//! Where daemonctl changes other links than `systemctl --root` on purpose (docs/differences.md). A
//! difference that is none any more fails here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
#[path = "install_support/generate.rs"]
mod generate;
mod install_support;
#[path = "install_support/run.rs"]
mod run;

use std::path::Path;
use std::process::Command;

use cmd_support::Folder;
use generate::Operation;
use install_support::{Spec, snapshot};

const VENDOR: &str = "/usr/lib/systemd/system";
const ETC: &str = "/etc/systemd/system";

struct Difference {
    what: &'static str,
    /// Later versions of systemd do as we do.
    until: u32,
    verb: &'static str,
    units: &'static [&'static str],
    /// Units of the vendor, with their `[Install]` sections; and files by their paths.
    vendor: &'static [(&'static str, &'static str)],
    /// Links below /etc/systemd/system.
    links: &'static [(&'static str, &'static str)],
    /// What links below /etc/systemd/system are there afterwards, and the exit status.
    ours: (&'static [&'static str], i32),
}

const ALWAYS: u32 = u32::MAX;

const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "a backslash in Also= belongs to the name",
        until: ALWAYS,
        verb: "enable",
        units: &["a.service"],
        vendor: &[("a.service", "Also=x\\x2dy.service"), ("x\\x2dy.service", "WantedBy=a.service")],
        links: &[],
        ours: (&["a.service.wants/x\\x2dy.service"], 0),
    },
    Difference {
        what: "a unit of which nothing is found can't be disabled",
        until: ALWAYS,
        verb: "disable",
        units: &["misspelt.service"],
        vendor: &[],
        links: &[],
        ours: (&[], 1),
    },
    Difference {
        what: "what can't be enabled again stays enabled",
        until: ALWAYS,
        verb: "reenable",
        units: &["a.service", "misspelt.service"],
        vendor: &[("a.service", "WantedBy=b.target"), ("b.target", "")],
        links: &[("b.target.wants/a.service", "/usr/lib/systemd/system/a.service")],
        ours: (&["b.target.wants/a.service"], 1),
    },
    Difference {
        what: "disabling an instance removes its aliases",
        until: ALWAYS,
        verb: "disable",
        units: &["t@one.service"],
        vendor: &[("t@.service", "Alias=u@.service")],
        links: &[("u@one.service", "/usr/lib/systemd/system/t@.service")],
        ours: (&[], 0),
    },
    Difference {
        what: "links in a circle are no failure of disabling another unit",
        until: ALWAYS,
        verb: "disable",
        units: &["a.service"],
        vendor: &[("a.service", "WantedBy=b.target")],
        links: &[("l.service", "m.service"), ("m.service", "l.service")],
        ours: (&["l.service", "m.service"], 0),
    },
    Difference {
        what: "an alias that leads nowhere is replaced",
        until: 252,
        verb: "enable",
        units: &["a.service"],
        vendor: &[("a.service", "Alias=b.service")],
        links: &[("b.service", "/usr/lib/systemd/system/gone.service")],
        ours: (&["b.service"], 0),
    },
    Difference {
        what: "what is wrong with a later setting counts",
        until: 252,
        verb: "enable",
        units: &["a.service"],
        vendor: &[("a.service", "Alias=b.service\nWantedBy=nodot")],
        links: &[],
        ours: (&["b.service"], 1),
    },
    Difference {
        what: "UpheldBy=",
        until: 253,
        verb: "enable",
        units: &["a.service"],
        vendor: &[("a.service", "UpheldBy=b.service"), ("b.service", "")],
        links: &[],
        ours: (&["b.service.upholds/a.service"], 0),
    },
    Difference {
        what: "an alias of a linked file leads to its link",
        until: 252,
        verb: "enable",
        units: &["/opt/a.service"],
        vendor: &[("/opt/a.service", "[Install]\nAlias=b.service\n")],
        links: &[],
        ours: (&["a.service", "b.service"], 0),
    },
    Difference {
        what: "ignore in presets",
        until: 252,
        verb: "preset-all",
        units: &[],
        vendor: &[
            ("a.service", "WantedBy=b.target"),
            ("b.target", ""),
            ("/etc/systemd/system-preset/1.preset", "ignore a.service\ndisable *\n"),
        ],
        links: &[("b.target.wants/a.service", "/usr/lib/systemd/system/a.service")],
        ours: (&["b.target.wants/a.service"], 0),
    },
    Difference {
        what: "an alias that leads nowhere does not stop a preset of all units",
        until: 252,
        verb: "preset-all",
        units: &[],
        vendor: &[("a.service", "WantedBy=b.target"), ("b.target", "")],
        links: &[("d.service", "/usr/lib/systemd/system/gone.service")],
        ours: (&["b.target.wants/a.service", "d.service"], 0),
    },
    Difference {
        what: "an instance that is enabled again is that instance",
        until: 252,
        verb: "reenable",
        units: &["t@one.service"],
        vendor: &[("t@.service", "WantedBy=b.target"), ("b.target", "")],
        links: &[],
        ours: (&["b.target.wants/t@one.service"], 0),
    },
];

fn version() -> u32 {
    let output = Command::new("systemctl").arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let word = text.split_whitespace().nth(1).unwrap();
    word.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// The links below /etc/systemd/system.
fn links(root: &Path) -> Vec<String> {
    let all = snapshot(root);
    let links = all.iter().filter(|(_, what)| what.starts_with("-> "));
    let below = links.filter_map(|(path, _)| path.strip_prefix(&format!("{ETC}/")));
    below.map(str::to_owned).collect()
}

#[test]
fn each_differs_and_is_as_it_should_be() {
    let version = version();
    for difference in DIFFERENCES {
        let mut spec = Spec::default();
        for (unit, install) in difference.vendor {
            let text = format!("[Unit]\n[Install]\n{install}\n");
            match unit.starts_with('/') {
                true => spec.file(unit, install),
                false => spec.file(&format!("{VENDOR}/{unit}"), &text),
            };
        }
        for (link, target) in difference.links {
            spec.link(&format!("{ETC}/{link}"), target);
        }
        let units = difference.units.iter().map(|unit| (*unit).to_owned()).collect();
        let operation = Operation { verb: difference.verb, flags: Vec::new(), units };
        let (theirs, mine) = (Folder::new(), Folder::new());
        spec.write(theirs.path());
        spec.write(mine.path());
        let a = run::systemctl(theirs.path(), &operation);
        let b = run::ours(mine.path(), &operation);
        let ours = (links(mine.path()), b.status.code().unwrap());
        let (expected, status) = difference.ours;
        let what = difference.what;
        assert_eq!(
            (ours.0.iter().map(String::as_str).collect(), ours.1),
            (expected.to_vec(), status),
            "{what}: {b:?}"
        );
        let is_same = snapshot(theirs.path()) == snapshot(mine.path())
            && a.status.success() == b.status.success();
        assert_eq!(is_same, version > difference.until, "{what}: {a:?}");
    }
}
