//! Keys and data directories that are too open for the daemon that uses them.

use super::common::{base_name, restart};
use super::files::{begin, looked_up, written_at};
use crate::access;
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigPath, Entry, FileKind, PathUse};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "secret-unreadable",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A key or data directory whose mode the daemon itself refuses.",
    needs: &[Need::Definition, Need::Paths],
    about: "sshd ignores host keys that others may read, and ends where none is left. postgres refuses a data \
                directory that is open to others than its group, and a key that others may read.",
    read_more: &["sshd(8)", "https://www.postgresql.org/docs/current/creating-cluster.html"],
    check: secrets,
}];

/// What a daemon demands of the mode of a secret.
struct Demand {
    /// The daemon's program begins so.
    program: &'static str,
    purpose: PathUse,
    /// Bits that must not be set; a bit more is allowed where root owns it.
    refused: u32,
    refused_of_root: u32,
    mode: &'static str,
    /// Somebody else than the user or root may own it.
    any_owner: bool,
}

const DEMANDS: [Demand; 4] = [
    Demand {
        program: "sshd",
        purpose: PathUse::ReadSecret,
        refused: 0o077,
        refused_of_root: 0o077,
        mode: "600",
        any_owner: true,
    },
    Demand {
        program: "postgres",
        purpose: PathUse::ReadSecret,
        refused: 0o077,
        refused_of_root: 0o037,
        mode: "600",
        any_owner: true,
    },
    Demand {
        program: "postgres",
        purpose: PathUse::DataDirectory,
        refused: 0o027,
        refused_of_root: 0o027,
        mode: "700",
        any_owner: false,
    },
    Demand {
        program: "pg_ctl",
        purpose: PathUse::DataDirectory,
        refused: 0o027,
        refused_of_root: 0o027,
        mode: "700",
        any_owner: false,
    },
];

fn secrets(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let programs = case.definition().map(|d| d.commands.as_slice()).unwrap_or_default();
    let runs = |name: &str| {
        programs.iter().any(|command| base_name(&command.program).starts_with(name))
            || case.service.name.split(['@', '.']).next() == Some(name)
            || (name == "postgres" && case.service.name.starts_with("postgresql"))
    };
    for (path, fact) in looked_up(case) {
        let Some(entry) = fact.target() else { continue };
        let demand =
            DEMANDS.iter().find(|demand| demand.purpose == path.purpose && runs(demand.program));
        let Some(demand) = demand else { continue };
        // sshd looks at the modes of its own keys alone.
        let is_sshds_concern = demand.program != "sshd" || entry.uid == 0;
        let refused = if entry.uid == 0 { demand.refused_of_root } else { demand.refused };
        let is_plain = matches!(entry.kind, FileKind::File | FileKind::Directory);
        if is_plain && is_sshds_concern && entry.mode & refused != 0 {
            findings.push(too_open(case, path, entry, demand));
        } else if !demand.any_owner {
            findings.extend(wrong_owner(case, path, entry));
        }
    }
}

fn too_open(case: &Case<'_>, path: &ConfigPath, entry: &Entry, demand: &Demand) -> Finding {
    let at = &path.path;
    let mode = entry.mode & 0o7777;
    let others = if mode & demand.refused & 0o007 != 0 { "others" } else { "its group" };
    begin(case, "secret-unreadable", path)
        .says(
            format!("{at} is open to {others} (mode {mode:04o}): {} refuses it", demand.program),
            format!(
                "{at} ({}) of {} has the mode {mode:04o}, and {} takes no more than {}",
                written_at(path),
                case.service.name,
                demand.program,
                demand.mode
            ),
        )
        .proof(Evidence::path(at.clone(), access::mode_text(entry)))
        .fix("close it", [format!("chmod {} {}", demand.mode, shell(at)), restart(case)])
}

/// A data directory belongs to the user that the daemon runs as.
fn wrong_owner(case: &Case<'_>, path: &ConfigPath, entry: &Entry) -> Option<Finding> {
    let who =
        path.user.as_deref().and_then(|user| access::account(&case.snapshot.lookups, user))?;
    if who.uid == entry.uid || who.uid == 0 {
        return None;
    }
    let at = &path.path;
    let owner = access::name_of_user(&case.snapshot.lookups, entry.uid);
    let finding = begin(case, "secret-unreadable", path)
        .sure(Confidence::Likely)
        .says(
            format!("{at} belongs to {owner}, not to {}", who.name),
            format!(
                "{at} ({}) of {} belongs to {owner}, and the daemon takes only a directory of its own user {}",
                written_at(path),
                case.service.name,
                who.name
            ),
        )
        .proof(Evidence::path(at.clone(), format!("{} {owner}", access::mode_text(entry))));
    Some(finding.fix(
        "give it to its user",
        [format!("chown {}: {}", shell(&who.name), shell(at)), restart(case)],
    ))
}
