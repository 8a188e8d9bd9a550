//! From units to a graph.

use std::collections::{HashMap, HashSet};

use super::{
    Dependency, Edge, Graph, Node, NodeId, Options, Rule, Why,
    rules::{self, Need},
};
use crate::{
    name::{Name, UnitType},
    unit::{LoadState, Unit},
};

impl<'a> Graph<'a> {
    /// Joins units. Of two units of one name the first counts. What they name and is not among them
    /// gets a node of its own, in state [`LoadState::NotFound`]: load with [`super::gather()`] first.
    pub fn build(units: impl IntoIterator<Item = &'a Unit>, options: &Options) -> Graph<'a> {
        let mut builder = Builder { nodes: Vec::new(), by_name: HashMap::new(), edges: Vec::new() };
        for unit in units {
            builder.add_unit(unit);
        }
        builder.add_perpetual(options);
        // Slices that are only named come behind meanwhile, and have rules too.
        let mut at = 0;
        while at < builder.nodes.len() {
            builder.apply_rules(NodeId::at(at), options);
            at += 1;
        }
        builder.add_mounts(options);
        builder.add_target_orders();
        builder.finish()
    }
}

struct Builder<'a> {
    nodes: Vec<Node<'a>>,
    by_name: HashMap<Name, NodeId>,
    edges: Vec<Edge>,
}

impl<'a> Builder<'a> {
    fn add_unit(&mut self, unit: &'a Unit) {
        let known = self.by_name.get(&unit.name).and_then(|id| self.nodes.get(id.index()));
        // A unit's own name wins over an alias that another unit claims.
        if known.is_some_and(|node| node.name == unit.name) {
            return;
        }
        let state = rules::state(&unit.name, unit.state);
        let id = NodeId::at(self.nodes.len());
        self.nodes.push(Node { name: unit.name.clone(), state, unit: Some(unit) });
        self.by_name.insert(unit.name.clone(), id);
        for alias in &unit.aliases {
            self.by_name.entry(alias.clone()).or_insert(id);
        }
    }

    /// Units that systemd makes itself: every slice leads to `-.slice`, every path to `-.mount`.
    fn add_perpetual(&mut self, options: &Options) {
        for name in rules::perpetual(options) {
            if !self.by_name.contains_key(&name) {
                let id = NodeId::at(self.nodes.len());
                self.by_name.insert(name.clone(), id);
                self.nodes.push(Node { name, state: LoadState::Loaded, unit: None });
            }
        }
    }

    fn apply_rules(&mut self, id: NodeId, options: &Options) {
        let Some(node) = self.nodes.get(id.index()) else { return };
        let (name, state, unit) = (node.name.clone(), node.state, node.unit);
        rules::apply(&name, state, unit, options, &mut |kind, other, why| {
            self.add(id, kind, other, why);
        });
    }

    fn intern(&mut self, name: &str) -> Option<NodeId> {
        if let Some(id) = self.by_name.get(name) {
            return Some(*id);
        }
        let name: Name = name.parse().ok()?;
        let id = NodeId::at(self.nodes.len());
        self.by_name.insert(name.clone(), id);
        let state = rules::state(&name, LoadState::NotFound);
        self.nodes.push(Node { name, state, unit: None });
        Some(id)
    }

    fn add(&mut self, holder: NodeId, kind: Dependency, other: &str, why: Why) {
        let Some(other) = self.intern(other) else { return };
        self.connect(holder, kind, other, why);
    }

    fn connect(&mut self, holder: NodeId, kind: Dependency, other: NodeId, why: Why) {
        let kinds = |id: NodeId| self.nodes.get(id.index()).map(|node| node.name.unit_type());
        let (Some(holder_type), Some(other_type)) = (kinds(holder), kinds(other)) else { return };
        if holder == other || !is_possible(kind, holder_type, other_type) {
            return;
        }
        let (from, to, kind, turned) = if kind.is_stored() {
            (holder, other, kind, false)
        } else {
            (other, holder, kind.inverse(), true)
        };
        self.edges.push(Edge { from, to, kind, turned, why });
    }

    /// Whoever needs a path needs the mounts that it lies on.
    fn add_mounts(&mut self, options: &Options) {
        let mut path_nodes = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            if node.state != LoadState::Loaded {
                continue;
            }
            let id = NodeId::at(at);
            rules::paths(&node.name, node.unit, options, &mut |path, need, why| {
                for mount in rules::mounts_of(path) {
                    if let Some(mount) = self.by_name.get(mount.as_str()) {
                        path_nodes.push((id, *mount, need, why));
                    }
                }
            });
        }
        for (id, mount, need, why) in path_nodes {
            let Some(node) = self.nodes.get(mount.index()) else { continue };
            if node.state != LoadState::Loaded {
                continue;
            }
            let has_file = node.unit.is_some_and(|unit| unit.fragment().is_some());
            let pulls = has_file && node.name.as_str() != "tmp.mount";
            self.connect(id, Dependency::After, mount, why);
            if pulls {
                let kind = match need {
                    Need::Requires => Dependency::Requires,
                    Need::Wants => Dependency::Wants,
                };
                self.connect(id, kind, mount, why);
            }
        }
    }

    /// Targets wait for what they pull in, except for what waits for them.
    fn add_target_orders(&mut self) {
        let joins = |node: Option<&Node<'_>>| {
            node.is_some_and(|node| {
                node.state == LoadState::Loaded
                    && rules::default_dependencies(node.unit, &node.name)
            })
        };
        let is_target = |node: Option<&Node<'_>>| {
            node.is_some_and(|node| node.name.unit_type() == UnitType::Target)
        };
        let at = |id: NodeId| self.nodes.get(id.index());
        let before: HashSet<(NodeId, NodeId)> = self
            .edges
            .iter()
            .filter(|edge| edge.kind == Dependency::Before && is_target(at(edge.from)))
            .map(|edge| (edge.from, edge.to))
            .collect();
        let pulls: Vec<(NodeId, NodeId)> = self
            .edges
            .iter()
            .filter(|edge| edge.kind.orders_targets() && is_target(at(edge.from)))
            .filter(|edge| joins(at(edge.from)) && joins(at(edge.to)))
            .filter(|edge| !before.contains(&(edge.from, edge.to)))
            .map(|edge| (edge.from, edge.to))
            .collect();
        for (target, unit) in pulls {
            self.connect(target, Dependency::After, unit, Why::rule(Rule::TargetDefault));
        }
    }

    fn finish(mut self) -> Graph<'a> {
        self.edges.sort_unstable_by_key(Edge::key);
        self.edges.dedup();
        self.edges.shrink_to_fit();
        self.nodes.shrink_to_fit();
        let edges = self.edges.into_boxed_slice();
        let count = self.nodes.len();
        let mut turned: Vec<u32> = (0..u32::try_from(edges.len()).unwrap_or(u32::MAX)).collect();
        let key = |number: u32| {
            edges.get(number as usize).map(|edge| (edge.to, edge.kind, edge.from, number))
        };
        turned.sort_unstable_by_key(|&number| key(number));
        let outgoing = starts(count, edges.iter().map(|edge| edge.from));
        let to = |number: &u32| edges.get(*number as usize).map(|edge| edge.to);
        let incoming = starts(count, turned.iter().filter_map(to));
        Graph {
            nodes: self.nodes,
            by_name: self.by_name,
            edges,
            outgoing,
            turned: turned.into(),
            incoming,
        }
    }
}

/// Where each node's part of a sorted list begins, and where the last one ends.
fn starts(nodes: usize, sorted: impl Iterator<Item = NodeId>) -> Box<[u32]> {
    let mut counts = vec![0_u32; nodes.saturating_add(1)];
    for id in sorted {
        if let Some(count) = counts.get_mut(id.index().saturating_add(1)) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0_u32;
    for count in &mut counts {
        sum = sum.saturating_add(*count);
        *count = sum;
    }
    counts.into()
}

/// What systemd drops: devices can't be delayed, slices can't fail, and so on.
fn is_possible(kind: Dependency, holder: UnitType, other: UnitType) -> bool {
    use UnitType::{Automount, Device, Mount, Path, Scope, Service, Slice, Socket, Swap, Timer};
    let triggers = |unit| matches!(unit, Automount | Path | Socket | Timer);
    let in_cgroup = |unit| matches!(unit, Service | Socket | Mount | Swap | Scope | Slice);
    match kind {
        Dependency::Before => other != Device,
        Dependency::OnFailure => !matches!(holder, Device | Slice),
        Dependency::Triggers => triggers(holder),
        Dependency::TriggeredBy => triggers(other),
        Dependency::InSlice => other == Slice && in_cgroup(holder),
        Dependency::SliceOf => holder == Slice && in_cgroup(other),
        _ => true,
    }
}
