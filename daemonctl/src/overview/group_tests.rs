use super::*;

fn member(pid: u32, parent: u32, sub_kind: SubKind, program: &str) -> Member {
    Member {
        pid,
        parent,
        sub_kind,
        service: None,
        container: None,
        program: program.to_owned(),
        command: program.as_bytes().to_vec(),
        uid: Some(0),
        user: Some("root".to_owned()),
        age_seconds: f64::from(1000 - pid),
        cpu_seconds: 1.0,
        cpu_percent: 0.5,
        rss_bytes: 100,
        threads: 2,
        io: Fact::Known((10, 20)),
        replaced: None,
        exe_denied: false,
        cgroup: None,
    }
}

fn of(mut member: Member, manager: &'static str, name: &str) -> Member {
    member.service = Some(Owner { manager, name: name.to_owned(), uid: None });
    member
}

fn service(
    manager: ManagerKind,
    name: &str,
    state: ServiceState,
    main_pid: Option<u32>,
) -> Service {
    Service {
        description: format!("about {name}"),
        manager,
        state,
        native: "in its words".to_owned(),
        main_pid,
        ..Service::new(name, manager)
    }
}

fn named<'a>(rows: &'a [Row], name: &str) -> &'a Row {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no line {name} in {rows:?}"))
}

#[test]
fn processes_of_a_service_are_summed_with_the_main_one_first() {
    let members = [
        member(1, 0, SubKind::Init, "systemd"),
        of(member(10, 12, SubKind::Worker, "nginx"), "systemd", "nginx.service"),
        of(member(12, 1, SubKind::Managed, "nginx"), "systemd", "nginx.service"),
    ];
    let mut nginx = service(ManagerKind::Systemd, "nginx.service", ServiceState::Running, Some(12));
    nginx.since_unix_usec = Some(900_000_000);
    let rows = group(&members, vec![nginx], 1000.0, 0);
    assert_eq!(rows.len(), 2);
    let row = named(&rows, "nginx.service");
    assert_eq!(
        (row.pids.as_slice(), row.tasks, row.rss_bytes, row.io),
        (&[12, 10][..], 4, 200, Fact::Known((20, 40)))
    );
    assert_eq!(
        (row.main_pid, row.since_seconds, row.kind),
        (Some(12), Some(100.0), RowKind::Service)
    );
    assert_eq!(named(&rows, "systemd").kind, RowKind::Init);
}

#[test]
fn a_failed_service_has_a_line_and_one_that_ended_has_none() {
    let with = |state| {
        group(&[], vec![service(ManagerKind::Systemd, "a.service", state, None)], 0.0, 0).len()
    };
    assert_eq!(
        [
            ServiceState::Failed,
            ServiceState::Crashed,
            ServiceState::Starting,
            ServiceState::Running
        ]
        .map(with),
        [1; 4]
    );
    assert_eq!(
        [ServiceState::Exited, ServiceState::Stopped, ServiceState::Unknown].map(with),
        [0; 3]
    );
}

#[test]
fn a_main_process_counts_to_its_service_whatever_it_is() {
    // login(1), which getty became.
    let members = [
        member(7, 1, SubKind::SessionHelper, "login"),
        member(8, 7, SubKind::InteractiveShell, "bash"),
    ];
    let getty = service(ManagerKind::Systemd, "getty@tty1.service", ServiceState::Running, Some(7));
    let rows = group(&members, vec![getty], 0.0, 0);
    assert_eq!((rows.len(), rows[0].pids.as_slice()), (1, &[7][..]));
}

#[test]
fn a_known_program_runs_though_its_script_tells_of_no_pid_file() {
    let members = [of(member(9, 1, SubKind::Managed, "acpid"), "sysv", "acpid")];
    for (told, shown) in [
        (ServiceState::Unknown, ServiceState::Running),
        (ServiceState::Crashed, ServiceState::Crashed),
    ] {
        let rows = group(&members, vec![service(ManagerKind::SysV, "acpid", told, None)], 0.0, 0);
        assert_eq!((rows.len(), rows[0].state, rows[0].since_seconds), (1, shown, Some(991.0)));
    }
}

#[test]
fn daemons_without_a_service_have_a_line_each_with_their_workers() {
    let members = [
        member(1, 0, SubKind::ContainerInit, "tini"),
        member(20, 1, SubKind::SelfDetached, "gunicorn"),
        member(21, 20, SubKind::Worker, "gunicorn"),
        member(22, 21, SubKind::Worker, "helper"),
        member(30, 1, SubKind::SelfDetached, "gunicorn"),
        member(40, 1, SubKind::Worker, "app"),
        member(50, 1, SubKind::Child, "curl"),
    ];
    let rows = group(&members, Vec::new(), 0.0, 0);
    let pids: Vec<_> =
        rows.iter().map(|row| (row.kind, row.name.as_str(), row.pids.clone())).collect();
    assert_eq!(
        pids,
        [
            (RowKind::Init, "tini", vec![1, 40]),
            (RowKind::Detached, "gunicorn", vec![20, 21, 22]),
            (RowKind::Detached, "gunicorn", vec![30]),
        ]
    );
}

#[test]
fn a_container_is_one_line_whatever_services_are_in_it() {
    let inside = |member: Member| Member { container: Some("nspawn:deb".to_owned()), ..member };
    let members = [
        inside(member(60, 5, SubKind::ContainerInit, "systemd")),
        inside(of(member(61, 60, SubKind::Managed, "nginx"), "systemd", "nginx.service")),
        of(member(70, 1, SubKind::Managed, "nginx"), "systemd", "nginx.service"),
    ];
    let rows = group(
        &members,
        vec![service(ManagerKind::Systemd, "nginx.service", ServiceState::Running, Some(70))],
        0.0,
        0,
    );
    assert_eq!(named(&rows, "nspawn:deb").pids, [60, 61]);
    assert_eq!(named(&rows, "nginx.service").pids, [70]);
}

#[test]
fn users_services_of_the_same_name_stay_apart() {
    let of_user = |pid, uid| {
        let mut member = of(
            member(pid, 1, SubKind::SessionService, "pipewire"),
            "systemd-user",
            "pipewire.service",
        );
        member.service.as_mut().unwrap().uid = Some(uid);
        member
    };
    let mine =
        service(ManagerKind::SystemdUser, "pipewire.service", ServiceState::Running, Some(80));
    let rows = group(&[of_user(80, 1000), of_user(81, 1001)], vec![mine], 0.0, 1000);
    let pids: Vec<_> = rows.iter().map(|row| (row.pids.clone(), row.native.is_some())).collect();
    assert_eq!(pids, [(vec![80], true), (vec![81], false)]);
}

#[test]
fn a_circle_of_parents_is_survived() {
    let members = [member(2, 3, SubKind::Worker, "a"), member(3, 2, SubKind::Worker, "b")];
    let rows = group(&members, Vec::new(), 0.0, 0);
    assert_eq!(rows.iter().map(|row| row.pids.len()).sum::<usize>(), 2);
}

#[test]
fn a_sum_with_a_part_denied_is_denied() {
    let io = |one, other| both(one, other);
    assert_eq!(io(Fact::Known((1, 2)), Fact::Known((3, 4))), Fact::Known((4, 6)));
    assert_eq!(io(Fact::Known((1, 2)), Fact::NotPermitted), Fact::NotPermitted);
    assert_eq!(io(Fact::NotPermitted, Fact::Known((1, 2))), Fact::NotPermitted);
    assert_eq!(io(Fact::NotMeasured, Fact::Known((1, 2))), Fact::Known((1, 2)));
}

#[test]
fn trouble_comes_first() {
    let services = [("a.service", ServiceState::Running), ("z.service", ServiceState::Failed)];
    let services = services.map(|(name, state)| service(ManagerKind::Systemd, name, state, None));
    let mut rows = group(&[member(1, 0, SubKind::Init, "systemd")], services.to_vec(), 0.0, 0);
    let troubles = super::super::trouble::of_rows(&rows);
    order(&mut rows, &troubles);
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["z.service", "a.service", "systemd"]);
}

/// avahi-daemon and its helper start within one tick of the clock.
#[test]
fn of_processes_of_one_age_the_parent_is_the_main_one() {
    let aged = |pid, parent| {
        let mut member = of(member(pid, parent, SubKind::Managed, "avahi"), "sysv", "avahi");
        member.age_seconds = 5.0;
        member
    };
    let members = [member(1, 0, SubKind::Init, "init"), aged(20, 1), aged(21, 20), aged(22, 20)];
    let avahi = service(ManagerKind::SysV, "avahi", ServiceState::Unknown, None);
    let rows = group(&members, vec![avahi], 1000.0, 0);
    let row = named(&rows, "avahi");
    assert_eq!((row.main_pid, row.pids.as_slice()), (Some(20), &[20, 21, 22][..]));
}
