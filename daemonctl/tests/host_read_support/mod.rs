//! A machine that SysV init runs, made up: scripts, pid files and processes.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use testkit::fakeproc::FakeProc;

/// How a run ended, and what it said.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Its output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    /// The line of a table that begins with this.
    pub fn line(&self, begins: &str) -> &str {
        let line = self.out.lines().find(|line| line.starts_with(begins));
        line.unwrap_or_else(|| panic!("no line {begins}: {}{}", self.out, self.err))
    }
}

/// A made-up machine.
pub struct Machine {
    root: PathBuf,
    proc: FakeProc,
}

impl Machine {
    /// With an init and nothing else.
    pub fn new() -> Machine {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("host-read-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["etc/init.d", "etc/default", "run", "sbin", "usr/sbin"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("etc/inittab"), "id:2:initdefault:\n").unwrap();
        let proc = FakeProc::new().unwrap();
        proc.process(1, |p| p.comm("init").link("exe", "/sbin/init").cmdline(&["init [2]"]))
            .unwrap();
        symlink(proc.path(), root.join("proc")).unwrap();
        Machine { root, proc }
    }

    /// With a service in each of the states that scripts can leave one in.
    pub fn busy() -> Machine {
        let machine = Machine::new();
        machine.script("nginx", "DAEMON=/usr/sbin/nginx\nPIDFILE=/run/nginx.pid\n");
        machine.file("etc/default/nginx", "DAEMON_OPTS=-q\n");
        machine.file("run/nginx.pid", "100\n").daemon(100, 1, "nginx", "/usr/sbin/nginx");
        machine.daemon(101, 100, "nginx", "/usr/sbin/nginx").enable("nginx", "2");
        // It runs, and its script's pid file is not there.
        machine.script("redis", "DAEMON=/usr/bin/redis\nPIDFILE=/run/redis.pid\n");
        machine.daemon(200, 1, "redis", "/usr/bin/redis");
        // Its pid file is there, and it does not run.
        machine.script("cron", "DAEMON=/usr/sbin/cron\nPIDFILE=/run/cron.pid\n");
        machine.file("run/cron.pid", "999\n");
        machine.script("squid", "DAEMON=/usr/sbin/squid\nPIDFILE=/run/squid.pid\n");
        machine.script("boot.sh", "mount -a\n");
        machine
    }

    /// Adds an init script with an LSB header.
    pub fn script(&self, name: &str, text: &str) -> &Machine {
        let text = format!(
            "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name}-server\n\
             # Short-Description: the {name} of this test\n### END INIT INFO\n{text}"
        );
        self.file(&format!("etc/init.d/{name}"), &text)
    }

    /// Writes a file.
    pub fn file(&self, path: &str, text: &str) -> &Machine {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A link of a runlevel.
    pub fn enable(&self, name: &str, level: &str) -> &Machine {
        let folder = self.root.join(format!("etc/rc{level}.d"));
        fs::create_dir_all(&folder).unwrap();
        symlink(format!("../init.d/{name}"), folder.join(format!("S01{name}"))).unwrap();
        self
    }

    /// A daemon's process.
    pub fn daemon(&self, pid: u32, parent: u32, name: &str, exe: &str) -> &Machine {
        let describe = |p: testkit::fakeproc::Process| {
            p.ppid(parent).comm(name).link("exe", exe).cmdline(&[exe, "-d"])
        };
        self.proc.process(pid, describe).unwrap();
        self
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Runs daemonctl on it.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
            .args(["--system-root".as_ref(), self.root.as_os_str()])
            .args(["--proc-root".as_ref(), self.proc.path().as_os_str()])
            .args(args)
            .env("LC_ALL", "C")
            .env("XDG_RUNTIME_DIR", self.root.join("run/nobodys"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}
