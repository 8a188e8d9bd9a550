//! Services that rest since somebody wants it so.

use super::common::is_systemd;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Load, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "stopped-by-hand",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that does not run since it was stopped on request.",
        needs: &[Need::State, Need::Log],
        about: "Nothing is wrong: its administrator, or a unit that conflicts with it, stopped it, and it ended well.",
        read_more: &["systemctl(1)"],
        check: stopped,
    },
    Rule {
        name: "not-enabled",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that does not run since nothing starts it.",
        needs: &[Need::State],
        about: "It is not enabled, so that it is not started at boot, and nobody started it. Nothing is wrong.",
        read_more: &["systemctl(1)", "rc-update(8)", "update-rc.d(8)"],
        check: not_enabled,
    },
];

fn stopped(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(line) = case.service.ended_on_request() else { return };
    let name = &case.service.name;
    let enabled = case.service.enablement.as_deref() == Some("enabled");
    let next = match (is_systemd(case), enabled) {
        (true, true) => "; it starts again at the next boot",
        (true, false) => "",
        (false, _) => "; whether it was tried again since is written nowhere",
    };
    let confidence = if is_systemd(case) { Confidence::Certain } else { Confidence::Likely };
    let finding = case
        .finding("stopped-by-hand", name.as_str())
        .severity(Severity::Info)
        .role(Role::Separate)
        .sure(confidence)
        .says(
            "it was stopped on request",
            format!("{name} was stopped on request and ended well{next}"),
        )
        .proof(Evidence::log(line))
        .fix("start it", [format!("daemonctl start {}", shell(name))]);
    findings.push(finding);
}

fn not_enabled(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    let is_off = matches!(service.enablement.as_deref(), Some("disabled" | "not enabled" | "off"));
    let is_idle = service.state == State::Stopped && !service.should_run;
    if !is_off || !is_idle || service.load != Load::Loaded || service.stop_request().is_some() {
        return;
    }
    let name = &service.name;
    let enablement = service.enablement.clone().unwrap_or_default();
    let finding = case
        .finding("not-enabled", name.as_str())
        .severity(Severity::Info)
        .role(Role::Separate)
        .sure(Confidence::Certain)
        .says(
            "it is not enabled, and was not started",
            format!("{name} does not run: it is not started at boot, and nobody started it"),
        )
        .proof(Evidence::manager("UnitFileState", enablement))
        .fix(
            "start it now and at boot",
            [
                format!("daemonctl enable {}", shell(name)),
                format!("daemonctl start {}", shell(name)),
            ],
        );
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::LogSource;

    #[test]
    fn who_stopped_it_broke_nothing() {
        let mut snapshot = failed();
        service(&mut snapshot).state = State::Stopped;
        service(&mut snapshot).enablement = Some("enabled".into());
        says(&mut snapshot, LogSource::Manager, "Started x.service - X.");
        assert!(service(&mut snapshot).is_broken());
        none(&snapshot, "stopped-by-hand");
        says(&mut snapshot, LogSource::Manager, "Stopping x.service - X...");
        says(&mut snapshot, LogSource::Manager, "Stopped x.service - X.");
        assert!(!service(&mut snapshot).is_broken());
        assert_eq!(one(&snapshot, "stopped-by-hand").severity, Severity::Info);
        none(&snapshot, "not-enabled");
    }

    #[test]
    fn without_a_manager_that_logs_its_own_last_words_count() {
        let mut snapshot = failed();
        service(&mut snapshot).state = State::Stopped;
        service(&mut snapshot).manager = crate::snapshot::Manager::SysV;
        says(&mut snapshot, LogSource::Service, "Ready to accept connections");
        none(&snapshot, "stopped-by-hand");
        says(&mut snapshot, LogSource::Service, "User requested shutdown...");
        says(&mut snapshot, LogSource::Service, "Redis is now ready to exit, bye bye...");
        assert_eq!(one(&snapshot, "stopped-by-hand").severity, Severity::Info);
        // It was tried again, and said why that failed.
        says(&mut snapshot, LogSource::Service, "Fatal error, can't open config file");
        service(&mut snapshot).log.lines.last_mut().unwrap().level =
            Some(crate::snapshot::Level::Error);
        none(&snapshot, "stopped-by-hand");
    }

    #[test]
    fn a_disabled_service_is_left_in_peace() {
        let mut snapshot = failed();
        let service = service(&mut snapshot);
        service.enablement = Some("disabled".into());
        service.should_run = false;
        none(&snapshot, "not-enabled");
        super::super::testing::service(&mut snapshot).state = State::Stopped;
        assert_eq!(one(&snapshot, "not-enabled").severity, Severity::Info);
    }
}
