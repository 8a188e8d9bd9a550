//! A service of OpenRC or SysV init: what its manager's records, pid files and processes tell.

use host::{Relation as HostRelation, ServiceState};
use insight::snapshot::{Dependency, Load, Manager, Relation, Service, State};

use super::state_of;
use crate::service_view::ServiceView;

/// A service, as far as its manager and its processes tell.
pub fn service(view: &ServiceView, manager: Manager, levels: &[String]) -> Service {
    let told = view.service.as_ref();
    let enabled_in = told.and_then(|service| service.enabled_in.clone()).unwrap_or_default();
    let state = state_of(view.state.value);
    let is_enabled = enabled_in.iter().any(|level| levels.contains(level));
    let since = view.since_unix_seconds.map(|since| (since.value * 1e6) as u64);
    Service {
        name: view.name.clone(),
        description: String::from_utf8_lossy(&view.description).into_owned(),
        manager,
        state,
        native: told.map(|service| service.native.clone()).unwrap_or_default(),
        load: if told.is_some_and(|service| service.definition.is_none()) {
            Load::NotFound
        } else {
            Load::Loaded
        },
        enablement: view.enablement.clone(),
        should_run: should_run(view, is_enabled),
        since_usec: since,
        dependencies: dependencies(view),
        main_pid: view.main_pid.map(|pid| pid.value),
        ..Service::default()
    }
}

/// Enabled where the machine is now, recorded as started, or gone without its pid file.
fn should_run(view: &ServiceView, is_enabled: bool) -> bool {
    match view.state.value {
        ServiceState::Failed | ServiceState::Crashed => true,
        // What starts no daemon has done its work, or has not; nobody knows.
        ServiceState::Unknown => is_enabled && !has_no_daemon(view),
        ServiceState::Stopped => is_enabled,
        _ => true,
    }
}

fn has_no_daemon(view: &ServiceView) -> bool {
    view.service.as_ref().is_some_and(|service| {
        crate::service_view::fill::has_no_daemon(service)
            || service.gap(host::Field::MainPid).is_some_and(|gap| {
                gap.reason == host::Reason::NotApplicable && service.pid_files.is_empty()
            })
    })
}

fn dependencies(view: &ServiceView) -> Vec<Dependency> {
    let told = view.details().map(|details| details.dependencies.as_slice()).unwrap_or_default();
    let mut all: Vec<Dependency> = Vec::new();
    for dependency in told {
        let relation = match dependency.relation {
            HostRelation::Needs | HostRelation::Requisite | HostRelation::BindsTo => {
                Relation::Needs
            }
            HostRelation::Wants | HostRelation::Uses | HostRelation::Upholds => Relation::Wants,
            HostRelation::After | HostRelation::PartOf => Relation::After,
            HostRelation::Conflicts => Relation::Conflicts,
            HostRelation::Before | HostRelation::Triggers | HostRelation::Provides => continue,
        };
        let name = dependency.resolved.clone().unwrap_or_else(|| dependency.name.clone());
        if all.iter().any(|known| known.name == name) {
            continue;
        }
        all.push(Dependency {
            relation,
            name,
            state: State::Unknown,
            load: Load::Loaded,
            place: None,
        });
    }
    all
}
