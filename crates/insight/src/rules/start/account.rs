//! Users and groups that a definition names and that are not there.

use super::common::{definition_file, has_own_root, restart, setup_severity};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Place, Seen};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "user-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A user that the service should run as, or that its configuration names, and that does not exist.",
        needs: &[Need::Definition, Need::Users],
        about: "systemd ends the start with status 217 (USER). Packages make their users when they are installed, \
                with adduser or sysusers.d(5); a restored or copied configuration may come without.",
        read_more: &["systemd.exec(5)", "sysusers.d(5)", "useradd(8)"],
        check: users,
    },
    Rule {
        name: "group-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A group that the service should run with and that does not exist.",
        needs: &[Need::Definition, Need::Users],
        about: "systemd ends the start with status 216 (GROUP).",
        read_more: &["systemd.exec(5)", "groupadd(8)"],
        check: groups,
    },
];

/// A name that can't be a number of a user or group, which need not be listed anywhere.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.parse::<u32>().is_err()
}

pub(super) fn users(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let lookups = &case.snapshot.lookups;
    let Some(definition) = case.definition() else { return };
    let is_absent = |name: &str| is_name(name) && lookups.users.get(name) == Some(&Seen::Absent);
    if let Some((name, place)) = &definition.user
        && !definition.dynamic_user
        && !has_own_root(definition)
        && is_absent(name)
    {
        findings.push(missing(case, "user", name, "User", place));
    }
    let mut said: Vec<&str> = Vec::new();
    for path in &case.service.config_paths {
        let Some(name) = path.user.as_deref().filter(|name| is_absent(name)) else { continue };
        let is_users_own = definition.user.as_ref().is_some_and(|(user, _)| user == name);
        if is_users_own || said.contains(&name) {
            continue;
        }
        said.push(name);
        let place = path.place.clone().unwrap_or_default();
        let finding = missing(case, "user", name, &path.key, &place).sure(Confidence::Likely);
        findings.push(finding);
    }
}

pub(super) fn groups(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let lookups = &case.snapshot.lookups;
    let Some(definition) = case.definition().filter(|definition| !has_own_root(definition)) else {
        return;
    };
    let own = definition.group.iter().map(|group| ("Group", group));
    let more = definition.groups.iter().map(|group| ("SupplementaryGroups", group));
    let made = |name: &str| {
        // DynamicUser= makes a group of the user's name.
        definition.dynamic_user && definition.user.as_ref().is_none_or(|(user, _)| user == name)
    };
    for (key, (name, place)) in own.chain(more) {
        if is_name(name)
            && lookups.groups.get(name) == Some(&Seen::Absent)
            && !(key == "Group" && made(name))
        {
            findings.push(missing(case, "group", name, key, place));
        }
    }
}

fn missing(case: &Case<'_>, what: &str, name: &str, key: &str, place: &Place) -> Finding {
    let rule = if what == "user" { "user-missing" } else { "group-missing" };
    let where_from = match place.path.as_str() {
        "" => key.to_owned(),
        path if place.line > 0 => format!("{key}={name} in {path}:{}", place.line),
        path => format!("{key}={name} in {path}"),
    };
    let near = case.snapshot.lookups.near.get(name).and_then(|near| near.first());
    let near = near.map_or_else(String::new, |near| format!("; there is {near}"));
    let sentence = format!(
        "{} needs the {what} {name} ({where_from}), which does not exist{near}",
        case.service.name
    );
    let mut finding = case
        .finding(rule, name)
        .severity(setup_severity(case))
        .sure(Confidence::Certain)
        .says(format!("{what} {name} does not exist"), sentence);
    if !place.path.is_empty() {
        finding = finding.proof(Evidence::place(place, format!("{key}={name}")));
    }
    let make = match what {
        "user" => {
            format!("useradd --system --no-create-home --shell /usr/sbin/nologin {}", shell(name))
        }
        _ => format!("groupadd --system {}", shell(name)),
    };
    let file = definition_file(case).unwrap_or("its definition");
    finding
        .proof(Evidence::path(
            format!("/etc/{}", if what == "user" { "passwd" } else { "group" }),
            format!("has no {what} {name}"),
        ))
        .fix(format!("make the {what}"), [make, restart(case)])
        .fix(format!("or name another one in {file}"), [restart(case)])
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::snapshot::Seen;

    #[test]
    fn a_missing_user_is_named_with_its_line() {
        let mut snapshot = failed();
        definition(&mut snapshot).user = Some(("web".into(), place(7)));
        none(&snapshot, "user-missing");
        snapshot.lookups.users.insert("web".into(), Seen::Absent);
        let finding = one(&snapshot, "user-missing");
        assert_eq!(finding.title, "user web does not exist");
        assert_eq!(
            finding.sentence,
            "x.service needs the user web (User=web in /etc/systemd/system/x.service:7), which does not exist"
        );
        definition(&mut snapshot).dynamic_user = true;
        none(&snapshot, "user-missing");
    }

    #[test]
    fn numbers_need_no_account() {
        let mut snapshot = failed();
        definition(&mut snapshot).user = Some(("4711".into(), place(7)));
        snapshot.lookups.users.insert("4711".into(), Seen::Absent);
        none(&snapshot, "user-missing");
    }

    #[test]
    fn a_missing_group_is_named_too() {
        let mut snapshot = failed();
        definition(&mut snapshot).groups = vec![("ssl-cert".into(), place(8))];
        none(&snapshot, "group-missing");
        snapshot.lookups.groups.insert("ssl-cert".into(), Seen::Absent);
        let finding = one(&snapshot, "group-missing");
        assert_eq!(finding.title, "group ssl-cert does not exist");
        assert_eq!(finding.remedies[0].commands[0], "groupadd --system ssl-cert");
    }
}
