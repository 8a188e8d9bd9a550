//! Where control groups are mounted, and reading their small files.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use insight::snapshot::Seen;

/// No file of a control group that is read here is longer.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// The folder of a group in one hierarchy.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The group of that path below this mount.
    pub(super) fn below(&self, path: &str) -> Folder {
        Folder(self.0.join(path.trim_start_matches('/')))
    }

    /// The one above.
    pub(super) fn parent(&self) -> Folder {
        Folder(self.0.parent().map_or_else(|| self.0.clone(), Path::to_owned))
    }

    /// Whether there is such a group.
    pub(super) fn exists(&self) -> bool {
        self.0.is_dir()
    }

    /// A file's text, or why there is none: a controller that is off leaves no file.
    pub(super) fn text<T>(&self, name: &str) -> Result<String, Seen<T>> {
        let read = || -> std::io::Result<String> {
            let mut bytes = Vec::new();
            std::fs::File::open(self.0.join(name))?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => Seen::NotPermitted,
            _ => Seen::NotMeasured,
        })
    }

    /// A number.
    pub(super) fn count(&self, name: &str) -> Seen<u64> {
        match self.text(name) {
            Ok(text) => text.trim().parse().map_or(Seen::NotMeasured, Seen::Known),
            Err(missing) => missing,
        }
    }

    /// A number, or `max`: then there is no limit.
    pub(super) fn limit(&self, name: &str) -> Seen<u64> {
        match self.text(name) {
            Ok(text) if text.trim() == "max" => Seen::Absent,
            Ok(text) => text.trim().parse().map_or(Seen::NotMeasured, Seen::Known),
            Err(missing) => missing,
        }
    }

    /// The sum of some lines of a name and a number.
    pub(super) fn sum_of(&self, name: &str, keys: &[&str]) -> Seen<u64> {
        if let Err(missing) = self.text::<u64>(name) {
            return missing;
        }
        let pairs = self.pairs(name);
        let counted = pairs.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        Seen::Known(counted.map(|(_, value)| *value).fold(0, u64::saturating_add))
    }

    /// Lines of a name and a number; none where there is no such file.
    pub(super) fn pairs(&self, name: &str) -> Vec<(String, u64)> {
        let text = self.text::<()>(name).unwrap_or_default();
        let pair = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        };
        text.lines().filter_map(pair).collect()
    }
}

/// The hierarchies of this machine.
#[derive(Debug)]
pub(super) struct Hierarchies {
    /// Version 2, alone or beside version 1.
    pub(super) unified: Option<Folder>,
    mount: PathBuf,
}

impl Hierarchies {
    /// Those below `/sys/fs/cgroup`.
    pub(super) fn of(mount: &Path) -> Hierarchies {
        let places = [mount.to_owned(), mount.join("unified")];
        let is_unified = |place: &&PathBuf| place.join("cgroup.controllers").exists();
        let unified = places.iter().find(is_unified).cloned().map(Folder);
        Hierarchies { unified, mount: mount.to_owned() }
    }

    /// The folder of a group in the hierarchy of a controller of version 1.
    pub(super) fn version1(&self, controller: &str, path: &str) -> Option<Folder> {
        let folder = Folder(self.mount.join(controller)).below(path);
        // The root group counts the whole machine: nobody's figures.
        (path != "/" && folder.exists()).then_some(folder)
    }
}
