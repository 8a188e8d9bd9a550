//! The kernel ended a process for want of memory.

use super::end::{is_systemd, restart};
use super::kill::{Kill, last_kill};
use super::words::{bytes, setting, times};
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Cgroup, Line};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "oom-kill",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Crash,
    looks_for: "A process of the service that the kernel (or systemd-oomd) killed for want of memory, and the limit that \
                was hit.",
    needs: &[Need::State],
    about: "The kernel kills a process when neither memory nor swap is left: of the whole machine, or of a control group \
            with a limit (`MemoryMax=` of the unit or of a slice above it). Its lines name the process, its control \
            group and the group whose limit was hit; `memory.events` counts the kills; systemd then gives the result \
            `oom-kill`. Raise the limit if the service needs that much; else it uses more than it should, or the \
            machine has too little for all that runs on it.",
    read_more: &[
        "systemd.resource-control(5)",
        "cgroups(7)",
        "systemd-oomd.service(8)",
        "proc_pid_oom_score(5)",
    ],
    check: oom_kill,
}];

/// Anything says that a process of the service was killed for want of memory in its last run.
pub(super) fn is_killed_for_memory(case: &Case<'_>) -> bool {
    case.service.unit.result == "oom-kill"
        || said(case).is_some()
        || last_kill(case).is_some()
        || (case.is_broken() && counted(case) > 0)
}

/// `memory.events`: how often a process of its group was killed.
fn counted(case: &Case<'_>) -> u64 {
    let events = case.service.cgroup.as_ref().map(|group| group.memory_events.as_slice());
    let kills = |name: &str| {
        events.unwrap_or_default().iter().find(|(event, _)| event == name).map(|(_, count)| *count)
    };
    kills("oom_kill").or_else(|| kills("oom_group_kill")).unwrap_or(0)
}

/// What its manager or systemd-oomd says.
fn said<'s>(case: &Case<'s>) -> Option<Evidence> {
    let by_clue = case.clues_of(Kind::OomKill).next_back().map(|clue| clue.evidence());
    by_clue.or_else(|| {
        let is = |line: &&'s Line| {
            line.message.contains("killed by the OOM killer")
                || (line.message.contains("systemd-oomd killed")
                    && line.message.contains("process"))
        };
        case.lines().rev().find(is).map(Evidence::log)
    })
}

fn oom_kill(case: &Case<'_>, found: &mut Vec<Finding>) {
    let kill = last_kill(case);
    let said = said(case);
    let is_result = case.service.unit.result == "oom-kill";
    let count = counted(case);
    if kill.is_none() && said.is_none() && !is_result && count == 0 {
        return;
    }
    // Its group's counter alone, of a service that runs: it may be of long ago.
    let is_old = kill.is_none() && said.is_none() && !is_result;
    let finding = finding(case, &kill.unwrap_or_default(), said, count);
    found.push(match (case.is_broken(), is_old) {
        (true, _) => finding,
        (false, false) => finding.severity(Severity::Warning).role(Role::Separate),
        (false, true) => finding.severity(Severity::Info).role(Role::Separate),
    });
}

fn finding(case: &Case<'_>, kill: &Kill<'_>, said: Option<Evidence>, count: u64) -> Finding {
    let service = &case.service.name;
    let group = case.service.cgroup.as_ref();
    let limit = kill.limit.filter(|_| kill.is_limit).or_else(|| limit(case, group));
    let which = which_limit(case, kill, limit);
    let who = match kill.pid {
        Some(pid) => format!("{} (pid {pid}) of {service}", kill.name),
        None => format!("A process of {service}"),
    };
    let resident = kill.resident.map(|size| format!(" It had {} in memory.", bytes(size)));
    let peak = group.and_then(|group| group.memory_peak_bytes.known());
    let peak = peak.map(|size| format!(" The most that {service} ever used was {}.", bytes(*size)));
    let title = match limit.filter(|_| which.is_own) {
        Some(limit) => format!("killed for want of memory: its limit is {}", bytes(limit)),
        None => format!("killed for want of memory: {}", which.short),
    };
    let sentence = format!(
        "{who} was killed because {}.{}{}",
        which.long,
        resident.unwrap_or_default(),
        peak.unwrap_or_default()
    );
    let is_result = case.service.unit.result == "oom-kill";
    let mut finding = case
        .finding("oom-kill", "")
        .says(title, sentence)
        .sure(if kill.line.is_some() || said.is_some() || is_result {
            Confidence::Certain
        } else {
            Confidence::Likely
        })
        .proof_if(kill.line.map(Evidence::log))
        .proof_if(kill.detail.map(Evidence::log))
        .proof_if(kill.usage.map(Evidence::log))
        .proof_if(said)
        .proof_if(limit_setting(case));
    if is_result {
        finding = finding.proof(Evidence::manager("Result", "oom-kill"));
    }
    if count > 0 {
        finding = finding.proof(Evidence::counter("memory.events", format!("oom_kill {count}")));
        finding.sentence.push_str(&format!(" It happened {}.", times(count)));
    }
    remedies(case, finding, limit, &which)
}

/// Which limit was hit.
struct Which {
    /// It is the unit's own.
    is_own: bool,
    /// It is the end of the machine's memory.
    is_machine: bool,
    short: String,
    long: String,
}

fn which_limit(case: &Case<'_>, kill: &Kill<'_>, limit: Option<u64>) -> Which {
    let size = limit.map(|limit| format!(" of {}", bytes(limit))).unwrap_or_default();
    let own_name = &case.service.name;
    let is_own_path = |path: &String| path.split('/').any(|part| part == own_name);
    match &kill.limited {
        Some(path) if kill.is_limit && !is_own_path(path) => {
            let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("/");
            return Which {
                is_own: false,
                is_machine: false,
                short: format!("the limit{size} of {name} was reached"),
                long: format!("the control group {path}, which it shares, reached its limit{size}"),
            };
        }
        _ => {}
    }
    let kernel_tells = kill.line.is_some();
    let has_limit = limit.is_some();
    if kill.is_limit || (!kernel_tells && has_limit) {
        let group = case.service.cgroup.as_ref();
        if let Some(above) = group.and_then(|group| group.limited_by.as_ref()) {
            return Which {
                is_own: false,
                is_machine: false,
                short: format!("the limit{size} of {above} was reached"),
                long: format!("the control group {above} above it reached its limit{size}"),
            };
        }
        return Which {
            is_own: has_limit,
            is_machine: false,
            short: "its memory limit was reached".to_owned(),
            long: format!("the service reached its memory limit{size}"),
        };
    }
    let machine = case.snapshot.machine.memory_bytes;
    let has = if machine > 0 { format!(" of {}", bytes(machine)) } else { String::new() };
    match kernel_tells {
        true => Which {
            is_own: false,
            is_machine: true,
            short: "the machine had none left".to_owned(),
            long: format!("the whole machine's memory{has} was used up"),
        },
        false => Which {
            is_own: false,
            is_machine: false,
            short: "its control group or the machine had none left".to_owned(),
            long: "neither its control group nor the machine had memory left for it".to_owned(),
        },
    }
}

/// `MemoryMax=`, by the control group or the definition.
fn limit(case: &Case<'_>, group: Option<&Cgroup>) -> Option<u64> {
    let of_group = group.and_then(|group| group.memory_max_bytes.known().copied());
    of_group.or_else(|| {
        let definition = case.definition()?;
        let setting = definition.setting("MemoryMax").or(definition.setting("MemoryLimit"))?;
        super::end::size(&setting.value)
    })
}

fn limit_setting(case: &Case<'_>) -> Option<Evidence> {
    super::end::limit_setting(case, "MemoryMax")
        .or_else(|| super::end::limit_setting(case, "MemoryLimit"))
}

fn remedies(case: &Case<'_>, finding: Finding, limit: Option<u64>, which: &Which) -> Finding {
    let mut finding = finding;
    if let Some(limit) = limit.filter(|_| which.is_own && is_systemd(case)) {
        let twice = format!("MemoryMax={}", setting(limit.saturating_mul(2)));
        finding = finding.fix_setting("if it needs more, raise the limit", "Service", twice);
    }
    if which.is_machine {
        finding = finding.fix("see who uses the memory", ["daemonctl ps --sort -rss"]).fix(
            "give the machine more memory or swap, or run less on it",
            ["free -h", "swapon --show"],
        );
    }
    finding.fix("start it again", [restart(case)])
}

#[cfg(test)]
#[path = "oom_tests.rs"]
mod tests;
