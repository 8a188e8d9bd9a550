//! Detection, OpenRC and SysV on trees made here: state folders, scripts, pid files and a `/proc`.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::id;
use std::time::{Duration, SystemTime};

use host::{
    Field, HostError, ManagerKind, OpenRc, Options, Reason, Service, ServiceManager, ServiceState,
    SysV, detect, managers, script_index,
};

/// A machine's tree that goes away with the test.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("host-{}-{name}", id()));
        let _ = fs::remove_dir_all(&root);
        let tree = Self(root);
        // Booted an hour ago; process 1 is there.
        let boot = unix_now() - 3600;
        tree.put("proc/stat", &format!("cpu 0\nbtime {boot}\n"));
        tree.process(1, "init", "/sbin/init", 3600);
        tree
    }

    fn put(&self, path: &str, text: &str) {
        self.put_bytes(path, text.as_bytes());
    }

    fn put_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("mkdir");
        fs::write(path, bytes).expect("write");
    }

    fn link(&self, to: &str, path: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("mkdir");
        symlink(to, path).expect("symlink");
    }

    /// A process that started `age` seconds ago.
    fn process(&self, pid: u32, comm: &str, exe: &str, age: u64) {
        self.zombie_or_process(pid, comm, 'S', age);
        let _ = fs::remove_file(self.0.join(format!("proc/{pid}/exe")));
        self.link(exe, &format!("proc/{pid}/exe"));
    }

    fn zombie_or_process(&self, pid: u32, comm: &str, state: char, age: u64) {
        let ticks = (3600 - age) * 100;
        let zeros = "0 ".repeat(18);
        self.put(
            &format!("proc/{pid}/stat"),
            &format!("{pid} ({comm}) {state} {zeros}{ticks} 0\n"),
        );
        self.put(&format!("proc/{pid}/comm"), &format!("{comm}\n"));
    }

    /// A pid file written `age` seconds ago.
    fn pid_file(&self, path: &str, text: &str, age: u64) {
        self.put(path, text);
        let file = fs::File::options().write(true).open(self.0.join(path)).expect("open");
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("set time");
    }

    fn sysv(&self, name: &str) -> Service {
        SysV::new(&self.0).service(name).expect(name)
    }

    fn openrc(&self, name: &str) -> Service {
        OpenRc::new(&self.0).service(name).expect(name)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs()
}

fn script(name: &str, pid_file: &str) -> String {
    format!(
        "#!/bin/sh\n# Short-Description: the {name}\nDAEMON=/usr/sbin/{name}\nPIDFILE={pid_file}\n"
    )
}

fn mkfifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).expect("mkfifo");
}

#[test]
fn what_runs_is_told_from_what_is_installed() {
    let tree = Tree::new("detect");
    tree.put("etc/init.d/ssh", &script("sshd", "/run/sshd.pid"));
    tree.put("etc/runlevels/default/x", "");
    tree.put("proc/1/comm", "tini\n");
    tree.put("etc/inittab", "id:2:initdefault:\n");
    assert_eq!(detect(&tree.0), []);

    tree.put("proc/1/comm", "init\n");
    assert_eq!(detect(&tree.0), [ManagerKind::SysV]);
    fs::remove_file(tree.0.join("etc/inittab")).expect("remove");
    assert_eq!(detect(&tree.0), []);
    fs::create_dir_all(tree.0.join("run")).expect("mkdir");
    mkfifo(&tree.0.join("run/initctl"));
    assert_eq!(detect(&tree.0), [ManagerKind::SysV]);
    tree.process(1, "init", "/bin/busybox", 3600);
    assert_eq!(detect(&tree.0), []);

    tree.put("run/openrc/softlevel", "default");
    assert_eq!(detect(&tree.0), [ManagerKind::OpenRc]);
    fs::create_dir_all(tree.0.join("run/systemd/system")).expect("mkdir");
    assert_eq!(detect(&tree.0), [ManagerKind::Systemd]);
}

#[test]
fn sysv_tells_running_dead_and_stopped() {
    let tree = Tree::new("sysv");
    for name in ["alive", "dead", "zombie", "reused", "renamed", "none", "garbage"] {
        tree.put(&format!("etc/init.d/{name}"), &script(name, &format!("/run/{name}.pid")));
    }
    tree.link("../init.d/alive", "etc/rc2.d/S02alive");
    tree.link("../init.d/alive", "etc/rc0.d/K01alive");
    tree.process(100, "alive", "/usr/sbin/alive", 60);
    tree.pid_file("run/alive.pid", " 100\n", 60);
    tree.pid_file("run/dead.pid", "101", 60);
    tree.zombie_or_process(102, "zombie", 'Z', 60);
    tree.pid_file("run/zombie.pid", "102\n", 60);
    tree.process(103, "ba) sh", "/bin/bash", 10);
    tree.pid_file("run/reused.pid", "103\n", 600);
    tree.process(104, "java", "/opt/java/bin/java", 601);
    tree.pid_file("run/renamed.pid", "104\n", 600);
    tree.pid_file("run/garbage.pid", "\u{1b}[2J\0-1", 60);

    let alive = tree.sysv("alive");
    assert_eq!((alive.state, alive.main_pid), (ServiceState::Running, Some(100)));
    assert_eq!(alive.enabled_in, Some(vec!["2".to_owned()]));
    assert_eq!(alive.description, "the alive");
    for name in ["dead", "zombie", "reused"] {
        let service = tree.sysv(name);
        assert_eq!((service.state, service.main_pid), (ServiceState::Crashed, None), "{name}");
        assert_eq!(service.native, "dead but pid file exists");
        assert_eq!(service.gap(Field::MainPid).expect("why").reason, Reason::Vanished);
    }
    let detail = &tree.sysv("reused").gap(Field::MainPid).expect("why").detail.clone();
    assert!(detail.ends_with("another process has now: ba) sh"), "{detail}");
    // An interpreter's name, but older than the pid file: the daemon itself.
    assert_eq!(tree.sysv("renamed").main_pid, Some(104));
    assert_eq!(tree.sysv("none").state, ServiceState::Stopped);
    let garbage = tree.sysv("garbage");
    assert_eq!(garbage.state, ServiceState::Unknown);
    assert_eq!(garbage.gap(Field::State).expect("why").detail, "/run/garbage.pid: it names no pid");
    assert_eq!(SysV::new(&tree.0).services().expect("services").len(), 7);
    assert!(matches!(
        SysV::new(&tree.0).service("no\u{1b}such"),
        Err(HostError::NoSuchService { .. })
    ));
}

#[test]
fn without_proc_nothing_is_called_dead() {
    let tree = Tree::new("noproc");
    tree.put("etc/init.d/a", &script("a", "/run/a.pid"));
    tree.pid_file("run/a.pid", "100\n", 60);
    assert_eq!(tree.sysv("a").state, ServiceState::Crashed);
    // hidepid=2: others' processes are as if they were not.
    fs::remove_dir_all(tree.0.join("proc/1")).expect("remove");
    assert_eq!(tree.sysv("a").state, ServiceState::Unknown);
    fs::remove_dir_all(tree.0.join("proc")).expect("remove");
    assert_eq!(tree.sysv("a").state, ServiceState::Unknown);
}

#[test]
fn what_is_no_script_is_noted_and_holds_nobody_up() {
    let tree = Tree::new("odd");
    tree.put("etc/init.d/good", &script("good", "/run/good.pid"));
    tree.put("etc/init.d/README", "read me");
    tree.put_bytes("etc/init.d/binary", b"#!/bin/sh\n\0\xff\x7fELF");
    tree.link("/dev/zero", "etc/init.d/endless");
    tree.link("loop", "etc/init.d/loop");
    mkfifo(&tree.0.join("etc/init.d/pipe"));
    let huge = fs::File::create(tree.0.join("etc/init.d/huge")).expect("create");
    huge.set_len(100 << 20).expect("a file of 100 MiB");
    let mut long = script("long", "/run/long.pid");
    long.push_str(&"# padding\n".repeat(60_000));
    tree.put("etc/init.d/long", &long);
    mkfifo(&tree.0.join("run-fifo"));
    tree.link("../run-fifo", "run/good.pid");

    let index = script_index(&tree.0);
    let names: Vec<_> = index.scripts.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["good", "long"]);
    assert_eq!(index.notes.len(), 7, "{:?}", index.notes);
    assert_eq!(index.by_program(Path::new("/usr/sbin/long")).expect("long").name, "long");
    assert_eq!(tree.sysv("good").state, ServiceState::Unknown);
}

fn supervised(tree: &Tree, name: &str, supervisor: u32, child: u32) {
    tree.put(&format!("etc/init.d/{name}"), "#!/sbin/openrc-run\nsupervisor=supervise-daemon\n");
    tree.link(&format!("/etc/init.d/{name}"), &format!("run/openrc/started/{name}"));
    let pid_file = format!("run/supervise-{name}.pid");
    tree.put(
        &format!("run/openrc/daemons/{name}/001"),
        &format!("exec=/usr/sbin/{name}\nargv_0=x\npidfile=/{pid_file}\n"),
    );
    for (key, value) in [("child_pid", child.to_string()), ("start_count", "7".to_owned())] {
        tree.put(&format!("run/openrc/options/{name}/{key}"), &value);
    }
    tree.pid_file(&pid_file, &supervisor.to_string(), 60);
}

#[test]
fn openrc_tells_what_its_supervisor_does() {
    let tree = Tree::new("supervised");
    tree.process(200, "supervise-daemo", "/sbin/supervise-daemon", 60);
    tree.process(201, "worker", "/usr/sbin/runs", 60);
    supervised(&tree, "runs", 200, 201);
    supervised(&tree, "waits", 200, 202);
    supervised(&tree, "gone", 203, 204);

    let runs = tree.openrc("runs");
    assert_eq!((runs.state, runs.main_pid), (ServiceState::Running, Some(201)));
    assert_eq!((runs.restarts, runs.native.as_str()), (Some(7), "started"));
    let waits = tree.openrc("waits");
    assert_eq!((waits.state, waits.restarts), (ServiceState::Crashed, Some(7)));
    assert_eq!(waits.native, "started (waits to be restarted)");
    assert_eq!(tree.openrc("gone").native, "crashed");
}

#[test]
fn openrcs_folders_are_read() {
    let tree = Tree::new("openrc");
    for name in ["up", "down", "oneshot", "broken", "dies", "slow"] {
        tree.put(&format!("etc/init.d/{name}"), "#!/sbin/openrc-run\n");
    }
    tree.put("etc/init.d/lsb", &script("lsb", "/run/lsb.pid"));
    for (folder, name) in [
        ("started", "up"),
        ("started", "oneshot"),
        ("started", "dies"),
        ("started", "lsb"),
        ("started", "vanished"),
        ("started", "slow"),
        ("stopping", "slow"),
        ("failed", "broken"),
    ] {
        tree.link(&format!("/etc/init.d/{name}"), &format!("run/openrc/{folder}/{name}"));
    }
    tree.link("/etc/init.d/up", "etc/runlevels/default/up");
    tree.link("/etc/init.d/up", "etc/runlevels/boot/up");
    tree.put("run/openrc/options/up/pidfile", "/run/up.pid");
    tree.process(300, "up", "/usr/sbin/up", 60);
    tree.pid_file("run/up.pid", "300\n", 60);
    tree.put("run/openrc/daemons/dies/001", "exec=/usr/sbin/dies\npidfile=/run/dies.pid\n");
    tree.process(301, "lsb", "/usr/sbin/lsb", 60);
    tree.pid_file("run/lsb.pid", "301\n", 60);

    let up = tree.openrc("up");
    assert_eq!((up.state, up.main_pid), (ServiceState::Running, Some(300)));
    assert_eq!(up.enabled_in, Some(vec!["boot".to_owned(), "default".to_owned()]));
    assert_eq!(up.pid_files, [PathBuf::from("/run/up.pid")]);
    assert!(up.since_unix_usec.is_some_and(|t| t / 1_000_000 + 100 > unix_now()));
    assert_eq!(tree.openrc("down").state, ServiceState::Stopped);
    assert_eq!(tree.openrc("oneshot").state, ServiceState::Exited);
    assert_eq!(tree.openrc("broken").state, ServiceState::Failed);
    assert_eq!(tree.openrc("dies").state, ServiceState::Crashed);
    assert_eq!(tree.openrc("slow").state, ServiceState::Stopping);
    assert_eq!(tree.openrc("lsb").main_pid, Some(301));
    let vanished = tree.openrc("vanished");
    assert_eq!(vanished.gap(Field::Definition).expect("why").reason, Reason::Vanished);
    assert_eq!(OpenRc::new(&tree.0).services().expect("services").len(), 8);
}

#[test]
fn a_manager_that_is_not_there_is_said_to_be() {
    let tree = Tree::new("nosystemd");
    fs::create_dir_all(tree.0.join("run/systemd/system")).expect("mkdir");
    let options =
        Options { timeout: Duration::from_millis(200), user_runtime_dir: Some(tree.0.join("run")) };
    let found = managers(&tree.0, &options);
    // The user's manager has no socket there: it is not running.
    assert_eq!(found.iter().map(|m| m.kind()).collect::<Vec<_>>(), [ManagerKind::Systemd]);
    let error = found[0].services().expect_err("nobody listens");
    assert!(!error.is_not_permitted());
    let text = error.to_string();
    assert!(text.starts_with("systemd: no manager listens at /"), "{text}");
    assert!(text.contains("run/systemd/private: "), "{text}");

    // One that hangs costs the timeout, once, though there is a second address to ask at.
    fs::create_dir_all(tree.0.join("run/dbus")).expect("mkdir");
    let listen = |at: &str| std::os::unix::net::UnixListener::bind(tree.0.join(at)).expect("bind");
    let _private = listen("run/systemd/private");
    let _bus = listen("run/dbus/system_bus_socket");
    let start = std::time::Instant::now();
    let error = found[0].service("a").expect_err("it hangs");
    assert!(error.to_string().contains("gave no answer within 200 ms"), "{error}");
    assert!(start.elapsed() < Duration::from_millis(390), "{:?}", start.elapsed());
}
