//! How those are that a service depends on, and which of them are worth a look of their own.

use insight::snapshot::{Load, Manager, Relation, Service, State};

use super::Gatherer;

/// Units of these types have no fault of their own that shows in them.
const PASSIVE: [&str; 3] = [".target", ".slice", ".scope"];
/// More dependencies are not asked about.
const ASKED_MAX: usize = 256;

/// Fills in the states of a service's dependencies.
pub fn fill(gatherer: &Gatherer<'_>, manager: usize, service: &mut Service) {
    match service.manager {
        Manager::Systemd | Manager::SystemdUser => of_units(gatherer, manager, service),
        Manager::OpenRc | Manager::SysV => of_scripts(gatherer, manager, service),
        Manager::Nobody => {}
    }
}

fn of_scripts(gatherer: &Gatherer<'_>, manager: usize, service: &mut Service) {
    // Its manager lists what there is: itself at least.
    let is_listed = gatherer.script_state(manager, &service.name).is_some();
    for dependency in &mut service.dependencies {
        let state = gatherer.script_state(manager, &dependency.name);
        // A facility that nobody provides (`$network`) is no service. What OpenRC's services need is: it starts none
        // whose needs nobody provides.
        dependency.state = state.unwrap_or_default();
        let is_needed = dependency.relation == Relation::Needs;
        if state.is_none() && is_listed && is_needed && service.manager == Manager::OpenRc {
            dependency.load = Load::NotFound;
        }
    }
}

fn of_units(gatherer: &Gatherer<'_>, manager: usize, service: &mut Service) {
    let matters =
        |relation| matches!(relation, Relation::Needs | Relation::Wants | Relation::TriggeredBy);
    let names: Vec<&str> = service
        .dependencies
        .iter()
        .filter(|dependency| matters(dependency.relation))
        .map(|dependency| dependency.name.as_str())
        .take(ASKED_MAX)
        .collect();
    if names.is_empty() {
        return;
    }
    let states = gatherer.unit_states(manager, &names);
    for dependency in &mut service.dependencies {
        let found = states.iter().find(|(name, ..)| *name == dependency.name);
        if let Some((_, state, load)) = found {
            (dependency.state, dependency.load) = (*state, *load);
        }
    }
}

/// The dependencies in which the cause may lie: those that it can't run without and that are in trouble.
pub fn troubled(service: &Service) -> Vec<String> {
    let is_broken = service.is_broken();
    let has_scripts = matches!(service.manager, Manager::OpenRc | Manager::SysV);
    let mut names = Vec::new();
    for dependency in &service.dependencies {
        if PASSIVE.iter().any(|suffix| dependency.name.ends_with(suffix)) {
            continue;
        }
        let is_down = matches!(dependency.state, State::Failed | State::Crashed);
        let is_not_there = dependency.load != Load::Loaded && dependency.load != Load::NotFound;
        let may_be_cause = match dependency.relation {
            Relation::Needs if has_scripts => {
                is_down || is_broken && dependency.state == State::Stopped
            }
            Relation::Needs => is_down || is_not_there,
            Relation::TriggeredBy => is_down,
            // Only where it does not run itself: else it is another's trouble.
            Relation::Wants => (is_broken || service.stands_for(&dependency.name)) && is_down,
            Relation::After | Relation::Conflicts => false,
        };
        if may_be_cause {
            names.push(dependency.name.clone());
        }
    }
    names
}
