//! What the tests need of Debian's packages: what is missing is installed.

use std::collections::BTreeSet;

use super::Outcome;
use crate::{
    command::{Cmd, is_installed},
    error::Result,
    workspace::Workspace,
};

/// What tests need besides the boxes: reference programs, and strace to count system calls.
const TEST_PACKAGES: &[&str] = &["procps", "strace"];

/// Installs what is missing. Where that can't be done the tests that need it say so themselves.
pub fn install(workspace: &Workspace) -> Result<Outcome> {
    if !is_installed("dpkg-query") || !is_installed("apt-get") {
        return Ok(Outcome::skipped("no Debian here: install what the tests ask for by hand"));
    }
    let wanted: BTreeSet<&str> =
        testkit::requirements::DEBIAN_PACKAGES.iter().chain(TEST_PACKAGES).copied().collect();
    let missing: Vec<&str> =
        wanted.into_iter().filter(|package| !is_package_installed(workspace, package)).collect();
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(Outcome::of(true));
    }
    if !rustix::process::geteuid().is_root() {
        let reason = format!("not root, and missing: {}", missing.join(" "));
        return Ok(Outcome::skipped(reason));
    }
    // A fresh machine has no lists, or old ones: they are fetched only if they are needed.
    let apt = || Cmd::new(workspace, "apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    let install = || apt().args(["install", "-y", "-q", "--no-install-recommends"]).args(&missing);
    if install().show()?.success() {
        return Ok(Outcome::of(true));
    }
    apt().args(["update", "-q"]).expect_success()?;
    install().show().map(|status| Outcome::of(status.success()))
}

fn is_package_installed(workspace: &Workspace, package: &str) -> bool {
    Cmd::new(workspace, "dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .read()
        .is_ok_and(|status| status == "installed")
}
