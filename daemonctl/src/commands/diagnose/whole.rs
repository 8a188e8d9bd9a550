//! The whole machine: services of every manager that are in trouble, and the machine itself.

use super::{Args, Outcome};
use crate::context::Context;
use crate::failure::Failure;
use crate::gather;
use crate::managers::{Chosen, Managers};

/// So many services in trouble are looked at; the others are named.
const LOOKED_AT_MAX: usize = 32;

/// Looks at all of it.
///
/// # Errors
/// A manager that was asked for by name does not run.
pub fn look(
    context: &Context,
    args: &Args,
    options: &gather::Options,
) -> Result<Outcome, Failure> {
    let managers = Managers::open_any(context, &args.managers)?;
    let managers = managers.unwrap_or_else(Managers::nobody);
    let chosen = troubled(&managers);
    let names: Vec<String> = chosen.iter().map(|chosen| chosen.name.clone()).collect();
    let some = chosen.get(..LOOKED_AT_MAX).unwrap_or(&chosen);
    let mut snapshot = gather::snapshot(context, &managers, some, options)?;
    snapshot.machine.troubled = names;
    let reports = insight::diagnose(&snapshot);
    let machine = Some(insight::machine(&snapshot));
    Ok(Outcome { snapshot, reports, machine, is_whole: true })
}

/// What failed, or is gone although it was started.
fn troubled(managers: &Managers) -> Vec<Chosen> {
    let mut found = Vec::new();
    for manager in managers.indices() {
        // Who does not answer is told of by the services' own commands.
        let units = managers.ask(manager, |manager| manager.units()).unwrap_or_default();
        let troubled = units.into_iter().filter(|unit| unit.state.is_trouble());
        found.extend(troubled.map(|unit| Chosen { manager, name: unit.name }));
    }
    found
}
