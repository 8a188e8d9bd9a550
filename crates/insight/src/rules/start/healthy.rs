//! Whatever is odd around a service that works, or that is meant to rest, none of these rules calls it an error.

use proptest::prelude::*;

use super::testing::*;
use crate::clues::Clues;
use crate::finding::{Finding, Severity};
use crate::rules::Case;
use crate::snapshot::{
    CommandRole, Condition, ConfigPath, ConfigTest, Dependency, Diagnostic, Exit, FileKind,
    Filesystem, Holder, Listener, Load, LogSource, ManagedDirectory, Manager, PathUse, PidFile,
    Relation, Seen, Snapshot, State, TestEnd,
};

/// Everything that can be odd, one at a time or together.
const ODD: [fn(&mut Snapshot); 24] = [
    |s| lacks(s, "/usr/sbin/x", "/usr/sbin/x"),
    |s| lacks(s, "/usr/sbin/x", "/usr"),
    |s| put(s, "/usr/sbin/x", FileKind::Directory, 0, 0),
    |s| put(s, "/usr/sbin/x", FileKind::File, 0o600, 0),
    |s| {
        put(s, "/usr/sbin/x", FileKind::File, 0o755, 0);
        close(s, "/usr/sbin/x", "/usr/sbin", 0o700);
    },
    |s| definition(s).user = Some(("web".into(), place(2))),
    |s| definition(s).user = Some(("nobody-here".into(), place(2))),
    |s| drop(s.lookups.users.insert("nobody-here".into(), Seen::Absent)),
    |s| elf(s, "/usr/sbin/x").missing_libraries.push(("libz.so".into(), "/usr/sbin/x".into())),
    |s| elf(s, "/usr/sbin/x").runs_here = false,
    |s| elf(s, "/usr/sbin/x").format = "empty".into(),
    |s| {
        definition(s).working_directory = Some(("/srv/x".into(), false, place(3)));
        definition(s).environment_files.push(("/srv/x".into(), false, place(3)));
        definition(s).root_directory = None;
        definition(s).paths.push(("BindPaths".into(), "/srv/x".into(), false, place(3)));
        lacks(s, "/srv/x", "/srv");
    },
    |s| {
        set(s, "StandardOutput", "file:/srv/out");
        set(s, "ProtectSystem", "strict");
        lacks(s, "/srv/out", "/srv");
    },
    |s| {
        let (path, key) = ("/run/x".to_owned(), "RuntimeDirectory".to_owned());
        definition(s).directories.push(ManagedDirectory { path, key, place: place(4) });
        put(s, "/run/x", FileKind::Fifo, 0o600, 33);
    },
    |s| {
        let complaints = vec![(Some("/etc/x.conf".into()), Some(1), "bad".into())];
        let (command, user, output) = ("x -t".to_owned(), None, vec!["bad".to_owned()]);
        let end = TestEnd::Failed(Exit::Status(1));
        let test = ConfigTest { command, user, end, output, not_run: None, complaints };
        service(s).config_test = Some(test);
    },
    |s| {
        for text in ["0.0.0.0:80", "10.9.9.9:81", "/run/x.sock"] {
            service(s).meant_to_listen.push((text.into(), None));
        }
        s.machine.addresses = vec!["127.0.0.1".parse().unwrap()];
        let holder = Holder { pid: 4, name: "y".into(), command: "y".into(), service: None };
        s.lookups.listeners = Seen::Known(vec![Listener {
            protocol: "tcp",
            address: "0.0.0.0:80".parse().ok(),
            is_dual: false,
            path: None,
            holders: vec![holder.clone()],
            queue: None,
            namespace: None,
        }]);
        service(s).others.push(holder);
    },
    |s| {
        for purpose in [
            PathUse::Read,
            PathUse::ReadSecret,
            PathUse::Write,
            PathUse::Directory,
            PathUse::DataDirectory,
        ] {
            let (path, key, user) =
                ("/data/x".to_owned(), "dir".to_owned(), Some("web".to_owned()));
            service(s).config_paths.push(ConfigPath { path, purpose, key, place: None, user });
        }
        definition(s).commands.push(command(CommandRole::Main, "ExecStart", "/usr/sbin/sshd"));
        put(s, "/data/x", FileKind::File, 0o666, 0);
        lacks(s, "/data/x", "/data");
    },
    |s| {
        let path = "/run/x.pid".to_owned();
        let pid_file = PidFile {
            path,
            pid: Seen::Known(9),
            process: None,
            garbled: false,
            is_of_its_start: false,
        };
        service(s).pid_files.push(pid_file);
        definition(s).pid_file = Some(("/run/y.pid".into(), place(5)));
        definition(s).service_type = "forking".into();
    },
    |s| {
        let name = "db.service".to_owned();
        let (relation, state, load) = (Relation::Needs, State::Failed, Load::NotFound);
        let place = None;
        service(s).dependencies.push(Dependency { relation, name, state, load, place });
    },
    |s| {
        definition(s).diagnostics.push(Diagnostic {
            is_error: true,
            code: "bad-setting".into(),
            message: "bad".into(),
            hint: None,
            place: Some(place(1)),
        });
        service(s).load = Load::BadSetting;
        service(s).unit.needs_daemon_reload = true;
    },
    |s| {
        exited(s, 226);
        let argv = vec!["/bin/false".to_owned()];
        service(s).unit.command_ends.push(("ExecStartPre".into(), argv, Exit::Status(1)));
    },
    |s| {
        for text in [
            "Dependency failed for x.service.",
            "x.service: start operation timed out. Terminating.",
            "x.service: Start request repeated too quickly.",
            "x.service: Job x.service/start deleted to break ordering cycle",
        ] {
            says(s, LogSource::Manager, text);
        }
        s.machine.ordering_cycles = service(s).log.lines.clone();
    },
    |s| {
        let mount_point = "/".to_owned();
        let (read_only, no_exec) = (true, true);
        let fs = Filesystem { mount_point, read_only, no_exec, ..Filesystem::default() };
        s.machine.filesystems.push(fs);
    },
    |s| service(s).load = Load::NotFound,
];

/// Ways to be well, or at rest on purpose.
const WELL: [fn(&mut Snapshot); 6] = [
    |s| service(s).state = State::Running,
    |s| service(s).state = State::Exited,
    |s| service(s).state = State::Stopping,
    |s| {
        service(s).state = State::Stopped;
        service(s).should_run = false;
        service(s).load = Load::Loaded;
        service(s).enablement = Some("disabled".into());
    },
    |s| {
        service(s).state = State::Stopped;
        service(s).load = Load::Loaded;
        service(s).unit.result = "success".into();
        says(s, LogSource::Manager, "Stopping x.service...");
    },
    |s| {
        service(s).state = State::Stopped;
        service(s).load = Load::Loaded;
        let (name, parameter) = ("ConditionPathExists".to_owned(), "/x".to_owned());
        let (negated, trigger, held, place) = (false, false, Some(false), None);
        let condition = Condition { name, parameter, negated, trigger, held, place };
        service(s).conditions.push(condition);
    },
];

fn findings(snapshot: &Snapshot, clues: &Clues) -> Vec<Finding> {
    let service = &snapshot.services[0];
    let clues = clues.of_service(service);
    let case = Case { snapshot, service, clues: &clues };
    let mut findings = Vec::new();
    for rule in super::RULES.iter().flat_map(|file| file.iter()) {
        (rule.check)(&case, &mut findings);
    }
    findings
}

fn named(rule: &'static str) -> bool {
    super::RULES.iter().flat_map(|file| file.iter()).any(|known| known.name == rule)
}

#[test]
fn whatever_is_odd_no_service_that_works_has_an_error() {
    let clues = Clues::new();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    });
    let managers = [Manager::Systemd, Manager::SystemdUser, Manager::OpenRc, Manager::SysV];
    let odd = proptest::collection::vec(0..ODD.len(), 0..12);
    let given = (odd, 0..WELL.len(), 0..managers.len(), any::<bool>());
    let judged = runner.run(&given, |(odd, well, manager, has_definition)| {
        let mut snapshot = failed();
        service(&mut snapshot).manager = managers[manager];
        for which in odd {
            ODD[which](&mut snapshot);
        }
        WELL[well](&mut snapshot);
        if !has_definition {
            service(&mut snapshot).definition = None;
        }
        for finding in findings(&snapshot, &clues) {
            prop_assert!(finding.severity < Severity::Error, "{finding:#?}");
            prop_assert!(!finding.title.is_empty() && !finding.sentence.is_empty());
            prop_assert!(named(finding.rule), "{}", finding.rule);
        }
        Ok(())
    });
    assert!(judged.is_ok(), "{judged:?}");
}

#[test]
fn the_same_oddities_are_errors_of_what_is_broken() {
    let clues = Clues::new();
    let mut errors = 0;
    for odd in ODD {
        let mut snapshot = failed();
        odd(&mut snapshot);
        errors +=
            usize::from(findings(&snapshot, &clues).iter().any(|f| f.severity == Severity::Error));
    }
    assert!(errors > 12, "{errors}");
}
