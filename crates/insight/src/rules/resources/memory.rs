//! Memory: growth, limits, swap.

use super::super::crash::end::is_systemd;
use super::super::crash::words::{bytes, setting, span};
use super::thresholds::{
    ADDRESS_SPACE_NEAR_PERCENT, MAJOR_FAULTS_PER_SECOND, MEMORY_GLANCE_BYTES,
    MEMORY_GLANCE_HORIZON_SECONDS, MEMORY_GLANCE_SECONDS, MEMORY_GROWTH_HORIZON_SECONDS,
    MEMORY_GROWTH_MIN_BYTES, MEMORY_NEAR_PERCENT, SWAP_MIN_BYTES, SWAP_MIN_PERCENT,
};
use super::{called, found_here, percent, soft_limit};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Cgroup, Process, ProcessGrowth};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "memory-growing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "Memory that grows between two looks, and in which class of mappings.",
        needs: &[Need::Growth],
        about: "Growth while nothing is asked of a service is a leak; growth under load may be a cache that fills. The heap \
                and anonymous memory grow by malloc(3) and by runtimes' heaps, shared memory by segments and tmpfs files, \
                mapped files by reading. One look of a second proves little: look longer.",
        read_more: &["proc_pid_smaps(5)", "pmap(1)"],
        check: growing,
    },
    Rule {
        name: "memory-near-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A service that has nearly used up its memory limit, without what the kernel can reclaim.",
        needs: &[Need::Cgroup],
        about: "`memory.current` counts the file cache too, which the kernel gives up at the limit; what is left without it \
                is what the service needs. When that reaches `MemoryMax=` the kernel kills one of its processes.",
        read_more: &["systemd.resource-control(5)", "cgroups(7)"],
        check: near_limit,
    },
    Rule {
        name: "swapped",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A service of which a large part is swapped out.",
        needs: &[Need::Processes],
        about: "What is swapped out must be read back from disk before it is used: the service answers late. As a rule the \
                machine has, or had, too little memory for all that runs on it.",
        read_more: &["proc_pid_status(5)", "swapon(8)"],
        check: swapped,
    },
];

const CLASSES: [&str; 5] = ["heap", "anonymous memory", "mapped files", "shared memory", "stacks"];

fn growing(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let Some(growth) = process.growth else { continue };
        let more = growth.rss_bytes.max(growth.anonymous_bytes);
        if more < MEMORY_GROWTH_MIN_BYTES || growth.seconds <= 0.0 {
            continue;
        }
        if growth.seconds < MEMORY_GLANCE_SECONDS && !shows_at_a_glance(case, &growth, more) {
            continue;
        }
        found.push(growing_process(case, process, &growth, more));
    }
}

/// So fast that even a moment tells.
fn shows_at_a_glance(case: &Case<'_>, growth: &ProcessGrowth, more: i64) -> bool {
    let speed = more as f64 / growth.seconds;
    let seconds = left(case).map(|(left, _)| left as f64 / speed);
    more >= MEMORY_GLANCE_BYTES
        && seconds.is_some_and(|seconds| seconds < MEMORY_GLANCE_HORIZON_SECONDS)
}

fn growing_process(
    case: &Case<'_>,
    process: &Process,
    growth: &ProcessGrowth,
    more: i64,
) -> Finding {
    let speed = more as f64 / growth.seconds;
    let left = left(case);
    let seconds = left.map(|(left, _)| left as f64 / speed);
    let is_soon = seconds.is_some_and(|seconds| seconds < MEMORY_GROWTH_HORIZON_SECONDS);
    let class = growth.classes.and_then(largest);
    let of_class =
        class.map(|(name, part)| format!(", {} of it {name}", bytes(part))).unwrap_or_default();
    let until = match (seconds.filter(|_| is_soon), left) {
        (Some(seconds), Some((_, what))) => {
            format!(" At that speed {what} is used up in {}.", span((seconds * 1e6) as u64))
        }
        _ => String::new(),
    };
    let grew = bytes(more.unsigned_abs());
    let rate = bytes(speed as u64);
    let title_class = class.map(|(name, _)| format!(" ({name})")).unwrap_or_default();
    let severity = if is_soon { Severity::Warning } else { Severity::Info };
    found_here(case, "memory-growing", &process.pid.to_string(), severity)
        .says(
            format!("{} grows by {rate} a second{title_class}", process.name),
            format!(
                "{} grew by {grew} in {:.1} s{of_class}; it has {} now.{until}",
                called(process),
                growth.seconds,
                bytes(process.rss_bytes)
            ),
        )
        // One look proves a leak as little as it proves a cache that fills.
        .sure(Confidence::Possible)
        .proof(Evidence::process(process.pid, "smaps", classes(growth)))
        .fix(
            "look longer, and while nothing is asked of it",
            [format!(
                "daemonctl diagnose --sample 30s {}",
                crate::finding::shell(&case.service.name)
            )],
        )
}

fn largest(classes: [i64; 5]) -> Option<(&'static str, u64)> {
    let (name, part) = CLASSES.into_iter().zip(classes).max_by_key(|(_, part)| *part)?;
    (part > 0).then(|| (name, part.unsigned_abs()))
}

fn classes(growth: &ProcessGrowth) -> String {
    let shown = |bytes_more: i64| {
        let sign = if bytes_more < 0 { '-' } else { '+' };
        format!("{sign}{}", bytes(bytes_more.unsigned_abs()))
    };
    match growth.classes {
        Some(classes) => {
            let parts = CLASSES.iter().zip(classes).filter(|(_, part)| *part != 0);
            parts
                .map(|(name, part)| format!("{name} {}", shown(part)))
                .collect::<Vec<_>>()
                .join(", ")
        }
        None => format!(
            "resident {}, anonymous {}",
            shown(growth.rss_bytes),
            shown(growth.anonymous_bytes)
        ),
    }
}

/// What is left until its limit, or of the machine's memory, and what that is.
fn left(case: &Case<'_>) -> Option<(u64, &'static str)> {
    let group = case.service.cgroup.as_ref();
    let of_group = group.and_then(|group| {
        let limit = group.memory_max_bytes.known()?;
        let used = needed(group)?;
        Some((limit.saturating_sub(used), "its memory limit"))
    });
    let machine = &case.snapshot.machine;
    let of_machine = (machine.memory_bytes > 0)
        .then_some((machine.memory_available_bytes, "the machine's memory"));
    match (of_group, of_machine) {
        (Some(group), Some(machine)) => Some(if group.0 <= machine.0 { group } else { machine }),
        (one, other) => one.or(other),
    }
}

/// What a group uses without what the kernel can take back.
fn needed(group: &Cgroup) -> Option<u64> {
    let used = match (&group.limited_by, group.limiter_bytes.known()) {
        // The limit is that of a group above: what counts is what all in it use.
        (Some(_), Some(all)) => return Some(*all),
        _ => *group.memory_bytes.known()?,
    };
    Some(used.saturating_sub(*group.memory_reclaimable_bytes.known()?))
}

fn near_limit(case: &Case<'_>, found: &mut Vec<Finding>) {
    if let Some(group) = &case.service.cgroup {
        found.extend(near_group_limit(case, group));
    }
    for process in &case.service.processes {
        let Some(limit) = soft_limit(process, "Max address space") else { continue };
        let part = percent(process.virtual_bytes, limit).unwrap_or(0.0);
        if part < ADDRESS_SPACE_NEAR_PERCENT {
            continue;
        }
        let used = bytes(process.virtual_bytes);
        let finding = found_here(case, "memory-near-limit", &process.pid.to_string(), Severity::Warning)
            .says(
                format!("{} has {part:.0} % of its limit of address space", process.name),
                format!("{} has {used} of the {} of address space that it may have (RLIMIT_AS): the next large request fails.", called(process), bytes(limit)),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::process(process.pid, "limits", format!("{used} of {}", bytes(limit))));
        found.push(match is_systemd(case) {
            true => finding.fix_setting(
                "lift it; MemoryMax= bounds what it really uses",
                "Service",
                "LimitAS=infinity",
            ),
            false => finding,
        });
    }
}

fn near_group_limit(case: &Case<'_>, group: &Cgroup) -> Option<Finding> {
    let limit = *group.memory_max_bytes.known()?;
    let used = needed(group)?;
    let part = percent(used, limit).filter(|part| *part >= MEMORY_NEAR_PERCENT)?;
    let whose = match &group.limited_by {
        Some(above) => format!("the limit of {above}"),
        None => "its memory limit".to_owned(),
    };
    let peak = group.memory_peak_bytes.known();
    let peak = peak.map(|peak| format!(" The most was {}.", bytes(*peak))).unwrap_or_default();
    let hits = group.memory_events.iter().find(|(name, count)| name == "max" && *count > 0);
    let mut finding = found_here(case, "memory-near-limit", "", Severity::Warning)
        .says(
            format!("it uses {part:.0} % of {whose}"),
            format!("{} needs {} of the {} that {whose} gives it (without what can be reclaimed).{peak}", case.service.name, bytes(used), bytes(limit)),
        )
        .sure(Confidence::Certain)
        .proof(Evidence::counter("memory.current", format!("{} of {}", bytes(used), bytes(limit))));
    if let Some((_, count)) = hits {
        finding = finding.proof(Evidence::counter("memory.events", format!("max {count}")));
    }
    if group.limited_by.is_none() && is_systemd(case) {
        let more = format!("MemoryMax={}", setting(limit.saturating_mul(2)));
        finding = finding.fix_setting("if it needs that much, raise the limit", "Service", more);
    }
    Some(finding)
}

fn swapped(case: &Case<'_>, found: &mut Vec<Finding>) {
    let processes = &case.service.processes;
    let swap: u64 = processes.iter().filter_map(|process| process.swap_bytes).sum();
    let resident: u64 = processes.iter().map(|process| process.rss_bytes).sum();
    let part = percent(swap, swap.saturating_add(resident)).unwrap_or(0.0);
    if swap < SWAP_MIN_BYTES || part < SWAP_MIN_PERCENT {
        return;
    }
    let faults: f64 = processes
        .iter()
        .filter_map(|process| process.growth)
        .map(|growth| growth.major_faults as f64 / growth.seconds.max(0.001))
        .sum();
    let is_felt = faults >= MAJOR_FAULTS_PER_SECOND;
    let felt =
        if is_felt { format!(" It reads back {faults:.0} pages a second.") } else { String::new() };
    let most = processes.iter().max_by_key(|process| process.swap_bytes);
    let mut finding =
        found_here(case, "swapped", "", if is_felt { Severity::Warning } else { Severity::Info })
            .says(
                format!("{part:.0} % of its memory is swapped out"),
                format!(
                    "{} of {} are in swap, {} in memory.{felt}",
                    bytes(swap),
                    case.service.name,
                    bytes(resident)
                ),
            )
            .sure(Confidence::Certain);
    if let Some(most) = most {
        finding = finding.proof(Evidence::process(
            most.pid,
            "status",
            format!("VmSwap {}", bytes(most.swap_bytes.unwrap_or(0))),
        ));
    }
    found.push(finding.fix("see who uses the memory", ["daemonctl ps --sort -rss", "free -h"]));
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
