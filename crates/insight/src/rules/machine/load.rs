//! Load, memory, tables that run full, services that failed.

use super::of_machine;
use crate::finding::{Evidence, Finding, Severity};
use crate::rules::crash::words::{bytes, count};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "failed-units",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "Services that failed, crashed, or restart in a loop, beyond those that are reported themselves.",
        needs: &[Need::Machine],
        about: "Each has its own diagnosis.",
        read_more: &["systemctl(1)"],
        check: failed,
    },
    Rule {
        name: "machine-memory",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "A machine with little memory left, full swap, or tasks that wait for memory.",
        needs: &[Need::Machine],
        about: "`MemAvailable` is what can be had without swapping: free memory and the reclaimable part of caches. When it \
                ends and swap is full, the kernel kills processes.",
        read_more: &["proc_meminfo(5)", "free(1)"],
        check: memory,
    },
    Rule {
        name: "load",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "More tasks that want to run, or wait for disks, than the machine has processors.",
        needs: &[Need::Machine],
        about: "The load average counts tasks that run or are ready to, and those in uninterruptible sleep. Where it is high \
                and processors are idle, disks (or a network file system) are what is waited for.",
        read_more: &["proc_loadavg(5)", "uptime(1)"],
        check: load,
    },
    Rule {
        name: "machine-files",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "A machine whose table of open files (fs.file-max) is nearly full.",
        needs: &[Need::Machine],
        about: "At the limit open(2) fails with ENFILE for everybody but root: `Too many open files in system`.",
        read_more: &["proc_sys_fs(5)"],
        check: files,
    },
    Rule {
        name: "machine-tasks",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "A machine with nearly as many processes and threads as it may have (kernel.pid_max, kernel.threads-max).",
        needs: &[Need::Machine],
        about: "At the limit nobody can start a process: fork(2) fails with EAGAIN.",
        read_more: &["proc_sys_kernel(5)"],
        check: tasks,
    },
];

/// Less memory available than that part is little, percent: one burst of requests more, and the kernel kills.
const AVAILABLE_LOW_PERCENT: f64 = 5.0;
/// Swap that is fuller than that takes nothing more, percent.
const SWAP_FULL_PERCENT: f64 = 90.0;
/// Tasks waited for memory during that part of the last minute, percent: any is felt.
const PRESSURE_PERCENT: f64 = 10.0;
/// So many tasks for each processor over five minutes are a queue; a compile job alone makes one or two.
const LOAD_PER_CPU: f64 = 4.0;
/// From that part on a table of the kernel fills with the next burst, percent.
const TABLE_NEAR_PERCENT: f64 = 90.0;

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 }
}

fn failed(case: &Case<'_>, found: &mut Vec<Finding>) {
    // Those that were looked at have a report of their own, which may say that nothing is wrong with them.
    let has_report = |name: &&String| {
        case.snapshot.services.iter().take(case.snapshot.asked).any(|one| one.name == **name)
    };
    let troubled: Vec<&String> =
        case.snapshot.machine.troubled.iter().filter(|name| !has_report(name)).collect();
    if troubled.is_empty() {
        return;
    }
    let number = troubled.len() as u64;
    let shown: Vec<&str> = troubled.iter().take(10).map(|name| name.as_str()).collect();
    let more = if troubled.len() > shown.len() { ", …" } else { "" };
    let list = format!("{}{more}", shown.join(", "));
    let names = troubled.iter().take(10).map(|name| crate::finding::shell(name));
    let names = names.collect::<Vec<_>>().join(" ");
    let verb = if number == 1 { "is" } else { "are" };
    let finding = of_machine(case, "failed-units", "", Severity::Error)
        .says(
            format!("{} {verb} in trouble", count(number, "service")),
            format!("In trouble: {list}."),
        )
        .proof(Evidence::manager("state", list))
        .fix("see why", [format!("daemonctl diagnose {names}")]);
    found.push(finding);
}

fn memory(case: &Case<'_>, found: &mut Vec<Finding>) {
    let machine = &case.snapshot.machine;
    if machine.memory_bytes == 0 {
        return;
    }
    let available = percent(machine.memory_available_bytes, machine.memory_bytes);
    let used_swap = machine.swap_bytes.saturating_sub(machine.swap_free_bytes);
    let swap = percent(used_swap, machine.swap_bytes);
    let is_low = available < AVAILABLE_LOW_PERCENT;
    let is_full = machine.swap_bytes > 0
        && swap > SWAP_FULL_PERCENT
        && available < 4.0 * AVAILABLE_LOW_PERCENT;
    let stall = machine
        .pressure
        .memory_some
        .filter(|s| s.avg60 >= PRESSURE_PERCENT && s.avg10 >= PRESSURE_PERCENT);
    if !is_low && !is_full && stall.is_none() {
        return;
    }
    let left = bytes(machine.memory_available_bytes);
    let mut finding = of_machine(case, "machine-memory", "", Severity::Warning)
        .says(
            format!("the machine has {left} of memory left"),
            format!(
                "{left} of {} are available ({available:.0} %), and {} of {} of swap are used.",
                bytes(machine.memory_bytes),
                bytes(used_swap),
                bytes(machine.swap_bytes)
            ),
        )
        .proof(Evidence::counter("MemAvailable", left))
        .proof(Evidence::counter("SwapFree", bytes(machine.swap_free_bytes)));
    if let Some(stall) = stall {
        finding = finding.proof(Evidence::counter(
            "/proc/pressure/memory",
            format!("some avg10={:.2} avg60={:.2}", stall.avg10, stall.avg60),
        ));
    }
    found.push(finding.fix("see who uses it", ["daemonctl ps --sort -rss"]));
}

fn load(case: &Case<'_>, found: &mut Vec<Finding>) {
    let machine = &case.snapshot.machine;
    let [one, five, fifteen] = machine.load;
    let per_cpu = five / f64::from(machine.cpus.max(1));
    if machine.cpus == 0 || per_cpu < LOAD_PER_CPU || one / f64::from(machine.cpus) < LOAD_PER_CPU {
        return;
    }
    let waits = machine.blocked.filter(|blocked| *blocked > 0);
    let waits =
        waits.map(|blocked| format!(" {blocked} of them wait for disks now.")).unwrap_or_default();
    let finding = of_machine(case, "load", "", Severity::Warning)
        .says(
            format!("{five:.0} tasks want to run on {}", count(u64::from(machine.cpus), "processor")),
            format!("Over the last 5 minutes {five:.1} tasks were ready to run or waited for disks, on {}.{waits}", count(u64::from(machine.cpus), "processor")),
        )
        .proof(Evidence::counter("/proc/loadavg", format!("{one:.2} {five:.2} {fifteen:.2}")))
        .fix("see who", ["daemonctl ps --sort -cpu"]);
    found.push(finding);
}

fn files(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some((used, limit)) = case.snapshot.machine.files else { return };
    if percent(used, limit) < TABLE_NEAR_PERCENT {
        return;
    }
    let finding = of_machine(case, "machine-files", "", Severity::Warning)
        .says(
            format!("the machine has {used} of {limit} files open"),
            format!("{used} files are open on the whole machine, and fs.file-max is {limit}."),
        )
        .proof(Evidence::counter("fs.file-nr", format!("{used} of {limit}")))
        .fix(
            "see who has them, and raise the limit",
            [
                "daemonctl ps --sort -fds".to_owned(),
                format!("sysctl -w fs.file-max={}", limit.saturating_mul(2)),
            ],
        );
    found.push(finding);
}

fn tasks(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some((used, limit)) = case.snapshot.machine.tasks else { return };
    if percent(used, limit) < TABLE_NEAR_PERCENT {
        return;
    }
    let finding = of_machine(case, "machine-tasks", "", Severity::Warning)
        .says(
            format!("the machine has {used} of {limit} tasks"),
            format!("{used} processes and threads run, and the kernel permits {limit} (kernel.pid_max, kernel.threads-max)."),
        )
        .proof(Evidence::counter("tasks", format!("{used} of {limit}")))
        .fix("see who has them", ["daemonctl ps --sort -threads", "sysctl kernel.pid_max kernel.threads-max"]);
    found.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::crash::testing::{none, one, running};
    use crate::snapshot::{Pressure, Stall};

    #[test]
    fn a_calm_machine_has_nothing() {
        let mut snapshot = running();
        let machine = &mut snapshot.machine;
        (machine.memory_bytes, machine.memory_available_bytes) = (8 << 30, 4 << 30);
        machine.load = [4.0, 4.0, 4.0];
        machine.files = Some((9000, 1_000_000));
        machine.tasks = Some((300, 32_768));
        for rule in ["failed-units", "machine-memory", "load", "machine-files", "machine-tasks"] {
            none(&snapshot, rule);
        }
    }

    #[test]
    fn each_of_them() {
        let mut snapshot = running();
        let machine = &mut snapshot.machine;
        (machine.memory_bytes, machine.memory_available_bytes) = (8 << 30, 100 << 20);
        machine.load = [40.0, 33.0, 10.0];
        machine.blocked = Some(7);
        machine.files = Some((950_000, 1_000_000));
        machine.tasks = Some((32_000, 32_768));
        machine.troubled = vec!["a.service".into(), "b c".into()];
        assert_eq!(
            one(&snapshot, "failed-units").remedies[0].commands,
            ["daemonctl diagnose a.service 'b c'"]
        );
        snapshot.services[0].name = "a.service".into();
        snapshot.asked = 1;
        assert_eq!(one(&snapshot, "failed-units").title, "1 service is in trouble");
        assert_eq!(
            one(&snapshot, "machine-memory").title,
            "the machine has 100 MiB of memory left"
        );
        assert_eq!(one(&snapshot, "load").title, "33 tasks want to run on 4 processors");
        assert_eq!(
            one(&snapshot, "machine-files").title,
            "the machine has 950000 of 1000000 files open"
        );
        assert_eq!(one(&snapshot, "machine-tasks").title, "the machine has 32000 of 32768 tasks");
    }

    #[test]
    fn pressure_alone_is_enough() {
        let mut snapshot = running();
        let machine = &mut snapshot.machine;
        (machine.memory_bytes, machine.memory_available_bytes) = (8 << 30, 4 << 30);
        let stall = Stall { avg10: 30.0, avg60: 30.0, ..Stall::default() };
        machine.pressure = Pressure { memory_some: Some(stall), ..Pressure::default() };
        assert_eq!(one(&snapshot, "machine-memory").evidence.len(), 3);
    }
}
