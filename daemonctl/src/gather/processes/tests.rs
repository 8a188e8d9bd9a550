use testkit::fakeproc::FakeProc;

use super::*;
use crate::gather::testing::context;

fn one(fake: &FakeProc, pid: u32) -> Process {
    let context = context(fake.path(), std::path::Path::new("/"));
    gather(&context, &[pid], Depth::Diagnose).pop().unwrap()
}

#[test]
fn what_a_process_shows() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |process| process.comm("init")).unwrap();
    fake.process(812, |process| {
        process
            .comm("nginx")
            .cmdline(&["nginx:", "worker process"])
            .environ(&["LD_PRELOAD=/tmp/x.so", "SECRET=1", "LISTEN_FDS=2"])
            .fd(3, "socket:[77]")
            .fd(4, "pipe:[78]")
            .fd(5, "/var/lib/db")
            .fd(6, "/var/lib/db")
            .fd(7, "anon_inode:[eventpoll]")
    })
    .unwrap();
    let process = one(&fake, 812);
    assert_eq!(
        (process.name.as_str(), process.command.as_str()),
        ("nginx", "nginx: worker process")
    );
    assert_eq!(process.program, Seen::Known("/usr/bin/program".to_owned()));
    assert_eq!(process.state, 'S');
    let kept = vec![
        ("LD_PRELOAD".to_owned(), "/tmp/x.so".to_owned()),
        ("LISTEN_FDS".to_owned(), "2".to_owned()),
    ];
    assert_eq!(process.environment, Seen::Known(kept));
    let open = process.descriptors.known().unwrap();
    assert_eq!((open.kinds.sockets, open.kinds.pipes, open.kinds.files), (1, 1, 2));
    assert_eq!((open.kinds.anonymous, open.kinds.others), (1, 3));
    let limits = process.limits.known().unwrap();
    assert_eq!(
        limits.iter().find(|limit| limit.name == "Max open files").unwrap().soft,
        Some(1024)
    );
    assert_eq!(process.own_namespaces, Seen::Known(Vec::new()));
}

#[test]
fn zombies_below_their_parent() {
    let fake = FakeProc::new().unwrap();
    fake.process(812, |process| process.comm("parent")).unwrap();
    for pid in 900..907 {
        fake.process(pid, |process| process.comm("child").ppid(812).zombie()).unwrap();
    }
    fake.process(907, |process| process.ppid(812)).unwrap();
    fake.process(908, |process| process.ppid(1).zombie()).unwrap();
    let children = (900..909).map(|pid| pid.to_string()).collect::<Vec<_>>().join(" ");
    fake.raw("812/task/812/children", format!("{children} ")).unwrap();
    assert_eq!(one(&fake, 812).zombies, Some((7, "child".to_owned())));
}

#[test]
fn what_waits_and_what_is_gone() {
    let fake = FakeProc::new().unwrap();
    fake.process(812, |process| process.state('D').fd(9, "/var/lib/db")).unwrap();
    let stat = std::fs::read(fake.path().join("812/stat")).unwrap();
    fake.raw("812/task/812/stat", stat).unwrap();
    fake.raw("812/task/812/wchan", "jbd2_log_wait_commit").unwrap();
    fake.raw("812/task/812/syscall", "74 0x9 0x0 0x0 0x0 0x0 0x0 0x7ffc 0x7f1c\n").unwrap();
    let waiting = one(&fake, 812).waiting_on.unwrap();
    assert_eq!(waiting.function.as_deref(), Some("jbd2_log_wait_commit"));
    if std::env::consts::ARCH == "x86_64" {
        assert_eq!(waiting.system_call.as_deref(), Some("fsync"));
        assert_eq!(waiting.path.as_deref(), Some("/var/lib/db"));
    }
    let context = context(fake.path(), std::path::Path::new("/"));
    assert!(gather(&context, &[813], Depth::Diagnose).is_empty());
    assert!(gather(&context, &[], Depth::Diagnose).is_empty());
    let order: Vec<u32> = {
        fake.process(5, |process| process).unwrap();
        gather(&context, &[812, 5], Depth::Audit).iter().map(|process| process.pid).collect()
    };
    assert_eq!(order, [812, 5]);
}

#[test]
fn garbled_texts_are_survived() {
    assert_eq!(waiting::system_call("running"), None);
    assert_eq!(waiting::system_call(""), None);
    assert_eq!(waiting::system_call("-1 0x7ffc 0x7f1c"), None);
    let unknown = waiting::system_call("99999 0x1 0x2").unwrap();
    assert_eq!(unknown.0, "system call 99999");
}
