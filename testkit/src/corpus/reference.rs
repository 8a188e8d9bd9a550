//! Asking systemd-analyze.

use super::layout::REFERENCE;
use super::{Manager, fetch, parallel};
use crate::error::{Error, run};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// What it says of each group of units: lines of `UNIT<tab>MESSAGE`, in the groups' order. The unit
/// is the group's first.
pub(super) fn ask(root: &Path, manager: Manager, groups: &[&[String]]) -> Result<String, Error> {
    let loader = loader(root)?;
    let scope = format!("--{}", manager.name());
    let said = parallel::map(groups, |group| -> Result<String, Error> {
        let Some(unit) = group.first() else { return Ok(String::new()) };
        let mut command = analyze(root, &loader);
        command.args(["verify", &scope, "--man=no", "--recursive-errors=yes", "--"]).args(*group);
        // A status that is not zero says that there are findings.
        let output = command.output().map_err(Error::io("run", "chroot"))?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(text.lines().map(|line| format!("{unit}\t{line}\n")).collect())
    });
    said.into_iter().collect()
}

/// The first number of its version.
pub(super) fn version(root: &Path) -> Result<String, Error> {
    let output = run(analyze(root, &loader(root)?).arg("--version"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().nth(1).unwrap_or_default().to_owned())
}

/// A process with the tree as its root: `--root` is not for users' managers.
fn analyze(root: &Path, loader: &str) -> Command {
    let folder = format!("/{REFERENCE}");
    let mut command = Command::new("chroot");
    command.arg(root).arg(format!("{folder}/{loader}")).args(["--library-path", &folder]);
    command.arg(format!("{folder}/systemd-analyze")).stdin(Stdio::null());
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/sbin:/usr/bin"));
    command.env_clear().env("PATH", path).env("LANG", "C.UTF-8");
    command.envs([("XDG_RUNTIME_DIR", "/tmp"), ("HOME", "/root")]);
    command
}

/// The name of the dynamic loader among the libraries.
fn loader(root: &Path) -> Result<String, Error> {
    let names = fetch::names(&root.join(REFERENCE))?;
    let loader = names.into_iter().find(|name| name.starts_with("ld-linux"));
    loader.ok_or_else(|| Error::Program {
        line: "ldd systemd-analyze".to_owned(),
        outcome: "it names no loader".to_owned(),
    })
}
