//! Capabilities in effect, against those that are needed.

use unit::values::sandbox::names;

use super::common::{
    capability_names, finding, fix_setting, is_machines, is_open, known_needs, listeners, row,
    user_name,
};
use super::needs::Privilege;
use super::privileges::is_root;
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Need, Rule};

pub(super) const RULES: &[Rule] = &[row(
    "capabilities-unused",
    "Capabilities in effect that the service is not known to need.",
    &[Need::Processes],
    "Capabilities are root's powers one by one. What is not in the bounding set can't be gained, whatever happens.",
    &["capabilities(7)", "systemd.exec(5)"],
    capabilities,
)];

/// Capabilities of which each is as much as root, or nearly.
const STRONG: &[&str] = &[
    "CAP_SYS_ADMIN",
    "CAP_SYS_PTRACE",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_CHOWN",
    "CAP_FOWNER",
    "CAP_SETFCAP",
    "CAP_BPF",
    "CAP_MKNOD",
];

fn bits(names_of: &[&str]) -> u64 {
    let bit =
        |name: &&str| names::capability(name).and_then(|number| 1_u64.checked_shl(number.into()));
    names_of.iter().filter_map(bit).fold(0, |all, one| all | one)
}

fn capabilities(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    let needed = match known_needs(case).map(|needs| needs.privilege) {
        Some(Privilege::All) => return,
        Some(Privilege::Some(needed)) => Some(needed),
        None => None,
    };
    let uses_low_port =
        listeners(case).any(|l| l.address.is_some_and(|address| address.port() < 1024));
    let low_port = if uses_low_port { bits(&["CAP_NET_BIND_SERVICE"]) } else { 0 };
    for process in &case.service.processes {
        let Some(known) = process.capabilities.known() else { continue };
        // Of root without known needs the whole is said by run-as-root.
        if process.uids[1] == 0 && (needed.is_none() || !is_root(process)) {
            continue;
        }
        // Without any sandbox, no-sandbox says the whole of it.
        if process.uids[1] == 0 && is_open(process) {
            continue;
        }
        let spare = known.effective & !bits(needed.unwrap_or_default()) & !low_port;
        if spare == 0 {
            continue;
        }
        let names = capability_names(spare);
        let strong = process.uids[1] != 0 && spare & bits(STRONG) != 0;
        let severity = if strong { Severity::Warning } else { Severity::Info };
        let keep = capability_names(known.effective & !spare).join(" ");
        let who = user_name(case, process.uids[1]);
        let found = finding(case, "capabilities-unused", process.name.clone(), severity)
            .sure(Confidence::Possible)
            .says(
                format!(
                    "{} has {} capabilities that it is not known to need",
                    process.name,
                    names.len()
                ),
                format!("Process {} runs as {who} with {} in effect.", process.pid, short(&names)),
            )
            .proof(Evidence::process(
                process.pid,
                "status",
                format!("CapEff: {:016x}", known.effective),
            ));
        let setting = match needed {
            Some(needed) => format!("CapabilityBoundingSet={}", needed.join(" ")),
            None => format!("CapabilityBoundingSet={keep}"),
        };
        out.push(fix_setting(case, found, "leave it those that it needs", setting));
        break;
    }
}

fn short(names: &[String]) -> String {
    match names {
        [first, second, third, rest @ ..] if rest.len() > 2 => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        names => names.join(", "),
    }
}
