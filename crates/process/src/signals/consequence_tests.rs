//! Tests of what signals would do, against what the kernel does to real processes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::procfs::ProcFs;

fn receiver() -> Receiver {
    Receiver {
        pid: 500,
        ppid: 7,
        state: b'S',
        threads: 1,
        kernel_thread: false,
        signals: Fact::Known(SignalSets::default()),
        namespace_init: None,
        tracer: None,
        signal_descriptor: Fact::NotMeasured,
        blocked_everywhere: Fact::Known(0),
    }
}

fn with(set: impl FnOnce(&mut SignalSets)) -> Receiver {
    let mut sets = SignalSets::default();
    set(&mut sets);
    Receiver {
        signals: Fact::Known(sets),
        blocked_everywhere: Fact::Known(sets.blocked),
        ..receiver()
    }
}

fn of(receiver: &Receiver, signal: Signal) -> (Outcome, Option<Wait>) {
    let found = consequence(receiver, signal);
    (found.outcome, found.wait)
}

#[test]
fn dispositions() {
    let ends = Outcome::Ends { core: false };
    assert_eq!(of(&receiver(), Signal::TERM), (ends, None));
    assert_eq!(of(&receiver(), Signal::QUIT).0, Outcome::Ends { core: true });
    let caught = with(|sets| sets.caught = Signal::HUP.bit());
    assert_eq!(of(&caught, Signal::HUP).0, Outcome::Handled);
    let text = consequence(&caught, Signal::HUP).to_string();
    assert_eq!(text, "handled by the program (by convention: reload the configuration)");
    let ignored = with(|sets| sets.ignored = Signal::HUP.bit());
    assert_eq!(of(&ignored, Signal::HUP), (Outcome::Ignored, None));
    assert_eq!(of(&receiver(), "CHLD".parse().unwrap()).0, Outcome::Nothing);
    assert_eq!(of(&receiver(), "RTMIN+3".parse().unwrap()).0, ends);
    assert_eq!(of(&receiver(), Signal::STOP).0, Outcome::Stops);
}

#[test]
fn blocked_signals_wait_or_are_fetched() {
    let blocked = with(|sets| sets.blocked = Signal::TERM.bit());
    let ends = Outcome::Ends { core: false };
    assert_eq!(of(&blocked, Signal::TERM), (ends, Some(Wait::Blocked { everywhere: true })));
    assert_eq!(of(&blocked, Signal::KILL), (ends, None));
    let fetched = Receiver { signal_descriptor: Fact::Known(Signal::TERM.bit()), ..blocked };
    assert_eq!(of(&fetched, Signal::TERM), (Outcome::Read, None));
    let threads = Receiver { threads: 4, blocked_everywhere: Fact::NotMeasured, ..blocked };
    assert_eq!(of(&threads, Signal::TERM).1, Some(Wait::Blocked { everywhere: false }));
    // Another thread has it unblocked.
    let free = Receiver { threads: 4, blocked_everywhere: Fact::Known(0), ..blocked };
    assert_eq!(of(&free, Signal::TERM).1, None);
}

#[test]
fn process_1_of_a_namespace() {
    let own = Receiver { namespace_init: Some(true), ..receiver() };
    assert_eq!(of(&own, Signal::KILL).0, Outcome::ProtectedInit);
    assert_eq!(of(&own, Signal::TERM).0, Outcome::ProtectedInit);
    let inner = Receiver { namespace_init: Some(false), ..receiver() };
    assert_eq!(of(&inner, Signal::TERM).0, Outcome::ProtectedInit);
    assert_eq!(of(&inner, Signal::KILL).0, Outcome::Ends { core: false });
    assert!(
        consequence(&inner, Signal::KILL)
            .to_string()
            .contains("every process of its pid namespace")
    );
    let handles =
        Receiver { signals: with(|sets| sets.caught = Signal::TERM.bit()).signals, ..own };
    assert_eq!(of(&handles, Signal::TERM).0, Outcome::Handled);
}

#[test]
fn states() {
    let in_state = |state| Receiver { state, ..receiver() };
    assert_eq!(of(&in_state(b'Z'), Signal::KILL), (Outcome::AlreadyDead, None));
    assert!(consequence(&in_state(b'Z'), Signal::KILL).to_string().contains("parent (7)"));
    let half = Receiver { threads: 3, ..in_state(b'Z') };
    assert_eq!(of(&half, Signal::KILL).0, Outcome::Ends { core: false });
    assert_eq!(of(&in_state(b'T'), Signal::TERM).1, Some(Wait::Stopped));
    assert_eq!(of(&in_state(b'T'), Signal::KILL).1, None);
    assert_eq!(of(&in_state(b'T'), Signal::CONT), (Outcome::Continues, None));
    assert_eq!(of(&receiver(), Signal::CONT).0, Outcome::Nothing);
    assert_eq!(of(&in_state(b'D'), Signal::KILL).1, Some(Wait::Uninterruptible));
    let kernel = Receiver { kernel_thread: true, ..receiver() };
    assert_eq!(of(&kernel, Signal::KILL), (Outcome::KernelThread, None));
    let traced = Receiver { tracer: Some(9), ..receiver() };
    assert_eq!(of(&traced, Signal::TERM).1, Some(Wait::Traced { by: 9 }));
    assert_eq!(of(&traced, Signal::KILL).1, None);
    let unseen = Receiver { signals: Fact::NotPermitted, ..receiver() };
    assert_eq!(of(&unseen, Signal::HUP).0, Outcome::Unknown);
    assert_eq!(of(&unseen, Signal::KILL).0, Outcome::Ends { core: false });
}

/// A shell that has arranged something, says when it is done, and waits without forking: to fork,
/// it would block signals for a moment.
struct Shell(Child);

impl Shell {
    fn new(script: &str) -> Shell {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{script}; echo ready; read line")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut line).unwrap();
        Shell(child)
    }

    fn receiver(&self) -> Receiver {
        let dir = ProcFs::open(Path::new("/proc")).unwrap().process(self.0.id()).unwrap();
        let stat = dir.read_new(c"stat").unwrap();
        let (_, stat) = crate::raw::stat::parse(&stat).unwrap();
        let status = crate::raw::status::parse(&dir.read_new(c"status").unwrap());
        Receiver::new(self.0.id(), &stat, Some(&status))
    }

    fn send(&mut self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn ends(&mut self) -> bool {
        let limit = Instant::now() + Duration::from_secs(5);
        while Instant::now() < limit {
            if self.0.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_kernel_agrees() {
    let mut plain = Shell::new(":");
    assert_eq!(of(&plain.receiver(), Signal::TERM), (Outcome::Ends { core: false }, None));
    plain.send(rustix::process::Signal::TERM);
    assert!(plain.ends());

    let mut armed = Shell::new("trap '' HUP; trap 'exit 3' USR1");
    assert_eq!(of(&armed.receiver(), Signal::HUP).0, Outcome::Ignored);
    assert_eq!(of(&armed.receiver(), Signal::USR1).0, Outcome::Handled);
    armed.send(rustix::process::Signal::HUP);
    std::thread::sleep(Duration::from_millis(100));
    assert!(armed.0.try_wait().unwrap().is_none(), "HUP was to be ignored");
    armed.send(rustix::process::Signal::USR1);
    assert!(armed.ends());
    assert_eq!(armed.0.wait().unwrap().code(), Some(3));
}

#[test]
fn a_dead_child_is_already_dead() {
    let mut shell = Shell::new(":");
    shell.send(rustix::process::Signal::KILL);
    let limit = Instant::now() + Duration::from_secs(5);
    while shell.receiver().state != b'Z' && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(5));
    }
    let receiver = shell.receiver();
    assert_eq!(of(&receiver, Signal::KILL).0, Outcome::AlreadyDead);
    assert_eq!(receiver.ppid, std::process::id());
}

#[test]
fn masks_of_all_threads_are_joined() {
    let dir = ProcFs::open(Path::new("/proc")).unwrap().process(std::process::id()).unwrap();
    // The test's threads block nothing.
    assert_eq!(blocked_in_all_threads(&dir).unwrap(), 0);
}
