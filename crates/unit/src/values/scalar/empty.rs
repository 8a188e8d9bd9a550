//! Which scalars an empty assignment sets back; systemd decides it for each directive.

use super::TIMERS;
use crate::{name::UnitType, table::Kind, values::Context};

/// Whether an empty assignment goes back to the default; otherwise it is no valid value.
pub(super) fn resets(kind: Kind, context: &Context<'_>) -> bool {
    let name = context.directive.name;
    match kind {
        Kind::Bool => matches!(
            name,
            "SetLoginEnvironment"
                | "PrivateMounts"
                | "MountAPIVFS"
                | "BindLogSockets"
                | "MemoryKSM"
        ),
        Kind::BoolOr(_) | Kind::Choice(_) => matches!(
            name,
            "KillMode"
                | "IOSchedulingClass"
                | "CPUSchedulingPolicy"
                | "NUMAPolicy"
                | "ManagedOOMSwap"
                | "ManagedOOMMemoryPressure"
                | "MountFlags"
        ),
        Kind::Integer(..) => {
            matches!(name, "TTYRows" | "TTYColumns" | "IOSchedulingPriority")
                || name == "Priority" && context.unit == UnitType::Swap
        }
        Kind::Seconds(_) => {
            matches!(
                name,
                "TimeoutAbortSec" | "CPUQuotaPeriodSec" | "ManagedOOMMemoryPressureDurationSec"
            ) || TIMERS.contains(&name)
        }
        Kind::Nanoseconds
        | Kind::Size
        | Kind::Mode
        | Kind::Signal
        | Kind::Limit(_)
        | Kind::LogLevel
        | Kind::LogFacility => false,
        _ => true,
    }
}
