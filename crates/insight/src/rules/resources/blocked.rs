//! Threads that hang in the kernel, and disks that make them wait.

use super::super::crash::kernel::{Pattern, is_ours, lines, part};
use super::super::crash::words::span;
use super::thresholds::{IO_WAIT_PERCENT, STUCK_MIN_USEC};
use super::{called, found_here};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Process, Thread, WaitingOn};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "blocked-in-d",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A thread in uninterruptible sleep that stays there, and on what: the kernel's function, the system call, \
                    the file.",
        needs: &[Need::Processes],
        about: "In `D` not even SIGKILL ends a process before what it waits for happens: a disk, a network file system \
                whose server is gone, a frozen file system, a driver. Most that are seen in `D` have left it a moment \
                later, so there is a second look. After two minutes the kernel logs `blocked for more than 120 seconds`.",
        read_more: &["proc_pid_wchan(5)", "proc_pid_stack(5)", "fsfreeze(8)", "nfs(5)"],
        check: blocked,
    },
    Rule {
        name: "io-stalled",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A process that spends its time waiting for disks: fsync, reads, swapped pages.",
        needs: &[Need::Processes],
        about: "Databases and mail servers wait for fsync(2) at each commit: a slow or busy disk slows them directly. The \
                kernel counts the time in which a process waited for block devices.",
        read_more: &["fsync(2)", "iostat(1)", "proc_pid_stat(5)"],
        check: stalled,
    },
];

/// Calls and functions of the kernel that wait for a disk.
const DISK: [&str; 12] = [
    "fsync",
    "fdatasync",
    "sync_file_range",
    "syncfs",
    "io_schedule",
    "folio_wait",
    "wait_on_page",
    "wait_on_buffer",
    "jbd2_",
    "xlog_",
    "submit_bio_wait",
    "blk_mq",
];

const HUNG: &str = r"task (?P<name>.*):(?P<pid>\d+) blocked for more than (?P<seconds>\d+) seconds";

/// A thread that stays in `D`.
fn stuck(process: &Process) -> Option<&Thread> {
    process
        .notable_threads
        .iter()
        .find(|thread| thread.state == 'D' && thread.stuck_usec >= STUCK_MIN_USEC)
}

fn is_disk(waiting: Option<&WaitingOn>) -> bool {
    let Some(waiting) = waiting else { return false };
    let names = [waiting.system_call.as_deref(), waiting.function.as_deref()];
    names.into_iter().flatten().any(|name| DISK.iter().any(|word| name.contains(word)))
}

fn blocked(case: &Case<'_>, found: &mut Vec<Finding>) {
    let is_frozen = |process: &Process| {
        process.frozen || case.service.cgroup.as_ref().is_some_and(|group| group.frozen)
    };
    for process in case.service.processes.iter().filter(|process| !is_frozen(process)) {
        let Some(thread) = stuck(process).filter(|_| !is_disk(process.waiting_on.as_ref())) else {
            continue;
        };
        found.push(of_thread(case, process, thread));
    }
    let is_told = !found.is_empty();
    let hung = Pattern::new(HUNG);
    let last = lines(case).into_iter().rev().find_map(|line| {
        let parts = hung.read(&line.message)?;
        let pid = part(&parts, "pid")?.parse().ok();
        let name = part(&parts, "name")?;
        is_ours(case, line, pid, name).then(|| {
            (line, name.to_owned(), part(&parts, "seconds").unwrap_or_default().to_owned())
        })
    });
    if let Some((line, name, seconds)) = last.filter(|_| !is_told) {
        let finding = found_here(case, "blocked-in-d", "", Severity::Warning)
            .says(
                format!("{name} hung in the kernel for more than {seconds} s"),
                format!("The kernel saw {name} of {} wait uninterruptibly for more than {seconds} s: for a disk, a file system or a driver.", case.service.name),
            )
            .proof(Evidence::log(line))
            .fix("see on what", ["dmesg | grep -A 20 'blocked for more than'"]);
        found.push(finding);
    }
}

fn of_thread(case: &Case<'_>, process: &Process, thread: &Thread) -> Finding {
    let waiting = process.waiting_on.clone().unwrap_or_default();
    let on = on_what(&waiting);
    let vfork = waiting.system_call.as_deref() == Some("vfork")
        || waiting.function.as_deref().is_some_and(|name| name.contains("vfork"));
    let why = if vfork {
        " It made a child by vfork(2) and waits until that runs a program."
    } else {
        ""
    };
    let who = if thread.tid == process.pid {
        called(process)
    } else {
        format!("The thread {} (tid {}) of {}", thread.name, thread.tid, called(process))
    };
    let mut finding = found_here(case, "blocked-in-d", &process.pid.to_string(), Severity::Warning)
        .says(
            format!("{} hangs in the kernel{}", process.name, short(&waiting)),
            format!("{who} is in uninterruptible sleep and did not move within {}{on}; no signal ends it there.{why}", span(thread.stuck_usec)),
        )
        .sure(Confidence::Certain)
        .proof(Evidence::process(process.pid, format!("task/{}/stat", thread.tid), "D (disk sleep)"));
    if let Some(function) = &waiting.function {
        finding = finding.proof(Evidence::process(process.pid, "wchan", function.clone()));
    }
    if let Some(call) = &waiting.system_call {
        let path = waiting.path.as_ref().map(|path| format!(" on {path}")).unwrap_or_default();
        finding = finding.proof(Evidence::process(process.pid, "syscall", format!("{call}{path}")));
    }
    finding.fix(
        "see what the kernel says of the device or server behind it",
        [format!("cat /proc/{}/stack", thread.tid), "dmesg --level=err,warn | tail -50".to_owned()],
    )
}

/// `: fsync of /var/lib/app/data`
fn short(waiting: &WaitingOn) -> String {
    match (&waiting.system_call, &waiting.path, &waiting.function) {
        (Some(call), Some(path), _) => format!(": {call} of {path}"),
        (Some(call), None, _) => format!(": {call}"),
        (None, _, Some(function)) => format!(": {function}"),
        _ => String::new(),
    }
}

fn on_what(waiting: &WaitingOn) -> String {
    let call = waiting.system_call.as_ref().map(|call| format!("the system call {call}"));
    let path = waiting.path.as_ref().map(|path| format!(" of {path}")).unwrap_or_default();
    let function = waiting.function.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    match call {
        Some(call) => format!(", in {call}{path}{function}"),
        None if !function.is_empty() => format!(", in{function}"),
        None => String::new(),
    }
}

fn stalled(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let growth = process.growth;
        let waited =
            growth.map(|growth| growth.io_wait_usec as f64 / (growth.seconds.max(0.001) * 1e4));
        let is_stuck = stuck(process).is_some() && is_disk(process.waiting_on.as_ref());
        let is_waiting = waited.is_some_and(|part| part >= IO_WAIT_PERCENT);
        if !is_stuck && !is_waiting {
            continue;
        }
        let waiting = process.waiting_on.clone().unwrap_or_default();
        let time = match waited.filter(|_| is_waiting) {
            Some(part) => format!("waited for disks {part:.0} % of the time"),
            None => format!("waits for a disk{}", on_what(&waiting)),
        };
        // At one look it may be a moment's wait; the time of a second look is a figure.
        let severity = if is_waiting { Severity::Warning } else { Severity::Info };
        let mut finding = found_here(case, "io-stalled", &process.pid.to_string(), severity)
            .says(
                format!("{} waits for its disk{}", process.name, short(&waiting)),
                format!("{} {time}.", called(process)),
            )
            .sure(Confidence::Likely);
        if let Some(growth) = growth {
            let text =
                format!("delayacct_blkio {} in {:.1} s", span(growth.io_wait_usec), growth.seconds);
            finding = finding.proof(Evidence::process(process.pid, "stat", text));
        }
        if let Some(function) = &waiting.function {
            finding = finding.proof(Evidence::process(process.pid, "wchan", function.clone()));
        }
        let io = case.snapshot.machine.pressure.io_some;
        if let Some(io) = io {
            finding = finding.proof(Evidence::counter(
                "/proc/pressure/io",
                format!("some avg10={:.2}", io.avg10),
            ));
        }
        found.push(finding.fix(
            "see which disk, and who uses it",
            ["iostat -x 1 3", "daemonctl ps --sort -write"],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{kernel, none, one, process, running, service};
    use super::*;
    use crate::snapshot::{Cgroup, ProcessGrowth, Snapshot};

    fn hanging(call: &str, path: Option<&str>, function: &str, stuck_usec: u64) -> Snapshot {
        let mut snapshot = running();
        let one = process(&mut snapshot);
        one.state = 'D';
        one.notable_threads = vec![Thread {
            tid: 812,
            name: "app".into(),
            state: 'D',
            stuck_usec,
            ..Thread::default()
        }];
        one.waiting_on = Some(WaitingOn {
            function: Some(function.into()),
            system_call: Some(call.into()),
            path: path.map(str::to_owned),
        });
        snapshot
    }

    #[test]
    fn a_thread_that_stays_in_d_and_one_that_left_it() {
        let finding = one(
            &hanging("openat", Some("/mnt/nfs"), "rpc_wait_bit_killable", 40_000),
            "blocked-in-d",
        );
        assert_eq!(finding.title, "app hangs in the kernel: openat of /mnt/nfs");
        assert_eq!(finding.evidence[1].text, "rpc_wait_bit_killable");
        none(&hanging("openat", None, "rpc_wait_bit_killable", 0), "blocked-in-d");
        none(&running(), "blocked-in-d");
    }

    #[test]
    fn a_frozen_process_is_not_blocked_and_a_disk_is_a_stall() {
        let mut snapshot = hanging("openat", None, "__refrigerator", 40_000);
        service(&mut snapshot).cgroup = Some(Cgroup { frozen: true, ..Cgroup::default() });
        none(&snapshot, "blocked-in-d");
        let snapshot = hanging("fsync", Some("/var/lib/app/db"), "folio_wait_bit", 40_000);
        none(&snapshot, "blocked-in-d");
        let finding = one(&snapshot, "io-stalled");
        assert_eq!(finding.title, "app waits for its disk: fsync of /var/lib/app/db");
    }

    #[test]
    fn the_kernels_own_watch_counts() {
        let mut snapshot = running();
        kernel(&mut snapshot, 60, "INFO: task app:812 blocked for more than 120 seconds.");
        assert_eq!(
            one(&snapshot, "blocked-in-d").title,
            "app hung in the kernel for more than 120 s"
        );
        let mut snapshot = running();
        kernel(&mut snapshot, 60, "INFO: task other:813 blocked for more than 120 seconds.");
        none(&snapshot, "blocked-in-d");
    }

    #[test]
    fn time_that_was_waited() {
        let mut snapshot = running();
        process(&mut snapshot).growth =
            Some(ProcessGrowth { seconds: 1.0, io_wait_usec: 800_000, ..ProcessGrowth::default() });
        let finding = one(&snapshot, "io-stalled");
        assert!(
            finding.sentence.contains("waited for disks 80 % of the time"),
            "{}",
            finding.sentence
        );
        process(&mut snapshot).growth =
            Some(ProcessGrowth { seconds: 1.0, io_wait_usec: 100_000, ..ProcessGrowth::default() });
        none(&snapshot, "io-stalled");
    }
}
