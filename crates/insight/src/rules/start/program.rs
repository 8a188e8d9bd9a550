//! The program can't be executed: what is at its path, and whether its account gets there.

use super::common::{
    Executable, add_access_fix, base_name, executables, is_systemd, refusal, refusal_evidence,
    restart, script, settings, severity,
};
use crate::access::{self, Kind, Refusal, Want, Who};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, FileKind};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "program-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A program that the definition runs and that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "execve(2) answers ENOENT; systemd ends the start with status 203 (EXEC). Often the package was \
                removed, the path has a typo, or a link leads nowhere. Many init scripts begin with \
                `test -x $DAEMON || exit 0` and say nothing at all then.",
        read_more: &["execve(2)", "systemd.service(5)", "systemd.exec(5)"],
        check: missing,
    },
    Rule {
        name: "program-not-executable",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A program whose mode or ACL does not let the service's user execute it.",
        needs: &[Need::Definition, Need::Paths, Need::Users],
        about: "execve(2) answers EACCES where the execute bit is missing, for root too if nobody has it.",
        read_more: &["execve(2)", "chmod(1)", "acl(5)"],
        check: not_executable,
    },
    Rule {
        name: "path-not-searchable",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A directory on the way to a program that the service's user may not search.",
        needs: &[Need::Definition, Need::Paths, Need::Users],
        about: "To reach a file, each directory above it must be searchable (x) by whom the service runs as; the \
                file's own mode does not help.",
        read_more: &["path_resolution(7)", "acl(5)"],
        check: not_searchable,
    },
    Rule {
        name: "noexec-mount",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A program on a file system that is mounted with noexec.",
        needs: &[Need::Definition, Need::Paths, Need::Machine],
        about: "execve(2) answers EACCES for every file of such a file system, whatever its mode. /tmp, /var/tmp, \
                /home and /dev/shm are often mounted so.",
        read_more: &["mount(8)", "execve(2)"],
        check: no_exec,
    },
];

/// A program that can't be reached or executed.
struct Refused<'s> {
    executable: Executable<'s>,
    who: Who,
    refusal: Refusal,
    /// The path that was asked for.
    path: &'s str,
}

/// Every program of the service that refuses, with the refusal of the account that runs it.
fn refused<'s>(case: &Case<'s>) -> Vec<Refused<'s>> {
    let service_account = access::service_account(case.service, &case.snapshot.lookups);
    let mut all = Vec::new();
    for executable in executables(case) {
        let Some(fact) = case.path(executable.path) else { continue };
        let as_root = || refusal(case, &Who::root(), Want::Execute, fact).map(|r| (Who::root(), r));
        // What root may not do, nobody may: those refusals need no account.
        let found = as_root().or_else(|| {
            let who = service_account.clone().filter(|_| !executable.is_privileged)?;
            let refusal = refusal(case, &who, Want::Execute, fact)?;
            Some((who, refusal))
        });
        if let Some((who, refusal)) = found {
            all.push(Refused { executable, who, refusal, path: executable.path });
        }
    }
    all
}

fn named(executable: &Executable<'_>) -> String {
    match executable.key {
        "" => "it".to_owned(),
        key if key.starts_with("Exec") => format!("{key}="),
        key => key.to_owned(),
    }
}

fn quoted(executable: &Executable<'_>) -> Evidence {
    let mut text = format!("{}={}", executable.key, executable.path);
    for argument in executable.arguments.iter().take(20) {
        text.push(' ');
        text.push_str(&shell(argument));
    }
    Evidence::place(executable.place, text)
}

fn begin(case: &Case<'_>, rule: &'static str, executable: &Executable<'_>) -> Finding {
    case.finding(rule, executable.path)
        .severity(severity(case, executable.is_needed))
        .sure(Confidence::Certain)
        .proof(quoted(executable))
}

fn missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for refused in refused(case) {
        let is_absent = matches!(
            refused.refusal.kind,
            Kind::Missing | Kind::Dangling | Kind::Loop | Kind::NotDirectory
        );
        if is_absent {
            findings.push(missing_program(case, &refused.executable, &refused.refusal));
        }
    }
    if !is_systemd(case) {
        return;
    }
    for executable in executables(case) {
        let is_bare = !executable.path.contains(['/', '$', '%']) && !executable.path.is_empty();
        // A name that stands in no directory of the search path.
        if is_bare && case.path(executable.path).is_none() {
            let sentence = format!(
                "{} of {} runs {}, which is in none of the directories that are searched for programs",
                named(&executable),
                case.service.name,
                executable.path
            );
            let title = format!("program {} is nowhere", executable.path);
            let finding = begin(case, "program-missing", &executable).says(title, sentence);
            findings.push(suggest(case, finding, &executable).sure(Confidence::Likely));
        }
    }
}

fn missing_program(case: &Case<'_>, executable: &Executable<'_>, refusal: &Refusal) -> Finding {
    let of = &case.service.name;
    let path = executable.path;
    let title = match refusal.kind {
        Kind::Dangling => format!("program {path} is a link that leads nowhere"),
        Kind::Loop => format!("program {path} is a circle of links"),
        Kind::NotDirectory => format!("program {path} is below a file"),
        _ => format!("program {path} does not exist"),
    };
    let why = match refusal.kind {
        Kind::Missing if refusal.path == path => "does not exist".to_owned(),
        _ => format!("can't be reached: {}", refusal.why),
    };
    let sentence = format!("{} of {of} runs {path}, which {why}", named(executable));
    let finding = begin(case, "program-missing", executable)
        .proof(refusal_evidence(case, refusal))
        .says(title, sentence);
    suggest(case, finding, executable)
}

/// What else there is, or which package would bring it.
fn suggest(case: &Case<'_>, mut finding: Finding, executable: &Executable<'_>) -> Finding {
    let lookups = &case.snapshot.lookups;
    if let Some(packages) = lookups.packages.get(executable.path).filter(|p| !p.is_empty()) {
        let names: Vec<String> = packages.iter().take(3).map(|name| shell(name)).collect();
        let install = format!("apt-get install --reinstall {}", names.join(" "));
        finding = finding.fix("bring it back with its package", [install, restart(case)]);
    }
    let near = lookups.near.get(executable.path).map(Vec::as_slice).unwrap_or_default();
    if let Some(nearest) = near.first() {
        finding.sentence.push_str(&format!("; there is {nearest}"));
        if executable.key.starts_with("Exec") {
            let mut words = vec![nearest.clone()];
            words.extend(executable.arguments.iter().cloned());
            let key = executable.key;
            let what = "run the one that is there";
            let line = ("Service", format!("{key}={}", words.join(" ")));
            finding.remedies.push(settings(what, [("Service", format!("{key}=")), line]));
        }
    }
    if finding.remedies.is_empty() {
        let name = base_name(executable.path);
        let place = &executable.place.path;
        let what = format!("install what brings {name}, or correct the path in {place}");
        finding = finding.fix(what, [format!("command -v {}", shell(name)), restart(case)]);
    }
    finding
}

fn not_executable(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for Refused { executable, who, refusal, path } in refused(case) {
        let is_refused = matches!(refusal.kind, Kind::Mode | Kind::NotFile);
        if !is_refused || is_refuted(case, &executable) {
            continue;
        }
        let of = &case.service.name;
        let is_regular = refusal.kind == Kind::Mode;
        let title = match refusal.entry.as_ref().map(|entry| entry.kind) {
            Some(kind) if kind != FileKind::File => {
                format!("program {path} is {}", access::kind_word(kind))
            }
            _ => format!("program {path} is not executable"),
        };
        let sentence = format!("{} of {of} can't be executed: {}", named(&executable), refusal.why);
        let finding = begin(case, "program-not-executable", &executable)
            .proof(refusal_evidence(case, &refusal))
            .says(title, sentence);
        let finding = match (is_regular, who.uid) {
            (true, 0) => finding.fix(
                "make it executable",
                [format!("chmod +x {}", shell(&refusal.path)), restart(case)],
            ),
            (true, _) => add_access_fix(finding, &who, Want::Execute, &refusal),
            (false, _) => finding,
        };
        findings.push(finding);
    }
    if let Some(finding) = script_not_executable(case) {
        findings.push(finding);
    }
}

/// An init script without its execute bit is skipped by every tool.
fn script_not_executable(case: &Case<'_>) -> Option<Finding> {
    let path = script(case)?;
    let fact = case.path(path)?;
    let refusal = refusal(case, &Who::root(), Want::Execute, fact)?;
    if refusal.kind != Kind::Mode {
        return None;
    }
    let sentence =
        format!("the init script of {} can't be executed: {}", case.service.name, refusal.why);
    let finding = case
        .finding("program-not-executable", path)
        .sure(Confidence::Certain)
        .proof(refusal_evidence(case, &refusal))
        .says(format!("init script {path} is not executable"), sentence);
    Some(finding.fix("make it executable", [format!("chmod +x {}", shell(path)), restart(case)]))
}

/// The main program was executed at the last start, so that its account may: systemd opens a program before it
/// becomes the service's user, and directories on the way don't count then.
fn is_refuted(case: &Case<'_>, executable: &Executable<'_>) -> bool {
    let ended = case.service.last_exit;
    is_systemd(case)
        && executable.is_main
        && (case.service.is_healthy() || ended.is_some_and(|end| !matches!(end, Exit::Status(203))))
}

fn not_searchable(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for Refused { executable, who, refusal, path } in refused(case) {
        if refusal.kind != Kind::Way || is_refuted(case, &executable) {
            continue;
        }
        let sentence = format!(
            "{} can't reach {path}, which {} of {} runs: {}",
            who.name,
            named(&executable),
            case.service.name,
            refusal.why
        );
        let title = format!("{} can't search {}, on the way to {path}", who.name, refusal.path);
        let finding = begin(case, "path-not-searchable", &executable)
            .proof(refusal_evidence(case, &refusal))
            .says(title, sentence);
        findings.push(add_access_fix(finding, &who, Want::Execute, &refusal));
    }
}

fn no_exec(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for Refused { executable, who, refusal, path } in refused(case) {
        if refusal.kind != Kind::NoExec {
            continue;
        }
        let sentence = format!(
            "{} of {} runs {path}, and {}",
            named(&executable),
            case.service.name,
            refusal.why
        );
        let point = case.snapshot.machine.filesystem_of(&refusal.path);
        let point = point.map_or("its file system", |fs| fs.mount_point.as_str());
        let title = format!("{path} is on {point}, mounted noexec");
        let finding = begin(case, "noexec-mount", &executable)
            .proof(Evidence::path(point, "mounted with noexec"))
            .says(title, sentence);
        findings.push(add_access_fix(finding, &who, Want::Execute, &refusal));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::{CommandRole, Filesystem};

    #[test]
    fn a_program_that_is_not_there_is_named_with_the_next_best() {
        let mut snapshot = failed();
        none(&snapshot, "program-missing");
        lacks(&mut snapshot, "/usr/sbin/x", "/usr/sbin/x");
        snapshot.lookups.near.insert("/usr/sbin/x".into(), vec!["/usr/bin/x".into()]);
        let finding = one(&snapshot, "program-missing");
        assert_eq!(finding.title, "program /usr/sbin/x does not exist");
        assert_eq!(
            finding.sentence,
            "ExecStart= of x.service runs /usr/sbin/x, which does not exist; there is /usr/bin/x"
        );
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.evidence[0].text, "ExecStart=/usr/sbin/x -f");
        let settings = &finding.remedies[0].settings;
        assert_eq!(settings[0].1, "ExecStart=");
        assert_eq!(settings[1].1, "ExecStart=/usr/bin/x -f");
    }

    #[test]
    fn what_only_stops_or_may_fail_is_a_warning() {
        let mut snapshot = failed();
        let mut before = command(CommandRole::Before, "ExecStartPre", "/bin/no");
        before.ignores_failure = true;
        definition(&mut snapshot).commands.push(before);
        lacks(&mut snapshot, "/bin/no", "/bin/no");
        assert_eq!(one(&snapshot, "program-missing").severity, Severity::Warning);
        definition(&mut snapshot).commands[1].ignores_failure = false;
        assert_eq!(one(&snapshot, "program-missing").severity, Severity::Error);
    }

    #[test]
    fn a_directory_that_its_user_cannot_search_is_named() {
        let mut snapshot = failed();
        definition(&mut snapshot).user = Some(("web".into(), place(7)));
        close(&mut snapshot, "/usr/sbin/x", "/usr/sbin", 0o700);
        exited(&mut snapshot, 203);
        let finding = one(&snapshot, "path-not-searchable");
        assert_eq!(finding.title, "web can't search /usr/sbin, on the way to /usr/sbin/x");
        assert!(
            finding.sentence.ends_with("/usr/sbin is drwx------ root:root: web can't search it")
        );
        assert_eq!(finding.remedies[0].commands, ["setfacl -m u:web:x /usr/sbin"]);
        // root gets everywhere.
        definition(&mut snapshot).user = None;
        none(&snapshot, "path-not-searchable");
        // systemd had executed it all the same.
        definition(&mut snapshot).user = Some(("web".into(), place(7)));
        exited(&mut snapshot, 1);
        none(&snapshot, "path-not-searchable");
    }

    #[test]
    fn without_an_execute_bit_even_root_fails() {
        let mut snapshot = failed();
        put(&mut snapshot, "/usr/sbin/x", FileKind::File, 0o644, 0);
        let finding = one(&snapshot, "program-not-executable");
        assert_eq!(finding.remedies[0].commands[0], "chmod +x /usr/sbin/x");
        put(&mut snapshot, "/usr/sbin/x", FileKind::Directory, 0o755, 0);
        none(&snapshot, "program-missing");
        assert_eq!(
            one(&snapshot, "program-not-executable").title,
            "program /usr/sbin/x is a directory"
        );
    }

    #[test]
    fn a_noexec_mount_is_named() {
        let mut snapshot = failed();
        let mount = |point: &str, no_exec| Filesystem {
            mount_point: point.into(),
            no_exec,
            ..Filesystem::default()
        };
        snapshot.machine.filesystems = vec![mount("/", false), mount("/usr/sbi", true)];
        none(&snapshot, "noexec-mount");
        snapshot.machine.filesystems.push(mount("/usr", true));
        let finding = one(&snapshot, "noexec-mount");
        assert_eq!(finding.title, "/usr/sbin/x is on /usr, mounted noexec");
    }
}
