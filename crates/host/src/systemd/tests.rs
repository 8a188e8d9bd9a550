use bus::wire::Value;
use bus::{BusError, Unit};

use super::super::details::add_details;
use super::super::properties::Properties;
use super::service_of;
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};

fn unit(load: &str, active: &str, sub: &str) -> Unit {
    Unit {
        name: "a.service".into(),
        description: "A".into(),
        load_state: load.into(),
        active_state: active.into(),
        sub_state: sub.into(),
        following: String::new(),
        path: "/u".into(),
        job_id: 0,
        job_type: String::new(),
    }
}

fn read(unit: &Unit, values: Vec<(&str, Value)>) -> Service {
    let properties: Properties =
        values.into_iter().map(|(name, value)| (name.to_owned(), Ok(value))).collect();
    service_of(unit, ManagerKind::Systemd, &properties)
}

fn ended(result: &str, code: i64, status: i64) -> Vec<(&'static str, Value)> {
    vec![
        ("Result", Value::Text(result.into())),
        ("ExecMainCode", Value::Signed(code)),
        ("ExecMainStatus", Value::Signed(status)),
        ("InactiveEnterTimestamp", Value::Unsigned(7)),
        ("InactiveExitTimestamp", Value::Unsigned(8)),
    ]
}

#[test]
fn states_are_told_in_common_words() {
    for (active, sub, state) in [
        ("active", "running", ServiceState::Running),
        ("active", "exited", ServiceState::Exited),
        ("reloading", "reload", ServiceState::Running),
        ("activating", "start-pre", ServiceState::Starting),
        ("activating", "auto-restart", ServiceState::Starting),
        ("deactivating", "stop-sigterm", ServiceState::Stopping),
        ("failed", "failed", ServiceState::Failed),
        ("inactive", "dead", ServiceState::Stopped),
        ("something-new", "x", ServiceState::Unknown),
    ] {
        let service = read(&unit("loaded", active, sub), vec![]);
        assert_eq!(service.state, state, "{active} {sub}");
        assert_eq!(service.native, format!("{active} ({sub})"));
    }
    assert_eq!(read(&unit("masked", "inactive", "dead"), vec![]).native, "inactive (dead), masked");
}

#[test]
fn a_restart_after_a_bad_end_is_a_crash() {
    let waiting = unit("loaded", "activating", "auto-restart");
    let service = read(&waiting, ended("signal", 2, 11));
    assert_eq!(service.state, ServiceState::Crashed);
    assert_eq!(service.since_unix_usec, Some(8));
    assert_eq!(service.result.as_deref(), Some("killed by signal 11"));
    assert_eq!(read(&waiting, ended("success", 1, 0)).state, ServiceState::Starting);
}

#[test]
fn bad_ends_are_told() {
    let failed = unit("loaded", "failed", "failed");
    for (result, code, status, told) in [
        ("exit-code", 1, 3, Some("exit code 3")),
        ("core-dump", 3, 6, Some("killed by signal 6, core dumped")),
        ("timeout", 2, 15, Some("timeout")),
        ("start-limit-hit", 1, 1, Some("start-limit-hit")),
        ("success", 1, 0, None),
    ] {
        let service = read(&failed, ended(result, code, status));
        assert_eq!(service.result.as_deref(), told, "{result}");
        assert_eq!(service.since_unix_usec, Some(7));
    }
}

#[test]
fn what_is_missing_has_its_reason() {
    let running = unit("loaded", "active", "running");
    let mut properties = Properties::new();
    properties.insert("MainPID".into(), Ok(Value::Unsigned(0)));
    properties.insert(
        "NRestarts".into(),
        Err(BusError::Failed {
            call: "NRestarts".into(),
            name: "org.freedesktop.DBus.Error.UnknownProperty".into(),
            message: String::new(),
        }),
    );
    let mut service = service_of(&running, ManagerKind::Systemd, &properties);
    let reason = |s: &Service, field| s.gap(field).map(|g| g.reason);
    assert_eq!(service.main_pid, None);
    assert_eq!(reason(&service, Field::MainPid), Some(Reason::NotApplicable));
    assert_eq!(reason(&service, Field::Restarts), Some(Reason::Unknown));
    assert_eq!(reason(&service, Field::Since), Some(Reason::NotMeasured));

    properties.insert("WantedBy".into(), Ok(Value::Array(vec![Value::Text("b.target".into())])));
    properties.insert("RequiredBy".into(), Ok(Value::Array(vec![Value::Text("a.target".into())])));
    properties.insert("FragmentPath".into(), Ok(Value::Text("/etc/a".into())));
    add_details(&mut service, &running, &properties);
    assert_eq!(service.enabled_in, Some(vec!["a.target".to_owned(), "b.target".to_owned()]));
    assert_eq!((service.triggered_by.is_some(), service.definition.is_some()), (false, true));
    assert_eq!(reason(&service, Field::TriggeredBy), Some(Reason::Unknown));
    assert_eq!(reason(&service, Field::Definition), None);
}
