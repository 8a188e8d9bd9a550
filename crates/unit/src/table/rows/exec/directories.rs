//! Directories that commands have, and which ones they may see: systemd.exec(5), SANDBOXING, first
//! half.

use crate::table::{
    Directive,
    kind::{
        Kind::{
            Bool, BoolOr, Choice, Directories, Mode, NamespacePaths, Quota, Seconds,
            TemporaryFileSystems,
        },
        Zero::IsZero,
    },
    rows::build::{Computed, INFINITY, Is, NO, NONE, SAME, alias, off, row},
};

/// Directories that are made for the unit.
const fn own(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Directories, NONE, since, SAME, doc).append()
}

/// The access mode of such directories.
const fn mode(name: &'static str, doc: &'static str) -> Directive {
    row(name, Mode, Is("0755"), 234, SAME, doc)
}

/// How much they may hold.
const fn quota(name: &'static str, doc: &'static str) -> Directive {
    row(name, Quota, Is("off"), 258, SAME, doc)
}

/// Paths that are seen in another way.
const fn seen(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, NamespacePaths, NONE, since, SAME, doc).append()
}

const READ_WRITE: Directive =
    seen("ReadWritePaths", 231, "May be written to, within a tree that is read-only");
const READ_ONLY: Directive = seen("ReadOnlyPaths", 231, "May only be read");
const INACCESSIBLE: Directive = seen("InaccessiblePaths", 231, "Can't be reached at all");

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("ProtectSystem", BoolOr(&["full", "strict"]), Computed("no; strict with DynamicUser="), 214, SAME, "Makes /usr and the boot loader read-only; full: /etc too; strict: everything"),
    row("ProtectHome", BoolOr(&["read-only", "tmpfs"]), Computed("no; read-only with DynamicUser="), 214, SAME, "Hides /home, /root and /run/user"),
    own("RuntimeDirectory", 211, "Directories below /run that live as long as the unit runs"),
    own("StateDirectory", 235, "Directories below /var/lib"),
    own("CacheDirectory", 235, "Directories below /var/cache"),
    own("LogsDirectory", 235, "Directories below /var/log"),
    own("ConfigurationDirectory", 235, "Directories below /etc"),
    mode("RuntimeDirectoryMode", "The access mode of RuntimeDirectory="),
    mode("StateDirectoryMode", "The access mode of StateDirectory="),
    mode("CacheDirectoryMode", "The access mode of CacheDirectory="),
    mode("LogsDirectoryMode", "The access mode of LogsDirectory="),
    mode("ConfigurationDirectoryMode", "The access mode of ConfigurationDirectory="),
    quota("StateDirectoryQuota", "How much StateDirectory= may hold"),
    quota("CacheDirectoryQuota", "How much CacheDirectory= may hold"),
    quota("LogsDirectoryQuota", "How much LogsDirectory= may hold"),
    off("StateDirectoryAccounting", 258, "Counts what StateDirectory= holds"),
    off("CacheDirectoryAccounting", 258, "Counts what CacheDirectory= holds"),
    off("LogsDirectoryAccounting", 258, "Counts what LogsDirectory= holds"),
    row("RuntimeDirectoryPreserve", BoolOr(&["restart"]), NO, 235, SAME, "RuntimeDirectory= outlives the unit, or its restart"),
    row("TimeoutCleanSec", Seconds(IsZero), INFINITY, 244, "TimeoutCleanUSec", "How long removing these directories may take when asked for"),
    READ_WRITE,
    READ_ONLY,
    INACCESSIBLE,
    seen("ExecPaths", 248, "Programs may be run from here, within a tree of NoExecPaths="),
    seen("NoExecPaths", 248, "No program may be run from here"),
    row("TemporaryFileSystem", TemporaryFileSystems, NONE, 238, SAME, "Directories in whose place there is an empty file system in memory").append(),
    row("PrivateTmp", BoolOr(&["connected", "disconnected"]), Computed("no; disconnected with DynamicUser="), 0, SAME, "Has a /tmp and /var/tmp of its own"),
    row("PrivateMounts", Bool, Computed("yes where another setting needs a mount namespace, else no"), 239, SAME, "Mounts made here are not seen outside"),
    row("MountFlags", Choice(&["shared", "slave", "private"]), Computed("shared, behind slave"), 0, SAME, "Whether mounts made outside are seen here, and the other way round"),
    // Names of old.
    alias("ReadWriteDirectories", &READ_WRITE),
    alias("ReadOnlyDirectories", &READ_ONLY),
    alias("InaccessibleDirectories", &INACCESSIBLE),
];
