//! Rules for processes that nobody living seems to have started: daemons that detached themselves,
//! and jobs that were left behind.
//!
//! Both have init or a subreaper as parent and no terminal. A daemon has also let go of what ties
//! it to a login: its session, its descriptors, its working directory; a job that only survived
//! still shows where it came from.

use super::rules::{Rules, Subject, high, low, medium};
use super::service::has_manager_marks;
use super::{Confidence, Kind, SubKind, Verdict};
use crate::process::{Extra, Process};
use crate::roles::Role;

/// Its number, signal(7).
pub(super) const SIGHUP: u32 = 1;
const SIGTERM: u32 = 15;
/// System accounts, login.defs(5): `SYS_UID_MAX` is 999 nearly everywhere.
const SYSTEM_UIDS: std::ops::RangeInclusive<u32> = 1..=999;
/// Accounts of people, login.defs(5).
const LOGIN_UIDS: std::ops::RangeInclusive<u32> = 1000..=60_000;

/// What a process without terminal and without its starter shows of where it came from.
struct Signs {
    /// A descriptor 0 to 2 is still on a terminal.
    on_terminal: bool,
    /// Its output goes to nohup.out.
    nohup_file: bool,
    /// The working directory is the root, and no descriptor 0 to 2 is a pipe or a terminal: a job
    /// that was started in the root folder still holds its starter's pipes.
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
            at_root: extra.cwd.is_known_and(|cwd| **cwd == *b"/")
                && !stdio().any(|link| is_terminal(link) || link.starts_with(b"pipe:")),
            handles_signals: stat.catches(SIGTERM) || stat.catches(SIGHUP),
            ignores_hup: stat.ignores(SIGHUP) && !stat.catches(SIGHUP),
            system_account: process.euid.is_known_and(|uid| SYSTEM_UIDS.contains(uid)),
            readable: stdio().next().is_some() || extra.cwd.known().is_some(),
        }
    }
}

impl Rules<'_> {
    /// Judges a process whose parent is not the one that started it.
    pub fn detached(&mut self, subject: &Subject<'_>) -> Verdict {
        let process = subject.process;
        if subject.role == Some(Role::Multiplexer) && process.stat.tty_nr == 0 {
            return high(
                SubKind::SelfDetached,
                "a terminal multiplexer's server in a session of its own",
            );
        }
        self.want(subject.index);
        if subject.role == Some(Role::Getty) && self.parent_is_init(subject) {
            let id = self.service_id("init", "getty", "parent");
            return Verdict {
                service: Some(id),
                ..high(SubKind::Managed, "init keeps it waiting for a login")
            };
        }
        if let Some(verdict) = self.started_by_script(subject) {
            return verdict;
        }
        if subject.role == Some(Role::Supervisor) && process.stat.tty_nr == 0 {
            return high(
                SubKind::ServiceManager,
                "a supervisor without terminal, whose parent is init",
            );
        }
        let signs = Signs::of(process);
        let verdict = self.by_session(subject, &signs);
        if signs.readable || !process.detachment_is_read() {
            verdict
        } else {
            unseen(subject, &signs, verdict)
        }
    }

    fn by_session(&mut self, subject: &Subject<'_>, signs: &Signs) -> Verdict {
        let process = subject.process;
        let session = process.stat.session;
        if process.leads_session() {
            return own_session(signs);
        }
        // One that has ended and was not collected yet leads nothing any more.
        let lives = |&index: &usize| {
            self.sample.processes.get(index).is_some_and(|leader| !leader.stat.is_zombie())
        };
        let leader = self
            .sample
            .index_of(session.unsigned_abs())
            .filter(|index| session > 0 && lives(index));
        if let Some(leader) = leader {
            let above = self.verdict(leader);
            if above.kind() == Kind::Daemon
                && self.role_of(Some(leader)) != Some(Role::LoginServer)
                && above.sub_kind != SubKind::ScheduledJob
            {
                return Verdict {
                    service: above.service,
                    ..high(
                        SubKind::Worker,
                        "in the session of a daemon that started it by way of another",
                    )
                };
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
            return high(
                SubKind::SelfDetached,
                "forked twice: no terminal, its session's leader gone, its parent init",
            );
        }
        left_behind(signs, "its session's leader is gone")
    }

    fn parent_is_init(&self, subject: &Subject<'_>) -> bool {
        subject.parent.is_some_and(|parent| self.verdict(parent).sub_kind == SubKind::Init)
    }

    /// Started by an init script: the manager's marks in the environment, the program that a script
    /// starts, or one that a script most likely starts.
    fn started_by_script(&mut self, subject: &Subject<'_>) -> Option<Verdict> {
        let process = subject.process;
        if let Some(name) = process.env(b"RC_SVCNAME").filter(|_| has_manager_marks(process)) {
            let name = String::from_utf8_lossy(name).into_owned();
            let id = self.service_id("openrc", &name, "environment");
            return Some(Verdict {
                service: Some(id),
                ..high(SubKind::Managed, "OpenRC's marks are in its environment")
            });
        }
        if started_by_hand(process) || !self.parent_is_init(subject) {
            return None;
        }
        if let Some(service) = process.exe().and_then(|exe| self.known.by_program(exe)) {
            let id = self.service_id(service.manager, &service.name, "init script's program");
            return Some(Verdict {
                service: Some(id),
                ..medium(SubKind::Managed, "an init script starts this program")
            });
        }
        // An interpreter's program is the script that it runs.
        let script = process.args().nth(1).filter(|arg| arg.starts_with(b"/"));
        let shown = process.exe().and_then(|exe| self.known.by_resemblance(exe));
        let service =
            shown.or_else(|| script.and_then(|script| self.known.by_resemblance(script)))?;
        let id = self.service_id(service.manager, &service.name, "init script's name");
        Some(Verdict {
            service: Some(id),
            ..medium(SubKind::Managed, "an init script names this program, or is named as it is")
        })
    }
}

/// A login's environment shows that a person started the program; init's own variables show the
/// opposite.
fn started_by_hand(process: &Process) -> bool {
    let has = |name: &[u8]| process.env(name).is_some();
    let at_boot = has(b"PREVLEVEL") || has(b"INIT_VERSION");
    // A script that starts its daemon by way of su gives it these too, with a system account.
    let root = process.euid.is_known_and(|uid| *uid == 0);
    let at_login = has(b"SSH_CONNECTION")
        || has(b"XDG_SESSION_ID")
        || root && has(b"LOGNAME") && has(b"SHELL");
    at_login && !at_boot || process.euid.is_known_and(|uid| LOGIN_UIDS.contains(uid))
}

fn own_session(signs: &Signs) -> Verdict {
    if signs.nohup_file {
        return medium(SubKind::NohupJob, "writes to nohup.out, in a session of its own");
    }
    if signs.on_terminal {
        return high(
            SubKind::DetachedJob,
            "in a session of its own, with descriptors still on a terminal",
        );
    }
    let count = [signs.at_root, signs.handles_signals, signs.system_account, signs.ignores_hup];
    match count.into_iter().filter(|sign| *sign).count() {
        0 => {}
        // `setsid` from the root folder looks the same.
        1 => {
            return medium(
                SubKind::SelfDetached,
                "leads a session without terminal, its parent is init, and one more sign of a daemon",
            );
        }
        _ => {
            return high(
                SubKind::SelfDetached,
                "leads a session without terminal, its parent is init, and several more signs of a daemon",
            );
        }
    }
    medium(SubKind::DetachedJob, "in a session of its own, and nothing else of a daemon")
}

fn left_behind(signs: &Signs, because: &'static str) -> Verdict {
    if signs.ignores_hup || signs.nohup_file {
        return high(
            SubKind::NohupJob,
            "ignores SIGHUP, as nohup makes it, and its starter is gone",
        );
    }
    high(SubKind::OrphanedJob, because)
}

/// Without permission to see its descriptors and folder, what is left are its account, its session
/// and its process group. Where they don't tell, it is not guessed.
fn unseen(subject: &Subject<'_>, signs: &Signs, verdict: Verdict) -> Verdict {
    let process = subject.process;
    if verdict.kind() == Kind::Daemon {
        return Verdict { confidence: verdict.confidence.min(Confidence::Medium), ..verdict };
    }
    let root = process.euid.is_known_and(|uid| *uid == 0);
    if process.leads_session() && (root || signs.system_account) {
        return low(
            SubKind::SelfDetached,
            "a system account's session without terminal; its descriptors may not be seen",
        );
    }
    if !process.leads_session() && process.stat.pgrp.unsigned_abs() == process.pid() {
        return Verdict { confidence: Confidence::Low, ..verdict };
    }
    low(SubKind::Unknown, "its descriptors and folder, which would tell, may not be seen")
}

/// Whether a descriptor's target is a terminal, also one that is gone (`/dev/pts/3 (deleted)`).
pub(crate) fn is_terminal(link: &[u8]) -> bool {
    link.starts_with(b"/dev/pts/")
        || link.starts_with(b"/dev/tty")
        || link.starts_with(b"/dev/console")
}
