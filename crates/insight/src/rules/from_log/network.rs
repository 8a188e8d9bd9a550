//! Addresses that can't be had, names that are unknown, services that do not answer.

use super::network_about as about;
use super::told::told;
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

const fn row(
    name: &'static str,
    needs: &'static [Need],
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs, about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "address-unavailable",
        &[Need::Log],
        "A line of the last run says that an address is not this machine's (EADDRNOTAVAIL).",
        "An address that comes up later than the service gives the same error: After=network-online.target, or ip_nonlocal_bind.",
        &["ip(7)", "systemd.special(7)"],
        address_unavailable,
    ),
    row(
        "host-unknown",
        &[Need::Log],
        "A line of the last run says that a host's name is unknown.",
        "Names are looked up in /etc/hosts only: the network is never asked.",
        &["getaddrinfo(3)", "hosts(5)", "nsswitch.conf(5)"],
        host_unknown,
    ),
    row(
        "dependency-unreachable",
        &[Need::Log],
        "A line of the last run says that another service does not answer.",
        "On this machine, whether anybody listens there is looked up.",
        &["connect(2)"],
        unreachable,
    ),
    row(
        "dependency-refuses-login",
        &[Need::Log],
        "A line of the last run says that another service does not accept its password or user.",
        "The password in its configuration or environment differs from the one that the other service knows.",
        &[],
        refuses_login,
    ),
];

fn address_unavailable(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::AddressUnavailable]) {
        let Some(address) = about::address(case, &told) else { continue };
        let has = about::has_address(case, &address);
        let name = &case.service.name;
        let finding = case.finding("address-unavailable", address.clone());
        let finding = finding.proof(told.clue.evidence());
        let finding = match has {
            Some(true) => finding
                .says(
                    format!("{address} was not there at the last start"),
                    format!("{name} could not listen on {address}: no interface had that address; one has it now."),
                )
                .sure(told.contradicted())
                .fix("start it again", [about::restart(case)])
                .fix_setting("wait for the network at boot", "Unit", "After=network-online.target"),
            _ => finding
                .says(
                    format!("{address} is not an address of this machine"),
                    format!("{name} can't listen on {address}: no interface of this machine has that address."),
                )
                .sure(if has.is_some() { told.confirmed() } else { told.sure })
                .proof_if(has.map(|_| Evidence::counter("interface addresses", about::addresses(case))))
                .fix("see which addresses there are", ["ip -brief address"]),
        };
        findings.push(about::elsewhere(case, finding, &told, told.get("port").unwrap_or_default()));
    }
}

fn host_unknown(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::HostUnknown]) {
        let host = told.get("host").unwrap_or_default();
        let place =
            about::place(&told).map_or(String::new(), |place| format!(", named in {place}"));
        let what =
            if host.is_empty() { "a host's name".to_owned() } else { format!("host {host}") };
        let finding = case
            .finding("host-unknown", host)
            .says(
                format!("{what} is unknown"),
                format!("{} could not find the address of {what}{place}.", case.service.name),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("look it up", [format!("getent hosts {}", shell(host))]);
        findings.push(about::elsewhere(case, finding, &told, ""));
    }
}

fn unreachable(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::Unreachable]) {
        findings.push(about::unreachable(case, &told));
    }
}

fn refuses_login(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::AuthenticationFailed]) {
        let user = told.get("user").map_or(String::new(), |user| format!(" as {user}"));
        let finding = case
            .finding("dependency-refuses-login", told.get("user").unwrap_or_default())
            .says(
                format!("another service does not let it in{user}"),
                format!(
                    "{} was turned away{user}: {}.",
                    case.service.name,
                    told.clue.message().trim()
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        findings.push(finding);
    }
}
