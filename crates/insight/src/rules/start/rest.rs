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
        about: "It is not enabled, so that it is not started at boot, and nobody started it; or a setting in /etc/default \
                tells its script to start nothing. Nothing is wrong.",
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
    findings.extend(switched_off(case));
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

/// Its script starts nothing since a setting tells it so.
fn switched_off(case: &Case<'_>) -> Option<Finding> {
    let service = case.service;
    let setting = service.switched_off().filter(|_| service.state == State::Stopped)?;
    let (name, key, path) = (&service.name, &setting.key, &setting.place.path);
    let finding = case
        .finding("not-enabled", name.as_str())
        .severity(Severity::Info)
        .role(Role::Separate)
        .sure(Confidence::Certain)
        .says(
            format!("it is switched off by {key} in {path}"),
            format!(
                "{name} does not run: {key}={} in {path} tells its script to start nothing",
                setting.value
            ),
        )
        .proof(super::common::quoted(setting))
        .fix(
            format!("if it is wanted, change {key} in {path}, and start it"),
            [format!("daemonctl start {}", shell(name))],
        );
    Some(finding)
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
    fn the_words_of_a_failed_start_are_no_request() {
        let mut snapshot = failed();
        service(&mut snapshot).state = State::Stopped;
        service(&mut snapshot).manager = crate::snapshot::Manager::SysV;
        let own = LogSource::Service;
        says(&mut snapshot, own, "LOG:  received fast shutdown request");
        let admin = "FATAL:  terminating connection due to administrator command";
        says(&mut snapshot, own, admin);
        says(&mut snapshot, own, "LOG:  database system is shut down");
        one(&snapshot, "stopped-by-hand");
        says(&mut snapshot, own, "FATAL:  could not load /etc/postgresql/15/main/pg_hba.conf");
        says(&mut snapshot, own, "LOG:  database system is shut down");
        none(&snapshot, "stopped-by-hand");
    }

    #[test]
    fn what_a_setting_switches_off_is_left_in_peace() {
        let mut snapshot = failed();
        let service_ = service(&mut snapshot);
        (service_.name, service_.state) = ("rsync".into(), State::Stopped);
        service_.manager = crate::snapshot::Manager::SysV;
        definition(&mut snapshot).language = crate::snapshot::Language::Lsb;
        set(&mut snapshot, "RSYNC_ENABLE", "true");
        set(&mut snapshot, "RSYNC_START_IPV6", "no");
        none(&snapshot, "not-enabled");
        assert!(service(&mut snapshot).is_broken());
        set(&mut snapshot, "RSYNC_ENABLE", "false");
        let finding = one(&snapshot, "not-enabled");
        assert!(finding.title.starts_with("it is switched off by RSYNC_ENABLE in "));
        assert!(!service(&mut snapshot).is_broken());
        let path = "/etc/rsyncd.conf";
        lacks(&mut snapshot, path, path);
        service(&mut snapshot).config_paths.push(crate::snapshot::ConfigPath {
            path: path.into(),
            purpose: crate::snapshot::PathUse::Read,
            key: "--config".into(),
            place: None,
            user: None,
        });
        none(&snapshot, "file-missing");
        // Drop-ins of systemd's units know no such switch.
        definition(&mut snapshot).language = crate::snapshot::Language::Unit;
        assert!(service(&mut snapshot).is_broken());
        one(&snapshot, "file-missing");
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
