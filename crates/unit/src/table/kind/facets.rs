//! In what values of the same kind differ: units of limits, which paths, what zero means.

/// What a resource limit counts (systemd.exec(5), table "Resource limit directives").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    /// Seconds; a time span may be written.
    Seconds,
    /// Microseconds; a time span may be written.
    Usec,
    /// Bytes; K, M, G, T, P, E are powers of 1024.
    Bytes,
    /// A plain number.
    Count,
    /// `+5`, `-5` for nice levels, or the kernel's number 0 to 40.
    Nice,
}

/// What `infinity` and 0 mean for a time span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// Zero is zero.
    IsZero,
    /// Zero means: never (infinity).
    IsInfinity,
}

/// Which paths are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRule {
    /// Absolute.
    Absolute,
    /// Absolute; `-` in front: it may be missing.
    AbsoluteOrDash,
    /// Absolute, or relative to /run (`PIDFile=`).
    BelowRun,
}

/// What a device is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFigure {
    /// A weight from 1 to 10000.
    Weight,
    /// An old weight from 10 to 1000.
    OldWeight,
    /// Bytes a second, powers of 1000, or `infinity`.
    Bandwidth,
    /// Operations a second, powers of 1000, or `infinity`.
    Operations,
    /// A time span.
    Latency,
}
