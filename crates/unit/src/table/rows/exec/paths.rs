//! Where commands run and what they see of the file system: systemd.exec(5), PATHS.

use crate::table::{
    Directive,
    kind::{
        Kind::{
            BindPaths, Choice, ColonPaths, ImageOptions, ImagePolicy, Images, NamespacePaths, Path,
            PathOr, RootHash, RootHashSignature,
        },
        PathRule::Absolute,
    },
    rows::build::{Computed, Is, NONE, SAME, off, row},
};

/// A path whose value, where it is wrong, makes the unit be refused.
const fn root(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Path(Absolute), NONE, since, SAME, doc).fatal()
}

/// What partitions an image may and must have.
const fn policy(name: &'static str, doc: &'static str) -> Directive {
    row(name, ImagePolicy, Computed("every usual partition, protected or not"), 254, SAME, doc)
}

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("ExecSearchPath", ColonPaths, Computed("the manager's own search path"), 250, SAME, "Where programs are looked for that are given without a path").append(),
    row("WorkingDirectory", PathOr(&["~"]), Computed("/; the home directory under a user's manager"), 0, SAME, "The directory that commands start in; ~ is the user's home").fatal(),
    root("RootDirectory", 0, "The directory that is / to the commands"),
    root("RootImage", 233, "The disk image, or block device, that is / to the commands"),
    row("RootImageOptions", ImageOptions, NONE, 247, SAME, "Mount options for the partitions of RootImage=").append(),
    off("RootEphemeral", 254, "Runs on a copy of the root that is thrown away afterwards"),
    row("RootHash", RootHash, NONE, 246, SAME, "The dm-verity root hash of RootImage=, or a file that holds it"),
    row("RootHashSignature", RootHashSignature, NONE, 246, SAME, "The signature of RootHash=, or a file that holds it"),
    root("RootVerity", 246, "The file with dm-verity data of RootImage="),
    policy("RootImagePolicy", "What partitions RootImage= may and must have"),
    policy("MountImagePolicy", "What partitions the images of MountImages= may and must have"),
    policy("ExtensionImagePolicy", "What partitions the images of ExtensionImages= may and must have"),
    row("RootMStack", Path(Absolute), NONE, 260, SAME, "The directory of stacked layers that is / to the commands"),
    row("MountAPIVFS", crate::table::Kind::Bool, Computed("yes with RootDirectory= or RootImage=, else no"), 233, SAME, "Mounts /proc, /sys, /dev and /run in the new root"),
    row("BindLogSockets", crate::table::Kind::Bool, Computed("yes where MountAPIVFS= or LogNamespace= asks for it, else no"), 257, SAME, "Makes the journal's sockets reachable in the namespace"),
    row("ProtectProc", Choice(&["default", "noaccess", "invisible", "ptraceable"]), Is("default"), 247, SAME, "Which foreign processes are seen in /proc"),
    row("ProcSubset", Choice(&["all", "pid"]), Is("all"), 247, SAME, "Whether /proc shows processes alone"),
    row("BindPaths", BindPaths, NONE, 233, SAME, "Files and directories that are mounted elsewhere too").list("binds"),
    row("BindReadOnlyPaths", BindPaths, NONE, 233, SAME, "The same, read-only").list("binds"),
    row("MountImages", Images, NONE, 247, SAME, "Disk images and where they are mounted").append(),
    row("ExtensionImages", Images, NONE, 248, SAME, "Disk images that are laid over /usr and /opt, or /etc").append(),
    row("ExtensionDirectories", NamespacePaths, NONE, 251, SAME, "Directories that are laid over /usr and /opt, or /etc").append(),
];
