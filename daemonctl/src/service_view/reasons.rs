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
    let Some(status) = result.strip_prefix("exit code ").and_then(|code| code.parse().ok()) else {
        return match result.strip_prefix("killed by signal ") {
            Some(rest) => signal(rest),
            None => of_word(result),
        };
    };
    match exit_status(status) {
        // What systemd itself ends a process with, before its program begins.
        Some((name, meaning)) if status >= 200 => {
            format!("exit status {status} ({name}: {meaning})")
        }
        Some((name, meaning)) if status > 1 => {
            format!("exit status {status} (by convention {name}: {meaning})")
        }
        _ => format!("exit status {status}"),
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

/// Exit statuses with a name: sysexits.h, LSB's of init scripts, systemd.exec(5)'s.
pub fn exit_status(status: u8) -> Option<(&'static str, &'static str)> {
    let found = STATUSES.iter().find(|(number, ..)| *number == status);
    found.map(|(_, name, meaning)| (*name, *meaning))
}

/// systemd.exec(5), "Process Exit Codes", where the numbers of all three families stand.
const STATUSES: &[(u8, &str, &str)] = &[
    (1, "FAILURE", "a general error"),
    (2, "INVALIDARGUMENT", "wrong arguments, or too many"),
    (3, "NOTIMPLEMENTED", "it can't do that"),
    (4, "NOPERMISSION", "it may not do that"),
    (5, "NOTINSTALLED", "its program is not installed"),
    (6, "NOTCONFIGURED", "its program is not configured"),
    (7, "NOTRUNNING", "its program does not run"),
    (64, "USAGE", "it was called in a wrong way"),
    (65, "DATAERR", "its input is wrong"),
    (66, "NOINPUT", "its input can't be read"),
    (67, "NOUSER", "there is no such user"),
    (68, "NOHOST", "there is no such host"),
    (69, "UNAVAILABLE", "something that it needs is not there"),
    (70, "SOFTWARE", "an error within the program"),
    (71, "OSERR", "an error of the operating system"),
    (72, "OSFILE", "a file of the system is missing or wrong"),
    (73, "CANTCREAT", "its output can't be made"),
    (74, "IOERR", "reading or writing failed"),
    (75, "TEMPFAIL", "it may work later"),
    (76, "PROTOCOL", "the other side did not keep to the protocol"),
    (77, "NOPERM", "it may not do that"),
    (78, "CONFIG", "its configuration is wrong"),
    (126, "not executable", "its program may not be run"),
    (127, "not found", "a program was not found"),
    (200, "CHDIR", "WorkingDirectory= can't be entered"),
    (201, "NICE", "Nice= can't be set"),
    (202, "FDS", "descriptors can't be arranged"),
    (203, "EXEC", "its program can't be executed"),
    (204, "MEMORY", "out of memory"),
    (205, "LIMITS", "Limit…= can't be set"),
    (206, "OOM_ADJUST", "OOMScoreAdjust= can't be set"),
    (207, "SIGNAL_MASK", "the signal mask can't be set"),
    (208, "STDIN", "standard input can't be set up"),
    (209, "STDOUT", "standard output can't be set up"),
    (210, "CHROOT", "RootDirectory= can't be entered"),
    (211, "IOPRIO", "IOScheduling…= can't be set"),
    (212, "TIMERSLACK", "TimerSlackNSec= can't be set"),
    (213, "SECUREBITS", "SecureBits= can't be set"),
    (214, "SETSCHEDULER", "CPUScheduling…= can't be set"),
    (215, "CPUAFFINITY", "CPUAffinity= can't be set"),
    (216, "GROUP", "Group= is unknown or can't be taken"),
    (217, "USER", "User= is unknown or can't be taken"),
    (218, "CAPABILITIES", "capabilities can't be set"),
    (219, "CGROUP", "its control group can't be set up"),
    (220, "SETSID", "no session can be made for it"),
    (221, "CONFIRM", "its start was not confirmed"),
    (222, "STDERR", "standard error can't be set up"),
    (224, "PAM", "PAM refuses a session"),
    (225, "NETWORK", "its network namespace can't be set up"),
    (226, "NAMESPACE", "its mount namespace can't be set up: a path that is not there?"),
    (227, "NO_NEW_PRIVILEGES", "NoNewPrivileges= can't be set"),
    (228, "SECCOMP", "its system call filter can't be set up"),
    (229, "SELINUX_CONTEXT", "SELinuxContext= can't be set"),
    (230, "PERSONALITY", "Personality= can't be set"),
    (231, "APPARMOR_PROFILE", "AppArmorProfile= can't be set"),
    (232, "ADDRESS_FAMILIES", "RestrictAddressFamilies= can't be set"),
    (233, "RUNTIME_DIRECTORY", "RuntimeDirectory= can't be made"),
    (235, "CHOWN", "the owner of a socket can't be changed"),
    (236, "SMACK_PROCESS_LABEL", "SmackProcessLabel= can't be set"),
    (237, "KEYRING", "the kernel's keyring can't be set up"),
    (238, "STATE_DIRECTORY", "StateDirectory= can't be made"),
    (239, "CACHE_DIRECTORY", "CacheDirectory= can't be made"),
    (240, "LOGS_DIRECTORY", "LogsDirectory= can't be made"),
    (241, "CONFIGURATION_DIRECTORY", "ConfigurationDirectory= can't be made"),
    (242, "NUMA_POLICY", "NUMAPolicy= can't be set"),
    (243, "CREDENTIALS", "its credentials can't be set up"),
    (245, "BPF", "its BPF restrictions can't be set up"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_in_words() {
        for (result, words) in [
            ("exit code 203", "exit status 203 (EXEC: its program can't be executed)"),
            ("exit code 42", "exit status 42"),
            ("exit code 1", "exit status 1"),
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
