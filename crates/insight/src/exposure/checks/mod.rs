//! The table of checks, in systemd-analyze's order.

mod capabilities;
mod privileges;
mod sandbox;
mod system_calls;

use super::{Applies, Check, Judge};

/// All checks.
pub const CHECKS: &[&[Check]] = &[
    sandbox::IDENTITY,
    sandbox::PROTECTION,
    capabilities::CHECKS,
    privileges::CHECKS,
    privileges::NAMESPACES,
    privileges::FAMILIES,
    system_calls::CHECKS,
];

const fn check(id: &'static str, key: &'static str, weight: u64, judge: Judge) -> Check {
    Check {
        id,
        key,
        weight,
        range: 1,
        judge,
        good: "",
        bad: "",
        applies: Applies::Always,
        mends: None,
        since: 0,
    }
}

impl Check {
    const fn says(self, good: &'static str, bad: &'static str) -> Check {
        Check { good, bad, ..self }
    }

    const fn mended(self, assignment: &'static str) -> Check {
        Check { mends: Some(assignment), ..self }
    }

    const fn to(self, range: u64) -> Check {
        Check { range, ..self }
    }

    const fn only(self, applies: Applies) -> Check {
        Check { applies, ..self }
    }

    const fn since(self, version: u16) -> Check {
        Check { since: version, ..self }
    }
}
