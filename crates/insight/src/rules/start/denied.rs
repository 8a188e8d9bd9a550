//! Files and directories that a configuration names and that the service's user may not read or write as it must.

use super::common::{add_access_fix, parent, refusal, refusal_evidence, restart};
use super::files::{begin, is_absence, looked_up, who, written_at};
use crate::access::{Kind, Refusal, Want, Who, sandbox};
use crate::finding::Finding;
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigPath, PathFact, PathUse};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "permission-denied",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A file or directory that the service's user can't read or write as its configuration asks for.",
    needs: &[Need::Definition, Need::Paths, Need::Users],
    about: "Computed from modes, ACLs, capabilities, mounts and the unit's own sandbox (ProtectSystem=, \
                ReadOnlyPaths= …), for each name on the way to the path.",
    read_more: &["path_resolution(7)", "acl(5)", "capabilities(7)", "systemd.exec(5)"],
    check: denied,
}];

fn denied(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() {
        return;
    }
    for (path, fact) in looked_up(case) {
        let want = match path.purpose {
            PathUse::Read | PathUse::ReadSecret => Want::Read,
            PathUse::Write => Want::WriteOrMake,
            PathUse::Directory => Want::Search,
            PathUse::DataDirectory => Want::Write,
        };
        if let Some(finding) = by_sandbox(case, path, fact, want) {
            findings.push(finding);
            continue;
        }
        let Some(who) = who(case, path) else { continue };
        let Some(refusal) = refusal(case, &who, want, fact).filter(|refusal| !is_absence(refusal))
        else {
            continue;
        };
        findings.push(not_permitted(case, path, &who, want, &refusal));
    }
}

fn verb(want: Want) -> &'static str {
    match want {
        Want::Read => "read",
        Want::Write | Want::WriteOrMake => "write",
        Want::Execute => "execute",
        Want::Search => "enter",
    }
}

fn not_permitted(
    case: &Case<'_>,
    path: &ConfigPath,
    who: &Who,
    want: Want,
    refusal: &Refusal,
) -> Finding {
    let verb = verb(want);
    let at = &path.path;
    let title = match refusal.kind {
        Kind::Way => format!("{} can't reach {at}: it can't search {}", who.name, refusal.path),
        Kind::ReadOnly => format!("{at} is on a read-only file system"),
        Kind::Immutable => format!("{at} can't be written: it is immutable"),
        _ => format!("{} can't {verb} {at}", who.name),
    };
    let sentence = format!(
        "{} has to {verb} {at} ({}), and {}",
        case.service.name,
        written_at(path),
        refusal.why
    );
    let finding = begin(case, "permission-denied", path)
        .says(title, sentence)
        .proof(refusal_evidence(case, refusal));
    let mut finding = add_access_fix(finding, who, want, refusal);
    if let Some(last) = finding.remedies.first_mut() {
        last.commands.push(restart(case));
    }
    finding
}

/// The unit's own sandbox stands against it.
fn by_sandbox(case: &Case<'_>, path: &ConfigPath, fact: &PathFact, want: Want) -> Option<Finding> {
    let definition = case.definition()?;
    let real = fact.steps.last().map_or(path.path.as_str(), |step| step.path.as_str());
    let guard = sandbox::guard(definition, real, want)?;
    let setting = format!("{}={}", guard.setting.key, guard.setting.value);
    let how = if guard.hides { "hidden" } else { "read-only" };
    let at = &path.path;
    let sentence = format!(
        "{} has to {} {at} ({}), and {setting} makes that path {how} for it",
        case.service.name,
        verb(want),
        written_at(path)
    );
    let finding = begin(case, "permission-denied", path)
        .says(format!("{at} is {how} for it by {setting}"), sentence)
        .proof(super::common::quoted(guard.setting));
    let top = match path.purpose {
        PathUse::DataDirectory | PathUse::Directory => at.as_str(),
        _ => parent(at).unwrap_or("/"),
    };
    Some(match guard.hides {
        false => {
            finding.fix_setting("let it write there", "Service", format!("ReadWritePaths={top}"))
        }
        true => finding.fix_setting("let it see the path", "Service", format!("BindPaths={top}")),
    })
}
