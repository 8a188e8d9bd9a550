//! What there was too little of: descriptors, tasks, memory.

use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::Finding;
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "too-many-files",
        "A line of the last run says that too many files are open (EMFILE, ENFILE).",
        "The limit on open files (LimitNOFILE=) is reached: too low for the load, or descriptors leak.",
        &["getrlimit(2)", "systemd.exec(5)"],
        |case, findings| {
            for told in told(case, &[Kind::TooManyFiles]) {
                findings.push(
                    simple(
                        case,
                        &told,
                        "too-many-files",
                        "too many files are open",
                        "opened as many files as it may",
                    )
                    .fix_setting(
                        "raise the limit",
                        "Service",
                        "LimitNOFILE=65536",
                    ),
                );
            }
        },
    ),
    row(
        "too-many-tasks",
        "A line of the last run says that no process or thread could be made (EAGAIN).",
        "TasksMax= of its unit, RLIMIT_NPROC of its user, or the machine's own limits are reached.",
        &["clone(2)", "systemd.resource-control(5)"],
        |case, findings| {
            for told in told(case, &[Kind::TooManyTasks]) {
                findings.push(
                    simple(
                        case,
                        &told,
                        "too-many-tasks",
                        "no more processes or threads could be made",
                        "could make no more processes or threads",
                    )
                    .fix_setting(
                        "raise the limit",
                        "Service",
                        "TasksMax=infinity",
                    ),
                );
            }
        },
    ),
    row(
        "no-memory",
        "A line of the last run says that memory could not be had (ENOMEM), by the kernel or the language's runtime.",
        "The machine or the control group has none left, a limit on the address space is reached, or the runtime's own heap limit.",
        &["malloc(3)", "systemd.resource-control(5)"],
        |case, findings| {
            for told in told(case, &[Kind::NoMemory]) {
                findings.push(simple(
                    case,
                    &told,
                    "no-memory",
                    "memory could not be had",
                    "could not get the memory that it asked for",
                ));
            }
        },
    ),
    row(
        "shared-memory",
        "A line of the last run says that shared memory could not be had.",
        "kernel.shmmax, kernel.shmall, huge pages, or the size of /dev/shm.",
        &["shmget(2)", "shm_overview(7)"],
        |case, findings| {
            for told in told(case, &[Kind::SharedMemory]) {
                findings.push(simple(
                    case,
                    &told,
                    "shared-memory",
                    "shared memory could not be had",
                    "could not get the shared memory that it asked for",
                ));
            }
        },
    ),
    row(
        "limit-too-low",
        "A daemon says that a limit is too low for its configuration.",
        "The limit is the one of its unit or script, not of a login shell.",
        &["getrlimit(2)", "systemd.exec(5)", "sysctl(8)"],
        |case, findings| {
            for told in told(case, &[Kind::LimitTooLow]) {
                let limit = told.get("limit").unwrap_or("a limit");
                let title = format!("{limit} is too low");
                findings.push(simple(
                    case,
                    &told,
                    "limit-too-low",
                    &title,
                    "finds a limit too low for its configuration",
                ));
            }
        },
    ),
];

fn simple(
    case: &Case<'_>,
    told: &Told<'_>,
    rule: &'static str,
    title: &str,
    what: &str,
) -> Finding {
    let said = told.clue.message().trim().trim_end_matches('.');
    case.finding(rule, "")
        .says(title, format!("{} {what}: {said}.", case.service.name))
        .sure(told.sure)
        .proof(told.clue.evidence())
}
