//! A log that floods.

use super::found_here;
use super::thresholds::LOG_LINES_PER_SECOND;
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "log-flood",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Resources,
    looks_for: "A service that writes very many lines to its log.",
    needs: &[Need::Log],
    about: "A flood fills the disk, and hides what matters; journald drops lines of a service that writes more than its rate \
            limit (`Suppressed N messages`). As a rule one error repeats in a circle: its line says what is wrong.",
    read_more: &["journald.conf(5)", "systemd.exec(5)"],
    check: flood,
}];

fn flood(case: &Case<'_>, found: &mut Vec<Finding>) {
    let log = &case.service.log;
    let suppressed = case.service.log.lines.iter().rev().find(|line| {
        line.message.starts_with("Suppressed ") && line.message.contains(" messages from ")
    });
    let rate = log
        .lately
        .filter(|(_, seconds)| *seconds > 0)
        .map(|(lines, seconds)| lines as f64 / f64::from(seconds));
    let is_flood = rate.is_some_and(|rate| rate >= LOG_LINES_PER_SECOND);
    if !is_flood && suppressed.is_none() {
        return;
    }
    let (title, sentence) = match rate.filter(|_| is_flood) {
        Some(rate) => (
            format!("it writes {rate:.0} lines a second to its log"),
            format!(
                "{} wrote {} lines in the last {} s.",
                case.service.name,
                log.lately.map_or(0, |l| l.0),
                log.lately.map_or(0, |l| l.1)
            ),
        ),
        None => (
            "it wrote more to its log than journald takes".to_owned(),
            format!(
                "journald dropped lines of {}, since it wrote too many in a short time.",
                case.service.name
            ),
        ),
    };
    let repeated = repeated(case);
    let severity = if is_flood { Severity::Warning } else { Severity::Info };
    let mut finding = found_here(case, "log-flood", "", severity)
        .says(title, sentence)
        .sure(Confidence::Certain)
        .proof_if(suppressed.map(Evidence::log));
    if let Some((line, times)) = repeated {
        finding.sentence.push_str(&format!(" {times} of the last lines say the same."));
        finding = finding.proof(Evidence::log(line));
    }
    if let Some((lines, seconds)) = log.lately {
        finding = finding.proof(Evidence::counter("lines", format!("{lines} in {seconds} s")));
    }
    found.push(
        finding.fix(
            "see what it says",
            [format!("daemonctl logs -n 20 {}", shell(&case.service.name))],
        ),
    );
}

/// The line that repeats most among the last ones, digits aside, and how often.
fn repeated<'s>(case: &Case<'s>) -> Option<(&'s crate::snapshot::Line, usize)> {
    let shape = |message: &str| message.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let mut counts: std::collections::HashMap<String, (&crate::snapshot::Line, usize)> =
        std::collections::HashMap::new();
    for line in case.service.log.lines.iter().rev().take(500) {
        counts.entry(shape(&line.message)).or_insert((line, 0)).1 += 1;
    }
    let most = counts.into_iter().max_by_key(|(shape, (_, times))| (*times, shape.clone()))?;
    let (line, times) = most.1;
    (times >= 10).then_some((line, times))
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, running, says, service};
    use super::*;
    use crate::snapshot::LogSource;

    #[test]
    fn a_flood_a_dropped_line_and_a_chatty_service() {
        let mut snapshot = running();
        for number in 0..30 {
            says(&mut snapshot, LogSource::Service, &format!("retry {number} failed"));
        }
        service(&mut snapshot).log.lately = Some((30_000, 60));
        let finding = one(&snapshot, "log-flood");
        assert_eq!(finding.title, "it writes 500 lines a second to its log");
        assert!(
            finding.sentence.contains("30 of the last lines say the same"),
            "{}",
            finding.sentence
        );
        service(&mut snapshot).log.lately = Some((600, 60));
        none(&snapshot, "log-flood");
        says(&mut snapshot, LogSource::Other, "Suppressed 4711 messages from app.service");
        assert_eq!(one(&snapshot, "log-flood").severity, Severity::Info);
    }
}
