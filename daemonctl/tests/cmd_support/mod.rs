//! What the tests of single commands share. They signal only processes that they started: by pid,
//! or by a name that no other process on the machine can have.

#![allow(dead_code, reason = "each test uses a part")]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Runs daemonctl without a terminal.
pub fn daemonctl(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(args)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn json(args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    let output = daemonctl(&args);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output), errors(&output)))
}

/// A folder that is removed again.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("daemonctl-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path.canonicalize().unwrap())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A path in it, as an argument.
    pub fn file(&self, name: &[u8]) -> PathBuf {
        self.0.join(OsString::from_vec(name.to_vec()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A child of the test, ended with it.
pub struct Running(pub Child);

impl Running {
    /// A shell that runs `script`, has printed "ready" and then waits without forking.
    pub fn shell(script: &str) -> Running {
        Running::start(Command::new("sh").args(["-c", &format!("{script}\necho ready; read line")]))
    }

    pub fn start(command: &mut Command) -> Running {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut line).unwrap();
        Running(child)
    }

    pub fn pid(&self) -> String {
        self.0.id().to_string()
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Whether it ends soon, with which signal or status.
    pub fn end(&mut self) -> std::process::ExitStatus {
        let limit = Instant::now() + Duration::from_secs(10);
        while Instant::now() < limit {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it still runs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// No control character but line ends.
pub fn assert_harmless(text: &str) {
    let bad = text.chars().find(|symbol| symbol.is_control() && *symbol != '\n');
    assert_eq!(bad, None, "{text:?}");
}
