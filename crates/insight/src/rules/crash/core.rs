//! Core dumps: where they are, or why there is none.

use super::end::{ended, killed, limit, limit_setting, since};
use super::words::{base_name, bytes, signal};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, Source, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{CoreDump, Line};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "core-dump",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A core dump of one of the service's processes, and where it lies.",
        needs: &[Need::State, Need::CoreDumps],
        about: "A core dump holds the memory of the process at its end: a debugger shows from it which function failed. \
                systemd-coredump keeps them in /var/lib/systemd/coredump and writes the innermost frames to the journal; \
                without it the kernel writes a file by kernel.core_pattern.",
        read_more: &["core(5)", "coredumpctl(1)", "systemd-coredump(8)"],
        check: dump,
    },
    Rule {
        name: "core-dump-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A crash that should have left a core dump and did not, and why.",
        needs: &[Need::State],
        about: "No core dump is written where RLIMIT_CORE is 0, where kernel.core_pattern pipes to a program that is not \
                there, where the process changed its user (fs.suid_dumpable=0), or where its folder may not be written \
                or is full. systemd-coredump keeps none with `Storage=none`, or of processes that are larger than its \
                limits.",
        read_more: &["core(5)", "coredump.conf(5)", "systemd.exec(5)"],
        check: missing,
    },
];

/// Signals whose default is a core dump.
const DUMPING: [i32; 10] = [3, 4, 5, 6, 7, 8, 11, 24, 25, 31];
/// systemd-coredump writes its line some time after the end.
const SLACK_USEC: u64 = 120_000_000;
/// A dump of a service that runs is worth a word for a day.
const DAY_USEC: u64 = 86_400_000_000;
/// systemd-coredump's line (sd-messages.h).
const MESSAGE: &str = "fc2e22bc6ee647b6b90729ab34a250b1";
/// So many frames are shown.
const FRAMES_MAX: usize = 6;

/// The dump of the last run: of its time.
fn of_last_run<'s>(case: &Case<'s>) -> Option<&'s CoreDump> {
    let dumps = case.service.core_dumps.known()?;
    let from = since(case).unwrap_or(0);
    let until = ended(case).map_or(u64::MAX, |end| end.saturating_add(SLACK_USEC));
    dumps.iter().find(|dump| dump.time_usec >= from && dump.time_usec <= until)
}

/// systemd-coredump's line of the last run.
fn line<'s>(case: &Case<'s>) -> Option<&'s Line> {
    let is = |line: &&Line| {
        line.message_id.as_deref() == Some(MESSAGE)
            || (line.message.starts_with("Process ") && line.message.contains("dumped core"))
    };
    case.lines().rev().find(is)
}

fn dump(case: &Case<'_>, found: &mut Vec<Finding>) {
    let line = line(case);
    let Some(dump) = of_last_run(case) else {
        if let Some(line) = line {
            found.push(of_line(case, line));
        }
        return;
    };
    let is_recent = dump.time_usec.saturating_add(DAY_USEC) >= case.snapshot.now_usec;
    if !case.is_broken() && !is_recent {
        return;
    }
    let program = base_name(&dump.program);
    let pid = dump.pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    let by =
        dump.signal.map(|number| format!(" It ended by {}.", signal(number).0)).unwrap_or_default();
    let (title, sentence) = match &dump.file {
        Some(file) => (
            format!("a core dump of {program} is kept"),
            format!("The core dump of {program}{pid} lies in {file}.{by}"),
        ),
        None => (
            format!("{program} dumped core, and it was not kept"),
            format!("The core dump of {program}{pid} was not kept: {}.{by}", why_not(dump)),
        ),
    };
    let mut finding = base(case).says(title, sentence);
    let log = Source::Log { time_usec: Some(dump.time_usec), origin: "core dump".to_owned() };
    let file = dump.file.clone().unwrap_or_else(|| program.to_owned());
    finding = finding.proof(Evidence { source: log, text: file });
    finding = finding.proof_if(line.map(shown));
    for frame in dump.stack.iter().take(FRAMES_MAX) {
        let source =
            Source::Log { time_usec: Some(dump.time_usec), origin: "core dump".to_owned() };
        finding = finding.proof(Evidence { source, text: frame.clone() });
    }
    found.push(with_commands(finding, dump));
}

fn why_not(dump: &CoreDump) -> &str {
    dump.why.as_deref().unwrap_or("nobody says why")
}

fn base(case: &Case<'_>) -> Finding {
    let role = if case.is_broken() { Role::Mechanism } else { Role::Separate };
    let finding = case.finding("core-dump", "").role(role).sure(Confidence::Certain);
    // How it ended is said by others; this says where to look.
    finding.severity(Severity::Info)
}

fn of_line(case: &Case<'_>, line: &Line) -> Finding {
    let words = line.message.lines().next().unwrap_or_default();
    let pid = words.strip_prefix("Process ").and_then(|rest| rest.split(' ').next());
    let finding = base(case)
        .says(
            "it dumped core",
            format!("A process of {} dumped core, as systemd-coredump tells.", case.service.name),
        )
        .proof(shown(line));
    match pid.filter(|pid| pid.chars().all(|c| c.is_ascii_digit())) {
        Some(pid) => finding.fix("see where it was", [format!("coredumpctl info {pid}")]),
        None => finding.fix("see where it was", ["coredumpctl info"]),
    }
}

/// The line with its innermost frames: the whole is long.
fn shown(line: &Line) -> Evidence {
    let mut evidence = Evidence::log(line);
    let lines = line.message.lines().filter(|text| !text.trim().is_empty());
    evidence.text = lines.take(FRAMES_MAX + 2).map(str::trim_end).collect::<Vec<_>>().join("\n");
    evidence
}

fn with_commands(finding: Finding, dump: &CoreDump) -> Finding {
    let Some(file) = &dump.file else { return finding };
    match dump.pid.filter(|_| file.contains("/systemd/coredump/")) {
        Some(pid) => finding.fix(
            "see where it was",
            [format!("coredumpctl info {pid}"), format!("coredumpctl gdb {pid}")],
        ),
        None => finding.fix(
            "see where it was",
            [format!("gdb {} {} -batch -ex bt", shell(&dump.program), shell(file))],
        ),
    }
}

fn missing(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some(killed) =
        killed(case).filter(|killed| case.is_broken() && DUMPING.contains(&killed.number))
    else {
        return;
    };
    // Where nobody could look at the place, or a dump was found, nothing is missing.
    if of_last_run(case).is_some() || line(case).is_some() || killed.dumped {
        return;
    }
    let Some((why, evidence, fix)) = reason(case) else { return };
    let (name, _) = signal(killed.number);
    let mut finding = case
        .finding("core-dump-missing", "")
        .says(
            format!("no core dump was written: {why}"),
            format!("{} ended by {name} without a core dump: {why}.", case.service.name),
        )
        .severity(Severity::Info)
        .role(Role::Consequence)
        .proof(evidence);
    finding = match fix {
        Fix::Setting(setting) => {
            finding.fix_setting("have the next one written", "Service", setting)
        }
        Fix::Command(command) => finding.fix("have the next one written", [command]),
    };
    found.push(finding);
}

enum Fix {
    Setting(&'static str),
    Command(String),
}

/// What prevents core dumps here, what shows it, and what would change it.
fn reason(case: &Case<'_>) -> Option<(String, Evidence, Fix)> {
    let machine = &case.snapshot.machine;
    let setup = &machine.core_setup;
    let pattern = machine.core_pattern.as_deref()?;
    let of_pattern = || Evidence::counter("kernel.core_pattern", pattern.to_owned());
    if let Some((handler, false)) = &setup.handler {
        let why = format!("kernel.core_pattern pipes to {handler}, which is not there");
        let command = "sysctl -w kernel.core_pattern=/var/tmp/core.%e.%p".to_owned();
        return Some((why, of_pattern(), Fix::Command(command)));
    }
    // A handler gets the dump whatever the limit is, unless that is 1 (core(5)); systemd-coredump minds it itself.
    if limit(case, "Max core file size", "LimitCORE") == Some(Some(0)) {
        let shown = limit_setting(case, "LimitCORE");
        let evidence = shown.unwrap_or_else(|| Evidence::counter("Max core file size", "0"));
        let why = "its limit of core files (RLIMIT_CORE) is 0".to_owned();
        return Some((why, evidence, Fix::Setting("LimitCORE=infinity")));
    }
    if pattern.is_empty() {
        let command = "sysctl -w kernel.core_pattern=/var/tmp/core.%e.%p".to_owned();
        return Some((
            "kernel.core_pattern is empty".to_owned(),
            of_pattern(),
            Fix::Command(command),
        ));
    }
    if setup.storage.as_deref() == Some("none") {
        let (path, line) = setup.configured_at.clone()?;
        let evidence =
            Evidence::place(&crate::snapshot::Place { path: path.clone(), line }, "Storage=none");
        let command = format!("sed -i 's/^Storage=none/Storage=external/' {}", shell(&path));
        return Some((
            "systemd-coredump keeps none (Storage=none)".to_owned(),
            evidence,
            Fix::Command(command),
        ));
    }
    if let Some(most) = setup.process_size_max_bytes.filter(|most| *most < 64 << 20) {
        let why = format!("systemd-coredump takes none larger than {}", bytes(most));
        let evidence = Evidence::counter("ProcessSizeMax", most.to_string());
        let command = "editor /etc/systemd/coredump.conf".to_owned();
        return Some((why, evidence, Fix::Command(command)));
    }
    let is_other_user = case.definition().is_some_and(|d| d.user.is_none());
    if !pattern.starts_with('|')
        && machine.suid_dumpable == Some(0)
        && is_other_user
        && changed_user(case)
    {
        let why = "it changed its user, and fs.suid_dumpable is 0".to_owned();
        let evidence = Evidence::counter("fs.suid_dumpable", "0");
        let command = "sysctl -w fs.suid_dumpable=2".to_owned();
        return Some((why, evidence, Fix::Command(command)));
    }
    if setup.handler.is_none()
        && limit(case, "Max core file size", "LimitCORE").is_none()
        && !super::end::is_systemd(case)
    {
        let why = "core files are limited to 0 where nobody raises that".to_owned();
        let command = "ulimit -c unlimited".to_owned();
        return Some((why, of_pattern(), Fix::Command(command)));
    }
    None
}

/// Its workers run as another user than root, by what was seen of it.
fn changed_user(case: &Case<'_>) -> bool {
    case.service.processes.iter().any(|process| process.uids.iter().any(|uid| *uid != 0))
}

#[cfg(test)]
#[path = "core_tests.rs"]
mod tests;
