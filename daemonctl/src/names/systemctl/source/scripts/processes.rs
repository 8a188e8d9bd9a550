//! The processes of a service that has no control group: its main one and all below that.

use std::collections::HashMap;
use std::fs;

use host::Service;
use rustix::process::{Pid, Signal};

use super::{CallError, Process, unit_of};

/// Which process started which: pid → parent.
fn parents() -> HashMap<u32, u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, parent_of(pid)?))
        })
        .collect()
}

/// The fourth field of proc_pid_stat(5), counted from behind the name, which may hold anything.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// A process and all those above it.
pub fn ancestors(pid: u32) -> Vec<u32> {
    let mut above = vec![pid];
    let mut pid = pid;
    while let Some(parent) = parent_of(pid).filter(|parent| *parent > 1) {
        if above.contains(&parent) {
            break;
        }
        above.push(parent);
        pid = parent;
    }
    above
}

/// The main process of a service and those below it, by pid.
fn pids(service: &Service) -> Vec<u32> {
    let Some(main) = service.main_pid else { return Vec::new() };
    let parents = parents();
    let mut pids = vec![main];
    // Each round finds one more generation.
    loop {
        let more: Vec<u32> = parents
            .iter()
            .filter(|(pid, parent)| pids.contains(parent) && !pids.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            break;
        }
        pids.extend(more);
    }
    pids.sort_unstable();
    pids
}

/// The processes of a service, in its control group where it has one.
pub fn of(service: &Service) -> Vec<Process> {
    let group = service.control_group.clone().unwrap_or_default();
    let process = |pid| Process { group: group.clone(), pid, command: command_line(pid) };
    pids(service).into_iter().map(process).collect()
}

fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let words: Vec<String> =
        words.map(|word| unit::show::quote(&String::from_utf8_lossy(word))).collect();
    words.join(" ")
}

/// Sends a signal to the main process, or to all.
pub fn kill(service: &Service, whom: &str, signal: i32) -> Result<(), CallError> {
    let failed = |message: &str| {
        let name = "org.freedesktop.DBus.Error.Failed".to_owned();
        Err(CallError { name, message: message.to_owned() })
    };
    let (whom, must) = match whom.strip_suffix("-fail") {
        Some(whom) => (whom, true),
        None => (whom, false),
    };
    let pids = match whom {
        "all" => pids(service),
        "main" => service.main_pid.into_iter().collect(),
        "control" => return failed("This manager has no control processes"),
        other => return failed(&format!("Invalid who argument {other}")),
    };
    if pids.is_empty() && (whom == "main" || must) {
        return failed(&format!("Unit {} has no main process to kill", unit_of(&service.name)));
    }
    let mut outcome = Ok(());
    for pid in pids {
        // One that has just ended is no failure.
        match send(pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(errno) => {
                let text = std::io::Error::from(errno);
                outcome = failed(&crate::names::systemctl::failure::errno_text(&text));
            }
        }
    }
    outcome
}

fn send(pid: u32, signal: i32) -> Result<(), rustix::io::Errno> {
    let invalid = rustix::io::Errno::INVAL;
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(invalid)?;
    if signal == 0 {
        return rustix::process::test_kill_process(pid);
    }
    let signal = Signal::from_named_raw(signal).ok_or(invalid)?;
    rustix::process::kill_process(pid, signal)
}
