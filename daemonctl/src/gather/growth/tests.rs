//! Processes that grow and burn: made here, ended here.

use std::process::{Child, Command, Stdio};

use insight::snapshot::{Process, Service};

use super::*;
use crate::gather::processes::{Depth, gather};
use crate::gather::testing::here;

struct Running(Child);

impl Running {
    fn shell(script: &str) -> Running {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::null());
        Running(command.spawn().unwrap())
    }

    /// Waits until it runs that program and has come to rest: a busy machine takes its time.
    fn until_asleep(&self, name: &str) {
        for _ in 0..500 {
            let processes = gather(&here(), &[self.0.id()], Depth::Audit);
            if processes.iter().any(|process| process.name == name && process.state == 'S') {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(50));
    }

    fn watch(&self, time: Duration) -> Process {
        let context = here();
        let processes = gather(&context, &[self.0.id()], Depth::Diagnose);
        let service = Service { processes, ..Service::default() };
        let mut snapshot = Snapshot { services: vec![service], asked: 1, ..Snapshot::default() };
        fill(&context, &mut snapshot, time);
        snapshot.services.pop().unwrap().processes.pop().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_circle_in_user_mode_and_its_thread() {
    let child = Running::shell("while :; do :; done");
    let process = child.watch(Duration::from_millis(600));
    let growth = process.growth.unwrap();
    // The machine may be busy with other tests; idle it is not.
    assert!(growth.user_percent > 15.0, "{growth:?}");
    assert!(growth.user_percent > growth.system_percent, "{growth:?}");
    if growth.user_percent + growth.system_percent >= 40.0 {
        let thread = process.notable_threads.first().unwrap();
        assert_eq!((thread.tid, thread.name.as_str()), (child.0.id(), "sh"));
    }
}

#[test]
fn a_sleeper_does_nothing() {
    let child = Running::shell("exec sleep 60");
    child.until_asleep("sleep");
    let process = child.watch(Duration::from_millis(200));
    let growth = process.growth.unwrap();
    assert!(growth.user_percent + growth.system_percent < 5.0, "{growth:?}");
    assert_eq!((growth.descriptors, growth.classes), (0, None));
    assert!(process.notable_threads.is_empty());
}

#[test]
fn memory_and_descriptors_that_grow() {
    // A shell's variable grows on its heap; descriptors are opened one after another.
    let script = "x=0123456789abcdef; n=3; while [ $n -lt 9 ]; do sleep 0.15; eval \"exec $n</dev/null\"; \
        x=$x$x$x$x$x$x; n=$((n+1)); done; sleep 60";
    let child = Running::shell(script);
    let process = child.watch(Duration::from_millis(1500));
    let growth = process.growth.unwrap();
    assert!(growth.descriptors >= 3, "{growth:?}");
    assert!(growth.rss_bytes > 500_000, "{growth:?}");
    let classes = growth.classes.unwrap();
    assert!(classes[0] + classes[1] > 400_000, "{classes:?}");
}

#[test]
fn a_process_that_ends_between_the_looks_has_no_growth() {
    let child = Running::shell("sleep 0.1");
    let process = child.watch(Duration::from_millis(400));
    // It stays as a zombie until it is waited for: then it is there, and still.
    assert!(process.growth.is_none_or(|growth| growth.user_percent < 20.0));
}

#[test]
fn a_glance_sees_fast_growth_and_none_where_there_is_none() {
    let look = |child: &Running| {
        let context = here();
        let processes = gather(&context, &[child.0.id()], Depth::Diagnose);
        let state = insight::snapshot::State::Running;
        let service = Service { processes, state, ..Service::default() };
        let mut snapshot = Snapshot { services: vec![service], asked: 1, ..Snapshot::default() };
        glance(&context, &mut snapshot);
        snapshot.services[0].processes[0].growth.unwrap()
    };
    let still = Running::shell("exec sleep 60");
    still.until_asleep("sleep");
    assert_eq!(look(&still).rss_bytes, 0);
    let growing = Running::shell(
        "c=0123456789abcdef; while [ ${#c} -lt 2000000 ]; do c=$c$c; done; \
         while [ ${#x} -lt 400000000 ]; do x=$x$c; sleep 0.01; done; sleep 60",
    );
    // Its steps are far apart where the machine is busy.
    let seen = (0..50).any(|_| look(&growing).rss_bytes > 1 << 20);
    assert!(seen);
}
