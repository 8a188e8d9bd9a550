//! Running programs in a box, from outside.

use super::{Error, Machine, find};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The search path of what is run in a box.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How a program in a box ended and what it wrote.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its exit status, or the signal that ended it.
    pub status: ExitStatus,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Its standard output, bytes that are not UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Status and both streams, for a message.
    #[must_use]
    pub fn describe(&self) -> String {
        let stderr = String::from_utf8_lossy(&self.stderr);
        format!("{}; stdout: {:?}; stderr: {:?}", self.status, self.text().trim(), stderr.trim())
    }
}

/// A program that keeps running in a box; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    /// Its pid as the box sees it; waits until the program runs.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn pid(&self) -> Result<u32, Error> {
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            // nsenter forks, since only a child is in the process namespace that it enters.
            if let Some(inner) = find::children(self.child.id()).first()
                && let Some(pid) =
                    find::namespaced_pids(*inner).and_then(|pids| pids.last().copied())
            {
                return Ok(pid);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(Error::Command {
            command: format!("the program entered by pid {}", self.child.id()),
            outcome: "it is not running".to_owned(),
        })
    }

    /// The child outside: its streams, its end.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for inner in find::children(self.child.id()) {
            kill(inner);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Which of a box's namespaces to enter.
#[derive(Clone, Copy)]
pub(super) enum Enter {
    /// All of them: the program is one of the box's processes.
    All,
    /// All of them, but only the program's children become processes of the box.
    ForChildren,
    /// Only its files and its network: the program is no process of the box.
    FilesAndNetwork,
}

impl Machine {
    /// `nsenter` with the program as its arguments and the environment of a fresh root login.
    pub(super) fn command(&self, enter: Enter, program: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("--target").arg(self.pid1().to_string()).args(match enter {
            Enter::All => &["-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"][..],
            Enter::ForChildren => &["-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "-F"][..],
            Enter::FilesAndNetwork => &["-m", "-n", "-r", "-w"][..],
        });
        command.arg("--").args(program).env_clear().stdin(Stdio::null());
        command.envs([("PATH", PATH), ("HOME", "/root"), ("USER", "root"), ("LANG", "C.UTF-8")]);
        command.env("TERM", std::env::var_os("TERM").unwrap_or_else(|| "xterm".into()));
        command
    }

    /// Runs a program to its end. In the box it is a process without a parent there, in the
    /// control group of the caller.
    ///
    /// # Errors
    /// When it can't be started; a status that is not zero is no error.
    pub fn exec(&self, program: &[&str]) -> Result<Output, Error> {
        let output = self.command(Enter::All, program).output();
        let output = output.map_err(Error::io("run", "nsenter"))?;
        Ok(Output { status: output.status, stdout: output.stdout, stderr: output.stderr })
    }

    /// Runs a script with `sh -eu` and gives its standard output without the last newline.
    ///
    /// # Errors
    /// When it fails.
    pub fn shell(&self, script: &str) -> Result<String, Error> {
        let output = self.exec(&["sh", "-euc", script])?;
        if output.status.success() {
            return Ok(output.text().trim_end_matches('\n').to_owned());
        }
        Err(Error::Command { command: script.to_owned(), outcome: output.describe() })
    }

    /// Starts a program that keeps running, its standard streams on `/dev/null`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn spawn(&self, program: &[&str]) -> Result<Running, Error> {
        let mut command = self.command(Enter::All, program);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Running { child: command.spawn().map_err(Error::io("run", "nsenter"))? })
    }

    /// A command that runs `program` in the box on the caller's own standard streams; where
    /// `terminal` is set, on a new terminal of the box that script(1) passes through to them.
    #[must_use]
    pub fn interactive(&self, program: &[&str], terminal: bool) -> Command {
        let mut command = if terminal {
            let line: Vec<String> = program.iter().map(|word| quote(word)).collect();
            let line = format!("exec {}", line.join(" "));
            let script =
                ["script", "--quiet", "--return", "--flush", "--command", &line, "/dev/null"];
            self.command(Enter::ForChildren, &script)
        } else {
            self.command(Enter::All, program)
        };
        command.stdin(Stdio::inherit());
        command
    }
}

/// A word as sh(1) reads it back.
pub(super) fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
