//! How units hang together: every dependency, in both directions, each with the reasons for it.
//!
//! [`Graph::build`] joins loaded units; [`gather()`] loads what they lead to. [`cycles`] finds units
//! that wait for each other, [`plan`] says what a start or stop brings with it. The rules by which a
//! unit gets dependencies that nobody wrote (systemd.unit(5) and the other man pages, "IMPLICIT
//! DEPENDENCIES" and "DEFAULT DEPENDENCIES") stand in [`rules`].
//!
//! An edge is kept once, from the unit named first in [`Dependency`]'s pairs to the other; `After=b`
//! in `a` is the edge `b Before a`. All is linear in units and edges, and nothing recurses.

mod build;
mod circle_words;
pub mod cycles;
pub mod gather;
mod kind;
pub mod plan;
pub mod rules;
mod why;

use std::{collections::HashMap, sync::Arc};

pub use cycles::Cycle;
pub use gather::gather;
pub use kind::Dependency;
pub use plan::{Plan, Refusal, Verb};
pub use why::{Class, Rule, Why};

use crate::{load::ManagerDefaults, name::Name, specifier::Facts, unit::LoadState, unit::Unit};

/// What dependencies hang on besides the units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether the units are a user's, not the system's.
    pub is_user: bool,
    /// Whether there are device units: in a container there are none.
    pub devices: bool,
    /// The version of systemd whose rules hold, where they changed. See [`Options::default`].
    pub version: u16,
    /// Where the folders of `RuntimeDirectory=`, `StateDirectory=`, `CacheDirectory=`,
    /// `LogsDirectory=` and `ConfigurationDirectory=` lie, in this order. Empty: not known.
    pub folders: [Box<str>; 5],
    /// Where standard output and error go where no unit says: `DefaultStandardOutput=` and
    /// `DefaultStandardError=` of the manager.
    pub streams: [Box<str>; 2],
}

impl Default for Options {
    /// The system's units under the rules of the newest man pages.
    fn default() -> Options {
        Options {
            is_user: false,
            devices: true,
            version: 262,
            folders: ["/run", "/var/lib", "/var/cache", "/var/log", "/etc"].map(Into::into),
            streams: ["journal", "inherit"].map(Into::into),
        }
    }
}

impl Options {
    /// The same under a manager with this configuration.
    #[must_use]
    pub fn under(mut self, manager: &ManagerDefaults) -> Options {
        let keys = ["DefaultStandardOutput", "DefaultStandardError"];
        for (stream, key) in self.streams.iter_mut().zip(keys) {
            if let Some(word) = manager.get(key) {
                *stream = word.into();
            }
        }
        self
    }

    /// As the facts say.
    pub fn of(facts: &Facts) -> Options {
        let known = &facts.directories;
        let folders =
            [&known.runtime, &known.state, &known.cache, &known.logs, &known.configuration];
        Options {
            is_user: facts.is_user,
            folders: folders.map(|folder| folder.clone().unwrap_or_default()),
            ..Options::default()
        }
    }
}

/// A unit in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Its place: nodes are numbered from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    fn at(index: usize) -> NodeId {
        // More than 2³² units do not fit into memory.
        NodeId(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// What the graph knows of a unit.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its name, never an alias.
    pub name: Name,
    /// Whether it could be loaded; of units that are only named, [`LoadState::NotFound`]. Slices
    /// and devices need no file, so they are loaded in any case.
    pub state: LoadState,
    /// The unit, if it was among those that the graph was built of.
    pub unit: Option<&'a Unit>,
}

/// One reason for a dependency: two units may have several edges of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The unit that the dependency starts at.
    pub from: NodeId,
    /// The unit it leads to.
    pub to: NodeId,
    /// Its kind; always one that [is stored](Dependency::is_stored).
    pub kind: Dependency,
    /// Whether it comes from the files of `to`, as the inverse kind.
    pub turned: bool,
    /// Why it is there.
    pub why: Why,
}

impl Edge {
    /// The unit whose files or type make the edge.
    pub fn holder(&self) -> NodeId {
        if self.turned { self.to } else { self.from }
    }

    /// The unit at the other end.
    pub fn other(&self) -> NodeId {
        if self.turned { self.from } else { self.to }
    }

    /// The kind as the holder says it: `After` for a turned `Before`.
    pub fn as_held(&self) -> Dependency {
        if self.turned { self.kind.inverse() } else { self.kind }
    }

    fn key(&self) -> (NodeId, Dependency, NodeId, bool, Why) {
        (self.from, self.kind, self.to, self.turned, self.why)
    }
}

/// Units and the dependencies between them.
#[derive(Debug)]
pub struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    by_name: HashMap<Name, NodeId>,
    /// By `Edge::key`.
    edges: Box<[Edge]>,
    /// Where each node's edges begin; one more at the end.
    outgoing: Box<[u32]>,
    /// Edges by (to, kind, from).
    turned: Box<[u32]>,
    /// Where each node's begin in `turned`; one more at the end.
    incoming: Box<[u32]>,
}

impl<'a> Graph<'a> {
    /// The nodes, by number.
    pub fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    /// The numbers of all nodes.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId::at)
    }

    /// A unit by its name or an alias.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.by_name.get(name).copied()
    }

    /// A node. `None` for the id of another graph.
    pub fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.nodes.get(id.index())
    }

    /// A unit's name; empty for the id of another graph.
    pub fn name(&self, id: NodeId) -> &str {
        self.node(id).map_or("", |node| node.name.as_str())
    }

    /// Whether a unit could be loaded.
    pub fn state(&self, id: NodeId) -> LoadState {
        self.node(id).map_or(LoadState::NotFound, |node| node.state)
    }

    /// All edges, by from, kind and to.
    pub fn all_edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that start at a unit, by kind and to.
    pub fn edges_from(&self, id: NodeId) -> &[Edge] {
        self.edges.get(range(&self.outgoing, id)).unwrap_or_default()
    }

    /// The edges that end at a unit, by kind and from.
    pub fn edges_to(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.numbers_to(id).iter().filter_map(|&number| self.edge(number))
    }

    /// The edges of one kind that a unit has, each reason of its own, by the other unit. Of an
    /// inverse kind these are edges that end at the unit.
    pub fn edges(&self, id: NodeId, kind: Dependency) -> impl Iterator<Item = &Edge> {
        let forward = self.edges_from(id);
        let numbers = self.numbers_to(id);
        let (forward, numbers): (&[Edge], &[u32]) = if kind.is_stored() {
            let start = forward.partition_point(|edge| edge.kind < kind);
            let end = forward.partition_point(|edge| edge.kind <= kind);
            (forward.get(start..end).unwrap_or_default(), &[])
        } else {
            let stored = kind.inverse();
            let of = |number: &u32| self.edge(*number).map(|edge| edge.kind);
            let start = numbers.partition_point(|number| of(number) < Some(stored));
            let end = numbers.partition_point(|number| of(number) <= Some(stored));
            (&[], numbers.get(start..end).unwrap_or_default())
        };
        forward.iter().chain(numbers.iter().filter_map(|&number| self.edge(number)))
    }

    /// The units that a unit has a dependency of this kind on, each once, by number.
    pub fn neighbours(&self, id: NodeId, kind: Dependency) -> impl Iterator<Item = NodeId> {
        let mut last = None;
        self.edges(id, kind)
            .map(move |edge| if kind.is_stored() { edge.to } else { edge.from })
            .filter(move |other| last.replace(*other) != Some(*other))
    }

    /// The reasons for a dependency of one unit on another.
    pub fn reasons(
        &self,
        id: NodeId,
        kind: Dependency,
        other: NodeId,
    ) -> impl Iterator<Item = &Edge> {
        self.edges(id, kind)
            .filter(move |edge| other == if kind.is_stored() { edge.to } else { edge.from })
    }

    /// The file and line that an edge comes from, where it comes from a setting.
    pub fn place(&self, edge: &Edge) -> Option<(&'a Arc<str>, u32)> {
        let unit = self.node(edge.holder())?.unit?;
        let (_, origin) = edge.why.setting?;
        Some((unit.file(origin)?, origin.line()))
    }

    /// Why an edge is there, in words: `After= in /etc/systemd/system/a.service:3`, or the rule.
    pub fn explain(&self, edge: &Edge) -> String {
        let rule = edge.why.rule;
        let setting = edge.why.setting.map(|(id, _)| format!("{}=", id.name()));
        let place = self.place(edge).map(|(file, line)| format!(" in {file}:{line}"));
        match (rule.class(), setting) {
            (Class::Written, Some(setting)) => format!("{setting}{}", place.unwrap_or_default()),
            (Class::Written, None) => folder(rule, self.name(edge.holder())),
            (_, Some(setting)) => {
                format!("{} ({setting}{})", rule.reason(), place.unwrap_or_default())
            }
            (_, None) => rule.reason().to_owned(),
        }
    }

    fn edge(&self, number: u32) -> Option<&Edge> {
        self.edges.get(number as usize)
    }

    fn numbers_to(&self, id: NodeId) -> &[u32] {
        self.turned.get(range(&self.incoming, id)).unwrap_or_default()
    }
}

fn folder(rule: Rule, holder: &str) -> String {
    let suffix = match rule {
        Rule::WantsFolder => ".wants",
        Rule::RequiresFolder => ".requires",
        Rule::UpholdsFolder => ".upholds",
        _ => return rule.reason().to_owned(),
    };
    format!("a link in {holder}{suffix}/")
}

fn range(starts: &[u32], id: NodeId) -> std::ops::Range<usize> {
    let at = |index: usize| starts.get(index).map_or(0, |&start| start as usize);
    at(id.index())..at(id.index().saturating_add(1))
}
