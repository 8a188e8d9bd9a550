//! The files of the repository: those that git tracks and those that it would.

use std::path::{Path, PathBuf};

use crate::{command::Cmd, error::Result, workspace::Workspace};

/// A text file of the repository.
pub struct File {
    /// From the root, with slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it holds nothing but tests.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let is_named_so = name == "tests.rs" || name.ends_with("_tests.rs");
        is_named_so || self.path.split('/').any(|part| part == "tests")
    }
}

/// All text files.
pub struct Tree {
    /// In the order of their paths.
    pub files: Vec<File>,
}

impl Tree {
    /// Reads them. Files that are not UTF-8 (binary fixtures) are left out.
    pub fn load(workspace: &Workspace) -> Result<Tree> {
        // The account that tests may not be the one that owns the clone; git minds that.
        let listed = Cmd::new(workspace, "git")
            .args(["-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"])
            .read();
        let mut paths: Vec<String> = match listed {
            Ok(text) => {
                text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
            }
            // An unpacked archive has no git.
            Err(_) => walk(&workspace.root),
        };
        paths.sort();
        paths.dedup();
        let read = |path: String| {
            let full = workspace.root.join(&path);
            // A link's target is checked where it stands; a deleted file is not there.
            let is_file = full.symlink_metadata().is_ok_and(|meta| meta.is_file());
            let text = is_file.then(|| std::fs::read_to_string(full).ok()).flatten()?;
            Some(File { path, text })
        };
        Ok(Tree { files: paths.into_iter().filter_map(read).collect() })
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The file of this path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn walk(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::from(root)];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && entry.file_name() != "target" {
                pending.push(path);
            } else if let Ok(inside) = path.strip_prefix(root) {
                found.push(inside.to_string_lossy().into_owned());
            }
        }
    }
    found
}
