//! Processors: who burns them, and how.

use super::super::crash::words::span;
use super::thresholds::{
    CPU_BUSY_PERCENT, CPU_CONTENDED_PERCENT, CPU_GLANCE_SECONDS, CPU_LIFE_MIN_SECONDS,
    CPU_LIFE_WAITS, CPU_SPIN_SWITCHES, CPU_START_WAITS, CPU_TIME_MIN_SECONDS,
};
use super::{called, found_here};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Process, ProcessGrowth, Thread};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "cpu-spinning",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Resources,
    looks_for: "A thread that uses a whole processor and waits for nothing.",
    needs: &[Need::Processes],
    about: "A thread that works for others waits between requests: it gives up its processor by itself. One that never \
            does turns in a circle, or computes something long. In user mode it is its own code; in the kernel it is a \
            call that it makes over and over (a poll that returns at once, a lock). A second look (`--sample`) tells \
            which thread; without one only the average since its start is known.",
    read_more: &["top(1)", "perf-top(1)", "proc_pid_stat(5)"],
    check: spinning,
}];

fn spinning(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let growth = process.growth.filter(|growth| growth.seconds >= CPU_TIME_MIN_SECONDS);
        let over_time = growth.and_then(|growth| over_time(case, process, &growth));
        // A glance is too short to say that it does not spin.
        let is_glance = growth.is_none_or(|growth| growth.seconds < CPU_GLANCE_SECONDS);
        let over_life = || over_life(case, process).filter(|_| is_glance);
        found.extend(over_time.or_else(over_life));
    }
}

/// The hungriest thread, where threads were looked at.
fn hungriest(process: &Process) -> Option<&Thread> {
    process.notable_threads.iter().find(|thread| share_of(thread) >= CPU_CONTENDED_PERCENT)
}

fn share_of(thread: &Thread) -> f64 {
    thread.user_percent + thread.system_percent
}

/// It never waits: alone it would have a whole processor, and where others want that too it is always ready to run.
fn is_spinning(process: &Process, growth: &ProcessGrowth, share: f64) -> bool {
    let (share, waits) = match hungriest(process) {
        Some(thread) => (share_of(thread), thread.waits_per_second),
        None if process.threads <= 1 => (share, Some(growth.switches.1 as f64 / growth.seconds)),
        None => return false,
    };
    if waits.is_none_or(|waits| waits >= CPU_SPIN_SWITCHES) {
        return false;
    }
    // Less than all of a processor, and never a wait: then it was taken from it.
    let is_pushed_out = growth.switches.0 > 0 && share >= CPU_CONTENDED_PERCENT;
    share >= CPU_BUSY_PERCENT || (is_pushed_out && growth.seconds >= CPU_GLANCE_SECONDS)
}

fn over_time(case: &Case<'_>, process: &Process, growth: &ProcessGrowth) -> Option<Finding> {
    let share = growth.user_percent + growth.system_percent;
    let spins = is_spinning(process, growth, share);
    if share < CPU_BUSY_PERCENT && !spins {
        return None;
    }
    let hungry = hungriest(process);
    let mode = mode(growth);
    let shown = format!("{share:.0} %");
    let title = match spins {
        true => format!("{} spins: {shown} of a processor, {mode}", process.name),
        false => format!("{} is busy: {shown} of a processor", process.name),
    };
    let thread = hungry.map(|thread| {
        format!(" Its thread {} (tid {}) uses {:.0} %.", thread.name, thread.tid, share_of(thread))
    });
    let waits = match (spins, share < CPU_BUSY_PERCENT) {
        (true, true) => "and did not wait once for anything: others took the rest of the processor",
        (true, false) => "and did not wait once for anything",
        (false, _) => "and waits now and then, as a service does that has work",
    };
    let sentence = format!(
        "{} used {shown} of a processor over {:.1} s, {mode}, {waits}.{}",
        called(process),
        growth.seconds,
        thread.unwrap_or_default()
    );
    let text = format!(
        "user {:.0} %, system {:.0} %, {} voluntary switches",
        growth.user_percent, growth.system_percent, growth.switches.1
    );
    let severity = if spins { Severity::Warning } else { Severity::Info };
    let mut finding = found_here(case, "cpu-spinning", &process.pid.to_string(), severity)
        .says(title, sentence)
        .sure(if spins { Confidence::Likely } else { Confidence::Certain })
        .proof(Evidence::process(process.pid, "stat", text));
    if let Some(thread) = hungry {
        let (user, system) = (thread.user_percent, thread.system_percent);
        let text =
            format!("tid {} {}: user {user:.0} %, system {system:.0} %", thread.tid, thread.name);
        let aspect = format!("task/{}/stat", thread.tid);
        finding = finding.proof(Evidence::process(process.pid, aspect, text));
    }
    let tid = hungry.map_or(process.pid, |thread| thread.tid);
    Some(finding.fix(
        "see what it does",
        [format!("perf top -t {tid}"), format!("strace -f -c -p {}", process.pid)],
    ))
}

fn mode(growth: &ProcessGrowth) -> &'static str {
    let share = growth.user_percent + growth.system_percent;
    match growth.system_percent / share {
        part if part > 0.7 => "in the kernel",
        part if part < 0.3 => "in user mode",
        _ => "in user mode and in the kernel",
    }
}

/// Nobody looked twice: what it used since its start tells of a process that always burns.
fn over_life(case: &Case<'_>, process: &Process) -> Option<Finding> {
    let life = case.snapshot.now_usec.checked_sub(process.start_usec)?;
    if process.start_usec == 0 || (life as f64) < CPU_LIFE_MIN_SECONDS * 1e6 {
        return None;
    }
    let used = process.cpu_usec.0.saturating_add(process.cpu_usec.1);
    let share = used as f64 / life as f64 * 100.0;
    // Ready to run now, and it has hardly ever waited since its start.
    let waits = process.switches.map(|(_, waits)| waits.saturating_sub(CPU_START_WAITS) as f64);
    let waits = waits.map(|waits| waits / (used as f64 / 1e6).max(0.01));
    let never_waits = process.threads <= 1
        && process.state == 'R'
        && share >= CPU_CONTENDED_PERCENT
        && waits.is_some_and(|waits| waits < CPU_LIFE_WAITS);
    if share < CPU_BUSY_PERCENT && !never_waits {
        return None;
    }
    let pause = if never_waits { ", and has hardly ever waited for anything" } else { "" };
    let severity = if never_waits { Severity::Warning } else { Severity::Info };
    let text = format!("user {}, system {}", span(process.cpu_usec.0), span(process.cpu_usec.1));
    let finding = found_here(case, "cpu-spinning", &process.pid.to_string(), severity)
        .says(
            match never_waits {
                true => format!("{} computes without a pause since it started", process.name),
                false => format!("{} uses {share:.0} % of a processor since it started", process.name),
            },
            format!(
                "{} used {} of processor time in the {} since its start ({share:.0} % of one processor){pause}.",
                called(process),
                span(used),
                span(life)
            ),
        )
        .sure(if never_waits { Confidence::Possible } else { Confidence::Certain })
        .proof(Evidence::process(process.pid, "stat", text))
        .fix(
            "look twice, to see which thread, and whether it spins",
            [format!("daemonctl diagnose --sample 2s {}", shell(&case.service.name))],
        );
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{NOW, SECOND, none, one, process, running};
    use super::*;

    fn busy(user: f64, system: f64, switches: u64) -> crate::snapshot::Snapshot {
        let mut snapshot = running();
        process(&mut snapshot).growth = Some(ProcessGrowth {
            seconds: 1.0,
            user_percent: user,
            system_percent: system,
            switches: (40, switches),
            ..ProcessGrowth::default()
        });
        snapshot
    }

    #[test]
    fn a_thread_that_never_waits_spins() {
        let finding = one(&busy(99.0, 0.0, 0), "cpu-spinning");
        assert_eq!(finding.title, "app spins: 99 % of a processor, in user mode");
        assert_eq!(finding.severity, Severity::Warning);
        let finding = one(&busy(5.0, 94.0, 1), "cpu-spinning");
        assert!(finding.title.ends_with("in the kernel"), "{}", finding.title);
    }

    #[test]
    fn the_hungry_thread_is_named() {
        let mut snapshot = busy(99.0, 1.0, 2);
        process(&mut snapshot).threads = 8;
        process(&mut snapshot).notable_threads = vec![Thread {
            tid: 815,
            name: "worker-3".into(),
            user_percent: 98.0,
            waits_per_second: Some(0.5),
            state: 'R',
            ..Thread::default()
        }];
        let finding = one(&snapshot, "cpu-spinning");
        assert!(
            finding.sentence.contains("thread worker-3 (tid 815) uses 98 %"),
            "{}",
            finding.sentence
        );
        assert_eq!(finding.remedies[0].commands[0], "perf top -t 815");
    }

    #[test]
    fn a_server_with_much_to_do_is_information() {
        assert_eq!(one(&busy(60.0, 35.0, 4000), "cpu-spinning").severity, Severity::Info);
        none(&busy(40.0, 20.0, 400), "cpu-spinning");
        none(&running(), "cpu-spinning");
    }

    #[test]
    fn on_a_busy_machine_a_spinning_process_gets_less() {
        let finding = one(&busy(17.0, 0.0, 0), "cpu-spinning");
        assert!(finding.sentence.contains("others took the rest"), "{}", finding.sentence);
        // One that works a little and waits for the next request.
        none(&busy(17.0, 0.0, 200), "cpu-spinning");
    }

    #[test]
    fn without_a_second_look_the_whole_life_counts() {
        let mut snapshot = running();
        process(&mut snapshot).start_usec = NOW - 100 * SECOND;
        process(&mut snapshot).cpu_usec = (98 * SECOND, SECOND);
        assert_eq!(one(&snapshot, "cpu-spinning").severity, Severity::Info);
        process(&mut snapshot).start_usec = NOW - SECOND;
        none(&snapshot, "cpu-spinning");
        // A third of a processor is all that it could get, and it never waited.
        process(&mut snapshot).start_usec = NOW - 30 * SECOND;
        process(&mut snapshot).cpu_usec = (10 * SECOND, 0);
        process(&mut snapshot).state = 'R';
        process(&mut snapshot).switches = Some((4000, 12));
        assert_eq!(one(&snapshot, "cpu-spinning").severity, Severity::Warning);
        process(&mut snapshot).switches = Some((4000, 1200));
        none(&snapshot, "cpu-spinning");
    }
}
