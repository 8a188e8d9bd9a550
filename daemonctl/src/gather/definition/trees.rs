//! The trees of unit files, each opened once and only where it is needed.

use std::cell::OnceCell;

use unit::{Name, Unit};

use crate::context::Context;
use crate::unit_tree::{TreeOptions, UnitTree};

/// The machine's units and those of the user who asks.
#[derive(Default)]
pub struct Trees {
    system: OnceCell<Option<UnitTree>>,
    user: OnceCell<Option<UnitTree>>,
}

impl Trees {
    /// The tree of the system's units, or of the user's.
    pub fn of(&self, context: &Context, is_user: bool) -> Option<&UnitTree> {
        let kept = if is_user { &self.user } else { &self.system };
        kept.get_or_init(|| {
            let root = context.common.system_root.to_str()?;
            let root = (root != "/").then(|| root.to_owned());
            UnitTree::open(&TreeOptions { root, user: is_user }).ok()
        })
        .as_ref()
    }

    /// A unit by its name, from its files.
    pub fn unit(&self, context: &Context, is_user: bool, name: &str) -> Option<(&UnitTree, Unit)> {
        let tree = self.of(context, is_user)?;
        let name: Name = name.parse().ok()?;
        Some((tree, tree.loader().load(&name)))
    }
}
