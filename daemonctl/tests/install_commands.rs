//! `enable`, `disable`, `mask`, `unmask` and `preset`: what they say, what they leave alone, and what
//! bad trees do to them.

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

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

use cmd_support::{Folder, assert_harmless, code, daemonctl, errors, json, text};
use install_support::{Dice, Spec, difference, snapshot};

const VENDOR: &str = "/usr/lib/systemd/system";
const ETC: &str = "/etc/systemd/system";

/// A tree with a service.
fn tree() -> Folder {
    let root = Folder::new();
    Spec::default()
        .file(&format!("{VENDOR}/a.service"), "[Install]\nWantedBy=b.target\nAlias=c.service\n")
        .file(&format!("{VENDOR}/t@.service"), "[Install]\nWantedBy=b.target\n")
        .file(&format!("{VENDOR}/static.service"), "[Service]\nExecStart=/bin/true\n")
        .file(&format!("{VENDOR}/b.target"), "[Unit]\n")
        .write(root.path());
    root
}

fn on(root: &Path, args: &[&str]) -> Output {
    daemonctl(&[args, &["--root", root.to_str().unwrap()]].concat())
}

#[test]
fn says_what_it_does() {
    let root = tree();
    let dry = on(root.path(), &["enable", "a", "--dry-run"]);
    assert_eq!(
        text(&dry),
        "would create   /etc/systemd/system/c.service -> /usr/lib/systemd/system/a.service\n\
         would create   /etc/systemd/system/b.target.wants/a.service -> \
         /usr/lib/systemd/system/a.service\n"
    );
    let done = on(root.path(), &["enable", "a"]);
    assert_eq!(text(&done), text(&dry).replace("would create ", "created "));
    assert_eq!((code(&done), errors(&done).as_str()), (0, ""));
    let nothing = on(root.path(), &["enable", "a"]);
    assert_eq!(text(&nothing), "nothing to do: the links are as they should be\n");
    let removed = on(root.path(), &["disable", "a.service"]);
    assert_eq!(text(&removed).lines().count(), 2);
    assert!(text(&removed).lines().all(|line| line.starts_with("removed   /etc/")));
    let note = on(root.path(), &["enable", "static"]);
    assert_eq!(code(&note), 0);
    assert!(errors(&note).starts_with("note: no [Install] section says"), "{}", errors(&note));
}

#[test]
fn presets_are_of_trees_that_do_not_run() {
    let output = daemonctl(&["preset", "--all"]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("preset needs --root DIR"), "{}", errors(&output));
}

#[test]
fn what_is_wrong_is_told_and_changes_nothing() {
    let root = tree();
    fs::write(root.path().join("etc/systemd/system/c.service"), "[Unit]\n").unwrap();
    let before = snapshot(root.path());
    let long = format!("{}.service", "n".repeat(300));
    for (args, status, said) in [
        (&["enable", "gone"][..], 1, "gone.service does not exist"),
        (&["enable", "t@"], 1, "t@.service, which is a template without an instance"),
        (&["enable", "a b"], 2, "a b is no unit name"),
        (&["enable", "./a.service"], 2, "is no absolute path"),
        (&["enable", "/gone/a.service"], 1, "/gone/a.service does not exist"),
        (&["mask", "/a.service"], 2, "is a path"),
        (&["mask", "c.service"], 1, "c.service exists and is no link"),
        (&["enable", &long], 2, "at most 255 bytes"),
        (&["disable", "a\u{1b}[2J"], 2, "is no unit name"),
        (&["preset"], 2, "required"),
        (&["preset", "a", "--all"], 2, "cannot be used with"),
    ] {
        let output = on(root.path(), args);
        assert_eq!(code(&output), status, "{args:?}: {}", errors(&output));
        assert!(errors(&output).contains(said), "{args:?}: {}", errors(&output));
        assert_harmless(&errors(&output));
        assert_eq!(text(&output), "");
        assert_eq!(snapshot(root.path()), before, "{args:?}");
    }
    let output = on(&root.path().join("gone"), &["enable", "a"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("gone: does not exist"), "{}", errors(&output));
}

#[test]
fn json_of_all() {
    let root = tree();
    let at = root.path().to_str().unwrap();
    let document = json(&["enable", "a", "--root", at, "--dry-run"]);
    assert_eq!(document["dry_run"], true);
    assert_eq!(document["changes"][0]["action"], "create");
    assert_eq!(document["changes"][0]["path"], "/etc/systemd/system/c.service");
    assert_eq!(document["changes"][0]["target"], "/usr/lib/systemd/system/a.service");
    let refused = json(&["enable", "gone", "--root", at]);
    assert_eq!(refused["refused"][0]["kind"], "no_such_unit");
    assert_eq!(refused["changes"].as_array().unwrap().len(), 0);
}

/// What a dry run says is what is then done, for any operation on any tree; and it does nothing.
#[test]
fn what_is_computed_is_what_is_done() {
    for seed in 1000..1080 {
        let mut dice = Dice::new(seed);
        let (spec, mut operation) = (generate::tree(&mut dice), generate::operation(&mut dice));
        let root = Folder::new();
        spec.write(root.path());
        let before = snapshot(root.path());
        let done = {
            operation.flags.push("--dry-run");
            let dry = run::ours(root.path(), &operation);
            assert_eq!(difference(&snapshot(root.path()), &before), Vec::<String>::new());
            operation.flags.pop();
            let done = run::ours(root.path(), &operation);
            assert_eq!(errors(&dry), errors(&done));
            let would = text(&dry).replace("would create ", "created ");
            let would =
                would.replace("would replace", "replaced").replace("would remove ", "removed ");
            assert_eq!(would, text(&done), "seed {seed}");
            text(&done)
        };
        // Every link that differs is in the list, and each of the list is as it says.
        let after = snapshot(root.path());
        let is_link = |path: &&String| {
            [&before, &after].iter().any(|all| all.get(*path).is_some_and(|what| what != "folder"))
        };
        for path in before.keys().chain(after.keys()).filter(is_link) {
            let said = done.lines().rfind(|line| line.split_whitespace().nth(1) == Some(path));
            match (before.get(path) == after.get(path), said) {
                (true, None) => {}
                (_, Some(line)) if line.starts_with("removed") => {
                    assert_eq!(after.get(path), None, "seed {seed}: {line}");
                }
                (_, Some(line)) => {
                    let target = line.split_whitespace().nth(3).unwrap();
                    assert_eq!(after[path], format!("-> {target}"), "seed {seed}: {line}");
                }
                (false, None) => panic!("seed {seed}: {path} changed and nothing says so"),
            }
        }
    }
}

#[test]
fn no_link_leads_out_of_the_tree() {
    let outside = Folder::new();
    let target = outside.path().join("caught");
    fs::create_dir(&target).unwrap();
    let way = "../".repeat(40);
    let climbing = format!("{way}{}", target.display());
    for evil in [target.to_str().unwrap(), &climbing] {
        for place in
            ["etc/systemd/system", "etc/systemd", "etc", "etc/systemd/system/b.target.wants"]
        {
            let root = tree();
            let at = root.path().join(place);
            let _ = fs::remove_dir_all(&at);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            symlink(evil, &at).unwrap();
            for args in [
                &["enable", "a"][..],
                &["mask", "static"],
                &["preset", "--all"],
                &["disable", "a"],
                &["unmask", "static"],
            ] {
                let output = on(root.path(), args);
                assert!(code(&output) <= 1, "{}", errors(&output));
            }
            assert_eq!(snapshot(outside.path()).len(), 1, "{place} -> {evil}");
        }
    }
    // What lies outside is not read either.
    let root = tree();
    fs::write(target.join("x.service"), "[Install]\nWantedBy=b.target\n").unwrap();
    symlink(target.join("x.service"), root.path().join("etc/systemd/system/x.service")).unwrap();
    let output = on(root.path(), &["enable", "x"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("x.service does not exist"), "{}", errors(&output));
}

/// The last of several links can't be made: those before it are taken back.
#[test]
fn a_failure_half_way_leaves_nothing() {
    let root = tree();
    let name = format!("{}.target", "n".repeat(246));
    let unit = format!("[Install]\nAlias=d.service\nWantedBy=b.target {name}\n");
    fs::write(root.path().join("usr/lib/systemd/system/long.service"), unit).unwrap();
    let before = snapshot(root.path());
    // The folder NAME.wants has a name longer than any file system takes.
    let output = on(root.path(), &["enable", "long"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("nothing was changed"), "{}", errors(&output));
    assert_eq!(text(&output), "");
    assert_eq!(difference(&snapshot(root.path()), &before), Vec::<String>::new());
}

#[test]
fn odd_trees() {
    let root = tree();
    let etc = root.path().join("etc/systemd/system");
    // A folder, a circle, a device's place and bytes that are no text where units should be.
    fs::create_dir(etc.join("folder.service")).unwrap();
    symlink("loop.service", etc.join("loop.service")).unwrap();
    fs::write(etc.join("bytes.service"), [b'[', 0xff, 0, b'\n', 0xfe]).unwrap();
    fs::create_dir(etc.join("a.service.d")).unwrap();
    symlink("nowhere", etc.join("a.service.d/x.conf")).unwrap();
    for unit in ["folder.service", "loop.service", "bytes.service"] {
        let output = on(root.path(), &["enable", unit]);
        assert_eq!(code(&output), 1, "{unit}");
        assert_harmless(&errors(&output));
    }
    assert_eq!(code(&on(root.path(), &["enable", "a"])), 0);
    assert_eq!(code(&on(root.path(), &["preset", "--all"])), 0);
    // A file where the folder of links should be.
    fs::remove_dir_all(&etc).unwrap();
    fs::write(&etc, "").unwrap();
    let output = on(root.path(), &["enable", "a"]);
    assert_eq!(code(&output), 1);
    assert!(
        errors(&output).contains("is no folder") || errors(&output).contains("no regular"),
        "{}",
        errors(&output)
    );
    // An empty tree.
    let empty = Folder::new();
    assert_eq!(code(&on(empty.path(), &["enable", "a"])), 1);
    assert_eq!(code(&on(empty.path(), &["preset", "--all"])), 0);
    assert_eq!(code(&on(empty.path(), &["mask", "a"])), 0);
    assert_eq!(code(&on(empty.path(), &["unmask", "a"])), 0);
    assert!(!empty.path().join(ETC.trim_start_matches('/')).join("a.service").exists());
}

#[test]
fn an_empty_file_masks_and_unmask_removes_it() {
    let root = tree();
    let file = root.path().join("etc/systemd/system/a.service");
    fs::write(&file, "").unwrap();
    assert!(errors(&on(root.path(), &["enable", "a"])).contains("is masked"));
    assert_eq!(text(&on(root.path(), &["unmask", "a"])), format!("removed   {ETC}/a.service\n"));
    assert!(!file.exists());
    fs::write(&file, "[Unit]\n").unwrap();
    assert!(text(&on(root.path(), &["unmask", "a"])).starts_with("nothing to do"));
    assert!(file.exists());
}

/// For all users, as `systemctl --global`.
#[test]
fn units_of_users() {
    let root = Folder::new();
    Spec::default()
        .file("/usr/lib/systemd/user/a.service", "[Install]\nWantedBy=default.target\n")
        .file("/usr/lib/systemd/user/default.target", "[Unit]\n")
        .file("/usr/lib/systemd/user-preset/1.preset", "disable *\n")
        .write(root.path());
    let link = root.path().join("etc/systemd/user/default.target.wants/a.service");
    assert_eq!(code(&on(root.path(), &["enable", "a", "--user"])), 0);
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("/usr/lib/systemd/user/a.service"));
    assert_eq!(code(&on(root.path(), &["preset", "--all", "--user"])), 0);
    assert!(fs::read_link(&link).is_err());
}
