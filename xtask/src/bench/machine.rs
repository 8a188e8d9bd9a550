//! The machine that the figures are of.

use std::{fmt, fs};

use serde_json::{Value, json};

/// What one has to know of it to compare figures.
pub struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    memory_mib: u64,
    load: String,
    date: String,
}

impl Machine {
    /// Looks at it, before anything is measured.
    pub fn look() -> Machine {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map_or_else(
                || "unknown".into(),
                |rest| rest.trim_matches([' ', '\t', ':']).to_owned(),
            )
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let memory_kib: u64 =
            memory.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let date = std::process::Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]).output();
        Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            memory_mib: memory_kib / 1024,
            load: read("/proc/loadavg").split(' ').next().unwrap_or("unknown").to_owned(),
            date: date
                .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
                .unwrap_or_default(),
        }
    }

    /// The same for machines to read.
    pub fn json(&self) -> Value {
        json!({
            "cores": self.cores,
            "cpu": self.cpu,
            "kernel": self.kernel,
            "memory_mib": self.memory_mib,
            "load_before": self.load,
            "date": self.date,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cores, cpu, kernel, memory_mib, load, date } = self;
        writeln!(f, "{date}: {cores} cores, {cpu}, Linux {kernel}, {memory_mib} MiB, load {load}")
    }
}
