//! Small snapshots for tests of this family.

use crate::clues::Clues;
use crate::finding::Finding;
use crate::rules::Case;
use crate::snapshot::{
    Account, Command, CommandRole, Definition, Entry, Exit, FileKind, Group, Line, LogSource,
    Manager, PathFact, Place, Program, Seen, Service, Setting, Snapshot, State, Step,
};

/// The unit file of the services that are made here.
pub(crate) const UNIT: &str = "/etc/systemd/system/x.service";

pub(crate) fn place(line: u32) -> Place {
    Place { path: UNIT.into(), line }
}

/// A service of systemd that failed, with `/usr/sbin/x -f` as its main command.
pub(crate) fn failed() -> Snapshot {
    let definition = Definition {
        files: vec![UNIT.into()],
        service_type: "simple".into(),
        commands: vec![command(CommandRole::Main, "ExecStart", "/usr/sbin/x")],
        ..Definition::default()
    };
    let service = Service {
        name: "x.service".into(),
        manager: Manager::Systemd,
        state: State::Failed,
        should_run: true,
        definition: Some(definition),
        ..Service::default()
    };
    let mut snapshot = Snapshot { services: vec![service], asked: 1, ..Snapshot::default() };
    snapshot.lookups.users.insert("root".into(), Seen::Known(user("root", 0)));
    snapshot.lookups.users.insert("web".into(), Seen::Known(user("web", 33)));
    let web = Group { name: "web".into(), gid: 33 };
    snapshot.lookups.groups.insert("web".into(), Seen::Known(web));
    put(&mut snapshot, "/usr/sbin/x", FileKind::File, 0o755, 0);
    snapshot
}

/// The same, running.
pub(crate) fn running() -> Snapshot {
    let mut snapshot = failed();
    service(&mut snapshot).state = State::Running;
    snapshot
}

pub(crate) fn service(snapshot: &mut Snapshot) -> &mut Service {
    snapshot.services.first_mut().unwrap()
}

pub(crate) fn definition(snapshot: &mut Snapshot) -> &mut Definition {
    service(snapshot).definition.as_mut().unwrap()
}

pub(crate) fn user(name: &str, uid: u32) -> Account {
    Account { name: name.into(), uid, gid: uid, groups: vec![uid], ..Account::default() }
}

pub(crate) fn command(role: CommandRole, key: &str, program: &str) -> Command {
    Command {
        role,
        key: key.into(),
        program: program.into(),
        arguments: vec!["-f".into()],
        ignores_failure: false,
        privileged: false,
        place: place(6),
    }
}

pub(crate) fn set(snapshot: &mut Snapshot, key: &str, value: &str) {
    let section = "Service".to_owned();
    let setting = Setting { section, key: key.into(), value: value.into(), place: place(9) };
    definition(snapshot).settings.push(setting);
}

pub(crate) fn exited(snapshot: &mut Snapshot, status: i32) {
    service(snapshot).last_exit = Some(Exit::Status(status));
    service(snapshot).unit.result = "exit-code".into();
}

pub(crate) fn entry(kind: FileKind, mode: u32, uid: u32) -> Entry {
    Entry {
        kind,
        mode,
        uid,
        gid: uid,
        size_bytes: 100,
        modified_usec: 0,
        acl: Vec::new(),
        immutable: false,
    }
}

/// The names above a path, as directories that everybody may search.
fn way(path: &str) -> Vec<Step> {
    let directory = |path: &str| Step {
        path: path.into(),
        entry: Seen::Known(entry(FileKind::Directory, 0o755, 0)),
        link: None,
    };
    let mut steps = vec![directory("/")];
    let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
    steps.extend(ends.map(|at| directory(&path[..at])));
    steps
}

/// Something is at a path; directories above it are open to all.
pub(crate) fn put(snapshot: &mut Snapshot, path: &str, kind: FileKind, mode: u32, uid: u32) {
    let mut steps = way(path);
    let entry = Seen::Known(entry(kind, mode, uid));
    steps.push(Step { path: path.into(), entry, link: None });
    add(snapshot, path, steps);
}

/// Nothing is at a path; `missing` is the first name that is not there.
pub(crate) fn lacks(snapshot: &mut Snapshot, path: &str, missing: &str) {
    let mut steps = way(missing);
    steps.push(Step { path: missing.into(), entry: Seen::Absent, link: None });
    add(snapshot, path, steps);
}

fn add(snapshot: &mut Snapshot, path: &str, steps: Vec<Step>) {
    let fact = PathFact { path: path.into(), steps, is_loop: false };
    snapshot.lookups.paths.insert(path.into(), fact);
}

/// Another mode for a directory on the way to a path.
pub(crate) fn close(snapshot: &mut Snapshot, path: &str, step: &str, mode: u32) {
    let fact = snapshot.lookups.paths.get_mut(path).unwrap();
    let step = fact.steps.iter_mut().find(|known| known.path == step).unwrap();
    step.entry = Seen::Known(entry(FileKind::Directory, mode, 0));
}

/// An ELF program that runs here.
pub(crate) fn elf<'s>(snapshot: &'s mut Snapshot, path: &str) -> &'s mut Program {
    let program = Program {
        path: path.into(),
        format: "elf".into(),
        runs_here: true,
        architecture: Some("x86_64".into()),
        ..Program::default()
    };
    snapshot.lookups.programs.entry(path.into()).or_insert(program)
}

/// A line of its manager about the last run.
pub(crate) fn says(snapshot: &mut Snapshot, source: LogSource, message: &str) {
    let line = Line {
        time_usec: Some(1_000_000),
        source,
        origin: "journal".into(),
        level: None,
        pid: None,
        identifier: None,
        message_id: None,
        message: message.into(),
        is_of_last_run: true,
    };
    service(snapshot).log.lines.push(line);
}

/// What the rows of a name find. Logs that say nothing need no table of clues, which takes its time to make.
fn found(snapshot: &Snapshot, name: &str) -> Vec<Finding> {
    let service = &snapshot.services[0];
    let clues = match service.log.lines.is_empty() && service.config_test.is_none() {
        true => Vec::new(),
        false => Clues::new().of_service(service),
    };
    let case = Case { snapshot, service, clues: &clues };
    let mut findings = Vec::new();
    let rows = super::RULES.iter().flat_map(|file| file.iter());
    rows.filter(|rule| rule.name == name).for_each(|rule| (rule.check)(&case, &mut findings));
    findings
}

/// The one thing that a rule finds.
#[track_caller]
pub(crate) fn one(snapshot: &Snapshot, rule: &str) -> Finding {
    let mut found = found(snapshot, rule);
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found.remove(0)
}

/// That a rule finds nothing.
#[track_caller]
pub(crate) fn none(snapshot: &Snapshot, rule: &str) {
    let found = found(snapshot, rule);
    assert!(found.is_empty(), "{rule}: {found:#?}");
}
