//! What neither OpenRC's scripts nor SysV's have words for.

use crate::{Definition, Lost};

/// The reasons that differ from init to init.
pub(super) struct Unsaid {
    /// Why a start is waited for without limit.
    pub(super) start_timeout: &'static str,
    /// Why there is no `Documentation=`.
    pub(super) documentation: &'static str,
}

impl Unsaid {
    /// What of a definition is lost in a script of any kind.
    pub(super) fn add(&self, definition: &Definition, lost: &mut Vec<Lost>) {
        let mut lose = |what: &str, why: &str, field: &str| {
            lost.push(Lost::new(what, why).at(definition.place(field)));
        };
        if !definition.supplementary_groups.is_empty() {
            let what = format!("SupplementaryGroups={}", definition.supplementary_groups.join(" "));
            lose(&what, "a process has the groups of its user, no others", "supplementary_groups");
        }
        if definition.input.is_some() {
            lose("the text on standard input", "standard input is empty", "input");
        }
        if definition.start_timeout_usec.is_some() {
            lose("TimeoutStartSec=", self.start_timeout, "start_timeout");
        }
        if !definition.documentation.is_empty() {
            let what = format!("Documentation={}", definition.documentation.join(" "));
            lose(&what, self.documentation, "documentation");
        }
    }
}
