//! A booted box in which things are started and labelled.

use super::Label;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::boxes::{Kind, Machine, Plan, Running, Terminal};

/// A box, the labels so far, and what must stay open until the judgement.
pub struct Scene {
    pub machine: Machine,
    pub labels: Vec<Label>,
    terminals: Vec<Terminal>,
    running: Vec<Running>,
}

impl Scene {
    /// Boots a box with `daemonctl`, cron entries, and what `prepare` adds.
    pub fn boot(kind: Kind, prepare: impl FnOnce(Plan) -> Plan) -> Self {
        let once = |sleep: u32| {
            format!("[ -e /tmp/{sleep} ] || {{ touch /tmp/{sleep}; sleep {sleep}; true; }}")
        };
        let crontab = format!("* * * * * root {}\n* * * * * alice {}\n", once(40001), once(40002));
        let plan = Plan::new(kind)
            .file("/etc/cron.d/corpus", 0o644, crontab)
            .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
            .expect("daemonctl is built");
        let machine = prepare(plan).boot().unwrap_or_else(|error| panic!("{error}"));
        Self { machine, labels: Vec::new(), terminals: Vec::new(), running: Vec::new() }
    }

    /// Labels a process.
    pub fn label(
        &mut self,
        what: &str,
        pid: u32,
        kind: &'static str,
        sub_kinds: &'static [&'static str],
    ) -> &mut Label {
        self.labels.push(Label {
            what: what.to_owned(),
            pid,
            kind,
            sub_kinds,
            service: None,
            causes: Vec::new(),
            posing: false,
        });
        self.labels.last_mut().expect("it was just pushed")
    }

    /// Labels the one process with that command line.
    pub fn label_args(
        &mut self,
        args: &str,
        kind: &'static str,
        sub_kinds: &'static [&'static str],
    ) -> &mut Label {
        let pid = self.pid_of(args);
        self.label(args, pid, kind, sub_kinds)
    }

    /// The one process whose whole command line matches; waits for it to appear.
    pub fn pid_of(&self, args: &str) -> u32 {
        self.pid_within(args, Duration::from_secs(15))
    }

    /// As [`Scene::pid_of`], with more patience or less.
    pub fn pid_within(&self, args: &str, patience: Duration) -> u32 {
        let mut pattern = String::new();
        for letter in args.chars() {
            pattern.extend("[]()*".contains(letter).then_some('\\'));
            pattern.push(letter);
        }
        // A fork has its parent's command line until it runs its own program, and one that
        // detaches forks twice: the same single one must be found twice.
        let deadline = Instant::now() + patience;
        let mut before = Vec::new();
        loop {
            let pids = self.pids(&["-x", "-f", &pattern], patience);
            match pids.as_slice() {
                [pid] if pids == before => return *pid,
                _ if Instant::now() > deadline => {
                    panic!("{pids:?} are `{args}` in {}, of:\n{}", self.name(), self.all())
                }
                _ => std::thread::sleep(Duration::from_millis(150)),
            }
            before = pids;
        }
    }

    /// What pgrep(1) finds, as soon as it finds something.
    pub fn pids(&self, pgrep: &[&str], patience: Duration) -> Vec<u32> {
        let deadline = Instant::now() + patience;
        loop {
            let words = [&["pgrep"], pgrep].concat();
            let found = self.machine.exec(&words).expect("pgrep runs").text();
            let pids: Vec<u32> = found.lines().filter_map(|pid| pid.parse().ok()).collect();
            if !pids.is_empty() || Instant::now() > deadline {
                return pids;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The children of a process, waiting for at least `count` of them.
    pub fn children(&self, pid: u32, count: usize) -> Vec<u32> {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let pids = self.pids(&["-P", &pid.to_string()], Duration::from_secs(15));
            if pids.len() >= count {
                return pids;
            }
            assert!(Instant::now() < deadline, "{pid} has children {pids:?}, not {count}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The parent of a process.
    pub fn parent(&self, pid: u32) -> u32 {
        let parent = self.machine.shell(&format!("ps -o ppid= -p {pid}")).expect("ps runs");
        parent.trim().parse().expect("a pid")
    }

    /// Logs in with a terminal.
    pub fn login(&self, user: &str) -> Terminal {
        self.machine.login(user).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    /// Types a line on a terminal and does not wait for its end.
    pub fn type_line(&self, terminal: &mut Terminal, line: &str) {
        terminal.send(&format!("{line}\n")).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Runs a line on a terminal to its end.
    pub fn run(&self, terminal: &mut Terminal, line: &str) -> String {
        terminal.run(line).unwrap_or_else(|error| panic!("{} box: {line}: {error}", self.name()))
    }

    /// Keeps a terminal open until the end.
    pub fn keep(&mut self, terminal: Terminal) {
        self.terminals.push(terminal);
    }

    /// Keeps a program running until the end.
    pub fn keep_running(&mut self, running: Running) {
        self.running.push(running);
    }

    /// The box's kind, for messages.
    pub fn name(&self) -> &'static str {
        self.machine.kind().name()
    }

    /// All processes, for messages.
    pub fn all(&self) -> String {
        let all = self.machine.exec(&["ps", "axo", "pid,ppid,pgid,sid,tty,stat,user,args"]);
        all.map(|output| output.text()).unwrap_or_default()
    }
}
