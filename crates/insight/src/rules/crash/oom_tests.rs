use super::super::testing::{
    failed, kernel, killed, none, one, place, running, says, service, set,
};
use super::*;
use crate::snapshot::{LogSource, Seen};

const USAGE_LINE: &str = "memory: usage 51200kB, limit 51200kB, failcnt 24";
const DETAIL_LINE: &str = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=app.service,mems_allowed=0,\
    oom_memcg=/system.slice/app.service,task_memcg=/system.slice/app.service,task=app,pid=812,uid=0";
const KILLED_LINE: &str = "Memory cgroup out of memory: Killed process 812 (app) total-vm:1051008kB, \
    anon-rss:50000kB, file-rss:1200kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:0";

#[test]
fn the_units_own_limit() {
    let mut snapshot = killed(9);
    for line in [USAGE_LINE, DETAIL_LINE, KILLED_LINE] {
        kernel(&mut snapshot, 60, line);
    }
    set(&mut snapshot, "MemoryMax", "50M");
    let finding = one(&snapshot, "oom-kill");
    assert_eq!(finding.title, "killed for want of memory: its limit is 50 MiB");
    assert_eq!((finding.confidence, finding.role), (Confidence::Certain, Role::Cause));
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.evidence[0].text, KILLED_LINE);
    assert_eq!(finding.evidence[3], Evidence::place(&place(9), "MemoryMax=50M"));
    assert_eq!(finding.remedies[0].settings, [("Service".into(), "MemoryMax=100M".into())]);
    none(&snapshot, "killed-by-someone");
}

#[test]
fn a_slices_limit_and_the_whole_machine() {
    let mut snapshot = killed(9);
    let detail =
        DETAIL_LINE.replace("oom_memcg=/system.slice/app.service", "oom_memcg=/system.slice");
    kernel(&mut snapshot, 60, USAGE_LINE);
    kernel(&mut snapshot, 60, &detail);
    kernel(&mut snapshot, 60, KILLED_LINE);
    let finding = one(&snapshot, "oom-kill");
    assert!(finding.title.contains("system.slice"), "{}", finding.title);

    let mut snapshot = killed(9);
    snapshot.machine.memory_bytes = 2 << 30;
    let line = "Out of memory: Killed process 812 (app) total-vm:3051008kB, anon-rss:1900000kB, \
        file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:0";
    kernel(&mut snapshot, 60, line);
    let finding = one(&snapshot, "oom-kill");
    assert!(finding.sentence.contains("whole machine's memory of 2 GiB"), "{}", finding.sentence);
    assert!(finding.sentence.contains("had 1.8 GiB in memory"), "{}", finding.sentence);
}

#[test]
fn the_result_alone_is_enough() {
    let mut snapshot = killed(9);
    service(&mut snapshot).unit.result = "oom-kill".into();
    set(&mut snapshot, "MemoryMax", "64M");
    let finding = one(&snapshot, "oom-kill");
    assert!(finding.title.ends_with("its limit is 64 MiB"), "{}", finding.title);
    let mut snapshot = killed(9);
    let line = "app.service: A process of this unit has been killed by the OOM killer.";
    says(&mut snapshot, LogSource::Manager, line);
    assert_eq!(one(&snapshot, "oom-kill").confidence, Confidence::Certain);
}

#[test]
fn a_kill_of_another_service_is_not_ours() {
    let mut snapshot = failed();
    kernel(&mut snapshot, 60, &DETAIL_LINE.replace("app.service", "other.service"));
    kernel(&mut snapshot, 60, KILLED_LINE);
    none(&snapshot, "oom-kill");
    let mut snapshot = failed();
    kernel(&mut snapshot, 60, &KILLED_LINE.replace("812 (app)", "99 (java)"));
    kernel(&mut snapshot, 90_000, KILLED_LINE);
    none(&snapshot, "oom-kill");
}

#[test]
fn a_killed_worker_of_a_running_service_is_a_warning_and_a_counter_information() {
    let mut snapshot = running();
    kernel(&mut snapshot, 60, KILLED_LINE);
    let finding = one(&snapshot, "oom-kill");
    assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
    let mut snapshot = running();
    service(&mut snapshot).cgroup = Some(Cgroup {
        memory_events: vec![("oom".into(), 4), ("oom_kill".into(), 3)],
        memory_max_bytes: Seen::Known(1 << 30),
        ..Cgroup::default()
    });
    let finding = one(&snapshot, "oom-kill");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.sentence.ends_with("It happened 3 times."), "{}", finding.sentence);
}
