//! Small snapshots for tests of these families.

use crate::finding::Finding;
use crate::rules::{Case, rules};
use crate::snapshot::{
    Command, CommandRole, Definition, Exit, Line, LogSource, Manager, Place, Process, Run, RunEnd,
    Service, Setting, Snapshot, State,
};

/// Now, in microseconds since 1970.
pub(in crate::rules) const NOW: u64 = 1_700_000_000_000_000;
/// A second.
pub(in crate::rules) const SECOND: u64 = 1_000_000;

/// A service of systemd, `app.service`, that runs `/usr/sbin/app` as pid 812 since an hour.
pub(in crate::rules) fn running() -> Snapshot {
    let definition = Definition {
        files: vec!["/etc/systemd/system/app.service".into()],
        service_type: "simple".into(),
        commands: vec![Command {
            role: CommandRole::Main,
            key: "ExecStart".into(),
            program: "/usr/sbin/app".into(),
            arguments: Vec::new(),
            ignores_failure: false,
            privileged: false,
            place: place(6),
        }],
        ..Definition::default()
    };
    let process = Process {
        pid: 812,
        name: "app".into(),
        command: "/usr/sbin/app".into(),
        state: 'S',
        threads: 1,
        ..Process::default()
    };
    let service = Service {
        name: "app.service".into(),
        manager: Manager::Systemd,
        state: State::Running,
        should_run: true,
        since_usec: Some(NOW - 3600 * SECOND),
        main_pid: Some(812),
        runs: vec![Run {
            start_usec: Some(NOW - 3600 * SECOND),
            end_usec: None,
            end: RunEnd::Running,
        }],
        processes: vec![process],
        definition: Some(definition),
        ..Service::default()
    };
    let mut snapshot =
        Snapshot { now_usec: NOW, services: vec![service], asked: 1, ..Snapshot::default() };
    snapshot.machine.cpus = 4;
    snapshot.machine.architecture = "x86_64".into();
    snapshot
}

/// The same, failed a minute ago by a signal.
pub(in crate::rules) fn killed(number: i32) -> Snapshot {
    let mut snapshot = failed();
    let end = Exit::Signal { number, dumped: false };
    let service = service(&mut snapshot);
    service.last_exit = Some(end);
    service.unit.result = "signal".into();
    service.runs.last_mut().unwrap().end = RunEnd::Exit(end);
    snapshot
}

/// The same, failed a minute ago with exit status 1.
pub(in crate::rules) fn failed() -> Snapshot {
    let mut snapshot = running();
    let service = service(&mut snapshot);
    service.state = State::Failed;
    service.processes.clear();
    service.main_pid = None;
    service.last_exit = Some(Exit::Status(1));
    service.unit.active = "failed".into();
    service.unit.result = "exit-code".into();
    let run = service.runs.last_mut().unwrap();
    run.end_usec = Some(NOW - 60 * SECOND);
    run.end = RunEnd::Exit(Exit::Status(1));
    snapshot
}

pub(in crate::rules) fn service(snapshot: &mut Snapshot) -> &mut Service {
    snapshot.services.first_mut().unwrap()
}

pub(in crate::rules) fn process(snapshot: &mut Snapshot) -> &mut Process {
    service(snapshot).processes.first_mut().unwrap()
}

pub(in crate::rules) fn place(line: u32) -> Place {
    Place { path: "/etc/systemd/system/app.service".into(), line }
}

pub(in crate::rules) fn set(snapshot: &mut Snapshot, key: &str, value: &str) {
    let section = "Service".to_owned();
    let setting = Setting { section, key: key.into(), value: value.into(), place: place(9) };
    service(snapshot).definition.as_mut().unwrap().settings.push(setting);
}

/// A line of the kernel, so many seconds ago.
pub(in crate::rules) fn kernel(snapshot: &mut Snapshot, seconds_ago: u64, message: &str) {
    let line = line(LogSource::Kernel, seconds_ago, message);
    snapshot.machine.kernel_lines.push(line);
}

/// A line of the service's log of its last run, a minute ago.
pub(in crate::rules) fn says(snapshot: &mut Snapshot, source: LogSource, message: &str) {
    let line = line(source, 60, message);
    service(snapshot).log.lines.push(line);
}

fn line(source: LogSource, seconds_ago: u64, message: &str) -> Line {
    Line {
        time_usec: Some(NOW - seconds_ago * SECOND),
        source,
        origin: if source == LogSource::Kernel { "kernel" } else { "journal" }.into(),
        level: None,
        pid: (source == LogSource::Service).then_some(812),
        identifier: None,
        message_id: None,
        message: message.into(),
        is_of_last_run: true,
    }
}

/// What the rules of a name find where no line of the log is a clue: making the table of clues ready costs more than
/// these tests.
fn found(snapshot: &Snapshot, name: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let case = Case { snapshot, service: snapshot.services.first().unwrap(), clues: &[] };
    rules().filter(|rule| rule.name == name).for_each(|rule| (rule.check)(&case, &mut findings));
    findings
}

/// The one thing that a rule finds.
#[track_caller]
pub(in crate::rules) fn one(snapshot: &Snapshot, rule: &str) -> Finding {
    let mut found = found(snapshot, rule);
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found.remove(0)
}

/// That a rule finds nothing.
#[track_caller]
pub(in crate::rules) fn none(snapshot: &Snapshot, rule: &str) {
    let found = found(snapshot, rule);
    assert!(found.is_empty(), "{rule}: {found:#?}");
}
