//! The daemon's own test of its configuration.

use super::common::restart;
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, Source, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigTest, Place, TestEnd};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "config-invalid",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A configuration that the daemon itself refuses.",
        needs: &[Need::ConfigTest],
        about: "Many daemons can test their configuration without starting (nginx -t, sshd -t, haproxy -c): that test is \
            run, read-only and with a limit in time, and what it says is quoted with file and line. Of a service that \
            runs with what it read before, it is a warning: it would not start again.",
        read_more: &["nginx(8)", "sshd(8)", "apachectl(8)", "haproxy(1)", "named-checkconf(1)"],
        check: invalid,
    },
    Rule {
        name: "config-test-hangs",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A test of the configuration that does not end.",
        needs: &[Need::ConfigTest],
        about: "The daemon's own test of its configuration was ended after five seconds. It waits for something: a \
                name server, a FIFO or a device among its files. The daemon's start may wait for the same.",
        read_more: &["nginx(8)", "sshd(8)"],
        check: hangs,
    },
];

/// Not more complaints than that are quoted.
const COMPLAINTS_MAX: usize = 5;

type Complaint = (Option<String>, Option<u32>, String);

fn invalid(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(test) = &case.service.config_test else { return };
    let complaints: Vec<&Complaint> =
        test.complaints.iter().filter(|c| !is_warning(&c.2)).collect();
    match test.end {
        TestEnd::Failed(_) => {}
        TestEnd::Passed => {
            findings.extend(unclean(case, test, &complaints));
            return;
        }
        TestEnd::TimedOut | TestEnd::NotRun => return,
    }
    findings.push(match complaints.first() {
        Some(first) => named(case, test, first, &complaints),
        None => unnamed(case, test),
    });
}

fn hangs(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(test) = &case.service.config_test else { return };
    if test.end != TestEnd::TimedOut {
        return;
    }
    let name = &case.service.name;
    let severity = if case.is_broken() { Severity::Warning } else { Severity::Info };
    let said = test.output.last().map_or("it wrote nothing", String::as_str);
    let command = test.command.clone();
    findings.push(
        case.finding("config-test-hangs", "test")
            .severity(severity)
            .role(Role::Separate)
            .says(
                "the test of its configuration does not end".to_owned(),
                format!(
                    "{command} was ended after five seconds; a start of {name} may hang as well"
                ),
            )
            .proof(Evidence { source: Source::Test { command }, text: said.to_owned() }),
    );
}

/// Errors in a file with which the test is content and the daemon may not be (rsyslogd's `abortOnUncleanConfig`).
fn unclean(case: &Case<'_>, test: &ConfigTest, complaints: &[&Complaint]) -> Option<Finding> {
    let is_error = |complaint: &&&Complaint| {
        complaint.0.is_some() && complaint.2.to_ascii_lowercase().contains("error")
    };
    let first = complaints.iter().find(is_error).filter(|_| case.is_broken())?;
    let finding = named(case, test, first, complaints);
    let sentence = format!("{} passes, and still complains: {}", test.command, finding.title);
    let title = finding.title.clone();
    Some(finding.says(title, sentence).sure(Confidence::Possible))
}

/// A complaint that refuses nothing.
fn is_warning(message: &str) -> bool {
    let lower = message.trim_start().to_ascii_lowercase();
    ["warning", "[warn", "warn:", "[notice]", "notice"].iter().any(|word| lower.starts_with(word))
}

/// What the test complains of first is a file, a host or a port rather than a line of the configuration: other rules
/// name that.
fn is_of_another_kind(case: &Case<'_>, message: &str) -> bool {
    let about_config = [Kind::ConfigInvalid, Kind::BadOption, Kind::ModuleMissing];
    let said = case.clues.iter().filter(|clue| clue.is_of_test());
    let first = said.clone().find(|clue| clue.message().contains(message));
    match first {
        Some(clue) => !about_config.contains(&clue.kind),
        None => {
            let mut said = said.peekable();
            said.peek().is_some() && !said.any(|clue| about_config.contains(&clue.kind))
        }
    }
}

fn at(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.to_owned(),
        (None, Some(line)) => format!("line {line}"),
        (None, None) => String::new(),
    }
}

fn evidence(test: &ConfigTest, complaint: &Complaint) -> Evidence {
    let (file, line, message) = complaint;
    match file {
        Some(file) => {
            let place = Place { path: file.clone(), line: line.unwrap_or(0) };
            Evidence::place(&place, message.clone())
        }
        None => said(test, message),
    }
}

fn said(test: &ConfigTest, text: &str) -> Evidence {
    Evidence { source: Source::Test { command: test.command.clone() }, text: text.to_owned() }
}

fn begin(case: &Case<'_>, test: &ConfigTest, subject: &str, message: &str) -> Finding {
    let confidence = match is_of_another_kind(case, message) {
        true => Confidence::Possible,
        false if case.is_broken() => Confidence::Certain,
        false => Confidence::Likely,
    };
    let severity = if case.is_broken() { Severity::Error } else { Severity::Warning };
    let finding = case.finding("config-invalid", subject).severity(severity).sure(confidence);
    // What was read here has no command.
    let again = Some(test.command.clone()).filter(|command| !command.starts_with("parsed"));
    let commands: Vec<String> = again.into_iter().chain([restart(case)]).collect();
    finding.fix("correct it, and test it again", commands)
}

fn named(case: &Case<'_>, test: &ConfigTest, first: &Complaint, all: &[&Complaint]) -> Finding {
    let (file, line, message) = first;
    let name = &case.service.name;
    let place = at(file.as_deref(), *line);
    let gap = if place.is_empty() { "" } else { ": " };
    let until = match case.service.is_healthy() {
        true => format!("{name} runs with what it read before, and would not start again"),
        false => format!("the configuration of {name} is not valid"),
    };
    let subject = if place.is_empty() { message.as_str() } else { place.as_str() };
    let mut finding = begin(case, test, subject, message)
        .says(format!("{place}{gap}{message}"), format!("{until}: {place}{gap}{message}"));
    for complaint in all.iter().take(COMPLAINTS_MAX) {
        finding = finding.proof(evidence(test, complaint));
    }
    // The line as the test wrote it, where that says more.
    let whole = test.output.iter().find(|text| text.contains(message.as_str()) && *text != message);
    if let Some(text) = whole {
        finding = finding.proof(said(test, text));
    }
    if let (Some(file), Some(line)) = (file, line) {
        let from = line.saturating_sub(2).max(1);
        let look = format!("sed -n '{from},{}p' {}", line.saturating_add(2), shell(file));
        finding = finding.fix("look at the line", [look]);
    }
    finding
}

fn unnamed(case: &Case<'_>, test: &ConfigTest) -> Finding {
    let words = |text: &&String| !text.trim().is_empty();
    let last = test.output.iter().rfind(words).map_or("it says nothing", |text| text.trim());
    let name = &case.service.name;
    let mut finding = begin(case, test, name, last).says(
        format!("its configuration is not valid: {last}"),
        format!("{} refuses the configuration of {name}: {last}", test.command),
    );
    let tail: Vec<&String> = test.output.iter().filter(words).rev().take(COMPLAINTS_MAX).collect();
    for text in tail.into_iter().rev() {
        finding = finding.proof(said(test, text));
    }
    // A test that names nothing may have failed for a reason of its own.
    let confidence = finding.confidence.min(Confidence::Likely);
    finding.sure(confidence)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::{Exit, Snapshot, State};

    fn tested(end: TestEnd) -> Snapshot {
        let mut snapshot = failed();
        let message = "unknown directive \"lisen\"".to_owned();
        service(&mut snapshot).config_test = Some(ConfigTest {
            command: "nginx -t".into(),
            user: None,
            end,
            output: vec![
                "nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/nginx.conf:7".into(),
            ],
            not_run: None,
            complaints: vec![
                (None, None, "[warn] something small".into()),
                (Some("/etc/nginx/nginx.conf".into()), Some(7), message),
            ],
        });
        snapshot
    }

    #[test]
    fn a_refused_configuration_is_named_by_its_line() {
        let mut snapshot = tested(TestEnd::Failed(Exit::Status(1)));
        let finding = one(&snapshot, "config-invalid");
        assert_eq!(finding.title, "/etc/nginx/nginx.conf:7: unknown directive \"lisen\"");
        assert_eq!((finding.severity, finding.confidence), (Severity::Error, Confidence::Certain));
        assert_eq!(finding.remedies[1].commands, ["sed -n '5,9p' /etc/nginx/nginx.conf"]);
        service(&mut snapshot).state = State::Running;
        let finding = one(&snapshot, "config-invalid");
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.sentence.contains("would not start again"));
    }

    #[test]
    fn what_passed_or_was_not_run_says_nothing() {
        for end in [TestEnd::Passed, TestEnd::NotRun, TestEnd::TimedOut] {
            none(&tested(end), "config-invalid");
        }
        none(&failed(), "config-invalid");
    }

    #[test]
    fn a_test_that_passes_and_complains_of_errors_is_doubted() {
        let mut snapshot = tested(TestEnd::Passed);
        let message = "error in config file, module omfwwd".to_owned();
        let complaint = (Some("/etc/rsyslog.d/10-remote.conf".into()), Some(2), message);
        service(&mut snapshot).config_test.as_mut().unwrap().complaints.push(complaint);
        let finding = one(&snapshot, "config-invalid");
        assert!(finding.title.starts_with("/etc/rsyslog.d/10-remote.conf:2: error"));
        assert_eq!(finding.confidence, Confidence::Possible);
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "config-invalid");
    }

    #[test]
    fn without_a_line_its_last_words_are_told() {
        let mut snapshot = tested(TestEnd::Failed(Exit::Status(2)));
        service(&mut snapshot).config_test.as_mut().unwrap().complaints.clear();
        let finding = one(&snapshot, "config-invalid");
        assert!(finding.title.starts_with("its configuration is not valid: nginx: [emerg]"));
        assert_eq!(finding.confidence, Confidence::Likely);
    }
}
