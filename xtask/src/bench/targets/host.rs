//! What is promised of asking service managers.

use super::{Subject, Target, names, ratio};
use crate::bench::report::{Figures, Row};

/// Services of a machine that systemd runs.
pub const HOST_SYSTEMD: Subject = Subject { many: "services of systemd", ..HOST };
/// Services of a machine that OpenRC runs.
pub const HOST_OPENRC: Subject = Subject { many: "services of OpenRC", ..HOST };
/// Services of a machine that SysV init runs: its tool runs every script.
pub const HOST_SYSV: Subject = Subject { many: "services of SysV", targets: SYSV_TARGETS, ..HOST };

const HOST: Subject = Subject {
    many: "services",
    one: "svc",
    reference: names::NATIVE_LIST,
    short_reference: "nat",
    targets: HOST_TARGETS,
};

const fn against_native(
    promise: &'static str,
    limit: f64,
    figure: fn(&Figures, usize, &str) -> Option<f64>,
    subject: &'static str,
) -> Target {
    Target { promise, populations: &[300], limit, unit: "", figure, subject }
}

/// The promises of asking managers: never slower than the init's own tool.
const HOST_TARGETS: &[Target] = &[
    against_native("list, wall against the native tool", 1.0, LIST_WALL, names::LIST),
    against_native("list, CPU against the native tool", 1.0, LIST_CPU, names::LIST),
    against_native("status, wall against the native tool", 1.0, STATUS_WALL, names::STATUS),
    against_native("status, CPU against the native tool", 1.0, STATUS_CPU, names::STATUS),
    against_native("status of all, wall against native", 1.0, ALL_WALL, names::STATUS_ALL),
    against_native("status of all, CPU against native", 1.0, ALL_CPU, names::STATUS_ALL),
];

/// Where the native tool runs every script, a tenth of its time at most.
const SYSV_TARGETS: &[Target] = &[
    against_native("list, wall against the native tool", 0.1, LIST_WALL, names::LIST),
    against_native("list, CPU against the native tool", 0.1, LIST_CPU, names::LIST),
    against_native("status, wall against the native tool", 1.0, STATUS_WALL, names::STATUS),
    against_native("status, CPU against the native tool", 1.0, STATUS_CPU, names::STATUS),
    against_native("status of all, wall against native", 1.0, ALL_WALL, names::STATUS_ALL),
    against_native("status of all, CPU against native", 1.0, ALL_CPU, names::STATUS_ALL),
];

const LIST_WALL: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_LIST, Row::wall_usec);
const LIST_CPU: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_LIST, Row::cpu_usec);
const STATUS_WALL: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_STATUS, Row::wall_usec);
const STATUS_CPU: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_STATUS, Row::cpu_usec);
const ALL_WALL: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_STATUS_ALL, Row::wall_usec);
const ALL_CPU: fn(&Figures, usize, &str) -> Option<f64> =
    |figures, at, who| ratio(figures, at, who, names::NATIVE_STATUS_ALL, Row::cpu_usec);
