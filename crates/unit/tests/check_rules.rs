//! The findings beyond syntax: each rule on a unit that breaks it, and silence on one that does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use unit::check::references::{Program, Surroundings};
use unit::check::{references, relations, settings};
use unit::graph::{Graph, Options, gather};
use unit::load::{Catalogue, Loader, SearchPath};
use unit::memory::MemoryFiles;
use unit::{Facts, LoadState, Name, Severity};

/// A machine with one program, one user, and nothing else.
struct Around;

impl Surroundings for Around {
    fn program(&self, path: &str) -> Program {
        match path {
            "/bin/true" | "true" => Program::Found,
            "/etc/motd" => Program::NotExecutable,
            "/etc" => Program::NotAFile,
            "/root/secret" => Program::Unknown,
            _ => Program::Missing,
        }
    }

    fn user(&self, name: &str) -> Option<bool> {
        Some(name == "daemon")
    }

    fn group(&self, name: &str) -> Option<bool> {
        Some(name == "daemon")
    }

    fn is_mounted(&self, unit: &Name) -> bool {
        unit.as_str() == "boot.mount"
    }

    fn exists(&self, path: &str) -> Option<bool> {
        Some(path == "/etc/default/there")
    }
}

/// Loads these units and says of the first one what is wrong, as `severity code line`, sorted.
fn found(units: &[(&str, &str)]) -> Vec<String> {
    let mut files = MemoryFiles::new();
    for (name, text) in units {
        files.write(&format!("/etc/systemd/system/{name}"), text.as_bytes());
    }
    let facts = Facts::default();
    let path = SearchPath::of(&["/etc/systemd/system"]);
    let (catalogue, problems) = Catalogue::read(&files, path);
    assert!(problems.is_empty(), "{problems:?}");
    let loader = Loader::new(&files, &catalogue, &facts);
    let first: Name = units.first().unwrap().0.parse().unwrap();
    let options = Options::default();
    let gathered = gather([first.clone()], &options, |name| loader.load(name));
    let graph = Graph::build(&gathered, &options);
    let id = graph.find(first.as_str()).unwrap();
    let unit = graph.node(id).unwrap().unit.unwrap();
    let mut all = unit.diagnostics.clone();
    if unit.state == LoadState::Loaded {
        all.extend(settings::of(unit));
        all.extend(references::of(unit, &catalogue, &Around));
    }
    all.extend(relations::of(&graph, &[id], &Around));
    // These belong to every machine, and this one has nothing.
    all.retain(|one| {
        !["sysinit", "basic", "shutdown"].iter().any(|name| one.message.contains(name))
    });
    let mut texts: Vec<String> = all
        .iter()
        .map(|one| {
            assert!(!one.message.ends_with('.'), "{}", one.message);
            let line = one.place.as_ref().map_or(0, |place| place.line);
            format!("{} {} {line}", one.severity.word(), one.code.name())
        })
        .collect();
    texts.sort();
    texts
}

/// What is found in a unit of that name and text.
#[track_caller]
fn case(name: &str, text: &str, expected: &[&str]) {
    let text = format!("[Unit]\nDefaultDependencies=no\n{text}");
    assert_eq!(found(&[(name, &text)]), expected, "{text}");
}

/// As [`case`], for a service that has a program to run; its section begins on line 3.
#[track_caller]
fn service(lines: &str, expected: &[&str]) {
    case("a.service", &format!("[Service]\nExecStart=/bin/true\n{lines}"), expected);
}

#[test]
fn what_is_right_is_passed_over() {
    service("Type=oneshot\nUser=daemon\nEnvironmentFile=-/nowhere\n", &[]);
    service("Type=oneshot\nEnvironmentFile=/etc/default/there\nExecStartPost=-/no/such\n", &[]);
    service("Type=oneshot\nRootDirectory=/srv\nExecStop=/within/the/root\n", &[]);
    case("a.timer", "[Timer]\nOnCalendar=daily\nUnit=b.slice\n", &[]);
    case("a.target", "Requires=boot.mount\nAfter=boot.mount\n", &[]);
}

#[test]
fn services_that_systemd_refuses() {
    case("a.service", "[Service]\nType=oneshot\n", &["error bad-setting 0"]);
    case("a.service", "[Service]\nExecStop=/bin/true\nType=simple\n", &["error bad-setting 5"]);
    case("a.service", "[Service]\nExecStop=/bin/true\n", &["error bad-setting 4"]);
    case("a.service", "[Service]\nExecStop=/bin/true\nRemainAfterExit=yes\n", &[]);
    case("a.service", "SuccessAction=reboot\n[Service]\nType=oneshot\n", &[]);
    service("ExecStart=/bin/true\n", &["error bad-setting 5"]);
    service("ExecStart=\nExecStart=/bin/true\nType=oneshot\n", &[]);
    service("Type=oneshot\nRestart=always\n", &["error bad-setting 6"]);
    service("Type=oneshot\nRestart=on-failure\n", &[]);
    service("Type=oneshot\nRestartForceExitStatus=1\n", &["error bad-setting 6"]);
    service("Type=oneshot\nExitType=cgroup\n", &["error bad-setting 6"]);
    service("Type=dbus\n", &["error bad-setting 5"]);
    service("Type=oneshot\nPAMName=login\nKillMode=process\n", &["error bad-setting 7"]);
}

#[test]
fn other_units_that_systemd_refuses() {
    let trigger = |text: &str| format!("{text}Unit=b.slice\n");
    case("a.timer", &trigger("[Timer]\n"), &["error bad-setting 0"]);
    case("a.timer", &trigger("[Timer]\nOnClockChange=yes\n"), &[]);
    case("a.path", &trigger("[Path]\n"), &["error bad-setting 0"]);
    case("a.socket", "[Socket]\n", &["error bad-setting 0"]);
    case("a.socket", "[Socket]\nListenFIFO=/run/f\nAccept=yes\n", &["error bad-setting 4"]);
    let clash = "[Socket]\nListenStream=/run/s\nAccept=yes\nService=b.service\n";
    case("a.socket", clash, &["error bad-setting 6"]);
    let links = "[Socket]\nListenStream=80\nSymlinks=/run/x\n";
    case("a.socket", links, &["error bad-setting 5"]);
    case("srv.mount", "[Mount]\nWhat=/dev/x\nWhere=/data\n", &["error bad-setting 5"]);
    case("srv.mount", "[Mount]\nWhere=/srv\n", &["error bad-setting 0"]);
    case("proc.mount", "[Mount]\nWhat=proc\nWhere=/proc\n", &["error bad-setting 5"]);
    case("srv.mount", "[Mount]\nWhat=tmpfs\n", &[]);
    case("-.automount", "[Automount]\nWhere=/\n", &["error bad-setting 4"]);
    case("srv.swap", "[Swap]\nWhat=/dev/x\n", &["error bad-setting 4"]);
    case("a--b.slice", "", &["error bad-setting 0"]);
}

#[test]
fn settings_that_contradict_each_other() {
    service("Type=notify\nNotifyAccess=none\n", &["warning contradiction 6"]);
    service("Type=exec\nWatchdogSec=5\nNotifyAccess=none\n", &["warning contradiction 7"]);
    service("Type=exec\nNotifyAccess=none\n", &[]);
    service("Type=simple\nPIDFile=/run/a.pid\n", &["hint contradiction 6"]);
    service("Type=forking\n", &["hint contradiction 5"]);
    service("Type=oneshot\nRuntimeMaxSec=5\n", &["warning contradiction 6"]);
    service("Type=oneshot\nRuntimeRandomizedExtraSec=5\n", &["warning contradiction 6"]);
    service("Type=oneshot\nRestartSec=5\n", &["warning contradiction 6"]);
    service("Type=oneshot\nKillMode=none\n", &["warning deprecated 6"]);
    service("Type=oneshot\nUser=root\nDynamicUser=yes\n", &["warning contradiction 6"]);
    service("Type=oneshot\nUSBFunctionStrings=/x\n", &["warning contradiction 6"]);
    let remain = "Type=exec\nRemainAfterExit=yes\nRestart=always\n";
    service(remain, &["warning contradiction 7"]);
    case("a.target", "Before=dev-sda.device\n", &["warning unordered 3"]);
    case("a.target", "After=a.target\n", &["warning contradiction 3"]);
    case("a.target", "Wants=a.target\n", &["hint contradiction 3"]);
    let times = "JobTimeoutSec=5\nJobRunningTimeoutSec=9\n";
    case("a.target", times, &["warning contradiction 4"]);
    case("a.target", "[Install]\nDefaultInstance=x\n", &["warning install 4"]);
    let timer = "[Timer]\nOnUnitActiveSec=5\nUnit=b.slice\nPersistent=yes\n";
    case("a.timer", timer, &["hint contradiction 4", "hint contradiction 6"]);
}

#[test]
fn what_is_not_there() {
    service("Type=oneshot\nExecStartPre=/no/such\n", &["error not-executable 6"]);
    service("Type=oneshot\nExecStartPre=/etc/motd\n", &["error not-executable 6"]);
    service("Type=oneshot\nExecStartPre=/etc\n", &["error not-executable 6"]);
    service("Type=oneshot\nExecStartPre=/root/secret\n", &[]);
    service("Type=oneshot\nExecStartPre=nosuch\n", &["error not-executable 6"]);
    service("Type=oneshot\nUser=nosuch\n", &["warning no-such-user 6"]);
    service("Type=oneshot\nUser=nosuch\nDynamicUser=yes\n", &[]);
    service("Type=oneshot\nSupplementaryGroups=nosuch\n", &["warning no-such-user 6"]);
    // Where the program is missing the package is: it brings its user.
    let both = ["error not-executable 6", "hint no-such-user 7"];
    service("Type=oneshot\nExecStop=/no/such\nUser=nosuch\n", &both);
    service("Type=oneshot\nEnvironmentFile=/nowhere\n", &["hint no-such-file 6"]);
    case(
        "a.target",
        "Requires=gone.service\nAfter=gone.service\n",
        &["error no-such-unit 3", "hint no-such-unit 4"],
    );
    case("a.target", "Wants=gone.service\n", &["hint no-such-unit 3"]);
    case("a.target", "Requires=data.mount\n", &["error no-such-unit 3"]);
    case("a.timer", "[Timer]\nOnBootSec=5\n", &["warning no-such-unit 0"]);
    case("a.socket", "[Socket]\nListenStream=80\n", &["error no-such-unit 0"]);
}

#[test]
fn what_is_wrong_between_units() {
    let unit = |lines: &str| format!("[Unit]\nDefaultDependencies=no\n{lines}");
    let (a, b) = (unit("Requires=b.target\nAfter=b.target\n"), unit("After=a.target\n"));
    assert_eq!(found(&[("a.target", &a), ("b.target", &b)]), ["error cycle 4"]);
    // Who requires somebody who requires what is missing can't start either.
    let c = unit("Requires=gone.service\n");
    let units = [("a.target", a.as_str()), ("b.target", &c)];
    assert_eq!(found(&units), ["error no-such-unit 0"]);
    let a = unit("Requires=b.target\n");
    let b = unit("");
    assert_eq!(found(&[("a.target", &a), ("b.target", &b)]), ["hint unordered 3"]);
    let a = unit("Requires=b.target c.target\nAfter=b.target c.target\n");
    let b = unit("Conflicts=c.target\nBefore=c.target\n");
    let c = unit("");
    let units = [("a.target", a.as_str()), ("b.target", &b), ("c.target", &c)];
    assert_eq!(found(&units), ["error contradiction 3"]);
}

#[test]
fn severities_are_ordered() {
    assert!(Severity::Hint < Severity::Warning && Severity::Warning < Severity::Error);
}
