//! What is wrong with a service, in words.

use host::{Field, Reason, ServiceState};

use super::ServiceView;

/// What the manager's own answer shows to be wrong.
pub(super) fn trouble(view: &ServiceView) -> Vec<String> {
    let mut found = Vec::new();
    let Some(service) = &view.service else { return found };
    match service.state {
        ServiceState::Failed => found.push(match &service.result {
            Some(result) => format!("it failed: {}", why_failed(result)),
            None => "it failed".to_owned(),
        }),
        ServiceState::Crashed => found.push(match (&service.result, view.gap(Field::MainPid)) {
            (Some(result), _) => format!("its process is gone: {}", why_failed(result)),
            (None, Some(gap)) => format!("its process is gone: {}", gap.detail),
            (None, None) => "its process is gone although it should run".to_owned(),
        }),
        _ => {}
    }
    let words = service.unit_state();
    if matches!(words.load.as_str(), "bad-setting" | "error") {
        found.push(format!(
            "its definition can't be used ({}): daemonctl verify {} says what is wrong",
            words.load, service.name
        ));
    }
    // A package that was removed by half leaves links of runlevels to what is not there.
    match view.gap(Field::Definition) {
        Some(gap) if gap.reason == Reason::Vanished => found.push(gap.detail.to_string()),
        _ if words.load == "not-found" && words.active != "inactive" => {
            found.push("its definition is gone".to_owned());
        }
        _ => {}
    }
    if let Some(details) = view.details() {
        found.extend(details.disagreement.clone());
        if details.needs_daemon_reload {
            found.push(
                "its definition on disk is newer than what its manager loaded: daemonctl daemon-reload"
                    .to_owned(),
            );
        }
    }
    found
}

/// That processes of a service run which its manager takes for stopped.
pub(super) fn runs_all_the_same(view: &ServiceView, pids: &[u32]) -> String {
    let native = view.service.as_ref().map_or("stopped", |service| service.native.as_str());
    let pids: Vec<String> = pids.iter().take(5).map(u32::to_string).collect();
    let manager = view.manager.unwrap_or("its manager");
    format!(
        "{manager} tells \"{native}\", and its process runs all the same: pid {}",
        pids.join(", ")
    )
}

/// The way in which a service ended, with the exit status in words.
pub fn why_failed(result: &str) -> String {
    match result.strip_prefix("exit code ").and_then(|code| code.parse().ok()) {
        Some(status) => insight::statuses::words(status),
        None => match result.strip_prefix("killed by signal ") {
            Some(rest) => signal(rest),
            None => of_word(result),
        },
    }
}

fn signal(rest: &str) -> String {
    let (number, more) = rest.split_once(',').map_or((rest, ""), |(number, more)| (number, more));
    let number_of = number.trim().parse::<u32>().ok();
    let named = process::signals::TABLE.iter().find(|entry| Some(entry.number) == number_of);
    let name = named.map(|entry| entry.name);
    let name = name.map_or_else(String::new, |name| format!(" (SIG{name})"));
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    format!("killed by signal {}{name}{more}", number.trim())
}

/// `Result=` of systemd, org.freedesktop.systemd1(5), for people.
fn of_word(word: &str) -> String {
    let meaning = match word {
        "timeout" => "it did not start, stop or reload in time",
        "protocol" => "it did not do what its Type= promises: no pid file, no READY=1, no bus name",
        "watchdog" => "it did not send its watchdog's signs of life in time",
        "resources" => "the system did not give what it takes to start it",
        "start-limit-hit" => "it was started too often in too short a time",
        "oom-kill" => "the kernel killed a process of it when memory ran short",
        "exec-condition" => "its ExecCondition= said no",
        _ => return word.to_owned(),
    };
    format!("{meaning} ({word})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_in_words() {
        for (result, words) in [
            ("exit code 203", "exit status 203 (EXEC: the program can't be executed)"),
            ("exit code 42", "exit status 42"),
            ("exit code 1", "exit status 1 (a general error)"),
            ("exit code 78", "exit status 78 (by convention CONFIG: its configuration is wrong)"),
            ("killed by signal 9", "killed by signal 9 (SIGKILL)"),
            ("killed by signal 11, core dumped", "killed by signal 11 (SIGSEGV), core dumped"),
            ("timeout", "it did not start, stop or reload in time (timeout)"),
            ("something-new", "something-new"),
        ] {
            assert_eq!(why_failed(result), words);
        }
    }
}
