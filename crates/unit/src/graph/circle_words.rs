//! A circle in words: its units, the dependency to blame, and what would mend it.

use super::{Class, Cycle, Edge, Graph, NodeId};

impl Cycle {
    /// The units, in the order of the edges.
    pub fn units(&self) -> impl Iterator<Item = NodeId> {
        self.edges.iter().map(|edge| edge.from)
    }

    /// The edge to blame.
    pub fn blamed(&self) -> Option<&Edge> {
        self.edges.get(self.blame)
    }

    /// `a before b before a`.
    pub fn describe(&self, graph: &Graph<'_>) -> String {
        // A circle of thousands of units is no sentence.
        const SHOWN: usize = 12;
        let names: Vec<&str> = self.units().map(|id| graph.name(id)).collect();
        let first = names.first().copied().unwrap_or_default();
        let mut text = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" before ");
        if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            text.push_str(&format!(" before {more} more"));
        }
        format!("{text} before {first}")
    }

    /// Why that edge is the one to blame.
    pub fn verdict(&self, graph: &Graph<'_>) -> String {
        let Some(edge) = self.blamed() else { return String::new() };
        let holder = graph.name(edge.holder());
        let said = format!("{}={} of {holder}", edge.as_held().name(), graph.name(edge.other()));
        let others = |class: Class| {
            self.edges.iter().filter(|other| other.why.rule.class() == class).count()
        };
        let written = others(Class::Written);
        match edge.why.rule.class() {
            Class::Written if written == 1 => {
                format!("{said} is the only one of these that somebody wrote")
            }
            Class::Written => format!("{said} is written in the unit that the least depends on"),
            Class::Implicit | Class::Default => {
                format!("nobody wrote any of these; {said}: {}", graph.explain(edge))
            }
        }
    }

    /// What to do about it.
    pub fn fix(&self, graph: &Graph<'_>) -> String {
        let Some(edge) = self.blamed() else { return String::new() };
        let holder = graph.name(edge.holder());
        let other = graph.name(edge.other());
        let kind = edge.as_held().name();
        match (edge.why.rule.class(), graph.place(edge)) {
            (Class::Written, Some((file, line))) if file.starts_with("/etc/") => {
                format!("remove {other} from {kind}= in {file}:{line}")
            }
            (Class::Written, Some((file, line))) => format!(
                "copy {file} to /etc/systemd/system and remove {other} from {kind}= (line {line}): \
                 a drop-in can't take a dependency away"
            ),
            (Class::Default, _) if edge.why.rule == super::Rule::TargetDefault => {
                format!("write Before={other} into {holder}, or take {other} out of what it wants")
            }
            (Class::Default, _) => format!(
                "write DefaultDependencies=no into {holder}, with the dependencies that it does need"
            ),
            (class, _) => {
                format!("change the setting of {holder} that makes this {} order", class.word())
            }
        }
    }
}
