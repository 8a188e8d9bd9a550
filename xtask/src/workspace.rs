//! The workspace as `cargo metadata` tells it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    command::Cmd,
    error::{Error, Result},
};

/// The root, the packages and how they depend on each other on this platform.
pub struct Workspace {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    /// Every package of the resolved graph, by cargo's identifier.
    pub packages: BTreeMap<String, Package>,
}

/// A package: of the workspace, or from outside.
pub struct Package {
    /// Its name in Cargo.toml.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence expression (SPDX), if it has one.
    pub licence: Option<String>,
    /// Whether it belongs to the workspace.
    pub is_member: bool,
    /// Its Cargo.toml.
    pub manifest: PathBuf,
    /// Its targets.
    pub targets: Vec<Target>,
    /// What it depends on.
    pub edges: Vec<Edge>,
}

/// A library, program or test file of a package.
pub struct Target {
    /// Its name.
    pub name: String,
    /// `lib`, `bin`, `test`, …
    pub kind: String,
    /// The file at its root.
    pub source: PathBuf,
}

/// A dependency.
pub struct Edge {
    /// Cargo's identifier of what is depended on.
    pub to: String,
    /// Whether it is only for tests, examples and benches.
    pub dev_only: bool,
}

impl Workspace {
    /// Asks cargo.
    pub fn load() -> Result<Workspace> {
        // At run time too: a program built in one clone may be run from another.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = manifest
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")))
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_else(|| PathBuf::from("."));
        let mut workspace =
            Workspace { root, target: PathBuf::new(), packages: BTreeMap::default() };
        let rustc = Cmd::new(&workspace, "rustc").arg("-vV").read()?;
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let text = Cmd::cargo(&workspace)
            .args(["metadata", "--format-version", "1", "--filter-platform", host])
            .read()?;
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| Error::malformed("cargo metadata", error.to_string()))?;
        workspace.read(&value);
        Ok(workspace)
    }

    fn read(&mut self, value: &Value) {
        self.target = path(value, "target_directory");
        self.root = path(value, "workspace_root");
        let members: Vec<&str> =
            list(value, "workspace_members").filter_map(Value::as_str).collect();
        let mut edges: BTreeMap<String, Vec<Edge>> =
            list(value.get("resolve").unwrap_or(value), "nodes")
                .map(|node| (text(node, "id"), list(node, "deps").map(edge).collect()))
                .collect();
        for package in list(value, "packages") {
            let id = text(package, "id");
            // Packages for other platforms are listed but not resolved.
            let Some(edges) = edges.remove(&id) else { continue };
            let is_member = members.contains(&id.as_str());
            let package = Package {
                name: text(package, "name"),
                version: text(package, "version"),
                licence: package.get("license").and_then(Value::as_str).map(str::to_owned),
                is_member,
                manifest: path(package, "manifest_path"),
                targets: list(package, "targets").map(target).collect(),
                edges,
            };
            self.packages.insert(id, package);
        }
    }

    /// The packages of the workspace.
    pub fn members(&self) -> impl Iterator<Item = (&String, &Package)> {
        self.packages.iter().filter(|(_, package)| package.is_member)
    }

    /// `path` as seen from the root, for messages.
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// The names of the test files that boot boxes: `boxes` and `box_*`.
    pub fn box_tests(&self) -> Vec<String> {
        self.test_files(boots_boxes)
    }

    /// The names of all other test files.
    pub fn plain_tests(&self) -> Vec<String> {
        self.test_files(|name| !boots_boxes(name))
    }

    fn test_files(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let targets = self.members().flat_map(|(_, package)| &package.targets);
        let mut names: Vec<String> = targets
            .filter(|target| target.kind == "test" && wanted(&target.name))
            .map(|target| target.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn boots_boxes(test_file: &str) -> bool {
    test_file == "boxes" || test_file.starts_with("box_")
}

fn edge(value: &Value) -> Edge {
    let mut kinds = list(value, "dep_kinds");
    let dev_only = kinds.all(|kind| kind.get("kind").and_then(Value::as_str) == Some("dev"));
    Edge { to: text(value, "pkg"), dev_only }
}

fn target(value: &Value) -> Target {
    let kind = list(value, "kind").filter_map(Value::as_str).next().unwrap_or_default().to_owned();
    Target { name: text(value, "name"), kind, source: path(value, "src_path") }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn path(value: &Value, key: &str) -> PathBuf {
    PathBuf::from(text(value, key))
}
