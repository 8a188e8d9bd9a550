//! All units of a tree and what they lead to: what `deps` and `plan` look at.

use present::json::Object;
use present::{Value, Why};
use unit::graph::gather::{MAX_UNITS, gather};
use unit::graph::{Edge, Graph, NodeId, Options};
use unit::load::ManagerDefaults;
use unit::{LoadState, Name, Unit};

use crate::failure::Failure;
use crate::unit_names;
use crate::unit_tree::TreeOptions;

/// Units, and those of them that were asked for.
pub struct Units {
    /// All of them, with what they lead to.
    pub units: Vec<Unit>,
    /// What their dependencies hang on.
    pub options: Options,
    /// The units asked for; templates as their instance `i`.
    pub asked: Vec<Name>,
}

impl Units {
    /// Loads every unit of the search path: who depends on a unit can be told only by asking all.
    ///
    /// # Errors
    /// There is no such folder, or a word is no unit's name.
    pub fn load(tree: &TreeOptions, what: &[String]) -> Result<Units, Failure> {
        let (tree, asked) = unit_names::open(what, tree)?;
        let manager = ManagerDefaults::read(&tree.disk, tree.facts.is_user);
        let options = Options::of(&tree.facts).under(&manager);
        // A template is no unit: its instances come along where something names them.
        let own = tree.catalogue.own_names().into_iter().filter(|name| !name.is_template());
        let roots: Vec<Name> = asked.iter().chain(own).cloned().collect();
        let loader = tree.loader();
        let units = gather(roots, &options, |name| loader.load(name));
        if units.len() >= MAX_UNITS {
            let message = format!("dependencies lead to more than {MAX_UNITS} units");
            return Err(Failure::failed(message).hint(
                "templates that name each other, or themselves, with ever longer instances?",
            ));
        }
        Ok(Units { units, options, asked })
    }

    /// Their dependencies.
    pub fn graph(&self) -> Graph<'_> {
        Graph::build(&self.units, &self.options)
    }

    /// The units asked for, aliases resolved, each once.
    ///
    /// # Errors
    /// There is no such unit, and none speaks of it.
    pub fn find(&self, graph: &Graph<'_>) -> Result<Vec<NodeId>, Failure> {
        let mut found = Vec::new();
        for name in &self.asked {
            let id = graph.find(name.as_str());
            let is_known = |id: &NodeId| {
                let mut edges = graph.edges_from(*id).iter().chain(graph.edges_to(*id));
                graph.state(*id) != LoadState::NotFound || edges.next().is_some()
            };
            match id.filter(is_known) {
                Some(id) if !found.contains(&id) => found.push(id),
                Some(_) => {}
                None => {
                    return Err(Failure::not_found(format!("there is no unit {name}")).hint(
                        "a name without a type is a service's: write the type if it is another one",
                    ));
                }
            }
        }
        Ok(found)
    }
}

/// What is the matter with a unit, where it is not loaded: behind its name.
pub fn trouble(state: LoadState) -> Option<&'static str> {
    match state {
        LoadState::Loaded => None,
        LoadState::NotFound => Some("does not exist"),
        LoadState::Masked => Some("masked"),
        LoadState::BadSetting => Some("refused for its settings"),
        LoadState::Error => Some("can't be read"),
    }
}

/// A dependency as it was made, in a sentence: `b.service: After=a.service in FILE:3`.
pub fn sentence(graph: &Graph<'_>, edge: &Edge) -> String {
    let (holder, other) = (graph.name(edge.holder()), graph.name(edge.other()));
    let (kind, why) = (edge.as_held().name(), graph.explain(edge));
    let place = why.strip_prefix(kind).and_then(|rest| rest.strip_prefix('='));
    match place {
        Some(place) => format!("{holder}: {kind}={other}{place}"),
        None => format!("{holder}: {kind}={other}: {why}"),
    }
}

/// A unit as JSON.
pub fn unit_json(graph: &Graph<'_>, id: NodeId) -> Object {
    let mut object = Object::new();
    object.put("name", graph.name(id));
    object.put("load_state", graph.state(id).word());
    let file = graph.node(id).and_then(|node| node.unit).and_then(Unit::fragment);
    object.put("file", Value::or_missing(file.map(|file| file.to_string()), Why::NotApplicable));
    object
}

/// A reason for a dependency as JSON.
pub fn edge_json(graph: &Graph<'_>, edge: &Edge) -> Object {
    let place = graph.place(edge);
    let setting = edge.why.setting.map(|(id, _)| id.name());
    let mut object = Object::new();
    object.put("from", graph.name(edge.from));
    object.put("kind", edge.kind.name());
    object.put("to", graph.name(edge.to));
    object.put("held_by", graph.name(edge.holder()));
    object.put("class", edge.why.rule.class().word());
    object.put("rule", edge.why.rule.name());
    object.put("setting", Value::or_missing(setting, Why::NotApplicable));
    let file = place.map(|(file, _)| file.to_string());
    object.put("file", Value::or_missing(file, Why::NotApplicable));
    object.put("line", Value::or_missing(place.map(|(_, line)| line), Why::NotApplicable));
    object.put("because", graph.explain(edge));
    object
}
