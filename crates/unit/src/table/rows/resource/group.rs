//! Tasks, devices and the control group itself: systemd.resource-control(5).

use crate::table::{
    Directive,
    kind::Kind::{Bool, Choice, Controllers, Delegate, DeviceAllow, OneUnit, Raw, Tasks},
    rows::build::{Computed, Manager, NO, NONE, SAME, off, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("TasksAccounting", Bool, Manager("DefaultTasksAccounting"), 227, SAME, "Counts processes and threads"),
    row("TasksMax", Tasks, Computed("DefaultTasksMax= of the manager; infinity for slices"), 227, SAME, "The most processes and threads"),
    row("DeviceAllow", DeviceAllow, NONE, 208, SAME, "Devices that may be read, written or made").append(),
    row("DevicePolicy", Choice(&["auto", "closed", "strict"]), Computed("auto; closed with PrivateDevices="), 208, SAME, "Which devices may be used besides those of DeviceAllow="),
    row("Slice", OneUnit(".slice"), Computed("system.slice; a slice below it for instances of a template"), 208, SAME, "The slice that the unit is in"),
    row("Delegate", Delegate, NO, 218, SAME, "The unit manages the control groups below its own").append(),
    row("DelegateSubgroup", Raw, NONE, 254, SAME, "The control group below the unit's own in which its processes start"),
    row("DisableControllers", Controllers, NONE, 240, SAME, "Controllers that units below can't have").append(),
    off("CoredumpReceive", 255, "Core dumps of containers within the unit are handed to them"),
];
