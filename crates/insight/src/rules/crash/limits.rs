//! A limit of getrlimit(2) ended it.

use super::end::{
    Killed, broken_by_signal, evidence, is_systemd, killed, limit, limit_setting, restart,
};
use super::kernel::last_fault;
use super::words::{bytes, span};
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Line;

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "file-size-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A file that grew to the limit RLIMIT_FSIZE: SIGXFSZ, or EFBIG.",
        needs: &[Need::State],
        about: "A process that writes beyond its limit of file size is ended by SIGXFSZ; if it ignores that, the write \
                fails with EFBIG. As a rule a log or a database grew until then. The limit comes from `LimitFSIZE=`, \
                `ulimit -f` in a script, or limits.conf(5).",
        read_more: &["setrlimit(2)", "systemd.exec(5)", "limits.conf(5)"],
        check: file_size,
    },
    Rule {
        name: "cpu-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A process that used up its limit of processor time (RLIMIT_CPU): SIGXCPU.",
        needs: &[Need::State],
        about: "RLIMIT_CPU counts processor time over the whole life of a process: a daemon that works long enough \
                always reaches it. SIGXCPU comes at the soft limit, SIGKILL at the hard one.",
        read_more: &["setrlimit(2)", "systemd.exec(5)"],
        check: cpu_time,
    },
    Rule {
        name: "stack-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A fault just beyond the stack: it ran full.",
        needs: &[Need::State, Need::KernelLog],
        about: "A stack grows to RLIMIT_STACK (of other threads: to the size with which they were made) and the next \
                access is a fault near the stack pointer. As a rule a recursion without end; seldom a limit that was \
                made too small.",
        read_more: &["setrlimit(2)", "systemd.exec(5)"],
        check: stack,
    },
    Rule {
        name: "memory-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "Memory that was refused because of RLIMIT_AS or RLIMIT_DATA, or because the machine does not \
                    overcommit.",
        needs: &[Need::State, Need::Log],
        about: "`LimitAS=`, `LimitDATA=` and `ulimit -v` bound the address space, not the memory in use: programs that \
                reserve much (Java, Go, sanitizers, threads' arenas) hit them early, and see ENOMEM. With \
                vm.overcommit_memory=2 the kernel refuses what it could not back.",
        read_more: &["setrlimit(2)", "systemd.exec(5)", "proc_sys_vm(5)"],
        check: memory,
    },
];

/// Distance between an address and the stack pointer up to which a fault is taken for a full stack.
const STACK_NEAR_BYTES: u64 = 64 * 1024;
/// A limit of the address space below that is taken for the reason of a refusal where nothing else is.
const SMALL_ADDRESS_SPACE_BYTES: u64 = 4 << 30;

/// The size that a directive or a process has as its limit, in words: `its limit is 1 MiB (LimitFSIZE=1M)`.
fn known_limit(
    case: &Case<'_>,
    kernel: &str,
    directive: &str,
    show: fn(u64) -> String,
) -> Option<String> {
    limit(case, kernel, directive).flatten().map(show)
}

fn file_size(case: &Case<'_>, found: &mut Vec<Finding>) {
    let by_signal = broken_by_signal(case).filter(|killed| killed.number == 25);
    let clue = case.clues_of(Kind::FileTooLarge).next_back();
    if by_signal.is_none() && (clue.is_none() || !case.is_broken()) {
        return;
    }
    let size = known_limit(case, "Max file size", "LimitFSIZE", bytes);
    let path = clue.and_then(|clue| clue.get("path"));
    let what = path.unwrap_or("A file that it writes");
    let of = size.as_ref().map(|size| format!(" of {size}")).unwrap_or_default();
    let how = if by_signal.is_some() { " The kernel ended it by SIGXFSZ." } else { "" };
    let mut finding = case
        .finding("file-size-limit", "")
        .says(
            format!("it reached its limit of file size{of}"),
            format!(
                "{what} reached the limit of file size{of} that {} has.{how}",
                case.service.name
            ),
        )
        .sure(if by_signal.is_some() { Confidence::Certain } else { Confidence::Likely })
        .proof_if(by_signal.map(|killed| evidence(case, killed)))
        .proof_if(clue.map(|clue| clue.evidence()))
        .proof_if(limit_setting(case, "LimitFSIZE"));
    if is_systemd(case) {
        finding = finding.fix_setting("lift the limit", "Service", "LimitFSIZE=infinity");
    }
    found.push(
        finding
            .fix("make the file smaller (rotate or prune it), and start it again", [restart(case)]),
    );
}

/// It was ended for its limit of processor time: by SIGXCPU at the soft limit, by SIGKILL at the hard one. A unit's
/// `LimitCPU=5` sets both to the same, and then it is SIGKILL.
pub(super) fn cpu_limit_hit(case: &Case<'_>) -> Option<(Killed, Confidence)> {
    let killed = broken_by_signal(case)?;
    let limit = limit(case, "Max cpu time", "LimitCPU").flatten();
    match (killed.number, limit) {
        (24, _) => Some((killed, Confidence::Certain)),
        // Who has such a limit and is killed out of the blue has reached it, unless its log shows that it used less.
        (9, Some(seconds)) => match consumed(case) {
            Some(used) if used + 0.5 < seconds as f64 => None,
            Some(_) => Some((killed, Confidence::Certain)),
            None => Some((killed, Confidence::Likely)),
        },
        _ => None,
    }
}

/// systemd's line about the processor time of the last run, in seconds: `Consumed 1min 2.5s CPU time.`
fn consumed(case: &Case<'_>) -> Option<f64> {
    let line = case.manager_lines().rev().find(|line| line.message.contains("Consumed "))?;
    let words = line.message.split("Consumed ").nth(1)?.split(" CPU time").next()?;
    words.split(' ').try_fold(0.0, |sum, word| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match word.get(digits.len()..)? {
            "us" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        Some(sum + digits.parse::<f64>().ok()? * factor)
    })
}

fn cpu_time(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some((killed, sure)) = cpu_limit_hit(case) else { return };
    let seconds = |seconds: u64| span(seconds.saturating_mul(1_000_000));
    let time = known_limit(case, "Max cpu time", "LimitCPU", seconds);
    let of = time.map(|time| format!(" of {time}")).unwrap_or_default();
    let (name, _) = super::words::signal(killed.number);
    let mut finding = case
        .finding("cpu-limit", "")
        .says(
            format!("it used up its limit of processor time{of}"),
            format!(
                "The main process of {} used up its limit of processor time{of} (RLIMIT_CPU) and was ended by {name}.",
                case.service.name
            ),
        )
        .sure(sure)
        .proof(evidence(case, killed))
        .proof_if(limit_setting(case, "LimitCPU"));
    if is_systemd(case) {
        finding = finding
            .fix_setting("lift the limit", "Service", "LimitCPU=infinity")
            .fix_setting("to bound what it uses at a time", "Service", "CPUQuota=50%");
    }
    found.push(finding.fix("start it again", [restart(case)]));
}

/// The last fault of the service is just beyond its stack.
pub(super) fn is_stack_overflow(case: &Case<'_>) -> bool {
    overflow(case).is_some()
}

fn overflow<'s>(case: &Case<'s>) -> Option<&'s Line> {
    let (line, fault) = last_fault(case)?;
    let (address, stack) = (fault.address?, fault.stack?);
    // A null pointer with a stack pointer of nearly nothing is garbage, not a full stack.
    (address > 1 << 20 && address.abs_diff(stack) <= STACK_NEAR_BYTES).then_some(line)
}

fn stack(case: &Case<'_>, found: &mut Vec<Finding>) {
    let is_fault = killed(case).is_none_or(|killed| matches!(killed.number, 11 | 7));
    let Some(line) = overflow(case).filter(|_| case.is_broken() && is_fault) else { return };
    let size = known_limit(case, "Max stack size", "LimitSTACK", bytes);
    let set = limit_setting(case, "LimitSTACK");
    let of = size.map(|size| format!(" of {size}")).unwrap_or_default();
    let mut finding = case
        .finding("stack-limit", "")
        .says(
            format!("its stack{of} ran full"),
            format!(
                "{} crashed at an address just beyond its stack{of}: a recursion without end, or a limit that is too \
                 small for what it does.",
                case.service.name
            ),
        )
        .sure(if set.is_some() { Confidence::Certain } else { Confidence::Likely })
        .proof(Evidence::log(line))
        .proof_if(set.clone());
    if set.is_some() && is_systemd(case) {
        finding = finding.fix_setting("give it the usual stack", "Service", "LimitSTACK=8M");
    }
    found.push(finding.fix("start it again", [restart(case)]));
}

fn memory(case: &Case<'_>, found: &mut Vec<Finding>) {
    if !case.is_broken() {
        return;
    }
    let clue = case.clues_of(Kind::NoMemory).next_back();
    // An allocation that fails ends many programs by abort(3) or by a null pointer, without a word.
    let silent = killed(case).filter(|killed| matches!(killed.number, 6 | 11));
    for (kernel, directive, what) in [
        ("Max address space", "LimitAS", "address space"),
        ("Max data size", "LimitDATA", "data size"),
    ] {
        let Some(Some(size)) = limit(case, kernel, directive) else { continue };
        let is_small = size < SMALL_ADDRESS_SPACE_BYTES;
        let sure = match (&clue, silent) {
            (Some(_), _) => Confidence::Certain,
            (None, Some(_)) if is_small => Confidence::Likely,
            // The loader and the kernel say it in their own ways (status 127, `cannot map`); a small limit explains.
            (None, _) if is_small && size < 64 << 20 => Confidence::Possible,
            _ => continue,
        };
        let mut finding = case
            .finding("memory-limit", directive)
            .says(
                format!("its limit of {what} is {}", bytes(size)),
                format!(
                    "{} got no memory: its limit of {what} ({directive}) is {}.",
                    case.service.name,
                    bytes(size)
                ),
            )
            .sure(sure)
            .proof_if(clue.map(|clue| clue.evidence()))
            .proof_if(limit_setting(case, directive));
        if is_systemd(case) {
            let lift = format!("{directive}=infinity");
            finding = finding.fix_setting("lift it", "Service", lift).fix_setting(
                "to bound the memory that it uses, use",
                "Service",
                "MemoryMax=1G",
            );
        }
        found.push(finding.fix("start it again", [restart(case)]));
        return;
    }
    overcommit(case, found);
}

fn overcommit(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(clue) = case.clues_of(Kind::NoMemory).next_back() else { return };
    let machine = &case.snapshot.machine;
    let (Some(2), Some((limit, used))) = (machine.overcommit, machine.committed) else { return };
    let left = limit.saturating_sub(used);
    let finding = case
        .finding("memory-limit", "overcommit")
        .says(
            format!("the machine commits no more than {}, and {} are left", bytes(limit), bytes(left)),
            format!(
                "{} got no memory: with vm.overcommit_memory=2 the kernel refuses what goes beyond {}, and {} are \
                 committed already.",
                case.service.name,
                bytes(limit),
                bytes(used)
            ),
        )
        .proof(clue.evidence())
        .proof(Evidence::counter("Committed_AS", bytes(used)))
        .fix("raise the ratio, or add swap", ["sysctl vm.overcommit_ratio", "sysctl -w vm.overcommit_ratio=80"]);
    found.push(finding);
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
