//! Services that wait for each other in a circle.

use super::common::listed;
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Line, LogSource};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "ordering-cycle",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "Services that wait for each other in a circle.",
    needs: &[Need::State, Need::Machine],
    about: "systemd breaks a circle of After= and Before= by deleting the start of one of its members at boot, \
                so that it is missing without having failed.",
    read_more: &["systemd.unit(5)", "systemd-analyze(1)"],
    check: cycle,
}];

/// Lines about circles that name a service, or that its manager wrote for it, of the time after its last start: with a
/// later one the circle was broken up.
fn cycle_lines<'s>(case: &Case<'s>) -> Vec<&'s Line> {
    let service = case.service;
    if service.is_healthy() {
        return Vec::new();
    }
    // A start that is refused is no run: its lines have no invocation.
    let of_manager = service.log.lines.iter().filter(|line| line.source == LogSource::Manager);
    let own = of_manager.clone().filter(|line| is_of_cycle(&line.message));
    let machine = case.snapshot.machine.ordering_cycles.iter();
    let machine = machine.filter(|line| names(&line.message, &service.name));
    let tried = of_manager.filter(|line| is_try(&line.message)).filter_map(|line| line.time_usec);
    let began = service.unit.active_enter_usec.max(service.unit.main_start_usec);
    let began = began.into_iter().chain(tried).max().unwrap_or(0);
    let mut lines: Vec<&Line> = Vec::new();
    for line in machine.chain(own).filter(|line| line.time_usec.is_none_or(|time| time > began)) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn is_of_cycle(message: &str) -> bool {
    ["ordering cycle", "order is cyclic", "Unable to break cycle"]
        .iter()
        .any(|words| message.contains(words))
}

/// A job for it was taken on, so that nothing was in a circle then.
fn is_try(message: &str) -> bool {
    !is_of_cycle(message)
        && (["Starting ", "Started ", "Failed to start ", "Dependency failed for "]
            .iter()
            .any(|words| message.starts_with(words))
            || message.contains("failed with result '"))
}

fn cycle(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let name = &case.service.name;
    let lines = cycle_lines(case);
    let by_check = case.definition().and_then(|definition| {
        definition.diagnostics.iter().find(|diagnostic| diagnostic.code == "cycle")
    });
    if lines.is_empty() && by_check.is_none() {
        return;
    }
    let deleted = lines.iter().find(|line| {
        let job = format!("{name}/start");
        let is_deleted = line.message.contains("deleted to break") && line.message.contains(&job);
        is_deleted
            || line.message.contains("Unable to break cycle")
            || line.message.contains("is cyclic")
    });
    let is_victim = deleted.is_some();
    let message = by_check.map(|diagnostic| diagnostic.message.as_str());
    let sentence = match (is_victim, message) {
        (true, _) => format!(
            "{name} and other units wait for each other in a circle, so that it was not started"
        ),
        (false, Some(message)) => format!("{name} is in a circle of ordering: {message}"),
        (false, None) => format!("{name} and other units wait for each other in a circle"),
    };
    let mut finding = case
        .finding("ordering-cycle", name.as_str())
        .severity(if is_victim { case.severity() } else { Severity::Warning })
        .sure(if is_victim { Confidence::Certain } else { Confidence::Possible })
        .says(format!("it is in a circle of ordering{}", with(&lines, name)), sentence);
    for line in deleted.into_iter().chain(lines.iter()).take(6) {
        finding = finding.proof(Evidence::log(line));
    }
    if let Some(diagnostic) = by_check {
        finding = finding.proof(match &diagnostic.place {
            Some(place) => Evidence::place(place, diagnostic.message.clone()),
            None => Evidence::manager("verify", diagnostic.message.clone()),
        });
    }
    findings.push(finding.fix(
        "take one of the After= or Before= in the circle away",
        [format!("daemonctl verify {}", shell(name)), format!("daemonctl deps {}", shell(name))],
    ));
}

/// The units that lines about a circle name besides this one: ` with db.service`.
fn with(lines: &[&Line], name: &str) -> String {
    let found =
        lines.iter().filter_map(|line| line.message.split_once(": Found ordering cycle on "));
    let units = found.flat_map(|(one, other)| [one, other.split('/').next().unwrap_or(other)]);
    let mut others: Vec<String> =
        units.filter(|unit| *unit != name && !unit.contains(' ')).map(str::to_owned).collect();
    others.sort();
    others.dedup();
    if others.is_empty() { String::new() } else { format!(" with {}", listed(&others)) }
}

/// A text names a unit, not only one whose name ends alike.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_.@\\:".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::{Snapshot, State};

    fn stopped() -> Snapshot {
        let mut snapshot = failed();
        service(&mut snapshot).state = State::Stopped;
        snapshot
    }

    #[test]
    fn a_circle_that_could_not_be_broken() {
        let mut snapshot = stopped();
        let at = |snapshot: &mut Snapshot, time: u64, text: &str| {
            says(snapshot, LogSource::Manager, text);
            let line = service(snapshot).log.lines.last_mut().unwrap();
            (line.time_usec, line.is_of_last_run) = (Some(time), false);
        };
        at(&mut snapshot, 5, "Starting x.service - X...");
        none(&snapshot, "ordering-cycle");
        at(&mut snapshot, 9, "db.service: Found ordering cycle on x.service/start");
        assert_eq!(one(&snapshot, "ordering-cycle").confidence, Confidence::Possible);
        at(&mut snapshot, 9, "db.service: Unable to break cycle starting with db.service/start");
        let finding = one(&snapshot, "ordering-cycle");
        assert_eq!(finding.confidence, Confidence::Certain);
        assert_eq!(finding.title, "it is in a circle of ordering with db.service");
        // A later job was taken on: there is no circle any more.
        at(&mut snapshot, 11, "Dependency failed for x.service - X.");
        none(&snapshot, "ordering-cycle");
    }

    #[test]
    fn a_circle_whose_victim_it_is() {
        let mut snapshot = stopped();
        none(&snapshot, "ordering-cycle");
        let mut line = |text: &str| {
            says(&mut snapshot, LogSource::Manager, text);
            let line = service(&mut snapshot).log.lines.pop().unwrap();
            snapshot.machine.ordering_cycles.push(line);
        };
        line("max.service: Found ordering cycle on y.service/start");
        none(&snapshot, "ordering-cycle");
        let mut line = |text: &str| {
            says(&mut snapshot, LogSource::Manager, text);
            let line = service(&mut snapshot).log.lines.pop().unwrap();
            snapshot.machine.ordering_cycles.push(line);
        };
        line(
            "y.service: Job x.service/start deleted to break ordering cycle starting with y.service/start",
        );
        let finding = one(&snapshot, "ordering-cycle");
        assert_eq!((finding.severity, finding.confidence), (Severity::Error, Confidence::Certain));
        // It was started later.
        service(&mut snapshot).unit.active_enter_usec = Some(2_000_000);
        none(&snapshot, "ordering-cycle");
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "ordering-cycle");
    }
}
