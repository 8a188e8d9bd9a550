use super::super::super::crash::testing::{none, one, process, running, service};
use super::*;
use crate::snapshot::{Limit, Seen, Snapshot};

const MIB: u64 = 1 << 20;

fn grown(bytes: i64, classes: Option<[i64; 5]>) -> Snapshot {
    let mut snapshot = running();
    snapshot.machine.memory_bytes = 8 << 30;
    snapshot.machine.memory_available_bytes = 4 << 30;
    process(&mut snapshot).rss_bytes = 100 * MIB;
    process(&mut snapshot).growth =
        Some(ProcessGrowth { seconds: 2.0, rss_bytes: bytes, classes, ..ProcessGrowth::default() });
    snapshot
}

#[test]
fn a_leak_is_told_by_class_and_by_what_is_left() {
    let snapshot = grown(20 << 20, Some([18 << 20, 2 << 20, 0, 0, 0]));
    let finding = one(&snapshot, "memory-growing");
    assert_eq!(finding.title, "app grows by 10 MiB a second (heap)");
    assert_eq!((finding.severity, finding.confidence), (Severity::Warning, Confidence::Possible));
    assert!(
        finding.sentence.contains("the machine's memory is used up in 6.8 min"),
        "{}",
        finding.sentence
    );
    assert_eq!(finding.evidence[0].text, "heap +18 MiB, anonymous memory +2 MiB");
    // The same under a machine that has room for days.
    let mut snapshot = grown(2 << 20, None);
    snapshot.machine.memory_available_bytes = 1 << 40;
    assert_eq!(one(&snapshot, "memory-growing").severity, Severity::Info);
    none(&grown(100 << 10, None), "memory-growing");
    none(&grown(-(20 << 20), None), "memory-growing");
}

fn with_group(used: u64, reclaimable: u64, limit: Seen<u64>) -> Snapshot {
    let mut snapshot = running();
    service(&mut snapshot).cgroup = Some(Cgroup {
        memory_bytes: Seen::Known(used * MIB),
        memory_reclaimable_bytes: Seen::Known(reclaimable * MIB),
        memory_max_bytes: limit,
        ..Cgroup::default()
    });
    snapshot
}

#[test]
fn a_limit_that_is_near_and_one_that_only_the_cache_fills() {
    let finding = one(&with_group(98, 2, Seen::Known(100 * MIB)), "memory-near-limit");
    assert_eq!(finding.title, "it uses 96 % of its memory limit");
    none(&with_group(100, 60, Seen::Known(100 * MIB)), "memory-near-limit");
    none(&with_group(98, 2, Seen::Absent), "memory-near-limit");
    none(&with_group(98, 2, Seen::NotMeasured), "memory-near-limit");
    let mut snapshot = with_group(98, 2, Seen::Known(100 * MIB));
    service(&mut snapshot).cgroup.as_mut().unwrap().memory_reclaimable_bytes = Seen::NotMeasured;
    none(&snapshot, "memory-near-limit");
}

#[test]
fn an_address_space_near_its_limit() {
    let mut snapshot = running();
    process(&mut snapshot).virtual_bytes = 99 * MIB;
    let limit = Limit { name: "Max address space".into(), soft: Some(100 * MIB), hard: None };
    process(&mut snapshot).limits = Seen::Known(vec![limit]);
    assert!(one(&snapshot, "memory-near-limit").title.contains("99 %"));
    process(&mut snapshot).virtual_bytes = 50 * MIB;
    none(&snapshot, "memory-near-limit");
}

#[test]
fn swap_counts_where_it_is_much() {
    let mut snapshot = running();
    process(&mut snapshot).rss_bytes = 100 * MIB;
    process(&mut snapshot).swap_bytes = Some(300 * MIB);
    let finding = one(&snapshot, "swapped");
    assert_eq!(
        (finding.title.as_str(), finding.severity),
        ("75 % of its memory is swapped out", Severity::Info)
    );
    process(&mut snapshot).swap_bytes = Some(10 * MIB);
    none(&snapshot, "swapped");
}

#[test]
fn at_a_glance_only_what_is_very_fast_counts() {
    let glance = |bytes: i64| {
        let mut snapshot = grown(bytes, None);
        process(&mut snapshot).growth.as_mut().unwrap().seconds = 0.1;
        snapshot
    };
    assert_eq!(one(&glance(8 << 20), "memory-growing").severity, Severity::Warning);
    none(&glance(2 << 20), "memory-growing");
    let mut large = glance(8 << 20);
    large.machine.memory_available_bytes = 512 << 30;
    none(&large, "memory-growing");
}
