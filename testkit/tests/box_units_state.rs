//! What a running systemd says of its units, and the files it has it from.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use testkit::boxes::{Kind, boot};
use testkit::systemd_state::{State, Way};

#[test]
fn units_and_their_files() {
    let state = State::of(boot(Kind::Systemd).unwrap());
    let units = state.units().unwrap();
    assert!(units.len() > 100, "{units:?}");
    let shown = state.show(&units).unwrap();
    assert_eq!(shown.len(), units.len());
    let of = |name: &str| shown.iter().find(|unit| unit.id() == name).unwrap();
    assert_eq!(of("nginx.service").get("Type"), Some("forking"));
    assert_eq!(of("nginx.service").all("ExecStart").count(), 1);
    assert_eq!(of("cron.service").get("FragmentPath"), Some("/lib/systemd/system/cron.service"));
    assert!(of("ssh.service").iter().count() > 200);
    assert_eq!(state.manager().unwrap().get("DefaultTimeoutStartUSec"), Some("1min 30s"));

    let text = |way| state.dependencies("nginx.service", way).unwrap();
    assert!(Way::ALL.iter().all(|way| text(*way).starts_with("nginx.service\n")));
    assert!(text(Way::Forward).contains("  sysinit.target\n"), "{}", text(Way::Forward));
    assert!(text(Way::Reverse).contains("  multi-user.target\n"), "{}", text(Way::Reverse));
    assert!(text(Way::After).contains("  network-online.target\n"), "{}", text(Way::After));
    assert!(text(Way::Before).contains("multi-user.target\n"), "{}", text(Way::Before));

    let folder = std::env::temp_dir().join(format!("systemd-state-{}", std::process::id()));
    state.snapshot(&folder).unwrap();
    assert!(folder.join("lib/systemd/system/nginx.service").is_file());
    assert!(folder.join("etc/systemd/system/multi-user.target.wants").is_dir());
    assert!(folder.join("run/systemd").is_dir());
    std::fs::remove_dir_all(&folder).unwrap();
}
