//! Does what OpenRC counts as started live?

use super::look::Look;
use super::records::Records;
use crate::found::{Found, no_pid};
use crate::proc::{Known, Life, PidFile, Process};
use crate::script::Script;
use crate::service::{Field, Reason, Service, ServiceState};

/// A child that started this much after its supervisor is not its first.
const FIRST_CHILD_USEC: u64 = 500_000;

impl Look<'_> {
    /// The process of a service, and what that makes of its state.
    pub(super) fn find_process(&self, service: &mut Service, script: Option<&Script>) {
        if service.state == ServiceState::Running {
            return self.find_started(service, script);
        }
        service.lacks(Field::MainPid, Reason::NotApplicable, "it is not started");
        service.lacks(Field::Restarts, Reason::NotApplicable, "it is not started");
        // A script that is not OpenRC's own may be run by anybody, and OpenRC does not see it.
        let Some(script) = script.filter(|script| !script.is_openrc) else { return };
        if service.state != ServiceState::Stopped {
            return;
        }
        let found = self.processes.find(script, &|| self.owns_programs(script));
        let (reason, detail) = no_pid(&found, false);
        match found {
            Found::Alive(pid) | Found::ByProgram { pid, .. } => {
                service.state = ServiceState::Running;
                service.main_pid = Some(pid);
                service.native.push_str(" (its process runs: its script was run by hand)");
                service.gaps.retain(|gap| gap.field != Field::MainPid);
                if let Found::ByProgram { .. } = found {
                    service.lacks(Field::MainPid, reason, detail);
                }
            }
            Found::Dead { .. } => service.lacks(Field::MainPid, reason, detail),
            Found::Unclear { .. } | Found::Hidden { .. } | Found::None { .. } => {}
        }
    }

    fn find_started(&self, service: &mut Service, script: Option<&Script>) {
        let records = self.records(&service.name);
        service.restarts = records.restarts;
        if !records.supervised {
            service.lacks(
                Field::Restarts,
                Reason::NotApplicable,
                "OpenRC restarts only what supervise-daemon watches",
            );
        }
        for (path, _) in &records.pid_files {
            if !service.pid_files.contains(path) {
                service.pid_files.push(path.clone());
            }
        }
        let empty = Script::default();
        if records.supervised {
            self.judge_supervised(service, &records);
        } else if records.pid_files.is_empty() {
            self.judge_by_script(service, script.unwrap_or(&empty));
        } else {
            self.judge_recorded(service, &records);
        }
    }

    /// supervise-daemon runs, and tells its child's pid.
    fn judge_supervised(&self, service: &mut Service, records: &Records) {
        let supervisor = self.supervisor(records);
        let supervised = supervisor.is_some();
        let child = records.child.map(|pid| (pid, self.processes.look(pid)));
        match child {
            Some((pid, Life::Alive(process))) => {
                service.main_pid = Some(pid);
                self.judge_restarts(service, supervisor, &process);
                service.since_unix_usec = records.started_unix_usec.or(service.since_unix_usec);
                if !supervised {
                    service.native.push_str(" (unsupervised: its supervisor is gone)");
                }
            }
            Some((_, Life::Dead)) | None if supervised => {
                service.state = ServiceState::Crashed;
                service.native.push_str(" (waits to be restarted)");
                service.lacks(Field::MainPid, Reason::Vanished, "its process ended");
            }
            Some((_, Life::Unknown)) => {
                service.state = ServiceState::Unknown;
                let detail = "its process cannot be seen from here";
                service.lacks(Field::State, Reason::NotPermitted, detail);
                service.lacks(Field::MainPid, Reason::NotPermitted, detail);
            }
            _ => {
                crashed(service);
                let detail = "both its process and its supervisor are gone";
                service.lacks(Field::MainPid, Reason::Vanished, detail);
            }
        }
    }

    /// supervise-daemon counts restarts only where a `respawn_period` is set, and forgets them
    /// when that is over: a child that is younger than its supervisor was restarted for all that.
    fn judge_restarts(&self, service: &mut Service, supervisor: Option<u32>, child: &Process) {
        let started = supervisor.and_then(|pid| match self.processes.look(pid) {
            Life::Alive(supervisor) => supervisor.started_unix_usec,
            Life::Dead | Life::Unknown => None,
        });
        let is_younger = started
            .zip(child.started_unix_usec)
            .is_some_and(|(supervisor, child)| child > supervisor.saturating_add(FIRST_CHILD_USEC));
        if service.restarts == Some(0) && is_younger {
            service.restarts = None;
            let detail = "it was restarted; supervise-daemon did not count how often";
            service.lacks(Field::Restarts, Reason::Unknown, detail);
        }
    }

    /// Its supervise-daemon runs.
    pub(super) fn has_supervisor(&self, records: &Records) -> bool {
        self.supervisor(records).is_some()
    }

    /// Its supervise-daemon.
    fn supervisor(&self, records: &Records) -> Option<u32> {
        let supervisor = ["supervise-daemon".to_owned()];
        let known = Known { programs: &[], names: &supervisor };
        let files = records.pid_files.iter().filter(|_| records.supervised);
        files.filter_map(|(path, _)| self.processes.of_pid_file(path, known).alive()).next()
    }

    /// OpenRC itself recorded where the pid stands: no live pid there is a crash.
    fn judge_recorded(&self, service: &mut Service, records: &Records) {
        let names = [service.name.clone()];
        let mut found = Found::None { certain: false };
        for (path, program) in &records.pid_files {
            let known = Known { programs: program.as_slice(), names: &names };
            let path = path.clone();
            found = match self.processes.of_pid_file(&path, known) {
                PidFile::Alive(pid) => {
                    service.main_pid = Some(pid);
                    return;
                }
                PidFile::Absent => continue,
                PidFile::Dead { pid, taken_by } => Found::Dead { path, pid, taken_by },
                PidFile::Hidden(pid) => Found::Hidden { path, pid },
                PidFile::Unreadable(detail) => Found::Unclear { path, detail },
            };
        }
        let (reason, detail) = no_pid(&found, false);
        if let Found::Unclear { .. } | Found::Hidden { .. } = found {
            service.state = ServiceState::Unknown;
            service.lacks(Field::State, reason, detail.clone());
        } else {
            crashed(service);
        }
        service.lacks(Field::MainPid, reason, detail);
    }

    /// OpenRC recorded no daemon: a script that is not its own, or one that starts none.
    fn judge_by_script(&self, service: &mut Service, script: &Script) {
        let found = self.processes.find(script, &|| self.owns_programs(script));
        let no_daemon = script.daemon_paths.is_empty() && script.pid_files.is_empty();
        let (reason, detail) = no_pid(&found, no_daemon);
        match &found {
            Found::Alive(pid) => {
                service.main_pid = Some(*pid);
                return;
            }
            Found::ByProgram { pid, .. } => service.main_pid = Some(*pid),
            Found::Dead { .. } => crashed(service),
            Found::None { certain }
                if no_daemon
                    || (!(script.starts_daemon || script.is_openrc)
                        && (*certain || script.daemon_paths.is_empty())) =>
            {
                service.state = ServiceState::Exited;
            }
            // A crash leaves the pid file: its script was run by hand to stop it, or had nothing
            // to start when OpenRC ran it.
            Found::None { certain: true } if !script.is_openrc => {
                service.state = ServiceState::Stopped;
                service.native.push_str(" (no process of it is there)");
            }
            Found::None { .. } | Found::Unclear { .. } | Found::Hidden { .. } => {
                service.state = ServiceState::Unknown;
                service.lacks(
                    Field::State,
                    Reason::Unknown,
                    "OpenRC started it, and nothing tells which process is its daemon",
                );
            }
        }
        service.lacks(Field::MainPid, reason, detail);
    }
}

fn crashed(service: &mut Service) {
    service.state = ServiceState::Crashed;
    "crashed".clone_into(&mut service.native);
}
