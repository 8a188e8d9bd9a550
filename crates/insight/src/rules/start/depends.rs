//! What a service depends on: that failed, or that is not there.

use super::common::{is_systemd, restart};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Dependency, Line, Load, Manager, Relation, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "dependency-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that is required and has no definition, or is masked.",
        needs: &[Need::Definition, Need::Dependencies],
        about: "systemd refuses the start: `Unit X not found`. OpenRC says `needs service(s) X`. What is only wanted may \
                be missing.",
        read_more: &["systemd.unit(5)", "openrc-run(8)"],
        check: missing,
    },
    Rule {
        name: "dependency-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A service that is required and that failed or does not run.",
        needs: &[Need::State, Need::Dependencies],
        about: "The start is given up before anything of the service itself is begun: look at the other one, whose own \
                cause is shown first.",
        read_more: &["systemd.unit(5)", "openrc-run(8)"],
        check: failed,
    },
];

/// What stands in the way of a start by itself.
fn is_fatal(case: &Case<'_>, dependency: &Dependency) -> bool {
    // insserv orders by Required-Start:, and init scripts never ask for it at their start.
    dependency.relation == Relation::Needs && case.service.manager != Manager::SysV
}

fn missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for dependency in &case.service.dependencies {
        let is_masked = dependency.load == Load::Masked;
        if !is_fatal(case, dependency) || !(is_masked || dependency.load == Load::NotFound) {
            continue;
        }
        // Mounts, slices and devices need no file.
        let needs_file = [".service", ".socket", ".target", ".timer", ".path"];
        if is_systemd(case) && !needs_file.iter().any(|end| dependency.name.ends_with(end)) {
            continue;
        }
        let (name, other) = (&case.service.name, &dependency.name);
        let what = if is_masked { "is masked" } else { "does not exist" };
        let severity = match case.service.is_healthy() || case.service.last_exit.is_some() {
            // It was started without.
            true => Severity::Warning,
            false => case.severity(),
        };
        let evidence = match &dependency.place {
            Some(place) => Evidence::place(place, format!("needs {other}")),
            None => Evidence::manager("Requires", other.clone()),
        };
        let finding = case
            .finding("dependency-missing", other.as_str())
            .severity(severity)
            .sure(Confidence::Certain)
            .says(
                format!("{other}, which it needs, {what}"),
                format!("{name} needs {other}, which {what}: it can't be started"),
            )
            .proof(evidence);
        findings.push(match is_masked {
            true => finding
                .fix("unmask it", [format!("daemonctl unmask {}", shell(other)), restart(case)]),
            false => finding.fix(
                "install it, or take the dependency out of the definition",
                [format!("daemonctl list | grep -i {}", shell(other)), restart(case)],
            ),
        });
    }
}

/// The line with which a manager says that a dependency was in the way.
fn gave_up<'s>(case: &Case<'s>) -> Option<&'s Line> {
    let says = |line: &&Line| {
        let message = line.message.as_str();
        message.starts_with("Dependency failed for")
            || message.contains("Job failed with result 'dependency'")
            || message.contains("failed with result 'dependency'")
            || (message.contains("cannot start") && message.contains("would not start"))
    };
    case.manager_lines().rev().find(says)
}

fn failed(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let service = case.service;
    findings.extend(instances(case));
    if service.is_healthy() || service.stop_request().is_some() {
        return;
    }
    let line = gave_up(case);
    let was_begun = service.last_exit.is_some() && line.is_none();
    for dependency in service.dependencies.iter().filter(|d| is_fatal(case, d)) {
        let is_down = match dependency.state {
            State::Failed | State::Crashed => true,
            // A looping one is between two starts now.
            State::Starting => {
                case.snapshot.service(&dependency.name).is_some_and(|s| s.is_broken())
            }
            State::Stopped => {
                line.is_some() && dependency.load == Load::Loaded && is_startable(dependency)
            }
            _ => false,
        };
        let is_not_there = matches!(dependency.load, Load::NotFound | Load::Masked);
        if !is_down || is_not_there || is_given_up_with_it(case, dependency, line) {
            continue;
        }
        let confidence = match (line.is_some(), was_begun) {
            (true, _) => Confidence::Certain,
            (false, false) => Confidence::Likely,
            (false, true) => Confidence::Possible,
        };
        findings.push(depends(case, dependency, line, confidence));
    }
}

/// A socket, timer or path that starts the service failed since the service did: its manager gives it up when what it
/// starts fails too often. Where the start was given up for it, it failed by itself.
fn is_given_up_with_it(case: &Case<'_>, dependency: &Dependency, line: Option<&Line>) -> bool {
    let triggers = |other: &Dependency| {
        other.relation == Relation::TriggeredBy && other.name == dependency.name
    };
    let result = case.snapshot.service(&dependency.name).map(|s| s.unit.result.as_str());
    // Results that only units have which start others.
    let is_limit = matches!(result, Some("service-start-limit-hit" | "trigger-limit-hit"));
    is_limit || (line.is_none() && case.service.dependencies.iter().any(triggers))
}

/// Instances that a service stands for, and that failed while it counts as active itself: the clusters of Debian's
/// `postgresql.service`.
fn instances(case: &Case<'_>) -> Vec<Finding> {
    let service = case.service;
    if service.state != State::Exited {
        return Vec::new();
    }
    let has_failed = |dependency: &&Dependency| {
        service.stands_for(&dependency.name)
            && matches!(dependency.state, State::Failed | State::Crashed)
    };
    let failed = service.dependencies.iter().filter(has_failed);
    let found = failed.map(|dependency| {
        let (name, other) = (&service.name, &dependency.name);
        case.finding("dependency-failed", other.as_str())
            .sure(Confidence::Certain)
            .says(
                format!("{other}, which it stands for, failed"),
                format!("{name} runs nothing itself: it stands for {other}, which failed"),
            )
            .proof(Evidence::manager("Wants", other.clone()))
            .fix("see what is wrong with it", [format!("daemonctl diagnose {}", shell(other))])
    });
    found.collect()
}

/// Targets and the like are stopped by what they need in turn.
fn is_startable(dependency: &Dependency) -> bool {
    !dependency.name.contains('.')
        || [".service", ".socket", ".mount", ".target"]
            .iter()
            .any(|end| dependency.name.ends_with(end))
}

fn depends(
    case: &Case<'_>,
    dependency: &Dependency,
    line: Option<&Line>,
    confidence: Confidence,
) -> Finding {
    let (name, other) = (&case.service.name, &dependency.name);
    let state = match dependency.state {
        State::Failed => "failed",
        State::Crashed => "crashed",
        State::Starting => "does not get up",
        _ => "does not run",
    };
    let evidence = match &dependency.place {
        Some(place) => Evidence::place(place, format!("needs {other}")),
        None => Evidence::manager("Requires", other.clone()),
    };
    case.finding("dependency-failed", other.as_str())
        .sure(confidence)
        .says(
            format!("{other}, which it needs, {state}"),
            format!("{name} needs {other}, which {state}, so {name} was not started"),
        )
        .proof_if(line.map(Evidence::log))
        .proof(evidence)
        .fix(
            "see what is wrong with it",
            [format!("daemonctl diagnose {}", shell(other)), restart(case)],
        )
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::{LogSource, Snapshot};

    fn needs(load: Load, state: State) -> Snapshot {
        let mut snapshot = super::super::testing::failed();
        let service = service(&mut snapshot);
        service.state = State::Stopped;
        service.dependencies.push(Dependency {
            relation: Relation::Needs,
            name: "db.service".into(),
            state,
            load,
            place: Some(place(3)),
        });
        snapshot
    }

    #[test]
    fn a_dependency_that_is_not_there() {
        let mut snapshot = needs(Load::NotFound, State::Stopped);
        let finding = one(&snapshot, "dependency-missing");
        assert_eq!(finding.title, "db.service, which it needs, does not exist");
        assert_eq!(finding.severity, Severity::Error);
        none(&snapshot, "dependency-failed");
        service(&mut snapshot).dependencies[0].relation = Relation::Wants;
        none(&snapshot, "dependency-missing");
        none(&needs(Load::Loaded, State::Running), "dependency-missing");
    }

    #[test]
    fn a_dependency_that_failed() {
        let mut snapshot = needs(Load::Loaded, State::Failed);
        let finding = one(&snapshot, "dependency-failed");
        assert_eq!(
            (finding.confidence, finding.subject.as_str()),
            (Confidence::Likely, "db.service")
        );
        says(&mut snapshot, LogSource::Manager, "Dependency failed for x.service - X.");
        assert_eq!(one(&snapshot, "dependency-failed").confidence, Confidence::Certain);
        service(&mut snapshot).dependencies[0].state = State::Running;
        none(&snapshot, "dependency-failed");
        // One that is down is in the way only if the manager says so.
        service(&mut snapshot).dependencies[0].state = State::Stopped;
        one(&snapshot, "dependency-failed");
        service(&mut snapshot).log.lines.clear();
        none(&snapshot, "dependency-failed");
    }

    #[test]
    fn who_ran_by_himself_is_hardly_a_victim() {
        let mut snapshot = needs(Load::Loaded, State::Failed);
        exited(&mut snapshot, 1);
        assert_eq!(one(&snapshot, "dependency-failed").confidence, Confidence::Possible);
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "dependency-failed");
    }

    #[test]
    fn a_socket_that_is_given_up_with_its_service_explains_nothing() {
        let mut snapshot = needs(Load::Loaded, State::Failed);
        let mut trigger = service(&mut snapshot).dependencies[0].clone();
        trigger.relation = Relation::TriggeredBy;
        service(&mut snapshot).dependencies.push(trigger);
        none(&snapshot, "dependency-failed");
        says(&mut snapshot, LogSource::Manager, "Dependency failed for x.service - X.");
        one(&snapshot, "dependency-failed");
        let mut socket = snapshot.services[0].clone();
        socket.name = "db.service".into();
        socket.unit.result = "service-start-limit-hit".into();
        snapshot.services.push(socket);
        none(&snapshot, "dependency-failed");
        snapshot.services[1].unit.result = "resources".into();
        one(&snapshot, "dependency-failed");
    }

    #[test]
    fn an_instance_that_failed_is_what_its_wrapper_is_asked_for() {
        let mut snapshot = needs(Load::Loaded, State::Failed);
        let wrapper = service(&mut snapshot);
        (wrapper.name, wrapper.state) = ("pg.service".into(), State::Exited);
        wrapper.dependencies[0].relation = Relation::Wants;
        none(&snapshot, "dependency-failed");
        service(&mut snapshot).dependencies[0].name = "pg@15-main.service".into();
        assert_eq!(one(&snapshot, "dependency-failed").confidence, Confidence::Certain);
        let mut instance = super::super::testing::failed().services.remove(0);
        (instance.name, instance.unit.result) = ("pg@15-main.service".into(), "exit-code".into());
        instance.last_exit = Some(crate::snapshot::Exit::Status(2));
        snapshot.services.push(instance);
        let report = crate::diagnose(&snapshot).remove(0);
        let first = &report.findings[0];
        assert_eq!(
            (first.service.as_str(), first.severity),
            ("pg@15-main.service", Severity::Error)
        );
        service(&mut snapshot).dependencies[0].state = State::Running;
        none(&snapshot, "dependency-failed");
    }
}
