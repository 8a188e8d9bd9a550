use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Instant;

use insight::snapshot::{Lookups, Service};

use super::*;
use crate::cli::{Common, When};
use crate::context::Context;
use crate::gather::config_test::table;
use crate::gather::lookups::paths::Resolver;

/// A program made of a script, in a folder of root's.
struct Script(PathBuf);

impl Script {
    fn new(name: &str, text: &str) -> Script {
        let folder =
            std::env::temp_dir().join(format!("config-test-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let script = Script(folder);
        fs::write(script.path(), format!("#!/bin/sh\n{text}\n")).unwrap();
        script.mode(0o755);
        script
    }

    fn path(&self) -> PathBuf {
        self.0.join("test")
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(self.path(), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn run(&self) -> ConfigTest {
        let context = Context::new(Common {
            json: false,
            color: When::Never,
            no_header: false,
            ascii: false,
            proc_root: "/proc".into(),
            system_root: "/".into(),
        });
        let resolver = Resolver::open(&context).unwrap();
        let (service, lookups) = (Service::default(), Lookups::default());
        let row = table::rows().find(|row| row.name == "nginx").unwrap();
        let plan = Plan {
            program: self.path().to_string_lossy().into_owned(),
            arguments: Vec::new(),
            files: Vec::new(),
            user: None,
            missing: false,
            settings: Vec::new(),
        };
        in_turn(row, vec![plan], &Subject::new(&service, &lookups, &resolver))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root() && Confinement::is_possible()
}

#[test]
fn a_test_that_writes_changes_nothing_and_says_nothing() {
    if !is_root() {
        return;
    }
    let script =
        Script::new("writes", "echo \"[emerg] $(touch /etc/config-test-was-here 2>&1)\"; exit 1");
    let test = script.run();
    assert_eq!(test.end, TestEnd::NotRun, "{test:?}");
    assert!(test.not_run.is_some_and(|why| why.contains("Read-only file system")));
    assert!(!std::path::Path::new("/etc/config-test-was-here").exists());
}

#[test]
fn a_program_that_others_could_replace_is_not_run() {
    if !is_root() {
        return;
    }
    let script = Script::new("open", "echo ran");
    assert_eq!((script.run().end, script.run().output), (TestEnd::Passed, vec!["ran".to_owned()]));
    script.mode(0o777);
    let test = script.run();
    assert_eq!((test.end, test.output.len()), (TestEnd::NotRun, 0));
    assert!(test.not_run.is_some_and(|why| why.contains("everybody")));
}

#[test]
fn a_test_that_hangs_or_floods_ends() {
    if !is_root() {
        return;
    }
    let started = Instant::now();
    let test = Script::new("hangs", "yes '[emerg] x' & trap '' TERM; sleep 100").run();
    assert_eq!(test.end, TestEnd::TimedOut);
    assert!(test.output.iter().map(|line| line.len() + 1).sum::<usize>() <= OUTPUT_BYTES);
    assert!(started.elapsed() < TIME * 3, "{:?}", started.elapsed());
}

#[test]
fn a_program_that_can_not_be_run_is_no_word_on_its_configuration() {
    if !is_root() {
        return;
    }
    let lacking =
        "echo 'x: error while loading shared libraries: libx.so.1: cannot open'; exit 127";
    assert_eq!(Script::new("lacks", lacking).run().end, TestEnd::NotRun);
    assert_eq!(Script::new("dies", "sh -c 'kill -SEGV $$'; exit $?").run().end, TestEnd::NotRun);
    let said = Script::new(
        "fails",
        "echo 'nginx: [emerg] unknown directive \"x\" in /etc/x.conf:7'; exit 1",
    );
    let complaint = (Some("/etc/x.conf".to_owned()), Some(7), "unknown directive \"x\"".to_owned());
    assert_eq!(said.run().complaints, [complaint]);
}
