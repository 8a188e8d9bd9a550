//! Tasks: processes and threads, and children that nobody waits for.

use std::collections::BTreeMap;

use super::super::crash::end::{is_systemd, restart};
use super::super::crash::words::times;
use super::thresholds::{TASKS_NEAR_PERCENT, ZOMBIES_MIN};
use super::{called, found_here, percent, soft_limit};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "tasks-near-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A service with nearly as many processes and threads as its control group may have, or one that was \
                    refused more.",
        needs: &[Need::Cgroup],
        about: "`TasksMax=` bounds processes and threads together. At the limit fork(2) and thread creation fail with \
                EAGAIN: `Resource temporarily unavailable`. systemd's default is 15 % of what the kernel permits.",
        read_more: &["systemd.resource-control(5)", "cgroups(7)"],
        check: near_limit,
    },
    Rule {
        name: "tasks-near-limit",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A user with nearly as many processes and threads as RLIMIT_NPROC permits.",
        needs: &[Need::Processes],
        about: "`LimitNPROC=`, `ulimit -u` and limits.conf(5) bound all tasks of one user together, those of other services of \
                that user too. It does not hold for root.",
        read_more: &["setrlimit(2)", "limits.conf(5)"],
        check: of_user,
    },
    Rule {
        name: "zombies",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "Ended children of a process that it has not waited for.",
        needs: &[Need::Processes],
        about: "A child that ended stays in the process table until its parent asks for its status (wait(2)). They take no \
                memory, but pids and tasks of the limit; they go when the parent ends.",
        read_more: &["wait(2)", "proc_pid_stat(5)"],
        check: zombies,
    },
];

fn near_limit(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(group) = &case.service.cgroup else { return };
    let limit = group.tasks_max.known().copied();
    let tasks = group.tasks.known().copied();
    let part = tasks.zip(limit).and_then(|(tasks, limit)| percent(tasks, limit)).unwrap_or(0.0);
    let refused = group.tasks_refused.unwrap_or(0);
    if part < TASKS_NEAR_PERCENT && refused == 0 {
        return;
    }
    let was = if refused > 0 {
        format!(" It was refused more {}.", times(refused))
    } else {
        String::new()
    };
    let (title, sentence) = match (tasks, limit) {
        (Some(tasks), Some(limit)) if part >= TASKS_NEAR_PERCENT => (
            format!("it has {tasks} of its {limit} tasks"),
            format!(
                "{} has {tasks} processes and threads of the {limit} that TasksMax= permits.{was}",
                case.service.name
            ),
        ),
        _ => (
            format!("it was refused a process or thread {}", times(refused)),
            format!(
                "{} reached TasksMax={}.{was}",
                case.service.name,
                limit.map_or_else(|| "?".to_owned(), |limit| limit.to_string())
            ),
        ),
    };
    let mut finding = found_here(case, "tasks-near-limit", "", Severity::Warning)
        .says(title, sentence)
        .sure(Confidence::Certain)
        .proof(Evidence::counter(
            "pids.current",
            format!("{} of {}", tasks.unwrap_or(0), limit.unwrap_or(0)),
        ));
    if refused > 0 {
        finding = finding.proof(Evidence::counter("pids.events", format!("max {refused}")));
    }
    if let Some(limit) = limit.filter(|_| is_systemd(case)) {
        let more = format!("TasksMax={}", limit.saturating_mul(4));
        finding = finding.fix_setting("if it needs that many, raise the limit", "Service", more);
    }
    found.push(
        finding.fix("see what they are", [format!("daemonctl tree {}", shell(&case.service.name))]),
    );
}

/// The tasks of the service's own processes are counted: those of others of the same user come on top.
fn of_user(case: &Case<'_>, found: &mut Vec<Finding>) {
    let mut users: BTreeMap<u32, (u64, Option<(u64, u32)>)> = BTreeMap::new();
    for process in &case.service.processes {
        let [uid, ..] = process.uids;
        let (tasks, least) = users.entry(uid).or_default();
        *tasks += u64::from(process.threads.max(1));
        if let Some(limit) = soft_limit(process, "Max processes") {
            let is_least = least.is_none_or(|(least, _)| limit < least);
            *least = if is_least { Some((limit, process.pid)) } else { *least };
        }
    }
    for (uid, (tasks, least)) in users {
        let Some((limit, pid)) = least.filter(|_| uid != 0) else { continue };
        let part = percent(tasks, limit).unwrap_or(0.0);
        if part < TASKS_NEAR_PERCENT {
            continue;
        }
        let mut finding = found_here(case, "tasks-near-limit", &uid.to_string(), Severity::Warning)
            .says(
                format!("its user has {tasks} of the {limit} tasks that it may have"),
                format!(
                    "{} has {tasks} processes and threads, and its limit for all of its user (uid {uid}) is {limit} \
                     (RLIMIT_NPROC): soon it can start no more.",
                    case.service.name
                ),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::process(pid, "limits", format!("Max processes {limit}")));
        if is_systemd(case) {
            let lift = "if it needs that many, raise the limit";
            let more = format!("LimitNPROC={}", limit.saturating_mul(4));
            finding = finding.fix_setting(lift, "Service", more);
        }
        let tree = format!("daemonctl tree {}", shell(&case.service.name));
        found.push(finding.fix("see what they are", [tree]));
    }
}

fn zombies(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let Some((number, name)) = &process.zombies else { continue };
        if *number < ZOMBIES_MIN {
            continue;
        }
        let finding = found_here(case, "zombies", &process.pid.to_string(), Severity::Warning)
            .says(
                format!("{number} ended children of {} are not reaped", process.name),
                format!("{} has {number} children that have ended ({name}) and does not ask for their status: a fault of it.", called(process)),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::process(process.pid, "task/*/children", format!("{number} in state Z: {name}")))
            .fix("they go when it ends", [restart(case)]);
        found.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, process, running, service};
    use crate::snapshot::{Cgroup, Limit, Seen};

    #[test]
    fn tasks_near_their_limit_and_refused_ones() {
        let mut snapshot = running();
        let group =
            Cgroup { tasks: Seen::Known(97), tasks_max: Seen::Known(100), ..Cgroup::default() };
        service(&mut snapshot).cgroup = Some(group.clone());
        let finding = one(&snapshot, "tasks-near-limit");
        assert_eq!(finding.title, "it has 97 of its 100 tasks");
        assert_eq!(finding.remedies[0].settings[0].1, "TasksMax=400");
        let few = Cgroup { tasks: Seen::Known(5), ..group };
        service(&mut snapshot).cgroup = Some(few.clone());
        none(&snapshot, "tasks-near-limit");
        service(&mut snapshot).cgroup = Some(Cgroup { tasks_refused: Some(3), ..few });
        assert_eq!(
            one(&snapshot, "tasks-near-limit").title,
            "it was refused a process or thread 3 times"
        );
        service(&mut snapshot).cgroup = Some(Cgroup::default());
        none(&snapshot, "tasks-near-limit");
    }

    #[test]
    fn tasks_of_one_user() {
        let mut snapshot = running();
        let one_ = process(&mut snapshot);
        (one_.uids, one_.threads) = ([33; 4], 61);
        let limit = Limit { name: "Max processes".into(), soft: Some(64), hard: Some(64) };
        one_.limits = Seen::Known(vec![limit]);
        let finding = one(&snapshot, "tasks-near-limit");
        assert_eq!(finding.title, "its user has 61 of the 64 tasks that it may have");
        // The limit does not hold for root.
        process(&mut snapshot).uids = [0; 4];
        none(&snapshot, "tasks-near-limit");
        (process(&mut snapshot).uids, process(&mut snapshot).threads) = ([33; 4], 10);
        none(&snapshot, "tasks-near-limit");
    }

    #[test]
    fn many_zombies_and_one_that_is_about_to_be_reaped() {
        let mut snapshot = running();
        process(&mut snapshot).zombies = Some((12, "worker".into()));
        assert_eq!(one(&snapshot, "zombies").title, "12 ended children of app are not reaped");
        process(&mut snapshot).zombies = Some((1, "worker".into()));
        none(&snapshot, "zombies");
    }
}
