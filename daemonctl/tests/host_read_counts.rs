//! What a status costs on a machine of many scripts, in files that are opened: a figure that is the
//! same on a busy machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod host_read_support;

use std::collections::BTreeSet;
use std::mem::MaybeUninit;

use host_read_support::Machine;
use rustix::fs::inotify;

/// So many services.
const MANY: u32 = 300;

/// A machine of many services that run one program; some run.
fn machine(program: impl Fn(u32) -> String) -> Machine {
    let machine = Machine::new();
    for index in 0..MANY {
        let (name, program) = (format!("many-{index:03}"), program(index));
        machine.script(&name, &format!("DAEMON={program}\nPIDFILE=/run/{name}.pid\n"));
        if index % 30 == 10 {
            let pid = 1000 + index;
            machine.file(&format!("run/{name}.pid"), &format!("{pid}\n"));
            machine.daemon(pid, 1, "many", &program);
        }
    }
    machine
}

/// The scripts that a command opens.
fn opened(machine: &Machine, args: &[&str], code: i32) -> BTreeSet<String> {
    let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
    let folder = machine.root().join("etc/init.d");
    inotify::add_watch(&watch, &folder, inotify::WatchFlags::OPEN).unwrap();
    let ran = machine.run(args);
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    let mut room = [MaybeUninit::uninit(); 64 * 1024];
    let mut events = inotify::Reader::new(&watch, &mut room);
    let mut names = BTreeSet::new();
    while let Ok(event) = events.next() {
        names.extend(event.file_name().map(|name| name.to_str().unwrap().to_owned()));
    }
    names
}

#[test]
fn a_status_reads_no_scripts_but_its_own() {
    // What other scripts there are matters only where several share a program: two are enough to know.
    let shared = machine(|_| "/usr/sbin/many".to_owned());
    let running = opened(&shared, &["status", "many-010"], 0);
    assert!(running.contains("many-010") && running.len() <= 4, "{running:?}");
    let stopped = opened(&shared, &["status", "many-011"], 3);
    assert!(stopped.contains("many-011") && stopped.len() <= 4, "{stopped:?}");
    let active = opened(&shared, &["is-active", "many-010"], 0);
    assert_eq!(active.into_iter().collect::<Vec<_>>(), ["many-010"]);
    // Where each has its own, nothing else is read.
    let own = machine(|index| format!("/usr/sbin/many-{index:03}"));
    for (name, code) in [("many-010", 0), ("many-011", 3)] {
        let names = opened(&own, &["status", name], code);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn a_list_reads_each_script() {
    let machine = machine(|index| format!("/usr/sbin/many-{index:03}"));
    assert_eq!(opened(&machine, &["list"], 0).len(), MANY as usize);
}
