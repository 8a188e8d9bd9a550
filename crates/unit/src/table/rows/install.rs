//! `[Install]`, systemd.unit(5): read when a unit is enabled, not when it is loaded.

use super::build::{NO_BUS, NONE, row};
use crate::table::{
    Directive,
    kind::Kind::{Text, Units},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    row("Alias", Units, NONE, 201, NO_BUS, "Names under which the unit is linked when it is enabled").append(),
    row("WantedBy", Units, NONE, 201, NO_BUS, "Units that want this one once it is enabled").append(),
    row("RequiredBy", Units, NONE, 201, NO_BUS, "Units that require this one once it is enabled").append(),
    row("UpheldBy", Units, NONE, 254, NO_BUS, "Units that uphold this one once it is enabled").append(),
    row("Also", Units, NONE, 201, NO_BUS, "Units that are enabled and disabled along with this one").keep(),
    row("DefaultInstance", Text, NONE, 215, NO_BUS, "The instance that is enabled when only the template is named"),
];
