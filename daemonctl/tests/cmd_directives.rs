//! `daemonctl directives`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{code, daemonctl, errors, json, text};

#[test]
fn one_directive() {
    let output = daemonctl(&["directives", "restartsec="]);
    assert_eq!(code(&output), 0);
    let expected = "\
RestartSec=
  what it is  How long to wait before starting again
  stands in   [Service]
  value       time span
  default     DefaultRestartSec= of the manager
  repeated    the last assignment holds, an empty one restores the default
  D-Bus       RestartUSec
  support     daemond's own supervisor does not exist yet
  man page    systemd.service(5)
";
    assert_eq!(text(&output), expected);
}

#[test]
fn names_of_old_and_properties_lead_there_too() {
    let page = text(&daemonctl(&["directives", "BindTo", "CPUQuotaPerSecUSec", "DirectoryMode"]));
    assert!(page.contains("another name of BindsTo="), "{page}");
    assert!(page.contains("CPUQuota="), "{page}");
    // One row for each section that has its own.
    assert_eq!(page.matches("DirectoryMode=\n").count(), 4, "{page}");
    let page = text(&daemonctl(&["directives", "ExecStart", "OnCalendar"]));
    assert!(page.contains("the unit is refused"), "{page}");
    assert!(page.contains("OnBootSec="), "{page}");
}

#[test]
fn a_name_that_is_none() {
    let output = daemonctl(&["directives", "User", "OnCalender"]);
    assert_eq!((code(&output), text(&output).as_str()), (4, ""));
    let expected = "\
daemonctl: there is no directive OnCalender=
  hint: did you mean OnCalendar=?
";
    assert_eq!(errors(&output), expected);
    let output = daemonctl(&["directives", "\u{1b}[31m"]);
    assert_eq!(code(&output), 4);
    assert!(!errors(&output).contains('\u{1b}'));
    assert_eq!(code(&daemonctl(&["directives", "User", "--filter", "name = User"])), 2);
}

#[test]
fn all_directives() {
    let all = json(&["directives"]);
    let all = all["directives"].as_array().unwrap();
    assert!(all.len() > 500);
    let timers = text(&daemonctl(&[
        "directives",
        "--filter",
        "section = Timer and since > 250",
        "--columns",
        "name,since,bus",
    ]));
    let expected = "\
NAME                 SINCE  D-BUS
RandomizedOffsetSec    258  RandomizedOffsetUSec
DeferReactivation      257  DeferReactivation
";
    assert_eq!(timers, expected);
}

#[test]
fn json_of_one() {
    let found = json(&["directives", "KillMode"]);
    let directive = &found["directives"][0];
    assert_eq!(directive["default"], "control-group");
    assert_eq!(directive["words"][1], "mixed");
    assert_eq!(directive["sections"][4], "Scope");
    let found = json(&["directives", "CPUShares"]);
    let directive = &found["directives"][0];
    assert_eq!(
        (&directive["status"], &directive["instead"]),
        (&"obsolete".into(), &"CPUWeight=".into())
    );
    assert!(directive["bus"].is_null() && directive["since"].is_null());
}
