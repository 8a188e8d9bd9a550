use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::*;

/// A folder to look below, gone at the end.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Tree {
        let path = std::env::temp_dir().join(format!("lookups-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Tree(path)
    }

    fn resolver(&self) -> Resolver {
        let root = openat(CWD, &self.0, path_flags(), Mode::empty()).unwrap();
        Resolver { root, mounts: Mounts::default() }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(fact: &PathFact) -> Vec<&str> {
    fact.steps.iter().map(|step| &*step.path).collect()
}

#[test]
fn each_name_is_a_step_and_links_stay_below_the_root() {
    let tree = Tree::new("links");
    fs::create_dir_all(tree.0.join("usr/sbin")).unwrap();
    fs::write(tree.0.join("usr/sbin/nginx"), "x").unwrap();
    fs::set_permissions(tree.0.join("usr/sbin/nginx"), fs::Permissions::from_mode(0o4750)).unwrap();
    symlink("usr/sbin", tree.0.join("sbin")).unwrap();
    symlink("/sbin/../../../sbin/nginx", tree.0.join("out")).unwrap();
    let found = tree.resolver().look("/out");
    let expected = [
        "/",
        "/out",
        "/sbin",
        "/usr",
        "/usr/sbin",
        "/sbin",
        "/usr",
        "/usr/sbin",
        "/usr/sbin/nginx",
    ];
    assert_eq!(names(&found.fact), expected);
    assert_eq!(found.fact.steps[2].link.as_deref(), Some("usr/sbin"));
    let target = found.fact.target().unwrap();
    assert_eq!((target.kind, target.mode, target.size_bytes), (FileKind::File, 0o4750, 1));
    assert!(found.end.is_some() && found.fact.missing().is_none());
}

#[test]
fn the_first_name_that_is_not_there_is_the_last_step() {
    let tree = Tree::new("missing");
    fs::write(tree.0.join("file"), "").unwrap();
    symlink("/run/nowhere/x", tree.0.join("dangling")).unwrap();
    let look = |path: &str| tree.resolver().look(path).fact;
    assert_eq!(look("/run/a/b").missing().unwrap().path, "/run");
    assert_eq!(look("/file/below").missing().unwrap().path, "/file/below");
    assert_eq!(look("/dangling").missing().unwrap().path, "/run");
    assert!(look("/dangling").target().is_none());
    let long = format!("/{}", "a/".repeat(3000));
    assert!(look(&long).missing().is_some());
}

#[test]
fn circles_end() {
    let tree = Tree::new("circles");
    symlink("b", tree.0.join("a")).unwrap();
    symlink("a", tree.0.join("b")).unwrap();
    let fact = tree.resolver().look("/a/x").fact;
    assert!(fact.is_loop && fact.target().is_none(), "{fact:?}");
}

#[test]
fn what_is_no_plain_file_is_never_opened() {
    let tree = Tree::new("fifo");
    let made = std::process::Command::new("mkfifo").arg(tree.0.join("pipe")).status().unwrap();
    assert!(made.success());
    let resolver = tree.resolver();
    // A FIFO without writer would make an open for reading wait for ever.
    assert!(resolver.read("/pipe").is_none());
    assert_eq!(resolver.look("/pipe").fact.target().unwrap().kind, FileKind::Fifo);
    assert_eq!(resolver.list("/").unwrap(), ["pipe"]);
}
