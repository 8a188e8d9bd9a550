//! The figure of hundreds of made-up units, against `systemd-analyze security --offline=yes`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::process::Command;

use insight::exposure::{Facts, figure, text};
use unit::graph::{Graph, Options};
use unit::load::{Catalogue, Loader, ManagerDefaults, SearchPath};
use unit::memory::MemoryFiles;
use unit::show::{Context, Machine, properties};
use unit::{Name, Unit};

const UNITS: usize = 300;

/// What settings are drawn from; `|` stands between values.
const SETTINGS: &[(&str, &str)] = &[
    ("User", "nobody|root|0|daemon|www-data|"),
    ("DynamicUser", "yes|no"),
    ("SupplementaryGroups", "adm|adm tty|"),
    ("PrivateDevices", "yes|no"),
    ("PrivateMounts", "yes|no"),
    ("PrivateNetwork", "yes|no"),
    ("PrivateTmp", "yes|no|true"),
    ("PrivateUsers", "yes|no"),
    ("ProtectControlGroups", "yes|no"),
    ("ProtectKernelModules", "yes|no"),
    ("ProtectKernelTunables", "yes|no"),
    ("ProtectKernelLogs", "yes|no"),
    ("ProtectClock", "yes|no"),
    ("ProtectHome", "yes|no|read-only|tmpfs"),
    ("ProtectHostname", "yes|no"),
    ("ProtectSystem", "yes|no|full|strict"),
    ("RootDirectory", "/|/srv/x"),
    ("LockPersonality", "yes|no"),
    ("MemoryDenyWriteExecute", "yes|no"),
    ("NoNewPrivileges", "yes|no"),
    (
        "CapabilityBoundingSet",
        "|CAP_NET_BIND_SERVICE|~CAP_SYS_ADMIN|CAP_SETUID CAP_SETGID|~CAP_SYS_PTRACE CAP_KILL|CAP_CHOWN CAP_LEASE CAP_BPF",
    ),
    ("AmbientCapabilities", "|CAP_NET_BIND_SERVICE|~CAP_KILL"),
    ("UMask", "0022|0077|0027|0002|0000|0037|0007"),
    ("KeyringMode", "private|inherit|shared"),
    ("ProtectProc", "default|noaccess|invisible|ptraceable"),
    ("ProcSubset", "all|pid"),
    ("NotifyAccess", "none|main|exec|all"),
    ("Type", "simple|notify|forking|exec"),
    ("RemoveIPC", "yes|no"),
    ("Delegate", "yes|no|cpu"),
    ("RestrictRealtime", "yes|no"),
    ("RestrictSUIDSGID", "yes|no"),
    ("RestrictNamespaces", "yes|no|user|~user|mnt ipc|~net uts|cgroup pid|"),
    (
        "RestrictAddressFamilies",
        "none|AF_UNIX|AF_INET AF_INET6|~AF_PACKET|~AF_NETLINK AF_PACKET|AF_UNIX AF_INET|AF_VSOCK|~AF_INET|",
    ),
    ("SystemCallArchitectures", "native|x86-64|x86|native x86|"),
    (
        "SystemCallFilter",
        "@system-service|~@privileged|~@resources|~@clock @debug|@basic-io @file-system|~@mount|~@swap @reboot @raw-io \
         @obsolete|@default|~@cpu-emulation|~@module|~@privileged:EPERM|open close|~chown|",
    ),
    ("SystemCallErrorNumber", "EPERM|"),
    ("IPAddressDeny", "any|10.0.0.0/8|0.0.0.0/0|"),
    ("IPAddressAllow", "localhost|10.0.0.0/8|any|"),
    ("DevicePolicy", "auto|closed|strict"),
    ("DeviceAllow", "/dev/null rw|char-tty|"),
];

/// Knuth's generator: the same units on every machine.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn unit_text(draw: &mut Draw) -> String {
    let mut unit = "[Unit]\nDescription=x\n".to_owned();
    if draw.below(8) == 0 {
        unit.push_str("DefaultDependencies=no\n");
    }
    unit.push_str("[Service]\nExecStart=/bin/true\n");
    let one_in = draw.below(6) + 1;
    for (key, values) in SETTINGS {
        // Lists are sometimes written twice: they add up.
        for _ in 0..=draw.below(2) {
            let values: Vec<&str> = values.split('|').collect();
            if draw.below(one_in) == 0 {
                unit.push_str(&format!("{key}={}\n", values[draw.below(values.len())]));
            }
        }
    }
    unit
}

fn ours(name: &str, text_of: &str, version: u16) -> String {
    let files = MemoryFiles::new().with(&format!("/etc/systemd/system/{name}"), text_of);
    let (catalogue, _) = Catalogue::read(&files, SearchPath::system(false));
    let facts = unit::Facts::default();
    let units: Vec<Unit> =
        vec![Loader::new(&files, &catalogue, &facts).load(&name.parse::<Name>().unwrap())];
    let options = Options { version, ..Options::of(&facts) };
    let graph = Graph::build(&units, &options);
    let context = Context {
        options: &options,
        facts: &facts,
        manager: &ManagerDefaults::default(),
        machine: &Machine { last_capability: Some(40), ..Machine::default() },
        install: None,
        presets: None,
    };
    let shown = properties(&units[0], &graph, &context);
    text(figure(&Facts::of_properties(&shown, false), version))
}

fn version() -> Option<u16> {
    let output = Command::new("systemd-analyze").arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn three_hundred_units_get_systemds_figure() {
    let Some(version) = version() else {
        eprintln!("systemd-analyze is not installed here: nothing compared");
        return;
    };
    let folder = std::env::temp_dir().join(format!("exposure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut draw = Draw(20_261_123);
    let units: Vec<(String, String)> =
        (0..UNITS).map(|n| (format!("made{n:03}.service"), unit_text(&mut draw))).collect();
    let files: Vec<_> = units.iter().map(|(name, _)| folder.join(name)).collect();
    for (file, (_, unit)) in files.iter().zip(&units) {
        std::fs::write(file, unit).unwrap();
    }
    let theirs = theirs(&files);
    std::fs::remove_dir_all(&folder).unwrap();
    let differ: Vec<String> = units
        .iter()
        .filter_map(|(name, unit)| {
            let their = theirs.iter().find(|(n, _)| n == name).map(|(_, figure)| figure.as_str());
            let our = ours(name, unit, version);
            // What systemd refuses to load has no figure.
            (their? != our).then(|| format!("{name}: {} there, {our} here\n{unit}", their.unwrap()))
        })
        .collect();
    assert!(theirs.len() > UNITS * 9 / 10, "only {} were analysed", theirs.len());
    assert!(differ.is_empty(), "{} of {}\n{}", differ.len(), theirs.len(), differ.join("\n"));
}

fn theirs(files: &[impl AsRef<Path>]) -> Vec<(String, String)> {
    let mut command = Command::new("systemd-analyze");
    command.args(["security", "--no-pager", "--offline=yes"]).env("SYSTEMD_COLORS", "0");
    command.env("LC_ALL", "C.UTF-8").args(files.iter().map(AsRef::as_ref));
    let output = command.output().unwrap();
    let words = "Overall exposure level for ";
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    let figures = all.lines().filter_map(|line| {
        let (name, rest) = line.split_once(words)?.1.split_once(": ")?;
        Some((name.to_owned(), rest.split_whitespace().next()?.to_owned()))
    });
    figures.collect()
}
