//! A made-up machine that logs: what its services would write, in order, for as long as asked.

use super::entry::{Entry, hex};
use super::random::Random;

/// One start of the made-up machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Its identifier.
    pub id: [u8; 16],
    /// What the wall clock says at its first entry, in microseconds since 1970.
    pub realtime_usec: u64,
    /// What the monotonic clock says then.
    pub monotonic_usec: u64,
}

/// Who writes.
struct Service {
    unit: &'static str,
    identifier: &'static str,
    exe: &'static str,
    transport: &'static str,
    uid: &'static str,
    messages: &'static [&'static str],
}

const SERVICES: &[Service] = &[
    Service {
        unit: "nginx.service",
        identifier: "nginx",
        exe: "/usr/sbin/nginx",
        transport: "stdout",
        uid: "33",
        messages: &["10.0.0.# - GET /page/# 200", "upstream timed out (#: Connection timed out)"],
    },
    Service {
        unit: "ssh.service",
        identifier: "sshd",
        exe: "/usr/sbin/sshd",
        transport: "syslog",
        uid: "0",
        messages: &[
            "Accepted publickey for alice from 192.0.2.# port # ssh2",
            "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)",
            "Connection closed by 198.51.100.# port # [preauth]",
        ],
    },
    Service {
        unit: "cron.service",
        identifier: "CRON",
        exe: "/usr/sbin/cron",
        transport: "syslog",
        uid: "0",
        messages: &["(root) CMD (test -x /usr/sbin/anacron || run-parts #)"],
    },
    Service {
        unit: "redis-server.service",
        identifier: "redis",
        exe: "/usr/bin/redis-check-rdb",
        transport: "journal",
        uid: "107",
        messages: &["DB saved on disk", "# changes in # seconds. Saving...", "Ready — 接続 #"],
    },
    Service {
        unit: "app@blue.service",
        identifier: "app",
        exe: "/opt/app/bin/app",
        transport: "stdout",
        uid: "1001",
        messages: &[
            "{\"level\":\"info\",\"msg\":\"request #\",\"took_ms\":#}",
            "Traceback (most recent call last):\n  File \"app.py\", line #\nValueError: no #",
            "needle-# in the haystack",
        ],
    },
];

/// What PRIORITY is, about as often as on a real machine; empty for none.
const PRIORITIES: &[&str] =
    &["6", "6", "6", "6", "6", "6", "6", "5", "5", "4", "4", "3", "7", "7", "2", "1", "0", ""];

/// Entries as a machine's journald would have written them, by chance from a seed.
#[derive(Debug)]
pub struct Story {
    random: Random,
    boot: Boot,
    realtime_usec: u64,
    monotonic_usec: u64,
    /// How far entries are apart at most, in microseconds.
    pub step_usec: u64,
    /// The machine's identifier.
    pub machine: [u8; 16],
    /// The machine's name.
    pub hostname: String,
}

impl Story {
    /// A machine of which everything follows from `seed`; it starts with `boot`.
    #[must_use]
    pub fn new(seed: u64, boot: Boot) -> Self {
        Self {
            random: Random::new(seed),
            realtime_usec: boot.realtime_usec,
            monotonic_usec: boot.monotonic_usec,
            boot,
            step_usec: 2_000_000,
            machine: *b"\xc0\xff\xee\x00\xc0\xff\xee\x00\xc0\xff\xee\x00\xc0\xff\xee\x01",
            hostname: "web1".to_owned(),
        }
    }

    /// The machine starts anew.
    pub const fn reboot(&mut self, boot: Boot) {
        self.boot = boot;
        self.realtime_usec = boot.realtime_usec;
        self.monotonic_usec = boot.monotonic_usec;
    }

    /// The wall clock jumps by so many microseconds; the monotonic clock does not.
    pub const fn jump(&mut self, usec: i64) {
        self.realtime_usec = self.realtime_usec.saturating_add_signed(usec);
    }

    /// The next entry.
    pub fn entry(&mut self) -> Entry {
        let step = self.random.below(self.step_usec.max(1));
        self.realtime_usec += step;
        self.monotonic_usec += step;
        let mut entry = Entry::new(self.boot.id, self.realtime_usec, self.monotonic_usec);
        match self.random.below(12) {
            0 => self.kernel(&mut entry),
            1 => self.manager(&mut entry),
            2 => self.user(&mut entry),
            _ => self.service(&mut entry),
        }
        entry
    }

    /// The next `count` entries.
    pub fn entries(&mut self, count: usize) -> Vec<Entry> {
        (0..count).map(|_| self.entry()).collect()
    }

    fn machine_fields(&self, entry: &mut Entry) {
        entry.push("_BOOT_ID", hex(&self.boot.id));
        entry.push("_MACHINE_ID", hex(&self.machine));
        entry.push("_HOSTNAME", &self.hostname);
    }

    fn priority(&mut self, entry: &mut Entry) {
        let priority = self.random.pick(PRIORITIES).copied().unwrap_or("6");
        if !priority.is_empty() {
            entry.push("PRIORITY", priority);
        }
    }

    /// The text with a number in the place of each `#`.
    fn text(&mut self, pattern: &str) -> String {
        let mut text = String::new();
        for letter in pattern.chars() {
            match letter {
                '#' => text.push_str(&self.random.below(250).to_string()),
                other => text.push(other),
            }
        }
        text
    }

    fn source_time(&mut self, entry: &mut Entry) {
        if !self.random.one_in(3) {
            let earlier = self.random.below(40);
            let time = self.realtime_usec.saturating_sub(earlier);
            entry.push("_SOURCE_REALTIME_TIMESTAMP", time.to_string());
        }
    }

    fn service(&mut self, entry: &mut Entry) {
        let Some(service) = self.random.pick(SERVICES) else { return };
        let pid = (300 + self.random.below(40)).to_string();
        let pattern = self.random.pick(service.messages).copied().unwrap_or("");
        let message = self.text(pattern);
        self.machine_fields(entry);
        self.priority(entry);
        entry.push("SYSLOG_FACILITY", if service.identifier == "sshd" { "4" } else { "3" });
        entry.push("SYSLOG_IDENTIFIER", service.identifier);
        entry.push("_TRANSPORT", service.transport);
        entry.push("_PID", &pid);
        entry.push("_UID", service.uid);
        entry.push("_GID", service.uid);
        let comm = service.exe.rsplit('/').next().unwrap_or(service.exe);
        entry.push("_COMM", comm.get(..15).unwrap_or(comm));
        entry.push("_EXE", service.exe);
        entry.push("_CMDLINE", format!("{} --run", service.exe));
        entry.push("_CAP_EFFECTIVE", "1ffffffffff");
        entry.push("_SELINUX_CONTEXT", "unconfined\n");
        entry.push("_SYSTEMD_CGROUP", format!("/system.slice/{}", service.unit));
        entry.push("_SYSTEMD_UNIT", service.unit);
        entry.push("_SYSTEMD_SLICE", "system.slice");
        entry.push("_SYSTEMD_INVOCATION_ID", hex(&Random::new(self.boot.monotonic_usec).id()));
        match service.transport {
            "stdout" => entry.push("_STREAM_ID", hex(&Random::new(7).id())),
            "syslog" => {
                entry.push("SYSLOG_PID", &pid);
                entry.push("SYSLOG_TIMESTAMP", "Nov 10 12:00:00 ");
                self.source_time(entry);
            }
            _ => {
                entry.push("CODE_FILE", "src/server.c");
                entry.push("CODE_LINE", "1234");
                self.source_time(entry);
            }
        }
        entry.push("MESSAGE", message);
    }

    fn kernel(&mut self, entry: &mut Entry) {
        let message = self.text("usb 1-#: new high-speed USB device number # using xhci_hcd");
        self.machine_fields(entry);
        self.priority(entry);
        entry.push("SYSLOG_FACILITY", "0");
        entry.push("SYSLOG_IDENTIFIER", "kernel");
        entry.push("_TRANSPORT", "kernel");
        entry.push("_SOURCE_MONOTONIC_TIMESTAMP", (self.monotonic_usec / 2).to_string());
        entry.push("_KERNEL_SUBSYSTEM", "usb");
        entry.push("_KERNEL_DEVICE", "c189:1");
        entry.push("MESSAGE", message);
    }

    /// What the service manager says of a unit.
    fn manager(&mut self, entry: &mut Entry) {
        let unit = self.random.pick(SERVICES).map_or("x.service", |service| service.unit);
        let (id, text, priority) = match self.random.below(4) {
            0 => ("7d4958e842da4a758f6c1cdc7b36dcc5", "Starting", "6"),
            1 => ("39f53479d3a045ac8e11786248231fbf", "Started", "6"),
            2 => ("d9b373ed55a64feb8242e02dbe79a49c", "Failed with result 'exit-code' in", "4"),
            _ => ("9d1aaa27d60140bd96365438aad20286", "Stopped", "6"),
        };
        self.machine_fields(entry);
        entry.push("PRIORITY", priority);
        entry.push("SYSLOG_FACILITY", "3");
        entry.push("SYSLOG_IDENTIFIER", "systemd");
        entry.push("_TRANSPORT", "journal");
        entry.push("_PID", "1");
        entry.push("_UID", "0");
        entry.push("_GID", "0");
        entry.push("_COMM", "systemd");
        entry.push("_EXE", "/usr/lib/systemd/systemd");
        entry.push("_SYSTEMD_CGROUP", "/init.scope");
        entry.push("_SYSTEMD_UNIT", "init.scope");
        entry.push("_SYSTEMD_SLICE", "-.slice");
        entry.push("CODE_FILE", "src/core/job.c");
        entry.push("CODE_FUNC", "job_emit_done_message");
        entry.push("UNIT", unit);
        entry.push("JOB_ID", self.random.below(500).to_string());
        entry.push("JOB_TYPE", "start");
        entry.push("INVOCATION_ID", hex(&Random::new(self.boot.monotonic_usec).id()));
        entry.push("MESSAGE_ID", id);
        self.source_time(entry);
        entry.push("MESSAGE", format!("{text} {unit}."));
    }

    /// What a user's own service says.
    fn user(&mut self, entry: &mut Entry) {
        let uid = if self.random.one_in(2) { "1000" } else { "1001" };
        let message = self.text("syncing # of # folders");
        let cgroup =
            format!("/user.slice/user-{uid}.slice/user@{uid}.service/app.slice/sync.service");
        self.machine_fields(entry);
        self.priority(entry);
        entry.push("SYSLOG_FACILITY", "1");
        entry.push("SYSLOG_IDENTIFIER", "sync");
        entry.push("_TRANSPORT", "stdout");
        entry.push("_PID", (2000 + self.random.below(20)).to_string());
        entry.push("_UID", uid);
        entry.push("_GID", uid);
        entry.push("_COMM", "sync");
        entry.push("_SYSTEMD_CGROUP", cgroup);
        entry.push("_SYSTEMD_OWNER_UID", uid);
        entry.push("_SYSTEMD_UNIT", format!("user@{uid}.service"));
        entry.push("_SYSTEMD_USER_UNIT", "sync.service");
        entry.push("_SYSTEMD_SLICE", format!("user-{uid}.slice"));
        entry.push("_SYSTEMD_USER_SLICE", "app.slice");
        entry.push("MESSAGE", message);
    }
}
