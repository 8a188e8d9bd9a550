//! `cargo xtask bench host`: what services there are and how one of them is, on a machine of 300,
//! against the tools that its init comes with.

use testkit::boxes::{Kind, Machine};

use super::{
    Args, machine,
    measure::{Contestant, Run, parse},
    peers,
    report::{Figures, Report, Row, Section},
    services::{self, MEASURE, OWN, broken},
    targets::{self, Subject, names},
};
use crate::{
    assets,
    error::{Error, Result, read_text},
    workspace::Workspace,
};

/// How many services, and in how many turns.
const SERVICES: usize = 300;
const TURNS: usize = 11;
const QUICK_TURNS: usize = 3;

/// An init and what is run on it.
struct Plan {
    kind: Kind,
    subject: &'static Subject,
    contestants: fn() -> Vec<Contestant>,
}

const PLANS: &[Plan] = &[
    Plan { kind: Kind::Systemd, subject: &targets::HOST_SYSTEMD, contestants: of_systemd },
    Plan { kind: Kind::OpenRc, subject: &targets::HOST_OPENRC, contestants: of_openrc },
    Plan { kind: Kind::Sysv, subject: &targets::HOST_SYSV, contestants: of_sysv },
];

/// Some of the services: one that runs, one that is stopped.
fn two() -> [String; 2] {
    [services::name(10), services::name(11)]
}

fn own(name: &str, words: &[&str]) -> Contestant {
    let words: Vec<&str> = [OWN].iter().chain(words).copied().collect();
    Contestant::new(name, &words)
}

/// systemctl lists what is loaded and active; so does daemonctl.
fn of_systemd() -> Vec<Contestant> {
    let [running, stopped] = two();
    let list = ["systemctl", "list-units", "--type=service", "--no-pager"];
    let status = ["systemctl", "status", "--no-pager", "--lines=0"];
    let with = |names: &[&'static str]| [&status[..], names].concat();
    vec![
        Contestant::new(names::NATIVE_LIST, &list),
        own(names::LIST, &["list"]),
        Contestant::new(names::NATIVE_STATUS, &[&status[..], &[&running, &stopped]].concat()),
        own(names::STATUS, &["status", &running, &stopped]),
        Contestant::new(names::NATIVE_STATUS_ALL, &with(&["--all", "bench-*"])),
        own(names::STATUS_ALL, &["status", "bench-*"]),
    ]
}

fn of_openrc() -> Vec<Contestant> {
    of_scripts(&["rc-status", "--servicelist"], "rc-service", "/etc/init.d")
}

fn of_sysv() -> Vec<Contestant> {
    of_scripts(&["service", "--status-all"], "service", "/etc/init.d")
}

/// Inits whose own tool asks one script at a time.
fn of_scripts(list: &[&str], tool: &str, folder: &str) -> Vec<Contestant> {
    let [running, stopped] = two();
    let both = format!("{tool} {running} status; {tool} {stopped} status");
    let each = format!("cd {folder}; for name in bench-*; do {tool} $name status; done");
    vec![
        Contestant::new(names::NATIVE_LIST, list),
        own(names::LIST, &["list", "--all"]),
        Contestant::new(names::NATIVE_STATUS, &["sh", "-c", &both]),
        own(names::STATUS, &["status", &running, &stopped]),
        Contestant::new(names::NATIVE_STATUS_ALL, &["sh", "-c", &each]),
        own(names::STATUS_ALL, &["status", "bench-*"]),
    ]
}

/// Measures on every init.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Vec<Report>> {
    let tools = peers::tools(workspace)?;
    let daemonctl = assets::build(workspace, true)?;
    let turns = if args.quick { QUICK_TURNS } else { TURNS };
    let mut reports = Vec::new();
    for plan in PLANS {
        println!("booting {} with {SERVICES} services", plan.kind.name());
        let booted = services::boot(plan.kind, SERVICES, &daemonctl, &tools.measure)?;
        println!("measuring in {turns} turns");
        let contestants = (plan.contestants)();
        let mut rows: Vec<Row> = contestants.iter().map(row).collect();
        for turn in 0..=turns {
            for (contestant, row) in contestants.iter().zip(&mut rows) {
                let run = measure_in(&booted, contestant)?;
                if turn > 0 {
                    row.runs.push(run);
                }
            }
        }
        let section = Section { wanted: SERVICES, count: SERVICES, rows };
        reports.push(Report {
            subject: plan.subject,
            machine: machine::Machine::look(),
            figures: Figures { sections: vec![section] },
            notes: notes(plan.kind),
        });
    }
    Ok(reports)
}

fn notes(kind: Kind) -> Vec<String> {
    let mut notes = vec![
        format!("a box booted by {}; half of the services run", kind.name()),
        "times are of whole runs, output to /dev/null; medians, lowest and highest of all turns"
            .to_owned(),
        "CPU is that of the program, of all that it starts, and of process 1 meanwhile".to_owned(),
        "status: of one service that runs and of one that is stopped; status of all: of the 300"
            .to_owned(),
    ];
    if kind != Kind::Systemd {
        notes.push(
            "the native tools run scripts; daemonctl list reads files and processes".to_owned(),
        );
    }
    notes
}

fn row(contestant: &Contestant) -> Row {
    Row { name: contestant.name.clone(), line: contestant.line(), ..Row::default() }
}

/// One run, with what process 1 did for it.
pub fn measure_in(machine: &Machine, contestant: &Contestant) -> Result<Run> {
    let words: Vec<&str> =
        [MEASURE].into_iter().chain(contestant.argv.iter().map(String::as_str)).collect();
    let before = init_cpu_usec(machine)?;
    let output = machine.exec(&words).map_err(|error| broken(&error))?;
    let init = init_cpu_usec(machine)?.saturating_sub(before);
    let run =
        parse(&output.text()).ok_or_else(|| Error::malformed("measure", output.describe()))?;
    // A status says by its exit code that a service is stopped: 3, or 4 where there is none.
    match run.status {
        0 | 1 | 3 => Ok(Run { cpu_usec: run.cpu_usec + init, ..run }),
        status => {
            let line = contestant.line();
            Err(Error::Command { line, outcome: format!("ended with status {status}") })
        }
    }
}

/// Nanoseconds on a processor, the first number in /proc/PID/schedstat, as microseconds.
fn init_cpu_usec(machine: &Machine) -> Result<u64> {
    let path = format!("/proc/{}/schedstat", machine.pid1());
    let text = read_text(path.as_ref())?;
    let nsec: Option<u64> = text.split(' ').next().and_then(|word| word.parse().ok());
    nsec.map(|nsec| nsec / 1_000).ok_or_else(|| Error::malformed(path, "holds no numbers"))
}
