//! Terminals in a box, as people have them: by a login through sshd, or allocated there.

use super::enter::{Enter, quote};
use super::{Error, Machine};
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a terminal may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program on a terminal of a box. Dropping it hangs up.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    input: ChildStdin,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    commands: u32,
}

#[derive(Debug, Default)]
struct Shown {
    bytes: Vec<u8>,
    ended: bool,
}

impl Machine {
    /// Logs in as `user` through the box's sshd, with a terminal and the user's own shell.
    ///
    /// # Errors
    /// When the shell does not answer.
    pub fn login(&self, user: &str) -> Result<Terminal, Error> {
        let mut terminal = Terminal::start(self.ssh(user, &["-tt"], None))?;
        terminal.run("true")?;
        Ok(terminal)
    }

    /// `ssh user@box -- command`, without a terminal; it runs until dropped.
    ///
    /// # Errors
    /// When ssh can't be started.
    pub fn remote(&self, user: &str, command: &str) -> Result<Terminal, Error> {
        Terminal::start(self.ssh(user, &["-T"], Some(command)))
    }

    /// Runs a program on a new terminal of the box, which becomes its controlling terminal, as
    /// `docker exec -it` does: in the box its parent is nobody.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn pty(&self, program: &[&str]) -> Result<Terminal, Error> {
        Terminal::start(self.interactive(program, true))
    }

    /// The ssh client runs outside of the box's process namespace: only what sshd starts is seen.
    fn ssh(&self, user: &str, flags: &[&str], command: Option<&str>) -> Command {
        let to = format!("{user}@127.0.0.1");
        let mut words = vec!["ssh", "-q", "-F", "none", "-i", "/root/.ssh/id_ed25519"];
        words.extend(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
        words.extend(["-o", "BatchMode=yes"]);
        words.extend(flags);
        words.extend([to.as_str(), "--"]);
        words.extend(command);
        self.command(Enter::FilesAndNetwork, &words)
    }
}

impl Terminal {
    fn start(mut command: Command) -> Result<Self, Error> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(Error::io("run", "nsenter"))?;
        let (Some(input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            let none = std::io::Error::other("no pipe");
            return Err(Error::io("talk to", "nsenter")(none));
        };
        let shown = Arc::new((Mutex::new(Shown::default()), Condvar::new()));
        let gathered = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let length = output.read(&mut buffer).unwrap_or(0);
                let mut shown = gathered.0.lock().unwrap_or_else(PoisonError::into_inner);
                shown.bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
                shown.ended = length == 0;
                gathered.1.notify_all();
                if length == 0 {
                    return;
                }
            }
        });
        Ok(Self { child, input, shown, commands: 0 })
    }

    /// Types, without a newline at the end.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn send(&mut self, keys: &str) -> Result<(), Error> {
        let sent = self.input.write_all(keys.as_bytes()).and_then(|()| self.input.flush());
        sent.map_err(Error::io("type on", "the terminal"))
    }

    /// Everything it has shown so far.
    #[must_use]
    pub fn shown(&self) -> String {
        let shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&shown.bytes).into_owned()
    }

    /// Waits until it has shown `text`, and gives everything that it has shown.
    ///
    /// # Errors
    /// When it does not within 20 seconds, or ends before.
    pub fn wait_for(&self, text: &str) -> Result<String, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let all = String::from_utf8_lossy(&shown.bytes).into_owned();
            if all.contains(text) {
                return Ok(all);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || shown.ended {
                return Err(Error::Terminal { waiting_for: text.to_owned(), shown: all });
            }
            let waited = self.shown.1.wait_timeout(shown, left);
            shown = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives a line to the shell on it and waits until that is done; the shell's answer, without
    /// the echo of the line.
    ///
    /// # Errors
    /// As [`Terminal::wait_for`].
    pub fn run(&mut self, line: &str) -> Result<String, Error> {
        self.commands += 1;
        // Written in two parts, so that the echo of the line does not hold the marks.
        let (begin, end) = (format!("begin-{}-", self.commands), format!("end-{}-", self.commands));
        let half = |mark: &str| quote(mark).replacen('-', "''-", 1);
        let line = quote(line);
        self.send(&format!("printf %s {}; eval {line}; printf %s {}\n", half(&begin), half(&end)))?;
        let shown = self.wait_for(&end)?;
        let after = shown.split_once(&begin).map_or("", |(_, after)| after);
        let answer = after.split_once(&end).map_or(after, |(answer, _)| answer);
        Ok(answer.replace('\r', ""))
    }

    /// The pid, in the box, of the shell on it.
    ///
    /// # Errors
    /// When the shell does not say.
    pub fn shell_pid(&mut self) -> Result<u32, Error> {
        let answer = self.run("echo pid=$$=")?;
        let pid = answer.split('=').nth(1).and_then(|pid| pid.parse().ok());
        pid.ok_or(Error::Terminal { waiting_for: "its shell's pid".to_owned(), shown: answer })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
