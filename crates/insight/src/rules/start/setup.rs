//! What systemd sets up before the program begins, and could not: namespaces, streams, directories, credentials.

use super::common::{
    is_managers_own, is_systemd, parent, quoted, refusal, refusal_evidence, restart, setup_severity,
};
use crate::access::{Kind, Refusal, Want, Who};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, FileKind, Place, Setting};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "namespace-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A path of a sandbox setting (ReadWritePaths=, BindPaths= …) that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "systemd makes a mount namespace of its own for the service and mounts each listed path in it; a path \
                that is not there ends the start with status 226 (NAMESPACE), unless it begins with `-`.",
        read_more: &["systemd.exec(5)"],
        check: namespace,
    },
    Rule {
        name: "credentials-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A file of LoadCredential= that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "systemd ends the start with status 243 (CREDENTIALS).",
        read_more: &["systemd.exec(5)", "https://systemd.io/CREDENTIALS/"],
        check: credentials,
    },
    Rule {
        name: "output-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A file for standard input, output or error that can't be opened.",
        needs: &[Need::Definition, Need::Paths],
        about: "StandardOutput=append:/path opens the file before the program begins, and before directories of \
                LogsDirectory= are made: its directory must be there. The statuses are 208, 209 and 222.",
        read_more: &["systemd.exec(5)"],
        check: streams,
    },
    Rule {
        name: "managed-directory-failed",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "Something else at the path of a directory that systemd should make for the service.",
        needs: &[Need::Definition, Need::Paths],
        about: "RuntimeDirectory=, StateDirectory=, CacheDirectory=, LogsDirectory= and ConfigurationDirectory= are made \
                at start; a file at that path, or a read-only file system, ends it with status 233 or 238 to 241.",
        read_more: &["systemd.exec(5)"],
        check: directories,
    },
];

pub(super) const NAMESPACE: i32 = 226;
pub(super) const CREDENTIALS: i32 = 243;

/// Paths that make up the mount namespace.
const MOUNTED: [&str; 10] = [
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "ExecPaths",
    "NoExecPaths",
    "BindPaths",
    "BindReadOnlyPaths",
    "ReadWriteDirectories",
    "ReadOnlyDirectories",
    "InaccessibleDirectories",
];

/// The status with which systemd ended the last start before the program began, if it did.
pub(super) fn own_status(case: &Case<'_>) -> Option<i32> {
    if !is_systemd(case) || case.service.is_healthy() {
        return None;
    }
    let ends = case.service.unit.command_ends.iter().map(|(_, _, end)| *end);
    case.service.last_exit.into_iter().chain(ends).find_map(|end| match end {
        Exit::Status(status) if is_managers_own(status) => Some(status),
        _ => None,
    })
}

/// The path that the manager looks for: of `source:destination` the source, and the running root's is left to others.
fn source(path: &str) -> &str {
    path.split(':').next().unwrap_or(path)
}

fn listed<'s>(
    case: &Case<'s>,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<(&'s str, &'s str, &'s Place, Refusal)> {
    let Some(definition) = case.definition().filter(|_| is_systemd(case)) else {
        return Vec::new();
    };
    if definition.root_directory.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, path, may_be_missing, place) in &definition.paths {
        let path = source(path);
        let is_made = definition.directories.iter().any(|made| made.path == path);
        if *may_be_missing || is_made || !is_wanted(key) {
            continue;
        }
        let Some(fact) = case.path(path) else { continue };
        let Some(refusal) = refusal(case, &Who::root(), Want::Read, fact) else { continue };
        if matches!(refusal.kind, Kind::Missing | Kind::Dangling | Kind::NotDirectory | Kind::Loop)
        {
            found.push((key.as_str(), path, place, refusal));
        }
    }
    found
}

pub(super) fn namespace(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for (key, path, place, refusal) in listed(case, |key| MOUNTED.contains(&key)) {
        let name = &case.service.name;
        let sentence = format!(
            "{key}= of {name} names {path}, and {}: its mount namespace can't be set up",
            refusal.why
        );
        let is_seen = own_status(case) == Some(NAMESPACE);
        let finding = case
            .finding("namespace-failed", path)
            .severity(setup_severity(case))
            .sure(if is_seen { Confidence::Certain } else { Confidence::Likely })
            .says(format!("{path} of {key}= does not exist"), sentence)
            .proof(Evidence::place(place, format!("{key}={path}")))
            .proof(refusal_evidence(case, &refusal))
            .fix("make the directory", [format!("install -d {}", shell(path)), restart(case)])
            .fix_setting("or let it be missing", "Service", format!("{key}=-{path}"));
        findings.push(finding);
    }
}

pub(super) fn credentials(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for (key, path, place, refusal) in listed(case, |key| key.starts_with("LoadCredential")) {
        let is_seen = own_status(case) == Some(CREDENTIALS);
        let finding = case
            .finding("credentials-missing", path)
            .severity(setup_severity(case))
            .sure(if is_seen { Confidence::Certain } else { Confidence::Likely })
            .says(
                format!("credential {path} does not exist"),
                format!("{key}= of {} names {path}, and {}", case.service.name, refusal.why),
            )
            .proof(Evidence::place(place, format!("{key}={path}")))
            .proof(refusal_evidence(case, &refusal))
            .fix("put the file there", [format!("ls -l {}", shell(path)), restart(case)]);
        findings.push(finding);
    }
}

/// The file of a stream's setting, and whether it may be made.
fn stream_file(setting: &Setting) -> Option<(&str, bool)> {
    let (kind, path) = setting.value.split_once(':')?;
    let makes = match kind {
        "append" | "truncate" => true,
        "file" => setting.key != "StandardInput",
        _ => return None,
    };
    path.starts_with('/').then_some((path, makes))
}

pub(super) fn streams(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition().filter(|_| is_systemd(case)) else { return };
    if definition.root_directory.is_some() {
        return;
    }
    let mut said: Vec<&str> = Vec::new();
    for key in ["StandardInput", "StandardOutput", "StandardError"] {
        let Some(setting) = definition.setting(key) else { continue };
        let Some((path, makes)) = stream_file(setting) else { continue };
        if said.contains(&path) {
            continue;
        }
        let Some(refusal) = stream_refusal(case, path, makes) else { continue };
        said.push(path);
        let name = &case.service.name;
        let sentence = format!("{key}= of {name} opens {path}, and {}", refusal.why);
        let title = match parent(path) {
            Some(above) if refusal.path != path => format!("{above}, for {key}=, does not exist"),
            _ => format!("{path}, for {key}=, can't be opened"),
        };
        let is_seen = matches!(own_status(case), Some(208 | 209 | 222));
        let finding = case
            .finding("output-failed", path)
            .severity(setup_severity(case))
            .sure(if is_seen { Confidence::Certain } else { Confidence::Likely })
            .says(title, sentence)
            .proof(quoted(setting))
            .proof(refusal_evidence(case, &refusal));
        let above = parent(path).unwrap_or("/");
        findings.push(match refusal.kind {
            Kind::Missing => finding
                .fix("make its directory", [format!("install -d {}", shell(above)), restart(case)]),
            _ => super::common::add_access_fix(finding, &Who::root(), Want::Write, &refusal),
        });
    }
}

fn stream_refusal(case: &Case<'_>, path: &str, makes: bool) -> Option<Refusal> {
    let want = if makes { Want::WriteOrMake } else { Want::Read };
    if let Some(fact) = case.path(path) {
        return refusal(case, &Who::root(), want, fact);
    }
    let above = case.path(parent(path)?)?;
    refusal(case, &Who::root(), Want::Search, above)
}

pub(super) fn directories(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition().filter(|_| is_systemd(case)) else { return };
    let is_seen = matches!(own_status(case), Some(233 | 238..=241));
    for made in &definition.directories {
        let Some(fact) = case.path(&made.path) else { continue };
        let why = match fact.target() {
            Some(entry) if entry.kind != FileKind::Directory => {
                let what = crate::access::kind_word(entry.kind);
                Some((format!("{} is {what}", made.path), made.path.clone()))
            }
            Some(_) => None,
            None => refusal(case, &Who::root(), Want::WriteOrMake, fact)
                // Missing directories above it are made too.
                .filter(|refusal| {
                    matches!(refusal.kind, Kind::ReadOnly | Kind::NotDirectory | Kind::Immutable)
                })
                .map(|refusal| (refusal.why, refusal.path)),
        };
        let Some((why, path)) = why else { continue };
        let name = &case.service.name;
        let finding = case
            .finding("managed-directory-failed", made.path.as_str())
            .severity(setup_severity(case))
            .sure(if is_seen { Confidence::Certain } else { Confidence::Likely })
            .says(
                format!("{}= can't be made: {why}", made.key),
                format!("{}= of {name} asks for the directory {}, and {why}", made.key, made.path),
            )
            .proof(Evidence::place(&made.place, format!("{}={}", made.key, made.path)))
            .proof(Evidence::path(path, why))
            .fix(
                "move what is there out of the way",
                [format!("mv -i {0} {0}.old", shell(&made.path)), restart(case)],
            );
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::ManagedDirectory;

    #[test]
    fn a_path_of_the_namespace_that_is_missing() {
        let mut snapshot = failed();
        exited(&mut snapshot, 226);
        let listed = ("ReadWritePaths".to_owned(), "/srv/x".to_owned(), false, place(11));
        definition(&mut snapshot).paths.push(listed);
        put(&mut snapshot, "/srv/x", FileKind::Directory, 0o755, 0);
        none(&snapshot, "namespace-failed");
        lacks(&mut snapshot, "/srv/x", "/srv");
        let finding = one(&snapshot, "namespace-failed");
        assert_eq!(finding.title, "/srv/x of ReadWritePaths= does not exist");
        assert_eq!(finding.confidence, Confidence::Certain);
        // The program was begun, so that the path was there.
        exited(&mut snapshot, 1);
        assert_eq!(one(&snapshot, "namespace-failed").severity, Severity::Warning);
        definition(&mut snapshot).paths[0].2 = true;
        none(&snapshot, "namespace-failed");
    }

    #[test]
    fn an_output_whose_directory_is_missing() {
        let mut snapshot = failed();
        exited(&mut snapshot, 209);
        set(&mut snapshot, "StandardOutput", "append:/var/log/x/out");
        none(&snapshot, "output-failed");
        lacks(&mut snapshot, "/var/log/x/out", "/var/log/x");
        let finding = one(&snapshot, "output-failed");
        assert_eq!(finding.title, "/var/log/x, for StandardOutput=, does not exist");
        assert_eq!(finding.remedies[0].commands[0], "install -d /var/log/x");
        lacks(&mut snapshot, "/var/log/x/out", "/var/log/x/out");
        none(&snapshot, "output-failed");
        set(&mut snapshot, "StandardOutput", "journal");
        none(&snapshot, "output-failed");
    }

    #[test]
    fn a_file_where_a_directory_should_be_made() {
        let mut snapshot = failed();
        let (path, key) = ("/run/x".to_owned(), "RuntimeDirectory".to_owned());
        definition(&mut snapshot).directories.push(ManagedDirectory { path, key, place: place(4) });
        lacks(&mut snapshot, "/run/x", "/run/x");
        none(&snapshot, "managed-directory-failed");
        put(&mut snapshot, "/run/x", FileKind::File, 0o644, 0);
        let finding = one(&snapshot, "managed-directory-failed");
        assert_eq!(finding.title, "RuntimeDirectory= can't be made: /run/x is a file");
    }

    #[test]
    fn credentials_are_files() {
        let mut snapshot = failed();
        let listed = ("LoadCredential".to_owned(), "/etc/key".to_owned(), false, place(11));
        definition(&mut snapshot).paths.push(listed);
        put(&mut snapshot, "/etc/key", FileKind::File, 0o600, 0);
        none(&snapshot, "credentials-missing");
        lacks(&mut snapshot, "/etc/key", "/etc/key");
        assert!(one(&snapshot, "credentials-missing").title.contains("/etc/key"));
    }
}
