//! The order of findings: a cause before its consequences.
//!
//! Rules of all families run over each service, and know nothing of each other. Here their findings become one list:
//! what several rules found alike is joined; the surest cause stands first; how it ended (mechanisms) and what followed
//! (consequences) stand beneath it; what a dependency died of is the cause of what died with it. No finding gets lost:
//! what explains nothing and is explained by nothing stands after the rest.

mod arrange;
mod join;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use arrange::arrange;
use join::{count, join, said};

use crate::clues::Clues;
use crate::finding::{Confidence, Finding, Report, Role, Severity, Source};
use crate::rules::{self, Case, Chapter, Purpose, Rule};
use crate::snapshot::{Manager, Service, Snapshot};

/// The rule whose subject is a service that must be looked at for the cause.
const DEPENDENCY: &str = "dependency-failed";
/// The rule whose subject is an address where nobody answers.
const UNREACHABLE: &str = "dependency-unreachable";
/// No chain of dependencies is followed further than that.
const DEPTH_MAX: usize = 8;
/// A report for each service that was asked about.
pub(crate) fn reports(snapshot: &Snapshot, purpose: Purpose) -> Vec<Report> {
    // An audit reads no logs.
    let clues = (purpose == Purpose::Diagnose).then(Clues::new);
    reports_with(snapshot, purpose, clues.as_ref())
}

/// A report for each service that was asked about, with a table of clues that is ready; `None`: logs are not read.
pub(crate) fn reports_with(
    snapshot: &Snapshot,
    purpose: Purpose,
    clues: Option<&Clues>,
) -> Vec<Report> {
    let mut judged = Judged { snapshot, purpose, clues, found: BTreeMap::new() };
    snapshot.services.iter().take(snapshot.asked).map(|service| judged.report(service)).collect()
}

/// A report on the machine as a whole.
pub(crate) fn machine(snapshot: &Snapshot) -> Report {
    let service = Service::default();
    let case = Case { snapshot, service: &service, clues: &[] };
    let mut report = Report::default();
    let mut ranked = Vec::new();
    let of_machine = |rule: &Rule| rule.chapter == Chapter::Machine;
    run(&case, of_machine, &mut report, &mut ranked);
    report.findings = arrange(join(ranked));
    report
}

/// A finding with the place of its rule in the table.
#[derive(Clone, Debug)]
struct Ranked {
    order: usize,
    finding: Finding,
}

impl Ranked {
    /// What matters more comes first. The later of two log lines matters more: what was said last before the end.
    fn key(&self) -> impl Ord + use<> {
        let finding = &self.finding;
        (
            finding.role,
            Reverse(finding.severity),
            Reverse(finding.confidence),
            self.order,
            Reverse(last_time(finding)),
        )
    }
}

fn last_time(finding: &Finding) -> Option<u64> {
    let time = |source: &Source| match source {
        Source::Log { time_usec, .. } => *time_usec,
        _ => None,
    };
    finding.evidence.iter().filter_map(|evidence| time(&evidence.source)).max()
}

/// What was found about services so far.
struct Judged<'s> {
    snapshot: &'s Snapshot,
    purpose: Purpose,
    clues: Option<&'s Clues>,
    /// Findings of services by name, joined but not yet arranged.
    found: BTreeMap<String, Vec<Ranked>>,
}

impl<'s> Judged<'s> {
    fn report(&mut self, service: &'s Service) -> Report {
        let mut report = Report { service: service.name.clone(), ..Report::default() };
        let ranked = self.of_service(service, &mut report);
        let mut findings = arrange(ranked);
        self.follow(&mut findings, &mut vec![service.name.clone()]);
        report.findings = findings;
        report
    }

    /// What the rules find about a service, joined.
    fn of_service(&mut self, service: &'s Service, report: &mut Report) -> Vec<Ranked> {
        let found = self.clues.map_or_else(Vec::new, |clues| clues.of_service(service));
        let case = Case { snapshot: self.snapshot, service, clues: &found };
        let purpose = self.purpose;
        let is_asked = |rule: &Rule| rule.purpose == purpose && rule.chapter != Chapter::Machine;
        let mut ranked = Vec::new();
        run(&case, is_asked, report, &mut ranked);
        let works = !service.is_broken() && !rules::is_impersonated(self.snapshot, service);
        if purpose == Purpose::Diagnose && works {
            ranked.iter_mut().for_each(|ranked| soften(&mut ranked.finding));
        }
        if !matches!(service.manager, Manager::Systemd | Manager::SystemdUser) {
            // Drop-ins are systemd's.
            for ranked in &mut ranked {
                ranked.finding.remedies.retain(|remedy| remedy.settings.is_empty());
            }
        }
        let mut ranked = join(ranked);
        let said = said(&found);
        ranked.iter_mut().for_each(|ranked| count(&mut ranked.finding, &said));
        self.found.insert(service.name.clone(), ranked.clone());
        ranked
    }

    /// Puts what a failed dependency died of before what says that it failed.
    fn follow(&mut self, findings: &mut Vec<Finding>, path: &mut Vec<String>) {
        let named = findings.iter().enumerate();
        let mut named = named.filter_map(|(at, finding)| Some((at, self.culprit(finding)?)));
        let Some((at, name)) = named.next() else { return };
        // A cause of its own that is proven needs no other one; an unproven dependency stays where it is.
        let is_first = at == 0
            || findings.first().is_some_and(|first| {
                first.confidence < Confidence::Certain || first.role != Role::Cause
            });
        if !is_first || path.len() >= DEPTH_MAX || path.contains(&name) {
            return;
        }
        let Some(root) = self.cause_of(&name, path) else { return };
        let mut dependent = findings.remove(at);
        let severity = dependent.severity;
        dependent.role = Role::Consequence;
        let mut root = root;
        root.severity = root.severity.max(severity);
        let below = std::mem::take(&mut dependent.consequences);
        root.consequences.push(dependent);
        root.consequences.extend(below);
        findings.insert(0, root);
    }

    /// The service that must be looked at for the cause of a finding: a dependency that failed, or a broken service
    /// that would listen where nobody answers.
    fn culprit(&self, finding: &Finding) -> Option<String> {
        let subject = finding.subject.as_str();
        if finding.rule == DEPENDENCY {
            return Some(subject.to_owned());
        }
        if finding.rule != UNREACHABLE || finding.role != Role::Cause {
            return None;
        }
        let port = subject.rsplit_once(':').map(|(_, port)| port);
        let would_listen = |service: &&Service| {
            service.name != finding.service
                && service.is_broken()
                && service.meant_to_listen.iter().any(|(address, _)| {
                    address == subject
                        || (port.is_some()
                            && address.rsplit_once(':').map(|(_, port)| port) == port)
                })
        };
        self.snapshot.services.iter().find(would_listen).map(|service| service.name.clone())
    }

    /// What a service of the snapshot died of.
    fn cause_of(&mut self, name: &str, path: &mut Vec<String>) -> Option<Finding> {
        let service = self.snapshot.service(name).filter(|service| service.is_broken())?;
        let ranked = match self.found.get(name) {
            Some(ranked) => ranked.clone(),
            None => self.of_service(service, &mut Report::default()),
        };
        let mut findings = arrange(ranked);
        path.push(name.to_owned());
        self.follow(&mut findings, path);
        path.pop();
        let is_reason = |finding: &Finding| finding.role != Role::Separate;
        let first = findings.into_iter().next()?;
        is_reason(&first).then_some(first)
    }
}

/// A service that works has no errors, whatever a rule thinks.
fn soften(finding: &mut Finding) {
    finding.severity = finding.severity.min(Severity::Warning);
    finding.consequences.iter_mut().for_each(soften);
}

/// Runs rules that are chosen.
fn run(
    case: &Case<'_>,
    chosen: impl Fn(&Rule) -> bool,
    report: &mut Report,
    ranked: &mut Vec<Ranked>,
) {
    for (order, rule) in rules::rules().enumerate().filter(|(_, rule)| chosen(rule)) {
        match rule.needs.iter().find_map(|need| case.lacks(*need)) {
            Some(why) => report.unchecked.push((rule.name, why)),
            None => report.checked.push(rule.name),
        }
        let mut found = Vec::new();
        (rule.check)(case, &mut found);
        ranked.extend(found.into_iter().map(|finding| Ranked { order, finding }));
    }
    report.checked.sort_unstable();
    report.checked.dedup();
    let checked = &report.checked;
    report.unchecked.retain(|(name, _)| !checked.contains(name));
    report.unchecked.sort();
    report.unchecked.dedup();
}

#[cfg(test)]
mod tests;
