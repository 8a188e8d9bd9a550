//! `daemonctl plan` on small trees.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Folder, code, daemonctl, errors, json, text};

/// A tree of services without dependencies that nobody wrote.
fn tree(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    let units = folder.path().join("etc/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    for (name, lines) in files {
        let text = match name.ends_with(".service") {
            true => format!(
                "[Unit]\nDefaultDependencies=no\n{lines}\n[Service]\nSlice=-.slice\nStandardOutput=null\nExecStart=/bin/true\n"
            ),
            false => (*lines).to_owned(),
        };
        std::fs::write(units.join(name), text).unwrap();
    }
    folder
}

/// What it prints, its errors too.
fn plan(folder: &Folder, args: &[&str], status: i32) -> String {
    let root = folder.path().to_str().unwrap();
    let output = daemonctl(&[&["plan", "--root", root], args].concat());
    assert_eq!(code(&output), status, "{}", errors(&output));
    assert!(status == 0 || text(&output).is_empty());
    format!("{}{}", text(&output), errors(&output)).replace(root, "ROOT")
}

#[test]
fn steps_and_reasons() {
    let folder = tree(&[
        (
            "web.service",
            "Requires=db.service\nAfter=db.service\nWants=gone.service mail.service lost.service\nConflicts=old.service",
        ),
        ("db.service", ""),
        ("mail.service", "After=web.service"),
        ("old.service", ""),
        ("lost.service", "Requires=gone.service"),
        ("db.timer", "[Timer]\nOnBootSec=1\n"),
    ]);
    insta::assert_snapshot!(plan(&folder, &["start", "web"], 0), @r#"
    STEP  ACTION           UNIT          NEED      BECAUSE
       1  stop if running  old.service   must      web.service conflicts with it: Conflicts= in /etc/systemd/system/web.service:6
       1  start            db.service    must      web.service requires it: Requires= in /etc/systemd/system/web.service:3
       2  start            web.service   must      asked for
       3  start            mail.service  may fail  web.service wants it: Wants= in /etc/systemd/system/web.service:5

    Passed over: lost.service, wanted by web.service: it needs gone.service: does not exist.
    Passed over: gone.service, wanted by web.service: does not exist.
    "#);
    insta::assert_snapshot!(plan(&folder, &["stop", "db.service"], 0), @r#"
    STEP  ACTION  UNIT         NEED  BECAUSE
       1  stop    web.service  must  db.service is required by it: Requires= in /etc/systemd/system/web.service:3
       2  stop    db.service   must  asked for

    db.timer is not stopped and may start db.service again.
    "#);
    insta::assert_snapshot!(plan(&folder, &["restart", "db"], 0), @r#"
    STEP  ACTION              UNIT         NEED  BECAUSE
       1  restart if running  web.service  must  db.service is required by it: Requires= in /etc/systemd/system/web.service:3
       2  restart             db.service   must  asked for
    "#);
    let document = json(&["plan", "--root", folder.path().to_str().unwrap(), "start", "web"]);
    let jobs: Vec<_> = document["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| {
            (
                job["unit"].as_str().unwrap(),
                job["step"].as_u64().unwrap(),
                job["must_succeed"] == true,
            )
        })
        .collect();
    assert_eq!(
        jobs,
        [
            ("old.service", 1, true),
            ("db.service", 1, true),
            ("web.service", 2, true),
            ("mail.service", 3, false)
        ]
    );
}

#[test]
fn refusals_say_why() {
    let folder = tree(&[
        ("a.service", "Requires=b.service\nAfter=b.service"),
        ("b.service", "After=c.service"),
        ("c.service", "After=a.service"),
        ("all.service", "Wants=a.service c.service"),
        ("needs.service", "Requires=lost.service"),
        ("lost.service", "Requires=gone.service"),
        ("both.service", "Requires=b.service\nConflicts=b.service"),
        ("hand.service", "RefuseManualStart=yes"),
    ]);
    insta::assert_snapshot!(plan(&folder, &["start", "all"], 1), @r#"
    daemonctl: units wait for each other:
      c.service: After=a.service in /etc/systemd/system/c.service:3
      b.service: After=c.service in /etc/systemd/system/b.service:3
      a.service: After=b.service in /etc/systemd/system/a.service:4
      hint: After=a.service of c.service is written in the unit that the least depends on: remove a.service from After= in /etc/systemd/system/c.service:3
    "#);
    insta::assert_snapshot!(plan(&folder, &["start", "needs"], 1), @r#"
    daemonctl: gone.service: does not exist
      needs.service: Requires=lost.service in /etc/systemd/system/needs.service:3
      lost.service: Requires=gone.service in /etc/systemd/system/lost.service:3
      hint: see: daemonctl verify gone.service
    "#);
    insta::assert_snapshot!(plan(&folder, &["start", "both"], 1), @r#"
    daemonctl: b.service would have to be started and stopped
    its start:
      both.service: Requires=b.service in /etc/systemd/system/both.service:3
    its stop:
      both.service: Conflicts=b.service in /etc/systemd/system/both.service:4
      hint: take one of these dependencies away
    "#);
    insta::assert_snapshot!(plan(&folder, &["start", "hand"], 1), @r#"
    daemonctl: hand.service is not to be handled alone (RefuseManualStart=)
      hint: it comes and goes with others: see daemonctl deps --reverse
    "#);
    insta::assert_snapshot!(plan(&folder, &["stop", "--", "-.slice"], 1), @"daemonctl: -.slice never stops");
    insta::assert_snapshot!(plan(&folder, &["start", "nothing"], 4), @r#"
    daemonctl: there is no unit nothing.service
      hint: a name without a type is a service's: write the type if it is another one
    "#);
    plan(&folder, &["jump", "a"], 2);
    plan(&folder, &["stop", "all"], 0);
}

#[test]
fn a_circle_of_a_thousand_units_is_a_short_message() {
    let names: Vec<String> = (0..1_000).map(|number| format!("u{number}.service")).collect();
    let lines: Vec<String> = (0..1_000)
        .map(|number| {
            let next = (number + 1) % 1_000;
            format!("Wants=u{next}.service\nAfter=u{next}.service")
        })
        .collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(lines.iter().map(String::as_str)).collect();
    let said = plan(&tree(&files), &["start", "u0"], 1);
    assert!(said.starts_with("daemonctl: units wait for each other:\n"), "{said}");
    assert!(said.contains("and 980 more\n") && said.contains("hint: After="), "{said}");
    assert!(said.lines().count() < 30, "{said}");
}
