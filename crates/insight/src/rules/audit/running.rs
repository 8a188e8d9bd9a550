//! What it runs and how it was started.

use super::common::{finding, fix_setting, row};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::GoneFile;

pub(super) const RULES: &[Rule] = &[
    row(
        "restart-needed",
        "A program or library that was deleted or replaced since the service was started.",
        &[Need::Processes],
        "After an upgrade what runs is still the old one, with the holes that the upgrade closed.",
        &["needrestart(1)"],
        gone,
    ),
    row(
        "preload",
        "A library that the environment loads into the service before its own.",
        &[Need::Processes],
        "LD_PRELOAD and LD_AUDIT load code into every program that the service starts. Some distributions' tools use them \
         (fakeroot, malloc libraries); so do rootkits.",
        &["ld.so(8)"],
        preload,
    ),
    row(
        "umask-open",
        "A process whose umask leaves the files that it makes writable for everybody.",
        &[Need::Processes],
        "Daemons that detach themselves set their umask to 0, as old advice had it, and rely on giving a mode wherever they \
         make a file. UMask= of the unit does not help where the program sets its own.",
        &["umask(2)", "systemd.exec(5)"],
        umask,
    ),
];

fn gone(case: &Case<'_>, out: &mut Vec<Finding>) {
    let is_code = |file: &&GoneFile| {
        let path = file.path.as_str();
        let is_made_up =
            ["/memfd:", "/dev/", "/SYSV", "/tmp/", "/run/", "/var/tmp/", "/anon_hugepage"]
                .iter()
                .any(|start| path.starts_with(start));
        file.is_program || (!is_made_up && (path.contains(".so") || path.contains("/bin/")))
    };
    let files: Vec<&GoneFile> = case.service.gone_files.iter().filter(is_code).collect();
    let Some(first) = files.iter().find(|file| file.is_program).or(files.first()) else { return };
    let more = files.len().saturating_sub(1);
    let others = if more == 0 { String::new() } else { format!(" and {more} more") };
    let how = if first.replaced { "replaced" } else { "deleted" };
    let kind = if first.is_program { "program" } else { "library" };
    let mut found = finding(case, "restart-needed", first.path.clone(), Severity::Warning).says(
        format!("it runs what was {how} since: {}{others}", first.path),
        format!(
            "The {kind} {} was {how} after this service was started; it still runs the old one.",
            first.path
        ),
    );
    for file in files.iter().take(5) {
        let pid = file.pids.first().copied().unwrap_or(0);
        found = found.proof(Evidence::process(
            pid,
            if file.is_program { "exe" } else { "maps" },
            format!("{} (deleted)", file.path),
        ));
    }
    out.push(found.fix("restart it", [super::common::restart(case)]));
}

fn preload(case: &Case<'_>, out: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let Some(environment) = process.environment.known() else { continue };
        let set = environment.iter().find(|(name, value)| {
            matches!(name.as_str(), "LD_PRELOAD" | "LD_AUDIT") && !value.is_empty()
        });
        let Some((name, value)) = set else { continue };
        let mut libraries = value.split([':', ' ']).filter(|word| !word.is_empty());
        let is_packaged = libraries.all(|path| {
            ["/usr/lib", "/lib", "/usr/libexec"].iter().any(|start| path.starts_with(start))
                || !path.contains('/')
        });
        let severity = if is_packaged { Severity::Info } else { Severity::Warning };
        out.push(
            finding(case, "preload", value.clone(), severity)
                .sure(Confidence::Certain)
                .says(
                    format!("{name} loads {value} into it"),
                    format!("Process {} was started with {name}={value}: that code runs in it before its own.", process.pid),
                )
                .proof(Evidence::process(process.pid, "environ", format!("{name}={value}")))
                .fix("find out who sets it", [format!("grep -rs {name} /etc /usr/lib/systemd/system")]),
        );
        return;
    }
}

fn umask(case: &Case<'_>, out: &mut Vec<Finding>) {
    let open = case.service.processes.iter().find(|process| {
        process.umask.is_some_and(|mask| mask & 0o002 == 0) && process.state != 'Z'
    });
    let Some(process) = open else { return };
    let mask = process.umask.unwrap_or(0);
    let found = finding(case, "umask-open", process.name.clone(), Severity::Info)
        .says(
            format!("files that {} makes may be writable for everybody", process.name),
            format!(
                "Process {} has umask {mask:04o}: what it makes without giving a mode, every user may change.",
                process.pid
            ),
        )
        .proof(Evidence::process(process.pid, "status", format!("Umask: {mask:04o}")));
    let declared = case.service.audit.declared.as_ref().map(|declared| declared.text("UMask"));
    // Where the unit says otherwise already, the program sets its own.
    let is_units = declared.is_some_and(|declared| u32::from_str_radix(declared, 8) == Ok(mask));
    out.push(match is_units {
        true => fix_setting(case, found, "start it with another one", "UMask=0027".to_owned()),
        false => found,
    });
}
