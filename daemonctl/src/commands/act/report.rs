//! What came of it, in words for people: what was done on standard output, why something was not on
//! standard error.

use host::{Done, ManagerKind, Refusal, RefusalKind, ServiceState, Verb};
use present::text::clean;
use present::{Style, Theme, style};

use super::carry_out::Report;

/// How many lines of a failed script are shown where nobody asked for all.
const LAST_LINES: usize = 20;

/// How much is said.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// Colours of standard output.
    pub theme: Theme,
    /// Services of several managers are spoken of: each one's is named.
    pub names_managers: bool,
    /// What scripts wrote was shown when they wrote it.
    pub was_shown: bool,
    /// The script's own command, for [`Verb::Custom`].
    pub command: Option<&'a str>,
}

/// A service's name, with its manager where that is not clear. Clean.
fn name(report: &Report, saying: &Saying<'_>) -> String {
    let name = clean(report.outcome.name.as_bytes());
    match saying.names_managers {
        true => format!("{name} ({})", report.outcome.manager.name()),
        false => name.into_owned(),
    }
}

/// What was done, as lines; nothing of what was refused.
pub fn done(report: &Report, saying: &Saying<'_>) -> String {
    let Ok(done) = &report.outcome.result else { return String::new() };
    let name = name(report, saying);
    let mut out = String::new();
    if done.nothing_to_do {
        let line = format!("nothing to do: {name} {}", so_already(report));
        style::paint(line.trim_end(), Style::Dim, &saying.theme, &mut out);
    } else if done.queued {
        out.push_str(&format!("{} {name}: under way, not waited for", report.verb.doing()));
    } else {
        let text = match (report.verb, saying.command) {
            (Verb::Custom, Some(command)) => format!("ran {} of {name}", clean(command.as_bytes())),
            (Verb::ReloadOrRestart | Verb::TryReloadOrRestart, _) => {
                format!("reloaded or restarted {name}")
            }
            (verb, _) => format!("{} {name}", verb.done()),
        };
        style::paint(&text, Style::Good, &saying.theme, &mut out);
        out.push_str(&besides(report));
    }
    out.push('\n');
    for change in &done.changes {
        out.push_str(&format!("  {}\n", clean(change.as_bytes())));
    }
    out
}

/// Why there was nothing to do.
fn so_already(report: &Report) -> &'static str {
    match report.verb {
        Verb::Start => match report.now.as_ref().map(|now| now.state) {
            Some(ServiceState::Exited) => "is started already",
            Some(ServiceState::Starting) => "is being started",
            // A condition does not hold: the note says which.
            Some(ServiceState::Stopped) => "was not started",
            _ => "runs already",
        },
        Verb::Stop | Verb::TryRestart | Verb::TryReloadOrRestart => "does not run",
        Verb::ResetFailed => "did not fail",
        Verb::Enable => "is enabled already",
        Verb::Disable => "is not enabled",
        Verb::Mask => "is masked already",
        Verb::Unmask => "is not masked",
        Verb::Restart | Verb::Reload | Verb::ReloadOrRestart | Verb::Custom => "",
    }
}

/// `(main pid 123, 0.3 s)`.
fn besides(report: &Report) -> String {
    let pid = report.now.as_ref().and_then(|now| now.main_pid);
    let pid = pid.filter(|_| report.verb != Verb::Stop).map(|pid| format!("main pid {pid}"));
    let took = report.took.filter(|_| !report.verb.is_of_files());
    let took = took.map(|took| took.as_secs_f64()).filter(|took| *took >= 0.05);
    let took = took.map(|took| match took {
        took if took < 10.0 => format!("{took:.1} s"),
        took => present::units::duration(took),
    });
    match (pid, took) {
        (None, None) => String::new(),
        (pid, took) => {
            let parts: Vec<String> = pid.into_iter().chain(took).collect();
            format!(" ({})", parts.join(", "))
        }
    }
}

/// What should be known besides, as lines for standard error.
pub fn notes(report: &Report, saying: &Saying<'_>) -> String {
    let mut out = String::new();
    let Ok(done) = &report.outcome.result else { return out };
    for note in &done.notes {
        out.push_str(&format!("note: {}\n", clean(note.as_bytes())));
    }
    if let Some(ended) = ended_since(report, done) {
        let name = name(report, saying);
        out.push_str(&format!("note: {name} has ended since: {ended}\n"));
        out.push_str(&format!("  hint: daemonctl status {name}\n"));
    }
    out
}

/// A service that came up, as its manager says, and is gone already.
pub fn ended_since(report: &Report, done: &Done) -> Option<String> {
    let starts = matches!(report.verb, Verb::Start | Verb::Restart);
    let now = report.now.as_ref().filter(|_| starts && !done.nothing_to_do && !done.queued)?;
    let why = now.result.as_deref().unwrap_or(&now.native);
    now.state.is_trouble().then(|| clean(why.as_bytes()).into_owned())
}

/// Why it was not done: a message, what the script wrote, and what to do. Clean.
pub fn refusal(report: &Report, saying: &Saying<'_>) -> Option<String> {
    let refusal = report.outcome.result.as_ref().err()?;
    let name = name(report, saying);
    let what = match (report.verb, saying.command) {
        (Verb::Custom, Some(command)) => format!("run {} of", clean(command.as_bytes())),
        (verb, _) => verb.name().to_owned(),
    };
    let message = clean_lines(&refusal.message).join("\n  ");
    let mut out = format!("daemonctl: cannot {what} {name}: {message}\n");
    // What a unit wrote comes from the journal afterwards.
    let is_scripts = matches!(report.outcome.manager, ManagerKind::OpenRc | ManagerKind::SysV);
    if !(saying.was_shown && is_scripts) {
        let lines = own_words(refusal);
        let left_out = lines.len().saturating_sub(LAST_LINES);
        if left_out > 0 {
            out.push_str(&format!("    ({left_out} lines before: --verbose shows them)\n"));
        }
        for line in lines.iter().skip(left_out) {
            out.push_str(&format!("    {line}\n"));
        }
    }
    if let Some(hint) = hint(report, refusal) {
        let lines = clean_lines(&hint).join("\n  ");
        out.push_str(&format!("  hint: {lines}\n"));
    }
    Some(out)
}

/// What the script or the manager itself said, but for what the message repeats. Clean.
pub fn own_words(refusal: &Refusal) -> Vec<String> {
    let lines = refusal.output.iter().filter(|line| {
        let line = line.trim();
        !line.is_empty() && !refusal.message.contains(line)
    });
    lines.map(|line| clean(line.as_bytes()).into_owned()).collect()
}

fn clean_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| clean(line.as_bytes()).into_owned()).collect()
}

/// What to do, where the manager has nothing better to say.
pub fn hint(report: &Report, refusal: &Refusal) -> Option<String> {
    if refusal.hint.is_some() {
        return refusal.hint.clone();
    }
    let name = clean(report.outcome.name.as_bytes());
    let user = match report.outcome.manager {
        ManagerKind::SystemdUser => "--user ",
        ManagerKind::Systemd | ManagerKind::OpenRc | ManagerKind::SysV => "",
    };
    let text = match refusal.kind {
        RefusalKind::NoSuchService => "daemonctl list --all lists the services".to_owned(),
        RefusalKind::NotPermitted => format!(
            "only root may: sudo daemonctl {} {name}",
            if report.verb == Verb::Custom { "command" } else { report.verb.name() }
        ),
        RefusalKind::Masked => format!("daemonctl unmask {user}{name}"),
        RefusalKind::Failed | RefusalKind::DependencyFailed | RefusalKind::Refused => {
            format!("daemonctl status {user}{name} shows how it is, and the last of what it said")
        }
        RefusalKind::TimedOut => format!(
            "daemonctl status {user}{name} shows what it is at; --timeout SPAN waits longer"
        ),
        RefusalKind::Cancelled => {
            "another request took its place: daemonctl jobs lists what is queued".to_owned()
        }
        RefusalKind::NotSupported | RefusalKind::ManagerUnavailable => return None,
    };
    Some(text)
}
