//! How services are, in OpenRC's words.

use host::{ManagerKind, Service, ServiceState};

use super::super::einfo::Hue;

/// How a service is, in OpenRC's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// On its way down.
    Stopping,
    /// On its way up.
    Starting,
    /// It waits for something.
    Inactive,
    /// Up. Where its supervisor keeps that: for how many seconds, and how often it was started again.
    Started(Option<(u64, u32)>),
    /// Its process is gone though it should run.
    Crashed,
    /// Its process runs, its supervisor is gone.
    Unsupervised,
    /// It starts when another is there.
    Scheduled,
    /// It could not be started.
    Failed,
    /// Nobody knows: a script without a daemon, on a machine that keeps no record of it.
    Unknown,
    /// Down.
    #[default]
    Stopped,
}

impl State {
    /// The text between rc-status's brackets, its blanks with it.
    pub fn text(self) -> String {
        match self {
            State::Stopping => "stopping ".to_owned(),
            State::Starting => "starting ".to_owned(),
            State::Inactive => "inactive ".to_owned(),
            State::Started(None) => " started ".to_owned(),
            State::Started(Some((seconds, restarts))) => {
                format!(" started {} ({restarts})", uptime(seconds))
            }
            State::Crashed => " crashed ".to_owned(),
            State::Unsupervised => " unsupervised ".to_owned(),
            State::Scheduled => "scheduled".to_owned(),
            State::Failed => "failed".to_owned(),
            State::Unknown => " unknown ".to_owned(),
            State::Stopped => " stopped ".to_owned(),
        }
    }

    /// The colour of the brackets.
    pub fn hue(self) -> Hue {
        match self {
            State::Started(_) => Hue::Good,
            State::Starting
            | State::Inactive
            | State::Scheduled
            | State::Failed
            | State::Unknown => Hue::Warn,
            State::Stopping | State::Crashed | State::Unsupervised | State::Stopped => Hue::Bad,
        }
    }

    /// The one word for it, and the exit status of a script's `status` (openrc-run(8)).
    pub fn status(self) -> (&'static str, u8) {
        match self {
            State::Stopping => ("stopping", 4),
            State::Starting => ("starting", 8),
            State::Inactive => ("inactive", 16),
            State::Started(_) => ("started", 0),
            State::Crashed => ("crashed", 32),
            State::Unsupervised => ("unsupervised", 64),
            State::Scheduled => ("scheduled", 3),
            State::Failed => ("failed", 3),
            State::Unknown => ("unknown", 3),
            State::Stopped => ("stopped", 3),
        }
    }

    /// OpenRC counts it as stopped; it may be about to start.
    pub fn is_stopped(self) -> bool {
        matches!(self, State::Stopped | State::Scheduled | State::Unknown)
    }

    /// OpenRC counts it as started, whatever became of its process.
    pub fn is_started(self) -> bool {
        matches!(self, State::Started(_) | State::Crashed | State::Unsupervised)
    }
}

fn uptime(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60);
    if days > 0 { format!("{days} day(s) {clock}") } else { clock }
}

/// The state of a service in OpenRC's words.
pub fn state_of(service: &Service) -> State {
    match service.state {
        ServiceState::Stopping => State::Stopping,
        ServiceState::Starting if service.native.starts_with("inactive") => State::Inactive,
        ServiceState::Starting => State::Starting,
        ServiceState::Failed => State::Failed,
        ServiceState::Crashed => State::Crashed,
        ServiceState::Running if service.native.contains("unsupervised") => State::Unsupervised,
        ServiceState::Running | ServiceState::Exited => State::Started(since(service)),
        ServiceState::Unknown if service.native.starts_with("started") => State::Started(None),
        ServiceState::Stopped if service.native.starts_with("scheduled") => State::Scheduled,
        ServiceState::Unknown if service.manager == ManagerKind::SysV => State::Unknown,
        ServiceState::Stopped | ServiceState::Unknown => State::Stopped,
    }
}

/// Of one that is supervised: for how long, and how often it was started again.
fn since(service: &Service) -> Option<(u64, u32)> {
    let (restarts, since) = (service.restarts?, service.since_unix_usec?);
    service.main_pid?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((now.as_secs().saturating_sub(since / 1_000_000), restarts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_the_original_shows_them() {
        assert_eq!(State::Started(Some((61, 2))).text(), " started 00:01:01 (2)");
        assert_eq!(State::Started(Some((90_061, 0))).text(), " started 1 day(s) 01:01:01 (0)");
        assert_eq!(State::Started(None).text(), " started ");
    }
}
