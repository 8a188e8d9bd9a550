//! `cargo xtask bench insight`: how long it takes to find out why a service fails, and how exposed all
//! of them are, on a machine of 100 services with a million journal entries, against the commands
//! that people type for it.

use testkit::boxes::{Kind, Machine};

use super::{
    Args,
    host::measure_in,
    logs::{BUSY_UNIT, Data},
    machine,
    measure::Contestant,
    peers,
    report::{Figures, Report, Row, Section},
    services::{self, OWN, broken},
    targets::{self, SERVICES, names},
};
use crate::{
    assets,
    error::{Error, Result},
    workspace::Workspace,
};

const TURNS: usize = 11;
const QUICK_TURNS: usize = 3;

/// A unit that can't start: its program is not there. It has the name of the one that fills a fifth of
/// the journal.
const BROKEN: &str = "[Unit]\nDescription=The shop\n[Service]\nUser=www-data\n\
                      ExecStart=/opt/shop/bin/api --port 8080\n[Install]\nWantedBy=multi-user.target\n";

/// What people type to find out why a service fails: how it is, what it said, what the kernel said, its
/// definition checked, who listens, whether the disk is full, whether it left a core dump.
fn native_diagnose() -> String {
    let unit = BUSY_UNIT;
    format!(
        "systemctl status {unit}; systemctl show {unit}; journalctl -u {unit} -n 100 --no-pager; \
         journalctl -k -p warning -n 100 --no-pager; systemd-analyze verify {unit}; \
         systemctl list-dependencies {unit}; ss -ltnup; df; df -i; free; \
         ls -ld /opt /opt/shop /opt/shop/bin /opt/shop/bin/api; id www-data; true"
    )
}

/// What people type to find out how exposed services are.
const NATIVE_AUDIT: &str = "systemd-analyze security --no-pager; ss -ltnup; ss -lxp; \
    ps -eo pid,user,group,label,args; grep -H -e Cap -e NoNewPrivs -e Seccomp /proc/[0-9]*/status; \
    ls -l /proc/[0-9]*/exe /proc/[0-9]*/root; grep -l '(deleted)' /proc/[0-9]*/maps; \
    find /etc /usr/lib/systemd /lib/systemd -xdev -perm /o+w ! -type l; \
    find /usr -xdev -perm /6000 -type f; true";

fn contestants() -> Vec<Contestant> {
    let own = |name: &str, words: &[&str]| Contestant::new(name, &[&[OWN], words].concat());
    let shell = |name: &str, line: &str| Contestant::new(name, &["sh", "-c", line]);
    let running = services::name(10);
    vec![
        shell(names::NATIVE_DIAGNOSE, &native_diagnose()),
        own(names::DIAGNOSE, &["diagnose", "--no-config-test", &running]),
        own(names::DIAGNOSE_BROKEN, &["diagnose", "--no-config-test", BUSY_UNIT]),
        own(names::DIAGNOSE_ALL, &["diagnose", "--no-config-test"]),
        shell(names::NATIVE_AUDIT, NATIVE_AUDIT),
        own(names::AUDIT, &["audit"]),
    ]
}

/// Measures in one box.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Report> {
    let tools = peers::tools(workspace)?;
    let daemonctl = assets::build(workspace, true)?;
    let data = Data::make(workspace, args.quick)?;
    println!("booting systemd with {SERVICES} services and {} journal entries", data.entries);
    let booted = services::boot(Kind::Systemd, 2 * SERVICES, &daemonctl, &tools.measure)?;
    prepare(&booted, &data)?;
    let turns = if args.quick { QUICK_TURNS } else { TURNS };
    println!("measuring in {turns} turns");
    let contestants = contestants();
    let row = |one: &Contestant| Row { name: one.name.clone(), line: one.line(), ..Row::default() };
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
    Ok(Report {
        subject: &targets::INSIGHT,
        machine: machine::Machine::look(),
        figures: Figures { sections: vec![section] },
        notes: vec![
            format!("a box booted by systemd; its journal holds {} entries", data.entries),
            format!("broken: {BUSY_UNIT}, whose program is missing, with a fifth of the entries"),
            "times are of whole runs, output to /dev/null; medians, lowest and highest".to_owned(),
            "CPU is that of the program, of all that it starts, and of process 1 meanwhile"
                .to_owned(),
        ],
    })
}

/// Puts the million entries into the machine's journal, and a service that fails.
fn prepare(machine: &Machine, data: &Data) -> Result<()> {
    let shell = |line: &str| machine.shell(line).map_err(|error| broken(&error));
    // Nothing is to be thrown away for being too much.
    shell(
        "mkdir -p /etc/systemd/journald.conf.d /var/log/journal; \
         printf '[Journal]\\nSystemMaxUse=20G\\nSystemKeepFree=1M\\n' >/etc/systemd/journald.conf.d/bench.conf; \
         systemctl restart systemd-journald; journalctl --flush",
    )?;
    let id = shell("cat /etc/machine-id")?;
    let doing = || "put journal files into the box".to_owned();
    for entry in std::fs::read_dir(&data.few).map_err(Error::io(doing()))? {
        let entry = entry.map_err(Error::io(doing()))?;
        let name = entry.file_name();
        // The box's own journald writes to a file of that name.
        let name = match name.to_string_lossy() {
            name if name == "system.journal" => "system@bench.journal".into(),
            name => name,
        };
        let to = format!("/var/log/journal/{}/{name}", id.trim());
        machine.put(&entry.path(), &to).map_err(|error| broken(&error))?;
    }
    let unit = format!("/etc/systemd/system/{BUSY_UNIT}");
    machine.write(&unit, BROKEN.as_bytes()).map_err(|error| broken(&error))?;
    shell(&format!("systemctl daemon-reload; systemctl start {BUSY_UNIT}; true"))?;
    let count = shell(&format!("journalctl -u {BUSY_UNIT} | wc -l"))?;
    match count.trim().parse::<u64>() {
        Ok(lines) if lines > data.entries / 10 => Ok(()),
        _ => Err(Error::malformed("the box", format!("{BUSY_UNIT} has {} lines", count.trim()))),
    }
}
