//! Sending killall's signals, each to the process that was found and to no other.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::Pid;
use rustix_libc_wrappers::process::SignalExt as _;

use crate::commands::kill::send::{Fate, Handle, Wire, wait_until_gone};

use super::super::{service_pids, terminal};
use super::grammar::Settings;
use super::select::Victim;

/// The original waits without a limit: a year comes to the same.
const PATIENCE: Duration = Duration::from_secs(365 * 86_400);

/// Sends.
pub struct Sender<'a> {
    settings: &'a Settings,
    wire: Wire,
    groups: BTreeSet<i32>,
    handles: Vec<Handle>,
}

impl<'a> Sender<'a> {
    /// Opens the way.
    ///
    /// # Errors
    /// `/proc` is not that of this pid namespace.
    pub fn open(settings: &'a Settings) -> Result<Sender<'a>, String> {
        let wire = Wire::open(&service_pids::context()).map_err(|failure| failure.to_string())?;
        Ok(Sender { settings, wire, groups: BTreeSet::new(), handles: Vec::new() })
    }

    /// Signals each; whether at least one got it.
    pub fn signal_all(&mut self, victims: &[Victim]) -> bool {
        let mut any = false;
        for victim in victims {
            if self.settings.interactive && !self.confirmed(victim) {
                continue;
            }
            any |= if self.settings.group { self.group(victim) } else { self.process(victim) };
        }
        any
    }

    fn confirmed(&self, victim: &Victim) -> bool {
        let name = present::text::clean(victim.name.as_bytes());
        let (verb, pid) = match (self.settings.signal, self.settings.group) {
            (9 | 15, false) => ("Kill", i64::from(victim.key.pid)),
            (9 | 15, true) => ("Kill", i64::from(victim.group)),
            (_, false) => ("Signal", i64::from(victim.key.pid)),
            (_, true) => ("Signal", i64::from(victim.group)),
        };
        let what = if self.settings.group { "(pgid " } else { "(" };
        let mut out = std::io::stdout();
        let _ = write!(out, "{verb} {name}{what}{pid}) ? (y/N) ");
        let _ = out.flush();
        let mut answer = String::new();
        // End of input means no.
        let _ = std::io::stdin().lock().read_line(&mut answer);
        answer.trim_start().starts_with(['y', 'Y'])
    }

    fn process(&mut self, victim: &Victim) -> bool {
        let number = self.settings.signal;
        let fate = match number {
            0 => return self.told(victim, i64::from(victim.key.pid), exists(victim.key.pid)),
            _ => match signal_of(number) {
                Some(signal) => self.wire.send(victim.key, "another user", signal),
                None => return self.told(victim, i64::from(victim.key.pid), Err(Errno::INVAL)),
            },
        };
        let pid = i64::from(victim.key.pid);
        match fate {
            Fate::Signalled(handle) => {
                self.handles.push(handle);
                self.told(victim, pid, Ok(()))
            }
            Fate::Ended => self.told(victim, pid, Ok(())),
            // It ended by itself meanwhile, which is no reason to complain.
            Fate::Gone => false,
            Fate::NotPermitted { .. } => self.told(victim, pid, Err(Errno::PERM)),
            Fate::Failed(errno) => self.told(victim, pid, Err(errno)),
            other => {
                terminal::err(&format!("{}({pid}): {other}", victim.name));
                false
            }
        }
    }

    /// A group gets it once.
    fn group(&mut self, victim: &Victim) -> bool {
        let Some(group) = Pid::from_raw(victim.group) else { return false };
        if !self.groups.insert(victim.group) {
            return true;
        }
        let sent = match signal_of(self.settings.signal) {
            Some(signal) => rustix::process::kill_process_group(group, signal),
            None if self.settings.signal == 0 => rustix::process::test_kill_process_group(group),
            None => Err(Errno::INVAL),
        };
        self.told(victim, i64::from(victim.group), sent)
    }

    fn told(&self, victim: &Victim, pid: i64, sent: Result<(), Errno>) -> bool {
        let what = if self.settings.group { "(pgid " } else { "(" };
        match sent {
            Ok(()) => {
                if self.settings.verbose {
                    terminal::err(&format!(
                        "Killed {}{what}{pid}) with signal {}",
                        victim.name, self.settings.signal
                    ));
                }
                true
            }
            Err(errno) => {
                let why = super::words(&errno.into());
                terminal::err(&format!("{}{what}{pid}): {why}", victim.name));
                false
            }
        }
    }

    /// Waits until all that were signalled have ended, if that was asked for.
    pub fn wait(&self) {
        if self.settings.wait {
            for handle in &self.handles {
                wait_until_gone(handle, PATIENCE);
            }
        }
    }
}

fn signal_of(number: u32) -> Option<rustix::process::Signal> {
    rustix::process::Signal::from_raw(i32::try_from(number).ok()?)
}

fn exists(pid: u32) -> Result<(), Errno> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
    rustix::process::test_kill_process(pid)
}
