use super::super::testing::{failed, kernel, killed, none, one, running, says, set};
use super::*;
use crate::finding::{Role, Severity};
use crate::snapshot::LogSource;

#[test]
fn a_file_that_reached_its_limit() {
    let mut snapshot = killed(25);
    set(&mut snapshot, "LimitFSIZE", "1M");
    let finding = one(&snapshot, "file-size-limit");
    assert_eq!(finding.title, "it reached its limit of file size of 1 MiB");
    assert_eq!((finding.confidence, finding.role), (Confidence::Certain, Role::Cause));
    assert_eq!(finding.remedies[0].settings, [("Service".into(), "LimitFSIZE=infinity".into())]);
    none(&failed(), "file-size-limit");
    none(&killed(9), "file-size-limit");
}

#[test]
fn processor_time_that_ran_out() {
    let mut snapshot = killed(24);
    set(&mut snapshot, "LimitCPU", "5");
    let finding = one(&snapshot, "cpu-limit");
    assert_eq!(finding.title, "it used up its limit of processor time of 5 s");
    none(&running(), "cpu-limit");
    none(&killed(9), "cpu-limit");
    // Soft and hard limit are the same where a unit gives one: then it is SIGKILL.
    let mut snapshot = killed(9);
    set(&mut snapshot, "LimitCPU", "1");
    assert_eq!(one(&snapshot, "cpu-limit").confidence, Confidence::Likely);
    none(&snapshot, "killed-by-someone");
    says(&mut snapshot, LogSource::Manager, "app.service: Consumed 1.004s CPU time.");
    assert_eq!(one(&snapshot, "cpu-limit").confidence, Confidence::Certain);
    let mut snapshot = killed(9);
    set(&mut snapshot, "LimitCPU", "100");
    says(&mut snapshot, LogSource::Manager, "app.service: Consumed 1min 2.5s CPU time.");
    none(&snapshot, "cpu-limit");
    one(&snapshot, "killed-by-someone");
}

#[test]
fn a_full_stack_is_told_from_another_fault() {
    let line = "app[812]: segfault at 7ffd4c0a8ff8 ip 0000561f7e1ab139 sp 00007ffd4c0a9000 error 6 in \
        app[1139,561f7e1ab000+1000]";
    let mut snapshot = killed(11);
    kernel(&mut snapshot, 60, line);
    set(&mut snapshot, "LimitSTACK", "64K");
    let finding = one(&snapshot, "stack-limit");
    assert_eq!(finding.title, "its stack of 64 KiB ran full");
    assert_eq!(finding.confidence, Confidence::Certain);
    assert_eq!(one(&snapshot, "segfault").role, Role::Mechanism);
    let mut snapshot = killed(11);
    kernel(&mut snapshot, 60, &line.replace("at 7ffd4c0a8ff8", "at 0"));
    none(&snapshot, "stack-limit");
}

#[test]
fn an_address_space_that_is_too_small() {
    let mut snapshot = killed(6);
    set(&mut snapshot, "LimitAS", "100M");
    let finding = one(&snapshot, "memory-limit");
    assert_eq!((finding.confidence, finding.severity), (Confidence::Likely, Severity::Error));
    assert!(finding.title.contains("100 MiB"));
    // A generous limit explains nothing, nor does a small one a service that runs.
    let mut snapshot = killed(6);
    set(&mut snapshot, "LimitAS", "64G");
    none(&snapshot, "memory-limit");
    let mut snapshot = running();
    set(&mut snapshot, "LimitAS", "100M");
    none(&snapshot, "memory-limit");
}
