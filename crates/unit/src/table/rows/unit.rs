//! `[Unit]`, systemd.unit(5); conditions and assertions stand in `conditions.rs`.

use super::build::{
    Computed, INFINITY, Is, Manager, NO_BUS, NONE, SAME, UNSIGNED, alias, obsolete, off, on, row,
};
use crate::table::{
    Directive, Status,
    kind::{
        Kind::{Bool, Choice, Documentation, ExitStatus, Path, Paths, Seconds, Text, Units},
        PathRule::Absolute,
        Words,
        Zero::{IsInfinity, IsZero},
    },
};

/// What may be done to the machine when a unit stops, fails or takes too long.
pub(super) const ACTIONS: Words = &[
    "none",
    "reboot",
    "reboot-force",
    "reboot-immediate",
    "poweroff",
    "poweroff-force",
    "poweroff-immediate",
    "exit",
    "exit-force",
    "soft-reboot",
    "soft-reboot-force",
    "kexec",
    "kexec-force",
    "halt",
    "halt-force",
    "halt-immediate",
];

const JOB_MODES: Words = &[
    "fail",
    "replace",
    "replace-irreversibly",
    "isolate",
    "flush",
    "ignore-dependencies",
    "ignore-requirements",
    "lenient",
    "triggering",
    "restart-dependencies",
];

/// A dependency on units.
const fn units(name: &'static str, since: u16, bus: &'static str, doc: &'static str) -> Directive {
    row(name, Units, NONE, since, bus, doc).keep()
}

const PROPAGATES_RELOAD_TO: Directive =
    units("PropagatesReloadTo", 201, SAME, "When this unit reloads, these reload too");
const RELOAD_PROPAGATED_FROM: Directive =
    units("ReloadPropagatedFrom", 201, SAME, "When one of these reloads, this unit reloads too");
const BINDS_TO: Directive =
    units("BindsTo", 201, SAME, "Starts with these units, and stops when one of them goes away");
const REQUIRES: Directive =
    units("Requires", 201, SAME, "Starts these units too, and fails or stops with them");
const REQUISITE: Directive =
    units("Requisite", 201, SAME, "Starts only if these units are active already");
pub(super) const INTERVAL: Directive = row(
    "StartLimitIntervalSec",
    Seconds(IsZero),
    Manager("DefaultStartLimitIntervalSec"),
    229,
    "StartLimitIntervalUSec",
    "The span in which starts are counted for StartLimitBurst=; 0 turns counting off",
);

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("Description", Text, Computed("the unit's name"), 201, SAME, "What the unit is, in a few words for people"),
    row("Documentation", Documentation, NONE, 201, SAME, "Where to read more: http, https, file, info and man addresses").append(),
    units("Wants", 201, SAME, "Starts these units too, whether or not they succeed"),
    REQUIRES,
    REQUISITE,
    BINDS_TO,
    units("PartOf", 201, SAME, "Stops and restarts when one of these units does"),
    units("Upholds", 249, SAME, "Starts these units again whenever they are down, as long as this one is up"),
    units("Conflicts", 201, SAME, "Can't run beside these units: starting one stops the other"),
    units("Before", 201, SAME, "Starts before these units and stops after them"),
    units("After", 201, SAME, "Starts after these units and stops before them"),
    units("OnFailure", 201, SAME, "Started when this unit fails"),
    units("OnSuccess", 249, SAME, "Started when this unit has done its work and becomes inactive"),
    PROPAGATES_RELOAD_TO,
    RELOAD_PROPAGATED_FROM,
    units("PropagatesStopTo", 249, SAME, "When this unit stops, these stop too"),
    units("StopPropagatedFrom", 249, SAME, "When one of these stops, this unit stops too"),
    units("JoinsNamespaceOf", 209, SAME, "Shares private network, IPC and /tmp namespaces with these units"),
    row("RequiresMountsFor", Paths, NONE, 201, SAME, "Requires, and starts after, the mounts that these paths need").keep(),
    row("WantsMountsFor", Paths, NONE, 256, SAME, "Wants, and starts after, the mounts that these paths need").keep(),
    row("OnSuccessJobMode", Choice(JOB_MODES), Is("fail"), 249, SAME, "How the units of OnSuccess= are queued"),
    row("OnFailureJobMode", Choice(JOB_MODES), Is("replace"), 209, SAME, "How the units of OnFailure= are queued"),
    row("IgnoreOnIsolate", Bool, Computed("no; yes for slice, scope, device, swap, mount and automount units"), 201, SAME, "Keeps running while another unit is isolated"),
    off("StopWhenUnneeded", 201, "Stops as soon as no active unit needs it"),
    off("RefuseManualStart", 201, "Starts only as a dependency, not when a person asks"),
    off("RefuseManualStop", 201, "Stops only as a dependency, not when a person asks"),
    off("AllowIsolate", 201, "May be isolated: everything else stopped"),
    on("DefaultDependencies", 201, "Adds the dependencies that a unit of this type usually needs"),
    off("SurviveFinalKillSignal", 255, "Its processes are spared when all are killed at the end of shutdown"),
    row("CollectMode", Choice(&["inactive", "inactive-or-failed"]), Is("inactive"), 236, SAME, "When the unit may be forgotten: once inactive, or once failed as well"),
    row("FailureAction", Choice(ACTIONS), Is("none"), 236, SAME, "What to do to the machine when the unit fails"),
    row("SuccessAction", Choice(ACTIONS), Is("none"), 236, SAME, "What to do to the machine when the unit ends well"),
    row("FailureActionExitStatus", ExitStatus, Computed("the exit status of the main process"), 240, SAME, "The manager's exit status where FailureAction= makes it exit"),
    row("SuccessActionExitStatus", ExitStatus, Computed("the exit status of the main process"), 240, SAME, "The manager's exit status where SuccessAction= makes it exit"),
    row("JobTimeoutSec", Seconds(IsInfinity), INFINITY, 201, "JobTimeoutUSec", "How long a job of the unit may take from being queued"),
    row("JobRunningTimeoutSec", Seconds(IsInfinity), INFINITY, 201, "JobRunningTimeoutUSec", "How long a job of the unit may take from being started"),
    row("JobTimeoutAction", Choice(ACTIONS), Is("none"), 240, SAME, "What to do to the machine when a job takes too long"),
    row("JobTimeoutRebootArgument", Text, NONE, 240, SAME, "The argument of the reboot that JobTimeoutAction= makes"),
    INTERVAL,
    row("StartLimitBurst", UNSIGNED, Manager("DefaultStartLimitBurst"), 229, SAME, "How many starts are allowed within StartLimitIntervalSec=; 0 turns counting off"),
    row("StartLimitAction", Choice(ACTIONS), Is("none"), 229, SAME, "What to do to the machine when the unit starts too often"),
    row("RebootArgument", Text, NONE, 229, SAME, "The argument of the reboot that FailureAction= or StartLimitAction= makes"),
    row("SourcePath", Path(Absolute), NONE, 201, SAME, "The file that a generator made this unit from"),
    // Names of old.
    alias("BindTo", &BINDS_TO),
    alias("PropagateReloadTo", &PROPAGATES_RELOAD_TO),
    alias("PropagateReloadFrom", &RELOAD_PROPAGATED_FROM),
    alias("StartLimitInterval", &INTERVAL),
    alias("RequiresOverridable", &REQUIRES).status(Status::OldName("Requires")),
    alias("RequisiteOverridable", &REQUISITE).status(Status::OldName("Requisite")),
    row("OnFailureIsolate", Bool, NONE, 0, NO_BUS, "Yes is OnFailureJobMode=isolate, no is OnFailureJobMode=replace").status(Status::Deprecated("OnFailureJobMode=isolate")),
    obsolete("IgnoreOnSnapshot", "", "Was about snapshot units, which are gone"),
];
