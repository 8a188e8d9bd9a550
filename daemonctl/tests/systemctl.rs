//! `systemctl`, by its name: the grammar and what is said without asking anybody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under its other name, in a folder of its own.
struct Named(PathBuf);

impl Named {
    fn new(test: &str) -> Named {
        let folder =
            std::env::temp_dir().join(format!("daemonctl-systemctl-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let program = env!("CARGO_BIN_EXE_daemonctl");
        std::os::unix::fs::symlink(program, folder.join("systemctl")).unwrap();
        Named(folder)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// Runs it as a shell would, by `$PATH`.
    fn run(&self, args: &[&str]) -> Output {
        Command::new("systemctl")
            .args(args)
            .env_clear()
            .env("PATH", &self.0)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Exit status, standard output and standard error.
    fn said(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.run(args);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_line_that_makes_no_sense_is_refused_as_systemctl_refuses_it() {
    let tool = Named::new("refused");
    for (args, message) in [
        (vec!["frobnicate"], "Unknown command verb frobnicate."),
        (vec!["--bogus"], "systemctl: unrecognized option '--bogus'"),
        (vec!["-z"], "systemctl: invalid option -- 'z'"),
        (vec!["start"], "Too few arguments."),
        (vec!["isolate", "a", "b"], "Too many arguments."),
        (vec!["-t"], "systemctl: option requires an argument -- 't'"),
        (
            vec!["--root=/tmp", "start", "x"],
            "Verb 'start' cannot be used with --root= or --image=.",
        ),
        (
            vec!["-H", "there", "status"],
            "--host and --machine are not supported: only this machine is managed.",
        ),
    ] {
        let said = tool.said(&args);
        assert_eq!(said, (1, String::new(), format!("{message}\n")), "{args:?}");
    }
}

#[test]
fn nothing_is_asked_for_what_is_known() {
    let tool = Named::new("known");
    let (code, out, _) = tool.said(&["-t", "help", "--bogus"]);
    assert_eq!((code, out.lines().next()), (0, Some("Available unit types:")));
    let (code, out, _) = tool.said(&["--help"]);
    assert_eq!(code, 0);
    for word in ["list-units", "is-enabled", "--property=NAME", "Exit status:"] {
        assert!(out.contains(word), "{word} in {out}");
    }
    let (code, out, _) = tool.said(&["--version"]);
    assert!(code == 0 && out.starts_with("systemd 2"), "{out}");
}

#[test]
fn inside_of_a_chroot_what_asks_a_manager_does_nothing() {
    let tool = Named::new("offline");
    let output = Command::new("systemctl")
        .args(["restart", "nginx"])
        .env("PATH", tool.path())
        .env("SYSTEMD_OFFLINE", "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "Running in chroot, ignoring command 'restart'\n");
}

#[test]
fn unit_files_of_a_tree_are_enabled_and_masked() {
    let tool = Named::new("tree");
    let root = tool.path().join("root");
    let folder = root.join("etc/systemd/system");
    std::fs::create_dir_all(&folder).unwrap();
    let unit = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";
    std::fs::write(folder.join("a.service"), unit).unwrap();
    std::fs::write(folder.join("multi-user.target"), "[Unit]\n").unwrap();
    let root = format!("--root={}", root.display());
    let link = "/etc/systemd/system/multi-user.target.wants/a.service";
    let (code, out, said) = tool.said(&[&root, "enable", "a"]);
    assert_eq!((code, &*out), (0, ""));
    assert_eq!(said, format!("Created symlink {link} → /etc/systemd/system/a.service.\n"));
    assert_eq!(tool.said(&[&root, "is-enabled", "a"]), (0, "enabled\n".to_owned(), String::new()));
    let (code, out, _) = tool.said(&[&root, "list-unit-files", "--no-legend"]);
    assert_eq!(
        (code, &*out),
        (0, "a.service         enabled enabled\nmulti-user.target static  -\n")
    );
    let (code, _, said) = tool.said(&["disable", &root, "a"]);
    assert_eq!((code, said), (0, format!("Removed \"{link}\".\n")));
    assert_eq!(tool.said(&[&root, "is-enabled", "a"]).0, 1);
    let (code, _, said) = tool.said(&[&root, "enable", "b"]);
    assert_eq!((code, &*said), (1, "Failed to enable unit, unit b.service does not exist.\n"));
    let (code, _, said) = tool.said(&[&root, "is-enabled", "b"]);
    let message = "Failed to get unit file state for b.service: No such file or directory\n";
    assert_eq!((code, &*said), (1, message));
}
