//! Gathering the services to list: no more is asked than the columns want.

use std::collections::{HashMap, HashSet};

use host::{ManagerKind, Service, ServiceState};
use present::json::Note;
use unit::UnitType;

use super::Args;
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
use crate::resolve::{self, unit_type};
use crate::service_view::fill::{self, Filled, need};
use crate::service_view::{NOT_LOADED, ServiceView, enabled};

/// What was found.
pub struct Listed {
    /// The services.
    pub views: Vec<ServiceView>,
    /// How many were left out because they are stopped or not loaded.
    pub hidden: usize,
    /// How many are in trouble.
    pub failed: usize,
    /// What could not be had.
    pub notes: Vec<Note>,
    /// Every manager answered.
    pub is_whole: bool,
}

/// Gathers. `needs` is what the columns want.
///
/// # Errors
/// No manager answered, a word means no service, or there is no such type of unit.
pub fn gather(
    context: &Context,
    managers: Option<&Managers>,
    args: &Args,
    needs: u64,
) -> Result<Listed, Failure> {
    let types = Types::parse(&args.r#type)?;
    let Some(managers) = managers else { return without_manager(context, args) };
    let (mut services, mut notes, mut is_whole) = (Vec::new(), Vec::new(), true);
    let chosen = chosen(context, managers, args)?;
    let mut enablement = HashMap::new();
    let mut hidden = 0;
    let mut first_error = None;
    for index in managers.indices() {
        match of_manager(context, managers, index, args, &types, chosen.as_ref(), needs) {
            Ok(found) => {
                hidden += found.hidden;
                services.extend(found.services);
                enablement.extend(found.enablement);
            }
            Err(error) => {
                is_whole = false;
                notes.push(Note {
                    what: format!("the services of {}", managers.word(index)),
                    reason: error.why(),
                    detail: error.to_string(),
                });
                first_error = first_error.or(Some(error));
            }
        }
    }
    match first_error {
        Some(error) if notes.len() == managers.all.len() => return Err(error.into()),
        _ => {}
    }
    let needs = needs & need::ANY_PROCESS;
    let mut filled = match needs != 0 || fill::leaves_open(&services) {
        true => fill::fill(context, services, needs)?,
        false => fill::plain(services),
    };
    for view in &mut filled.views {
        if view.enablement.is_none()
            && let Some(manager) = view.manager
        {
            view.enablement = enablement.get(&(manager, view.name.clone())).cloned();
        }
    }
    notes.append(&mut filled.notes);
    hidden += keep(args, &mut filled);
    let failed = filled.views.iter().filter(|view| !view.trouble.is_empty()).count();
    Ok(Listed { views: filled.views, hidden, failed, notes, is_whole })
}

/// The services that the words mean; `None`: all.
fn chosen(
    context: &Context,
    managers: &Managers,
    args: &Args,
) -> Result<Option<HashSet<Chosen>>, Failure> {
    if args.what.is_empty() {
        return Ok(None);
    }
    let options = resolve::Options {
        all: true,
        every_manager: true,
        verb: "list",
        ..resolve::Options::default()
    };
    let chosen = resolve::resolve(context, managers, &args.what, &options)?;
    Ok(Some(chosen.into_iter().collect()))
}

struct OfManager {
    services: Vec<Service>,
    enablement: Vec<((&'static str, String), String)>,
    hidden: usize,
}

fn of_manager(
    context: &Context,
    managers: &Managers,
    index: usize,
    args: &Args,
    types: &Types,
    chosen: Option<&HashSet<Chosen>>,
    needs: u64,
) -> Result<OfManager, crate::managers::Unanswered> {
    let word = managers.word(index);
    let is_meant = |name: &str| match chosen {
        Some(chosen) => chosen.contains(&Chosen { manager: index, name: name.to_owned() }),
        None => types.admit(name),
    };
    if chosen.is_some_and(|chosen| !chosen.iter().any(|chosen| chosen.manager == index)) {
        return Ok(OfManager { services: Vec::new(), enablement: Vec::new(), hidden: 0 });
    }
    let units = match chosen {
        Some(chosen) => {
            chosen.iter().any(|c| unit_type(&c.name).is_some_and(|t| t != UnitType::Service))
        }
        None => !types.are_services(),
    };
    let is_brief = needs & (need::TOLD | need::DETAILS | need::ANY_PROCESS) == 0;
    let mut services = managers.ask(index, |m| match units {
        true => m.units(),
        false if is_brief => m.services_in_brief(),
        false => m.services(),
    })?;
    services.retain(|service| is_meant(&service.name));
    let is_systemds = word.starts_with("systemd");
    let mut found = OfManager { services, enablement: Vec::new(), hidden: 0 };
    // Script managers tell of everything that is installed, and of its being enabled.
    let kind = managers.get(index).map(|manager| manager.kind()).filter(|_| is_systemds);
    if let Some(kind) = kind
        && (args.all || chosen.is_some() || needs & need::ENABLEMENT != 0)
    {
        add_installed(context, kind, args.all || chosen.is_some(), is_meant, &mut found);
    }
    if is_systemds && needs & need::DETAILS != 0 {
        for service in &mut found.services {
            // What went away meanwhile stays as the list told it.
            if let Ok(whole) = managers.ask(index, |m| m.service(&service.name)) {
                *service = whole;
            }
        }
    }
    Ok(found)
}

fn add_installed(
    context: &Context,
    kind: ManagerKind,
    with_not_loaded: bool,
    is_meant: impl Fn(&str) -> bool,
    found: &mut OfManager,
) {
    let loaded: HashSet<String> = found.services.iter().map(|s| s.name.clone()).collect();
    let is_user = kind == ManagerKind::SystemdUser;
    let names = loaded.iter().map(String::as_str);
    // Without them the column stays empty, and what is loaded is there all the same.
    let Some(states) = enabled::states(context, is_user, names) else { return };
    for (name, enablement) in states {
        // Templates and aliases are no services of their own.
        let is_own = !name.contains("@.") && enablement != "alias";
        if with_not_loaded && is_own && is_meant(&name) && !loaded.contains(&name) {
            let mut service = Service::new(&name, kind);
            service.state = ServiceState::Stopped;
            "not loaded".clone_into(&mut service.native);
            let load = if enablement.starts_with("masked") { "masked" } else { NOT_LOADED };
            let [load, active, sub] = [load, "inactive", "dead"].map(str::to_owned);
            service.unit_words = Some(host::UnitWords { load, active, sub });
            found.services.push(service);
        }
        found.enablement.push(((kind.name(), name), enablement.to_owned()));
    }
}

/// Leaves out what was not asked for; gives how many of these are stopped.
fn keep(args: &Args, filled: &mut Filled) -> usize {
    let before = filled.views.len();
    if !args.state.is_empty() {
        filled.views.retain(|view| args.state.iter().any(|state| view.is_in_state(state)));
        return 0;
    }
    if !args.all && args.what.is_empty() {
        filled.views.retain(|view| {
            let is_of_boot = view.state.value == ServiceState::Unknown
                && view.service.as_ref().is_some_and(fill::has_no_daemon);
            view.state.value != ServiceState::Stopped && !is_of_boot
        });
    }
    before - filled.views.len()
}

/// Where no manager runs: the daemons that there are.
fn without_manager(context: &Context, args: &Args) -> Result<Listed, Failure> {
    if !args.what.is_empty() {
        return Err(Failure::failed("no service manager runs here, so that nothing has a service")
            .hint(
                "daemonctl list shows the daemons that run; daemonctl ps WHAT, single processes",
            ));
    }
    let mut filled = fill::fill(context, Vec::new(), need::ANY_PROCESS)?;
    filled.views = std::mem::take(&mut filled.others);
    keep(args, &mut filled);
    let mut notes = filled.notes;
    notes.push(Note {
        what: "services".to_owned(),
        reason: present::Why::NotApplicable,
        detail: "no service manager runs here: these are the daemons that the processes show"
            .to_owned(),
    });
    Ok(Listed { views: filled.views, hidden: 0, failed: 0, notes, is_whole: true })
}

/// Which types of units are listed.
struct Types {
    all: bool,
    types: Vec<UnitType>,
}

impl Types {
    fn parse(words: &[String]) -> Result<Types, Failure> {
        let mut types = Types { all: false, types: Vec::new() };
        for word in words {
            match (word.as_str(), UnitType::of_suffix(word)) {
                ("all", _) => types.all = true,
                (_, Some(kind)) => types.types.push(kind),
                _ => {
                    let shown = present::text::clean(word.as_bytes());
                    return Err(Failure::usage(format_args!("there is no type of unit \"{shown}\""))
                        .hint("service, socket, timer, path, mount, target, slice, scope, device … or all"));
                }
            }
        }
        if types.types.is_empty() {
            types.types.push(UnitType::Service);
        }
        Ok(types)
    }

    fn are_services(&self) -> bool {
        !self.all && self.types == [UnitType::Service]
    }

    fn admit(&self, name: &str) -> bool {
        self.all || self.types.contains(&unit_type(name).unwrap_or(UnitType::Service))
    }
}
