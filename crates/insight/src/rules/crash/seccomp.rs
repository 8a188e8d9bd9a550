//! A filter of system calls ended it.

use super::end::{broken_by_signal, evidence, limit_setting, restart};
use super::kernel::{Pattern, is_ours, lines, part};
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Line;
use crate::system_calls;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "system-call-refused",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Crash,
    looks_for: "A system call that a seccomp filter forbids: SIGSYS, and which call by the kernel's audit line.",
    needs: &[Need::State],
    about: "`SystemCallFilter=` of the unit, or a filter that the program sets itself, ends the process at a call \
                that is not permitted. After an upgrade of the program or of the C library a call may be new. The \
                kernel's line `type=1326` has its number.",
    read_more: &["systemd.exec(5)", "seccomp(2)", "systemd-analyze(1)"],
    check: system_call,
}];

const SECCOMP: &str = r#"type=1326 .*?pid=(?P<pid>\d+) .*?comm=(?:"(?P<name>[^"]*)"|\S*)(?: exe="(?P<exe>[^"]*)")?.*?sig=(?P<signal>\d+) arch=(?P<arch>[0-9a-f]+) syscall=(?P<call>\d+)"#;

/// The last call of the service that a filter refused: the line and the call's name.
fn refused<'s>(case: &Case<'s>) -> Option<(&'s Line, String)> {
    let pattern = Pattern::new(SECCOMP);
    let others = case.lines().rev();
    let all: Vec<&Line> = lines(case).into_iter().rev().chain(others).collect();
    all.into_iter().find_map(|line| {
        let found = pattern.read(&line.message)?;
        // Signal 0: the call was only logged (`SystemCallLog=`), or refused with an error.
        if part(&found, "signal") == Some("0") {
            return None;
        }
        let pid = part(&found, "pid").and_then(|pid| pid.parse().ok());
        let exe = part(&found, "exe").map(super::words::base_name);
        let name = part(&found, "name").or(exe).unwrap_or_default();
        if !is_ours(case, line, pid, name) && !exe.is_some_and(|exe| is_ours(case, line, None, exe))
        {
            return None;
        }
        let number: u32 = part(&found, "call")?.parse().ok()?;
        let arch = u32::from_str_radix(part(&found, "arch")?, 16).ok();
        let arch = arch.and_then(system_calls::audit_architecture).unwrap_or_default();
        let name = system_calls::name(arch, number);
        Some((line, name.map_or_else(|| format!("number {number}"), str::to_owned)))
    })
}

fn system_call(case: &Case<'_>, found: &mut Vec<Finding>) {
    let by_signal = broken_by_signal(case).filter(|killed| killed.number == 31);
    if by_signal.is_none() && !case.is_broken() {
        return;
    }
    let refused = refused(case);
    if by_signal.is_none() && refused.is_none() {
        return;
    }
    let filter = case.definition().and_then(|definition| definition.setting("SystemCallFilter"));
    let by = if filter.is_some() { "the unit's SystemCallFilter=" } else { "a seccomp filter" };
    let call = refused.as_ref().map(|(_, call)| call.as_str());
    let title = match call {
        Some(call) => format!("the system call {call} is forbidden to it"),
        None => "it made a system call that is forbidden to it".to_owned(),
    };
    let sentence = match call {
        Some(call) => {
            format!("{} was ended by SIGSYS: {by} does not permit {call}.", case.service.name)
        }
        None => format!(
            "{} was ended by SIGSYS: {by} does not permit a call that it makes; which one the kernel's audit line would \
             tell (`type=1326`), and there is none that may be seen.",
            case.service.name
        ),
    };
    let mut finding = case
        .finding("system-call-refused", "")
        .says(title, sentence)
        .sure(Confidence::Certain)
        .proof_if(refused.as_ref().map(|(line, _)| Evidence::log(line)))
        .proof_if(by_signal.map(|killed| evidence(case, killed)))
        .proof_if(limit_setting(case, "SystemCallFilter"));
    let name = call.filter(|call| !call.starts_with("number"));
    finding = match (name, filter) {
        (Some(call), Some(_)) => {
            // An empty right side would forget the list; a list that forbids takes the call out by `~`-less use too.
            let allow = format!("SystemCallFilter={call}");
            finding.fix_setting("permit the call", "Service", allow)
        }
        (None, Some(_)) => finding.fix_setting(
            "have such calls logged and refused with an error",
            "Service",
            "SystemCallErrorNumber=EPERM",
        ),
        _ => finding,
    };
    if call.is_none() {
        let unit = shell(&case.service.name);
        finding =
            finding.fix("see what it asks for", [format!("daemonctl audit --observe 30s {unit}")]);
    }
    found.push(finding.fix("start it again", [restart(case)]));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{failed, kernel, killed, none, one, running, set};
    use super::*;

    const AUDIT: &str = "audit: type=1326 audit(1700000000.123:45): auid=4294967295 uid=33 gid=33 ses=4294967295 subj=unconfined \
    pid=812 comm=\"app\" exe=\"/usr/sbin/app\" sig=31 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x80000000";

    #[test]
    fn a_forbidden_call_is_named() {
        let mut snapshot = killed(31);
        kernel(&mut snapshot, 60, AUDIT);
        set(&mut snapshot, "SystemCallFilter", "~@network-io");
        let finding = one(&snapshot, "system-call-refused");
        assert_eq!(finding.title, "the system call socket is forbidden to it");
        assert!(finding.sentence.contains("the unit's SystemCallFilter= does not permit socket"));
        assert_eq!(finding.evidence[0].text, AUDIT);
        assert_eq!(
            finding.remedies[0].settings,
            [("Service".into(), "SystemCallFilter=socket".into())]
        );
    }

    #[test]
    fn a_forbidden_call_without_a_line_is_found_and_one_that_was_only_logged_is_not() {
        let finding = one(&killed(31), "system-call-refused");
        assert_eq!(finding.confidence, Confidence::Certain);
        let mut snapshot = failed();
        kernel(&mut snapshot, 60, &AUDIT.replace("sig=31", "sig=0"));
        none(&snapshot, "system-call-refused");
        let mut snapshot = running();
        kernel(&mut snapshot, 60, AUDIT);
        none(&snapshot, "system-call-refused");
    }
}
