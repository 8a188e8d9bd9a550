//! Settings that contradict each other, have no effect, or are better written otherwise.
//!
//! What hundreds of packages ship and systemd does not mind (`PIDFile=` beside `Type=notify`) is a
//! hint; the rest is a warning.

use super::Findings;
use crate::{
    diagnostic::{
        Code::{Contradiction, Install, Unordered},
        Diagnostic,
        Severity::{self, Hint, Warning},
    },
    name::UnitType,
    table::{Group, Id, Merge},
    unit::Unit,
    values::Value,
};

const fn unit(name: &str) -> Id {
    Id::of(Group::Unit, name)
}

const fn service(name: &str) -> Id {
    Id::of(Group::Service, name)
}

const fn exec(name: &str) -> Id {
    Id::of(Group::Exec, name)
}

const fn timer(name: &str) -> Id {
    Id::of(Group::Timer, name)
}

const AFTER: Id = unit("After");
const BEFORE: Id = unit("Before");
const CONFLICTS: Id = unit("Conflicts");
const DEFAULT_DEPENDENCIES: Id = unit("DefaultDependencies");
const ON_FAILURE: Id = unit("OnFailure");
const TYPE: Id = service("Type");
const NOTIFY_ACCESS: Id = service("NotifyAccess");
const PID_FILE: Id = service("PIDFile");
const RESTART: Id = service("Restart");
const RESTART_SEC: Id = service("RestartSec");
const REMAIN: Id = service("RemainAfterExit");
const RUNTIME_MAX: Id = service("RuntimeMaxSec");
const RUNTIME_EXTRA: Id = service("RuntimeRandomizedExtraSec");
const BUS_NAME: Id = service("BusName");
const USB_DESCRIPTORS: Id = service("USBFunctionDescriptors");
const USB_STRINGS: Id = service("USBFunctionStrings");
const USER: Id = exec("User");
const DYNAMIC_USER: Id = exec("DynamicUser");
const JOB_TIMEOUT: Id = unit("JobTimeoutSec");
const JOB_RUNNING_TIMEOUT: Id = unit("JobRunningTimeoutSec");
const ON_CALENDAR: Id = timer("OnCalendar");
const ON_UNIT_ACTIVE: Id = timer("OnUnitActiveSec");
const ON_UNIT_INACTIVE: Id = timer("OnUnitInactiveSec");
const PERSISTENT: Id = timer("Persistent");

type Rule = fn(&mut Findings<'_>);

/// The rules for units of all types.
const ALL: &[Rule] = &[user, self_reference, devices, failure, job_timeouts, install, shutdown];
/// The rules for services.
const SERVICE: &[Rule] = &[notify, pid_file, run_time, usb, restart, bus_name];
/// The rules for timers.
const TIMER: &[Rule] = &[first_elapse, persistent];

/// What is contradictory, without effect or better written otherwise in one unit.
pub fn of(unit: &Unit) -> Vec<Diagnostic> {
    let mut findings = Findings::new(unit);
    let own: &[Rule] = match unit.name.unit_type() {
        UnitType::Service => SERVICE,
        UnitType::Timer => TIMER,
        _ => &[],
    };
    ALL.iter().chain(own).for_each(|rule| rule(&mut findings));
    findings.found
}

impl Findings<'_> {
    fn contradiction(
        &mut self,
        severity: Severity,
        id: Id,
        message: impl Into<String>,
        help: &str,
    ) {
        self.add(severity, Contradiction, Some(id), message, help);
    }
}

fn user(findings: &mut Findings<'_>) {
    if findings.flag(DYNAMIC_USER) && findings.unit.settings.text(USER) == Some("root") {
        let message = "DynamicUser=yes does not go together with User=root";
        findings.contradiction(Warning, USER, message, "remove one of them");
    }
}

/// systemd drops what a unit says of itself, and tells so for orderings and conflicts.
fn self_reference(findings: &mut Findings<'_>) {
    let is_own =
        |name: &crate::Name| *name == findings.unit.name || findings.unit.aliases.contains(name);
    let mut found = Vec::new();
    for setting in findings.unit.settings.settings() {
        if setting.id.directive().merge != Merge::Keep {
            continue;
        }
        if let Value::Names(names) = &setting.value
            && names.iter().any(is_own)
        {
            let is_told = [AFTER, BEFORE, CONFLICTS, ON_FAILURE, unit("OnSuccess")];
            found.push((setting.id, if is_told.contains(&setting.id) { Warning } else { Hint }));
        }
    }
    for (id, severity) in found {
        let message = format!("{}= names the unit itself; that is dropped", id.name());
        findings.contradiction(severity, id, message, "remove it");
    }
}

fn devices(findings: &mut Findings<'_>) {
    let devices = findings.unit.settings.names(BEFORE);
    let device = devices.map(|(name, _)| name).find(|name| name.unit_type() == UnitType::Device);
    if let Some(device) = device {
        let message = format!("Before={device} is ignored: nothing can make a device wait");
        findings.add(Warning, Unordered, Some(BEFORE), message, "remove it");
    }
}

fn failure(findings: &mut Findings<'_>) {
    let kind = findings.unit.name.unit_type();
    if findings.has(ON_FAILURE) && matches!(kind, UnitType::Slice | UnitType::Device) {
        let message = format!("OnFailure= is ignored: a {} can't fail", kind.suffix());
        findings.contradiction(Warning, ON_FAILURE, message, "remove it");
    }
}

fn job_timeouts(findings: &mut Findings<'_>) {
    let running = findings.usec(JOB_RUNNING_TIMEOUT);
    let whole = findings.usec(JOB_TIMEOUT);
    if let (Some(running), Some(whole)) = (running, whole)
        && running > whole
    {
        let message = "JobRunningTimeoutSec= is longer than JobTimeoutSec= and has no effect";
        findings.contradiction(Warning, JOB_RUNNING_TIMEOUT, message, "make it shorter");
    }
}

fn install(findings: &mut Findings<'_>) {
    let id = Id::of(Group::Install, "DefaultInstance");
    if findings.has(id) && findings.unit.name.instance().is_none() {
        let message = "DefaultInstance= has an effect in templates only";
        findings.add(Warning, Install, Some(id), message, "remove it");
    }
}

fn shutdown(findings: &mut Findings<'_>) {
    let is_default_off = findings.unit.settings.flag(DEFAULT_DEPENDENCIES) == Some(false);
    let conflicts = findings.unit.settings.names(CONFLICTS);
    let is_stopped = { conflicts }.any(|(name, _)| name.as_str() == "shutdown.target");
    let is_long = findings.unit.name.unit_type() == UnitType::Service
        && findings.unit.service_type() != "oneshot";
    if is_default_off && !is_stopped && is_long {
        let message =
            "with DefaultDependencies=no nothing stops the service at shutdown in good time";
        let help = "add Conflicts=shutdown.target and Before=shutdown.target, if it keeps running";
        findings.add(Hint, Unordered, Some(DEFAULT_DEPENDENCIES), message, help);
    }
}

fn notify(findings: &mut Findings<'_>) {
    let kind = findings.unit.service_type();
    let is_none = findings.unit.settings.text(NOTIFY_ACCESS) == Some("none");
    if is_none && findings.unit.notify_access() != "none" {
        let message = match kind {
            "notify" | "notify-reload" => {
                format!("NotifyAccess=none contradicts Type={kind}; main is used")
            }
            _ => "NotifyAccess=none contradicts WatchdogSec= or FileDescriptorStoreMax=; main is used"
                .to_owned(),
        };
        findings.contradiction(Warning, NOTIFY_ACCESS, message, "remove NotifyAccess=none");
    }
}

fn pid_file(findings: &mut Findings<'_>) {
    let kind = findings.unit.service_type();
    if findings.has(PID_FILE) && kind != "forking" {
        let message = format!("PIDFile= is of use for Type=forking, not for Type={kind}");
        let help = "remove it, or use Type=forking if the program puts itself in the background";
        findings.contradiction(Hint, PID_FILE, message, help);
    }
    if kind == "forking" && !findings.has(PID_FILE) {
        let message = "Type=forking without PIDFile=: the main process is guessed";
        let help = "add PIDFile=, or run the program in the foreground with another Type=";
        findings.contradiction(Hint, TYPE, message, help);
    }
}

fn run_time(findings: &mut Findings<'_>) {
    if findings.usec(RUNTIME_MAX).is_some() && findings.unit.service_type() == "oneshot" {
        let message = "RuntimeMaxSec= has no effect with Type=oneshot";
        findings.contradiction(Warning, RUNTIME_MAX, message, "use TimeoutStartSec=");
    }
    let has_extra = findings.usec(RUNTIME_EXTRA).is_some_and(|usec| usec > 0);
    if has_extra && findings.usec(RUNTIME_MAX).is_none() {
        let message = "RuntimeRandomizedExtraSec= has no effect without RuntimeMaxSec=";
        findings.contradiction(Warning, RUNTIME_EXTRA, message, "add RuntimeMaxSec=");
    }
}

fn usb(findings: &mut Findings<'_>) {
    for (one, other) in [(USB_DESCRIPTORS, USB_STRINGS), (USB_STRINGS, USB_DESCRIPTORS)] {
        if findings.has(one) && !findings.has(other) {
            let message = format!("{}= has no effect without {}=", one.name(), other.name());
            findings.contradiction(Warning, one, message, "add the other one");
        }
    }
}

fn restart(findings: &mut Findings<'_>) {
    let restart = findings.unit.settings.text(RESTART).unwrap_or("no");
    if findings.has(RESTART_SEC) && restart == "no" {
        let message = "RestartSec= has no effect with Restart=no";
        findings.contradiction(
            Warning,
            RESTART_SEC,
            message,
            "add Restart=on-failure or remove it",
        );
    }
    let kind = findings.unit.service_type();
    if findings.flag(REMAIN) && restart == "always" && kind != "oneshot" {
        let message =
            "RemainAfterExit=yes takes a clean exit for running on: Restart=always does not see it";
        findings.contradiction(Warning, RESTART, message, "remove RemainAfterExit=yes");
    }
}

fn bus_name(findings: &mut Findings<'_>) {
    let kind = findings.unit.service_type();
    if findings.has(BUS_NAME) && kind != "dbus" {
        let message =
            format!("BusName= with Type={kind}: the service counts as started without it");
        findings.contradiction(
            Hint,
            BUS_NAME,
            message,
            "use Type=dbus if others wait for the name",
        );
    }
}

/// `OnUnitActiveSec=` counts from when the unit was last started: alone it never elapses first.
fn first_elapse(findings: &mut Findings<'_>) {
    let settings = findings.unit.settings.settings();
    let mut timers =
        settings.iter().filter(|setting| setting.id.directive().merge == Merge::AppendTo("timers"));
    let is_relative = |id: Id| id == ON_UNIT_ACTIVE || id == ON_UNIT_INACTIVE;
    let Some(first) = timers.clone().next() else { return };
    if timers.all(|setting| is_relative(setting.id)) {
        let message = format!("{}= alone never elapses for the first time", first.id.name());
        findings.contradiction(Hint, first.id, message, "add OnBootSec= or OnActiveSec=");
    }
}

fn persistent(findings: &mut Findings<'_>) {
    if findings.flag(PERSISTENT) && !findings.has(ON_CALENDAR) {
        let message = "Persistent=yes has an effect with OnCalendar= only";
        findings.contradiction(Hint, PERSISTENT, message, "remove it");
    }
}
