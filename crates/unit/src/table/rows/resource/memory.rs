//! Memory: systemd.resource-control(5), memory and memory pressure.

use crate::table::{
    Default, Directive,
    kind::{
        Kind::{Amount, Bool, BoolOr, Choice, List, Percent, Seconds},
        Words,
        Zero::IsZero,
    },
    rows::build::{Computed, INFINITY, Is, Manager, NONE, SAME, obsolete, row},
};

const ZERO: Default = Is("0");
const WATCH: Words = &["auto", "skip"];

/// An amount of memory.
const fn memory(name: &'static str, default: Default, since: u16, doc: &'static str) -> Directive {
    row(name, Amount, default, since, SAME, doc)
}

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("MemoryAccounting", Bool, Manager("DefaultMemoryAccounting"), 208, SAME, "Counts memory"),
    memory("MemoryMin", ZERO, 240, "Memory that is never taken away"),
    memory("MemoryLow", ZERO, 231, "Memory that is only taken away when there is no other"),
    memory("StartupMemoryLow", Computed("MemoryLow="), 253, "The same while the machine starts and stops"),
    memory("MemoryHigh", INFINITY, 231, "Memory above which the unit is slowed down"),
    memory("StartupMemoryHigh", Computed("MemoryHigh="), 253, "The same while the machine starts and stops"),
    memory("MemoryMax", INFINITY, 231, "The most memory: above it processes are killed"),
    memory("StartupMemoryMax", Computed("MemoryMax="), 253, "The same while the machine starts and stops"),
    memory("MemorySwapMax", INFINITY, 232, "The most swap space"),
    memory("StartupMemorySwapMax", Computed("MemorySwapMax="), 253, "The same while the machine starts and stops"),
    memory("MemoryZSwapMax", INFINITY, 253, "The most compressed swap in memory"),
    memory("StartupMemoryZSwapMax", Computed("MemoryZSwapMax="), 253, "The same while the machine starts and stops"),
    row("MemoryZSwapWriteback", Bool, Computed("DefaultMemoryZSwapWriteback= of the manager, else yes"), 256, SAME, "Compressed swap may be written to disk"),
    memory("DefaultMemoryMin", ZERO, 240, "MemoryMin= of the units below that set none"),
    memory("DefaultMemoryLow", ZERO, 240, "MemoryLow= of the units below that set none"),
    memory("DefaultStartupMemoryLow", ZERO, 253, "StartupMemoryLow= of the units below that set none"),
    row("ManagedOOMSwap", Choice(&["auto", "kill"]), Is("auto"), 247, SAME, "Whether systemd-oomd kills when swap runs out"),
    row("ManagedOOMMemoryPressure", Choice(&["auto", "kill"]), Is("auto"), 247, SAME, "Whether systemd-oomd kills when memory is under pressure"),
    row("ManagedOOMMemoryPressureLimit", Percent, Computed("DefaultMemoryPressureLimit= of systemd-oomd"), 247, SAME, "The pressure from which on it kills"),
    row("ManagedOOMMemoryPressureDurationSec", Seconds(IsZero), Computed("DefaultMemoryPressureDurationSec= of systemd-oomd"), 257, "ManagedOOMMemoryPressureDurationUSec", "How long the pressure has to last"),
    row("ManagedOOMPreference", Choice(&["none", "avoid", "omit"]), Is("none"), 248, SAME, "Whether systemd-oomd spares the unit"),
    row("OOMRules", List, NONE, 261, SAME, "Rule sets by which systemd-oomd watches the unit").append(),
    row("MemoryPressureWatch", BoolOr(WATCH), Manager("DefaultMemoryPressureWatch"), 254, SAME, "Tells processes where they can watch memory pressure"),
    row("MemoryPressureThresholdSec", Seconds(IsZero), Manager("DefaultMemoryPressureThresholdSec"), 254, "MemoryPressureThresholdUSec", "How much waiting for memory within two seconds is pressure"),
    row("CPUPressureWatch", BoolOr(WATCH), Manager("DefaultCPUPressureWatch"), 261, SAME, "Tells processes where they can watch processor pressure"),
    row("CPUPressureThresholdSec", Seconds(IsZero), Manager("DefaultCPUPressureThresholdSec"), 261, "CPUPressureThresholdUSec", "How much waiting for processors within two seconds is pressure"),
    row("IOPressureWatch", BoolOr(WATCH), Manager("DefaultIOPressureWatch"), 261, SAME, "Tells processes where they can watch input and output pressure"),
    row("IOPressureThresholdSec", Seconds(IsZero), Manager("DefaultIOPressureThresholdSec"), 261, "IOPressureThresholdUSec", "How much waiting for input and output within two seconds is pressure"),
    // Of version 1 of control groups.
    obsolete("MemoryLimit", "MemoryMax=", "Was the most memory under version 1 of control groups"),
];
