//! Unit files and trees that are too much: each ends soon, with a clear word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod bad_input;
mod bad_input_units_support;

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use bad_input::Run;
use bad_input_units_support::{Tree, sane, script};

/// Generous: the program is built for debugging, and others use the machine.
const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn soon(run: &Run) -> &Run {
    sane(run);
    assert!(run.cpu < SOON, "{} took {:?}", run.what, run.cpu);
    assert!(run.out.len() < 3_000_000, "{} writes {} bytes", run.what, run.out.len());
    run
}

#[test]
fn files_of_any_size() {
    let tree = Tree::new();
    let huge = tree.unit("huge.service", "");
    fs::File::options().write(true).open(huge).unwrap().set_len(100 << 20).unwrap();
    tree.unit(
        "endless.service",
        [b"[Unit]\nDescription=".as_slice(), &vec![b'x'; 12 << 20]].concat(),
    );
    tree.unit("joined.service", format!("[Unit]\nAfter={}\n", "a.service \\\n".repeat(800_000)));
    tree.unit("wide.service", format!("[Unit]\nAfter={}\n", "a.service ".repeat(90_000)));
    tree.unit("lines.service", format!("[Unit]\n{}", "A=b\n".repeat(300_000)));
    tree.unit("empty-lines.service", "\n".repeat(1_500_000));
    tree.unit("sections.service", "[Unit]\n[Service]\n".repeat(300_000));
    tree.unit(
        "same.service",
        format!(
            "[Service]\nExecStart=/usr/bin/true\n{}",
            "Environment=A=b\nUMask=022\n".repeat(150_000)
        ),
    );
    tree.unit("percent.service", format!("[Unit]\nDescription={}\n", "%n".repeat(200_000)));
    tree.unit(
        "quotes.service",
        format!("[Service]\nExecStart=/usr/bin/true {}\n", "\"a' ".repeat(100_000)),
    );
    soon(&tree.ask(&["verify", "--all"])).ends(1).says(&[
        "huge.service",
        "16 MiB",
        "endless.service",
        "1 MiB",
        "findings more",
    ]);
    for name in [
        "huge",
        "endless",
        "joined",
        "wide",
        "lines",
        "empty-lines",
        "sections",
        "same",
        "percent",
        "quotes",
    ] {
        let run = tree.ask(&["cat", "--effective", name]);
        sane(&run);
        assert!(run.took < SOON, "{} took {:?}", run.what, run.took);
    }
    // It loads them all to know who depends on it.
    soon(&tree.ask(&["deps", "good"]));
}

#[test]
fn a_circle_of_a_thousand() {
    let tree = Tree::new();
    for unit in 0..1000 {
        let next = (unit + 1) % 1000;
        let text = format!(
            "[Unit]\nDefaultDependencies=no\nAfter=c{next}.service\nRequires=c{next}.service\n[Service]\nExecStart=/usr/bin/true\n"
        );
        tree.unit(&format!("c{unit}.service"), text);
    }
    let run = tree.verify_all();
    soon(&run).ends(1).says(&["cycle", "c0.service"]);
    soon(&tree.ask(&["verify", "c500"]));
    soon(&tree.ask(&["deps", "c0"])).ends(0);
    soon(&tree.ask(&["deps", "--order", "c0"]));
    soon(&tree.ask(&["deps", "--reverse", "c0"]));
    soon(&tree.ask(&["plan", "start", "c0"])).says(&["c0.service"]);
    soon(&tree.ask(&["plan", "stop", "c0"])).says(&["c0.service"]);
    soon(&tree.ask(&["deps", "--graph", "dot", "c0"]));
}

#[test]
fn everybody_needs_everybody() {
    let tree = Tree::new();
    let names: String = (0..150).map(|unit| format!("k{unit}.service ")).collect();
    for unit in 0..150 {
        let text = format!(
            "[Unit]\nAfter={names}\nWants={names}\nBefore={names}\n[Service]\nExecStart=/usr/bin/true\n"
        );
        tree.unit(&format!("k{unit}.service"), text);
    }
    for line in [
        &["verify", "--all"][..],
        &["deps", "k0"],
        &["plan", "start", "k0"],
        &["deps", "--order", "k0"],
    ] {
        soon(&tree.ask(line));
    }
}

#[test]
fn templates_without_end() {
    let tree = Tree::new();
    for unit in 0..1000 {
        let next = (unit + 1) % 1000;
        let text = format!(
            "[Unit]\nWants=t{next}@%i.service t{next}@%ix.service\nAfter=t{next}@%i.service\n[Service]\nExecStart=/usr/bin/true\n"
        );
        tree.unit(&format!("t{unit}@.service"), text);
    }
    tree.unit(
        "grow@.service",
        "[Unit]\nWants=grow@%ia.service grow@%ib.service\n[Service]\nExecStart=/usr/bin/true\n",
    );
    tree.unit(
        "start.service",
        "[Unit]\nWants=grow@x.service t0@y.service\n[Service]\nExecStart=/usr/bin/true\n",
    );
    // It loads as many units as there may be, and no more.
    soon(&tree.ask(&["plan", "start", "start"]));
}

#[test]
fn folders_with_ten_thousand_links() {
    let tree = Tree::new();
    let folder = "etc/systemd/system/all.target.wants";
    for unit in 0..10_000 {
        tree.link(&format!("{folder}/w{unit}.service"), "../nowhere.service");
    }
    for unit in 0..2_000 {
        tree.unit(&format!("good.service.d/{unit}.conf"), format!("[Unit]\nDescription={unit}\n"));
    }
    let run = tree.ask(&["verify", "all.target"]);
    sane(&run);
    assert!(run.took < SOON, "{:?}", run.took);
    let run = tree.ask(&["deps", "all.target"]);
    sane(&run);
    assert!(run.took < SOON, "{:?}", run.took);
    soon(&tree.ask(&["plan", "start", "all.target"]));
    soon(&tree.ask(&["cat", "--effective", "good"])).says(&["Description=999"]);
}

#[test]
fn names_nested_as_deep_as_they_can_be() {
    let tree = Tree::new();
    let mut text = String::from("[Service]\nExecStart=/usr/bin/true\n");
    writeln!(text, "Slice={}.slice", "a-".repeat(120) + "a").unwrap();
    tree.unit(&format!("{}@{}.service", "a-".repeat(60), "b-".repeat(50)), &text);
    tree.unit(&format!("{}.mount", "a-".repeat(120) + "a"), "[Mount]\nWhere=/a\nWhat=/b\n");
    tree.unit("service.d/a.conf", "[Unit]\nDescription=x\n");
    soon(&tree.verify_all());
}

#[test]
fn few_descriptors_and_little_memory() {
    let tree = Tree::new();
    for unit in 0..600 {
        tree.unit(&format!("u{unit}.service"), "[Service]\nExecStart=/usr/bin/true\n");
        tree.unit(&format!("u{unit}.service.d/a.conf"), "[Unit]\nDescription=x\n");
    }
    for limit in [4, 5, 8, 16] {
        for line in ["verify --all", "cat --effective u1", "deps u1", "enable --dry-run u1"] {
            let run = script(
                &tree,
                &format!("exec 3>&-; ulimit -n {limit}; $DAEMONCTL {line} --root $ROOT"),
            );
            assert!(
                matches!(run.code, Some(0 | 1 | 4 | 127)),
                "{limit} {line}: {:?} {}",
                run.code,
                run.err()
            );
            assert!(limit < 8 || run.code == Some(0), "{limit} {line}: {}{}", run.out(), run.err());
        }
    }
    let run = script(&tree, "ulimit -v 300000; $DAEMONCTL verify --all --root $ROOT");
    sane(&run);
    run.ends(0);
}
