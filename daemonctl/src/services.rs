//! What the machine's service managers know, carried from the `host` room to the `process` room:
//! neither knows the other.

use process::machine::Machine;
use process::verdict::KnownServices;

use crate::context::Context;

/// Services whose processes can't be told by a control group.
pub fn known(_context: &Context, _machine: &Machine) -> KnownServices {
    KnownServices::default()
}
