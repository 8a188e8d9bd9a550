//! Single services, looked up by the words that name them.

use host::{ManagerKind, Service};

use super::ServiceView;
use super::fill::{self, Filled, need};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers, Unanswered};
use crate::resolve::{self, Options, Unresolved};

/// What came of the words.
pub struct Looked {
    /// The services, in the order of the words, with what their processes tell.
    pub filled: Filled,
    /// Words that mean no service, or services that could not be asked for.
    pub unresolved: Vec<Unresolved>,
}

/// Looks services up with all that their managers tell of single ones. `needs` is of
/// [`fill::need`]; 0: processes are looked at only for states that the managers leave open.
///
/// # Errors
/// As [`resolve::resolve_each`], and `/proc` can't be read.
pub fn look(
    context: &Context,
    managers: &Managers,
    what: &[String],
    options: &Options<'_>,
    needs: u64,
) -> Result<Looked, Failure> {
    let options = Options { fetch: true, ..*options };
    let ask = match needs & need::DEPENDENCIES != 0 {
        true => service,
        false => service_alone,
    };
    let needs = needs & !need::DEPENDENCIES;
    let (services, unresolved) = services(context, managers, what, &options, ask)?;
    let filled = match needs != 0 || fill::leaves_state_open(&services) {
        true => fill::fill(context, services, needs)?,
        false => fill::plain(services),
    };
    Ok(Looked { filled, unresolved })
}

/// Looks up what does not depend on how services are: no script is run, no process looked at.
///
/// # Errors
/// As [`resolve::resolve_each`].
pub fn look_at_rest(
    context: &Context,
    managers: &Managers,
    what: &[String],
    options: &Options<'_>,
) -> Result<Looked, Failure> {
    let options = Options { fetch: true, ..*options };
    let (services, unresolved) = services(context, managers, what, &options, at_rest)?;
    Ok(Looked { filled: fill::plain(services), unresolved })
}

fn services(
    context: &Context,
    managers: &Managers,
    what: &[String],
    options: &Options<'_>,
    ask: fn(&Managers, &Chosen) -> Result<Service, Unanswered>,
) -> Result<(Vec<Service>, Vec<Unresolved>), Failure> {
    let mut resolution = resolve::resolve_each(context, managers, what, options)?;
    let mut unresolved = resolution.unresolved;
    let mut services: Vec<Service> = Vec::new();
    for chosen in &resolution.chosen {
        let fetched = resolution.fetched.remove(chosen);
        match fetched.map_or_else(|| ask(managers, chosen), Ok) {
            Ok(service) => services.push(service),
            Err(error) => unresolved.push(Unresolved {
                word: chosen.name.clone(),
                is_unknown: error.is_no_such_service(),
                failure: error.into(),
            }),
        }
    }
    Ok((services, unresolved))
}

fn service(managers: &Managers, chosen: &Chosen) -> Result<Service, Unanswered> {
    managers.ask(chosen.manager, |manager| manager.service(&chosen.name))
}

fn service_alone(managers: &Managers, chosen: &Chosen) -> Result<Service, Unanswered> {
    managers.ask(chosen.manager, |manager| manager.service_alone(&chosen.name))
}

/// A service as it stands in its manager's list, where scripts are read and none is run; of systemd's,
/// which runs nothing to tell how a service is, all that is known of it.
///
/// # Errors
/// As [`host::ServiceManager::service`].
pub fn at_rest(managers: &Managers, chosen: &Chosen) -> Result<Service, Unanswered> {
    let kind = managers.of(chosen).map(|manager| manager.kind());
    if !matches!(kind, Some(ManagerKind::OpenRc | ManagerKind::SysV)) {
        return service(managers, chosen);
    }
    managers.ask(chosen.manager, |manager| {
        let listed = manager.services()?.into_iter().find(|service| service.name == chosen.name);
        match listed {
            Some(service) => Ok(service),
            // The machinery of the runlevels is in no list.
            None => manager.service(&chosen.name),
        }
    })
}

/// How a view is called where names of several managers stand together.
pub fn title(view: &ServiceView, several: bool) -> String {
    match (several, view.manager) {
        (true, Some(manager)) => format!("{} ({manager})", view.name),
        _ => view.name.clone(),
    }
}
