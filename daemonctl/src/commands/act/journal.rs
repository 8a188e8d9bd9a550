//! The last words of a unit that failed: what its own processes wrote to systemd's journal meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use host::{ManagerKind, Refusal, RefusalKind};
use launch::{Helper, Stream};

use super::carry_out::Report;

/// Where journalctl(1) lies.
const PLACES: [&str; 2] = ["/usr/bin/journalctl", "/bin/journalctl"];
/// A large journal on a slow disk is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);
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
    let Some(program) = PLACES.iter().map(PathBuf::from).find(|path| is_journalctl(path)) else {
        return;
    };
    let Ok(since) = begun.duration_since(UNIX_EPOCH) else { return };
    for report in reports {
        let kind = report.outcome.manager;
        let Err(refusal) = &mut report.outcome.result else { continue };
        let was_tried = matches!(refusal.kind, RefusalKind::Failed | RefusalKind::TimedOut);
        if was_tried && matches!(kind, ManagerKind::Systemd | ManagerKind::SystemdUser) {
            let lines = written(&program, kind, &report.outcome.name, since);
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

/// Under that name this program may lie, which would ask in turn.
fn is_journalctl(path: &Path) -> bool {
    path.is_file() && !host::is_this_program(path)
}

/// What it wrote itself; of a unit that wrote nothing, what its manager has to say of it: that it
/// was started too often, and did not even try.
fn written(program: &Path, kind: ManagerKind, name: &str, since: Duration) -> Vec<String> {
    let (own, managers) = match kind {
        ManagerKind::SystemdUser => ("_SYSTEMD_USER_UNIT", "USER_UNIT"),
        _ => ("_SYSTEMD_UNIT", "UNIT"),
    };
    for _ in 0..LOOKS {
        std::thread::sleep(ARRIVES);
        match lines(program, &[&format!("{own}={name}")], since) {
            Some(lines) if lines.is_empty() => {}
            Some(lines) => return lines,
            None => return Vec::new(),
        }
    }
    let warnings = ["--priority=warning", &format!("{managers}={name}")];
    lines(program, &warnings, since).unwrap_or_default()
}

/// The lines that match, if the journal can be read.
fn lines(program: &Path, matches: &[&str], since: Duration) -> Option<Vec<String>> {
    let helper = Helper::new(program)
        .arg("--quiet")
        .arg("--no-pager")
        .arg("--output=cat")
        .arg(format!("--since=@{}.{:06}", since.as_secs(), since.subsec_micros()))
        .arg(format!("--lines={MOST_LINES}"))
        .timeout(PATIENCE);
    let helper = matches.iter().fold(helper, |helper, word| helper.arg(*word));
    let mut lines: Vec<String> = Vec::new();
    let ended = helper.run(
        &mut |stream, line| {
            if stream == Stream::Out && lines.len() < MOST_LINES {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                lines.push(String::from_utf8_lossy(line).into_owned());
            }
        },
        &mut || {},
    );
    ended.is_ok_and(|ended| ended.status.success()).then_some(lines)
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
