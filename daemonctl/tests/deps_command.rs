//! `daemonctl deps` on a small tree.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Folder, code, daemonctl, errors, json, text};
use unit::graph::Rule;

const BARE: &str = "DefaultDependencies=no\n";

fn service(lines: &str) -> String {
    format!(
        "[Unit]\n{BARE}{lines}\n[Service]\nSlice=-.slice\nStandardOutput=null\nExecStart=/bin/true\n"
    )
}

/// A tree of units; `-> ` makes a link.
fn tree(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    for (name, text) in files {
        let path = folder.path().join("etc/systemd/system").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("-> ") {
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            None if name.ends_with(".service") => std::fs::write(path, service(text)).unwrap(),
            None => std::fs::write(path, text).unwrap(),
        }
    }
    folder
}

fn small() -> Folder {
    tree(&[
        (
            "default.target",
            "[Unit]\nDefaultDependencies=no\nRequires=base.target\nWants=Zed.service abel.service gone.service\n",
        ),
        ("base.target", "[Unit]\nDefaultDependencies=no\nWants=abel.service\n"),
        ("default.target.wants/late.service", "-> ../late.service"),
        ("Zed.service", "Wants=abel.service"),
        ("abel.service", "Before=Zed.service"),
        ("late.service", "After=abel.service\nBindsTo=base.target"),
        ("mask.service", "-> /dev/null"),
        (
            "odd.target",
            "[Unit]\nDefaultDependencies=no\nWants=mask.service default.target a\\x2db.service\n",
        ),
    ])
}

fn deps(folder: &Folder, args: &[&str]) -> String {
    let root = folder.path().to_str().unwrap();
    let output = daemonctl(&[&["deps", "--ascii", "--root", root], args].concat());
    assert_eq!(code(&output), 0, "{}", errors(&output));
    text(&output).replace(root, "ROOT")
}

#[test]
fn the_tree_that_systemctl_draws() {
    let folder = small();
    insta::assert_snapshot!(deps(&folder, &[]), @r#"
    default.target
    |- abel.service
    |- gone.service (does not exist)
    |- late.service
    |- Zed.service
    `- base.target
       `- abel.service
    "#);
    insta::assert_snapshot!(deps(&folder, &["--all", "odd.target"]), @r#"
    odd.target
    |- a\x2db.service (does not exist)
    |- mask.service (masked)
    `- default.target
       |- abel.service
       |  `- -.slice
       |- gone.service (does not exist)
       |- late.service
       |  |- -.slice
       |  `- base.target
       |     `- abel.service ...
       |- Zed.service
       |  |- -.slice
       |  `- abel.service ...
       `- base.target ...
    "#);
    insta::assert_snapshot!(deps(&folder, &["abel", "--reverse", "--why"]), @r#"
    abel.service
    |- Zed.service  Wants= in /etc/systemd/system/Zed.service:3
    |- base.target  Wants= in /etc/systemd/system/base.target:3
    |  |- late.service  BindsTo= in /etc/systemd/system/late.service:4
    |  `- default.target  Requires= in /etc/systemd/system/default.target:3
    |     `- odd.target  Wants= in /etc/systemd/system/odd.target:3
    `- default.target ...  Wants= in /etc/systemd/system/default.target:4
    "#);
    insta::assert_snapshot!(deps(&folder, &["late.service", "--order"]), @r#"
    late.service
    |- -.slice
    `- abel.service
    "#);
    insta::assert_snapshot!(deps(&folder, &["base.target", "--after"]), @"base.target");
    assert_eq!(
        deps(&folder, &["abel", "--before"]),
        deps(&folder, &["abel", "--order", "--reverse"])
    );
}

#[test]
fn other_forms() {
    let folder = small();
    insta::assert_snapshot!(deps(&folder, &["odd.target", "--graph", "dot"]), @r#"
    digraph dependencies {
        rankdir=LR;
        node [shape=box];
        "odd.target" [shape=ellipse style=bold];
        "a\\x2db.service" [style=dashed tooltip="does not exist"];
        "mask.service" [style=dashed tooltip="masked"];
        "default.target" [shape=ellipse];
        "abel.service" [];
        "gone.service" [style=dashed tooltip="does not exist"];
        "late.service" [];
        "Zed.service" [];
        "base.target" [shape=ellipse];
        "odd.target" -> "a\\x2db.service" [color=gray50 tooltip="Wants"];
        "odd.target" -> "mask.service" [color=gray50 tooltip="Wants"];
        "odd.target" -> "default.target" [color=gray50 tooltip="Wants"];
        "default.target" -> "abel.service" [color=gray50 tooltip="Wants"];
        "default.target" -> "gone.service" [color=gray50 tooltip="Wants"];
        "default.target" -> "late.service" [color=gray50 tooltip="Wants"];
        "default.target" -> "Zed.service" [color=gray50 tooltip="Wants"];
        "default.target" -> "base.target" [color=black tooltip="Requires"];
        "base.target" -> "abel.service" [color=gray50 tooltip="Wants"];
    }
    "#);
    let root = folder.path().to_str().unwrap();
    let document = json(&["deps", "--root", root, "late"]);
    assert_eq!(document["direction"], "forward");
    let all = document["dependencies"].as_array().unwrap();
    let found = all.iter().find(|found| found["kind"] == "BindsTo").unwrap();
    assert_eq!((&found["from"], &found["to"]), (&"late.service".into(), &"base.target".into()));
    assert_eq!(found["line"], 4);
    let form = daemonctl(&["deps", "--root", root, "late", "--graph", "json"]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&form.stdout).unwrap(), document);
}

#[test]
fn what_is_not_there() {
    let folder = small();
    let root = folder.path().to_str().unwrap();
    // It does not exist, yet somebody wants it, and that can be seen.
    assert!(deps(&folder, &["gone", "--reverse"]).contains("default.target"));
    for (args, status) in [
        (&["deps", "nothing", "--root", root][..], 4),
        (&["deps", "no name", "--root", root], 2),
        (&["deps", "a", "--root", "/no/such/folder"], 1),
        (&["deps", "a", "--before", "--after"], 2),
    ] {
        let output = daemonctl(args);
        assert_eq!(code(&output), status, "{args:?}: {}", errors(&output));
        assert_eq!(text(&output), "");
    }
}

/// A thousand units that all want each other are a thousand lines for each that is followed, and no
/// more.
#[test]
fn many_ways_are_walked_once() {
    let folder = Folder::new();
    let units = folder.path().join("etc/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    let all: String = (0..60).map(|number| format!("Wants=u{number}.service\n")).collect();
    for number in 0..60 {
        std::fs::write(units.join(format!("u{number}.service")), service(&all)).unwrap();
    }
    let drawn = deps(&folder, &["u0", "--all"]);
    assert!(drawn.lines().count() <= 60 * 61 + 1, "{}", drawn.lines().count());
}

#[test]
fn every_rule_is_documented() {
    let page = include_str!("../../docs/json.md");
    for rule in Rule::ALL {
        let row = format!("| `{}` | {} |", rule.name(), rule.reason());
        assert!(page.contains(&row), "docs/json.md has no row: {row}");
    }
    for kind in unit::graph::Dependency::ALL.iter().filter(|kind| kind.is_stored()) {
        let row = format!("| `{}` | {} |", kind.name(), kind.meaning());
        assert!(page.contains(&row), "docs/json.md has no row: {row}");
    }
}
