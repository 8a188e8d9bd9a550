//! Programs, libraries, modules and interpreters that are missing or do not fit.

use super::told::told;
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
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
        "library-missing",
        "The dynamic loader says that a shared library is missing.",
        "The loader looks in RUNPATH, LD_LIBRARY_PATH, /etc/ld.so.cache and the default directories. A library that was just put there is found only after ldconfig.",
        &["ld.so(8)", "ldconfig(8)"],
        library_missing,
    ),
    row(
        "library-version",
        "The dynamic loader says that a library lacks a version or a symbol.",
        "The program was built for a newer library than the machine has, or an upgrade brought only one of the two.",
        &["ld.so(8)"],
        library_version,
    ),
    row(
        "module-missing",
        "A daemon can't load one of its modules.",
        "The module's package is missing, or its configuration names one that is gone.",
        &[],
        module_missing,
    ),
    row(
        "package-missing",
        "A program in Python, Node, Perl, Ruby or Java does not find a module or class.",
        "Another interpreter or virtual environment than the one it was installed for is the usual reason.",
        &[],
        package_missing,
    ),
    row(
        "interpreter-missing",
        "A script's interpreter is not there.",
        "The first line of a script names its interpreter; a carriage return at its end (CRLF) is part of that name.",
        &["execve(2)"],
        interpreter_missing,
    ),
    row(
        "exec-format",
        "A file is no program that this machine runs.",
        "Built for another architecture, empty, damaged, or a script without `#!`.",
        &["execve(2)", "binfmt_misc"],
        exec_format,
    ),
];

fn library_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::LibraryMissing]) {
        let library = told.get("library").unwrap_or_default();
        let program = told.get("program").unwrap_or(case.service.name.as_str());
        let finding = case
            .finding("library-missing", library)
            .says(
                format!("library {library} is missing"),
                format!("{program} needs the library {library}, and the loader can't load it."),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        let packages =
            case.snapshot.lookups.packages.get(library).filter(|names| !names.is_empty());
        let finding = match packages {
            Some(names) => finding.fix(
                "install the package that brings it",
                [format!("apt-get install --reinstall {}", names.join(" "))],
            ),
            None => finding.fix(
                "see what it needs, and install what brings it",
                [format!("ldd {}", shell(program)), format!("apt-file search {}", shell(library))],
            ),
        };
        findings.push(finding);
    }
}

fn library_version(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::LibraryVersion]) {
        let version = told.get("version").unwrap_or_default();
        let program = told.get("program").unwrap_or(case.service.name.as_str());
        let library = told.get("library").map_or("one of its libraries", |library| library);
        let finding = case
            .finding("library-version", version)
            .says(
                format!("{library} lacks {version}"),
                format!("{program} needs {version}, which {library} does not have: it was built for another version."),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("see what it needs", [format!("ldd -v {}", shell(program))]);
        findings.push(finding);
    }
}

fn module_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::ModuleMissing]) {
        let module = told.get("path").or_else(|| told.get("module")).unwrap_or_default();
        let is_gone = case.path(module).is_some_and(|fact| fact.missing().is_some());
        let why = told.get("message").map_or(String::new(), |message| format!(": {message}"));
        let place = super::network_about::place(&told);
        let named = place.as_ref().map_or(String::new(), |place| format!(" (named in {place})"));
        let finding = case
            .finding("module-missing", module)
            .says(
                format!("module {module} can't be loaded"),
                format!("{} can't load its module {module}{named}{why}.", case.service.name),
            )
            .sure(if is_gone { told.confirmed() } else { told.sure })
            .proof(told.clue.evidence())
            .proof_if(is_gone.then(|| Evidence::path(module, "there is nothing of that name")));
        let finding = super::network_about::elsewhere(case, finding, &told, "");
        findings.push(
            finding.fix(
                "find the package that has it",
                [format!("apt-file search {}", shell(module))],
            ),
        );
    }
}

fn package_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::PackageMissing]) {
        let module = told.get("module").unwrap_or_default();
        let finding = case
            .finding("package-missing", module)
            .says(
                format!("module {module} is not installed"),
                format!(
                    "{} needs {module}, which its interpreter does not find.",
                    case.service.name
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        findings.push(finding);
    }
}

fn interpreter_missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::InterpreterMissing]) {
        let path = told.get("path").unwrap_or_default();
        let name = path.trim_end_matches("\\r").trim_end_matches(['\r', '^', 'M']);
        let is_crlf = path != name && !name.is_empty();
        let script = told.get("program").unwrap_or("a script");
        if is_crlf {
            let finding = case
                .finding("interpreter-crlf", script)
                .says(
                    format!("{script} has DOS line ends"),
                    format!("The first line of {script} ends with a carriage return, so that its interpreter {name} is not found."),
                )
                .sure(told.sure)
                .proof(told.clue.evidence())
                .fix("take the carriage returns out", [format!("sed -i 's/\\r$//' {}", shell(script))]);
            findings.push(finding);
            continue;
        }
        let finding = case
            .finding("interpreter-missing", name)
            .says(
                format!("interpreter {name} is missing"),
                format!("{script} needs the interpreter {name}, which is not there."),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("see whether it is installed", [format!("command -v {}", shell(name))]);
        findings.push(finding);
    }
}

fn exec_format(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::ExecFormat]) {
        let program = told.get("program").unwrap_or_default();
        let finding = case
            .finding("exec-format", program)
            .says(
                format!("{program} is no program for this machine"),
                format!(
                    "{program} can't be executed: its format is not one that this machine runs."
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("see what it is", [format!("file {}", shell(program))]);
        findings.push(finding);
    }
}
