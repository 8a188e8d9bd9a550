//! What there was too little of: descriptors, tasks, memory.

use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Evidence, Finding};
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
                    of_unit(
                        case,
                        simple(
                            case,
                            &told,
                            "too-many-files",
                            "too many files are open",
                            "opened as many files as it may",
                        ),
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
                findings.push(too_low(case, &told));
            }
        },
    ),
];

/// As many open files as a daemon gets where it asks for less.
const FILES_MIN: u64 = 65_536;

fn too_low(case: &Case<'_>, told: &Told<'_>) -> Finding {
    let limit = told.get("limit").unwrap_or("a limit");
    let number = |word| told.get(word).map_or(String::new(), |n: &str| format!(" {n}"));
    let at_least =
        told.get("wanted").map_or(String::new(), |n| format!(", and needs at least {n}"));
    let title = match told.get("found") {
        Some(found) => format!("{limit} is too low: {found}"),
        None => format!("{limit} is too low"),
    };
    let what = format!("finds {limit}{} too low for its configuration{at_least}", number("found"));
    let finding = simple(case, told, "limit-too-low", &title, &what);
    let message = told.clue.message().to_ascii_lowercase();
    let is_of_files = ["ulimit -n", "open file", "ulimit-n", "fd limit", "file descriptors"]
        .iter()
        .any(|word| message.contains(word));
    if !is_of_files {
        return finding;
    }
    let wanted = told.get("wanted").and_then(|wanted| wanted.parse::<u64>().ok()).unwrap_or(0);
    of_unit(case, finding).fix_setting(
        "raise the limit on open files",
        "Service",
        format!("LimitNOFILE={}", wanted.max(FILES_MIN)),
    )
}

/// With the line of its unit that sets the limit on open files.
fn of_unit(case: &Case<'_>, finding: Finding) -> Finding {
    let settings = case.definition().map(|definition| definition.settings.as_slice());
    let mut settings = settings.unwrap_or_default().iter().rev();
    let Some(setting) = settings.find(|setting| setting.key == "LimitNOFILE") else {
        return finding;
    };
    let written = format!("{}={}", setting.key, setting.value);
    let sentence = format!("{} Its unit sets {written}.", finding.sentence);
    let title = format!("{} ({written})", finding.title);
    finding.says(title, sentence).proof(Evidence::place(&setting.place, written))
}

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
