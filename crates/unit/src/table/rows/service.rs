//! `[Service]`, systemd.service(5).

use super::{
    build::{
        Computed, INFINITY, Is, Manager, NO_BUS, NONE, SAME, UNSIGNED, obsolete, off, on, row,
    },
    unit::{ACTIONS, INTERVAL},
};
use crate::table::{
    Directive, Status,
    kind::{
        Kind::{
            Bool, BoolOr, BoolOrSelection, BusName, Choice, Command, List, OpenFile, Path, Seconds,
            Signal, Statuses, Text, UnitsOf,
        },
        PathRule::{Absolute, BelowRun},
        Words,
        Zero::{IsInfinity, IsZero},
    },
};

const TYPES: Words =
    &["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"];
const RESTARTS: Words =
    &["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];
const FAILURE_MODES: Words = &["terminate", "abort", "kill"];

/// What the kernel's killing of a process for want of memory means for the rest of the unit.
pub(super) const OOM_POLICIES: Words = &["continue", "stop", "kill"];

/// Commands.
const fn command(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Command, NONE, since, SAME, doc).append().fatal()
}

/// A name of old for a directive of `[Unit]`.
const fn moved(
    name: &'static str,
    kind: crate::table::Kind,
    target: &'static str,
    bus: &'static str,
) -> Directive {
    row(name, kind, NONE, 0, bus, "Stands in [Unit] today").status(Status::AliasOf(target))
}

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("Type", Choice(TYPES), Computed("simple; dbus with BusName=; oneshot without ExecStart="), 0, SAME, "How the manager learns that the service has started"),
    row("ExitType", Choice(&["main", "cgroup"]), Is("main"), 250, SAME, "Whether the service ends with its main process or with its last one"),
    off("RemainAfterExit", 0, "Counts as active after all its processes have ended"),
    on("GuessMainPID", 0, "Guesses the main process of a forking service without PIDFile="),
    row("PIDFile", Path(BelowRun), NONE, 0, SAME, "Where a forking service writes its main process ID").fatal(),
    row("BusName", BusName, NONE, 0, SAME, "The D-Bus name that the service takes once it has started"),
    command("ExecStart", 0, "The command that is the service"),
    command("ExecStartPre", 0, "Commands that run before ExecStart="),
    command("ExecStartPost", 0, "Commands that run once ExecStart= has started"),
    command("ExecCondition", 243, "Commands that may call the start off, before ExecStartPre="),
    command("ExecReload", 0, "Commands that make the service read its configuration again"),
    command("ExecReloadPost", 259, "Commands that run once the service has reloaded"),
    command("ExecStop", 0, "Commands that stop a service that runs"),
    command("ExecStopPost", 0, "Commands that run after the service has ended, however it did"),
    row("RestartSec", Seconds(IsZero), Manager("DefaultRestartSec"), 0, "RestartUSec", "How long to wait before starting again"),
    row("RestartSteps", UNSIGNED, Is("0"), 254, SAME, "In how many steps the wait grows from RestartSec= to RestartMaxDelaySec="),
    row("RestartMaxDelaySec", Seconds(IsZero), INFINITY, 254, "RestartMaxDelayUSec", "The longest wait that RestartSteps= leads to"),
    row("RestartRandomizedDelaySec", Seconds(IsZero), Is("0"), 262, "RestartRandomizedDelayUSec", "Up to how much is added to the wait at random"),
    row("TimeoutStartSec", Seconds(IsInfinity), Computed("DefaultTimeoutStartSec= of the manager; infinity for oneshot"), 188, "TimeoutStartUSec", "How long the start may take"),
    row("TimeoutStopSec", Seconds(IsInfinity), Manager("DefaultTimeoutStopSec"), 188, "TimeoutStopUSec", "How long each stop command, and the end after it, may take"),
    row("TimeoutAbortSec", Seconds(IsZero), Computed("DefaultTimeoutAbortSec= of the manager, else TimeoutStopSec="), 243, "TimeoutAbortUSec", "How long the end may take after a watchdog abort"),
    row("TimeoutSec", Seconds(IsInfinity), NONE, 0, NO_BUS, "Sets TimeoutStartSec= and TimeoutStopSec= at once"),
    row("TimeoutStartFailureMode", Choice(FAILURE_MODES), Is("terminate"), 246, SAME, "How a service is ended that takes too long to start"),
    row("TimeoutStopFailureMode", Choice(FAILURE_MODES), Is("terminate"), 246, SAME, "How a service is ended that takes too long to stop"),
    row("RuntimeMaxSec", Seconds(IsZero), INFINITY, 229, "RuntimeMaxUSec", "How long the service may run; after that it is stopped and has failed"),
    row("RuntimeRandomizedExtraSec", Seconds(IsZero), Is("0"), 250, "RuntimeRandomizedExtraUSec", "Up to how much is added to RuntimeMaxSec= at random"),
    row("WatchdogSec", Seconds(IsZero), Is("0"), 0, "WatchdogUSec", "How often at least the service must report that it is alive; 0 turns it off"),
    row("Restart", Choice(RESTARTS), Is("no"), 0, SAME, "After which kinds of end the service is started again"),
    row("RestartMode", Choice(&["normal", "direct", "debug"]), Is("normal"), 254, SAME, "Whether units that depend on the service notice a restart, or it runs with debug output"),
    row("SuccessExitStatus", Statuses, NONE, 189, SAME, "Exit statuses and signals that are no failure, besides the usual ones").append(),
    row("RestartPreventExitStatus", Statuses, NONE, 189, SAME, "Exit statuses and signals after which there is no restart").append(),
    row("RestartForceExitStatus", Statuses, NONE, 215, SAME, "Exit statuses and signals after which there is always a restart").append(),
    off("RootDirectoryStartOnly", 0, "RootDirectory= is for ExecStart= alone"),
    off("NonBlocking", 0, "Sockets are handed over in non-blocking mode"),
    row("NotifyAccess", Choice(&["none", "main", "exec", "all"]), Computed("none; main where Type=, WatchdogSec= or FileDescriptorStoreMax= needs it"), 0, SAME, "Which processes may report the service's state"),
    row("Sockets", UnitsOf(".socket"), Computed("the socket unit of the same name"), 0, NO_BUS, "Socket units whose sockets the service is handed").keep(),
    row("FileDescriptorStoreMax", UNSIGNED, Is("0"), 219, SAME, "How many descriptors the manager keeps for the service"),
    row("FileDescriptorStorePreserve", BoolOr(&["restart", "on-success"]), Is("restart"), 254, SAME, "How long the manager keeps those descriptors"),
    row("LUOSession", List, NONE, 262, SAME, "Live update sessions whose descriptors the service is handed").append(),
    row("USBFunctionDescriptors", Path(Absolute), NONE, 227, SAME, "The file of descriptors for a USB FunctionFS endpoint"),
    row("USBFunctionStrings", Path(Absolute), NONE, 227, SAME, "The file of strings for a USB FunctionFS endpoint"),
    row("OOMPolicy", Choice(OOM_POLICIES), Computed("DefaultOOMPolicy= of the manager; continue with Delegate="), 243, SAME, "What happens to the rest when the kernel kills a process for want of memory"),
    row("OpenFile", OpenFile, NONE, 253, SAME, "Files and sockets that the manager opens and hands over").append(),
    row("ReloadSignal", Signal, Is("SIGHUP"), 253, SAME, "The signal that makes a notify-reload service reload"),
    row("RefreshOnReload", BoolOrSelection(&["extensions", "credentials"]), Is("extensions"), 260, SAME, "What is set up anew when the service reloads").append(),
    // Names of old.
    moved("StartLimitInterval", INTERVAL.kind, "StartLimitIntervalSec", INTERVAL.bus),
    moved("StartLimitBurst", UNSIGNED, "StartLimitBurst", SAME),
    moved("StartLimitAction", Choice(ACTIONS), "StartLimitAction", SAME),
    moved("FailureAction", Choice(ACTIONS), "FailureAction", SAME),
    moved("RebootArgument", Text, "RebootArgument", SAME),
    row("PermissionsStartOnly", Bool, Is("no"), 0, SAME, "User=, Group= and the sandbox are for ExecStart= alone").status(Status::Superseded("the prefix + of single commands")),
    obsolete("SysVStartPriority", "After= and Before=", "Was the place among SysV init scripts"),
    obsolete("BusPolicy", "", "Was the policy of the kernel's own message bus, which never came"),
];
