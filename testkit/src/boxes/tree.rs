//! The trees that boxes stand on: a Debian each, built once and kept in the target directory.

use super::{Error, Kind};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Debian release of the boxes.
const SUITE: &str = "bookworm";

/// What every tree has, whatever boots it.
const COMMON: &[&str] = &[
    "bsdutils",
    "cron",
    "dbus",
    "iproute2",
    "nginx-light",
    "openssh-client",
    "openssh-server",
    "procps",
    "psmisc",
    "python3",
    "redis-server",
    "rsyslog",
    "screen",
    "tmux",
    "util-linux",
];

/// What a tree with [`super::Plan::servers`] has besides.
const SERVERS: &[&str] = &["acl", "apache2", "haproxy", "mariadb-server", "postgresql"];

/// Run in the finished tree: users that can log in, and what does not make sense without hardware.
const FINISH: &str = include_str!("finish.sh");

/// Run after that in a tree with servers: all of them run at boot, each on a port of its own.
const FINISH_SERVERS: &str = include_str!("finish_servers.sh");

const fn own_packages(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Systemd => &["systemd", "systemd-sysv"],
        Kind::SystemdLogind => &["systemd", "systemd-sysv", "libpam-systemd", "dbus-user-session"],
        Kind::OpenRc => &["sysvinit-core", "openrc", "orphan-sysvinit-scripts"],
        Kind::Sysv => &["sysvinit-core", "sysv-rc", "initscripts", "orphan-sysvinit-scripts"],
        Kind::Bare => &[],
    }
}

/// Where trees are kept: `$TESTKIT_BOXES`, else `boxes` in the target directory.
pub(super) fn cache_dir() -> Result<PathBuf, Error> {
    let dir = if let Some(dir) = std::env::var_os("TESTKIT_BOXES") {
        PathBuf::from(dir)
    } else if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        PathBuf::from(target).join("boxes")
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/boxes")
    };
    fs::create_dir_all(&dir).map_err(Error::io("make", &dir))?;
    fs::canonicalize(&dir).map_err(Error::io("find", &dir))
}

/// How a tree is made.
struct Recipe {
    /// What its name begins with.
    name: String,
    kind: Kind,
    packages: Vec<&'static str>,
    /// Scripts that are run in it at the end, in order.
    finish: Vec<&'static str>,
}

impl Recipe {
    fn new(kind: Kind, has_servers: bool) -> Self {
        let packages = COMMON.iter().chain(own_packages(kind)).copied();
        let (name, packages) = (kind.name().to_owned(), packages.collect());
        let mut recipe = Self { name, kind, packages, finish: vec![FINISH] };
        if has_servers {
            recipe.name.push_str("-servers");
            recipe.packages.extend(SERVERS);
            recipe.finish.push(FINISH_SERVERS);
        }
        recipe
    }

    /// Where its tree belongs: another recipe has another place.
    fn place(&self, cache: &Path) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        (SUITE, &self.packages).hash(&mut hasher);
        for script in &self.finish {
            script.hash(&mut hasher);
        }
        cache.join(format!("{}-{:016x}", self.name, hasher.finish()))
    }
}

/// The tree of that kind; built if it is not there yet, by one process at a time.
pub(super) fn base(kind: Kind, has_servers: bool, cache: &Path) -> Result<PathBuf, Error> {
    let recipe = Recipe::new(kind, has_servers);
    let tree = recipe.place(cache);
    if tree.is_dir() {
        return Ok(tree);
    }
    let lock_path = cache.join(format!("{}.lock", recipe.name));
    let lock = File::create(&lock_path).map_err(Error::io("make", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if !tree.is_dir() {
        let unfinished = cache.join(format!("{}.unfinished", recipe.name));
        build(&recipe, &unfinished)?;
        fs::rename(&unfinished, &tree).map_err(Error::io("put in its place", &tree))?;
        remove_older(&recipe, cache, &tree);
    }
    Ok(tree)
}

fn build(recipe: &Recipe, dir: &Path) -> Result<(), Error> {
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(Error::io("remove", dir))?;
    }
    let mut debootstrap = Command::new("mmdebstrap");
    debootstrap
        .args(["--quiet", "--variant=minbase", "--mode=root"])
        .arg(format!("--include={}", recipe.packages.join(",")))
        .arg(SUITE)
        .arg(dir);
    step("mmdebstrap", &mut debootstrap)?;
    for script in &recipe.finish {
        let mut finish = Command::new("chroot");
        finish.arg(dir).args(["/bin/sh", "-euc", script, "finish", recipe.kind.name()]);
        step("the finishing script", finish.env_clear().env("PATH", super::enter::PATH))?;
    }
    Ok(())
}

fn step(name: &str, command: &mut Command) -> Result<(), Error> {
    let output = command.output().map_err(Error::io("run", name))?;
    if output.status.success() {
        return Ok(());
    }
    let log = [output.stdout, output.stderr].concat();
    Err(Error::Build { step: name.to_owned(), log: String::from_utf8_lossy(&log).into_owned() })
}

/// Trees of an older recipe are of no use to anyone. One that a box still stands on stays whole
/// for that box as far as it has files open; the worst case is a failed test in an old build.
fn remove_older(recipe: &Recipe, cache: &Path, keep: &Path) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let of_this_kind = name
            .to_str()
            .and_then(|name| name.rsplit_once('-'))
            .is_some_and(|(prefix, hash)| prefix == recipe.name && hash.len() == 16);
        if of_this_kind && entry.path() != keep {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
