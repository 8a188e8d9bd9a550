//! Directories and files that the manager itself needs before the program begins.

use super::common::{
    add_access_fix, has_own_root, is_systemd, quoted, refusal, refusal_evidence, restart,
    setup_severity,
};
use crate::access::{self, Kind, Refusal, Want, Who, sandbox};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Definition, FileKind, Place};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "working-directory-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A working directory that does not exist, is no directory, or that the service's user can't enter.",
        needs: &[Need::Definition, Need::Paths, Need::Users],
        about: "systemd enters it as the service's user and ends the start with status 200 (CHDIR) if that fails. With \
                a `-` in front it may be missing.",
        read_more: &["systemd.exec(5)", "chdir(2)"],
        check: working_directory,
    },
    Rule {
        name: "root-directory-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A root directory of the service that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "systemd ends the start with status 210 (CHROOT) or 226 (NAMESPACE).",
        read_more: &["systemd.exec(5)", "chroot(2)"],
        check: root_directory,
    },
    Rule {
        name: "environment-file-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "An environment file that does not exist or can't be read.",
        needs: &[Need::Definition, Need::Paths],
        about: "Without a `-` in front of its path, systemd refuses the start: `Failed to load environment files`, \
                result `resources`. No process is begun, so the service itself logs nothing.",
        read_more: &["systemd.exec(5)"],
        check: environment_files,
    },
    Rule {
        name: "environment-file-line",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A line of an environment file that is no assignment.",
        needs: &[Need::Definition, Need::Paths],
        about: "An environment file is no shell script: systemd ignores lines without `=`, and takes `export NAME` for \
                the name of a variable, which is none. The service then lacks the variable.",
        read_more: &["systemd.exec(5)", "environment.d(5)"],
        check: environment_lines,
    },
];

fn account(case: &Case<'_>) -> Who {
    access::service_account(case.service, &case.snapshot.lookups).unwrap_or_else(Who::root)
}

fn is_made(definition: &Definition, path: &str) -> bool {
    definition
        .directories
        .iter()
        .any(|made| made.path.trim_end_matches('/') == path.trim_end_matches('/'))
}

pub(super) fn working_directory(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition() else { return };
    let Some((path, may_be_missing, place)) = &definition.working_directory else { return };
    let is_special = path == "~" || has_own_root(definition) || is_made(definition, path);
    if *may_be_missing || is_special || !path.starts_with('/') {
        return;
    }
    let name = &case.service.name;
    let assignment = Evidence::place(place, format!("WorkingDirectory={path}"));
    let begin = || {
        case.finding("working-directory-missing", path.as_str())
            .severity(setup_severity(case))
            .sure(Confidence::Certain)
            .proof(assignment.clone())
    };
    if let Some(guard) = sandbox::guard(definition, path, Want::Search).filter(|guard| guard.hides)
    {
        let setting = format!("{}={}", guard.setting.key, guard.setting.value);
        let sentence =
            format!("the working directory {path} of {name} is hidden from it by {setting}");
        let finding =
            begin().says(format!("working directory {path} is hidden by {setting}"), sentence);
        findings.push(finding.sure(Confidence::Likely).proof(quoted(guard.setting)));
        return;
    }
    let who = account(case);
    let Some(refusal) = case.path(path).and_then(|fact| refusal(case, &who, Want::Search, fact))
    else {
        return;
    };
    let sentence =
        format!("{} can't enter the working directory {path} of {name}: {}", who.name, refusal.why);
    let title = match refusal.kind {
        Kind::Missing | Kind::Dangling => format!("working directory {path} does not exist"),
        Kind::NotDirectory => format!("working directory {path} is no directory"),
        _ => format!("{} can't enter the working directory {path}", who.name),
    };
    let finding = begin().says(title, sentence).proof(refusal_evidence(case, &refusal));
    findings.push(directory_fix(case, finding, path, &who, &refusal));
}

/// Makes a missing directory for an account, or lets that account in.
fn directory_fix(
    case: &Case<'_>,
    finding: Finding,
    path: &str,
    who: &Who,
    refusal: &Refusal,
) -> Finding {
    if refusal.kind != Kind::Missing {
        return add_access_fix(finding, who, Want::Search, refusal);
    }
    let make = match who.uid {
        0 => format!("install -d {}", shell(path)),
        _ => format!("install -d -o {} {}", shell(&who.name), shell(path)),
    };
    finding.fix("make the directory", [make, restart(case)])
}

pub(super) fn root_directory(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some((path, place)) = case.definition().and_then(|d| d.root_directory.as_ref()) else {
        return;
    };
    let Some(fact) = case.path(path) else { return };
    let Some(refusal) = refusal(case, &Who::root(), Want::Search, fact) else { return };
    let sentence = format!(
        "the root directory {path} of {} can't be entered: {}",
        case.service.name, refusal.why
    );
    let finding = case
        .finding("root-directory-missing", path.as_str())
        .severity(setup_severity(case))
        .sure(Confidence::Certain)
        .says(format!("root directory {path} can't be entered"), sentence)
        .proof(Evidence::place(place, format!("RootDirectory={path}")))
        .proof(refusal_evidence(case, &refusal));
    findings.push(finding.fix(
        "make it, with all that the service needs in it",
        [format!("ls -ld {}", shell(path)), restart(case)],
    ));
}

fn environment_files(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition() else { return };
    // A user's manager reads them as that user, whose rights are not known here.
    let who = Who::root();
    for (path, may_be_missing, place) in &definition.environment_files {
        if *may_be_missing || path.contains(['*', '?', '[']) {
            continue;
        }
        let Some(fact) = case.path(path) else { continue };
        let refusal = refusal(case, &who, Want::Read, fact);
        let is_directory = fact.target().is_some_and(|entry| entry.kind == FileKind::Directory);
        let (title, why, evidence) = match &refusal {
            Some(refusal) => (
                format!("environment file {path} does not exist"),
                refusal.why.clone(),
                refusal_evidence(case, refusal),
            ),
            None if is_directory => {
                let why = format!("{path} is a directory");
                (
                    format!("environment file {path} is a directory"),
                    why.clone(),
                    Evidence::path(path.as_str(), why),
                )
            }
            None => continue,
        };
        findings.push(environment_file(case, path, place, (title, why, evidence)));
    }
}

fn environment_file(
    case: &Case<'_>,
    path: &str,
    place: &Place,
    (title, why, evidence): (String, String, Evidence),
) -> Finding {
    let name = &case.service.name;
    let is_unit = is_systemd(case);
    let sentence = format!("the environment file {path} of {name} can't be read: {why}");
    let finding = case
        .finding("environment-file-missing", path)
        .severity(if is_unit { setup_severity(case) } else { Severity::Warning })
        .sure(if is_unit { Confidence::Certain } else { Confidence::Possible })
        .says(title, sentence)
        .proof(Evidence::place(place, format!("EnvironmentFile={path}")))
        .proof(evidence);
    let finding = finding.fix("write the file", [format!("touch {}", shell(path)), restart(case)]);
    finding.fix_setting(
        "or, if it may be missing, say so",
        "Service",
        format!("EnvironmentFile=-{path}"),
    )
}

fn environment_lines(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition().filter(|_| is_systemd(case)) else { return };
    for (path, _, _) in &definition.environment_files {
        let Some(lines) = case.snapshot.lookups.texts.get(path) else { continue };
        let Some((number, why)) = bad_line(lines) else { continue };
        let name = &case.service.name;
        let is_broken = case.is_broken();
        let finding = case
            .finding("environment-file-line", format!("{path}:{number}"))
            .severity(if is_broken { Severity::Warning } else { Severity::Info })
            .role(if is_broken { Role::Cause } else { Role::Separate })
            .sure(Confidence::Possible)
            .says(
                format!("{path}:{number} is ignored: {why}"),
                format!(
                    "line {number} of {path}, an environment file of {name}, is ignored: {why}"
                ),
            )
            // The line itself is not shown: these files hold secrets, and may be links to others that do.
            .proof(Evidence::place(&Place { path: path.clone(), line: number }, why))
            .fix("write NAME=value there, without export or spaces around =", [restart(case)]);
        findings.push(finding);
    }
}

/// The first line that is no assignment of a variable, and why. Values may go over several lines in quotes: a file
/// with such a value is not judged.
fn bad_line(lines: &[String]) -> Option<(u32, &'static str)> {
    let has_open_quotes = |line: &String| {
        let count = |quote: char| line.chars().filter(|c| *c == quote).count() % 2 == 1;
        count('"') || count('\'')
    };
    if lines.iter().any(has_open_quotes) {
        return None;
    }
    let mut is_continued = false;
    for (number, line) in (1_u32..).zip(lines) {
        let was_continued = std::mem::replace(&mut is_continued, line.ends_with('\\'));
        let text = line.trim();
        if was_continued || text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        let Some((name, _)) = text.split_once('=') else {
            return Some((number, "it is no assignment"));
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = name.trim_end();
        if name.starts_with("export ") {
            return Some((number, "\"export\" is taken for a part of the name"));
        }
        if name.is_empty()
            || !name.chars().all(is_plain)
            || name.starts_with(|c: char| c.is_ascii_digit())
        {
            return Some((number, "what stands before = is no name of a variable"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_working_directory_must_be_there_and_open_to_its_user() {
        let mut snapshot = failed();
        definition(&mut snapshot).working_directory = Some(("/srv/x".into(), false, place(5)));
        definition(&mut snapshot).user = Some(("web".into(), place(6)));
        put(&mut snapshot, "/srv/x", FileKind::Directory, 0o755, 0);
        none(&snapshot, "working-directory-missing");
        put(&mut snapshot, "/srv/x", FileKind::Directory, 0o700, 0);
        let finding = one(&snapshot, "working-directory-missing");
        assert_eq!(finding.title, "web can't enter the working directory /srv/x");
        assert_eq!(finding.remedies[0].commands, ["setfacl -m u:web:x /srv/x"]);
        put(&mut snapshot, "/srv/x", FileKind::File, 0o644, 0);
        assert!(one(&snapshot, "working-directory-missing").title.ends_with("is no directory"));
        lacks(&mut snapshot, "/srv/x", "/srv/x");
        let finding = one(&snapshot, "working-directory-missing");
        assert_eq!(finding.title, "working directory /srv/x does not exist");
        assert_eq!(finding.remedies[0].commands[0], "install -d -o web /srv/x");
        definition(&mut snapshot).working_directory = Some(("/srv/x".into(), true, place(5)));
        none(&snapshot, "working-directory-missing");
    }

    #[test]
    fn a_home_may_be_hidden() {
        let mut snapshot = failed();
        definition(&mut snapshot).working_directory = Some(("/home/web".into(), false, place(5)));
        put(&mut snapshot, "/home/web", FileKind::Directory, 0o755, 33);
        set(&mut snapshot, "ProtectHome", "read-only");
        none(&snapshot, "working-directory-missing");
        set(&mut snapshot, "ProtectHome", "yes");
        let finding = one(&snapshot, "working-directory-missing");
        assert!(finding.title.ends_with("is hidden by ProtectHome=yes"));
    }

    #[test]
    fn environment_files() {
        let mut snapshot = failed();
        let path = "/etc/default/x";
        definition(&mut snapshot).environment_files = vec![(path.into(), false, place(5))];
        put(&mut snapshot, path, FileKind::File, 0o600, 0);
        none(&snapshot, "environment-file-missing");
        lacks(&mut snapshot, path, path);
        let finding = one(&snapshot, "environment-file-missing");
        assert_eq!(finding.title, "environment file /etc/default/x does not exist");
        definition(&mut snapshot).environment_files = vec![(path.into(), true, place(5))];
        none(&snapshot, "environment-file-missing");
    }

    #[test]
    fn lines_of_environment_files() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let bad = |text: &str| bad_line(&lines(text)).map(|(number, _)| number);
        assert_eq!(bad("# x\n\nA=1\nB = 2\nC=\"a b\"\nD=a\\\n  b"), None);
        assert_eq!(bad("A=1\nexport B=2"), Some(2));
        assert_eq!(bad("A=1\nB 2"), Some(2));
        assert_eq!(bad("A='1\nB 2'\n"), None);
        let mut snapshot = failed();
        definition(&mut snapshot).environment_files = vec![("/e".into(), true, place(5))];
        snapshot.lookups.texts.insert("/e".into(), lines("A=1\nexport B=2"));
        let finding = one(&snapshot, "environment-file-line");
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.title.starts_with("/e:2 is ignored"));
        assert!(!format!("{finding:?}").contains("export B"), "{finding:?}");
    }

    #[test]
    fn root_directories() {
        let mut snapshot = failed();
        definition(&mut snapshot).root_directory = Some(("/srv/root".into(), place(5)));
        put(&mut snapshot, "/srv/root", FileKind::Directory, 0o755, 0);
        none(&snapshot, "root-directory-missing");
        lacks(&mut snapshot, "/srv/root", "/srv/root");
        assert!(one(&snapshot, "root-directory-missing").title.contains("/srv/root"));
    }
}
