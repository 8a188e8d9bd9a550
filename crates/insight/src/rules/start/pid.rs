//! PID files.

use super::common::{base_name, restart, script};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigPath, Language, PidFile, Place, Process, Seen, Service, Snapshot};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "pid-file-mismatch",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A PIDFile= that is not the file to which the daemon writes its pid.",
        needs: &[Need::Definition],
        about: "With Type=forking systemd waits for PIDFile= until TimeoutStartSec= is over, and then ends a service \
                that runs well: `Can't open PID file`.",
        read_more: &["systemd.service(5)"],
        check: mismatch,
    },
    Rule {
        name: "pid-file-stale",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A PID file that names a process that is gone or belongs to somebody else.",
        needs: &[Need::State],
        about: "A daemon that was killed leaves its PID file behind. When the number is given to another process, init \
                scripts take that for the daemon: they don't start it, or signal the wrong process.",
        read_more: &["start-stop-daemon(8)"],
        check: stale,
    },
];

/// `/var/run` is `/run` wherever both are.
fn plain(path: &str) -> String {
    match path.strip_prefix("/var/run/") {
        Some(rest) => format!("/run/{rest}"),
        None => path.trim_end_matches('/').to_owned(),
    }
}

fn is_pid_key(path: &&ConfigPath) -> bool {
    let key = path.key.to_ascii_lowercase();
    let key = key.trim_start_matches('-').replace(['-', '_'], "");
    matches!(key.as_str(), "pid" | "pidfile" | "externalpidfile" | "pidpath")
}

/// The file that options of the command line name: `--pidfile /run/x.pid`, `--pid-file=/run/x.pid`, `-P /run/x.pid`.
fn by_option(arguments: &[String]) -> Option<&str> {
    let is_option = |word: &str| {
        let bare = word.trim_start_matches('-').replace(['-', '_'], "").to_ascii_lowercase();
        word.starts_with('-') && matches!(bare.as_str(), "pid" | "pidfile")
    };
    for (at, word) in arguments.iter().enumerate() {
        if let Some((option, path)) = word.split_once('=')
            && is_option(option)
        {
            return Some(path);
        }
        if is_option(word) {
            return arguments.get(at.saturating_add(1)).map(String::as_str);
        }
    }
    None
}

fn mismatch(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition().filter(|_| case.is_broken()) else { return };
    let Some((expected, place)) = &definition.pid_file else { return };
    let is_waited_for = definition.service_type == "forking" || script(case).is_some();
    if !is_waited_for {
        return;
    }
    let option = definition.main_command().and_then(|command| by_option(&command.arguments));
    let configured = case.service.config_paths.iter().find(is_pid_key);
    if option.is_none() && configured.is_none() {
        findings.extend(never_written(case, expected, place));
        return;
    }
    let (actual, evidence) = match (option, configured) {
        // What the command line says goes before what the configuration says.
        (Some(path), _) => (path, Evidence::place(place, format!("the command line names {path}"))),
        (None, Some(config)) => {
            let text = format!("{} {}", config.key, config.path);
            let evidence = match &config.place {
                Some(place) => Evidence::place(place, text),
                None => Evidence::path(config.path.clone(), text),
            };
            (config.path.as_str(), evidence)
        }
        (None, None) => return,
    };
    if !actual.starts_with('/') || plain(actual) == plain(expected) {
        return;
    }
    let name = &case.service.name;
    let waits = case.clues_of(crate::clues::Kind::PidFile).next_back();
    let timed_out = matches!(case.service.unit.result.as_str(), "timeout" | "protocol");
    let confidence = match (waits.is_some(), timed_out) {
        (true, _) => Confidence::Certain,
        (false, true) => Confidence::Likely,
        (false, false) => Confidence::Possible,
    };
    let finding = case
        .finding("pid-file-mismatch", expected.as_str())
        .sure(confidence)
        .says(
            format!("PIDFile= is {expected}, and the daemon writes {actual}"),
            format!("the manager waits for the pid of {name} in {expected}, and the daemon writes it to {actual}"),
        )
        .proof(Evidence::place(place, format!("PIDFile={expected}")))
        .proof(evidence)
        .proof_if(waits.map(|clue| clue.evidence()));
    findings.push(match script(case) {
        None => {
            finding.fix_setting("wait for the right file", "Service", format!("PIDFile={actual}"))
        }
        Some(script) => finding.fix(format!("name {actual} in {script}"), [restart(case)]),
    });
}

/// Where the daemon writes its pid is not known, but its manager waited for the file in vain: its first process had
/// ended then, and others of it ran on.
fn never_written(case: &Case<'_>, expected: &str, place: &Place) -> Option<Finding> {
    let is_named = |clue: &&crate::clues::Clue<'_>| {
        clue.get("path").is_some_and(|path| plain(path) == plain(expected))
    };
    let waits = case.clues_of(crate::clues::Kind::PidFile).rev().find(is_named)?;
    // With another result all its processes ended before they could write it.
    if case.service.unit.result != "timeout" || case.path(expected)?.missing().is_none() {
        return None;
    }
    let name = &case.service.name;
    let near = case.snapshot.lookups.near.get(expected).and_then(|near| near.first());
    let hint = near.map(|near| format!("; there is {near}")).unwrap_or_default();
    let actual = near.map_or("/run/FILE.pid", String::as_str);
    let finding = case
        .finding("pid-file-mismatch", expected)
        .sure(Confidence::Certain)
        .says(
            format!("PIDFile= is {expected}, and the daemon does not write it"),
            format!(
                "the first process of {name} ended as it should, and its manager waited in vain for the pid in \
                 {expected}: the daemon writes it elsewhere, or not at all{hint}"
            ),
        )
        .proof(Evidence::place(place, format!("PIDFile={expected}")))
        .proof(waits.evidence())
        .proof(Evidence::path(expected, "does not exist"))
        .fix("see where its daemon writes its pid", ["ls -lt /run/*.pid /run/*/*.pid"])
        .fix_setting("then wait for that file", "Service", format!("PIDFile={actual}"));
    Some(finding)
}

fn stale(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() {
        findings.extend(impostor(case));
        return;
    }
    for file in &case.service.pid_files {
        let found = match (&file.pid, &file.process) {
            _ if file.garbled => Some(garbled(case, file)),
            (Seen::Known(_), Some((_, false))) if is_own_by_time(case, file) => None,
            (Seen::Known(pid), Some((process, false))) => Some(foreign(case, file, *pid, process)),
            (Seen::Known(pid), None) => Some(dead(case, file, *pid)),
            _ => None,
        };
        findings.extend(found);
    }
}

/// A script may execute anything in its place: who it is, is told by the file having been written when it began.
fn is_own_by_time(case: &Case<'_>, file: &PidFile) -> bool {
    let program = case.definition().and_then(|d| d.main_command()).map(|c| c.program.as_str());
    let is_elf = |path: &str| {
        !SHELLS.contains(&base_name(path))
            && case.program(path).is_some_and(|program| program.format == "elf")
    };
    file.is_of_its_start && !program.is_some_and(is_elf)
}

/// Programs that run others in their place.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", "env"];

/// The PID file and the process of it that is taken for a service which does not run: it is of another program.
fn impersonator<'s>(
    snapshot: &'s Snapshot,
    service: &'s Service,
) -> Option<(&'s PidFile, &'s Process)> {
    let definition = service.definition.as_ref()?;
    if definition.language == Language::Unit || !service.is_healthy() {
        return None;
    }
    let program = definition.main_command()?.program.as_str();
    let is_shell = SHELLS.contains(&base_name(program));
    if is_shell || snapshot.lookups.programs.get(program)?.format != "elf" {
        return None;
    }
    let real = snapshot.lookups.paths.get(program)?.steps.last()?.path.as_str();
    let is_other =
        |found: &str| found != program && found != real && base_name(found) != base_name(program);
    let mut programs = service.processes.iter().map(|process| process.program.known());
    let is_all_others = programs.all(|found| found.is_some_and(|found| is_other(found)));
    let first = service.processes.first().filter(|_| is_all_others)?;
    let names_it = |file: &&PidFile| file.pid == Seen::Known(first.pid);
    Some((service.pid_files.iter().find(names_it)?, first))
}

/// What runs under the name of a service is another program, so that it should run and does not.
pub(crate) fn is_impersonated(snapshot: &Snapshot, service: &Service) -> bool {
    service.should_run && impersonator(snapshot, service).is_some()
}

/// What its PID file names runs, is taken for the service, and runs another program than the service's. Programs that are
/// scripts may become what they like.
fn impostor(case: &Case<'_>) -> Option<Finding> {
    let (file, first) = impersonator(case.snapshot, case.service)?;
    let severity = if case.service.should_run { Severity::Error } else { Severity::Warning };
    let finding = foreign(case, file, first.pid, &first.name).severity(severity);
    let found = first.program.known().map_or("", String::as_str);
    Some(finding.proof(Evidence::process(first.pid, "exe", found)))
}

fn remove(case: &Case<'_>, file: &PidFile) -> [String; 2] {
    [format!("rm {}", shell(&file.path)), restart(case)]
}

fn garbled(case: &Case<'_>, file: &PidFile) -> Finding {
    case.finding("pid-file-stale", file.path.as_str())
        .sure(Confidence::Possible)
        .says(
            format!("PID file {} holds no number", file.path),
            format!(
                "the PID file {} of {} is empty or holds no number",
                file.path, case.service.name
            ),
        )
        .proof(Evidence::path(file.path.clone(), "no number"))
        .fix("remove it", remove(case, file))
}

fn foreign(case: &Case<'_>, file: &PidFile, pid: u32, process: &str) -> Finding {
    let by_script = script(case).is_some();
    case.finding("pid-file-stale", file.path.as_str())
        .sure(if by_script { Confidence::Likely } else { Confidence::Possible })
        .says(
            format!("PID file {} names pid {pid}, which is {process}", file.path),
            format!(
                "the PID file {} of {} names pid {pid}, which is {process} and none of its processes: its start is \
                 taken for done",
                file.path, case.service.name
            ),
        )
        .proof(Evidence::path(file.path.clone(), pid.to_string()))
        .proof(Evidence::process(pid, "comm", process))
        .fix("remove it", remove(case, file))
}

fn dead(case: &Case<'_>, file: &PidFile, pid: u32) -> Finding {
    case.finding("pid-file-stale", file.path.as_str())
        .role(Role::Mechanism)
        .says(
            format!("its process {pid} is gone and left {} behind", file.path),
            format!(
                "the PID file {} of {} names pid {pid}, and no such process runs: it ended without cleaning up, as \
                 when it is killed or crashes",
                file.path, case.service.name
            ),
        )
        .proof(Evidence::path(file.path.clone(), pid.to_string()))
        .fix("start it again; the file is replaced", [restart(case)])
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::snapshot::{FileKind, LogSource, PathUse, Snapshot, State};

    fn forking(written: &str) -> Snapshot {
        let mut snapshot = failed();
        definition(&mut snapshot).service_type = "forking".into();
        definition(&mut snapshot).pid_file = Some(("/run/x.pid".into(), place(8)));
        service(&mut snapshot).config_paths.push(ConfigPath {
            path: written.into(),
            purpose: PathUse::Write,
            key: "pid".into(),
            place: None,
            user: None,
        });
        snapshot
    }

    #[test]
    fn the_daemon_writes_its_pid_elsewhere() {
        none(&forking("/var/run/x.pid"), "pid-file-mismatch");
        let mut snapshot = forking("/run/x/x.pid");
        service(&mut snapshot).unit.result = "timeout".into();
        let finding = one(&snapshot, "pid-file-mismatch");
        assert_eq!(finding.title, "PIDFile= is /run/x.pid, and the daemon writes /run/x/x.pid");
        assert_eq!(finding.confidence, Confidence::Likely);
        assert_eq!(finding.remedies[0].settings[0].1, "PIDFile=/run/x/x.pid");
        // The command line goes first.
        definition(&mut snapshot).commands[0].arguments = vec!["--pidfile=/run/x.pid".into()];
        none(&snapshot, "pid-file-mismatch");
        definition(&mut snapshot).service_type = "simple".into();
        none(&snapshot, "pid-file-mismatch");
    }

    #[test]
    fn a_pid_file_that_is_never_written() {
        let mut snapshot = failed();
        definition(&mut snapshot).service_type = "forking".into();
        definition(&mut snapshot).pid_file = Some(("/run/x.shop.pid".into(), place(8)));
        service(&mut snapshot).unit.result = "timeout".into();
        lacks(&mut snapshot, "/run/x.shop.pid", "/run/x.shop.pid");
        none(&snapshot, "pid-file-mismatch");
        let says_ = "x.service: Can't open PID file /run/x.shop.pid (yet?) after start: No such file or directory";
        says(&mut snapshot, LogSource::Manager, says_);
        let finding = one(&snapshot, "pid-file-mismatch");
        assert_eq!(finding.title, "PIDFile= is /run/x.shop.pid, and the daemon does not write it");
        assert_eq!((finding.role, finding.confidence), (Role::Cause, Confidence::Certain));
        assert!(one(&snapshot, "start-timeout").sentence.contains("its PIDFile= was not there"));
        none(&snapshot, "type-forking-does-not-fork");
        // It ended by itself before it wrote it: why it did is the cause.
        service(&mut snapshot).unit.result = "protocol".into();
        none(&snapshot, "pid-file-mismatch");
        service(&mut snapshot).unit.result = "timeout".into();
        put(&mut snapshot, "/run/x.shop.pid", FileKind::File, 0o644, 0);
        none(&snapshot, "pid-file-mismatch");
    }

    #[test]
    fn a_script_may_become_another_program() {
        let mut snapshot = failed();
        let (path, process) = ("/run/x.pid".to_owned(), Some(("sleep".to_owned(), false)));
        let file =
            PidFile { path, pid: Seen::Known(70), process, garbled: false, is_of_its_start: false };
        service(&mut snapshot).manager = crate::snapshot::Manager::SysV;
        service(&mut snapshot).state = crate::snapshot::State::Stopped;
        service(&mut snapshot).should_run = true;
        definition(&mut snapshot).language = Language::Lsb;
        definition(&mut snapshot).commands[0].program = "/bin/sh".into();
        service(&mut snapshot).pid_files = vec![file];
        assert_eq!(one(&snapshot, "pid-file-stale").severity, Severity::Error);
        service(&mut snapshot).pid_files[0].is_of_its_start = true;
        none(&snapshot, "pid-file-stale");
    }

    #[test]
    fn another_program_is_taken_for_the_service() {
        let mut snapshot = running();
        let (path, own) = ("/run/x.pid".to_owned(), Some(("sleep".to_owned(), true)));
        let file = PidFile {
            path,
            pid: Seen::Known(70),
            process: own,
            garbled: false,
            is_of_its_start: false,
        };
        service(&mut snapshot).pid_files.push(file);
        definition(&mut snapshot).language = crate::snapshot::Language::Lsb;
        elf(&mut snapshot, "/usr/sbin/x");
        let mut process =
            crate::snapshot::Process { pid: 70, name: "sleep".into(), ..Default::default() };
        process.program = Seen::Known("/usr/sbin/x".into());
        service(&mut snapshot).processes = vec![process];
        none(&snapshot, "pid-file-stale");
        service(&mut snapshot).processes[0].program = Seen::Known("/usr/bin/sleep".into());
        assert_eq!(
            one(&snapshot, "pid-file-stale").title,
            "PID file /run/x.pid names pid 70, which is sleep"
        );
        // What should run and does not is broken, whatever its script says.
        assert!(is_impersonated(&snapshot, &snapshot.services[0]));
        let report = crate::diagnose(&snapshot).remove(0);
        assert_eq!(report.findings[0].rule, "pid-file-stale");
        assert_eq!(report.findings[0].severity, Severity::Error);
        service(&mut snapshot).should_run = false;
        let report = crate::diagnose(&snapshot).remove(0);
        assert!(report.findings.iter().all(|finding| finding.severity < Severity::Error));
        elf(&mut snapshot, "/usr/sbin/x").format = "script".into();
        none(&snapshot, "pid-file-stale");
    }

    #[test]
    fn stale_pid_files() {
        let mut snapshot = failed();
        let path = "/run/x.pid".to_owned();
        let own = Some(("x".to_owned(), true));
        let file = PidFile {
            path,
            pid: Seen::Known(70),
            process: own,
            garbled: false,
            is_of_its_start: false,
        };
        service(&mut snapshot).pid_files.push(file);
        none(&snapshot, "pid-file-stale");
        service(&mut snapshot).pid_files[0].process = Some(("bash".into(), false));
        assert_eq!(
            one(&snapshot, "pid-file-stale").title,
            "PID file /run/x.pid names pid 70, which is bash"
        );
        service(&mut snapshot).pid_files[0].process = None;
        assert_eq!(one(&snapshot, "pid-file-stale").role, Role::Mechanism);
        service(&mut snapshot).pid_files[0].garbled = true;
        one(&snapshot, "pid-file-stale");
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "pid-file-stale");
    }
}
