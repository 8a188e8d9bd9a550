//! `[Slice]`, systemd.slice(5).

use super::build::{INFINITY, SAME, row};
use crate::table::{Directive, kind::Kind::Count};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("ConcurrencyHardMax", Count, INFINITY, 258, SAME, "How many units of the slice may be active; more are refused"),
    row("ConcurrencySoftMax", Count, INFINITY, 258, SAME, "How many units of the slice may be active; more have to wait"),
    row("ActivatingConcurrencyMax", Count, INFINITY, 262, SAME, "How many units of the slice may be starting; more have to wait"),
];
