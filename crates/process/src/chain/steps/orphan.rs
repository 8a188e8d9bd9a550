//! Processes that lost who started them: whoever stands above them only took them in.

use super::{Chain, link_kind, text};
use crate::chain::{LinkKind, login};
use crate::membership::Unit;
use crate::process::Process;
use crate::roles::{self, Role};
use crate::verdict::SubKind;

impl Chain<'_> {
    pub(super) fn is_reaper(&self, parent: &Process) -> bool {
        parent.pid() == 1 || roles::role(&parent.comm) == Some(Role::Supervisor)
    }

    pub(super) fn was_reaped(
        &self,
        process: &Process,
        parent: &Process,
        above: Option<usize>,
    ) -> bool {
        let (own, other) = (process.stat.session, parent.stat.session);
        if own == other && own != 0 {
            return false;
        }
        let leads = own.unsigned_abs() == process.pid();
        let started_by_init =
            self.sub_kind_of(above) == Some(SubKind::Init) && process.stat.tty_nr != 0 && leads;
        !started_by_init
            && (parent.pid() == 1
                || !leads && own != 0
                || self.sub_kind_of(above) == Some(SubKind::ContainerInit))
            && !matches!(
                self.scene.sample.membership(process).and_then(|m| m.unit.as_ref()),
                Some(Unit::Manager)
            )
    }

    /// The link above is only who took the process in. What is left of who started it?
    pub(super) fn lost_starter(&mut self, process: &Process, parent: &Process, index: usize) {
        let session = process.stat.session;
        let leader = u32::try_from(session).ok().filter(|&pid| pid != process.pid());
        let living = leader.and_then(|pid| self.scene.sample.by_pid(pid));
        match (living, leader) {
            (Some(leader), _) => {
                let how = "leads the session of the next, whose own parent is gone";
                self.add(
                    link_kind(leader),
                    text(leader.shown_name()),
                    Some(leader.pid()),
                    how,
                    false,
                );
            }
            (None, Some(pid)) if pid != 0 => {
                self.add(
                    LinkKind::Gone,
                    format!("process {pid}, which is gone"),
                    None,
                    "led the session that the next is still in",
                    true,
                );
            }
            _ => {
                self.add(
                    LinkKind::Gone,
                    "a process that is gone",
                    None,
                    "whoever started the next has ended",
                    true,
                );
            }
        }
        if let Some((name, how)) = login::origin(process) {
            self.add(LinkKind::Login, name, None, how, false);
        }
        if let Some((name, how)) = self.logind(process) {
            self.add(LinkKind::Login, name, None, how, false);
        }
        let how = format!(
            "its starter is gone, so {} ({}) took it in",
            text(parent.shown_name()),
            parent.pid()
        );
        self.process(index, how, true);
    }
}
