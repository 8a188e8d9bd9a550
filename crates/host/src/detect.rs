//! What runs the machine: not what is installed on it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{ManagerKind, OpenRc, ServiceManager, SysV, Systemd, read};

/// How the managers are to be asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long one question may take, where a manager answers over a socket.
    pub timeout: Duration,
    /// Where the calling user's own manager lives: `$XDG_RUNTIME_DIR`. `None`: do not look.
    pub user_runtime_dir: Option<PathBuf>,
}

impl Default for Options {
    /// Five seconds, and `$XDG_RUNTIME_DIR`, or `/run/user/UID` where it is not set.
    fn default() -> Self {
        let user_runtime_dir = std::env::var_os("XDG_RUNTIME_DIR")
            .filter(|dir| Path::new(dir).is_absolute())
            .map_or_else(
                || PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw())),
                PathBuf::from,
            );
        Self { timeout: Duration::from_secs(5), user_runtime_dir: Some(user_runtime_dir) }
    }
}

/// What manages the services of the machine whose tree is at `root` (`/` but in tests). Empty for
/// none: a container that runs one program, a rescue shell, a manager that is not known here.
///
/// systemd by `/run/systemd/system` (sd_booted(3)); OpenRC by `/run/openrc/softlevel`; SysV, where
/// neither is, by a process 1 named `init` and its control pipe or inittab(5).
pub fn detect(root: &Path) -> Vec<ManagerKind> {
    if root.join("run/systemd/system").exists() {
        return vec![ManagerKind::Systemd];
    }
    if root.join("run/openrc/softlevel").exists() {
        return vec![ManagerKind::OpenRc];
    }
    if is_sysv(root) { vec![ManagerKind::SysV] } else { Vec::new() }
}

fn is_sysv(root: &Path) -> bool {
    let comm = read::head(&root.join("proc/1/comm"), 64).unwrap_or_default();
    if comm.trim_ascii_end() != b"init" {
        return false;
    }
    // Only root may read the first; whoever may not sees where the path leads.
    let program = fs::read_link(root.join("proc/1/exe"))
        .or_else(|_| fs::read_link(root.join("sbin/init")))
        .unwrap_or_default();
    if program.file_name() == Some(OsStr::new("busybox")) {
        return false;
    }
    let pipe =
        |path: &str| fs::symlink_metadata(root.join(path)).is_ok_and(|m| m.file_type().is_fifo());
    pipe("run/initctl") || pipe("dev/initctl") || root.join("etc/inittab").exists()
}

/// The managers that this caller can ask: what runs the machine, and the caller's own systemd.
pub fn managers(root: &Path, options: &Options) -> Vec<Box<dyn ServiceManager>> {
    let mut found: Vec<Box<dyn ServiceManager>> = Vec::new();
    for kind in detect(root) {
        found.push(match kind {
            ManagerKind::OpenRc => Box::new(OpenRc::new(root)),
            ManagerKind::SysV => Box::new(SysV::new(root)),
            ManagerKind::Systemd | ManagerKind::SystemdUser => {
                Box::new(Systemd::system(root, options.timeout))
            }
        });
    }
    if let Some(dir) = &options.user_runtime_dir
        && dir.join("systemd/private").exists()
    {
        found.push(Box::new(Systemd::user(dir, options.timeout)));
    }
    found
}
