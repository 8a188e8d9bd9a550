//! The programs that are compared with: found, built or installed once, under target/.

use std::path::PathBuf;

use crate::{
    command::{Cmd, is_installed},
    error::{Error, Result},
    workspace::Workspace,
};

/// The bench's own programs.
pub struct Tools {
    /// Runs a command and says what it cost.
    pub measure: PathBuf,
    /// Reads and does nothing else.
    pub floor: PathBuf,
}

/// Builds the bench's own programs.
pub fn tools(workspace: &Workspace) -> Result<Tools> {
    Cmd::cargo(workspace)
        .args(["build", "--release", "--package", "xtask", "--bin", "measure", "--bin", "floor"])
        .expect_success()?;
    let folder = workspace.target.join("release");
    Ok(Tools { measure: folder.join("measure"), floor: folder.join("floor") })
}

/// The program `procs`, installed with cargo the first time.
pub fn procs(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("peers");
    let program = folder.join("bin/procs");
    if !program.exists() {
        Cmd::cargo(workspace)
            .args(["install", "procs", "--locked", "--root"])
            .arg(&folder)
            .arg("--target-dir")
            .arg(folder.join("build"))
            .expect_success()?;
    }
    Ok(program)
}

/// ps of procps.
pub fn ps() -> Result<()> {
    match is_installed("ps") {
        true => Ok(()),
        false => Err(Error::malformed("ps", "is not installed: apt-get install procps")),
    }
}
