//! `daemonctl audit` on machines that run: its figure is systemd's, stock services have no error, and what is made
//! wrong is found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

fn boot(kind: Kind) -> Machine {
    let plan = Plan::new(kind).servers();
    plan.put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap()
        .boot()
        .unwrap()
}

/// What a script writes, however it ends.
fn shell(machine: &Machine, script: &str) -> String {
    let output = machine.exec(&["sh", "-c", script]).unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn services(machine: &Machine, what: &str) -> Vec<Value> {
    let said = shell(machine, &format!("daemonctl audit --json {what}"));
    let document: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{what}: {error}: {said}"));
    document["services"].as_array().unwrap().clone()
}

/// Severity, rule and title of what needs attention.
fn findings(service: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = service["findings"].as_array().unwrap().iter();
    all.map(|f| (text(&f["severity"]), text(&f["rule"]), text(&f["title"])))
        .filter(|(severity, ..)| severity != "info")
        .collect()
}

/// What settings are drawn from, in units that need not run.
const SETTINGS: &[(&str, &[&str])] = &[
    ("User", &["nobody", "daemon", "www-data"]),
    ("DynamicUser", &["yes"]),
    ("SupplementaryGroups", &["adm"]),
    ("PrivateDevices", &["yes"]),
    ("PrivateMounts", &["yes"]),
    ("PrivateNetwork", &["yes"]),
    ("PrivateTmp", &["yes"]),
    ("PrivateUsers", &["yes"]),
    ("ProtectControlGroups", &["yes"]),
    ("ProtectKernelModules", &["yes"]),
    ("ProtectKernelTunables", &["yes"]),
    ("ProtectKernelLogs", &["yes"]),
    ("ProtectClock", &["yes"]),
    ("ProtectHome", &["yes", "read-only", "tmpfs"]),
    ("ProtectHostname", &["yes"]),
    ("ProtectSystem", &["yes", "full", "strict"]),
    ("LockPersonality", &["yes"]),
    ("MemoryDenyWriteExecute", &["yes"]),
    ("NoNewPrivileges", &["yes"]),
    ("CapabilityBoundingSet", &["", "CAP_NET_BIND_SERVICE", "~CAP_SYS_ADMIN CAP_SYS_PTRACE"]),
    ("AmbientCapabilities", &["CAP_NET_BIND_SERVICE"]),
    ("UMask", &["0077", "0027", "0002", "0000"]),
    ("KeyringMode", &["inherit", "shared"]),
    ("ProtectProc", &["noaccess", "invisible"]),
    ("ProcSubset", &["pid"]),
    ("NotifyAccess", &["all", "main"]),
    ("RemoveIPC", &["yes"]),
    ("Delegate", &["yes"]),
    ("RestrictRealtime", &["yes"]),
    ("RestrictSUIDSGID", &["yes"]),
    ("RestrictNamespaces", &["yes", "~user", "mnt ipc"]),
    ("RestrictAddressFamilies", &["none", "AF_UNIX AF_INET", "~AF_PACKET", "AF_VSOCK"]),
    ("SystemCallArchitectures", &["native", "native x86"]),
    (
        "SystemCallFilter",
        &[
            "@system-service",
            "~@privileged @resources",
            "~@clock @debug",
            "open close",
            "~@mount:EPERM",
        ],
    ),
    ("IPAddressDeny", &["any"]),
    ("IPAddressAllow", &["localhost", "10.0.0.0/8"]),
    ("DevicePolicy", &["closed", "strict"]),
    ("DeviceAllow", &["/dev/null rw"]),
];

/// Units with settings by chance, the same ones each time.
fn made_up(count: usize) -> BTreeMap<String, String> {
    let mut state = 6_u64;
    let mut below = |end: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    let unit = |at: usize| {
        let mut text = "[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\n".to_owned();
        let one_in = 1 + at % 5;
        for (key, values) in SETTINGS {
            if below(one_in) == 0 {
                text.push_str(&format!("{key}={}\n", values[below(values.len())]));
            }
        }
        (format!("made{at:02}.service"), text)
    };
    (0..count).map(unit).collect()
}

#[test]
fn the_figure_of_forty_services_is_systemds() {
    let machine = boot(Kind::Systemd);
    let units = made_up(30);
    for (name, text) in &units {
        let quoted = text.replace('\'', "'\\''");
        shell(&machine, &format!("printf '%s' '{quoted}' >/etc/systemd/system/{name}"));
    }
    let names: Vec<&str> = units.keys().map(String::as_str).collect();
    // Some can't start in a box; what failed stays loaded, and is judged.
    shell(&machine, &format!("systemctl daemon-reload; systemctl start {}", names.join(" ")));
    let table = shell(&machine, "SYSTEMD_COLORS=0 systemd-analyze security --no-pager");
    let theirs: BTreeMap<String, f64> = table
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
        })
        .collect();
    assert!(theirs.len() >= 40, "{table}");
    let all: Vec<&str> = theirs.keys().map(String::as_str).collect();
    let ours: BTreeMap<String, f64> = services(&machine, &all.join(" "))
        .iter()
        .map(|service| {
            let figure = service["exposure"]["figure"].as_f64().unwrap();
            (service["name"].as_str().unwrap().to_owned(), figure)
        })
        .collect();
    assert_eq!(ours, theirs);
    // One of them in full: each check that counts, by what it adds.
    let said = shell(&machine, "systemd-analyze security --no-pager --json=short made07");
    let checks: Vec<Value> = serde_json::from_str(&said).unwrap();
    let own = services(&machine, "made07");
    for check in own[0]["exposure"]["checks"].as_array().unwrap() {
        let same = checks.iter().find(|their| their["json_field"] == check["key"]).unwrap();
        let their: f64 = same["exposure"].as_str().map_or(0.0, |text| text.parse().unwrap());
        assert_eq!(check["adds"].as_f64().unwrap(), their, "{check} {same}");
    }
}

/// Stock services have nothing that somebody could use now, and little else.
fn stock(kind: Kind) {
    let machine = boot(kind);
    let found = services(&machine, "");
    let names: Vec<&str> = found.iter().map(|service| service["name"].as_str().unwrap()).collect();
    for wanted in ["nginx", "redis-server", "mariadb", "cron", "rsyslog"] {
        assert!(names.iter().any(|name| name.starts_with(wanted)), "{wanted} of {names:?}");
    }
    for service in &found {
        for (severity, rule, title) in findings(service) {
            // Servers that the network reaches without any sandbox: what Debian's units are.
            assert_eq!(
                (severity.as_str(), rule.as_str()),
                ("warning", "no-sandbox"),
                "{}: {title}",
                service["name"]
            );
        }
    }
    let said = shell(&machine, "daemonctl audit; echo status $?");
    assert!(said.ends_with("status 0\n"), "{said}");
    // Without root it finds what it can, and says what it could not see.
    let said =
        shell(&machine, "su -s /bin/sh nobody -c 'daemonctl audit nginx' 2>&1; echo status $?");
    assert!(said.contains("root may") && said.ends_with("status 0\n"), "{said}");
}

#[test]
fn stock_services_of_systemd_have_no_error() {
    stock(Kind::Systemd);
}

#[test]
fn stock_services_of_openrc_have_no_error() {
    stock(Kind::OpenRc);
}

#[test]
fn stock_services_of_sysv_have_no_error() {
    stock(Kind::Sysv);
}

/// What is made wrong, which service it is of, and what is to be found.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("chmod 666 /lib/systemd/system/cron.service", "cron", "error", "definition-writable"),
    (
        "printf 'bind 0.0.0.0\\nprotected-mode no\\n' >>/etc/redis/redis.conf; systemctl restart redis-server",
        "redis-server",
        "error",
        "service-open",
    ),
    ("echo 'DB_PASSWORD=hunter22' >>/etc/default/nginx", "nginx", "error", "secret-readable"),
    ("chmod 644 /etc/ssh/ssh_host_rsa_key", "ssh", "error", "secret-readable"),
    (
        "printf '#!/bin/sh\\nexec sleep 1000\\n' >/home/alice/x.sh; chmod 755 /home/alice/x.sh; chown alice /home/alice/x.sh; \
      printf '[Service]\\nExecStart=/home/alice/x.sh\\n' >/etc/systemd/system/home.service; systemctl daemon-reload; systemctl start home",
        "home",
        "error",
        "program-writable",
    ),
    (
        "printf '[Service]\\nExecStart=/usr/bin/sleep 999\\nEnvironment=API_KEY=abcdef0123\\n' >/etc/systemd/system/key.service; \
      systemctl daemon-reload; systemctl start key",
        "key",
        "error",
        "secret-in-unit",
    ),
    (
        "systemd-run -u argued --collect /usr/bin/python3 -c 'import time; time.sleep(999)' --api-key=abcdef0123",
        "argued",
        "error",
        "secret-on-command-line",
    ),
    (
        "systemd-run -u preloaded --collect -p User=nobody -p Environment=LD_PRELOAD=/opt/x.so /usr/bin/sleep 999",
        "preloaded",
        "warning",
        "preload",
    ),
    ("true", "preloaded", "warning", "runs-as-nobody"),
    (
        "printf '#!/bin/sh\\n' >/etc/cron.daily/x; chmod 777 /etc/cron.daily/x",
        "cron",
        "error",
        "job-writable",
    ),
    (
        "sed -i 's/^local .*/local all all trust/' /etc/postgresql/15/main/pg_hba.conf",
        "postgresql@15-main",
        "error",
        "weak-config",
    ),
    (
        "sed -i 's/^user .*/user root;/' /etc/nginx/nginx.conf; systemctl restart nginx",
        "nginx",
        "warning",
        "workers-run-as-root",
    ),
    (
        "cp /usr/sbin/nginx /tmp/n; rm /usr/sbin/nginx; cp /tmp/n /usr/sbin/nginx",
        "nginx",
        "warning",
        "restart-needed",
    ),
    (
        "echo redis:secret1 | chpasswd; usermod -s /bin/bash redis",
        "redis-server",
        "warning",
        "account-can-log-in",
    ),
    (
        "chown www-data /var/log/nginx; sed -i 's/^user .*/user www-data;/' /etc/nginx/nginx.conf; systemctl restart nginx",
        "nginx",
        "warning",
        "log-folder-of-its-user",
    ),
    ("chmod 777 /var/lib/redis", "redis-server", "error", "folder-writable"),
    (
        "mkdir -p /etc/systemd/system/cron.service.d; printf '[Service]\\nNoNewPrivileges=yes\\n' >/etc/systemd/system/cron.service.d/x.conf; \
      systemctl daemon-reload",
        "cron",
        "warning",
        "not-in-effect",
    ),
    (
        "usermod -aG shadow redis; systemctl restart redis-server",
        "redis-server",
        "warning",
        "powerful-group",
    ),
    (
        "systemd-run -u served --collect /usr/bin/python3 -m http.server 8123; sleep 2",
        "served",
        "warning",
        "run-as-root",
    ),
    ("chown alice /etc/rsyslog.conf", "rsyslog", "error", "config-writable"),
];

#[test]
fn what_is_made_wrong_is_found() {
    let machine = boot(Kind::Systemd);
    let mut missed = Vec::new();
    for (fault, name, severity, rule) in FAULTS {
        shell(&machine, fault);
        let found = services(&machine, name);
        let found = found.first().map(findings).unwrap_or_default();
        if !found.iter().any(|(known, name, _)| known == severity && name == rule) {
            missed.push(format!("{fault}\n  {severity} {rule} of {name}: {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    // A link that the service's user made leads nowhere: what lies behind is not read.
    shell(
        &machine,
        "rm -f /etc/redis/sly.conf; runuser -u redis -- ln -s /etc/shadow /etc/redis/sly.conf",
    );
    let said = shell(&machine, "daemonctl audit redis-server --all");
    assert!(!said.contains("sly.conf"), "{said}");
}
