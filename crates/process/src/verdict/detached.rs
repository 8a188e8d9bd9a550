//! Rules for processes that nobody living seems to have started: daemons that detached themselves,
//! and jobs that were left behind.
//!
//! Both have init or a subreaper as parent and no terminal. A daemon has also let go of what ties
//! it to a login: its session, its descriptors, its working directory; a job that only survived
//! still shows where it came from.

use super::rules::{Rules, Subject, high, is_leader, low, medium};
use super::service::has_manager_marks;
use super::{Kind, SubKind, Verdict};
use crate::needs::Needs;
use crate::process::{Extra, Process};
use crate::roles::Role;

const SIGHUP: u32 = 1;
const SIGTERM: u32 = 15;
/// System accounts, login.defs(5): `SYS_UID_MAX` is 999 nearly everywhere.
const SYSTEM_UIDS: std::ops::RangeInclusive<u32> = 1..=999;

/// What a process without terminal and without its starter shows of where it came from.
struct Signs {
    /// A descriptor 0 to 2 is still on a terminal.
    on_terminal: bool,
    /// Its output goes to nohup.out.
    nohup_file: bool,
    /// The working directory holds no file system but the root.
    at_root: bool,
    /// It handles what managers and administrators send: TERM or HUP.
    handles_signals: bool,
    ignores_hup: bool,
    system_account: bool,
    /// What would tell could be read.
    readable: bool,
}

impl Signs {
    fn of(process: &Process) -> Signs {
        let none = Extra::default();
        let extra = process.extra.as_deref().unwrap_or(&none);
        let stdio = || extra.stdio.iter().filter_map(|link| link.known());
        let stat = &process.stat;
        Signs {
            on_terminal: stdio().any(|link| is_terminal(link)),
            nohup_file: stdio().any(|link| link.ends_with(b"/nohup.out")),
            at_root: extra.cwd.is_known_and(|cwd| **cwd == *b"/"),
            handles_signals: stat.catches(SIGTERM) || stat.catches(SIGHUP),
            ignores_hup: stat.ignores(SIGHUP) && !stat.catches(SIGHUP),
            system_account: process.euid.is_known_and(|uid| SYSTEM_UIDS.contains(uid)),
            readable: stdio().next().is_some() || extra.cwd.known().is_some(),
        }
    }

    fn of_daemon(&self) -> bool {
        self.at_root || self.handles_signals || self.system_account
    }
}

impl Rules<'_> {
    /// Judges a process whose parent is not the one that started it.
    pub fn detached(&mut self, subject: &Subject<'_>) -> Verdict {
        let process = subject.process;
        if subject.role == Some(Role::Multiplexer) && process.stat.tty_nr == 0 {
            return high(SubKind::SelfDetached, "a terminal multiplexer's server in a session of its own");
        }
        if process.extra.is_none() {
            self.want(subject.index, Needs::DETACHMENT);
        }
        if let Some(verdict) = self.started_by_script(process) {
            return verdict;
        }
        let signs = Signs::of(process);
        let verdict = self.by_session(subject, &signs);
        if signs.readable || process.extra.is_none() { verdict } else { unseen(subject, &signs, verdict) }
    }

    fn by_session(&mut self, subject: &Subject<'_>, signs: &Signs) -> Verdict {
        let process = subject.process;
        let session = process.stat.session;
        if is_leader(process) {
            return own_session(signs);
        }
        let leader = self.sample.index_of(session.unsigned_abs()).filter(|_| session > 0);
        if let Some(leader) = leader {
            let above = self.verdict(leader);
            if above.kind() == Kind::Daemon && self.role_of(Some(leader)) != Some(Role::LoginServer) && above.sub_kind != SubKind::ScheduledJob {
                return Verdict { service: above.service, ..high(SubKind::Worker, "in the session of a daemon that started it by way of another") };
            }
            return left_behind(signs, "its session's leader lives, its parent is gone");
        }
        if session == 0 {
            return left_behind(signs, "its session is led from outside this pid namespace");
        }
        // An interactive shell makes each job a process group; a daemon's second fork leaves it in
        // the group of the session leader that is gone.
        let was_job = process.stat.pgrp.unsigned_abs() == process.pid();
        if was_job || signs.on_terminal || signs.nohup_file {
            return left_behind(signs, "its session's leader is gone");
        }
        if signs.at_root || signs.system_account || signs.handles_signals && !signs.ignores_hup {
            return high(SubKind::SelfDetached, "forked twice: no terminal, its session's leader gone, its parent init");
        }
        left_behind(signs, "its session's leader is gone")
    }

    /// Started by an init script: the script's program, or the manager's marks in the environment.
    fn started_by_script(&mut self, process: &Process) -> Option<Verdict> {
        let by_program = process.exe().and_then(|exe| self.known.by_program(exe));
        if let Some(name) = process.env(b"RC_SVCNAME").filter(|_| has_manager_marks(process)) {
            let name = String::from_utf8_lossy(name).into_owned();
            let id = self.service_id("openrc", &name, "environment");
            return Some(Verdict { service: Some(id), ..high(SubKind::Managed, "OpenRC's marks are in its environment") });
        }
        // A login's environment shows that a person started the program by hand.
        let by_hand = process.env(b"SSH_CONNECTION").is_some() || process.env(b"XDG_SESSION_ID").is_some();
        let service = by_program.filter(|_| !by_hand)?;
        let id = self.service_id(service.manager, &service.name, "program of its init script");
        Some(Verdict { service: Some(id), ..medium(SubKind::Managed, "an init script starts this program") })
    }
}

fn own_session(signs: &Signs) -> Verdict {
    if signs.nohup_file {
        return medium(SubKind::NohupJob, "writes to nohup.out, in a session of its own");
    }
    if signs.on_terminal {
        return high(SubKind::DetachedJob, "in a session of its own, with descriptors still on a terminal");
    }
    if signs.of_daemon() || signs.ignores_hup {
        return high(SubKind::SelfDetached, "leads a session without terminal, lets go of its descriptors, its parent is init");
    }
    medium(SubKind::DetachedJob, "in a session of its own, and nothing else of a daemon")
}

fn left_behind(signs: &Signs, because: &'static str) -> Verdict {
    if signs.ignores_hup || signs.nohup_file {
        return high(SubKind::NohupJob, "ignores SIGHUP, as nohup makes it, and its starter is gone");
    }
    high(SubKind::OrphanedJob, because)
}

/// Without permission to see its descriptors and folder, what is left are its account and session.
fn unseen(subject: &Subject<'_>, signs: &Signs, verdict: Verdict) -> Verdict {
    if verdict.kind() == Kind::Daemon {
        return Verdict { confidence: verdict.confidence.min(super::Confidence::Medium), ..verdict };
    }
    let root = subject.process.euid.is_known_and(|uid| *uid == 0);
    if is_leader(subject.process) && (root || signs.system_account) {
        return low(SubKind::SelfDetached, "a system account's session without terminal; its descriptors may not be seen");
    }
    Verdict { confidence: super::Confidence::Low, ..verdict }
}

/// Whether a descriptor's target is a terminal, also one that is gone (`/dev/pts/3 (deleted)`).
pub(crate) fn is_terminal(link: &[u8]) -> bool {
    link.starts_with(b"/dev/pts/") || link.starts_with(b"/dev/tty") || link.starts_with(b"/dev/console")
}
