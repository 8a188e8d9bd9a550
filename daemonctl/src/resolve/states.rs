//! Services chosen by their states.

use std::collections::HashSet;

use unit::UnitType;

use super::{Resolver, unit_type};
use crate::failure::Failure;
use crate::managers::Chosen;
use crate::service_view::fill;

impl Resolver<'_> {
    /// Every service of every manager.
    pub(super) fn everything(&mut self) -> Result<Vec<Chosen>, Failure> {
        let mut found = Vec::new();
        for manager in self.managers.indices() {
            let names = self.names(manager, false)?;
            found.extend(names.iter().map(|name| Chosen { manager, name: name.clone() }));
        }
        Ok(found)
    }

    /// Keeps those that are in one of the states asked for.
    pub(super) fn keep_states(&self, chosen: &mut Vec<Chosen>) -> Result<(), Failure> {
        let mut kept = HashSet::new();
        for manager in self.managers.indices() {
            if !chosen.iter().any(|chosen| chosen.manager == manager) {
                continue;
            }
            // As `list` tells the states; units of other types are in their own list.
            let others =
                chosen.iter().any(|c| unit_type(&c.name).is_some_and(|t| t != UnitType::Service));
            let services = self.managers.ask(manager, |m| match others {
                true => m.units(),
                false => m.services_in_brief(),
            })?;
            let filled = match fill::leaves_state_open(&services) {
                true => fill::fill(self.context, services, 0)?,
                false => fill::plain(services),
            };
            let in_state = filled
                .views
                .into_iter()
                .filter(|view| self.options.states.iter().any(|state| view.is_in_state(state)));
            kept.extend(in_state.map(|view| Chosen { manager, name: view.name }));
        }
        chosen.retain(|chosen| kept.contains(chosen));
        Ok(())
    }
}
