//! A service as its manager knows it.

pub mod others;
pub mod pid_files;
pub mod pids;
pub mod scripts;
pub mod systemd;

use host::ManagerKind;
use insight::snapshot::{Manager, State};

/// Whose a service is, in the words of `insight`.
pub fn manager_of(kind: ManagerKind) -> Manager {
    match kind {
        ManagerKind::Systemd => Manager::Systemd,
        ManagerKind::SystemdUser => Manager::SystemdUser,
        ManagerKind::OpenRc => Manager::OpenRc,
        ManagerKind::SysV => Manager::SysV,
    }
}

/// How a service is, in the words of `insight`.
pub fn state_of(state: host::ServiceState) -> State {
    match state {
        host::ServiceState::Running => State::Running,
        host::ServiceState::Exited => State::Exited,
        host::ServiceState::Starting => State::Starting,
        host::ServiceState::Stopping => State::Stopping,
        host::ServiceState::Failed => State::Failed,
        host::ServiceState::Crashed => State::Crashed,
        host::ServiceState::Stopped => State::Stopped,
        host::ServiceState::Unknown => State::Unknown,
    }
}
