//! Faults: the processor refused what the program did.

use super::end::{Killed, broken_by_signal, evidence, logs, program_names};
use super::kernel::{Fault, last_fault};
use super::limits::is_stack_overflow;
use super::words::signal;
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Line;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "segfault",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Crash,
    looks_for: "A process that ended by SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGTRAP, and the kernel's line about it.",
    needs: &[Need::State],
    about: "The program used memory that is not its own, ran an instruction that there is none of, divided by zero. It \
            is a fault of the program, of a library that it loads, or of what it was given to read; seldom of the \
            machine's memory. The kernel's line names the file whose code did it and the place within; a core dump has \
            the rest. SIGBUS as a rule means that a mapped file was cut short under the program, or that its disk \
            fails. SIGILL on a program that ran elsewhere means that it was built for a newer processor.",
    read_more: &["signal(7)", "core(5)", "addr2line(1)", "coredumpctl(1)"],
    check: segfault,
}];

/// Signals that the processor's refusal becomes.
const FAULTS: [i32; 5] = [4, 5, 7, 8, 11];

fn segfault(case: &Case<'_>, found: &mut Vec<Finding>) {
    let ended = broken_by_signal(case).filter(|killed| FAULTS.contains(&killed.number));
    let kernel = last_fault(case);
    match (ended, &kernel) {
        (Some(killed), _) => found.push(of_main(case, killed, kernel.as_ref())),
        (None, Some((line, fault))) if case.is_broken() => {
            // Where nobody keeps exit statuses (SysV init), the kernel's line is all that is left.
            let unknown = case.service.last_exit.is_none();
            found.push(of_line(case, line, fault, unknown));
        }
        (None, Some((line, fault))) => {
            let finding = of_line(case, line, fault, false);
            found.push(finding.severity(Severity::Warning).role(Role::Separate));
        }
        (None, None) => {}
    }
}

fn of_main(case: &Case<'_>, killed: Killed, kernel: Option<&(&Line, Fault)>) -> Finding {
    let (name, meaning) = signal(killed.number);
    let program = program(case, kernel.map(|(_, fault)| fault));
    let place = kernel.map(|(_, fault)| place(fault)).unwrap_or_default();
    let whose = match kernel.and_then(|(_, fault)| fault.module.as_deref()) {
        Some(module) => {
            format!("a fault of the program, or of {module}, or of what it was given to read")
        }
        None => "a fault of the program, of a library, or of what it was given to read".to_owned(),
    };
    let mut finding = case
        .finding("segfault", "")
        .says(
            format!("{program} crashed: {}{}", title(killed.number), module_title(kernel)),
            format!("{program} ended by {name}{place}: {meaning}. It is {whose}."),
        )
        .sure(if kernel.is_some() { Confidence::Certain } else { Confidence::Likely })
        .role(role(case))
        .proof_if(kernel.map(|(line, _)| Evidence::log(line)))
        .proof(evidence(case, killed));
    if let Some((_, fault)) = kernel {
        finding = with_place_fix(case, finding, fault);
    }
    finding.fix(
        "see what it did before, and whether it is a known fault of this version",
        [logs(case)],
    )
}

fn of_line(case: &Case<'_>, line: &Line, fault: &Fault, is_main: bool) -> Finding {
    let program = program(case, Some(fault));
    let pid = fault.pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    let finding = case
        .finding("segfault", "")
        .says(
            format!("{program} crashed: {}{}", fault.what, in_module(fault)),
            format!(
                "The kernel ended {program}{pid}{} for {}.",
                place(fault),
                article(&fault.what)
            ),
        )
        .sure(if is_main { Confidence::Likely } else { Confidence::Certain })
        .role(if is_main { role(case) } else { Role::Mechanism })
        .proof(Evidence::log(line));
    with_place_fix(case, finding, fault)
}

/// What the program itself said of its end explains its signal; so does a stack that ran full.
fn role(case: &Case<'_>) -> Role {
    let said = [Kind::Assertion, Kind::Panic, Kind::Traceback];
    let explained = said.iter().any(|kind| case.clues_of(*kind).next().is_some());
    if explained || is_stack_overflow(case) { Role::Mechanism } else { Role::Cause }
}

fn program(case: &Case<'_>, fault: Option<&Fault>) -> String {
    let own = case.definition().and_then(|definition| definition.main_command());
    let own = own.map(|command| super::words::base_name(&command.program).to_owned());
    let names = program_names(case);
    fault
        .map(|fault| fault.name.clone())
        .or(own)
        .or_else(|| names.first().map(|name| (*name).to_owned()))
        .unwrap_or_else(|| case.service.name.clone())
}

fn title(number: i32) -> &'static str {
    match number {
        4 => "illegal instruction",
        5 => "trap",
        7 => "bus error",
        8 => "arithmetic error",
        _ => "segmentation fault",
    }
}

fn article(what: &str) -> String {
    match what {
        "segfault" => "an invalid memory access (segmentation fault)".to_owned(),
        "invalid opcode" => "an instruction that this processor does not have".to_owned(),
        "divide error" => "a division by zero".to_owned(),
        other if other.starts_with('i') => format!("an {other}"),
        other => format!("a {other}"),
    }
}

fn in_module(fault: &Fault) -> String {
    fault.module.as_ref().map(|module| format!(" in {module}")).unwrap_or_default()
}

fn module_title(kernel: Option<&(&Line, Fault)>) -> String {
    kernel.map(|(_, fault)| in_module(fault)).unwrap_or_default()
}

/// ` in libfoo.so.1 at offset 0x1139, by a null pointer`
fn place(fault: &Fault) -> String {
    let mut text = in_module(fault);
    if let (Some(_), Some(offset)) = (&fault.module, fault.offset) {
        text.push_str(&format!(" at offset {offset:#x}"));
    }
    match (fault.address, fault.instruction) {
        (Some(0), Some(0)) => text.push_str(", by a call of a null pointer"),
        (Some(address), _) if address < 4096 => text.push_str(", by a null pointer"),
        _ => {}
    }
    text
}

fn with_place_fix(case: &Case<'_>, finding: Finding, fault: &Fault) -> Finding {
    let (Some(module), Some(offset)) = (&fault.module, fault.offset) else { return finding };
    let commands = case.definition().map(|definition| definition.commands.as_slice());
    let own = commands.unwrap_or_default().iter().map(|command| command.program.as_str());
    let path = own.into_iter().find(|path| super::words::base_name(path) == module);
    let file = path.unwrap_or(module);
    finding.fix(
        "name the function (with the package's debugging symbols installed)",
        [format!("addr2line -f -C -e {} {offset:#x}", shell(file))],
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{failed, kernel, killed, none, one, running, service};
    use super::*;

    const LINE: &str = "app[812]: segfault at 0 ip 00007f1c2a3b4c5d sp 00007ffc1a2b3c40 error 4 in \
        libfoo.so.1[24c5d,7f1c2a390000+178000] likely on CPU 1 (core 1, socket 0)";

    #[test]
    fn a_signal_with_the_kernels_line_is_certain_and_names_the_place() {
        let mut snapshot = killed(11);
        kernel(&mut snapshot, 60, LINE);
        let finding = one(&snapshot, "segfault");
        assert_eq!(finding.title, "app crashed: segmentation fault in libfoo.so.1");
        assert_eq!((finding.confidence, finding.severity), (Confidence::Certain, Severity::Error));
        assert!(
            finding.sentence.contains("at offset 0x24c5d, by a null pointer"),
            "{}",
            finding.sentence
        );
        assert_eq!(finding.evidence[0].text, LINE);
        assert_eq!(finding.remedies[0].commands, ["addr2line -f -C -e libfoo.so.1 0x24c5d"]);
    }

    #[test]
    fn a_signal_alone_is_likely() {
        for (number, word) in
            [(7, "bus error"), (4, "illegal instruction"), (8, "arithmetic error")]
        {
            let finding = one(&killed(number), "segfault");
            assert!(finding.title.contains(word), "{}", finding.title);
            assert_eq!((finding.confidence, finding.role), (Confidence::Likely, Role::Cause));
        }
        none(&killed(9), "segfault");
        none(&failed(), "segfault");
    }

    #[test]
    fn a_line_of_another_program_or_of_an_earlier_run_is_not_ours() {
        let mut snapshot = failed();
        kernel(&mut snapshot, 60, &LINE.replace("app[812]", "other[77]"));
        kernel(&mut snapshot, 7200, LINE);
        none(&snapshot, "segfault");
    }

    #[test]
    fn a_worker_that_crashed_is_a_warning_while_the_service_runs() {
        let mut snapshot = running();
        kernel(&mut snapshot, 60, &LINE.replace("[812]", "[900]"));
        let finding = one(&snapshot, "segfault");
        assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
    }

    #[test]
    fn without_an_exit_status_the_line_is_the_cause() {
        let mut snapshot = failed();
        service(&mut snapshot).last_exit = None;
        service(&mut snapshot).runs.clear();
        kernel(&mut snapshot, 60, LINE);
        assert_eq!(one(&snapshot, "segfault").role, Role::Cause);
    }
}
