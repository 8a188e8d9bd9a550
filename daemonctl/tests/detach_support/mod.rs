//! What the tests of `daemonctl detach` share.

#![allow(dead_code, reason = "each test uses a part")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub const DAEMONCTL: &str = env!("CARGO_BIN_EXE_daemonctl");

/// A folder; daemons that run a program in it are ended with it.
pub struct Place(PathBuf);

impl Place {
    pub fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("daemonctl-detach-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        let place = Place(path.canonicalize().unwrap());
        // What it runs is found again by its path.
        std::fs::copy("/bin/sleep", place.path("nap")).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A program that sleeps.
    pub fn nap(&self) -> String {
        self.text("nap")
    }

    pub fn script(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.text(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The text of a file as soon as there is one.
    pub fn wait_for(&self, name: &str) -> String {
        until(|| Some(self.read(name)).filter(|text| !text.is_empty()))
    }

    /// Processes that run something in here.
    pub fn running(&self) -> Vec<u32> {
        let here = format!("{}/", self.0.display());
        let mut pids = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let first = line.split(|byte| *byte == 0).take(2);
            let is_here = first.map(String::from_utf8_lossy).any(|word| word.starts_with(&here));
            if is_here && !is_zombie(pid) {
                pids.push(pid);
            }
        }
        pids
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for pid in self.running() {
            kill(pid, "KILL");
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("not tested: not root");
    }
    is_root
}

/// `daemonctl detach` with these arguments.
pub fn detach(args: &[&str]) -> Output {
    Command::new(DAEMONCTL)
        .arg("detach")
        .args(args)
        .env("MARK", "inherited")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The pid that it printed.
pub fn pid(output: &Output) -> u32 {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(code(output), 0, "{}", errors(output));
    text.trim().parse().unwrap_or_else(|_| panic!("{text:?} {}", errors(output)))
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn kill(pid: u32, signal: &str) {
    let _ = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status();
}

/// Fields of `/proc/PID/stat` from the state on.
pub fn stat(pid: u32) -> Vec<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = text.rsplit_once(") ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    rest.split_whitespace().map(str::to_owned).collect()
}

pub fn is_zombie(pid: u32) -> bool {
    stat(pid).first().is_some_and(|state| state == "Z")
}

pub fn is_alive(pid: u32) -> bool {
    !stat(pid).is_empty() && !is_zombie(pid)
}

/// A line of `/proc/PID/status`, without its name.
pub fn status(pid: u32, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap().trim().to_owned()
}

/// Descriptors and what they lead to.
pub fn descriptors(pid: u32) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten()
        .map(|entry| {
            let number = entry.file_name().to_str().unwrap().parse().unwrap();
            let target = std::fs::read_link(entry.path()).unwrap();
            (number, target.to_str().unwrap().to_owned())
        })
        .collect();
    found.sort_unstable();
    found
}

/// Waits for something that comes soon.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "it did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn exists(path: &str) -> bool {
    Path::new(path).symlink_metadata().is_ok()
}
