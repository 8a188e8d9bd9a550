//! The services of a machine that systemd runs, with where they are enabled: what the tools of other
//! inits show of them.

use std::collections::BTreeMap;

use host::{HostError, Service};

use super::common::{World, plain};

/// A service.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its name, without its suffix.
    pub name: String,
    /// What systemd has in memory of it; `None` where it is only installed.
    pub loaded: Option<Service>,
    /// The word for its being enabled: `enabled`, `disabled`, `static` …
    pub enablement: String,
    /// The targets that start it, where it is enabled.
    pub targets: Vec<String>,
}

impl Unit {
    /// It starts at boot.
    pub fn is_enabled(&self) -> bool {
        matches!(self.enablement.as_str(), "enabled" | "enabled-runtime")
    }
}

/// All services, by name. Aliases and templates are none.
///
/// # Errors
/// systemd can't be asked.
pub fn read(world: &World) -> Result<Vec<Unit>, Box<HostError>> {
    let mut installed: BTreeMap<String, String> = world
        .installed()?
        .into_iter()
        .filter(|unit| unit.name.ends_with(".service") && !unit.name.contains("@."))
        .map(|unit| (unit.name, unit.enablement))
        .collect();
    let mut units = Vec::new();
    for service in world.services()? {
        if !service.name.ends_with(".service") || service.unit_state().load == "not-found" {
            continue;
        }
        let known = installed.remove(&service.name);
        let enablement = service.enablement.clone().or(known);
        let name = service.name.clone();
        units.push(unit(world, &name, enablement, Some(service)));
    }
    for (name, enablement) in installed {
        units.push(unit(world, &name, Some(enablement), None));
    }
    units.retain(|unit| unit.enablement != "alias");
    units.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(units)
}

/// Only of those that are enabled, and of instances, it is asked where and whether.
fn unit(world: &World, name: &str, enablement: Option<String>, loaded: Option<Service>) -> Unit {
    let mut unit = Unit {
        enablement: enablement.unwrap_or_default(),
        targets: loaded.as_ref().and_then(|it| it.enabled_in.clone()).unwrap_or_default(),
        name: plain(name).to_owned(),
        loaded,
    };
    let is_open = unit.enablement.is_empty() || unit.is_enabled() && unit.targets.is_empty();
    if is_open && let Ok(service) = world.service(name) {
        unit.targets = service.enabled_in.unwrap_or_default();
        if let Some(enablement) = service.enablement {
            unit.enablement = enablement;
        }
    }
    unit
}
