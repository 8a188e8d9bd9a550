use super::*;
use process::fact::Fact;
use process::verdict::SubKind;

fn row(name: &str, state: ServiceState) -> Row {
    Row {
        kind: RowKind::Service,
        manager: Some("systemd"),
        name: name.to_owned(),
        state,
        native: Some("failed (failed)".to_owned()),
        result: None,
        restarts: None,
        since_seconds: Some(90.0),
        main_pid: Some(5),
        pids: vec![5, 6],
        user: None,
        cpu_percent: 0.0,
        cpu_seconds: 0.0,
        rss_bytes: 0,
        io: Fact::NotMeasured,
        tasks: 0,
        listens: Fact::NotMeasured,
        description: Vec::new(),
        cgroup: None,
        cgroup_memory: Fact::NotMeasured,
    }
}

fn only(row: Row) -> Option<(TroubleKind, String)> {
    let mut found = of_rows(&[row]);
    assert!(found.len() <= 1);
    found.pop().map(|trouble| (trouble.kind, trouble.what))
}

#[test]
fn failed_and_crashed_services() {
    let failed = Row { result: Some("exit code 3".to_owned()), ..row("a", ServiceState::Failed) };
    assert_eq!(
        only(failed.clone()),
        Some((TroubleKind::Failed, "exit code 3, 1m30s ago".to_owned()))
    );
    let given_up = Row { restarts: Some(5), ..failed };
    // The last of many restarts was just now: it failed all the same.
    assert_eq!(
        only(given_up),
        Some((TroubleKind::Failed, "given up after 5 restarts, exit code 3, 1m30s ago".to_owned()))
    );
    let native = Some("dead but pid file exists".to_owned());
    let crashed = Row { native, since_seconds: None, ..row("a", ServiceState::Crashed) };
    assert_eq!(only(crashed), Some((TroubleKind::Crashed, "dead but pid file exists".to_owned())));
    for calm in [
        ServiceState::Running,
        ServiceState::Starting,
        ServiceState::Stopped,
        ServiceState::Unknown,
    ] {
        assert_eq!(only(row("a", calm)), None);
    }
}

#[test]
fn restarting_often_is_a_matter_of_count_and_time() {
    let running = |restarts, seconds| {
        only(Row {
            restarts: Some(restarts),
            since_seconds: Some(seconds),
            ..row("a", ServiceState::Running)
        })
    };
    assert_eq!(
        running(RESTARTS_FROM, 1.0),
        Some((TroubleKind::Restarting, "restarted 3 times, last 1.0s ago".to_owned()))
    );
    assert_eq!(running(RESTARTS_FROM - 1, 1.0), None);
    assert_eq!(running(500, RESTARTED_WITHIN), None);
    let native = Some("activating (auto-restart)".to_owned());
    let waits = Row { native, restarts: Some(1), ..row("a", ServiceState::Crashed) };
    assert_eq!(
        only(waits),
        Some((TroubleKind::Restarting, "restarted once, last 1m30s ago".to_owned()))
    );
}

fn member(pid: u32, replaced: Option<&[u8]>) -> Member {
    Member {
        pid,
        parent: 1,
        sub_kind: SubKind::Managed,
        service: None,
        container: None,
        program: String::new(),
        command: Vec::new(),
        uid: Some(0),
        user: None,
        age_seconds: 0.0,
        cpu_seconds: 0.0,
        cpu_percent: 0.0,
        rss_bytes: 0,
        threads: 1,
        io: Fact::NotMeasured,
        replaced: replaced.map(Box::from),
        exe_denied: false,
        cgroup: None,
    }
}

#[test]
fn replaced_deleted_and_in_memory_only() {
    let what = |path: &[u8], there| {
        let members = [member(5, None), member(6, Some(path))];
        let found = replaced(&[row("a", ServiceState::Running)], &members, |_| there);
        assert_eq!(
            (found.len(), found[0].pids.as_slice(), found[0].severity),
            (1, &[6][..], Severity::Medium)
        );
        found[0].what.clone()
    };
    assert_eq!(what(b"/usr/sbin/x", Some(true)), "/usr/sbin/x was replaced since it started");
    assert_eq!(what(b"/usr/sbin/x", Some(false)), "/usr/sbin/x was deleted since it started");
    assert_eq!(what(b"/usr/sbin/x", None), "/usr/sbin/x was deleted or replaced since it started");
    assert!(what(b"/memfd:x", Some(false)).contains("in memory only"));
    let untouched = [member(5, None), member(6, None)];
    assert!(replaced(&[row("a", ServiceState::Running)], &untouched, |_| None).is_empty());
}

#[test]
fn exposures_are_worth_knowing_and_no_more() {
    let as_root = [
        Exposure { row: 1, pids: vec![6], ports: "tcp/22".to_owned() },
        Exposure { row: 9, pids: vec![], ports: String::new() },
    ];
    let found =
        exposed(&[row("a", ServiceState::Running), row("ssh", ServiceState::Running)], &as_root);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_deref(), found[0].what.as_str(), found[0].severity),
        (Some("ssh"), "tcp/22", Severity::Low)
    );
}
