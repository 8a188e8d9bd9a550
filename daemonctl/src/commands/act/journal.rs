//! The last words of a unit that failed: what its own processes wrote to systemd's journal meanwhile.

use std::ops::ControlFlow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use host::{ManagerKind, Refusal, RefusalKind};
use journal::filter::Filter;
use journal::places::Places;
use journal::set::Set;

use super::carry_out::Report;
use crate::logs::{self, Query, Sources};

/// The journal may have the last lines a moment after the process has ended.
const ARRIVES: Duration = Duration::from_millis(50);
/// What systemd says of a unit whose `StartLimitBurst=` is used up.
const TOO_OFTEN: &str = "Start request repeated too quickly.";
/// How often the journal is looked at until something is there.
const LOOKS: u32 = 3;
/// Most lines that are taken.
const MOST_LINES: usize = 50;

/// Adds to what was refused what the units wrote since `begun`. Scripts wrote to us.
pub fn add_last_words(reports: &mut [Report], begun: SystemTime) {
    let Ok(since) = begun.duration_since(UNIX_EPOCH) else { return };
    let since_usec = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
    for report in reports {
        let kind = report.outcome.manager;
        let Err(refusal) = &mut report.outcome.result else { continue };
        let was_tried = matches!(refusal.kind, RefusalKind::Failed | RefusalKind::TimedOut);
        if was_tried && matches!(kind, ManagerKind::Systemd | ManagerKind::SystemdUser) {
            let lines = written(kind, &report.outcome.name, since_usec);
            amend(refusal, &report.outcome.name, lines);
        }
    }
}

/// systemd keeps, of a unit that it does not start again, the result of the last time that it was.
fn amend(refusal: &mut Refusal, name: &str, lines: Vec<String>) {
    if lines.iter().any(|line| line.ends_with(TOO_OFTEN)) {
        refusal.kind = RefusalKind::Refused;
        refusal.message = format!(
            "it was started too often and systemd did not try again; before that {}",
            refusal.message
        );
        refusal.hint = Some(format!("daemonctl reset-failed {name}, then start it"));
    }
    refusal.output.extend(lines);
}

/// What it wrote itself; of a unit that wrote nothing, what its manager has to say of it: that it
/// was started too often, and did not even try.
fn written(kind: ManagerKind, name: &str, since_usec: u64) -> Vec<String> {
    let (own, managers) = match kind {
        ManagerKind::SystemdUser => ("_SYSTEMD_USER_UNIT", "USER_UNIT"),
        _ => ("_SYSTEMD_UNIT", "UNIT"),
    };
    let field = |name: &str, value: &str| Filter::field(format!("{name}={value}").as_bytes());
    for _ in 0..LOOKS {
        std::thread::sleep(ARRIVES);
        match lines(field(own, name), since_usec) {
            Some(lines) if lines.is_empty() => {}
            Some(lines) => return lines,
            None => return Vec::new(),
        }
    }
    let warnings = (0..=4).map(|level| field("PRIORITY", &level.to_string()));
    let filter = Filter::all_of([Filter::any_of(warnings), field(managers, name)]);
    lines(filter, since_usec).unwrap_or_default()
}

/// The lines that match, if there is a journal that can be read.
fn lines(filter: Filter, since_usec: u64) -> Option<Vec<String>> {
    let set = Set::open(&Places::default());
    if set.is_empty() {
        return None;
    }
    let query = Query { filter, since_usec: Some(since_usec), ..Query::default() };
    let mut lines: Vec<String> = Vec::new();
    let wanted = Some(vec![b"MESSAGE".to_vec()]);
    let shown = logs::each(&mut Sources::of_journal(set), &query, wanted, &mut |entry| {
        let message = String::from_utf8_lossy(entry.get(b"MESSAGE").unwrap_or_default());
        lines.extend(message.lines().map(str::to_owned));
        match lines.len() < MOST_LINES {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    lines.truncate(MOST_LINES);
    shown.is_ok().then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_was_not_even_tried_is_told() {
        let old = || Refusal::new(RefusalKind::Failed, "its main process was killed by SIGKILL");
        let mut refusal = old();
        amend(&mut refusal, "a.service", vec!["bind: Address already in use".to_owned()]);
        assert_eq!((refusal.kind, &refusal.message), (RefusalKind::Failed, &old().message));
        assert_eq!(refusal.output, ["bind: Address already in use"]);

        let mut refusal = old();
        amend(&mut refusal, "a.service", vec![format!("a.service: {TOO_OFTEN}")]);
        assert_eq!(refusal.kind, RefusalKind::Refused);
        assert!(refusal.message.starts_with("it was started too often"), "{}", refusal.message);
        assert!(refusal.message.ends_with(&old().message), "{}", refusal.message);
        assert_eq!(
            refusal.hint.as_deref(),
            Some("daemonctl reset-failed a.service, then start it")
        );
    }
}
