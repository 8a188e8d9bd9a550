//! What daemonctl generates of itself: completions and man pages. Both come from the one
//! definition of its command line, through two hidden subcommands.

use std::path::{Path, PathBuf};

use crate::{
    command::Cmd,
    error::{Error, Result},
    workspace::Workspace,
};

/// A shell, and where its completions are installed.
pub struct Shell {
    /// The name that `daemonctl __completions` knows.
    pub name: &'static str,
    /// The file below the prefix.
    pub file: &'static str,
}

/// The shells that completions are made for.
pub const SHELLS: &[Shell] = &[
    Shell { name: "bash", file: "share/bash-completion/completions/daemonctl" },
    Shell { name: "zsh", file: "share/zsh/site-functions/_daemonctl" },
    Shell { name: "fish", file: "share/fish/vendor_completions.d/daemonctl.fish" },
];

/// Builds daemonctl; the path of the program.
pub fn build(workspace: &Workspace, release: bool) -> Result<PathBuf> {
    let mut cmd = Cmd::cargo(workspace).args(["build", "--package", "daemonctl"]);
    if release {
        cmd = cmd.arg("--release");
    }
    cmd.expect_success()?;
    let profile = if release { "release" } else { "debug" };
    Ok(workspace.target.join(profile).join("daemonctl"))
}

/// The completions for one shell.
pub fn completions(workspace: &Workspace, daemonctl: &Path, shell: &Shell) -> Result<Vec<u8>> {
    let text = Cmd::new(workspace, daemonctl).args(["__completions", shell.name]).read_bytes()?;
    if text.is_empty() {
        let what = format!("daemonctl __completions {}", shell.name);
        return Err(Error::malformed(what, "wrote nothing: mend the hidden subcommand"));
    }
    Ok(text)
}

/// The man pages, written into `dir`, which is emptied before; their paths, sorted.
pub fn man_pages(workspace: &Workspace, daemonctl: &Path, dir: &Path) -> Result<Vec<PathBuf>> {
    let doing = || format!("make the folder {}", dir.display());
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(Error::io(doing()))?;
    }
    std::fs::create_dir_all(dir).map_err(Error::io(doing()))?;
    Cmd::new(workspace, daemonctl).arg("__man").arg(dir).read_bytes()?;
    let entries = std::fs::read_dir(dir).map_err(Error::io(format!("list {}", dir.display())))?;
    let mut pages: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    pages.sort();
    if pages.is_empty() {
        let what = format!("daemonctl __man {}", dir.display());
        return Err(Error::malformed(what, "wrote no page: mend the hidden subcommand"));
    }
    Ok(pages)
}

/// The section of a man page, from its name: `1` of `daemonctl-ps.1`.
pub fn section(page: &Path) -> Result<&str> {
    page.extension()
        .and_then(|section| section.to_str())
        .filter(|section| section.starts_with(|first: char| first.is_ascii_digit()))
        .ok_or_else(|| {
            let what = page.display().to_string();
            Error::malformed(what, "is no man page: its name has to end in its section, as .1")
        })
}
