//! The whole machine: services of every manager that are in trouble, and the machine itself.

use host::{ManagerKind, Service, ServiceState};

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
pub fn look(context: &Context, args: &Args, options: &gather::Options) -> Result<Outcome, Failure> {
    let managers = Managers::open_any(context, &args.managers)?;
    let managers = managers.unwrap_or_else(Managers::nobody);
    let chosen = troubled(&managers, &gather::levels(context));
    let names: Vec<String> = chosen.iter().map(|chosen| chosen.name.clone()).collect();
    let some = chosen.get(..LOOKED_AT_MAX).unwrap_or(&chosen);
    let mut snapshot = gather::snapshot(context, &managers, some, options)?;
    snapshot.machine.troubled = names;
    let reports = insight::diagnose(&snapshot);
    let machine = Some(insight::machine(&snapshot));
    Ok(Outcome { snapshot, reports, machine })
}

/// What failed, or is gone although it was started. Managers that run scripts keep no record of a start that failed:
/// there it is what is enabled and does not run.
fn troubled(managers: &Managers, levels: &[String]) -> Vec<Chosen> {
    let mut found = Vec::new();
    for manager in managers.indices() {
        // Who does not answer is told of by the services' own commands.
        let units = managers.ask(manager, |manager| manager.units()).unwrap_or_default();
        let is_enabled =
            |unit: &Service| unit.enabled_in.iter().flatten().any(|level| levels.contains(level));
        let kind = managers.get(manager).map(|manager| manager.kind());
        let has_scripts = matches!(kind, Some(ManagerKind::OpenRc | ManagerKind::SysV));
        let troubled = units.into_iter().filter(|unit| {
            unit.state.is_trouble()
                || has_scripts && unit.state == ServiceState::Stopped && is_enabled(unit)
        });
        found.extend(troubled.map(|unit| Chosen { manager, name: unit.name }));
    }
    found
}
