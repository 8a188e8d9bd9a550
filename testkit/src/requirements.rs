//! What the machine must have for the boxes to be built and booted.

/// Debian packages that the boxes need on the machine that runs the tests.
///
/// What runs *inside* a box is part of its tree and is fetched by `mmdebstrap` when that is built.
pub const DEBIAN_PACKAGES: &[&str] =
    &["mmdebstrap", "python3-pip", "systemd", "systemd-container", "tzdata", "util-linux"];

/// Programs of [`DEBIAN_PACKAGES`] that are called by name.
pub const PROGRAMS: &[&str] = &[
    "mmdebstrap",
    "systemd-analyze",
    "systemd-nspawn",
    "unshare",
    "nsenter",
    "setpriv",
    "mount",
    "pivot_root",
];

/// The programs of [`PROGRAMS`] that are not on the search path.
#[must_use]
pub fn missing_programs() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(std::path::PathBuf::from))
        .collect();
    let missing = |program: &&&str| !dirs.iter().any(|dir| dir.join(program).is_file());
    PROGRAMS.iter().filter(missing).copied().collect()
}
