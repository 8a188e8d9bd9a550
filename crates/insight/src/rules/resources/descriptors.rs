//! Descriptors: how near their limit, and which kind grows.

use super::super::crash::end::{is_systemd, restart};
use super::super::crash::words::{count, span};
use super::thresholds::{
    DESCRIPTORS_GROWTH_MIN, DESCRIPTORS_HORIZON_SECONDS, DESCRIPTORS_NEAR_PERCENT,
    DESCRIPTORS_OF_ONE_FILE,
};
use super::{called, found_here, percent, soft_limit};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Descriptors, Process};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "descriptors-near-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A process that has nearly as many descriptors open as it may.",
        needs: &[Need::Processes],
        about: "At the limit (RLIMIT_NOFILE) every open(2), accept(2) and socket(2) fails with EMFILE: `Too many open \
                files`. A service with many connections needs a higher limit; one with few leaks them.",
        read_more: &["setrlimit(2)", "systemd.exec(5)", "proc_pid_fd(5)"],
        check: near_limit,
    },
    Rule {
        name: "descriptors-growing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "Descriptors that become more between two looks, of which kind, and one file that is open many times.",
        needs: &[Need::Processes],
        about: "A descriptor that is not closed stays for the life of the process. Which kind grows tells where to look: \
                files, sockets, pipes, or the kernel's own (epoll, eventfd, timerfd).",
        read_more: &["proc_pid_fd(5)", "lsof(8)"],
        check: growing,
    },
];

const KINDS: [&str; 4] = ["files", "sockets", "pipes", "epoll and its kin"];

fn near_limit(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let Some(open) = process.descriptors.known() else { continue };
        let Some(limit) = soft_limit(process, "Max open files") else { continue };
        let part = percent(u64::from(open.count), limit).unwrap_or(0.0);
        if part < DESCRIPTORS_NEAR_PERCENT {
            continue;
        }
        let of = kinds(open);
        let mut finding = found_here(case, "descriptors-near-limit", &process.pid.to_string(), Severity::Warning)
            .says(
                format!("{} has {} of its {limit} descriptors open", process.name, open.count),
                format!("{} has {} of {limit} descriptors open ({part:.0} %){of}: at the limit it can take no connection and open no file.", called(process), open.count),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::process(process.pid, "fd", format!("{} of {limit}{of}", open.count)));
        if let Some((place, times)) = &open.most_of {
            finding =
                finding.proof(Evidence::process(process.pid, "fd", format!("{times} of {place}")));
        }
        if is_systemd(case) {
            let more = format!("LimitNOFILE={}", limit.saturating_mul(4).max(65_536));
            finding =
                finding.fix_setting("if it needs that many, raise the limit", "Service", more);
        }
        found.push(finding.fix("see what they are", [format!("daemonctl files {}", process.pid)]));
    }
}

/// `: 900 sockets, 80 files`, the largest first.
fn kinds(open: &Descriptors) -> String {
    let kinds = &open.kinds;
    let mut parts = [
        (kinds.files, "file"),
        (kinds.sockets, "socket"),
        (kinds.pipes, "pipe"),
        (kinds.anonymous, "epoll or kin"),
    ];
    parts.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let shown: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .take(2)
        .map(|(number, noun)| count(u64::from(*number), noun))
        .collect();
    if shown.is_empty() { String::new() } else { format!(": {}", shown.join(", ")) }
}

fn growing(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        match grown(case, process) {
            Some(finding) => found.push(finding),
            None => found.extend(one_file(case, process)),
        }
    }
}

fn grown(case: &Case<'_>, process: &Process) -> Option<Finding> {
    let growth = process.growth.filter(|growth| growth.descriptors >= DESCRIPTORS_GROWTH_MIN)?;
    let open = process.descriptors.known()?;
    let speed = growth.descriptors as f64 / growth.seconds.max(0.001);
    let now = i64::from(open.count).saturating_add(growth.descriptors);
    let left = soft_limit(process, "Max open files").map(|limit| {
        i64::try_from(limit).unwrap_or(i64::MAX).saturating_sub(now).max(0) as f64 / speed
    });
    let is_soon = left.is_some_and(|left| left < DESCRIPTORS_HORIZON_SECONDS);
    let kind = KINDS.into_iter().zip(growth.descriptor_kinds).max_by_key(|(_, more)| *more);
    let kind = kind.filter(|(_, more)| *more > 0).map(|(name, _)| name);
    let of = kind.map(|kind| format!(", most of them {kind}")).unwrap_or_default();
    let place = open.most_of.as_ref().zip(growth.most_of).filter(|(_, more)| *more > 0);
    let place_text = place
        .map(|((place, _), more)| format!(" {more} of them lead to {place}."))
        .unwrap_or_default();
    let until = left.filter(|_| is_soon);
    let until = until.map(|left| {
        format!(" Its limit is reached in {} at that speed.", span((left * 1e6) as u64))
    });
    let title_kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let finding = found_here(
        case,
        "descriptors-growing",
        &process.pid.to_string(),
        if is_soon { Severity::Warning } else { Severity::Info },
    )
    .says(
        format!(
            "{} opens {speed:.0} descriptors a second more than it closes{title_kind}",
            process.name
        ),
        format!(
            "{} has {} descriptors more than {:.1} s before{of}.{place_text}{}",
            called(process),
            growth.descriptors,
            growth.seconds,
            until.unwrap_or_default()
        ),
    )
    // Connections that come are growth too.
    .sure(Confidence::Possible)
    .proof(Evidence::process(process.pid, "fd", format!("{} to {now}", open.count)))
    .fix("see what they are", [format!("daemonctl files {}", process.pid)])
    .fix("until it is mended, starting it again closes them", [restart(case)]);
    Some(finding)
}

/// One file that is open many times: a leak that shows at one look.
fn one_file(case: &Case<'_>, process: &Process) -> Option<Finding> {
    let open = process.descriptors.known()?;
    let (place, times) = open.most_of.as_ref()?;
    let is_file = place.starts_with('/') && !place.starts_with("/dev/");
    if !is_file || *times < DESCRIPTORS_OF_ONE_FILE || *times < open.count / 2 {
        return None;
    }
    let finding = found_here(case, "descriptors-growing", &process.pid.to_string(), Severity::Warning)
        .says(
            format!("{} has {place} open {times} times", process.name),
            format!("{times} of the {} descriptors of {} lead to {place}: it opens it and does not close it.", open.count, called(process)),
        )
        .sure(Confidence::Likely)
        .proof(Evidence::process(process.pid, "fd", format!("{times} of {} lead to {place}", open.count)))
        .fix("see them", [format!("daemonctl files {}", process.pid)])
        .fix("until it is mended, starting it again closes them", [restart(case)]);
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, process, running};
    use super::*;
    use crate::snapshot::{DescriptorKinds, Limit, ProcessGrowth, Seen, Snapshot};

    fn open(number: u32, limit: u64, most_of: Option<(&str, u32)>) -> Snapshot {
        let mut snapshot = running();
        let one = process(&mut snapshot);
        let limit = Limit { name: "Max open files".into(), soft: Some(limit), hard: Some(524_288) };
        one.limits = Seen::Known(vec![limit]);
        one.descriptors = Seen::Known(Descriptors {
            count: number,
            kinds: DescriptorKinds { sockets: number, ..DescriptorKinds::default() },
            most_of: most_of.map(|(place, times)| (place.to_owned(), times)),
        });
        snapshot
    }

    #[test]
    fn near_the_limit_and_far_from_it() {
        let finding = one(&open(1000, 1024, None), "descriptors-near-limit");
        assert_eq!(finding.title, "app has 1000 of its 1024 descriptors open");
        assert!(finding.sentence.contains("(98 %): 1000 sockets"), "{}", finding.sentence);
        assert_eq!(finding.remedies[0].settings[0].1, "LimitNOFILE=65536");
        none(&open(1000, 65_536, None), "descriptors-near-limit");
        none(&running(), "descriptors-near-limit");
    }

    #[test]
    fn growth_has_its_kind_and_its_end() {
        let mut snapshot = open(500, 1024, Some(("socket", 500)));
        process(&mut snapshot).growth = Some(ProcessGrowth {
            seconds: 2.0,
            descriptors: 100,
            descriptor_kinds: [0, 100, 0, 0],
            ..ProcessGrowth::default()
        });
        let finding = one(&snapshot, "descriptors-growing");
        assert_eq!(
            finding.title,
            "app opens 50 descriptors a second more than it closes (sockets)"
        );
        assert!(finding.sentence.contains("reached in 8.5 s"), "{}", finding.sentence);
        assert_eq!(finding.severity, Severity::Warning);
        process(&mut snapshot).growth =
            Some(ProcessGrowth { seconds: 2.0, descriptors: 3, ..ProcessGrowth::default() });
        none(&snapshot, "descriptors-growing");
    }

    #[test]
    fn one_file_many_times_is_a_leak_and_many_sockets_are_none() {
        let finding =
            one(&open(900, 65_536, Some(("/var/lib/app/db", 880))), "descriptors-growing");
        assert_eq!(finding.title, "app has /var/lib/app/db open 880 times");
        none(&open(900, 65_536, Some(("socket", 880))), "descriptors-growing");
        none(&open(900, 65_536, Some(("/var/lib/app/db", 210))), "descriptors-growing");
    }
}
