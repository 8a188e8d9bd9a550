//! Settings as D-Bus properties (org.freedesktop.systemd1(5)), in the words of `systemctl show`.
//!
//! [`properties`] gives what files decide of a loaded unit, and what follows from that: the rows of
//! the directive [`table`](crate::table) that name a property, each by the [`Kind`](crate::table::Kind)
//! of its value, with a function of its own where the property is not simply the setting
//! (`exec`, `sandbox`, `resource`, `service`, `others`, `implied`).
//!
//! What this deliberately leaves out: whatever only a running manager knows (processes, times,
//! counters, results). Of commands and timers it gives the part that files decide. What hangs on
//! something that [`Machine`] does not say is left out too, rather than guessed.

mod context;
mod credentials;
mod defaults;
mod dynamic;
mod exec;
mod exec_more;
mod implied;
mod others;
mod resource;
mod rows;
mod sandbox;
mod service;
mod streams;
mod text;
mod value;

pub use context::{Context, Machine};
pub use text::{EMPTY_LIST, posix_quote, quote};

use crate::{
    graph::{Graph, NodeId},
    specifier::Expander,
    table::{Group, Id},
    unit::Unit,
    values::Value,
};

/// Why a property is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// A file says so.
    File,
    /// No file says anything, and this is what then holds.
    Default,
    /// No file says anything; the manager's configuration, or what it was built with, holds.
    Manager,
    /// It follows from other settings, from other units, or from the machine.
    Implied,
}

/// A property, or one line of one that takes several (`ExecStart`, `Listen`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name on the bus.
    pub name: &'static str,
    /// What `systemctl show` prints behind `=`. `None` where it is empty: then nothing is printed
    /// without `--all`.
    pub text: Option<String>,
    /// Why it is so.
    pub decided: Decided,
}

/// Properties of which `systemctl show` prints no more than `[unprintable]`: their types are beyond
/// it. Here they are shown as their directives are written.
pub const UNPRINTABLE: [&str; 8] = [
    "Asserts",
    "Conditions",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "SetCredential",
    "SetCredentialEncrypted",
    "TTYColumns",
    "TTYRows",
];

/// The properties that files decide, in the order of the table. `unit` is one of those that the
/// graph was built of. Of a unit that could not be loaded there are only those that say so.
pub fn properties(unit: &Unit, graph: &Graph<'_>, context: &Context<'_>) -> Vec<Property> {
    let expander = Expander::new(context.facts, &unit.name);
    let node = graph.find(unit.name.as_str());
    let show = Show { unit, graph, node, context, expander: &expander };
    let mut found = Vec::with_capacity(320);
    implied::identity(&show, &mut found);
    if show.is_loaded() {
        rows::settings(&show, &mut found);
        implied::abilities(&show, &mut found);
        exec_more::extras(&show, &mut found);
    }
    implied::dependencies(&show, &mut found);
    found
}

/// What a property's lines are; `None` where it hangs on something unknown.
type Lines = Option<Vec<String>>;

/// One line.
fn one(text: impl Into<String>) -> Lines {
    let text = text.into();
    Some(if text.is_empty() { Vec::new() } else { vec![text] })
}

fn yes_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

/// A unit and what its properties hang on.
#[derive(Clone, Copy)]
struct Show<'a> {
    unit: &'a Unit,
    graph: &'a Graph<'a>,
    node: Option<NodeId>,
    context: &'a Context<'a>,
    expander: &'a Expander<'a>,
}

impl<'a> Show<'a> {
    fn version(&self) -> u16 {
        self.context.options.version
    }

    fn is_loaded(&self) -> bool {
        let state = self.node.map_or(self.unit.state, |node| self.graph.state(node));
        state == crate::unit::LoadState::Loaded
    }

    fn has(&self, id: Id) -> bool {
        self.unit.settings.has(id)
    }

    fn flag(&self, id: Id) -> bool {
        self.unit.settings.flag(id).unwrap_or(false)
    }

    fn value(&self, id: Id) -> Option<&'a Value> {
        self.unit.settings.value(id)
    }

    fn values(&self, id: Id) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.unit.settings.all(id).map(|setting| &setting.value)
    }

    /// The groups of settings that the unit's type has.
    fn groups(&self) -> &'static [Group] {
        let unit_type = self.unit.name.unit_type();
        unit_type.section().map_or(&[], |section| Group::of_section(section, unit_type))
    }

    fn push(&self, found: &mut Vec<Property>, name: &'static str, decided: Decided, lines: Lines) {
        let Some(lines) = lines else { return };
        if lines.is_empty() {
            found.push(Property { name, text: None, decided });
        }
        found.extend(lines.into_iter().map(|text| Property { name, text: Some(text), decided }));
    }
}
