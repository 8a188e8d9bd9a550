//! The state of a service that only its files and processes tell.

use crate::found::{Found, describe, no_pid};
use crate::proc::Processes;
use crate::script::Script;
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};

/// The service of a script.
pub(super) fn of(script: &Script, processes: &Processes, is_own: &dyn Fn() -> bool) -> Service {
    let mut service = Service::new(&script.name, ManagerKind::SysV);
    describe(&mut service, script);
    service.enabled_in = Some(script.runlevels.clone());
    service.enablement = Some(enablement(script).to_owned());
    service.lacks(Field::Restarts, Reason::NotApplicable, "SysV init restarts nothing");
    service.lacks(Field::Result, Reason::Unknown, "SysV init keeps no exit status");
    service.lacks(Field::TriggeredBy, Reason::NotApplicable, "SysV init has no triggers");
    service.lacks(
        Field::Since,
        Reason::Unknown,
        "SysV init keeps no times; the main process's start tells",
    );
    judge(&mut service, script, &processes.find(script, is_own));
    service
}

/// Whether a runlevel that runs services starts it.
pub(super) fn enablement(script: &Script) -> &'static str {
    match script.runlevels.iter().any(|level| level != "0" && level != "6") {
        true => "enabled",
        false => "disabled",
    }
}

/// What the pid files and processes of a script say of its state.
fn judge(service: &mut Service, script: &Script, found: &Found) {
    let no_daemon = script.daemon_paths.is_empty() && script.pid_files.is_empty();
    let has_pid_file = !script.pid_files.is_empty();
    match found {
        Found::Alive(pid) | Found::ByProgram { pid, .. } => {
            service.state = ServiceState::Running;
            service.main_pid = Some(*pid);
            service.native = "running".to_owned();
            if let Found::ByProgram { .. } = found {
                let (reason, detail) = no_pid(found, no_daemon);
                service.lacks(Field::MainPid, reason, detail);
            }
            return;
        }
        Found::Dead { .. } => {
            service.state = ServiceState::Crashed;
            service.native = "dead but pid file exists".to_owned();
        }
        Found::None { certain } if script.starts_daemon && (*certain || has_pid_file) => {
            service.state = ServiceState::Stopped;
            service.native = "not running".to_owned();
        }
        Found::None { .. } | Found::Unclear { .. } | Found::Hidden { .. } => {
            "unknown".clone_into(&mut service.native);
        }
    }
    let (reason, detail) = no_pid(found, no_daemon);
    if service.state == ServiceState::Unknown {
        service.lacks(Field::State, reason, detail.clone());
    }
    service.lacks(Field::MainPid, reason, detail);
}
