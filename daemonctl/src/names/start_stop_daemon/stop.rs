//! `--stop`.

use std::io::Write as _;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use rustix_libc_wrappers::process::SignalExt as _;

use super::matching::Wanted;
use super::options::Options;
use super::schedule::{Item, Schedule};
use super::{Trouble, complain, inform, reason, status};

/// How often it is looked whether processes have ended: at first, and after a while.
const OFTEN: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_millis(200);

/// Signals what runs.
///
/// # Errors
/// It can't be found out what runs.
pub fn run(options: &Options, wanted: &mut Wanted<'_>) -> Result<u8, Trouble> {
    let mut stop = Stop { options, wanted, what: what(options), is_any_signalled: false };
    match &options.schedule {
        Some(_) if options.is_test => {
            inform(options, "Ignoring --retry in test mode");
            stop.once()
        }
        Some(schedule) => stop.by(schedule),
        None => stop.once(),
    }
}

/// How messages call it.
fn what(options: &Options) -> String {
    if let Some(name) = &options.name {
        name.to_string_lossy().into_owned()
    } else if let Some(path) = &options.exec {
        path.display().to_string()
    } else if let Some(path) = &options.pid_file {
        format!("process in pidfile '{}'", path.display())
    } else if let Some(pid) = options.pid {
        format!("process with pid {pid}")
    } else if let Some(pid) = options.ppid {
        format!("process(es) with parent pid {pid}")
    } else {
        let user = options.user.as_deref().unwrap_or_default();
        format!("process(es) owned by '{}'", user.to_string_lossy())
    }
}

struct Stop<'a, 'b> {
    options: &'a Options,
    wanted: &'a mut Wanted<'b>,
    what: String,
    is_any_signalled: bool,
}

/// Whom a signal reached.
#[derive(Default)]
struct Sent {
    reached: Vec<i32>,
    /// How many would have been reached, in a test.
    count: usize,
    failed: usize,
}

impl Stop<'_, '_> {
    fn once(&mut self) -> Result<u8, Trouble> {
        let sent = self.send(self.options.signal)?;
        self.tell(&sent, 0);
        if sent.failed > 0 {
            inform(self.options, &format!("{} pids were not killed", sent.failed));
        }
        self.is_any_signalled = sent.count > 0;
        self.finish()
    }

    fn by(&mut self, schedule: &Schedule) -> Result<u8, Trouble> {
        let (mut at, mut retry) = (0, 0);
        let mut left = 0;
        loop {
            let Some(item) = schedule.items.get(at) else {
                match schedule.again_from {
                    Some(again) => {
                        at = again;
                        continue;
                    }
                    None => break,
                }
            };
            at += 1;
            match *item {
                Item::Signal(signal) => {
                    let sent = self.send(signal)?;
                    self.tell(&sent, retry);
                    retry += 1;
                    left = sent.count;
                    if left == 0 {
                        return self.finish();
                    }
                    self.is_any_signalled = true;
                }
                Item::Wait(seconds) => {
                    left = self.wait(Duration::from_secs(seconds.into()))?;
                    if left == 0 {
                        return self.finish();
                    }
                }
            }
        }
        let what = &self.what;
        inform(self.options, &format!("Program {what}, {left} process(es), refused to die."));
        Ok(status::REFUSED)
    }

    /// How many run still when none does or time is over.
    fn wait(&mut self, at_most: Duration) -> Result<usize, Trouble> {
        let end = Instant::now() + at_most;
        let mut pause = OFTEN;
        loop {
            let left = self.send(0)?.count;
            let time = end.saturating_duration_since(Instant::now());
            if left == 0 || time.is_zero() {
                return Ok(left);
            }
            std::thread::sleep(pause.min(time));
            pause = (pause + OFTEN).min(SELDOM);
        }
    }

    fn send(&mut self, signal: i32) -> Result<Sent, Trouble> {
        let mut sent = Sent::default();
        for pid in self.wanted.find()?.pids {
            if self.options.is_test {
                inform(self.options, &format!("Would send signal {signal} to {pid}."));
                sent.count += 1;
                continue;
            }
            match deliver(pid, signal) {
                Ok(()) => {
                    sent.count += 1;
                    sent.reached.insert(0, pid);
                }
                Err(errno) => {
                    if signal != 0 {
                        let why = reason(&errno.into());
                        complain(&format!("warning: failed to kill {pid}: {why}"));
                    }
                    sent.failed += 1;
                }
            }
        }
        Ok(sent)
    }

    fn tell(&self, sent: &Sent, retry: u32) {
        if !self.options.is_verbose || sent.reached.is_empty() {
            return;
        }
        let pids: String = sent.reached.iter().map(|pid| format!(" {pid}")).collect();
        let retry = if retry > 0 { format!(", retry #{retry}") } else { String::new() };
        let what = present::text::clean(self.what.as_bytes());
        let _ = writeln!(std::io::stdout(), "Stopped {what} (pid{pids}){retry}.");
    }

    fn finish(&self) -> Result<u8, Trouble> {
        if let (true, false, Some(path)) =
            (self.options.removes_pid_file, self.options.is_test, &self.options.pid_file)
            && let Err(error) = std::fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let text = format_args!("cannot remove pidfile '{}'", path.display());
            return Err(Trouble::with_reason(text, &error));
        }
        if self.is_any_signalled {
            return Ok(status::DONE);
        }
        inform(self.options, &format!("No {} found running; none killed.", self.what));
        Ok(if self.options.ok_if_nothing { status::DONE } else { status::NOTHING_DONE })
    }
}

fn deliver(pid: i32, signal: i32) -> rustix::io::Result<()> {
    let pid = Pid::from_raw(pid).ok_or(rustix::io::Errno::SRCH)?;
    match signal {
        0 => test_kill_process(pid),
        _ => kill_process(pid, Signal::from_raw(signal).ok_or(rustix::io::Errno::INVAL)?),
    }
}
