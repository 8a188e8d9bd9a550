//! What a running systemd needs to load all units anew: `systemctl daemon-reload` in a box.

use std::{process::Command, time::Instant};

use testkit::boxes::{self, Kind, Machine};

use super::{measure::Run, units};
use crate::error::{Error, Result};

/// A box in which a tree's units are loaded.
pub struct Reload {
    machine: Machine,
}

impl Reload {
    /// Boots a box and has its systemd load all units of the tree.
    pub fn of(tree: &units::Tree) -> Result<Reload> {
        let machine = boxes::boot(Kind::Systemd).map_err(|error| broken(&error))?;
        // Ordered after, hence loaded, but not started.
        let reference = format!("[Unit]\nAfter={}\n", units::ALL_TARGET);
        let status = Command::new("cp")
            .args(["--archive", "-T"])
            .arg(tree.root.join(units::FOLDER))
            .arg(machine.root().join(units::FOLDER))
            .status()
            .map_err(Error::io("copy the units into the box"))?;
        if !status.success() {
            let line = "cp --archive".to_owned();
            return Err(Error::Command { line, outcome: format!("ended with {status}") });
        }
        let folder = format!("/{}/multi-user.target.d", units::FOLDER);
        machine.shell(&format!("mkdir -p {folder}")).map_err(|error| broken(&error))?;
        machine
            .write(&format!("{folder}/bench.conf"), reference.as_bytes())
            .map_err(|error| broken(&error))?;
        let reload = Reload { machine };
        reload.run()?;
        let loaded = reload.loaded()?;
        match loaded >= tree.names.len() {
            true => Ok(reload),
            false => {
                let detail = format!("{loaded} units are loaded, not {}", tree.names.len());
                Err(Error::malformed("systemctl daemon-reload", detail))
            }
        }
    }

    /// How many of the bench's units the box's systemd has in memory.
    fn loaded(&self) -> Result<usize> {
        let list = "systemctl list-units --all --full --plain --no-legend 'bench-*'";
        let listed = self.machine.shell(list).map_err(|error| broken(&error))?;
        Ok(listed.lines().filter(|line| line.contains(" loaded ")).count())
    }

    /// Reloads once: the time until it is done, and what process 1 used of the processor.
    pub fn run(&self) -> Result<Run> {
        let (start, before) = (Instant::now(), self.cpu_usec()?);
        self.machine.shell("systemctl daemon-reload").map_err(|error| broken(&error))?;
        let wall_usec = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let cpu_usec = self.cpu_usec()?.saturating_sub(before);
        Ok(Run { wall_usec, cpu_usec, peak_rss_kib: 0, status: 0 })
    }

    /// Nanoseconds on a processor, the first number in /proc/PID/schedstat, as microseconds.
    fn cpu_usec(&self) -> Result<u64> {
        let path = format!("/proc/{}/schedstat", self.machine.pid1());
        let text = crate::error::read_text(path.as_ref())?;
        let nsec: Option<u64> = text.split(' ').next().and_then(|word| word.parse().ok());
        nsec.map(|nsec| nsec / 1_000).ok_or_else(|| Error::malformed(path, "holds no numbers"))
    }
}

fn broken(error: &boxes::Error) -> Error {
    Error::malformed("the systemd box", error.to_string())
}
