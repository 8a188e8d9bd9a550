//! A booted systemd with units that set nearly every directive, what it says of them, and what is
//! made of the files that it read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::cmd_support::Folder;
use files::{Disk, Whose};
use testkit::boxes::{Kind, Machine as Booted, Plan};
use testkit::systemd_state::{Properties, State};
use unit::graph::{Graph, Options, gather};
use unit::install::Install;
use unit::load::{Catalogue, Loader, ManagerDefaults, SearchPath};
use unit::show::{Context, Machine, Property, properties};
use unit::table::{Group, Id, Kind as ValueKind};
use unit::values::Limit;
use unit::{LoadState, Name, UnitType};

const SAMPLES: &str = include_str!("show.units");

/// systemd knows what something leads to. With this it knows every unit that has a file.
const LOAD_ALL: &str = r#"
names=$(systemctl list-unit-files --no-legend --no-pager | cut -d' ' -f1 | grep -v '@\.' | tr '\n' ' ')
mkdir -p /run/systemd/system
printf '[Unit]\nAfter=%s\n' "$names" > /run/systemd/system/everything.target
systemctl daemon-reload
systemctl start everything.target s-exit.service
systemd-run --scope --unit=s-scope sleep infinity > /dev/null 2>&1 &
until systemctl is-active --quiet s-scope.scope; do sleep 0.05; done
"#;

/// Settings of the manager, to see that units without settings of their own follow them.
pub const MANAGER: &str = "[Manager]\nDefaultTimeoutStartSec=33\nDefaultTimeoutStopSec=infinity\n\
    DefaultTimeoutAbortSec=1h\nDefaultRestartSec=7\nDefaultStartLimitIntervalSec=1min\n\
    DefaultStartLimitBurst=2\nDefaultTimerAccuracySec=5s\nDefaultStandardOutput=null\n\
    DefaultStandardError=kmsg\nDefaultCPUAccounting=no\nDefaultIOAccounting=yes\n\
    DefaultMemoryAccounting=no\nDefaultTasksAccounting=no\nDefaultIPAccounting=yes\n\
    DefaultTasksMax=50%\nDefaultOOMPolicy=continue\nDefaultOOMScoreAdjust=100\n\
    DefaultLimitNOFILE=2000:3000\nDefaultLimitCPU=1h\nDefaultLimitCORE=infinity\n";

/// The samples: path below /etc/systemd/system, and text.
pub fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    SAMPLES.split("==> ").skip(1).map(|sample| {
        let (name, text) = sample.split_once('\n').unwrap();
        (name, text.trim_end_matches('\n'))
    })
}

/// A booted systemd, what it says, and the files that it read.
pub struct Shown {
    pub state: State,
    pub folder: Folder,
    pub units: BTreeMap<String, Properties>,
    pub machine: Machine,
}

pub fn boot(manager: &str) -> Shown {
    boot_with(manager, &[])
}

/// With more units, by name and text.
pub fn boot_with(manager: &str, more: &[(String, String)]) -> Shown {
    let mut plan = Plan::new(Kind::Systemd);
    for (name, text) in more {
        plan = plan.file(format!("/etc/systemd/system/{name}"), 0o644, text.as_str());
    }
    if !manager.is_empty() {
        plan = plan.file("/etc/systemd/system.conf.d/x.conf", 0o644, manager);
    }
    plan = plan.file("/etc/systemd/system/s-conditions.service", 0o644, conditions());
    for (name, text) in samples() {
        let text = if text.is_empty() { String::new() } else { format!("{text}\n") };
        plan = plan.file(format!("/etc/systemd/system/{name}"), 0o644, text);
    }
    let state = State::of(plan.boot().unwrap());
    state.machine().shell(LOAD_ALL).unwrap();
    let folder = Folder::new();
    let names = state.units().unwrap();
    let units = state.show(&names).unwrap();
    state.snapshot(folder.path()).unwrap();
    let machine = machine(state.machine(), &state.manager().unwrap());
    let units = units.into_iter().map(|unit| (unit.id().to_owned(), unit)).collect();
    Shown { state, folder, units, machine }
}

/// What is so in the box.
fn machine(booted: &Booted, manager: &Properties) -> Machine {
    let read = |path: &str| booted.exec(&["cat", path]).unwrap().text().trim().to_owned();
    let number = |path: &str| read(path).parse::<u64>().unwrap();
    let memory = read("/proc/meminfo");
    let kilobytes = memory.lines().next().unwrap().split_whitespace().nth(1).unwrap();
    let limit = |text: Option<&str>| match text.unwrap() {
        "infinity" => u64::MAX,
        number => number.parse().unwrap(),
    };
    let limits = Group::Exec.rows().iter().filter(|row| row.bus.starts_with("Limit")).map(|row| {
        let name = format!("Default{}", row.name);
        let hard = limit(manager.get(&name));
        let soft = limit(manager.get(&format!("{name}Soft")));
        (row.name.into(), Limit { soft, hard })
    });
    Machine {
        last_capability: Some(read("/proc/sys/kernel/cap_last_cap").parse().unwrap()),
        page_bytes: Some(4096),
        memory_bytes: Some(kilobytes.parse::<u64>().unwrap() * 1024),
        tasks: Some(number("/proc/sys/kernel/threads-max").min(number("/proc/sys/kernel/pid_max"))),
        limits: limits.collect(),
        timer_slack_nsec: Some(number("/proc/1/timerslack_ns")),
        oom_score_adjust: Some(read("/proc/1/oom_score_adj").parse().unwrap()),
        coredump_filter: u64::from_str_radix(&read("/proc/1/coredump_filter"), 16).ok(),
        has_ipv6: Some(
            booted.exec(&["test", "-e", "/proc/net/if_inet6"]).unwrap().status.success(),
        ),
        // A container has no udev, no autofs and not the machine's swap space.
        unsupported: vec![UnitType::Swap, UnitType::Device, UnitType::Automount],
    }
}

/// Whether files decide a unit's properties; else why not.
pub fn why_not(name: &str, unit: &Properties) -> Option<&'static str> {
    let has_file = unit.get("FragmentPath").is_some_and(|path| !path.is_empty());
    match name.rsplit_once('.').unwrap().1 {
        "device" => Some("devices come from udev"),
        "scope" if !has_file => Some("scopes are made by programs"),
        "mount" | "swap" if !has_file => Some("known from /proc only"),
        "mount" if unit.get("ActiveState") == Some("active") => {
            Some("mounted: /proc says what is there, not the file")
        }
        "slice" if !has_file => Some("systemd makes it without a file"),
        _ if unit.get("Transient") == Some("yes") && name != "s-scope.scope" => {
            Some("made by a program")
        }
        _ => None,
    }
}

/// A service with every condition and assertion of version 252.
fn conditions() -> String {
    let mut text = String::from("[Unit]\n");
    for row in Group::Unit.rows().iter().filter(|row| row.since <= 252) {
        let value = match row.kind {
            _ if row.bus != "Conditions" && row.bus != "Asserts" => continue,
            ValueKind::PathCondition => "|!/srv/%n",
            _ => "!value of %p",
        };
        writeln!(text, "{}={value}", row.name).unwrap();
    }
    text + "[Service]\nExecStart=/bin/true\n"
}

/// What is made of a unit's files.
pub struct Unit {
    pub properties: Vec<Property>,
    pub is_loaded: bool,
    pub set: BTreeSet<Id>,
}

/// What is made of the files that it read.
pub fn made(shown: &Shown) -> BTreeMap<String, Unit> {
    let disk = Disk::below(shown.folder.path().to_str().unwrap()).unwrap();
    let search = SearchPath::system(true);
    let (catalogue, problems) = Catalogue::read(&disk, search.clone());
    assert_eq!(problems, []);
    let mut facts = files::facts(&disk, Whose::System);
    facts.host_name = Some(shown.state.machine().shell("hostname").unwrap().into());
    let manager = ManagerDefaults::read(&disk, false);
    // A box is a container: there are no device units.
    let options = Options { version: 252, devices: false, ..Options::of(&facts).under(&manager) };
    let loader = Loader::new(&disk, &catalogue, &facts);
    let names = shown.units.keys().map(|name| name.parse::<Name>().unwrap());
    let units = gather(names, &options, |name| loader.load(name));
    let graph = Graph::build(&units, &options);
    let install = Install::new(&disk, &search, &facts);
    let presets = install.presets();
    let context = Context {
        options: &options,
        facts: &facts,
        manager: &manager,
        machine: &shown.machine,
        install: Some(&install),
        presets: Some(&presets),
    };
    let made = units.iter().map(|unit| {
        let properties = properties(unit, &graph, &context);
        let is_loaded = unit.state == LoadState::Loaded;
        let set = unit.settings.settings().iter().map(|setting| setting.id).collect();
        (unit.name.to_string(), Unit { properties, is_loaded, set })
    });
    made.collect()
}
