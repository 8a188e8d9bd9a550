//! `[Path]`, systemd.path(5).

use super::build::{Computed, Is, NONE, SAME, UNSIGNED, off, row};
use crate::table::{
    Directive,
    kind::{
        Kind::{Mode, OneUnit, Path, Seconds},
        PathRule::Absolute,
        Zero::IsZero,
    },
};

/// A path that is watched.
const fn watch(name: &'static str, doc: &'static str) -> Directive {
    row(name, Path(Absolute), NONE, 0, "Paths", doc).list("paths")
}

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    watch("PathExists", "Starts the unit while the path exists"),
    watch("PathExistsGlob", "Starts the unit while a path exists that matches the pattern"),
    watch("PathChanged", "Starts the unit when the file is closed after writing, made or removed"),
    watch("PathModified", "Starts the unit at each write to the file as well"),
    watch("DirectoryNotEmpty", "Starts the unit while there is something in the directory"),
    row("Unit", OneUnit(""), Computed("the service of the same name"), 0, SAME, "What is started"),
    off("MakeDirectory", 0, "Makes the directories that are watched first"),
    row("DirectoryMode", Mode, Is("0755"), 0, SAME, "The access mode of those directories"),
    row("TriggerLimitIntervalSec", Seconds(IsZero), Is("2s"), 250, "TriggerLimitIntervalUSec", "The span in which starts are counted for TriggerLimitBurst="),
    row("TriggerLimitBurst", UNSIGNED, Is("200"), 250, SAME, "How often the unit may be started within that span"),
];
