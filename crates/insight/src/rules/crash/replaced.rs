//! It runs what is no longer installed.

use super::end::restart;
use super::words::base_name;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::GoneFile;

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "program-replaced",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A running program whose file was replaced or removed since it was started.",
        needs: &[Need::Processes],
        about: "After an upgrade the old program runs on until it is started again: its faults and holes too, and files \
                that it opens later (modules, templates) may not fit it any more. A program whose file is gone can't \
                be started again at all.",
        read_more: &["proc_pid_exe(5)", "needrestart(1)"],
        check: program,
    },
    Rule {
        name: "library-replaced",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "Libraries in use whose files were replaced or removed since.",
        needs: &[Need::Processes],
        about: "The process has the old library in memory. A module that it loads later may be linked with the new one: \
                then it crashes or fails. Security fixes of the library do not hold before it is started again.",
        read_more: &["proc_pid_maps(5)", "needrestart(1)"],
        check: libraries,
    },
];

fn program(case: &Case<'_>, found: &mut Vec<Finding>) {
    for file in case.service.gone_files.iter().filter(|file| file.is_program && runs(case, file)) {
        let path = &file.path;
        let (title, then) = match file.replaced {
            true => (
                format!("{path} was replaced since it was started"),
                "another file is there now: an upgrade",
            ),
            false => (
                format!("{path} was removed since it was started"),
                "nothing is there now: it would not start again",
            ),
        };
        let finding = case.finding("program-replaced", path.clone()).says(
            title,
            format!("{} runs a program whose file is gone from {path}; {then}.", case.service.name),
        );
        let finding = finish(case, finding, file, "exe");
        found.push(match file.replaced {
            true => finding.fix("start what is installed", [restart(case)]),
            false => finding.fix(
                "install the program again before it is stopped",
                [format!("ls -l {}", crate::finding::shell(path))],
            ),
        });
    }
}

fn libraries(case: &Case<'_>, found: &mut Vec<Finding>) {
    let gone: Vec<&GoneFile> = case
        .service
        .gone_files
        .iter()
        .filter(|file| !file.is_program && runs(case, file))
        .collect();
    let Some(first) = gone.first() else { return };
    let names: Vec<&str> = gone.iter().map(|file| base_name(&file.path)).collect();
    let some = match names.as_slice() {
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        [] => return,
    };
    let finding = case.finding("library-replaced", first.path.clone()).says(
        format!("it runs with libraries that were replaced since: {some}"),
        format!(
            "{} has {some} in memory as they were before they were replaced on disk.",
            case.service.name
        ),
    );
    let mut finding = finish(case, finding, first, "maps");
    for file in gone.iter().skip(1).take(4) {
        let pid = file.pids.first().copied().unwrap_or(0);
        finding = finding.proof(Evidence::process(pid, "maps", format!("{} (deleted)", file.path)));
    }
    found.push(finding.fix("start it with what is installed", [restart(case)]));
}

/// One of those who use the file still runs.
fn runs(case: &Case<'_>, file: &GoneFile) -> bool {
    !case.is_broken() && !file.pids.is_empty()
}

fn finish(case: &Case<'_>, finding: Finding, file: &GoneFile, aspect: &str) -> Finding {
    let pid = file.pids.first().copied().or(case.service.main_pid).unwrap_or(0);
    finding
        .severity(Severity::Warning)
        .role(Role::Separate)
        .sure(Confidence::Certain)
        .proof(Evidence::process(pid, aspect, format!("{} (deleted)", file.path)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{failed, none, one, running, service};
    use super::*;

    fn gone(path: &str, is_program: bool, replaced: bool) -> GoneFile {
        GoneFile { path: path.into(), is_program, pids: vec![812], replaced }
    }

    #[test]
    fn replaced_and_removed_programs_and_libraries() {
        let mut snapshot = running();
        service(&mut snapshot).gone_files = vec![gone("/usr/sbin/app", true, true)];
        let finding = one(&snapshot, "program-replaced");
        assert_eq!(finding.title, "/usr/sbin/app was replaced since it was started");
        assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
        none(&snapshot, "library-replaced");
        service(&mut snapshot).gone_files = vec![
            gone("/usr/lib/libssl.so.3", false, true),
            gone("/usr/lib/libcrypto.so.3", false, true),
        ];
        let finding = one(&snapshot, "library-replaced");
        assert!(finding.title.ends_with("libssl.so.3 and libcrypto.so.3"), "{}", finding.title);
        none(&running(), "program-replaced");
        let mut broken = failed();
        service(&mut broken).gone_files = vec![gone("/usr/sbin/app", true, false)];
        none(&broken, "program-replaced");
    }
}
