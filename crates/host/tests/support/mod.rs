//! A machine's tree whose scripts, tools and daemons are run for real, with the real `/proc`.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, id};
use std::time::Duration;

use host::{Done, Event, Outcome, Refusal, Request, ServiceManager, Verb};

/// A tree that goes away with the test, and its daemons with it.
pub struct Tree(pub PathBuf);

impl Tree {
    pub fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("host-act-{}-{name}", id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("etc/init.d")).expect("mkdir");
        fs::create_dir_all(root.join("run")).expect("mkdir");
        symlink("/proc", root.join("proc")).expect("symlink");
        Self(fs::canonicalize(root).expect("the tree"))
    }

    pub fn put(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("mkdir");
        fs::write(path, text).expect("write");
    }

    /// A file that can be run. `$R` in it is the tree.
    pub fn script(&self, path: &str, text: &str) {
        self.put(path, &text.replace("$R", &self.0.to_string_lossy()));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.0.join(path), mode).expect("chmod");
    }

    /// A program that runs until it is ended: sleep(1) under another name.
    pub fn daemon(&self, path: &str) {
        let at = self.0.join(path);
        fs::create_dir_all(at.parent().expect("a parent")).expect("mkdir");
        fs::copy("/bin/sleep", at).expect("a copy of sleep");
    }

    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_default()
    }

    pub fn pid(&self, path: &str) -> Option<u32> {
        self.text(path).trim().parse().ok()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        for entry in fs::read_dir("/proc").expect("proc").filter_map(Result::ok) {
            let exe = fs::read_link(entry.path().join("exe")).unwrap_or_default();
            if exe.starts_with(&self.0) {
                kill(&entry.file_name().to_string_lossy());
            }
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn kill(pid: &str) {
    let pid = pid.trim();
    let _ = Command::new("kill").args(["-9", pid]).status();
    for _ in 0..100 {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A script of the usual kind for `NAME`, whose daemon is `/usr/sbin/NAME`: `arms` are put before
/// its own.
pub fn lsb(name: &str, arms: &str) -> String {
    format!(
        "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name}\n# Default-Start: 2 3\n\
         # Short-Description: the {name}\n### END INIT INFO\nDAEMON=/usr/sbin/{name}\n\
         PIDFILE=/run/{name}.pid\ncase \"$1\" in\n{arms}\nstart)\n\
         \techo starting\n\tsetsid $R$DAEMON 1000 </dev/null >/dev/null 2>&1 &\n\
         \techo $! > $R$PIDFILE ;;\nstop)\n\techo stopping\n\tkill $(cat $R$PIDFILE)\n\
         \trm $R$PIDFILE ;;\nesac\nexit 0\n"
    )
}

/// One verb for one service.
pub fn act(manager: &dyn ServiceManager, verb: Verb, name: &str) -> Result<Done, Refusal> {
    act_with(manager, verb, name, |_| {})
}

/// With more than the usual request.
pub fn act_with<'a>(
    manager: &dyn ServiceManager,
    verb: Verb,
    name: &str,
    more: impl FnOnce(&mut Request<'a>),
) -> Result<Done, Refusal> {
    // As long-lived as whatever the caller puts in.
    let names: &'static [String] = Box::leak(Box::new([name.to_owned()]));
    let mut request = Request::new(verb, names);
    request.timeout = Duration::from_secs(20);
    more(&mut request);
    let mut finished: Vec<Outcome> = Vec::new();
    let outcomes = manager.act(&request, &mut |event: &Event<'_>| {
        if let Event::Finished(outcome) = event {
            finished.push((*outcome).clone());
        }
    });
    assert_eq!(outcomes, finished, "the watcher is told of each outcome");
    outcomes.into_iter().next().expect("one outcome").result
}

/// The lines of a file that tools under test write what they were called with to.
pub fn calls(tree: &Tree) -> Vec<String> {
    tree.text("calls").lines().map(str::to_owned).collect()
}

/// A path under the tree, for messages.
pub fn at(tree: &Tree, path: &str) -> String {
    Path::new(&tree.0).join(path).to_string_lossy().into_owned()
}
