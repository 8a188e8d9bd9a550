//! What the kernel's log says of the machine lately: kills for memory, devices that fail, tables that run full.

use super::of_machine;
use crate::finding::{Evidence, Finding, Severity};
use crate::rules::crash::words::{span, times};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Line;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "kernel-trouble",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Machine,
    looks_for: "Kills for want of memory, device errors, hung tasks and full tables in the kernel's log of the last day.",
    needs: &[Need::KernelLog],
    about: "These lines concern every service: those that lost a process to the OOM killer, those whose data lie on a disk \
            that fails, those whose connections the kernel dropped.",
    read_more: &["dmesg(1)", "journalctl(1)"],
    check: trouble,
}];

/// Lines that are older are history, microseconds.
const LATELY_USEC: u64 = 86_400_000_000;

/// What is looked for: a name, words of which one stands in the line, what it means, what helps.
const SIGNS: [(&str, &[&str], &str, &str); 7] = [
    (
        "memory",
        &[
            "Out of memory: Killed process",
            "Out of memory: Kill process",
            "Memory cgroup out of memory",
        ],
        "the kernel killed processes for want of memory",
        "daemonctl ps --sort -rss",
    ),
    (
        "device",
        &["I/O error", "critical medium error", "critical target error", "lost async page write"],
        "a device answered with errors",
        "dmesg --level=err,warn | grep -i error",
    ),
    (
        "filesystem",
        &[
            "EXT4-fs error",
            "Remounting filesystem read-only",
            "Corruption of in-memory data",
            "BTRFS error",
            "Aborting journal",
        ],
        "a file system found itself damaged",
        "dmesg --level=err,warn | tail -50",
    ),
    (
        "hung",
        &["blocked for more than"],
        "tasks hung in the kernel",
        "dmesg | grep -A 20 'blocked for more than'",
    ),
    (
        "conntrack",
        &["nf_conntrack: table full", "nf_conntrack: nf_conntrack: table full"],
        "the table of connections is full, packets are dropped",
        "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max",
    ),
    (
        "neighbours",
        &[
            "neighbour: arp_cache: neighbor table overflow",
            "neighbour table overflow",
            "neighbor table overflow",
        ],
        "the table of neighbours (ARP) is full",
        "sysctl net.ipv4.neigh.default.gc_thresh3",
    ),
    (
        "lockup",
        &["soft lockup"],
        "a processor was stuck in the kernel",
        "dmesg | grep -A 30 'soft lockup'",
    ),
];

fn trouble(case: &Case<'_>, found: &mut Vec<Finding>) {
    let now = case.snapshot.now_usec;
    let is_late =
        |line: &&Line| line.time_usec.is_some_and(|time| time.saturating_add(LATELY_USEC) >= now);
    for (name, words, meaning, command) in SIGNS {
        let is = |line: &&Line| words.iter().any(|word| line.message.contains(word));
        let lines: Vec<&Line> =
            case.snapshot.machine.kernel_lines.iter().filter(is_late).filter(is).collect();
        let Some(last) = lines.last() else { continue };
        let ago = last.time_usec.map(|time| span(now.saturating_sub(time)));
        let ago = ago.map(|ago| format!(", last {ago} ago")).unwrap_or_default();
        let number = times(lines.len() as u64);
        let finding = of_machine(case, "kernel-trouble", name, Severity::Warning)
            .says(meaning, format!("In the last day {meaning}: {number}{ago}."))
            .proof(Evidence::log(last))
            .fix("see more", [command]);
        found.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::crash::testing::{kernel, none, one, running};

    #[test]
    fn kills_of_today_and_of_last_week() {
        let line = "Out of memory: Killed process 77 (java) total-vm:1kB, anon-rss:1kB";
        let mut snapshot = running();
        kernel(&mut snapshot, 8 * 86_400, line);
        none(&snapshot, "kernel-trouble");
        kernel(&mut snapshot, 7200, line);
        kernel(&mut snapshot, 3600, line);
        let finding = one(&snapshot, "kernel-trouble");
        assert_eq!(
            finding.sentence,
            "In the last day the kernel killed processes for want of memory: twice, last 60 min ago."
        );
        assert_eq!((finding.subject.as_str(), finding.severity), ("memory", Severity::Warning));
    }

    #[test]
    fn a_quiet_log() {
        let mut snapshot = running();
        kernel(&mut snapshot, 60, "usb 1-1: new high-speed USB device number 2");
        none(&snapshot, "kernel-trouble");
    }
}
