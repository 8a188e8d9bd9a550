//! What is promised of finding faults and judging exposure.

use super::{Subject, Target, names, ratio, wall_msec};
use crate::bench::report::Row;

/// How many services run.
pub const SERVICES: usize = 100;

/// Finding faults and judging exposure on a machine that systemd runs.
pub const INSIGHT: Subject = Subject {
    many: "services that run",
    one: "svc",
    reference: names::NATIVE_DIAGNOSE,
    short_reference: "nat",
    targets: TARGETS,
};

const TARGETS: &[Target] = &[
    wall("diagnose one that runs, wall", 150.0, names::DIAGNOSE),
    wall("diagnose one that fails, wall", 150.0, names::DIAGNOSE_BROKEN),
    wall("diagnose the machine, wall", 1_000.0, names::DIAGNOSE_ALL),
    wall("audit of all, wall", 1_000.0, names::AUDIT),
    Target {
        promise: "diagnose, wall against the native commands",
        populations: &[SERVICES],
        limit: 1.0,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::NATIVE_DIAGNOSE, Row::wall_usec),
        subject: names::DIAGNOSE_BROKEN,
    },
    Target {
        promise: "audit, wall against the native commands",
        populations: &[SERVICES],
        limit: 1.0,
        unit: "",
        figure: |figures, at, who| ratio(figures, at, who, names::NATIVE_AUDIT, Row::wall_usec),
        subject: names::AUDIT,
    },
];

const fn wall(promise: &'static str, limit: f64, subject: &'static str) -> Target {
    Target { promise, populations: &[SERVICES], limit, unit: "ms", figure: wall_msec, subject }
}
