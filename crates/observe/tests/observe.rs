//! Real processes are watched: what they do is seen, and the watching leaves no trace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use observe::{Address, ObserveError, Observer, Record, Thing};

/// A shell that does what it is told, line by line, and says when it is done.
struct Told {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Told {
    fn python() -> Told {
        let script = "import sys\nfor line in sys.stdin:\n exec(line)\n print('done', flush=True)";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut told = Told { child, answers };
        told.tell("import os, socket, time, threading, mmap, signal");
        told
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
    }

    /// It comes to that state, and stays in it.
    fn is_soon(&self, state: char) -> bool {
        let end = Instant::now() + Duration::from_secs(5);
        while self.state() != state && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(100));
        self.state() == state
    }

    fn tracer(&self) -> u32 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:")).unwrap();
        line.trim().parse().unwrap()
    }

    fn watch(&self) -> Observer {
        let pid = self.pid();
        Observer::start(move || vec![pid], None).unwrap()
    }

    fn watched(&mut self, lines: &[&str]) -> Record {
        let observer = self.watch();
        lines.iter().for_each(|line| self.tell(line));
        observer.finish().unwrap()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn calls_files_and_addresses_are_seen_in_the_process_its_threads_and_its_children() {
    let folder = std::env::temp_dir().join(format!("observe-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut told = Told::python();
    told.tell("t = None");
    let record = told.watched(&[
        &format!("os.chdir('{}'); open('made', 'w').write('x'); os.rename('made', 'moved')", at("")),
        &format!("threading.Thread(target=lambda: os.mkdir('{}')).start(); time.sleep(0.1)", at("sub")),
        "os.system('cat moved > copied; true')",
        "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); c = socket.create_connection(s.getsockname())",
        "u = socket.socket(socket.AF_UNIX); u.bind('sock'); v = socket.socket(socket.AF_UNIX); u.listen(); v.connect('./sock')",
        "m = mmap.mmap(-1, 4096, prot=7)",
        "os.path.exists('/nowhere/at/all')",
    ]);
    std::fs::remove_dir_all(&folder).unwrap();
    let file = |name: &str| record.files.get(&at(name)).cloned().unwrap_or_default();
    assert!(file("made").written && file("made").changed, "{:?}", record.files);
    assert!(file("moved").changed && file("moved").read);
    assert!(file("sub").changed && file("sub").is_directory);
    assert!(file("copied").written && file("sock").changed);
    assert!(record.families.contains_key("AF_INET") && record.families.contains_key("AF_UNIX"));
    assert!(record.bound.contains(&Address::Path(at("sock"))));
    assert!(
        record.peers.iter().any(|peer| matches!(peer, Address::Ip(ip) if ip.ip().is_loopback()))
    );
    assert!(record.things.contains_key(&Thing::WritableCode));
    assert!(record.programs.iter().any(|program| program.path.ends_with("/cat")), "{record:?}");
    assert!(record.calls["execve"].worked >= 2 && record.processes >= 3);
    assert!(!record.files.contains_key("/nowhere/at/all"));
    assert!(record.calls.values().any(|call| call.failed.contains_key(&2)));
    assert_eq!(told.tracer(), 0);
    told.tell("pass");
}

#[test]
fn a_stopped_process_stays_stopped_and_goes_on_when_it_is_continued() {
    let told = Told::python();
    let send = |signal: &str| {
        let pid = told.pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    };
    let observer = told.watch();
    send("-STOP");
    assert!(told.is_soon('t'));
    send("-CONT");
    assert!(told.is_soon('S'));
    send("-STOP");
    assert!(told.is_soon('t'));
    observer.finish().unwrap();
    assert!(told.is_soon('T') && told.tracer() == 0);
    let observer = told.watch();
    std::thread::sleep(Duration::from_millis(50));
    observer.finish().unwrap();
    assert!(told.is_soon('T') && told.tracer() == 0);
    send("-CONT");
    assert!(told.is_soon('S'));
}

#[test]
fn signals_get_through_and_handlers_run() {
    let mut told = Told::python();
    told.tell("n = []; signal.signal(signal.SIGUSR1, lambda *a: n.append(1))");
    let record = told.watched(&[
        "os.kill(os.getpid(), signal.SIGUSR1); time.sleep(0.01)",
        "assert n == [1]; open('/dev/null', 'w')",
    ]);
    assert!(record.calls["kill"].worked == 1 && record.calls["rt_sigreturn"].worked >= 1);
    let null = &record.files["/dev/null"];
    assert_eq!(
        null.device.map(|device| (device.is_block, device.major, device.minor)),
        Some((false, 1, 3))
    );
}

#[test]
fn who_is_traced_already_is_left_alone_and_named() {
    let told = Told::python();
    let first = told.watch();
    let pid = told.pid();
    // The second one is a thread of this process too, and another tracer to the kernel.
    let second = Observer::start(move || vec![pid], None);
    assert!(second.is_err(), "{second:?}");
    assert_ne!(told.tracer(), 0);
    // Nor is the rest of a service watched, as if that were all of it.
    let other = Told::python();
    let both = vec![other.pid(), pid];
    let third = Observer::start(move || both.clone(), None);
    assert!(matches!(third, Err(ObserveError::TracedAlready { .. })), "{third:?}");
    assert_eq!(other.tracer(), 0);
    first.finish().unwrap();
    let nobody = Observer::start(Vec::new, None);
    assert_eq!(nobody.err(), Some(ObserveError::NoProcesses));
}

#[test]
fn a_busy_process_with_many_threads_is_let_go_at_once() {
    let mut told = Told::python();
    told.tell("stop = []; f = lambda: [os.getpid() for _ in iter(lambda: bool(stop), True)]");
    told.tell("[threading.Thread(target=f, daemon=True).start() for _ in range(8)]");
    let observer = told.watch();
    observer.wait(Duration::from_millis(300));
    let begun = Instant::now();
    let record = observer.finish().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(record.calls["getpid"].worked > 100);
    assert_eq!(told.tracer(), 0);
    told.tell("stop.append(1)");
}

#[test]
fn a_signal_in_the_same_instant_as_the_end_is_not_lost() {
    let mut told = Told::python();
    told.tell("n = []; signal.signal(signal.SIGUSR1, lambda *a: n.append(1))");
    for round in 1..=10 {
        let observer = told.watch();
        let pid = told.pid().to_string();
        let sender = std::thread::spawn(move || {
            Command::new("kill").args(["-USR1", &pid]).status().unwrap()
        });
        observer.finish().unwrap();
        sender.join().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        told.tell(&format!("assert len(n) == {round}, n"));
    }
}
