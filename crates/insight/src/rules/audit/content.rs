//! What lies in its folders.

use super::common::{finding, group_name, row, user_name};
use crate::finding::{Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::LocalAccount;

pub(super) const RULES: &[Rule] = &[
    row(
        "foreign-files",
        "Files in the service's own folders that belong to somebody else.",
        &[Need::Paths],
        "Left over from another account, put there by hand as root, or put there by somebody who should not: whoever owns \
         a file can change what the service reads.",
        &["chown(1)"],
        foreign,
    ),
    row(
        "set-id-helper",
        "Programs that come with the service and run with another user's or group's privileges.",
        &[Need::Paths],
        "A hole in a set-user-id program is a way to its owner for whoever may execute it.",
        &["inode(7)", "execve(2)"],
        set_id,
    ),
];

fn foreign(case: &Case<'_>, out: &mut Vec<Finding>) {
    for look in &case.service.audit.folders {
        let Some((first, uid)) = look.foreign.first() else { continue };
        let person = look.foreign.iter().find(|(_, uid)| {
            case.snapshot.accounts.user(*uid).is_some_and(LocalAccount::is_person)
        });
        let (first, uid) = person.map_or((first, uid), |(path, uid)| (path, uid));
        let severity = if person.is_some() { Severity::Warning } else { Severity::Info };
        let count = look.foreign.len();
        let who = user_name(case, *uid);
        let cut = if look.is_cut {
            format!(" of the first {} looked at", look.looked)
        } else {
            String::new()
        };
        let mut found = finding(case, "foreign-files", look.path.clone(), severity).says(
            format!("{count} files in {} belong to others", look.path),
            format!("{first} belongs to {who}, who is neither root nor this service; {count} files{cut} are so."),
        );
        for (path, uid) in look.foreign.iter().take(5) {
            found = found.proof(Evidence::path(
                path.clone(),
                format!("belongs to {}", user_name(case, *uid)),
            ));
        }
        let owner = super::common::users(case)
            .first()
            .map_or("root".to_owned(), |uid| user_name(case, *uid));
        out.push(found.fix(
            "look at them; then give them to the service",
            [format!("chown -h {} {}", shell(&owner), shell(first))],
        ));
    }
}

fn set_id(case: &Case<'_>, out: &mut Vec<Finding>) {
    for look in &case.service.audit.folders {
        let Some((first, _, uid, gid)) = look.set_id.first() else { continue };
        let mut found = finding(case, "set-id-helper", look.path.clone(), Severity::Info).says(
            format!("{} programs in {} run with other privileges", look.set_id.len(), look.path),
            format!(
                "{first} runs as {}:{} for whoever executes it.",
                user_name(case, *uid),
                group_name(case, *gid)
            ),
        );
        for (path, mode, uid, gid) in look.set_id.iter().take(8) {
            let text =
                format!("mode {mode:04o} {}:{}", user_name(case, *uid), group_name(case, *gid));
            found = found.proof(Evidence::path(path.clone(), text));
        }
        out.push(found.fix(
            "take the bit from those that nobody uses",
            [format!("chmod ug-s {}", shell(first))],
        ));
    }
}
