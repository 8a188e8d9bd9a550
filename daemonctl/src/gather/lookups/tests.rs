//! What is looked up together, below a root made for it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::*;
use crate::cli::{Common, When};

struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Tree {
        let path = std::env::temp_dir().join(format!("lookups-all-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        for folder in ["etc", "usr/bin", "usr/sbin", "usr/lib", "lib64", "var/lib/dpkg/info"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        fs::write(path.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/x\n")
            .unwrap();
        fs::write(path.join("etc/group"), "root:x:0:\nwww-data:x:33:\nssl:x:110:www-data\n")
            .unwrap();
        Tree(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(path), bytes).unwrap();
        fs::set_permissions(self.0.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn fill(&self, wanted: &Wanted) -> Lookups {
        let context = Context::new(Common {
            json: false,
            color: When::Never,
            no_header: false,
            ascii: false,
            proc_root: "/proc".into(),
            system_root: self.0.clone(),
        });
        let mut lookups = Lookups::default();
        fill(&context, wanted, &mut lookups, &mut Vec::new());
        // Asked again, nothing changes.
        let before = lookups.clone();
        fill(&context, wanted, &mut lookups, &mut Vec::new());
        assert_eq!(lookups, before);
        lookups
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// This machine's libc and loader, and a program that needs more than these.
fn machine() -> Option<(Vec<u8>, Vec<u8>, String)> {
    let program = fs::read("/usr/bin/ssh-keygen").or_else(|_| fs::read("/usr/bin/curl")).ok()?;
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let libc = maps.lines().find(|line| line.ends_with("/libc.so.6"))?.split_whitespace().last()?;
    let loader = "/lib64/ld-linux-x86-64.so.2";
    Some((program, fs::read(libc).ok()?, loader.to_owned()))
}

#[test]
fn libraries_that_are_nowhere_and_who_needs_them() {
    let Some((program, libc, loader)) = machine() else { return };
    let tree = Tree::new("libraries");
    tree.write("usr/sbin/daemond", &program);
    tree.write("usr/lib/libc.so.6", &libc);
    tree.write(
        "var/lib/dpkg/info/libssl3:amd64.list",
        "/.\n/usr/lib/x/libcrypto.so.3\n/usr/lib/x/libz.so.1\n",
    );
    let wanted = Wanted { programs: set(&["/usr/sbin/daemond"]), ..Wanted::default() };
    let lookups = tree.fill(&wanted);
    let found = &lookups.programs["/usr/sbin/daemond"];
    assert_eq!((found.format.as_str(), found.runs_here), ("elf", true));
    assert_eq!(found.interpreter.as_ref(), Some(&loader));
    assert!(lookups.paths[&loader].missing().is_some(), "{:?}", lookups.paths.keys());
    assert!(!found.missing_libraries.is_empty());
    // libc needs the loader by name too.
    let by_libc = |who: &str| who == "/usr/lib/libc.so.6";
    assert!(
        found.missing_libraries.iter().all(|(_, who)| who == "/usr/sbin/daemond" || by_libc(who))
    );
    assert!(found.missing_libraries.iter().all(|(library, _)| library != "libc.so.6"));
    let (first, _) = &found.missing_libraries[0];
    assert!(lookups.packages.contains_key(first));
    // Where the environment says so they are looked for there, and a damaged one is named.
    tree.write(&format!("etc/{first}"), b"\x7fELF");
    let paths = set(&["/etc"]);
    let lookups = tree.fill(&Wanted { library_paths: paths, ..wanted });
    let damaged = lookups.programs.get(&format!("/etc/{first}")).unwrap();
    assert!(damaged.damage.as_deref().is_some_and(|how| how.contains("cut off")), "{damaged:?}");
}

#[test]
fn scripts_lead_to_their_interpreters() {
    let tree = Tree::new("scripts");
    tree.write("usr/bin/env", b"");
    tree.write("usr/bin/python3", b"#!/usr/bin/nothing -x\n");
    tree.write("usr/sbin/good", b"#!/usr/bin/env python3\n");
    tree.write("usr/sbin/bad", b"#!/usr/bin/env ruby9\r\n");
    tree.write("usr/sbin/text", b"echo hello\n");
    let programs = set(&["/usr/sbin/good", "/usr/sbin/bad", "/usr/sbin/text", "/usr/sbin/goood"]);
    let lookups = tree.fill(&Wanted { programs, ..Wanted::default() });
    assert_eq!(lookups.paths["python3"].steps.last().unwrap().path, "/usr/bin/python3");
    assert!(lookups.paths["ruby9"].missing().is_some());
    assert!(lookups.paths["/usr/bin/nothing"].missing().is_some());
    assert!(lookups.programs["/usr/sbin/bad"].has_crlf);
    assert_eq!(lookups.programs["/usr/bin/env"].format, "empty");
    let text = &lookups.programs["/usr/sbin/text"];
    assert_eq!((text.format.as_str(), &text.damage), ("other", &None));
    assert!(!lookups.programs.contains_key("/usr/sbin/goood"));
    assert_eq!(lookups.near["/usr/sbin/goood"], ["/usr/sbin/good"]);
}

#[test]
fn accounts_texts_and_traps() {
    let tree = Tree::new("accounts");
    tree.write("etc/default", "A=1\nB=2\n");
    // A link out of the tree leads nowhere, and no pipe is waited for.
    symlink("/../../../../etc/shadow", tree.0.join("usr/trap")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(tree.0.join("etc/pipe")).status().unwrap();
    assert!(made.success());
    let lookups = tree.fill(&Wanted {
        users: set(&["www-data", "www-dta", "33"]),
        groups: set(&["ssl", "nosuch"]),
        texts: set(&["/etc/default", "/usr/trap", "/etc/pipe"]),
        hosts: set(&["127.0.0.1", "nosuch.example"]),
        ..Wanted::default()
    });
    assert_eq!(lookups.users["www-data"].known().unwrap().groups, [33, 110]);
    assert_eq!(lookups.users["33"].known().unwrap().name, "www-data");
    assert_eq!(lookups.users["www-dta"], Seen::Absent);
    assert_eq!(lookups.near["www-dta"], ["www-data"]);
    assert_eq!(lookups.groups["ssl"].known().unwrap().gid, 110);
    assert_eq!(lookups.groups["nosuch"], Seen::Absent);
    assert_eq!(lookups.texts["/etc/default"], ["A=1", "B=2"]);
    assert!(!lookups.texts.contains_key("/usr/trap") && !lookups.texts.contains_key("/etc/pipe"));
    assert_eq!(lookups.hosts["nosuch.example"], Seen::Absent);
}

#[test]
fn a_listener_and_a_lock_of_our_own_have_holders() {
    let tree = Tree::new("listeners");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let own = std::process::id();
    tree.write("etc/lock", "");
    let file = fs::File::open(tree.0.join("etc/lock")).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let wanted = Wanted { listeners: true, lock_files: set(&["/etc/lock"]), ..Wanted::default() };
    let lookups = tree.fill(&wanted);
    let address = listener.local_addr().unwrap();
    let all = lookups.listeners.known().unwrap();
    let found =
        all.iter().find(|one| one.address == Some(address) && one.protocol == "tcp").unwrap();
    assert!(found.holders.iter().any(|holder| holder.pid == own && !holder.command.is_empty()));
    assert!(lookups.lock_holders["/etc/lock"].iter().any(|holder| holder.pid == own));
}
