//! `daemonctl run` on a real systemd: programs started, waited for and judged; and settings that come
//! to the very properties that systemd-run(1) makes of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod box_host_systemd_support;

use std::collections::BTreeMap;

use box_host_systemd_support::{boot, shell, status};
use testkit::boxes::{Kind, Machine, Plan};

/// Settings that are given to both. Of the many words of one setting one is enough.
const SETTINGS: &str = "\
MemoryMax=1G|MemoryMax=50%|MemoryHigh=infinity|CPUQuota=50%|CPUWeight=20|CPUWeight=idle|TasksMax=30
TasksMax=10%|LimitNOFILE=100:200|LimitNOFILE=infinity|LimitCPU=1h|Nice=5|OOMScoreAdjust=300|UMask=0077
KillSignal=SIGINT|KillMode=process|Restart=on-failure|RestartSec=5min|TimeoutStopSec=30|TimeoutSec=10
SuccessExitStatus=3 SIGKILL 200|ProtectSystem=strict|ProtectHome=read-only|PrivateTmp=yes
NoNewPrivileges=yes|ReadOnlyPaths=/etc -/foo|BindReadOnlyPaths=/usr:/mnt|TemporaryFileSystem=/mnt:ro
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_CHOWN|CapabilityBoundingSet=~CAP_SYS_ADMIN
AmbientCapabilities=CAP_NET_BIND_SERVICE|SystemCallFilter=@system-service|SystemCallFilter=~@mount
SystemCallErrorNumber=EPERM|RestrictAddressFamilies=AF_INET AF_UNIX|RestrictNamespaces=yes
RestrictNamespaces=user pid|Environment=A=b \"C=d e\"|EnvironmentFile=-/etc/nope|PassEnvironment=PATH
StandardOutput=null|StandardOutput=file:/tmp/x|StandardError=append:/tmp/y|SyslogIdentifier=foo
SyslogLevel=debug|SyslogFacility=local3|LogLevelMax=warning|LogExtraFields=A=b|LogRateLimitIntervalSec=5
IOSchedulingClass=idle|IOSchedulingPriority=3|CPUSchedulingPolicy=batch|CPUAffinity=0|AllowedCPUs=0-1
IOWeight=50|IOReadBandwidthMax=/ 5M|DeviceAllow=/dev/null rw|DevicePolicy=closed|StateDirectory=foo bar
RuntimeDirectory=foo|RuntimeDirectoryMode=0700|WorkingDirectory=-/nope|SupplementaryGroups=adm
After=network.target|Wants=nginx.service|ConditionPathExists=!/nope|AssertPathExists=/etc
Slice=user.slice|Delegate=yes|Delegate=cpu memory|ExecStop=-/bin/true a %n|ExecStartPre=+/bin/true
Documentation=man:foo(8)|WatchdogSec=1min|NotifyAccess=all|TimerSlackNSec=5us|IPAddressDeny=any
IPAddressAllow=10.0.0.0/8|SecureBits=keep-caps|Personality=x86|ProtectProc=invisible
KeyringMode=private|SendSIGHUP=yes|SetCredential=a:b|RemoveIPC=yes|StartLimitBurst=3
StartLimitIntervalSec=1h|CollectMode=inactive-or-failed|RequiresMountsFor=/var/tmp
OnFailure=foo.service|DisableControllers=cpu|TTYPath=/dev/tty1|PIDFile=/run/x.pid|ProtectHostname=yes
ProcSubset=pid|MemoryDenyWriteExecute=yes|LockPersonality=yes|UtmpMode=user|ReadWritePaths=/tmp
InaccessiblePaths=-/root|RestrictFileSystems=ext4|NUMAPolicy=preferred|CoredumpFilter=default
OOMPolicy=kill|RestartPreventExitStatus=5|RootDirectory=/";

/// What differs between two units by their names and times, or by who made them.
fn is_their_own(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "Timestamp",
        "ExecMain",
        "PID",
        "Current",
        "Available",
        "CPUUsage",
        "ControlGroup",
        "ExecStart",
        "Description",
    ];
    const NAMES: [&str; 5] = ["Id", "Names", "InvocationID", "FragmentPath", "DropInPaths"];
    (NAMES.contains(&name) || PARTS.iter().any(|part| name.contains(part)))
        && !matches!(name, "ExecStartPre" | "PIDFile")
}

fn properties(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        if !is_their_own(name) {
            // Times and pids of single commands stand in braces.
            let value = value.split(" ; start_time=").next().unwrap_or_default();
            let words = value.split(' ').map(|word| word.replace("theirs", "ours"));
            all.entry(name.to_owned()).or_default().extend(words);
        }
    }
    // The order of what systemd keeps in sets is none.
    all.values_mut().for_each(|words| words.sort());
    all
}

fn show(machine: &Machine, name: &str) -> BTreeMap<String, Vec<String>> {
    properties(&shell(machine, &format!("systemctl show {name}")))
}

#[test]
fn settings_come_to_what_systemd_run_makes_of_them() {
    let machine = boot(Kind::Systemd);
    let mut wrong = Vec::new();
    let mut count = 0;
    for setting in SETTINGS.split(['|', '\n']) {
        let word = format!("'{setting}'");
        let (ours, said) = status(
            &machine,
            &format!("daemonctl run -q --name ours --remain -p {word} -- sleep 1000"),
        );
        let (theirs, their_words) = status(
            &machine,
            &format!(
                "systemd-run -q --unit theirs --remain-after-exit --service-type=exec \
                 -p {word} sleep 1000"
            ),
        );
        let (mine, other) = (show(&machine, "ours"), show(&machine, "theirs"));
        if (ours, &mine) != (theirs, &other) {
            let names = mine.keys().chain(other.keys());
            let differ: Vec<_> = names
                .filter(|name| mine.get(*name) != other.get(*name))
                .map(|name| format!("{name}: {:?} {:?}", mine.get(name), other.get(name)))
                .take(4)
                .collect();
            wrong.push(format!("{setting}: {ours} {theirs} {differ:#?}{said}{their_words}"));
        }
        count += 1;
        shell(&machine, "exec 2> /dev/null; systemctl stop ours theirs; systemctl reset-failed");
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 90, "{count}");
}

#[test]
fn programs_run_and_their_end_is_told() {
    let machine = boot(Kind::SystemdLogind);
    let run = |words: &str| status(&machine, &format!("daemonctl run {words}"));
    for (words, code, told) in [
        ("--wait -- sh -c 'exit 7'", 7, "ended with status 7"),
        ("--wait -- true", 0, "ended well"),
        ("--wait -- sh -c 'kill -TERM $$'", 143, "was ended by SIGTERM"),
        ("--wait -- sh -c 'kill -KILL $$'", 137, "was killed by SIGKILL"),
        ("--wait -p RuntimeMaxSec=1 -- sleep 60", 143, "it ran longer than 1s"),
        ("--name ghost -- /nonexistent", 1, "no program"),
        ("--name pre -p ExecStartPre=/bin/false -- true", 1, "ExecStartPre=/bin/false ended"),
        ("--name 'a b' -- true", 2, "can't be a service's name"),
        ("-p MemoryMx=1 -- true", 2, "did you mean MemoryMax=?"),
        ("-p MemoryMax=much -- true", 2, "is not a size"),
        ("-e 1A=b -- true", 2, "no variable's name"),
    ] {
        let (status, said) = run(words);
        assert!(status == code && said.contains(told), "{words}: {status}\n{said}");
    }
    // Arguments are taken as they are, and nothing of our environment is.
    let (code, _) = run("--wait --name literal -e 'A=x y' --uid nobody --workdir /tmp -- \
         sh -c 'echo [$A] [%n] [$$A] $(id -un) $(pwd) >&2' ");
    assert_eq!(code, 0);
    machine
        .wait_for(
            "journalctl -u literal -o cat | grep -F '[x y] [%n] ' | grep -F 'nobody /tmp'",
            std::time::Duration::from_secs(10),
        )
        .unwrap();
    // One is there until it is gone; a second of that name is refused.
    assert_eq!(run("--name there -- sleep 1000").0, 0);
    let (code, said) = run("--name there -- sleep 1000");
    assert!(code == 1 && said.contains("such a unit already"), "{said}");
    shell(&machine, "systemctl stop there");
    assert_eq!(run("--name there --wait -- true").0, 0);
    // A schedule is a timer and its service.
    assert_eq!(run("--name night --schedule 'Mon 03:00' -- /bin/true").0, 0);
    assert_eq!(status(&machine, "systemctl is-active night.timer").1, "active");
    let (_, text) = status(&machine, "systemctl cat night.timer night.service");
    assert!(text.contains("OnCalendar=Mon *-*-* 03:00:00") && text.contains("/bin/true"), "{text}");
    // Without a broker, and over systemd's executing itself anew.
    shell(&machine, "systemctl stop dbus.socket dbus.service");
    assert_eq!(run("--name nobus --wait -- sh -c 'sleep 1; exit 4'").0, 4);
    shell(&machine, "systemctl start dbus.socket");
    let (code, said) = status(
        &machine,
        "sh -c '(sleep 1; systemctl daemon-reexec) & daemonctl run --name again --wait -- \
         sh -c \"sleep 3; exit 5\"'",
    );
    assert_eq!(code, 5, "{said}");
    // Others may not; they have a manager of their own.
    let (code, said) = status(&machine, "su alice -c 'daemonctl run -- true'");
    assert!(code == 4 && said.contains("not permitted"), "{said}");
    shell(&machine, "loginctl enable-linger alice");
    let socket = "test -S /run/user/$(id -u alice)/systemd/private";
    machine.wait_for(socket, std::time::Duration::from_secs(20)).unwrap();
    let user = |words: &str| {
        let command = format!("XDG_RUNTIME_DIR=/run/user/$(id -u) daemonctl {words}");
        status(&machine, &format!("su alice -c '{command}'"))
    };
    let (code, said) = user("run --user --wait -- sh -c \"exit 9\"");
    assert_eq!(code, 9, "{said}");
    assert_eq!(user("run --user --name mine -- sleep 1000").0, 0);
    let (code, said) = user("stop --user mine.service");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn where_there_are_no_transient_services_it_says_what_there_is() {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    for kind in [Kind::OpenRc, Kind::Bare] {
        let machine = Plan::new(kind).put(program, "/usr/bin/daemonctl").unwrap().boot().unwrap();
        let (code, said) = status(&machine, "daemonctl run -- true");
        assert!(code == 3 || (kind == Kind::Bare && code == 1), "{code}: {said}");
        assert!(said.contains("daemonctl detach") && said.contains("install"), "{said}");
    }
}
