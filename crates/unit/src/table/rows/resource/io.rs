//! Input and output: systemd.resource-control(5), IO.

use crate::table::{
    Directive,
    kind::{
        DeviceFigure::{self, Bandwidth, Latency, Operations},
        Kind::{Bool, DeviceLimit, Weight},
    },
    rows::build::{Computed, Manager, NONE, SAME, obsolete, row},
};

/// A figure for each of some devices.
const fn device(
    name: &'static str,
    figure: DeviceFigure,
    since: u16,
    bus: &'static str,
    doc: &'static str,
) -> Directive {
    row(name, DeviceLimit(figure), NONE, since, bus, doc).append()
}

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("IOAccounting", Bool, Manager("DefaultIOAccounting"), 230, SAME, "Counts input and output"),
    row("IOWeight", Weight(&[]), Computed("the kernel's: 100"), 230, SAME, "The share of input and output, beside the unit's neighbours"),
    row("StartupIOWeight", Weight(&[]), Computed("IOWeight="), 230, SAME, "The same while the machine starts and stops"),
    device("IODeviceWeight", DeviceFigure::Weight, 230, SAME, "The same for one device"),
    device("IOReadBandwidthMax", Bandwidth, 230, SAME, "The most bytes a second that are read from a device"),
    device("IOWriteBandwidthMax", Bandwidth, 230, SAME, "The most bytes a second that are written to a device"),
    device("IOReadIOPSMax", Operations, 230, SAME, "The most reads a second from a device"),
    device("IOWriteIOPSMax", Operations, 230, SAME, "The most writes a second to a device"),
    device("IODeviceLatencyTargetSec", Latency, 240, "IODeviceLatencyTargetUSec", "The mean latency of a device that others must not spoil"),
    // Of version 1 of control groups.
    obsolete("BlockIOAccounting", "IOAccounting=", "Was the counting under version 1 of control groups"),
    obsolete("BlockIOWeight", "IOWeight=", "Was the share under version 1 of control groups"),
    obsolete("StartupBlockIOWeight", "StartupIOWeight=", "Was the same while the machine starts"),
    obsolete("BlockIODeviceWeight", "IODeviceWeight=", "Was the share for one device"),
    obsolete("BlockIOReadBandwidth", "IOReadBandwidthMax=", "Was the limit for reading from a device"),
    obsolete("BlockIOWriteBandwidth", "IOWriteBandwidthMax=", "Was the limit for writing to a device"),
];
