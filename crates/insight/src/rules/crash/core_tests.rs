use super::super::testing::{NOW, SECOND, failed, killed, none, one, running, service, set};
use super::*;
use crate::snapshot::{Exit, Seen};

fn kept(seconds_ago: u64) -> CoreDump {
    CoreDump {
        time_usec: NOW - seconds_ago * SECOND,
        program: "/usr/sbin/app".into(),
        pid: Some(812),
        signal: Some(11),
        file: Some("/var/lib/systemd/coredump/core.app.0.b.812.1.zst".into()),
        ..CoreDump::default()
    }
}

#[test]
fn a_dump_of_the_last_run_is_shown() {
    let mut snapshot = killed(11);
    service(&mut snapshot).core_dumps = Seen::Known(vec![kept(59)]);
    let finding = one(&snapshot, "core-dump");
    assert_eq!(finding.title, "a core dump of app is kept");
    assert_eq!(finding.remedies[0].commands[0], "coredumpctl info 812");
    assert_eq!(finding.role, Role::Mechanism);
    none(&snapshot, "core-dump-missing");
    service(&mut snapshot).core_dumps = Seen::Known(vec![kept(7200)]);
    none(&snapshot, "core-dump");
}

#[test]
fn a_dump_of_a_service_that_runs_is_information() {
    let mut snapshot = running();
    service(&mut snapshot).core_dumps = Seen::Known(vec![kept(100)]);
    let finding = one(&snapshot, "core-dump");
    assert_eq!((finding.severity, finding.role), (Severity::Info, Role::Separate));
}

#[test]
fn why_there_is_none() {
    let mut snapshot = killed(11);
    snapshot.machine.core_pattern = Some("core".into());
    none(&snapshot, "core-dump-missing");
    set(&mut snapshot, "LimitCORE", "0");
    let finding = one(&snapshot, "core-dump-missing");
    assert!(
        finding.title.ends_with("its limit of core files (RLIMIT_CORE) is 0"),
        "{}",
        finding.title
    );
    let mut snapshot = killed(11);
    snapshot.machine.core_pattern = Some("|/usr/lib/gone %p".into());
    snapshot.machine.core_setup.handler = Some(("/usr/lib/gone".into(), false));
    assert!(
        one(&snapshot, "core-dump-missing").title.contains("/usr/lib/gone, which is not there")
    );
    service(&mut snapshot).last_exit = Some(Exit::Signal { number: 11, dumped: true });
    none(&snapshot, "core-dump-missing");
    none(&failed(), "core-dump-missing");
    none(&killed(9), "core-dump-missing");
}
