//! Running an operation by `systemctl --root` and by daemonctl.

#![allow(dead_code, reason = "each test uses a part")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::generate::Operation;

pub fn systemctl(root: &Path, operation: &Operation) -> Output {
    Command::new("systemctl")
        .arg(format!("--root={}", root.display()))
        .arg(operation.verb)
        .args(&operation.flags)
        .arg("--")
        .args(&operation.units)
        // Init scripts are no part of this.
        .env("SYSTEMCTL_SKIP_SYSV", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub fn ours(root: &Path, operation: &Operation) -> Output {
    let verb: &[&str] = match operation.verb {
        "reenable" => &["enable", "--again"],
        "preset-all" => &["preset", "--all"],
        ref verb => std::slice::from_ref(verb),
    };
    let flags = operation.flags.iter().filter_map(|flag| match *flag {
        "--preset-mode=enable-only" => Some("--mode=enable-only"),
        "--preset-mode=disable-only" => Some("--mode=disable-only"),
        // systemctl takes it everywhere.
        "--force" if matches!(operation.verb, "disable" | "unmask") => None,
        flag => Some(flag),
    });
    Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(verb)
        .arg("--root")
        .arg(root)
        .args(flags)
        .arg("--")
        .args(&operation.units)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
