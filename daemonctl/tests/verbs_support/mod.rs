//! What the tests of verbs in boxes share: daemonctl and the init's own tools in a booted machine, and
//! services asked by their own protocols.

#![allow(dead_code, reason = "each test uses a part")]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Output, Plan};

/// A booted machine, and how its init is asked by its own tools.
pub struct Bed {
    pub machine: Machine,
    kind: Kind,
}

/// A service, and how to see by its own protocol whether it is there.
pub struct Probe {
    pub name: &'static str,
    /// A script that succeeds while the service does its work.
    script: &'static str,
    /// systemd's unit can be reloaded. Scripts say themselves.
    pub systemd_reloads: bool,
}

pub const NGINX: Probe = Probe {
    name: "nginx",
    script: "exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; \
             grep -q '^HTTP/1.1 200 OK' <&3",
    systemd_reloads: true,
};
pub const SSH: Probe = Probe {
    name: "ssh",
    script: "exec 3<>/dev/tcp/127.0.0.1/22; read -r line <&3; [[ $line == SSH-2.0-* ]]",
    systemd_reloads: true,
};
pub const REDIS: Probe = Probe {
    name: "redis-server",
    script: "exec 3<>/dev/tcp/127.0.0.1/6379; printf 'PING\\r\\n' >&3; read -r line <&3; \
             [[ $line == +PONG* ]]",
    systemd_reloads: false,
};
pub const RSYSLOG: Probe = Probe {
    name: "rsyslog",
    script: "word=verbs-$RANDOM$RANDOM; logger \"$word\"; \
             for i in 1 2 3 4 5 6 7 8 9 10; do grep -qs $word /var/log/syslog && exit 0; \
             sleep 0.1; done; exit 1",
    systemd_reloads: false,
};
pub const CRON: Probe = Probe {
    name: "cron",
    script: "pid=$(cat /run/crond.pid) && [[ $(readlink /proc/$pid/exe) == /usr/sbin/cron ]]",
    systemd_reloads: false,
};
pub const ALL: [Probe; 5] = [NGINX, SSH, REDIS, RSYSLOG, CRON];

impl Bed {
    pub fn boot(kind: Kind, prepare: impl FnOnce(Plan) -> Plan) -> Bed {
        let plan = Plan::new(kind)
            .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
            .unwrap();
        let machine = prepare(plan).boot().unwrap_or_else(|error| panic!("{error}"));
        Bed { machine, kind }
    }

    pub fn is_systemd(&self) -> bool {
        matches!(self.kind, Kind::Systemd | Kind::SystemdLogind)
    }

    /// As the manager spells a service.
    pub fn own(&self, name: &str) -> String {
        if self.is_systemd() { format!("{name}.service") } else { name.to_owned() }
    }

    pub fn shell(&self, script: &str) -> String {
        self.machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs daemonctl; a line of words.
    pub fn ctl(&self, line: &str) -> Said {
        let words: Vec<&str> = std::iter::once("daemonctl").chain(line.split(' ')).collect();
        Said::of(&self.machine.exec(&words).unwrap())
    }

    /// The same as another user.
    pub fn ctl_as(&self, user: &str, line: &str) -> Said {
        let command = format!("daemonctl {line}");
        Said::of(&self.machine.exec(&["su", user, "-c", &command]).unwrap())
    }

    /// Runs it and has it succeed; its standard output.
    pub fn done(&self, line: &str) -> String {
        let said = self.ctl(line);
        assert_eq!(said.code, 0, "daemonctl {line}: {said:#?}");
        said.out
    }

    /// What it says of the services, with `--json`.
    pub fn json(&self, line: &str) -> Value {
        let said = self.ctl(&format!("{line} --json"));
        let document: Value = serde_json::from_str(&said.out)
            .unwrap_or_else(|error| panic!("daemonctl {line}: {error}: {said:#?}"));
        document["services"].clone()
    }

    /// The service does its work, or does not, by its own protocol; waits a little for that.
    pub fn works(&self, probe: &Probe, wanted: bool) {
        let script = format!("( {} ) 2>/dev/null", probe.script);
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let output = self.machine.exec(&["bash", "-c", &script]).unwrap();
            if output.status.success() == wanted {
                return;
            }
            let name = probe.name;
            assert!(
                Instant::now() < deadline,
                "{name} works is not {wanted}: {}",
                output.describe()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether the init's own tool says that it runs.
    pub fn is_active(&self, name: &str) -> bool {
        let script = match self.kind {
            Kind::Systemd | Kind::SystemdLogind => format!("systemctl is-active -q {name}"),
            Kind::OpenRc => format!("rc-service {name} status"),
            _ => format!("service {name} status"),
        };
        self.succeeds(&script)
    }

    /// Whether the init's own tool, or its links, say that it starts at boot.
    pub fn is_enabled(&self, name: &str) -> bool {
        let script = match self.kind {
            Kind::Systemd | Kind::SystemdLogind => format!("systemctl is-enabled -q {name}"),
            Kind::OpenRc => format!("rc-update show default | grep -q '^ *{name} |'"),
            _ => format!("ls /etc/rc2.d/S??{name}"),
        };
        self.succeeds(&script)
    }

    pub fn succeeds(&self, script: &str) -> bool {
        self.machine.exec(&["sh", "-c", script]).unwrap().status.success()
    }
}

/// What daemonctl said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: &Output) -> Said {
        Said {
            code: output.status.code().unwrap(),
            out: output.text(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Stops and starts a service in every way that there is; all that is said is held against what the
/// init's tools and the service itself say.
pub fn every_verb(bed: &Bed, probe: &Probe) {
    let (name, own) = (probe.name, bed.own(probe.name));
    bed.done(&format!("start {name}"));
    bed.works(probe, true);

    let stopped = bed.done(&format!("stop {name}"));
    assert!(stopped.starts_with(&format!("stopped {own}")), "{stopped}");
    assert!(!bed.is_active(name), "{name}");
    bed.works(probe, false);
    let nothing = format!("nothing to do: {own} does not run\n");
    assert_eq!(bed.done(&format!("stop {name}")), nothing);
    assert_eq!(bed.done(&format!("try-restart {name}")), nothing);
    assert!(!bed.is_active(name), "{name}");
    let reload = bed.ctl(&format!("reload {name}"));
    assert_ne!(reload.code, 0, "{name}: {reload:#?}");

    let started = bed.json(&format!("start {name}"));
    assert_eq!(started[0]["result"], "done", "{started:#}");
    assert_eq!(started[0]["name"], own.as_str());
    bed.works(probe, true);
    assert!(bed.is_active(name), "{name}");
    let pid = main_pid(bed, probe, &started);
    assert_eq!(bed.done(&format!("start {name}")), format!("nothing to do: {own} runs already\n"));

    let restarted = bed.json(&format!("restart {name}"));
    let second = main_pid(bed, probe, &restarted);
    assert_ne!(second, pid, "{name} was not restarted: {restarted:#}");
    bed.works(probe, true);
    let third = main_pid(bed, probe, &bed.json(&format!("try-restart {name}")));
    assert_ne!(third, second, "{name}");

    let reload = bed.ctl(&format!("reload {name}"));
    if bed.is_systemd() {
        assert_eq!(reload.code, if probe.systemd_reloads { 0 } else { 3 }, "{name}: {reload:#?}");
    }
    let after = bed.json(&format!("reload-or-restart {name}"));
    assert_eq!(after[0]["result"], "done", "{after:#}");
    if probe.systemd_reloads {
        assert_eq!(reload.code, 0, "{name}: {reload:#?}");
        assert_eq!(main_pid(bed, probe, &after), third, "{name} was restarted to be reloaded");
    }
    bed.works(probe, true);
    at_boot(bed, probe);
}

fn at_boot(bed: &Bed, probe: &Probe) {
    let (name, own) = (probe.name, bed.own(probe.name));
    bed.ctl(&format!("disable {name} --quiet"));
    assert!(!bed.is_enabled(name), "{name}");
    assert_eq!(
        bed.done(&format!("disable {name}")),
        format!("nothing to do: {own} is not enabled\n")
    );
    bed.works(probe, true);
    let enabled = bed.done(&format!("enable {name}"));
    assert!(enabled.starts_with(&format!("enabled {own}\n")), "{enabled}");
    assert!(enabled.contains("\n  Created symlink /etc/"), "{enabled}");
    assert!(bed.is_enabled(name), "{name}");
    assert_eq!(
        bed.done(&format!("enable {name}")),
        format!("nothing to do: {own} is enabled already\n")
    );
    bed.done(&format!("disable --now {name}"));
    assert!(!bed.is_enabled(name) && !bed.is_active(name), "{name}");
    bed.works(probe, false);
    bed.done(&format!("enable --now {name}"));
    assert!(bed.is_enabled(name) && bed.is_active(name), "{name}");
    bed.works(probe, true);
}

/// The main process as daemonctl tells it, which is a process of that program.
fn main_pid(bed: &Bed, probe: &Probe, services: &Value) -> u64 {
    let pid = services[0]["main_pid"].as_u64().unwrap_or_else(|| panic!("{services:#}"));
    assert_eq!(services[0]["state"], "running", "{services:#}");
    let program = bed.shell(&format!("cat /proc/{pid}/comm"));
    let known = ["nginx", "sshd", "redis-server", "rsyslogd", "cron"];
    assert!(known.contains(&program.as_str()), "{}: {pid} is {program}", probe.name);
    pid
}

/// Several at once, by name, pattern, port and state.
pub fn in_bulk(bed: &Bed) {
    let names = ["nginx", "redis-server", "ssh"].map(|name| bed.own(name));
    let restarted = bed.json("restart nginx redis-server :22");
    let found: Vec<&str> =
        restarted.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(found, names, "{restarted:#}");
    assert!(restarted.as_array().unwrap().iter().all(|s| s["result"] == "done"), "{restarted:#}");
    for probe in [&NGINX, &REDIS, &SSH] {
        bed.works(probe, true);
    }
    let by_pattern = bed.json("restart ngin* --dry-run");
    assert_eq!(by_pattern[0]["name"], names[0].as_str());
    assert_eq!(by_pattern[0]["result"], "would_do");
    // Nothing at all is done where one word means nothing.
    let before = bed.json("start nginx")[0]["main_pid"].clone();
    let wrong = bed.ctl("restart nginx ngnix");
    assert_eq!(wrong.code, 5, "{wrong:#?}");
    assert!(wrong.err.contains("did you mean nginx"), "{wrong:#?}");
    assert_eq!(bed.json("start nginx")[0]["main_pid"], before);
}

/// A configuration that nginx refuses: what the person reads, and the exit status.
pub fn a_failure_is_told(bed: &Bed) {
    bed.shell("echo 'broken;' >> /etc/nginx/nginx.conf");
    bed.ctl("stop nginx");
    let failed = bed.ctl("start nginx");
    assert_eq!(failed.code, 1, "{failed:#?}");
    let first = format!("daemonctl: cannot start {}: ", bed.own("nginx"));
    assert!(failed.err.starts_with(&first), "{failed:#?}");
    assert!(failed.err.contains("ended with status 1"), "{failed:#?}");
    assert!(failed.err.contains("\n  hint: "), "{failed:#?}");
    assert_eq!(failed.out, "");
    // What failed can be meant by that.
    let again = bed.json("start nginx");
    assert_eq!(again[0]["result"], "failed", "{again:#}");
    bed.shell("sed -i '/^broken;/d' /etc/nginx/nginx.conf");
    bed.done("start nginx");
    bed.works(&NGINX, true);
}

/// Somebody who is not root.
pub fn others_may_not(bed: &Bed) {
    for verb in ["restart", "stop", "disable"] {
        let refused = bed.ctl_as("alice", &format!("{verb} nginx"));
        assert_eq!(refused.code, 4, "{verb}: {refused:#?}");
        assert!(refused.err.contains("root") && refused.err.contains("sudo"), "{refused:#?}");
    }
    let refused = bed.ctl_as("alice", "daemon-reload");
    assert!(refused.code == 4 || !bed.is_systemd(), "{refused:#?}");
    bed.works(&NGINX, true);
    assert!(bed.is_enabled("nginx"));
}

/// Waiting on a terminal: progress that is gone at the end, and an interrupt that leaves the job.
pub fn waiting_shows_progress(bed: &Bed, slow: &str) {
    let mut terminal = bed.machine.pty(&["env", "LC_ALL=C.UTF-8", "TERM=xterm", "bash"]).unwrap();
    let shown = terminal.run(&format!("daemonctl start {slow}; echo status $?")).unwrap();
    let doing = format!("starting {}", bed.own(slow));
    assert!(shown.contains(&doing), "{shown:?}");
    assert!(shown.contains("\x1b[J"), "{shown:?}");
    let last = shown.rsplit("\x1b[J").next().unwrap();
    assert!(last.contains(&format!("started {}", bed.own(slow))), "{last:?}");
    assert!(last.contains("status 0"), "{last:?}");
    assert!(!last.contains("starting"), "{last:?}");
}
