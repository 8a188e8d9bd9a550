//! `pidof`, as sysvinit's pidof(8) has it: the pids of running programs.
//!
//! Besides, `NAME.service` means the processes of that service, whatever its programs are called.

mod matching;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::ExitCode;

use process::needs::Needs;
use process::process::Process;
use process::procfs::ProcFs;
use process::sample;

use super::getopt::{self, Line, Opt, Order, flag, valued};
use super::{service_pids, terminal};
use matching::Wanted;

const OPTIONS: &[Opt] = &[
    flag('q', "", ""),
    flag('h', "", ""),
    flag('c', "", ""),
    valued('o', "", ""),
    valued('d', "", ""),
    flag('s', "", ""),
    flag('x', "", ""),
    flag('z', "", ""),
    flag('n', "", ""),
];

const HELP: &str = "\
pidof usage: [options] <program-name>

 -c           Return PIDs with the same root directory
 -d <sep>     Use the provided character as output separator
 -h           Display this help text
 -n           Avoid using stat system function on network shares
 -o <pid>     Omit results with a given PID
 -q           Quiet mode. Do not display output
 -s           Only return one PID
 -x           Return PIDs of shells running scripts with a matching name
 -z           List zombie and I/O waiting processes. May cause pidof to hang.

 <name>.service means the processes of that service.
";

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let line = match getopt::parse(OPTIONS, args, Order::Anywhere) {
        Ok(line) => line,
        Err(_) => {
            terminal::err("pidof: invalid options on command line!");
            return ExitCode::FAILURE;
        }
    };
    if line.has('h') {
        terminal::out_text(HELP);
        return ExitCode::SUCCESS;
    }
    match find(&line) {
        Ok(found) => report(&line, &found),
        Err(problem) => {
            terminal::err(&format!("pidof: {problem}"));
            ExitCode::FAILURE
        }
    }
}

fn report(line: &Line, found: &[u32]) -> ExitCode {
    if found.is_empty() {
        return ExitCode::FAILURE;
    }
    if !line.has('q') {
        let separator = line.value('d').and_then(|text| text.as_bytes().first().copied());
        let mut separated = String::new();
        for pid in found {
            if !separated.is_empty() {
                separated.push(char::from(separator.unwrap_or(b' ')));
            }
            separated.push_str(&pid.to_string());
        }
        terminal::out(&separated);
    }
    ExitCode::SUCCESS
}

/// The pids, for each name from the highest down.
fn find(line: &Line) -> Result<Vec<u32>, String> {
    let proc = ProcFs::open(Path::new("/proc")).map_err(|error| error.to_string())?;
    let mut needs = Needs::CMDLINE | Needs::EXE;
    let is_root = rustix::process::geteuid().is_root();
    let same_root = line.has('c') && is_root;
    if same_root {
        needs = needs | Needs::ROOT;
    }
    let sample = sample::take(&proc, needs).map_err(|error| error.to_string())?;
    let own = sample.by_pid(std::process::id());
    let root = own.and_then(root_of);
    let parent = own.map(|own| own.stat.ppid);
    let omitted = omitted(line, parent);
    let mut found = Vec::new();
    for word in &line.words {
        let word = word.as_bytes();
        if let Some(pids) = service_pids::of(word) {
            let kept = pids.into_iter().rev().filter(|pid| !omitted.contains(pid));
            found.extend(kept.take(if line.has('s') { 1 } else { usize::MAX }));
            continue;
        }
        let Some(wanted) = Wanted::new(word, line.has('x'), is_root) else { continue };
        let is_candidate = |process: &&Process| {
            (line.has('z') || !process.stat.is_zombie()) && (!same_root || root_of(process) == root)
        };
        let candidates: Vec<&Process> =
            sample.processes.iter().rev().filter(is_candidate).collect();
        let meant = wanted.among(&candidates).into_iter().filter(|pid| !omitted.contains(pid));
        found.extend(meant.take(if line.has('s') { 1 } else { usize::MAX }));
    }
    Ok(found)
}

fn root_of(process: &Process) -> Option<&[u8]> {
    process.extra.as_ref()?.root.known().map(|root| &**root)
}

fn omitted(line: &Line, parent: Option<u32>) -> Vec<u32> {
    let texts = line.values('o').map(|text| text.to_string_lossy().into_owned());
    texts
        .flat_map(|text| {
            let pids = text.split([',', ';', ':']).map(|pid| match pid {
                "%PPID" => parent,
                number => number.parse().ok(),
            });
            pids.collect::<Vec<_>>()
        })
        .flatten()
        .collect()
}
