//! Users and groups that are unknown, or not the right ones.

use super::told::told;
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Seen;

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "user-missing",
        "A line of the last run says that a user is unknown.",
        "The user is looked up; packages make theirs at installation.",
        &["getpwnam(3)", "useradd(8)", "systemd-sysusers(8)"],
        user_missing,
    ),
    row(
        "group-missing",
        "A line of the last run says that a group is unknown.",
        "The group is looked up; packages make theirs at installation.",
        &["getgrnam(3)", "groupadd(8)", "systemd-sysusers(8)"],
        group_missing,
    ),
    row(
        "wrong-user",
        "A daemon refuses to run as root, or as somebody else than root.",
        "PostgreSQL, Elasticsearch and others refuse root; a setting in its unit or script says who runs it.",
        &["systemd.exec(5)"],
        wrong_user,
    ),
    row(
        "not-permitted",
        "A line of the last run says that an operation is not permitted (EPERM).",
        "What root may do is split into capabilities; a unit's CapabilityBoundingSet=, NoNewPrivileges= or a container takes some of them away.",
        &["capabilities(7)", "systemd.exec(5)"],
        not_permitted,
    ),
];

fn user_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::UserUnknown]) {
        let of_unit = case.definition().and_then(|definition| definition.user.as_ref());
        let user =
            told.get("user").map(str::to_owned).or_else(|| of_unit.map(|(user, _)| user.clone()));
        let user = user.unwrap_or_default();
        let looked = case.snapshot.lookups.users.get(&user);
        let is_there = matches!(looked, Some(Seen::Known(_)));
        let is_absent = matches!(looked, Some(Seen::Absent));
        let named = super::network_about::place(&told);
        let named = named.map_or(String::new(), |place| format!(" (named in {place})"));
        let (title, sure) = if is_there {
            (format!("user {user} was unknown at the last start"), told.contradicted())
        } else {
            let sure = if is_absent { told.confirmed() } else { told.sure };
            (format!("user {user} does not exist"), sure)
        };
        let sentence = if is_there {
            format!("{} did not find the user {user}{named}; it is there now.", case.service.name)
        } else {
            format!("{} is to run as {user}{named}, and there is no such user.", case.service.name)
        };
        let finding = case
            .finding("user-missing", user.clone())
            .says(title, sentence)
            .sure(sure)
            .proof(told.clue.evidence())
            .proof_if(
                of_unit
                    .filter(|(name, _)| *name == user)
                    .map(|(name, place)| Evidence::place(place, format!("User={name}"))),
            )
            .fix(
                "make the user",
                [format!(
                    "useradd --system --no-create-home --shell /usr/sbin/nologin {}",
                    shell(&user)
                )],
            );
        findings.push(finding);
    }
}

fn group_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::GroupUnknown]) {
        let of_unit = case.definition().and_then(|definition| definition.group.as_ref());
        let group = told.get("group").or_else(|| told.get("user")).map(str::to_owned);
        let group = group.or_else(|| of_unit.map(|(group, _)| group.clone())).unwrap_or_default();
        let is_there = matches!(case.snapshot.lookups.groups.get(&group), Some(Seen::Known(_)));
        let finding = case
            .finding("group-missing", group.clone())
            .says(
                format!("group {group} does not exist"),
                format!(
                    "{} is to run with the group {group}, which is unknown.",
                    case.service.name
                ),
            )
            .sure(if is_there { told.contradicted() } else { told.sure })
            .proof(told.clue.evidence())
            .fix("make the group", [format!("groupadd --system {}", shell(&group))]);
        findings.push(finding);
    }
}

fn wrong_user(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::WrongUser]) {
        let is_root = told.get("wanted").is_none();
        let user = case.user();
        let name = &case.service.name;
        let (title, sentence) = if is_root {
            (
                "it refuses to run as root".to_owned(),
                format!("{name} refuses to run as root; its definition runs it as {user}."),
            )
        } else {
            (
                format!("it must be run as root, not as {user}"),
                format!("{name} must be run as root; its definition runs it as {user}."),
            )
        };
        let finding = case.finding("wrong-user", user).says(title, sentence).sure(told.sure);
        findings.push(finding.proof(told.clue.evidence()));
    }
}

fn not_permitted(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::NotPermitted]) {
        let operation = told.get("operation").unwrap_or("an operation");
        let user = case.user();
        let finding = case
            .finding("not-permitted", told.get("operation").unwrap_or_default())
            .says(
                format!("{operation} is not permitted"),
                format!("{} runs as {user} and is not permitted {operation}: a capability is missing, or its unit takes it away.", case.service.name),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        findings.push(finding);
    }
}
