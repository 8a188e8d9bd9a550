//! What a running systemd knows of its units: properties and dependencies, to compare with what
//! their files say.
//!
//! [`State`] stands on a booted box. The files that its systemd read are had by
//! [`State::snapshot`]: the box's own root, seen from outside, has absolute links that lead out of
//! it.

use crate::boxes::{Error, Machine};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The folders that decide what systemd knows, from the root: those of unit files, of generators'
/// units and of users and groups.
const SNAPSHOT: &[&str] = &[
    "bin",
    "etc",
    "lib",
    "run/systemd",
    "sbin",
    "usr/lib/systemd",
    "usr/local/lib",
    "var/lib/dpkg/info/systemd.list",
];

/// A systemd in a box, and what it says.
#[derive(Debug)]
pub struct State {
    machine: Machine,
}

/// The properties of one unit, in the order in which `systemctl show` has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(Vec<(String, String)>);

impl Properties {
    /// A property's value; the first one, where it has several lines (as `ExecStart`).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// All lines of a property.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Name and value of each line.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The unit's name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.get("Id").unwrap_or_default()
    }
}

/// Which way `systemctl list-dependencies` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What the unit needs.
    Forward,
    /// What needs it.
    Reverse,
    /// What it starts after.
    After,
    /// What starts after it.
    Before,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Forward, Self::Reverse, Self::After, Self::Before];

    /// The option for it.
    #[must_use]
    pub const fn option(self) -> Option<&'static str> {
        match self {
            Self::Forward => None,
            Self::Reverse => Some("--reverse"),
            Self::After => Some("--after"),
            Self::Before => Some("--before"),
        }
    }
}

impl State {
    /// Of a box that runs systemd and has come up.
    #[must_use]
    pub const fn of(machine: Machine) -> Self {
        Self { machine }
    }

    /// The box.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The names of all units in its memory, those without a file and those that could not be
    /// loaded too, sorted.
    ///
    /// # Errors
    /// When systemctl fails.
    pub fn units(&self) -> Result<Vec<String>, Error> {
        let mut units: Vec<String> = self
            .systemctl(&["list-units", "--all", "--full", "--plain", "--no-legend"])?
            .lines()
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect();
        units.sort_unstable();
        Ok(units)
    }

    /// All properties of units, empty ones too, in the order of the names.
    ///
    /// # Errors
    /// When systemctl fails.
    pub fn show(&self, units: &[String]) -> Result<Vec<Properties>, Error> {
        let mut words = vec!["show", "--all", "--no-pager", "--"];
        words.extend(units.iter().map(String::as_str));
        Ok(parse(&self.systemctl(&words)?))
    }

    /// The properties of the manager itself.
    ///
    /// # Errors
    /// When systemctl fails.
    pub fn manager(&self) -> Result<Properties, Error> {
        let text = self.systemctl(&["show", "--all", "--no-pager"])?;
        Ok(parse(&text).into_iter().next().unwrap_or_default())
    }

    /// What `systemctl list-dependencies` prints: a unit a line, two spaces for each step from the
    /// unit that was asked for, which is the first line.
    ///
    /// # Errors
    /// When systemctl fails.
    pub fn dependencies(&self, unit: &str, way: Way) -> Result<String, Error> {
        let mut words = vec!["list-dependencies", "--plain", "--all", "--full", "--no-pager"];
        words.extend(way.option());
        words.extend(["--", unit]);
        self.systemctl(&words)
    }

    /// Copies what its systemd read into a folder, laid out as its root.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub fn snapshot(&self, into: &Path) -> Result<(), Error> {
        fs::create_dir_all(into).map_err(Error::io("make", into))?;
        let root = self.machine.root();
        let there = SNAPSHOT.iter().filter(|name| root.join(name).symlink_metadata().is_ok());
        let mut from = Command::new("tar")
            .arg("-C")
            .arg(&root)
            // What runs there comes and goes, and has sockets.
            .args(["--warning=none", "--ignore-failed-read", "-c"])
            .args(there)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::io("run", "tar"))?;
        let mut to = Command::new("tar");
        to.arg("-C").arg(into).arg("-x");
        if let Some(stream) = from.stdout.take() {
            to.stdin(stream);
        }
        let output = to.output().map_err(Error::io("run", "tar"))?;
        // 1: a file changed while it was read.
        let status = from.wait().map_err(Error::io("wait for", "tar"))?;
        if output.status.success() && matches!(status.code(), Some(0 | 1)) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Command {
            command: format!("tar of {} to {}", root.display(), into.display()),
            outcome: format!("{status}, {}: {said}", output.status),
        })
    }

    fn systemctl(&self, words: &[&str]) -> Result<String, Error> {
        let words: Vec<&str> = [&["systemctl"], words].concat();
        let output = self.machine.exec(&words)?;
        if output.status.success() {
            return Ok(output.text());
        }
        Err(Error::Command { command: words.join(" "), outcome: output.describe() })
    }
}

/// Blocks of `NAME=VALUE`, an empty line between two.
fn parse(text: &str) -> Vec<Properties> {
    let mut blocks = vec![Properties::default()];
    for line in text.lines() {
        match (line.split_once('='), blocks.last_mut()) {
            (Some((name, value)), Some(block)) => block.0.push((name.to_owned(), value.to_owned())),
            _ => blocks.push(Properties::default()),
        }
    }
    blocks.retain(|block| !block.0.is_empty());
    blocks
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn blocks_of_properties() {
        let blocks = parse("Id=a.service\nExecStart={ x=1 }\nExecStart={ y }\n\nId=b.service\n");
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].all("ExecStart").collect::<Vec<_>>(), ["{ x=1 }", "{ y }"]);
        assert_eq!((blocks[1].id(), blocks[1].get("ExecStart")), ("b.service", None));
    }
}
