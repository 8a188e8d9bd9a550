//! Services as their managers and their files tell, without what is read for all of them at once.

use std::collections::{BTreeSet, HashMap};

use host::ManagerKind;
use insight::snapshot::{Manager, Service, State};

use super::super::definition::{self, Decided};
use super::super::native::Native;
use super::super::service::{manager_of, pid_files, pids, scripts, systemd};
use super::super::{Gatherer, script};
use super::{Loose, declared};
use crate::failure::Failure;
use crate::managers::Chosen;
use crate::service_view::ServiceView;
use crate::service_view::fill::{self, need};

/// A service, and its processes' pids until these are read.
pub struct Found {
    /// What is known of it.
    pub service: Service,
    /// Its processes.
    pub pids: Vec<u32>,
}

/// The services that were chosen, each as its manager and its files tell, without processes.
///
/// # Errors
/// A manager does not answer.
pub fn chosen(gatherer: &Gatherer<'_>, chosen: &[Chosen]) -> Result<Vec<Found>, Failure> {
    let mut views = script_views(gatherer, chosen)?;
    let levels = gatherer.levels();
    let mut versions: HashMap<usize, u16> = HashMap::new();
    let mut found = Vec::new();
    for one in chosen {
        let Some(kind) = gatherer.managers.of(one).map(|manager| manager.kind()) else { continue };
        match kind {
            ManagerKind::Systemd | ManagerKind::SystemdUser => {
                let version =
                    *versions.entry(one.manager).or_insert_with(|| version(gatherer, one.manager));
                found.push(of_systemd(gatherer, one, manager_of(kind), version)?);
            }
            _ => {
                let Some(view) = views.remove(one) else { continue };
                found.push(of_script(gatherer, &view, manager_of(kind), &levels));
            }
        }
    }
    Ok(found)
}

/// The version of a systemd, by what it says of itself.
fn version(gatherer: &Gatherer<'_>, manager: usize) -> u16 {
    let systemd = gatherer.managers.get(manager).and_then(|manager| manager.as_systemd());
    let told = systemd.and_then(|systemd| {
        let property = bus::Property {
            path: "/org/freedesktop/systemd1",
            interface: "org.freedesktop.systemd1.Manager",
            name: "Version",
        };
        let answers = systemd.open(false).ok()?.properties(&[property]).ok()?;
        answers.into_iter().next()?.ok()?.as_str().map(str::to_owned)
    });
    let digits: String =
        told.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(252)
}

fn of_systemd(
    gatherer: &Gatherer<'_>,
    chosen: &Chosen,
    manager: Manager,
    version: u16,
) -> Result<Found, Failure> {
    let asked = gatherer
        .managers
        .ask(chosen.manager, |manager| manager.native_properties(&chosen.name).transpose());
    let native = Native::new(asked.map_err(Failure::from)?.unwrap_or_default());
    let mut service = systemd::service(&chosen.name, manager, &native);
    let is_user = manager == Manager::SystemdUser;
    if let Some((tree, unit)) = gatherer.trees.unit(gatherer.context, is_user, &service.name)
        && (unit.fragment().is_some() || !unit.drop_ins().is_empty())
    {
        service.definition = Some(definition::of_unit(tree, &unit, Decided::default(), false));
    }
    service.audit.declared = Some(declared::of_native(&native));
    service.audit.systemd_version = version;
    let group = native.text("ControlGroup").unwrap_or_default();
    let pids = pids::of_group(gatherer.context, group, service.main_pid);
    Ok(Found { service, pids })
}

/// Services of managers that run scripts, looked at together.
fn script_views(
    gatherer: &Gatherer<'_>,
    chosen: &[Chosen],
) -> Result<HashMap<Chosen, ServiceView>, Failure> {
    let mut views = HashMap::new();
    for manager in gatherer.managers.indices() {
        let kind = gatherer.managers.get(manager).map(|manager| manager.kind());
        let wanted: BTreeSet<&str> = chosen
            .iter()
            .filter(|one| one.manager == manager)
            .map(|one| one.name.as_str())
            .collect();
        if wanted.is_empty() || !matches!(kind, Some(ManagerKind::OpenRc | ManagerKind::SysV)) {
            continue;
        }
        let listed =
            gatherer.managers.ask(manager, |manager| manager.services()).map_err(Failure::from)?;
        let listed =
            listed.into_iter().filter(|service| wanted.contains(service.name.as_str())).collect();
        let filled = fill::fill(gatherer.context, listed, need::PROCESSES)?;
        for view in filled.views {
            views.insert(Chosen { manager, name: view.name.clone() }, view);
        }
    }
    Ok(views)
}

fn of_script(
    gatherer: &Gatherer<'_>,
    view: &ServiceView,
    manager: Manager,
    levels: &[String],
) -> Found {
    let mut service = scripts::service(view, manager, levels);
    service.definition = script::definition(gatherer, view);
    let pids = view.seen.as_ref().map(|seen| seen.pids.clone()).unwrap_or_default();
    let told = view.service.iter().flat_map(|service| &service.pid_files);
    let mut files: Vec<String> = told.map(|path| path.to_string_lossy().into_owned()).collect();
    files.extend(
        service.definition.iter().filter_map(|d| d.pid_file.as_ref().map(|(path, _)| path.clone())),
    );
    files.dedup();
    service.pid_files =
        files.iter().map(|path| pid_files::look(gatherer.context, path, &pids)).collect();
    Found { service, pids }
}

/// A daemon that no manager looks after.
pub fn of_loose(loose: &Loose) -> Found {
    let service = Service {
        name: loose.name.clone(),
        manager: Manager::Nobody,
        state: State::Running,
        native: "of no service".to_owned(),
        main_pid: loose.pids.first().copied(),
        ..Service::default()
    };
    Found { service, pids: loose.pids.clone() }
}
