//! Rules for processes with a controlling terminal, credentials(7) and tty(4).

use super::detached::SIGHUP;
use super::rules::{Rules, Subject, certain, high, medium, terminal_shell};
use super::{Kind, SubKind, Verdict};
use crate::process::Process;
use crate::roles::Role;

/// Larger process groups are not searched for pipes: no shell makes such pipelines, and a program
/// with thousands of children would make the search quadratic.
const MAX_PIPELINE: usize = 64;

impl Rules<'_> {
    /// A process with a controlling terminal is somebody's, unless a manager gave it the terminal.
    pub fn by_terminal(&mut self, subject: &Subject<'_>) -> Option<Verdict> {
        if subject.process.stat.tty_nr == 0 {
            return None;
        }
        if let Some(verdict) = self.holder_from_init(subject) {
            return Some(verdict);
        }
        let verdict = self.on_terminal(subject);
        Some(Verdict { service: self.group_service(subject.process), ..verdict })
    }

    /// A session leader on a terminal that init itself started: getty, login, or a shell.
    fn holder_from_init(&mut self, subject: &Subject<'_>) -> Option<Verdict> {
        let process = subject.process;
        let parent = subject.parent?;
        let above = self.verdict(parent);
        if above.kind() == Kind::Daemon && self.shares_service_terminal(process, parent) {
            return Some(Verdict {
                service: above.service,
                ..high(SubKind::Worker, "started by a daemon that holds this terminal")
            });
        }
        if !process.leads_session() || above.sub_kind != SubKind::Init {
            return None;
        }
        Some(match subject.role {
            Some(Role::Getty) => {
                let id = self.service_id("init", "getty", "parent");
                Verdict {
                    service: Some(id),
                    ..certain(SubKind::Managed, "init keeps it waiting on a terminal for a login")
                }
            }
            Some(Role::SessionOpener) => {
                high(SubKind::SessionHelper, "init's getty became it at a login")
            }
            Some(Role::Shell) if terminal_shell(process) => {
                high(SubKind::InteractiveShell, "init started it on a terminal")
            }
            _ if self.membership(process).is_some_and(|member| member.unit.is_some()) => {
                return None;
            }
            _ => medium(SubKind::Managed, "init started it on a terminal"),
        })
    }

    fn shares_service_terminal(&self, process: &Process, parent: usize) -> bool {
        let Some(above) = self.sample.processes.get(parent) else { return false };
        above.stat.tty_nr == process.stat.tty_nr
            && above.stat.session == process.stat.session
            && self.role_of(Some(parent)) != Some(Role::ContainerShim)
            && self.verdict(parent).sub_kind != SubKind::ContainerInit
    }

    fn on_terminal(&mut self, subject: &Subject<'_>) -> Verdict {
        let process = subject.process;
        let stat = &process.stat;
        let shell = subject.role == Some(Role::Shell) && terminal_shell(process);
        if shell && process.leads_session() {
            return certain(SubKind::InteractiveShell, "a shell that leads its terminal's session");
        }
        if subject.role == Some(Role::SessionOpener)
            && stat.tpgid != stat.pgrp
            && !stat.is_stopped()
        {
            // su hands its terminal to the shell below it; behind by itself it would be stopped.
            return high(
                SubKind::SessionHelper,
                "opened a session for the shell below it, and waits for that to end",
            );
        }
        if !process.leads_session() && self.was_told_to_survive(process) {
            return high(SubKind::NohupJob, "ignores SIGHUP, as nohup makes it");
        }
        if self.in_pipeline(subject) {
            return certain(
                SubKind::Pipeline,
                "shares its process group with its neighbours in a pipe",
            );
        }
        if shell {
            return high(
                SubKind::InteractiveShell,
                "a shell without a command to run, on a terminal",
            );
        }
        if stat.tpgid == stat.pgrp {
            return certain(SubKind::Foreground, "in its terminal's foreground process group");
        }
        let parent_here = subject
            .parent
            .and_then(|parent| self.sample.processes.get(parent))
            .is_some_and(|parent| parent.stat.session == stat.session);
        if parent_here {
            return certain(SubKind::BackgroundJob, "on a terminal, in a background process group");
        }
        if process.leads_session() {
            return high(SubKind::Foreground, "leads its terminal's session");
        }
        high(SubKind::OrphanedJob, "on a terminal, and the shell that started it is gone")
    }

    /// `SIGHUP` ignored: what nohup(1) does. A whole session that ignores it was started that way,
    /// and says nothing of one job.
    pub fn was_told_to_survive(&self, process: &Process) -> bool {
        let leader = self.sample.by_pid(process.stat.session.unsigned_abs());
        process.stat.ignores(SIGHUP)
            && !process.stat.catches(SIGHUP)
            && !leader.is_some_and(|leader| leader.stat.ignores(SIGHUP))
    }

    /// Whether a sibling in the same process group is at the other end of a pipe. An interactive
    /// shell gives each pipeline a group of its own, so siblings there are enough; in a script all
    /// is one group, and only the pipes tell.
    pub fn in_pipeline(&mut self, subject: &Subject<'_>) -> bool {
        let (pgrp, Some(parent)) = (subject.process.stat.pgrp, subject.parent) else {
            return false;
        };
        if pgrp <= 0 || self.role_of(Some(parent)) != Some(Role::Shell) {
            return false;
        }
        let tree = self.tree;
        if tree.group(pgrp).nth(MAX_PIPELINE).is_some() {
            return false;
        }
        let siblings: Vec<usize> = tree
            .group(pgrp)
            .filter(|&other| other != subject.index && tree.parent(other) == Some(parent))
            .collect();
        let shell_in_group =
            self.sample.processes.get(parent).is_some_and(|shell| shell.stat.pgrp == pgrp);
        if !shell_in_group || siblings.is_empty() {
            return !siblings.is_empty();
        }
        self.want(subject.index);
        for &sibling in &siblings {
            self.want(sibling);
        }
        let mine = pipes(subject.process);
        siblings
            .iter()
            .filter_map(|&sibling| self.sample.processes.get(sibling))
            .any(|sibling| pipes(sibling).any(|pipe| mine.clone().any(|own| own == pipe)))
    }
}

/// Pipes among descriptors 0 and 1.
fn pipes(process: &Process) -> impl Iterator<Item = &[u8]> + Clone {
    let stdio = process.extra.as_ref().map_or(&[][..], |extra| &extra.stdio);
    stdio
        .iter()
        .take(2)
        .filter_map(|link| link.known())
        .map(|link| &**link)
        .filter(|link| link.starts_with(b"pipe:["))
}
