//! `cargo xtask install`: daemonctl, its completions and its man pages, in their places.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{
    assets,
    error::{Error, Result, write_whole},
    workspace::Workspace,
};

/// What `cargo xtask install` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Where the system's root is: a package is built below its own
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// The prefix below the root
    #[arg(long, value_name = "DIR", default_value = "/usr/local")]
    prefix: PathBuf,
}

/// Builds and installs; every file is named as it is written.
pub fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let daemonctl = assets::build(workspace, true)?;
    let place = args.root.join(args.prefix.strip_prefix("/").unwrap_or(&args.prefix));
    let read = |path: &Path| fs::read(path).map_err(Error::io(format!("read {}", path.display())));
    put(&place.join("bin/daemonctl"), &read(&daemonctl)?, 0o755)?;
    for shell in assets::SHELLS {
        let text = assets::completions(workspace, &daemonctl, shell)?;
        put(&place.join(shell.file), &text, 0o644)?;
    }
    for page in assets::man_pages(workspace, &daemonctl, &workspace.target.join("man"))? {
        let folder = place.join("share/man").join(format!("man{}", assets::section(&page)?));
        put(&folder.join(page.file_name().unwrap_or_default()), &read(&page)?, 0o644)?;
    }
    Ok(())
}

/// Writes one file with its mode, replacing what is there in one step: a daemonctl that runs
/// keeps running.
fn put(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(Error::io(format!("make the folder {}", folder.display())))?;
    }
    write_whole(path, content)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(Error::io(format!("set the mode of {}", path.display())))?;
    println!("{}", path.display());
    Ok(())
}
