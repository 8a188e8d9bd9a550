//! The program is there, and the kernel or the loader can't begin it: interpreter, libraries, architecture, format.

use super::common::{is_systemd, listed, refusal, refusal_evidence, restart, script};
use super::known::{begin, known};
use crate::access::{Kind, Want, Who};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{PathFact, Program};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "interpreter-crlf",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A script whose `#!` line ends with a carriage return.",
        needs: &[Need::Definition, Need::Programs],
        about: "The kernel takes the carriage return for a part of the interpreter's name and answers ENOENT: `No \
                such file or directory`, although script and interpreter are there. Editors of other systems write \
                such line ends.",
        read_more: &["execve(2)", "dos2unix(1)"],
        check: crlf,
    },
    Rule {
        name: "interpreter-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A script whose interpreter, or a program whose loader, does not exist.",
        needs: &[Need::Definition, Need::Programs, Need::Paths],
        about: "execve(2) answers ENOENT for the script itself then. A program for another libc (musl, or 32 bit) \
                misses its loader in the same way.",
        read_more: &["execve(2)", "ld.so(8)"],
        check: interpreter,
    },
    Rule {
        name: "library-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A shared library that the program needs and that is in none of the loader's directories.",
        needs: &[Need::Definition, Need::Programs],
        about: "The loader ends the program with status 127 before its first line runs. Libraries are looked for as \
                ld.so(8) does: RUNPATH, LD_LIBRARY_PATH, its cache, its default directories.",
        read_more: &["ld.so(8)", "ldconfig(8)", "ldd(1)"],
        check: libraries,
    },
    Rule {
        name: "library-version",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A version of symbols that the program needs and that its library does not have.",
        needs: &[Need::Definition, Need::Programs],
        about: "The program was built against a newer library than the one that is installed: `version GLIBC_2.38 not \
                found`. The loader ends it with status 1.",
        read_more: &["ld.so(8)"],
        check: versions,
    },
    Rule {
        name: "wrong-architecture",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A program for another processor.",
        needs: &[Need::Definition, Need::Programs, Need::Machine],
        about: "execve(2) answers ENOEXEC: `Exec format error`, unless binfmt_misc has an emulator for it.",
        read_more: &["execve(2)", "https://docs.kernel.org/admin-guide/binfmt-misc.html"],
        check: architecture,
    },
    Rule {
        name: "exec-format",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A program that is empty, truncated, or a script without `#!`.",
        needs: &[Need::Definition, Need::Programs],
        about: "execve(2) answers ENOEXEC: `Exec format error`. A shell would run a script without `#!` itself, so it \
                works by hand and fails as a service.",
        read_more: &["execve(2)"],
        check: format,
    },
];

fn crlf(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case).iter().filter(|known| known.fact.has_crlf) {
        let path = &known.fact.path;
        let interpreter = known.fact.interpreter.as_deref().unwrap_or_default().trim_end();
        let sentence = format!(
            "the first line of {path}, run by {}, ends with a carriage return (CRLF): the kernel looks for \
             \"{interpreter}\\r\"",
            known.by
        );
        let line = Evidence::place(
            &crate::snapshot::Place { path: path.clone(), line: 1 },
            format!("#!{interpreter}\\r"),
        );
        let finding = begin(case, "interpreter-crlf", known)
            .says(format!("script {path} has CRLF line ends"), sentence)
            .proof(line)
            .fix(
                "take the carriage returns away",
                [format!("sed -i 's/\\r$//' {}", shell(path)), restart(case)],
            );
        findings.push(finding);
    }
}

fn interpreter(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case).iter().filter(|known| !known.fact.has_crlf) {
        let Some(path) = known.fact.interpreter.as_deref() else { continue };
        let is_script = known.fact.format == "script";
        let word = if is_script { "interpreter" } else { "loader" };
        let (missing, why, evidence) = match absent(case, path) {
            Some((why, evidence)) => (path, why, evidence),
            None => match by_env(case, known.fact) {
                Some(name) => {
                    let why = format!("{name} is in no directory of PATH");
                    (name, why.clone(), Evidence::path(name, why))
                }
                None => continue,
            },
        };
        let program = &known.fact.path;
        let title = format!("{word} {missing} of {program} does not exist");
        let sentence = format!("{program}, run by {}, needs the {word} {missing}: {why}", known.by);
        let finding =
            begin(case, "interpreter-missing", known).says(title, sentence).proof(evidence);
        findings.push(install(case, finding, missing, word));
    }
}

/// Why an interpreter can't be executed, if it can't.
fn absent(case: &Case<'_>, path: &str) -> Option<(String, Evidence)> {
    let fact: &PathFact = case.path(path)?;
    let refusal = refusal(case, &Who::root(), Want::Execute, fact)?;
    let is_broken = !matches!(refusal.kind, Kind::ReadOnly | Kind::Immutable);
    is_broken.then(|| (refusal.why.clone(), refusal_evidence(case, &refusal)))
}

/// The name that `#!/usr/bin/env NAME` looks for, if it was looked for and is nowhere.
fn by_env<'s>(case: &Case<'s>, fact: &'s Program) -> Option<&'s str> {
    let interpreter = fact.interpreter.as_deref()?;
    if fact.format != "script" || !interpreter.ends_with("/env") {
        return None;
    }
    let words = fact.interpreter_argument.as_deref()?.split_whitespace();
    let name = words.into_iter().find(|word| !word.starts_with('-') && !word.contains('='))?;
    let known = case.path(name)?;
    known.missing().is_some().then_some(name)
}

fn install(case: &Case<'_>, finding: Finding, missing: &str, word: &str) -> Finding {
    let lookups = &case.snapshot.lookups;
    let packages = lookups.packages.get(missing).filter(|packages| !packages.is_empty());
    if let Some(packages) = packages {
        let names: Vec<String> = packages.iter().take(3).map(|name| shell(name)).collect();
        let command = format!("apt-get install {}", names.join(" "));
        return finding.fix(format!("install the {word}"), [command, restart(case)]);
    }
    let near = lookups.near.get(missing).and_then(|near| near.first());
    let what = match near {
        Some(near) => format!("install the {word}, or name {near} in its first line"),
        None => format!("install the {word} {missing}"),
    };
    finding.fix(what, [restart(case)])
}

fn libraries(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case) {
        let missing = &known.fact.missing_libraries;
        let Some((first, _)) = missing.first() else { continue };
        let program = &known.fact.path;
        let names: Vec<String> = missing.iter().map(|(library, _)| library.clone()).collect();
        let (title, sentence) = (
            format!("library {} is missing", listed(&names)),
            format!(
                "{program}, run by {}, needs the shared library {}, which the loader finds nowhere",
                known.by,
                listed(&names)
            ),
        );
        let mut finding = begin(case, "library-missing", &known).says(title, sentence);
        finding.subject = first.clone();
        for (library, needed_by) in missing {
            finding = finding.proof(Evidence::path(needed_by.clone(), format!("NEEDED {library}")));
        }
        let packages = names.iter().filter_map(|name| case.snapshot.lookups.packages.get(name));
        let packages: Vec<String> = packages.flatten().map(|name| shell(name)).collect();
        let look = format!("ldd {}", shell(program));
        findings.push(match packages.is_empty() {
            true => finding.fix(
                "install the package that brings it, or tell the loader of its directory",
                [look, "ldconfig".to_owned(), restart(case)],
            ),
            false => finding.fix(
                "install what brings it",
                [format!("apt-get install --reinstall {}", packages.join(" ")), restart(case)],
            ),
        });
    }
}

fn versions(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case) {
        let Some((library, version)) = known.fact.missing_versions.first() else { continue };
        let program = &known.fact.path;
        let sentence = format!(
            "{program}, run by {}, was built for {version}, which the installed {library} does not have",
            known.by
        );
        let mut finding = begin(case, "library-version", &known)
            .says(format!("{library} is too old: it has no {version}"), sentence)
            .proof(Evidence::path(program.clone(), format!("{library} ({version})")));
        finding.subject = version.clone();
        findings.push(finding.fix(
            "install a build of the program for this release, or upgrade the library",
            [format!("objdump -T {} | grep {}", shell(program), shell(version)), restart(case)],
        ));
    }
}

fn architecture(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case) {
        let Some(theirs) = known.fact.architecture.as_deref() else { continue };
        if known.fact.format != "elf" || known.fact.runs_here {
            continue;
        }
        let program = &known.fact.path;
        let ours = match case.snapshot.machine.architecture.as_str() {
            "" => "another one",
            ours => ours,
        };
        let sentence = format!(
            "{program}, run by {}, is a program for {theirs}, and this machine is {ours}",
            known.by
        );
        let finding = begin(case, "wrong-architecture", &known)
            .says(format!("{program} is for {theirs}, this machine is {ours}"), sentence)
            .proof(Evidence::path(program.clone(), format!("ELF for {theirs}")));
        let what = format!("install the build for {ours}");
        findings.push(finding.fix(what, [format!("file {}", shell(program)), restart(case)]));
    }
}

fn format(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for known in known(case) {
        let program = &known.fact.path;
        let is_init_script = script(case) == Some(program.as_str());
        let (title, why) = match (known.fact.format.as_str(), known.fact.damage.as_deref()) {
            ("empty", _) => (format!("program {program} is empty"), "is empty".to_owned()),
            (_, Some(damage)) => {
                (format!("program {program} is damaged"), format!("is damaged: {damage}"))
            }
            ("other", None) if !is_init_script => (
                format!("{program} has no #! line and is no program"),
                "is neither a program nor a script with a #! line".to_owned(),
            ),
            _ => continue,
        };
        let sentence = format!("{program}, run by {}, {why}", known.by);
        let finding = begin(case, "exec-format", &known)
            .says(title, sentence)
            .proof(Evidence::path(program.clone(), why));
        // A shell takes what the kernel refuses, so that scripts may still start it.
        let sure = if is_systemd(case) { Confidence::Certain } else { Confidence::Likely };
        let what =
            "put the real program there (its package has it), or a first line such as #!/bin/sh";
        let look = format!("head -c 200 {} | cat -v", shell(program));
        findings.push(finding.sure(sure).fix(what, [look, restart(case)]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::finding::Severity;
    use crate::snapshot::FileKind;

    #[test]
    fn a_good_program_is_not_blamed() {
        let mut snapshot = failed();
        elf(&mut snapshot, "/usr/sbin/x").interpreter = Some("/lib64/ld.so".into());
        put(&mut snapshot, "/lib64/ld.so", FileKind::File, 0o755, 0);
        for rule in super::RULES {
            none(&snapshot, rule.name);
        }
    }

    #[test]
    fn crlf_and_a_missing_interpreter_are_two_things() {
        let mut snapshot = failed();
        let program = elf(&mut snapshot, "/usr/sbin/x");
        program.format = "script".into();
        program.interpreter = Some("/usr/bin/python2".into());
        program.has_crlf = true;
        lacks(&mut snapshot, "/usr/bin/python2", "/usr/bin/python2");
        assert_eq!(
            one(&snapshot, "interpreter-crlf").title,
            "script /usr/sbin/x has CRLF line ends"
        );
        none(&snapshot, "interpreter-missing");
        elf(&mut snapshot, "/usr/sbin/x").has_crlf = false;
        none(&snapshot, "interpreter-crlf");
        let finding = one(&snapshot, "interpreter-missing");
        assert_eq!(finding.title, "interpreter /usr/bin/python2 of /usr/sbin/x does not exist");
        put(&mut snapshot, "/usr/bin/python2", FileKind::File, 0o755, 0);
        none(&snapshot, "interpreter-missing");
    }

    #[test]
    fn a_name_for_env_that_is_nowhere_is_a_missing_interpreter() {
        let mut snapshot = failed();
        let program = elf(&mut snapshot, "/usr/sbin/x");
        program.format = "script".into();
        program.interpreter = Some("/usr/bin/env".into());
        program.interpreter_argument = Some("node".into());
        put(&mut snapshot, "/usr/bin/env", FileKind::File, 0o755, 0);
        none(&snapshot, "interpreter-missing");
        lacks(&mut snapshot, "node", "node");
        assert!(one(&snapshot, "interpreter-missing").title.contains("node"));
    }

    #[test]
    fn libraries_versions_and_architectures_are_named() {
        let mut snapshot = failed();
        let program = elf(&mut snapshot, "/usr/sbin/x");
        program.missing_libraries = vec![("libpcre.so.3".into(), "/usr/sbin/x".into())];
        program.missing_versions = vec![("libc.so.6".into(), "GLIBC_2.38".into())];
        assert_eq!(one(&snapshot, "library-missing").title, "library libpcre.so.3 is missing");
        let finding = one(&snapshot, "library-version");
        assert_eq!(finding.title, "libc.so.6 is too old: it has no GLIBC_2.38");
        none(&snapshot, "wrong-architecture");
        snapshot.machine.architecture = "x86_64".into();
        let program = elf(&mut snapshot, "/usr/sbin/x");
        (program.architecture, program.runs_here) = (Some("aarch64".into()), false);
        let finding = one(&snapshot, "wrong-architecture");
        assert_eq!(finding.title, "/usr/sbin/x is for aarch64, this machine is x86_64");
        service(&mut snapshot).state = crate::snapshot::State::Running;
        assert_eq!(one(&snapshot, "library-missing").severity, Severity::Warning);
    }

    #[test]
    fn what_is_no_program_is_said_so() {
        let mut snapshot = failed();
        elf(&mut snapshot, "/usr/sbin/x").format = "empty".into();
        assert_eq!(one(&snapshot, "exec-format").title, "program /usr/sbin/x is empty");
        let program = elf(&mut snapshot, "/usr/sbin/x");
        (program.format, program.damage) = ("elf".into(), Some("it ends too early".into()));
        assert_eq!(one(&snapshot, "exec-format").title, "program /usr/sbin/x is damaged");
    }
}
