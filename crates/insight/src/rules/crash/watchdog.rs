//! It did not tell its manager in time that it is alive.

use super::end::{is_systemd, limit_setting, logs, restart};
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "watchdog",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Crash,
    looks_for: "A service that its manager ended because it did not notify in time (WatchdogSec=).",
    needs: &[Need::State],
    about: "With `WatchdogSec=` a service must send `WATCHDOG=1` (sd_notify(3)) more often than that; else it is taken \
            for hung and ended by SIGABRT. Either it hung (on a lock, a disk, another service), or it never sends it: \
            its program does not know watchdogs, or `NotifyAccess=` does not let the process that sends it.",
    read_more: &["systemd.service(5)", "sd_watchdog_enabled(3)"],
    check: watchdog,
}];

fn watchdog(case: &Case<'_>, found: &mut Vec<Finding>) {
    if !case.is_broken() {
        return;
    }
    let clue = case.clues_of(Kind::Watchdog).next_back();
    let is_result = case.service.unit.result == "watchdog";
    if clue.is_none() && !is_result {
        return;
    }
    let setting = case.definition().and_then(|definition| definition.setting("WatchdogSec"));
    let time =
        setting.map(|setting| format!(" within {} (WatchdogSec=)", with_unit(&setting.value)));
    let mut finding = case
        .finding("watchdog", "")
        .says(
            format!("it did not feed its watchdog{}", time.as_deref().unwrap_or(" in time")),
            format!(
                "{} did not tell its manager{} that it is alive, and was ended for that: it hangs, or its program does \
                 not send WATCHDOG=1 at all.",
                case.service.name,
                time.as_deref().unwrap_or(" in time")
            ),
        )
        .sure(if is_result { Confidence::Certain } else { Confidence::Likely })
        .proof_if(clue.map(|clue| clue.evidence()))
        .proof_if(limit_setting(case, "WatchdogSec"));
    if is_result {
        finding = finding.proof(Evidence::manager("Result", "watchdog"));
    }
    finding = finding.fix("see what it did before", [logs(case)]);
    if is_systemd(case) {
        let off = "if its program does not know watchdogs, or needs more time";
        finding = finding.fix_setting(off, "Service", "WatchdogSec=0");
    }
    found.push(finding.fix("start it again", [restart(case)]));
}

/// A number without a unit is seconds.
fn with_unit(value: &str) -> String {
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_number { format!("{value} s") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{killed, none, one, running, service, set};
    use super::*;

    #[test]
    fn a_hung_service_and_none() {
        let mut snapshot = killed(6);
        service(&mut snapshot).unit.result = "watchdog".into();
        set(&mut snapshot, "WatchdogSec", "5");
        let finding = one(&snapshot, "watchdog");
        assert_eq!(finding.title, "it did not feed its watchdog within 5 s (WatchdogSec=)");
        assert_eq!(finding.confidence, Confidence::Certain);
        none(&killed(6), "watchdog");
        let mut snapshot = running();
        set(&mut snapshot, "WatchdogSec", "5");
        none(&snapshot, "watchdog");
    }
}
