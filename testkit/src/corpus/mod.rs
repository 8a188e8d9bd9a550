//! A corpus of real unit files: what some 400 Debian packages ship, and what systemd says of it.
//!
//! [`Corpus::get`] fetches the packages by apt, which knows where from, and lays them out as one
//! tree without installing anything; [`Corpus::reference`] has what the `systemd-analyze verify` of
//! that very tree finds wrong in each unit. Both are done once and kept in the target directory:
//! afterwards nothing is fetched or run. [`Corpus::mutants`] is a tree of the same files with
//! mistakes put in.
//!
//! Only the list of packages is kept here, no file of theirs.

mod fetch;
mod layout;
mod message;
mod mistakes;
mod mutants;
mod parallel;
mod reference;

pub use crate::error::Error;
pub use message::{Class, Finding};
pub use mutants::Mutant;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The packages, one a line.
const PACKAGES: &str = include_str!("packages.txt");

/// What decides how the tree comes out: a tree of another recipe is not used.
const RECIPE: &[&str] = &[PACKAGES, include_str!("fetch.rs"), include_str!("layout.rs")];

/// What decides what the mutants are.
const MUTATION: &[&str] = &[include_str!("mutants.rs"), include_str!("mistakes.rs")];

/// Which of systemd's managers a unit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// The one of the machine.
    System,
    /// That of each user.
    User,
}

impl Manager {
    /// Its word: `system`, `user`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
        }
    }

    /// Where packages put units for it, from the tree's root.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::System => "usr/lib/systemd/system",
            Self::User => "usr/lib/systemd/user",
        }
    }
}

/// A tree of files with units in it.
#[derive(Debug)]
pub struct Corpus {
    /// Holds the tree and what was found in it.
    home: PathBuf,
}

impl Corpus {
    /// The packages' tree; made if it is not there yet, by one process at a time.
    ///
    /// # Errors
    /// When packages can't be fetched or unpacked, or when this is not root.
    pub fn get() -> Result<Self, Error> {
        let cache = cache_dir()?;
        kept(&cache, "packages", RECIPE, |home| {
            let debs = cache.join("debs");
            let packages: Vec<&str> = PACKAGES.lines().collect();
            let missing = fetch::fetch(&packages, &debs)?;
            layout::lay_out(&packages, &debs, &home.join("tree"))?;
            write(&home.join("missing"), missing.join("\n").as_bytes())
        })
    }

    /// A tree with the same files, and mistakes put into copies of units: see [`Self::mutated`].
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn mutants() -> Result<Self, Error> {
        let original = Self::get()?;
        let recipe = [RECIPE, MUTATION].concat();
        kept(&cache_dir()?, "mutants", &recipe, |home| {
            layout::link_copy(&original.root(), &home.join("tree"))?;
            mutants::write(&original, &home.join("tree"))
        })
    }

    /// The root of the tree. `bin`, `lib` and their like are links into `usr`, as on a machine.
    /// Files above 64 KiB that are not systemd's configuration are empty: only that they are there,
    /// and their mode, is as packaged.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.home.join("tree")
    }

    /// Packages of the list that the archive no longer has.
    ///
    /// # Errors
    /// When the tree is not whole.
    pub fn missing(&self) -> Result<Vec<String>, Error> {
        Ok(read(&self.home.join("missing"))?.lines().map(str::to_owned).collect())
    }

    /// How many packages are in it.
    #[must_use]
    pub fn packages() -> usize {
        PACKAGES.lines().count()
    }

    /// The names of all units for a manager that packages ship, aliases and templates too, sorted.
    ///
    /// # Errors
    /// When the tree can't be read.
    pub fn units(&self, manager: Manager) -> Result<Vec<String>, Error> {
        units_in(&self.root().join(manager.folder()))
    }

    /// What was put into a tree of mutants, by the units' names, sorted.
    ///
    /// # Errors
    /// When this is no tree of mutants.
    pub fn mutated(&self) -> Result<Vec<Mutant>, Error> {
        mutants::list(&self.root())
    }

    /// What `systemd-analyze verify` finds in each of the units, one after the other: asked about
    /// several at once it sees conflicts that only their being asked together makes.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn reference(&self, manager: Manager, units: &[String]) -> Result<Vec<Finding>, Error> {
        let groups: Vec<&[String]> = units.chunks(1).collect();
        self.said(manager, &groups)
    }

    /// What it finds in units that are started together.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn together(&self, manager: Manager, units: &[String]) -> Result<Vec<Finding>, Error> {
        self.said(manager, &[units])
    }

    fn said(&self, manager: Manager, groups: &[&[String]]) -> Result<Vec<Finding>, Error> {
        let mut hasher = DefaultHasher::new();
        (groups, include_str!("reference.rs")).hash(&mut hasher);
        let kept = format!("said-{}-{:016x}", manager.name(), hasher.finish());
        let kept = self.home.join(kept);
        let said = if kept.is_file() {
            read(&kept)?
        } else {
            let said = reference::ask(&self.root(), manager, groups)?;
            write(&kept, said.as_bytes())?;
            said
        };
        Ok(message::parse(&said, &self.root()))
    }

    /// The version of systemd that is asked: its first number.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn reference_version(&self) -> Result<String, Error> {
        reference::version(&self.root())
    }
}

/// A folder `NAME-HASH` in the cache, filled by `make` if it is not there, by one process at a
/// time. Older ones of that name are removed.
fn kept(
    cache: &Path,
    name: &str,
    recipe: &[&str],
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<Corpus, Error> {
    let mut hasher = DefaultHasher::new();
    recipe.hash(&mut hasher);
    let home = cache.join(format!("{name}-{:016x}", hasher.finish()));
    let lock_path = cache.join(format!("{name}.lock"));
    let lock = File::create(&lock_path).map_err(Error::io("make", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if home.is_dir() {
        return Ok(Corpus { home });
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Error::NotRoot);
    }
    for entry in fs::read_dir(cache).map_err(Error::io("list", cache))?.flatten() {
        let of_this_name = entry.file_name().to_str().is_some_and(|found| {
            found.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '.']))
        });
        if of_this_name && entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).map_err(Error::io("remove", entry.path()))?;
        }
    }
    let unfinished = cache.join(format!("{name}.unfinished"));
    fs::create_dir_all(&unfinished).map_err(Error::io("make", &unfinished))?;
    make(&unfinished)?;
    fs::rename(&unfinished, &home).map_err(Error::io("put in its place", &home))?;
    Ok(Corpus { home })
}

/// Where it is kept: `$TESTKIT_CORPUS`, else `corpus` in the target directory.
fn cache_dir() -> Result<PathBuf, Error> {
    let dir = if let Some(dir) = std::env::var_os("TESTKIT_CORPUS") {
        PathBuf::from(dir)
    } else if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        PathBuf::from(target).join("corpus")
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/corpus")
    };
    fs::create_dir_all(&dir).map_err(Error::io("make", &dir))?;
    fs::canonicalize(&dir).map_err(Error::io("find", &dir))
}

/// The units in a folder, sorted.
fn units_in(folder: &Path) -> Result<Vec<String>, Error> {
    const TYPES: [&str; 10] = [
        "service",
        "socket",
        "timer",
        "path",
        "target",
        "mount",
        "automount",
        "slice",
        "swap",
        "scope",
    ];
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let name = entry.map_err(Error::io("list", folder))?.file_name();
        if let Some(name) = name.to_str()
            && name.rsplit_once('.').is_some_and(|(_, suffix)| TYPES.contains(&suffix))
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
    }
    fs::write(path, bytes).map_err(Error::io("write", path))
}
