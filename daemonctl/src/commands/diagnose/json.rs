//! What was found, as JSON.

use insight::finding::{Confidence, Evidence, Finding, Remedy, Report, Role, Severity, Source};
use insight::snapshot::{Manager, Service, State, Unseen};
use present::json::{Document, Note, Object};
use present::{Value, Why};
use serde_json::Value as Json;

use super::Outcome;
use crate::failure::Failure;

/// The whole document.
///
/// # Errors
/// It can't be written.
pub fn document(outcome: &Outcome) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "diagnose")?;
    document.array("services")?;
    for report in &outcome.reports {
        let service = outcome.snapshot.service(&report.service);
        document.item(of_report(report, service))?;
    }
    document.end_array()?;
    if let Some(machine) = &outcome.machine {
        document.put_json("machine_findings", &findings(&machine.findings))?;
    }
    document.finish(&notes(&outcome.snapshot.unseen))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What was found about one service.
pub fn of_report(report: &Report, service: Option<&Service>) -> Object {
    let mut object = Object::new();
    object.put("name", report.service.as_str());
    if let Some(service) = service {
        object.put("manager", Value::or_missing(manager(service.manager), Why::NotApplicable));
        object.put("state", state(service.state));
        object.put("native_state", service.native.as_str());
        object.put("enablement", Value::or_missing(service.enablement.clone(), Why::NotApplicable));
        object.put("should_run", service.should_run);
        object.put("is_broken", service.is_broken());
    }
    object.put_json("findings", findings(&report.findings));
    object.put_json("checked", report.checked.iter().copied().collect::<Json>());
    let unchecked = report.unchecked.iter().map(|(rule, lacks)| {
        let mut object = Object::new();
        object.put("rule", *rule);
        object.put("lacks", lacks.as_str());
        object.build()
    });
    object.put_json("unchecked", unchecked.collect::<Json>());
    object
}

/// Findings, in their order.
pub fn findings(findings: &[Finding]) -> Json {
    findings.iter().map(|finding| of_finding(finding).build()).collect()
}

/// One finding, with those that it explains.
pub fn of_finding(finding: &Finding) -> Object {
    let mut object = Object::new();
    object.put("rule", finding.rule);
    object.put("service", finding.service.as_str());
    object.put("subject", finding.subject.as_str());
    object.put("severity", severity(finding.severity));
    object.put("confidence", confidence(finding.confidence));
    object.put("role", role(finding.role));
    object.put("title", finding.title.as_str());
    object.put("sentence", finding.sentence.as_str());
    let evidence = finding.evidence.iter().map(|evidence| of_evidence(evidence).build());
    object.put_json("evidence", evidence.collect::<Json>());
    let remedies = finding.remedies.iter().map(|remedy| of_remedy(remedy).build());
    object.put_json("remedies", remedies.collect::<Json>());
    let read_more = insight::rules::rule(finding.rule).map_or(&[][..], |rule| rule.read_more);
    object.put_json("read_more", read_more.iter().copied().collect::<Json>());
    object.put_json("consequences", findings(&finding.consequences));
    object
}

fn of_evidence(evidence: &Evidence) -> Object {
    let mut source = Object::new();
    match &evidence.source {
        Source::File { path, line } => {
            source.put("kind", "file");
            source.put("path", path.as_str());
            source.put("line", Value::or_missing(*line, Why::NotApplicable));
        }
        Source::Log { time_usec, origin } => {
            source.put("kind", "log");
            source.put("origin", origin.as_str());
            let time = time_usec.map(|usec| present::time::rfc3339(usec as f64 / 1e6));
            source.put("time", Value::or_missing(time, Why::Unknown));
        }
        Source::Process { pid, aspect } => {
            source.put("kind", "process");
            source.put("pid", *pid);
            source.put("aspect", aspect.as_str());
        }
        Source::Manager { property } => {
            source.put("kind", "manager");
            source.put("property", property.as_str());
        }
        Source::Path { path } => {
            source.put("kind", "path");
            source.put("path", path.as_str());
        }
        Source::Counter { name } => {
            source.put("kind", "counter");
            source.put("name", name.as_str());
        }
        Source::Test { command } => {
            source.put("kind", "test");
            source.put("command", command.as_str());
        }
    }
    let mut object = Object::new();
    object.put_object("source", source);
    object.put("text", evidence.text.as_str());
    object
}

fn of_remedy(remedy: &Remedy) -> Object {
    let mut object = Object::new();
    object.put("what", remedy.what.as_str());
    object.put_json("commands", remedy.commands.iter().map(String::as_str).collect::<Json>());
    let settings = remedy.settings.iter().map(|(section, setting)| {
        let mut object = Object::new();
        object.put("section", section.as_str());
        object.put("setting", setting.as_str());
        object.build()
    });
    object.put_json("settings", settings.collect::<Json>());
    object
}

/// What could not be seen, as notes.
pub fn notes(unseen: &[Unseen]) -> Vec<Note> {
    let note = |unseen: &Unseen| {
        let is_denied = unseen.why.contains("ermi") || unseen.why.contains("denied");
        let remedy = unseen.remedy.as_ref();
        Note {
            what: unseen.what.clone(),
            reason: if is_denied { Why::NotPermitted } else { Why::Unknown },
            detail: match remedy {
                Some(remedy) => format!("{}; {remedy} may see it", unseen.why),
                None => unseen.why.clone(),
            },
        }
    };
    unseen.iter().map(note).collect()
}

/// The word of a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The word of a confidence.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Possible => "possible",
        Confidence::Likely => "likely",
        Confidence::Certain => "certain",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Cause => "cause",
        Role::Mechanism => "mechanism",
        Role::Consequence => "consequence",
        Role::Separate => "separate",
    }
}

/// The word of a manager; nobody has none.
pub fn manager(manager: Manager) -> Option<&'static str> {
    match manager {
        Manager::Systemd => Some("systemd"),
        Manager::SystemdUser => Some("systemd-user"),
        Manager::OpenRc => Some("openrc"),
        Manager::SysV => Some("sysv"),
        Manager::Nobody => None,
    }
}

/// The word of a state.
pub fn state(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Exited => "exited",
        State::Starting => "starting",
        State::Stopping => "stopping",
        State::Failed => "failed",
        State::Crashed => "crashed",
        State::Stopped => "stopped",
        State::Unknown => "unknown",
    }
}
