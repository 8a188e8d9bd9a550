//! `[Scope]`, systemd.scope(5).

use super::{
    build::{Computed, INFINITY, Is, Manager, SAME, row},
    service::OOM_POLICIES,
};
use crate::table::{
    Directive,
    kind::{
        Kind::{Choice, Seconds},
        Zero::IsZero,
    },
};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("OOMPolicy", Choice(OOM_POLICIES), Computed("DefaultOOMPolicy= of the manager; continue with Delegate="), 253, SAME, "What happens to the rest when the kernel kills a process for want of memory"),
    row("RuntimeMaxSec", Seconds(IsZero), INFINITY, 244, "RuntimeMaxUSec", "How long the scope may run; after that it is stopped and has failed"),
    row("RuntimeRandomizedExtraSec", Seconds(IsZero), Is("0"), 250, "RuntimeRandomizedExtraUSec", "Up to how much is added to RuntimeMaxSec= at random"),
    row("TimeoutStopSec", Seconds(IsZero), Manager("DefaultTimeoutStopSec"), 0, "TimeoutStopUSec", "How long the end may take after the first signal"),
];
